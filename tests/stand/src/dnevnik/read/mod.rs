//! The read API: the calls a contingent connector and the independent client use.
//!
//! Each is served under `/v1`, `/v2` and `/v2.0`; the version changes nothing but the place of the token.

mod groups;
mod persons;
mod schools;
mod users;

use axum::Router;
use axum::extract::{FromRequestParts, Path};
use axum::http::Uri;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::{get, post};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::serving::answer;
use super::app::Shared;
use super::error::{ApiError, Kind};
use super::faults::Listing;
use super::id::Id;
use super::query::Query;

pub(crate) type Answer = Result<Response, ApiError>;

pub(crate) fn routes() -> Router<Shared> {
    ["/v1", "/v2", "/v2.0"].into_iter().fold(Router::new(), |router, prefix| router.nest(prefix, calls()))
}

fn calls() -> Router<Shared> {
    Router::new()
        .merge(users_calls())
        .merge(schools_calls())
        .merge(groups_calls())
        .merge(persons_calls())
        .merge(super::oauth::token_routes())
}

fn users_calls() -> Router<Shared> {
    Router::new()
        .route("/users/many", post(users::many))
        .route("/users/{user}", get(users::profile))
        .route("/users/{user}/roles", get(users::roles))
        .route("/users/{user}/context", get(users::context))
        .route("/users/{user}/organizations", get(users::organizations))
        .route("/users/{user}/organizations/{organization}", get(users::organization))
        .route("/users/{user}/schools", get(users::schools))
        .route("/users/{user}/edu-groups", get(users::groups))
        .route("/users/{user}/school-memberships", get(users::memberships))
        .route("/users/{user}/education", get(users::memberships))
        .route("/users/{user}/relatives", get(users::relatives))
        .route("/users/{user}/childrenrelatives", get(users::children_relatives))
        .route("/users/{user}/children", get(users::children_ids))
        .route("/user/{user}/children", get(users::children))
}

fn schools_calls() -> Router<Shared> {
    Router::new()
        .route("/schools", get(schools::list))
        .route("/schools/person-schools", get(schools::of_caller))
        .route("/schools/cities", get(schools::cities))
        .route("/schools/{school}", get(schools::card))
        .route("/schools/{school}/membership", get(schools::staff))
        .route("/schools/{school}/edu-groups", get(groups::of_school))
}

fn groups_calls() -> Router<Shared> {
    Router::new()
        .route("/edu-groups", get(groups::some).post(groups::students_of_many))
        .route("/edu-groups/students", post(groups::students_of_many))
        .route("/edu-groups/{group}", get(groups::one))
        .route("/edu-groups/{group}/parallel", get(groups::parallel))
        .route("/edu-groups/{group}/persons", get(groups::persons))
        .route("/edu-groups/{group}/students", get(groups::persons))
}

fn persons_calls() -> Router<Shared> {
    Router::new()
        .route("/persons", get(persons::of_group))
        .route("/persons/search", get(persons::search))
        .route("/person/search", get(persons::search))
        .route("/persons/{person}", get(persons::one))
        .route("/person/{person}/children", get(persons::children))
        .route("/persons/{person}/edu-groups", get(persons::groups))
        .route("/persons/{person}/edu-groups/all", get(persons::all_groups))
        .route("/persons/{person}/schools/{school}/edu-groups", get(persons::groups_in_school))
        .route("/persons/{person}/school-memberships", get(persons::memberships))
}

pub(crate) async fn not_found() -> ApiError {
    ApiError::absent()
}

pub(crate) async fn wrong_method() -> ApiError {
    ApiError::new(Kind::MethodNotSupported, "Method is not supported by the resource")
}

/// What came with a request beside its path: the query, and what is to go wrong with a list.
pub(crate) struct Asked {
    pub(crate) query: Query,
    listing: Option<Listing>,
}

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = std::convert::Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let uri: &Uri = &parts.uri;
        Ok(Asked {
            query: Query::parse(uri.query().unwrap_or_default()),
            listing: parts.extensions.get().copied(),
        })
    }
}

impl Asked {
    /// A list as an answer, with the fault ordered for lists.
    pub(crate) fn list<T: Serialize>(&self, items: impl IntoIterator<Item = T>) -> Response {
        let encoded: Result<Vec<Box<serde_json::value::RawValue>>, _> =
            items.into_iter().map(|item| serde_json::value::to_raw_value(&item)).collect();
        let mut items = match encoded {
            Ok(items) => items,
            Err(error) => {
                let error = ApiError::new(Kind::ServerError, format!("cannot encode the answer: {error}"));
                return axum::response::IntoResponse::into_response(error);
            }
        };
        if let Some(listing) = self.listing {
            listing.apply(&mut items);
        }
        answer::json(&items)
    }
}

/// Path parameters that are ids; anything else in their place is a bad parameter, not a missing page.
pub(crate) struct Ids<const N: usize>(pub(crate) [Id; N]);

impl<const N: usize, S: Send + Sync> FromRequestParts<S> for Ids<N> {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let texts = path_texts(parts, state).await?;
        let ids: Result<Vec<Id>, ApiError> =
            texts.iter().map(|(name, text)| text.parse().map_err(|_| ApiError::parameter(name))).collect();
        ids?.try_into().map(Ids).map_err(|_| ApiError::absent())
    }
}

/// The parameters of the path in order of appearance.
async fn path_texts<S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<Vec<(String, String)>, ApiError> {
    Path::<Vec<(String, String)>>::from_request_parts(parts, state)
        .await
        .map(|Path(texts)| texts)
        .map_err(|_| ApiError::new(Kind::InvalidRequest, "Bad path"))
}

/// The body as JSON of one form.
pub(crate) fn body<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    serde_json::from_slice(bytes)
        .map_err(|error| ApiError::new(Kind::InvalidRequest, format!("Bad body: {error}")))
}
