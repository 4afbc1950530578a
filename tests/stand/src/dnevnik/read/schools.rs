//! Calls about schools.

use axum::extract::State;
use std::collections::BTreeMap;

use super::{Answer, Asked, Ids};
use crate::serving::answer::json;
use crate::dnevnik::app::Shared;
use crate::dnevnik::caller::Caller;
use crate::dnevnik::error::ApiError;
use crate::dnevnik::model::Role;
use crate::dnevnik::shapes::{CityOut, PersonOut, SchoolOut, SchoolShort};

pub(super) async fn list(State(app): State<Shared>, caller: Caller, asked: Asked) -> Answer {
    caller.needs("EducationalInfo")?;
    let wanted = asked.query.ids("schools")?;
    app.read(|view| {
        let ids = if wanted.is_empty() {
            view.organizations_of(caller.person).into_iter().collect()
        } else {
            wanted
        };
        Ok(asked.list(ids.into_iter().filter_map(|id| view.school(id)).map(SchoolOut::from)))
    })
}

/// The caller's schools. What "organisations" are to be excluded is not documented: we take those where the caller
/// only works, so that pupils' and parents' schools remain.
pub(super) async fn of_caller(State(app): State<Shared>, caller: Caller, asked: Asked) -> Answer {
    caller.needs("EducationalInfo")?;
    let exclude = asked.query.flag("excludeOrganizations")?.unwrap_or(false);
    app.read(|view| {
        let works = |id| view.roles_in(caller.person, id).iter().all(|role| *role == Role::OrganizationStaff);
        let schools = view.schools_of(caller.person).into_iter().filter(|id| !(exclude && works(*id)));
        Ok(asked.list(schools.filter_map(|id| view.school(id)).map(SchoolShort::from)))
    })
}

pub(super) async fn cities(State(app): State<Shared>, _: Caller, asked: Asked) -> Answer {
    app.read(|view| {
        let cities: BTreeMap<i64, CityOut> =
            view.all(&view.world.organizations).map(|school| (school.city_id, school.into())).collect();
        Ok(asked.list(cities.into_values()))
    })
}

/// School cards are readable for anyone with a token.
pub(super) async fn card(State(app): State<Shared>, caller: Caller, Ids([school]): Ids<1>) -> Answer {
    caller.needs("EducationalInfo")?;
    app.read(|view| Ok(json(&SchoolOut::from(view.school(school).ok_or_else(ApiError::absent)?))))
}

/// `Admins` or `Staff`: who works in a school.
pub(super) async fn staff(
    State(app): State<Shared>,
    caller: Caller,
    asked: Asked,
    Ids([school]): Ids<1>,
) -> Answer {
    caller.needs("EducationalInfo")?;
    let admins_only = match asked.query.get("schoolMembershipType").map(str::to_lowercase).as_deref() {
        Some("admins") => true,
        Some("staff") => false,
        _ => return Err(ApiError::parameter("schoolMembershipType")),
    };
    app.read(|view| {
        view.school(school).ok_or_else(ApiError::absent)?;
        if !view.may_read_school(caller.person, school) {
            return Err(ApiError::forbidden());
        }
        let wanted =
            |role: Role| if admins_only { role == Role::EduSchoolAdministrator } else { role.is_staff() };
        let people = view.people_with(school, wanted);
        Ok(asked.list(people.into_iter().map(PersonOut::from)))
    })
}
