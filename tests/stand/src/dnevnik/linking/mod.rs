//! The diary's side of linking accounts with an identity elsewhere (ЕСИА), **our own design**.
//!
//! That the product links accounts is public, the calls by which it does are not. Here a school's administrator looks
//! accounts up, has a person's login and password checked, and makes, lists and removes links. Links are one more
//! collection of the write half and share its batches, idempotency and faults. Unlike the rest of it a link is
//! unique both ways: one identity for an account, one account for an identity.

mod credentials;
mod lookup;
mod shapes;
mod sign_in;

use axum::Router;
use axum::routing::{get, post};

use super::app::Shared;
use super::write;

pub(crate) use lookup::concerns;
pub(crate) use sign_in::sign_in;

pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/linking/v1/schools/{school}/lookup", post(lookup::lookup))
        .route("/linking/v1/schools/{school}/credentials", post(credentials::check))
        .route("/linking/v1/schools/{school}/links", get(lookup::links).post(write::create_many))
        .route("/linking/v1/links/{id}", axum::routing::delete(write::remove_one))
}
