//! Objects exactly as the system sends them: members, their order, their twins.
//!
//! One known client reads values by position, so the order of the members here is part of the dialect.

use serde::Serialize;

use super::id::Id;
use super::model::{EduGroup, Organization, Person, Role, Sex, Status};
use super::view::View;

#[derive(Serialize)]
pub(crate) struct UserOut {
    id: Option<u64>,
    id_str: Option<String>,
    #[serde(rename = "personId")]
    person_id: u64,
    #[serde(rename = "personId_str")]
    person_id_str: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    login: Option<String>,
    #[serde(rename = "fullName")]
    full_name: String,
    #[serde(rename = "fullNameInverse")]
    full_name_inverse: String,
    #[serde(rename = "firstName")]
    first_name: String,
    #[serde(rename = "middleName")]
    middle_name: String,
    #[serde(rename = "lastName")]
    last_name: String,
    #[serde(rename = "shortName")]
    short_name: String,
    locale: &'static str,
    timezone: String,
    sex: Sex,
    #[serde(rename = "photoSmall")]
    photo_small: Option<String>,
    #[serde(rename = "photoMedium")]
    photo_medium: Option<String>,
    #[serde(rename = "photoLarge")]
    photo_large: Option<String>,
    birthday: Option<String>,
    roles: Vec<Role>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
}

fn joined(parts: [&str; 3]) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

fn short_name(person: &Person) -> String {
    joined([&person.first_name, &person.last_name, ""])
}

