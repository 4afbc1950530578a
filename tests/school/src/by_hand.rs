//! What somebody made by hand at the other side before the first exchange: the stand-in's seed.
//!
//! Its shape is the body of the stand-in's `POST /_stand/seed`.

use jiff::civil::{Date, date};
use serde::Serialize;

use crate::expected::{AlreadyThere, Expected, ExpectedClass, ExpectedGuardian, ExpectedPupil};
use crate::json::Lines;
use crate::model::{Person, Sex};

/// The school itself at the other side.
pub const OUR_SCHOOL: &str = "1000000000057";
/// Another school of the same administrator.
pub const OTHER_SCHOOL: &str = "1000000000058";

/// How one of ours and one of theirs can be known to be the same (or not).
pub struct How;

impl How {
    /// The same СНИЛС, account activated.
    pub const SNILS: &'static str = "snils";
    /// The same СНИЛС, account not activated.
    pub const SNILS_NOT_ACTIVATED: &'static str = "snils-not-activated";
    /// Name and birth date; no СНИЛС there.
    pub const NAME_AND_BIRTH_DATE: &'static str = "name-and-birth-date";
    /// Name and class; nothing else there.
    pub const NAME_AND_CLASS: &'static str = "name-and-class";
    /// Made twice, the second one not activated and without СНИЛС.
    pub const TWINS: &'static str = "twins";
    /// The name and class of one of ours, with another birth date: not the same child.
    pub const NAMESAKE: &'static str = "namesake";
    /// Nobody of ours.
    pub const STRANGER: &'static str = "stranger";
    /// The same СНИЛС, known to another school only.
    pub const OTHER_SCHOOL: &'static str = "other-school";
    /// The name of the class, written in another way.
    pub const WRITING: &'static str = "writing";
}

/// How many pupils there are of each sort, in the order in which they are taken.
const PUPILS: &[(&str, usize)] = &[
    (How::SNILS, 12),
    (How::SNILS_NOT_ACTIVATED, 6),
    (How::NAME_AND_BIRTH_DATE, 4),
    (How::NAME_AND_CLASS, 2),
    (How::TWINS, 1),
    (How::NAMESAKE, 1),
];

/// What the seed says about sign-in.
pub struct StandOptions {
    /// Login of the administrator of both schools.
    pub login: String,
    /// Password of every account.
    pub password: String,
    /// The exchange's client id, a GUID.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// Where consent may come back to; the port of a loopback address does not matter.
    pub redirects: Vec<String>,
}

impl Default for StandOptions {
    fn default() -> Self {
        let redirects = ["/", "/back", "/callback", "/oauth"]
            .iter()
            .flat_map(|path| [format!("http://127.0.0.1{path}"), format!("http://localhost{path}")]);
        Self {
            login: "school57".to_owned(),
            password: "demo-password".to_owned(),
            client_id: "00000000-0000-4000-8000-000000000057".to_owned(),
            client_secret: "demo-client-secret".to_owned(),
            redirects: redirects.collect(),
        }
    }
}

