//! People of the school drawn by chance: children and their guardians, family by family.
//!
//! Full names are kept apart (among children, and among guardians), so that namesakes are exactly those meant.

use std::collections::BTreeSet;

use jiff::civil::{Date, date};

use crate::model::{Person, Sex};
use crate::names::{self, Father, MEN, SURNAMES, WOMEN};
use crate::rng::Rng;
use crate::snils::Numbers;

/// What is special about a family; most have [`Quirk::None`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Quirk {
    None,
    /// Two children of one birth date.
    Twins,
    DoubleSurname,
    /// The mother stands in the files twice, with one СНИЛС; the second time for the other child.
    TwoIdsOneSnils,
    /// The mother stands in the files twice, without СНИЛС, both times for the one child.
    TwoIdsOneChild,
    /// A grandmother applied who is in no other file.
    OnlyInApplication,
    /// The next family repeats this one's child's name, or the mother's.
    First,
    LikeChildBefore,
    LikeMotherBefore,
}

/// A child to be drawn.
#[derive(Clone, Copy)]
pub(crate) struct Role {
    /// Born in this year, or in the last two months of the year before.
    pub(crate) birth_year: i16,
    pub(crate) without_snils: bool,
    pub(crate) old_snils: bool,
    pub(crate) without_patronymic: bool,
}

pub(crate) struct Adult {
    pub(crate) person: Person,
    /// Rows of the file that stand for this person; none: only applications know them.
    pub(crate) ids: Vec<String>,
    pub(crate) relation: &'static str,
    /// Is one of those who apply.
    pub(crate) applies: bool,
}

pub(crate) struct Family {
    pub(crate) children: Vec<Person>,
    pub(crate) adults: Vec<Adult>,
}

/// What a family's names follow from.
#[derive(Clone)]
struct Core {
    surname: String,
    father: &'static Father,
    child: Option<Person>,
    mother: Option<Person>,
}

pub(crate) struct Cast {
    pub(crate) rng: Rng,
    snils: Numbers,
    children: BTreeSet<String>,
    adults: BTreeSet<String>,
    guardians: usize,
    before: Option<Core>,
}

impl Cast {
    pub(crate) fn new(rng: Rng, seed: u64) -> Self {
        Self {
            rng,
            snils: Numbers::of(seed),
            children: BTreeSet::new(),
            adults: BTreeSet::new(),
            guardians: 0,
            before: None,
        }
    }

    /// A family with these children.
    pub(crate) fn family(&mut self, roles: &[Role], quirk: Quirk) -> Family {
        let mut core = self.core(quirk);
        let children = self.children(roles, quirk, &core);
        let oldest = children.iter().map(|child| child.birth_date.year()).min().unwrap_or_default();
        let adults = self.adults(quirk, &core, oldest);
        core.child = children.first().cloned();
        core.mother = adults.iter().find(|adult| adult.relation == "мать").map(|adult| adult.person.clone());
        self.before = Some(core);
        Family { children, adults }
    }

    fn core(&mut self, quirk: Quirk) -> Core {
        if let (Quirk::LikeChildBefore | Quirk::LikeMotherBefore, Some(before)) = (quirk, &self.before) {
            return before.clone();
        }
        let surname = match quirk {
            Quirk::DoubleSurname => self.double_surname(),
            _ => self.rng.pick(SURNAMES).to_owned(),
        };
        Core { surname, father: &MEN[self.rng.below(MEN.len())], child: None, mother: None }
    }

    fn double_surname(&mut self) -> String {
        let first = self.rng.below(SURNAMES.len());
        let second = (first + 1 + self.rng.below(SURNAMES.len() - 1)) % SURNAMES.len();
        format!("{}-{}", SURNAMES[first], SURNAMES[second])
    }

    fn children(&mut self, roles: &[Role], quirk: Quirk, core: &Core) -> Vec<Person> {
        let mut children: Vec<Person> = Vec::new();
        for role in roles {
            let birth = match (quirk, children.first()) {
                (Quirk::Twins, Some(twin)) => twin.birth_date,
                _ => self.child_birth(role.birth_year),
            };
            let child = match (quirk, &core.child) {
                (Quirk::LikeChildBefore, Some(namesake)) => self.namesake(namesake, role),
                _ => self.child(role, birth, core),
            };
            children.push(child);
        }
        children
    }

    fn child_birth(&mut self, year: i16) -> Date {
        self.rng.day(date(year - 1, 11, 1), date(year, 12, 28))
    }

    /// The same full name, another birth date.
    fn namesake(&mut self, of: &Person, role: &Role) -> Person {
        let birth_date = loop {
            let birth = self.child_birth(role.birth_year);
            if birth != of.birth_date {
                break birth;
            }
        };
        Person { birth_date, snils: self.child_snils(role), ..of.clone() }
    }

    fn child(&mut self, role: &Role, birth_date: Date, core: &Core) -> Person {
        let snils = self.child_snils(role);
        loop {
            let sex = self.rng.pick(&[Sex::Male, Sex::Female]);
            let person = Person {
                last_name: names::surname(&core.surname, sex),
                first_name: self.given_name(sex),
                middle_name: (!role.without_patronymic).then(|| core.father.patronymic(sex).to_owned()),
                birth_date,
                sex,
                snils: snils.clone(),
            };
            if self.children.insert(person.full_name()) {
                return person;
            }
        }
    }

    /// A brother of a boy.
    pub(crate) fn brother(&mut self, of: &Person, role: Role) -> Person {
        let birth_date = self.child_birth(role.birth_year);
        let snils = self.child_snils(&role);
        loop {
            let first_name = self.given_name(Sex::Male);
            let brother = Person { first_name, birth_date, snils: snils.clone(), ..of.clone() };
            if self.children.insert(brother.full_name()) {
                return brother;
            }
        }
    }

