//! The cabinet's pages: for people with accounts, once they have signed in.
//!
//! Every page stands in one table ([`PAGES`]), by which the router is made and a test asks for each of them with
//! somebody else's session. Whoever is not signed in is asked to be; a school that a person does not see is not there.

mod browser;
mod entry;
mod own;
mod pager;
mod school;
mod shell;
mod signed;

use std::sync::Arc;

use axum::Router;
use axum::routing::{MethodRouter, get, post};

use super::Face;

/// An address, and what answers there.
type Entry = (&'static str, fn() -> MethodRouter<Arc<Face>>);

/// All addresses of the cabinet. No school can be called `~…`.
const PAGES: &[Entry] = &[
    ("/", || get(own::home)),
    ("/~sign-in", || get(entry::sign_in).post(entry::enter)),
    ("/~sign-out", || post(own::sign_out)),
    ("/~invitation/{token}", || get(entry::invitation).post(entry::set_up)),
    ("/runs/{run}", || get(school::by_number)),
    ("/~me", || get(own::sessions)),
    ("/~me/end", || post(own::end)),
    ("/~school/{school}", || get(school::school)),
    ("/~school/{school}/{task}", || get(school::task)),
    ("/~school/{school}/{task}/{run}", || get(school::run)),
    ("/~school/{school}/{task}/{run}/{file}", || get(school::report)),
];

/// With the cabinet's pages.
pub(super) fn add(router: Router<Arc<Face>>) -> Router<Arc<Face>> {
    PAGES.iter().fold(router, |router, (path, methods)| router.route(path, methods()))
}

/// The addresses, for whoever tries them all.
pub(super) fn paths() -> impl Iterator<Item = &'static str> {
    PAGES.iter().map(|(path, _)| *path)
}
