//! The write half, **our own design**: no public source describes how a contingent gets into the real product.
//!
//! It lives under a prefix of its own so that nobody takes it for the vendor's contract, follows the house style
//! of the read API, and like the real import it matches nothing: posting something twice makes a twin.

mod check;
mod create;
mod execute;
mod fields;
mod idempotency;
mod listing;
mod update;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use axum::routing::{get, put};

use super::app::Shared;
use super::caller::Caller;
use super::error::{ApiError, Kind};
use super::faults::Storing;
use super::id::Id;
use super::read::{Ids, body};
use super::view::View;
use crate::serving::wire::Connection;
use create::{Batch, What};
use execute::{Job, Order};
use fields::Fields;

/// Items a request may carry.
const MOST_ITEMS: usize = 100;

pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/contingent/v1/schools/{school}/memberships", get(listing::memberships).post(create_many))
        .route("/contingent/v1/schools/{school}/relatives", get(listing::relatives).post(create_many))
        .route("/contingent/v1/schools/{school}/edu-groups", axum::routing::post(create_many))
        .route("/contingent/v1/schools/{school}/persons", axum::routing::post(create_many))
        .route("/contingent/v1/schools/{school}/edu-group-memberships", axum::routing::post(create_many))
        .route("/contingent/v1/edu-groups/{id}", put(update_one))
        .route("/contingent/v1/persons/{id}", put(update_one))
        .route("/contingent/v1/memberships/{id}", put(update_one))
        .route("/contingent/v1/edu-group-memberships/{id}", put(update_one))
}

/// A write as it arrived: what it asks for, and what is to become of it.
pub(crate) struct Arrived {
    storing: Storing,
    connection: Connection,
    uri: Uri,
    headers: HeaderMap,
    bytes: Bytes,
}

impl<S: Send + Sync> FromRequest<S> for Arrived {
    type Rejection = ApiError;
    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let (uri, headers) = (request.uri().clone(), request.headers().clone());
        let storing = request.extensions().get().copied().unwrap_or_default();
        let connection = request.extensions().get::<Connection>().cloned();
        let connection =
            connection.ok_or_else(|| ApiError::new(Kind::ServerError, "no connection to answer on"))?;
        let bytes = Bytes::from_request(request, state).await;
        let bytes = bytes.map_err(|error| ApiError::new(Kind::InvalidRequest, error.body_text()))?;
        Ok(Arrived { storing, connection, uri, headers, bytes })
    }
}

impl Arrived {
    /// The collection the path names, counted from its end: `persons` in `…/schools/1/persons`.
    fn what(&self, from_end: usize) -> Result<What, ApiError> {
        let word = self.uri.path().rsplit('/').nth(from_end);
        word.and_then(What::of_word).ok_or_else(ApiError::absent)
    }

    async fn carry_out(self, app: Shared, job: Job) -> Result<Response, ApiError> {
        let order = Order::new(&self.headers, &self.uri, &self.bytes, job);
        execute::execute(app, order, self.storing, self.connection).await
    }
}

pub(crate) async fn create_many(
    State(app): State<Shared>,
    caller: Caller,
    Ids([school]): Ids<1>,
    arrived: Arrived,
) -> Result<Response, ApiError> {
    admin_of(&app, &caller, school)?;
    let batch = Batch::parse(arrived.what(0)?, school, body(&arrived.bytes)?)?;
    arrived.carry_out(app, Job::Create(batch)).await
}

/// Only links can be taken away.
pub(crate) async fn remove_one(
    State(app): State<Shared>,
    caller: Caller,
    Ids([id]): Ids<1>,
    arrived: Arrived,
) -> Result<Response, ApiError> {
    let person = app.read(|view| view.world.links.get(id).map(|link| link.person));
    let person = person.ok_or_else(ApiError::absent)?;
    let schools = app.read(|view| schools_concerned(view, person));
    let own = schools.into_iter().any(|school| admin_of(&app, &caller, school).is_ok());
    match own {
        true => arrived.carry_out(app, Job::Remove(id)).await,
        false => Err(ApiError::forbidden()),
    }
}

/// Schools whose administrators look after this person's account: its own, and those of its children.
fn schools_concerned(view: View<'_>, person: Id) -> Vec<Id> {
    let own = |id: Id| {
        let made_by = view.person(id).and_then(|person| person.school);
        view.schools_of(id).into_iter().chain(made_by)
    };
    let of_children = view.children_of(person).into_iter().flat_map(|child| own(child.id));
    own(person).chain(of_children).collect()
}

async fn update_one(
    State(app): State<Shared>,
    caller: Caller,
    Ids([id]): Ids<1>,
    arrived: Arrived,
) -> Result<Response, ApiError> {
    let what = arrived.what(1)?;
    let schools = app.read(|view| update::schools_of(view.world, what, id)).ok_or_else(ApiError::absent)?;
    let school = schools.iter().copied().find(|school| admin_of(&app, &caller, *school).is_ok());
    let school = school.ok_or_else(ApiError::forbidden)?;
    let fields = Fields::new(body(&arrived.bytes)?);
    arrived.carry_out(app, Job::Update { what, id, school, fields }).await
}

/// Writing needs the administrator's role in that very school.
pub(crate) fn admin_of(app: &Shared, caller: &Caller, school: Id) -> Result<(), ApiError> {
    app.read(|view| {
        view.school(school).ok_or_else(ApiError::absent)?;
        match view.world.is_admin(caller.person, school) {
            true => Ok(()),
            false => {
                let text = "The role EduSchoolAdministrator in this school is required";
                Err(ApiError::new(Kind::OwnerForbidden, text))
            }
        }
    })
}
