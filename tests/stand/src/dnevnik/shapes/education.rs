//! Where somebody learns or works: the context of a user, and memberships without dates.

use serde::Serialize;

use super::group::{GroupOut, NoSubjects};
use super::person::short_name;
use super::school::SchoolOut;
use crate::dnevnik::id::Id;
use crate::dnevnik::model::{EduGroup, Person, Role};
use crate::dnevnik::view::View;

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
