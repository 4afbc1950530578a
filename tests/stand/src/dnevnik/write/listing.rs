//! Extra reads beside the write half: dates of memberships and relations, which no public call returns.

use std::collections::BTreeSet;

use axum::extract::State;
use jiff::civil::Date;
use serde::Serialize;

use super::admin_of;
use crate::dnevnik::app::Shared;
use crate::dnevnik::caller::Caller;
use crate::dnevnik::error::ApiError;
use crate::dnevnik::id::Id;
use crate::dnevnik::model::{GroupMembership, Membership, Relation, Status};
use crate::dnevnik::read::{Asked, Ids};
use crate::dnevnik::view::View;

#[derive(Serialize)]
struct MembershipOut {
    id: u64,
    id_str: String,
    kind: &'static str,
    person: u64,
    person_str: String,
    #[serde(rename = "eduGroup")]
    edu_group: Option<u64>,
    #[serde(rename = "eduGroup_str")]
    edu_group_str: Option<String>,
    start: Option<Date>,
}

impl From<&Membership> for MembershipOut {
    fn from(m: &Membership) -> Self {
        MembershipOut::new(m.id, "school", m.person, None, m.start)
    }
}

impl From<&GroupMembership> for MembershipOut {
    fn from(m: &GroupMembership) -> Self {
        MembershipOut::new(m.id, "eduGroup", m.person, Some(m.edu_group), m.start)
    }
}

impl MembershipOut {
    fn new(id: Id, kind: &'static str, person: Id, edu_group: Option<Id>, start: Option<Date>) -> Self {
        MembershipOut {
            id: id.0,
            id_str: id.to_string(),
            kind,
            person: person.0,
            person_str: person.to_string(),
            edu_group: edu_group.map(|id| id.0),
            edu_group_str: edu_group.map(|id| id.to_string()),
            start,
        }
    }
}

#[derive(Serialize)]
struct RelationOut {
    id: u64,
    id_str: String,
    child: u64,
    child_str: String,
    relative: u64,
    relative_str: String,
    r#type: String,
}

impl From<&Relation> for RelationOut {
    fn from(relation: &Relation) -> Self {
        RelationOut {
            id: relation.id.0,
            id_str: relation.id.to_string(),
            child: relation.child.0,
            child_str: relation.child.to_string(),
            relative: relation.relative.0,
            relative_str: relation.relative.to_string(),
            r#type: relation.kind.clone(),
        }
    }
}

/// A filter by ids: an empty one lets everything through.
fn passes(filter: &[Id], id: Id) -> bool {
    filter.is_empty() || filter.contains(&id)
}

/// Active memberships. With `eduGroup` only those of these classes; with `person` only those of these people.
pub(super) async fn memberships(
    State(app): State<Shared>,
    caller: Caller,
    asked: Asked,
    Ids([school]): Ids<1>,
) -> Result<axum::response::Response, ApiError> {
    admin_of(&app, &caller, school)?;
    let (groups, persons) = (asked.query.ids("eduGroup")?, asked.query.ids("person")?);
    app.read(|view| {
        let of_school = view.of(&view.world.memberships, school).filter(|m| {
            groups.is_empty()
                && m.school == school
                && m.status == Status::Active
                && passes(&persons, m.person)
        });
        let own_groups: Vec<Id> = view.of(&view.world.groups, school).map(|group| group.id).collect();
        let members = own_groups.iter().flat_map(|group| view.of(&view.world.group_memberships, *group));
        let mut members: Vec<&GroupMembership> = members.collect();
        members.sort_by_key(|member| member.id);
        let of_groups = members.into_iter().filter(|m| {
            m.status == Status::Active && passes(&groups, m.edu_group) && passes(&persons, m.person)
        });
        Ok(asked.list(of_school.map(MembershipOut::from).chain(of_groups.map(MembershipOut::from))))
    })
}

/// Relations whose child belongs to the school. With `child` or `relative` only those of these.
pub(super) async fn relatives(
    State(app): State<Shared>,
    caller: Caller,
    asked: Asked,
    Ids([school]): Ids<1>,
) -> Result<axum::response::Response, ApiError> {
    admin_of(&app, &caller, school)?;
    let (children, relatives) = (asked.query.ids("child")?, asked.query.ids("relative")?);
    app.read(|view| {
        let of_child = |child: &Id| view.of(&view.world.relations, *child);
        // Of each child of the school, never of the whole region. A relation is found by the relative too.
        let children = children_of_school(view, school, &children);
        let mut found: Vec<&Relation> = children.iter().flat_map(of_child).collect();
        found.retain(|relation| children.contains(&relation.child) && passes(&relatives, relation.relative));
        found.sort_by_key(|relation| relation.id);
        found.dedup_by_key(|relation| relation.id);
        Ok(asked.list(found.into_iter().map(RelationOut::from)))
    })
}

/// Who belongs to the school, all or of those named.
fn children_of_school(view: View<'_>, school: Id, named: &[Id]) -> BTreeSet<Id> {
    if !named.is_empty() {
        return named.iter().copied().filter(|child| view.belongs_to(*child, school)).collect();
    }
    let made = view.world.persons.of(school).map(|person| person.id);
    let members = view.of(&view.world.memberships, school).map(|membership| membership.person);
    made.chain(members).filter(|child| view.belongs_to(*child, school)).collect()
}