#[derive(Default)]
pub(crate) struct ByHand {
    pub(crate) known: Vec<AlreadyThere>,
    persons: Vec<SeedPerson>,
    groups: Vec<SeedGroup>,
    memberships: Vec<Membership>,
    group_memberships: Vec<GroupMembership>,
    relatives: Vec<Relation>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SeedPerson {
    id: String,
    active: bool,
    last_name: String,
    first_name: String,
    middle_name: String,
    sex: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    birthday: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    snils: Option<String>,
    role: &'static str,
    school: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SeedGroup {
    id: String,
    school: &'static str,
    name: String,
    parallel: u8,
    studyyear: i16,
    status: &'static str,
}

#[derive(Serialize)]
struct Membership {
    id: String,
    school: &'static str,
    person: String,
    role: &'static str,
    start: Option<Date>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GroupMembership {
    id: String,
    edu_group: String,
    person: String,
    start: Option<Date>,
}

#[derive(Serialize)]
struct Relation {
    id: String,
    child: String,
    relative: String,
    r#type: &'static str,
}

#[derive(Serialize)]
struct Organization {
    id: &'static str,
    name: &'static str,
    city: &'static str,
    #[serde(rename = "timeZone")]
    time_zone: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Administrator<'a> {
    login: &'a str,
    password: &'a str,
    person: &'static str,
    user: &'static str,
    last_name: &'static str,
    first_name: &'static str,
    middle_name: &'static str,
    sex: &'static str,
    organizations: Vec<RolesIn>,
}

#[derive(Serialize)]
struct RolesIn {
    id: &'static str,
    roles: [&'static str; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Client<'a> {
    id: &'a str,
    secret: &'a str,
    name: &'static str,
    redirect_uris: &'a [String],
    flows: [&'static str; 1],
}

/// What was made by hand, for these children.
pub(crate) fn made(expected: &Expected, year: i16) -> ByHand {
    let mut made = ByHand::default();
    let classes = made.classes(expected, year);
    let (ids, theirs): (Vec<&str>, Vec<&str>) =
        classes.iter().map(|(class, theirs)| (class.id.as_str(), theirs.as_str())).unzip();
    let plain = |pupil: &&ExpectedPupil| is_plain(expected, pupil) && ids.contains(&pupil.class.as_str());
    let mut pupils = expected.pupils.iter().filter(plain);
    let sorts = PUPILS.iter().flat_map(|(how, count)| std::iter::repeat_n(*how, *count));
    for (how, pupil) in sorts.zip(pupils.by_ref()) {
        let class = ids.iter().position(|id| *id == pupil.class).map_or("", |at| theirs[at]);
        made.pupil(how, pupil, class);
    }
    made.strangers(theirs[0], year);
    made.guardians(expected);
    made
}

/// Children whose own data are as simple as can be.
fn is_plain(expected: &Expected, pupil: &ExpectedPupil) -> bool {
    let harmless = ["siblings", "with-yo"];
    let noted = expected.special.iter().filter(|(name, _)| !harmless.contains(&name.as_str()));
    !noted.flat_map(|(_, cases)| cases.iter().flatten()).any(|id| *id == pupil.id)
}

impl ByHand {
    /// Four classes of the school as people write them, and one of the archive.
    fn classes<'a>(&mut self, expected: &'a Expected, year: i16) -> Vec<(&'a ExpectedClass, String)> {
        let writings: [(u8, &str, &str); 4] =
            [(5, "А", "5А"), (5, "Б", "5 \"Б\""), (6, "А", "6-A"), (7, "Б", "7б")];
        let mut classes = Vec::new();
        for (grade, letter, writing) in writings {
            let class = expected.classes.iter().find(|class| class.grade == grade && class.letter == letter);
            let Some(class) = class else { continue };
            let id = self.group(writing, grade, year, "Active");
            self.know("class", Some(&class.id), vec![id.clone()], How::WRITING);
            classes.push((class, id));
        }
        self.group("8-А", 8, year - 1, "Archive");
        classes
    }

    /// Ids of classes do not fit into a double; those dealt by the stand-in begin at another number.
    fn group(&mut self, name: &str, parallel: u8, studyyear: i16, status: &'static str) -> String {
        let id = format!("22600000570000000{:02}", self.groups.len() + 1);
        let name = name.to_owned();
        self.groups.push(SeedGroup { id: id.clone(), school: OUR_SCHOOL, name, parallel, studyyear, status });
        id
    }

    fn know(&mut self, what: &'static str, ours: Option<&str>, theirs: Vec<String>, how: &'static str) {
        self.known.push(AlreadyThere { what, ours: ours.map(str::to_owned), theirs, how });
    }

    fn pupil(&mut self, how: &'static str, pupil: &ExpectedPupil, class: &str) {
        let whole = &pupil.person;
        let bare = Person { snils: None, ..whole.clone() };
        let (active, person, birthday) = match how {
            How::SNILS | How::TWINS => (true, whole, Some(whole.birth_date)),
            How::SNILS_NOT_ACTIVATED => (false, whole, Some(whole.birth_date)),
            How::NAME_AND_BIRTH_DATE => (true, &bare, Some(whole.birth_date)),
            How::NAMESAKE => (true, &bare, Some(another_day(whole.birth_date))),
            _ => (false, &bare, None),
        };
        let mut theirs = vec![self.pupil_there(person, birthday, active, class, pupil.class_start)];
        if how == How::TWINS {
            theirs.push(self.pupil_there(&bare, Some(whole.birth_date), false, class, pupil.class_start));
        }
        self.know("pupil", Some(&pupil.id), theirs, how);
    }

    fn pupil_there(
        &mut self,
        person: &Person,
        birthday: Option<Date>,
        active: bool,
        class: &str,
        start: Date,
    ) -> String {
        let id = self.person(person, birthday, active, "EduStudent", OUR_SCHOOL);
        self.group_memberships.push(GroupMembership {
            id: number(39_100, self.group_memberships.len()),
            edu_group: class.to_owned(),
            person: id.clone(),
            start: Some(start),
        });
        if let Some(membership) = self.memberships.last_mut() {
            membership.start = Some(start);
        }
        id
    }

    fn person(
        &mut self,
        person: &Person,
        birthday: Option<Date>,
        active: bool,
        role: &'static str,
        school: &'static str,
    ) -> String {
        let id = format!("10000005700{:02}", self.persons.len() + 1);
        self.persons.push(SeedPerson {
            id: id.clone(),
            active,
            last_name: person.last_name.clone(),
            first_name: person.first_name.clone(),
            middle_name: person.middle_name.clone().unwrap_or_default(),
            sex: if person.sex == Sex::Male { "Male" } else { "Female" },
            birthday,
            snils: person.snils.clone(),
            role,
            school,
        });
        let membership = number(39_000, self.memberships.len());
        self.memberships.push(Membership { id: membership, school, person: id.clone(), role, start: None });
        id
    }

    /// Three children in one of the classes who are in none of our files.
    fn strangers(&mut self, class: &str, year: i16) {
        for (last, first, sex) in [
            ("Неизвестнов", "Пётр", Sex::Male),
            ("Неизвестнова", "Анна", Sex::Female),
            ("Выбывшая", "Ольга", Sex::Female),
        ] {
            let person = invented(last, first, sex, date(year - 11, 3, 3));
            let id = self.pupil_there(&person, Some(person.birth_date), true, class, date(year, 9, 1));
            self.know("stranger", None, vec![id], How::STRANGER);
        }
    }

    /// The mother of a child made by hand, linked to it; and somebody whom only the other school knows, with a child
    /// of hers there.
    fn guardians(&mut self, expected: &Expected) {
        let mut mothers = expected.relations.iter().filter(|relation| relation.relation == "мать");
        let here = self.known.iter().find(|known| known.how == How::SNILS).cloned();
        if let Some(child) = here
            && let Some(mother) =
                mothers.clone().find(|relation| child.ours.as_deref() == Some(&relation.child))
        {
            self.mother(expected, &mother.guardian, OUR_SCHOOL, How::SNILS, &child.theirs[0]);
        }
        let made = |id: &str| self.known.iter().any(|known| known.ours.as_deref() == Some(id));
        let elsewhere = mothers.find(|relation| {
            !made(&relation.child) && guardian(expected, &relation.guardian).is_some_and(is_simple)
        });
        if let Some(mother) = elsewhere {
            let child = invented("Соседкин", "Илья", Sex::Male, date(expected.study_year - 10, 5, 5));
            let child = self.person(&child, Some(child.birth_date), true, "EduStudent", OTHER_SCHOOL);
            self.mother(expected, &mother.guardian, OTHER_SCHOOL, How::OTHER_SCHOOL, &child);
        }
    }

    fn mother(
        &mut self,
        expected: &Expected,
        key: &str,
        school: &'static str,
        how: &'static str,
        child: &str,
    ) {
        let Some(person) = guardian(expected, key).map(|guardian| guardian.person.clone()) else { return };
        let relative = self.person(&person, Some(person.birth_date), true, "EduParent", school);
        self.relatives.push(Relation {
            id: number(39_200, self.relatives.len()),
            child: child.to_owned(),
            relative: relative.clone(),
            r#type: "Mother",
        });
        self.know("guardian", Some(key), vec![relative], how);
    }

    /// The body of `POST /_stand/seed`.
    pub(crate) fn seed_json(&self, options: &StandOptions) -> serde_json::Result<String> {
        let mut lines = Lines::default();
        lines.list("organizations", &organizations())?;
        lines.list("administrators", &administrators(options))?;
        lines.list("persons", &self.persons)?;
        lines.list("eduGroups", &self.groups)?;
        lines.list("memberships", &self.memberships)?;
        lines.list("eduGroupMemberships", &self.group_memberships)?;
        lines.list("relatives", &self.relatives)?;
        lines.list("clients", &[client(options)])?;
        Ok(lines.finish())
    }
}

fn guardian<'a>(expected: &'a Expected, key: &str) -> Option<&'a ExpectedGuardian> {
    expected.guardians.iter().find(|guardian| guardian.key == key)
}

/// One row, and a СНИЛС to be known by.
fn is_simple(guardian: &ExpectedGuardian) -> bool {
    guardian.ids.len() == 1 && guardian.person.snils.is_some()
}

/// Seeding twice must not double anything, so that links have ids too; the stand-in deals out others.
fn number(series: u32, before: usize) -> String {
    format!("{series}{:08}", before + 1)
}

fn another_day(day: Date) -> Date {
    day.saturating_sub(jiff::Span::new().days(100))
}

fn invented(last: &str, first: &str, sex: Sex, birth_date: Date) -> Person {
    Person {
        last_name: last.to_owned(),
        first_name: first.to_owned(),
        middle_name: None,
        birth_date,
        sex,
        snils: None,
    }
}

fn organizations() -> [Organization; 2] {
    [
        Organization {
            id: OUR_SCHOOL, name: "Школа № 57 (вымышленная)", city: "Примерск", time_zone: 3
        },
        Organization {
            id: OTHER_SCHOOL, name: "Школа № 58 (вымышленная)", city: "Примерск", time_zone: 3
        },
    ]
}

/// The administrator of both schools; a colleague in ours; one of the other school only; a teacher of ours.
fn administrators(options: &StandOptions) -> Vec<Administrator<'_>> {
    let admin = |id| RolesIn { id, roles: ["EduSchoolAdministrator"] };
    let person = |person, user, login, last_name, organizations| Administrator {
        login,
        password: &options.password,
        person,
        user,
        last_name,
        first_name: "Вера",
        middle_name: "Вымысловна",
        sex: "Female",
        organizations,
    };
    let teacher = RolesIn { id: OUR_SCHOOL, roles: ["EduStaff"] };
    vec![
        person(
            "1000000580001",
            "2000000580001",
            &options.login,
            "Главная",
            vec![admin(OUR_SCHOOL), admin(OTHER_SCHOOL)],
        ),
        person("1000000580002", "2000000580002", "colleague57", "Вторая", vec![admin(OUR_SCHOOL)]),
        person("1000000580003", "2000000580003", "school58", "Соседняя", vec![admin(OTHER_SCHOOL)]),
        person("1000000580004", "2000000580004", "teacher57", "Учительская", vec![teacher]),
    ]
}

fn client(options: &StandOptions) -> Client<'_> {
    Client {
        id: &options.client_id,
        secret: &options.client_secret,
        name: "Exchange",
        redirect_uris: &options.redirects,
        flows: ["code"],
    }
}