    fn child_snils(&mut self, role: &Role) -> Option<String> {
        match role {
            Role { without_snils: true, .. } => None,
            Role { old_snils: true, .. } => Some(self.snils.deal_old()),
            _ => Some(self.snils.deal()),
        }
    }

    fn given_name(&mut self, sex: Sex) -> String {
        match sex {
            Sex::Male => MEN[self.rng.below(MEN.len())].name.to_owned(),
            Sex::Female => self.rng.pick(WOMEN).to_owned(),
        }
    }

    fn adults(&mut self, quirk: Quirk, core: &Core, oldest: i16) -> Vec<Adult> {
        let chance = self.rng.below(100);
        match (quirk, chance) {
            (Quirk::OnlyInApplication, _) => vec![self.mother(core, oldest, false), self.stranger(oldest)],
            (Quirk::LikeMotherBefore, _) => vec![self.mother_like(core, oldest), self.father(core, oldest)],
            (Quirk::TwoIdsOneSnils | Quirk::TwoIdsOneChild | Quirk::First, _) => {
                self.couple(quirk, core, oldest)
            }
            (_, 0..70) => self.couple(quirk, core, oldest),
            (_, 70..92) => vec![self.mother(core, oldest, true)],
            (_, 92..95) => vec![self.father(core, oldest)],
            (_, 95..98) => vec![self.carer("опекун", oldest, 25, 45)],
            _ => vec![self.carer("бабушка", oldest, 45, 60)],
        }
    }

    fn couple(&mut self, quirk: Quirk, core: &Core, oldest: i16) -> Vec<Adult> {
        let mut mother = self.mother(core, oldest, true);
        match quirk {
            Quirk::TwoIdsOneSnils => {
                mother.person.snils = Some(mother.person.snils.unwrap_or_else(|| self.snils.deal()));
                mother.ids.push(self.guardian_id());
            }
            Quirk::TwoIdsOneChild => {
                mother.person.snils = None;
                mother.ids.push(self.guardian_id());
            }
            _ => {}
        }
        let mut father = self.father(core, oldest);
        father.applies = self.rng.percent(85);
        vec![mother, father]
    }

    /// Most mothers share the family's name.
    fn mother(&mut self, core: &Core, oldest: i16, applies: bool) -> Adult {
        let own = self.rng.percent(15).then(|| self.rng.pick(SURNAMES).to_owned());
        let surname = own.unwrap_or_else(|| core.surname.clone());
        let person = self.adult(&surname, None, Sex::Female, (oldest - 40, oldest - 20));
        Adult { applies, ..self.in_the_files(person, "мать") }
    }

    /// Another woman of the same full name.
    fn mother_like(&mut self, core: &Core, oldest: i16) -> Adult {
        let Some(namesake) = &core.mother else { return self.mother(core, oldest, true) };
        let namesake = namesake.clone();
        let birth_date = loop {
            let birth = self.rng.day(date(oldest - 40, 1, 1), date(oldest - 20, 12, 31));
            if birth != namesake.birth_date {
                break birth;
            }
        };
        let person = Person { birth_date, snils: Some(self.snils.deal()), ..namesake };
        self.in_the_files(person, "мать")
    }

    fn father(&mut self, core: &Core, oldest: i16) -> Adult {
        let person = self.adult(&core.surname, Some(core.father), Sex::Male, (oldest - 42, oldest - 21));
        self.in_the_files(person, "отец")
    }

    fn carer(&mut self, relation: &'static str, oldest: i16, from: i16, to: i16) -> Adult {
        let surname = self.rng.pick(SURNAMES);
        let person = self.adult(surname, None, Sex::Female, (oldest - to, oldest - from));
        self.in_the_files(person, relation)
    }

    fn stranger(&mut self, oldest: i16) -> Adult {
        let surname = self.rng.pick(SURNAMES);
        let mut person = self.adult(surname, None, Sex::Female, (oldest - 60, oldest - 45));
        person.snils = Some(person.snils.unwrap_or_else(|| self.snils.deal()));
        Adult { person, ids: Vec::new(), relation: "бабушка", applies: true }
    }

    fn in_the_files(&mut self, person: Person, relation: &'static str) -> Adult {
        Adult { person, ids: vec![self.guardian_id()], relation, applies: true }
    }

    fn guardian_id(&mut self) -> String {
        self.guardians += 1;
        format!("G-{:05}", self.guardians)
    }

    fn adult(&mut self, surname: &str, named: Option<&Father>, sex: Sex, years: (i16, i16)) -> Person {
        let birth_date = self.rng.day(date(years.0, 1, 1), date(years.1, 12, 31));
        let snils = (!self.rng.percent(4)).then(|| self.snils.deal());
        let last_name = names::surname(surname, sex);
        loop {
            let person = Person {
                last_name: last_name.clone(),
                first_name: named.map_or_else(|| self.given_name(sex), |father| father.name.to_owned()),
                middle_name: Some(MEN[self.rng.below(MEN.len())].patronymic(sex).to_owned()),
                birth_date,
                sex,
                snils: snils.clone(),
            };
            if self.adults.insert(person.full_name()) {
                return person;
            }
        }
    }

    /// Name of a class teacher: last, first, middle.
    pub(crate) fn teacher(&mut self) -> [String; 3] {
        let last = names::surname(self.rng.pick(SURNAMES), Sex::Female);
        let middle = MEN[self.rng.below(MEN.len())].patronymic(Sex::Female).to_owned();
        [last, self.given_name(Sex::Female), middle]
    }
}