impl UserOut {
    /// `contacts`: e-mail and phone may be shown to this caller.
    pub(crate) fn of(view: View<'_>, person: &Person, contacts: bool) -> UserOut {
        let zone =
            view.schools_of(person.id).into_iter().find_map(|id| view.school(id)).map_or(3, |s| s.time_zone);
        let login = view.world.accounts.values().find(|account| account.person == person.id);
        UserOut {
            id: person.user_id.map(|id| id.0),
            id_str: person.user_id.map(|id| id.to_string()),
            person_id: person.id.0,
            person_id_str: person.id.to_string(),
            name: short_name(person),
            email: person.email.clone().filter(|_| contacts),
            login: login.map(|account| account.login.clone()),
            full_name: joined([&person.first_name, &person.middle_name, &person.last_name]),
            full_name_inverse: joined([&person.last_name, &person.first_name, &person.middle_name]),
            first_name: person.first_name.clone(),
            middle_name: person.middle_name.clone(),
            last_name: person.last_name.clone(),
            short_name: short_name(person),
            locale: "ru-RU",
            timezone: format!("{zone:+}:00"),
            sex: person.sex,
            photo_small: None,
            photo_medium: None,
            photo_large: None,
            birthday: person.birthday.map(|date| format!("{date}T00:00:00")),
            roles: view.roles_of(person).into_iter().collect(),
            phone: person.phone.clone().filter(|_| contacts),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PersonOut {
    id: u64,
    #[serde(rename = "id_str")]
    id_str: String,
    user_id: Option<u64>,
    #[serde(rename = "userId_str")]
    user_id_str: Option<String>,
    first_name: String,
    last_name: String,
    middle_name: String,
    short_name: String,
    sex: Sex,
}

impl From<&Person> for PersonOut {
    fn from(person: &Person) -> Self {
        PersonOut {
            id: person.id.0,
            id_str: person.id.to_string(),
            user_id: person.user_id.map(|id| id.0),
            user_id_str: person.user_id.map(|id| id.to_string()),
            first_name: person.first_name.clone(),
            last_name: person.last_name.clone(),
            middle_name: person.middle_name.clone(),
            short_name: short_name(person),
            sex: person.sex,
        }
    }
}

/// Nothing of the journal is modelled: lists of subjects are empty and have no element type.
type NoSubjects = [(); 0];

#[derive(Serialize)]
pub(crate) struct GroupOut {
    id: u64,
    id_str: String,
    #[serde(rename = "parentIds")]
    parent_ids: Vec<u64>,
    #[serde(rename = "parentIds_str")]
    parent_ids_str: Vec<String>,
    r#type: &'static str,
    name: String,
    #[serde(rename = "fullName")]
    full_name: String,
    parallel: i64,
    timetable: u64,
    timetable_str: String,
    status: Status,
    studyyear: i64,
    #[serde(rename = "educationType")]
    education_type: &'static str,
    subjects: NoSubjects,
    journaltype: String,
}

/// One timetable per school, with an id as long as those of classes.
fn timetable(school: Id) -> u64 {
    2_250_000_000_000_000_000 + school.0
}

impl GroupOut {
    pub(crate) fn of(view: View<'_>, group: &EduGroup) -> GroupOut {
        let timetable = timetable(group.school);
        GroupOut {
            id: group.id.0,
            id_str: group.id.to_string(),
            parent_ids: group.parent_ids.iter().map(|id| id.0).collect(),
            parent_ids_str: group.parent_ids.iter().map(Id::to_string).collect(),
            r#type: if group.parent_ids.is_empty() { "Group" } else { "Subgroup" },
            name: group.name.clone(),
            full_name: group.name.clone(),
            parallel: group.parallel,
            timetable,
            timetable_str: timetable.to_string(),
            status: group.status,
            studyyear: group.studyyear,
            education_type: "Regular",
            subjects: [],
            journaltype: view.world.settings.journaltype.clone(),
        }
    }
}

#[derive(Serialize)]
pub(crate) struct SchoolOut {
    #[serde(rename = "fullName")]
    full_name: String,
    #[serde(rename = "avatarSmall")]
    avatar_small: &'static str,
    city: String,
    municipality: String,
    regionid: i64,
    #[serde(rename = "markType")]
    mark_type: &'static str,
    #[serde(rename = "timeZone")]
    time_zone: i64,
    uses_avg: bool,
    uses_weighted_avg: bool,
    #[serde(flatten)]
    short: SchoolShort,
}

#[derive(Serialize)]
pub(crate) struct SchoolShort {
    id: u64,
    id_str: String,
    name: String,
    #[serde(rename = "educationType")]
    education_type: &'static str,
    #[serde(rename = "tsoCityId")]
    tso_city_id: i64,
    #[serde(rename = "tsoRegionTreePath")]
    tso_region_tree_path: String,
}

impl From<&Organization> for SchoolShort {
    fn from(school: &Organization) -> Self {
        SchoolShort {
            id: school.id.0,
            id_str: school.id.to_string(),
            name: school.name.clone(),
            education_type: "Regular",
            tso_city_id: school.city_id,
            tso_region_tree_path: format!("{}.", school.region_id),
        }
    }
}

impl From<&Organization> for SchoolOut {
    fn from(school: &Organization) -> Self {
        let full_name = if school.full_name.is_empty() { &school.name } else { &school.full_name };
        SchoolOut {
            full_name: full_name.clone(),
            avatar_small: "",
            city: school.city.clone(),
            municipality: school.municipality.clone(),
            regionid: school.region_id,
            mark_type: "Mark5",
            time_zone: school.time_zone,
            uses_avg: true,
            uses_weighted_avg: false,
            short: school.into(),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct OrganizationOut {
    organization_id: u64,
    organization_type: i64,
    region_id: i64,
    district_id: i64,
    city_id: i64,
}

impl From<&Organization> for OrganizationOut {
    fn from(organization: &Organization) -> Self {
        OrganizationOut {
            organization_id: organization.id.0,
            organization_type: organization.organization_type,
            region_id: organization.region_id,
            district_id: organization.district_id,
            city_id: organization.city_id,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ContextOut {
    user_id: Option<u64>,
    avatar_url: &'static str,
    roles: Vec<Role>,
    children: Vec<ContextChild>,
    schools: Vec<ContextSchool>,
    edu_groups: Vec<GroupOut>,
    split_id: String,
    #[serde(flatten)]
    person: ContextChild,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ContextChild {
    person_id: u64,
    first_name: String,
    last_name: String,
    middle_name: String,
    short_name: String,
    school_ids: Vec<u64>,
    group_ids: Vec<u64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ContextSchool {
    id: u64,
    name: String,
    r#type: &'static str,
    group_ids: Vec<u64>,
}

impl ContextChild {
    fn of(view: View<'_>, person: &Person) -> Self {
        ContextChild {
            person_id: person.id.0,
            first_name: person.first_name.clone(),
            last_name: person.last_name.clone(),
            middle_name: person.middle_name.clone(),
            short_name: short_name(person),
            school_ids: view.schools_of(person.id).into_iter().map(|id| id.0).collect(),
            group_ids: view.groups_of(person.id, false).iter().map(|group| group.id.0).collect(),
        }
    }
}

impl ContextOut {
    pub(crate) fn of(view: View<'_>, person: &Person) -> Self {
        let groups = view.groups_of(person.id, false);
        let school = |id: Id| -> Option<ContextSchool> {
            let group_ids =
                groups.iter().filter(|group| group.school == id).map(|group| group.id.0).collect();
            Some(ContextSchool {
                id: id.0,
                name: view.school(id)?.name.clone(),
                r#type: "Regular",
                group_ids,
            })
        };
        ContextOut {
            user_id: person.user_id.map(|id| id.0),
            avatar_url: "",
            roles: view.roles_of(person).into_iter().collect(),
            children: view
                .children_of(person.id)
                .into_iter()
                .map(|child| ContextChild::of(view, child))
                .collect(),
            schools: view.schools_of(person.id).into_iter().filter_map(school).collect(),
            edu_groups: groups.iter().map(|group| GroupOut::of(view, group)).collect(),
            split_id: format!("{}", person.id.0 % 100),
            person: ContextChild::of(view, person),
        }
    }
}

#[derive(Serialize)]
pub(crate) struct MembershipOut {
    person: u64,
    person_str: String,
    schools: Vec<MembershipSchool>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MembershipSchool {
    school: SchoolOut,
    roles: Vec<Role>,
    editor_roles: Vec<Role>,
    edu_group_memberships: Vec<MembershipGroup>,
    subjects: NoSubjects,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MembershipGroup {
    edu_group: GroupOut,
}

impl MembershipOut {
    pub(crate) fn of(view: View<'_>, person: &Person) -> Self {
        let groups = view.groups_of(person.id, false);
        let school = |id: Id| -> Option<MembershipSchool> {
            let of_school = groups.iter().filter(|group| group.school == id);
            let out = |group: &&EduGroup| MembershipGroup { edu_group: GroupOut::of(view, group) };
            Some(MembershipSchool {
                school: view.school(id)?.into(),
                roles: view.roles_in(person.id, id).into_iter().collect(),
                editor_roles: Vec::new(),
                edu_group_memberships: of_school.map(out).collect(),
                subjects: [],
            })
        };
        let schools = view.schools_of(person.id).into_iter().filter_map(school).collect();
        MembershipOut { person: person.id.0, person_str: person.id.to_string(), schools }
    }
}

#[derive(Serialize)]
pub(crate) struct RelativeOut {
    r#type: String,
    person: PersonOut,
}

impl RelativeOut {
    pub(crate) fn list(view: View<'_>, person: Id) -> Vec<RelativeOut> {
        let out =
            |(kind, person): (&str, &Person)| RelativeOut { r#type: kind.into(), person: person.into() };
        view.relatives_of(person).into_iter().map(out).collect()
    }
}

/// The other form of relatives: the person with the relatives nested.
#[derive(Serialize)]
pub(crate) struct RelativesOut {
    pub(crate) person: PersonOut,
    pub(crate) relatives: Vec<RelativeOut>,
}

#[derive(Serialize)]
pub(crate) struct StudentsOut {
    group: GroupOut,
    students: Vec<StudentOut>,
}

#[derive(Serialize)]
struct StudentOut {
    person: PersonOut,
    membershipstatus: Status,
}

impl StudentsOut {
    pub(crate) fn of(view: View<'_>, group: &EduGroup) -> Self {
        let out = |(person, status): (&Person, Status)| StudentOut {
            person: person.into(),
            membershipstatus: status,
        };
        let students = view.members_of(group.id, true).into_iter().map(out).collect();
        StudentsOut { group: GroupOut::of(view, group), students }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CityOut {
    id: i64,
    #[serde(rename = "id_str")]
    id_str: String,
    name: String,
    region_id: i64,
    #[serde(rename = "regionId_str")]
    region_id_str: String,
}

impl From<&Organization> for CityOut {
    fn from(school: &Organization) -> Self {
        CityOut {
            id: school.city_id,
            id_str: school.city_id.to_string(),
            name: school.city.clone(),
            region_id: school.region_id,
            region_id_str: school.region_id.to_string(),
        }
    }
}
