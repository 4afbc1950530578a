//! The REST root: persons, what belongs to them, organisations.
//!
//! Only what the token's scopes cover is sent. Where public material is silent a setting holds our assumption.

mod bearer;
mod collection;
mod error;
mod organization;
mod person;
mod shape;

use axum::Router;
use axum::routing::get;

use super::app::Shared;

pub(crate) use error::not_found;

pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/rs/prns/{oid}", get(person::one))
        .route("/rs/prns/{oid}/", get(person::one))
        .route("/rs/prns/{oid}/{collection}", get(collection::all))
        .route("/rs/prns/{oid}/{collection}/{id}", get(collection::one))
        .route("/rs/prns/{oid}/kids/{kid}/docs", get(collection::documents_of_kid))
        .route("/rs/orgs/{oid}", get(organization::one))
}
