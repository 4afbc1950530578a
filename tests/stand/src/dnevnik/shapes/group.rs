//! Classes ("edu-groups") and their students.

use serde::Serialize;

use super::person::PersonOut;
use crate::dnevnik::id::Id;
use crate::dnevnik::model::{EduGroup, Person, Status};
use crate::dnevnik::view::View;

/// Nothing of the journal is modelled: lists of subjects are empty and have no element type.
pub(super) type NoSubjects = [(); 0];

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
