//! Calls about classes ("edu-groups").

use axum::body::Bytes;
use axum::extract::State;

use super::{Answer, Asked, Ids, body};
use crate::serving::answer::json;
use crate::dnevnik::app::Shared;
use crate::dnevnik::caller::Caller;
use crate::dnevnik::error::ApiError;
use crate::dnevnik::id::Id;
use crate::dnevnik::model::{EduGroup, Status};
use crate::dnevnik::shapes::{GroupOut, PersonOut, StudentsOut};
use crate::dnevnik::view::View;

/// The class, if it is there and the caller may read its school.
pub(super) fn readable<'a>(view: View<'a>, caller: &Caller, id: Id) -> Result<&'a EduGroup, ApiError> {
    let group = view.group(id).ok_or_else(ApiError::absent)?;
    match view.may_read_school(caller.person, group.school) {
        true => Ok(group),
        false => Err(ApiError::forbidden()),
    }
}

pub(super) async fn one(State(app): State<Shared>, caller: Caller, Ids([group]): Ids<1>) -> Answer {
    caller.needs("EducationalInfo")?;
    app.read(|view| Ok(json(&GroupOut::of(view, readable(view, &caller, group)?))))
}

/// Classes by id; unreadable ones are left out of the list.
pub(super) async fn some(State(app): State<Shared>, caller: Caller, asked: Asked) -> Answer {
    caller.needs("EducationalInfo")?;
    let ids = asked.query.ids("eduGroups")?;
    app.read(|view| {
        let groups = ids.into_iter().filter_map(|id| readable(view, &caller, id).ok());
        Ok(asked.list(groups.map(|group| GroupOut::of(view, group))))
    })
}

pub(super) async fn of_school(
    State(app): State<Shared>,
    caller: Caller,
    asked: Asked,
    Ids([school]): Ids<1>,
) -> Answer {
    caller.needs("EducationalInfo")?;
    app.read(|view| {
        view.school(school).ok_or_else(ApiError::absent)?;
        if !view.may_read_school(caller.person, school) {
            return Err(ApiError::forbidden());
        }
        let archive = view.world.settings.list_archive_groups;
        let groups = view.of(&view.world.groups, school);
        let groups = groups.filter(|group| archive || group.status == Status::Active);
        Ok(asked.list(groups.map(|group| GroupOut::of(view, group))))
    })
}

/// Classes of the same school, grade and year, this one included.
pub(super) async fn parallel(
    State(app): State<Shared>,
    caller: Caller,
    asked: Asked,
    Ids([group]): Ids<1>,
) -> Answer {
    caller.needs("EducationalInfo")?;
    app.read(|view| {
        let of = |g: &EduGroup| (g.school, g.parallel, g.studyyear, g.status);
        let wanted = of(readable(view, &caller, group)?);
        let groups = view.of(&view.world.groups, wanted.0).filter(|group| of(group) == wanted);
        Ok(asked.list(groups.map(|group| GroupOut::of(view, group))))
    })
}

pub(super) async fn persons(
    State(app): State<Shared>,
    caller: Caller,
    asked: Asked,
    Ids([group]): Ids<1>,
) -> Answer {
    caller.needs("EducationalInfo")?;
    let archive = asked.query.flag("includeArchive")?;
    app.read(|view| {
        let group = readable(view, &caller, group)?;
        let archive = archive.unwrap_or(view.world.settings.list_archive_members);
        let mut members = view.members_of(group.id, archive);
        members.dedup_by_key(|(person, _)| person.id);
        Ok(asked.list(members.into_iter().map(|(person, _)| PersonOut::from(person))))
    })
}

/// POST, but a read.
pub(super) async fn students_of_many(
    State(app): State<Shared>,
    caller: Caller,
    asked: Asked,
    bytes: Bytes,
) -> Answer {
    caller.needs("EducationalInfo")?;
    let ids: Vec<Id> = body(&bytes)?;
    app.read(|view| {
        let groups = ids.into_iter().filter_map(|id| readable(view, &caller, id).ok());
        Ok(asked.list(groups.map(|group| StudentsOut::of(view, group))))
    })
}
