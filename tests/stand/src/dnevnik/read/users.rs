//! Calls about users: `me`, or a user by id.

use axum::body::Bytes;
use axum::extract::{Path, State};

use super::{Answer, Asked, body};
use crate::serving::answer::json;
use crate::dnevnik::app::Shared;
use crate::dnevnik::caller::Caller;
use crate::dnevnik::error::ApiError;
use crate::dnevnik::id::Id;
use crate::dnevnik::model::Person;
use crate::dnevnik::settings::Shape;
use crate::dnevnik::shapes::{
    ContextOut, MembershipOut, OrganizationOut, PersonOut, RelativeOut, RelativesOut, UserOut,
};
use crate::dnevnik::view::View;

/// The person meant by `me` or by a user's id, if the caller may see them.
pub(super) fn meant<'a>(view: View<'a>, caller: &Caller, user: &str) -> Result<&'a Person, ApiError> {
    if user == "me" {
        return view.person(caller.person).ok_or_else(ApiError::absent);
    }
    let id: Id = user.parse().map_err(|_| ApiError::parameter("user"))?;
    let person = view.person_of_user(id).ok_or_else(ApiError::absent)?;
    match view.may_read_person(caller.person, person) {
        true => Ok(person),
        false => Err(ApiError::forbidden()),
    }
}

fn profile_out(view: View<'_>, caller: &Caller, person: &Person) -> UserOut {
    UserOut::of(view, person, view.world.settings.show_contacts || caller.has("ContactInfo"))
}

pub(super) async fn profile(State(app): State<Shared>, caller: Caller, Path(user): Path<String>) -> Answer {
    app.read(|view| Ok(json(&profile_out(view, &caller, meant(view, &caller, &user)?))))
}

pub(super) async fn many(State(app): State<Shared>, caller: Caller, asked: Asked, bytes: Bytes) -> Answer {
    let ids: Vec<Id> = body(&bytes)?;
    app.read(|view| {
        let users = ids.iter().filter_map(|id| view.person_of_user(*id));
        let users = users.filter(|person| view.may_read_person(caller.person, person));
        Ok(asked.list(users.map(|person| profile_out(view, &caller, person))))
    })
}

pub(super) async fn roles(
    State(app): State<Shared>,
    caller: Caller,
    asked: Asked,
    Path(user): Path<String>,
) -> Answer {
    app.read(|view| Ok(asked.list(view.roles_of(meant(view, &caller, &user)?))))
}

pub(super) async fn context(State(app): State<Shared>, caller: Caller, Path(user): Path<String>) -> Answer {
    ["CommonInfo", "FriendsAndRelatives", "EducationalInfo"]
        .iter()
        .try_for_each(|scope| caller.needs(scope))?;
    app.read(|view| Ok(json(&ContextOut::of(view, meant(view, &caller, &user)?))))
}

/// Only one's own organisations can be asked for.
fn own(user: &str) -> Result<(), ApiError> {
    (user == "me").then_some(()).ok_or_else(ApiError::absent)
}

pub(super) async fn organizations(
    State(app): State<Shared>,
    caller: Caller,
    asked: Asked,
    Path(user): Path<String>,
) -> Answer {
    caller.needs("EducationalInfo")?;
    own(&user)?;
    app.read(|view| Ok(asked.list(view.organizations_of(caller.person).into_iter().map(|id| id.0))))
}

pub(super) async fn organization(
    State(app): State<Shared>,
    caller: Caller,
    Path((user, organization)): Path<(String, String)>,
) -> Answer {
    caller.needs("EducationalInfo")?;
    own(&user)?;
    let id: Id = organization.parse().map_err(|_| ApiError::parameter("organization"))?;
    app.read(|view| {
        let organization = view.school(id).ok_or_else(ApiError::absent)?;
        if !view.organizations_of(caller.person).contains(&id) {
            return Err(ApiError::forbidden());
        }
        Ok(json(&OrganizationOut::from(organization)))
    })
}

pub(super) async fn schools(
    State(app): State<Shared>,
    caller: Caller,
    asked: Asked,
    Path(user): Path<String>,
) -> Answer {
    caller.needs("EducationalInfo")?;
    app.read(|view| {
        let person = meant(view, &caller, &user)?;
        Ok(asked.list(view.schools_of(person.id).into_iter().map(|id| id.0)))
    })
}

pub(super) async fn groups(
    State(app): State<Shared>,
    caller: Caller,
    asked: Asked,
    Path(user): Path<String>,
) -> Answer {
    caller.needs("EducationalInfo")?;
    app.read(|view| {
        let person = meant(view, &caller, &user)?;
        Ok(asked.list(view.groups_of(person.id, false).iter().map(|group| group.id.0)))
    })
}

pub(super) async fn memberships(
    State(app): State<Shared>,
    caller: Caller,
    Path(user): Path<String>,
) -> Answer {
    caller.needs("EducationalInfo")?;
    app.read(|view| Ok(json(&MembershipOut::of(view, meant(view, &caller, &user)?))))
}

pub(super) async fn relatives(
    State(app): State<Shared>,
    caller: Caller,
    asked: Asked,
    Path(user): Path<String>,
) -> Answer {
    caller.needs("FriendsAndRelatives")?;
    app.read(|view| {
        let person = meant(view, &caller, &user)?;
        let relatives = RelativeOut::list(view, person.id);
        Ok(match view.world.settings.relatives_shape {
            Shape::List => asked.list(relatives),
            Shape::Object => json(&RelativesOut { person: person.into(), relatives }),
        })
    })
}

/// The relatives of the caller's children, child by child.
pub(super) async fn children_relatives(
    State(app): State<Shared>,
    caller: Caller,
    asked: Asked,
    Path(user): Path<String>,
) -> Answer {
    caller.needs("FriendsAndRelatives")?;
    own(&user)?;
    app.read(|view| {
        let children = view.children_of(caller.person).into_iter();
        let nested = |child: &Person| RelativesOut {
            person: child.into(),
            relatives: RelativeOut::list(view, child.id),
        };
        Ok(asked.list(children.map(nested)))
    })
}

/// Ids of users: children without an account are missing here.
pub(super) async fn children_ids(
    State(app): State<Shared>,
    caller: Caller,
    asked: Asked,
    Path(user): Path<String>,
) -> Answer {
    caller.needs("EducationalInfo")?;
    own(&user)?;
    app.read(|view| {
        Ok(asked
            .list(view.children_of(caller.person).iter().filter_map(|child| child.user_id).map(|id| id.0)))
    })
}

pub(super) async fn children(
    State(app): State<Shared>,
    caller: Caller,
    asked: Asked,
    Path(user): Path<String>,
) -> Answer {
    caller.needs("EducationalInfo")?;
    app.read(|view| {
        let person = meant(view, &caller, &user)?;
        Ok(asked.list(view.children_of(person.id).into_iter().map(PersonOut::from)))
    })
}
