//! The cabinet's pages: for people with accounts, once they have signed in.
//!
//! Every page stands in one table ([`PAGES`]), by which the router is made and a test asks for each of them with
//! somebody else's session. Whoever is not signed in is asked to be; a school that a person does not see is not there.

mod acting;
mod awaited;
mod binding;
mod browser;
mod check;
mod chosen;
mod classes;
mod deed;
mod entry;
mod history;
mod import;
mod inbox;
mod live;
mod made;
mod notify;
mod own;
mod pager;
mod people;
mod person;
mod plan;
mod plan_list;
mod progress;
mod questions;
mod reading;
mod records;
mod removing;
mod school;
mod send;
mod settings;
mod settings_change;
mod settings_form;
mod settings_read;
mod settings_rows;
mod settings_secret;
mod settings_table;
mod shell;
mod signed;
mod switch;
mod task;
mod task_page;
mod upload;
mod ways;
mod week;
mod wishes;

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::routing::{MethodRouter, get, post};
use axum::{Router, middleware};

use super::{Face, language};

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
    (records::PATH, || {
        get(records::records).post(records::hand_in).layer(DefaultBodyLimit::max(upload::BODY))
    }),
    ("/~school/{school}/~records/import", || get(import::look).post(import::answer)),
    ("/~school/{school}/~people", || get(people::list).post(people::search)),
    ("/~school/{school}/~people/{person}", || get(person::card)),
    ("/~school/{school}/~classes", || get(people::classes)),
    ("/~school/{school}/{task}/settings", || get(settings::form).post(settings::answer)),
    ("/~school/{school}/{task}", || get(task_page::task)),
    ("/~school/{school}/{task}/~switch", || get(switch::ask).post(switch::set)),
    ("/~school/{school}/{task}/~check", || get(check::look).post(check::begin)),
    ("/~school/{school}/{task}/~plan", || get(plan::look).post(plan::begin)),
    ("/~school/{school}/{task}/~send", || get(send::ask).post(send::begin)),
    ("/~school/{school}/{task}/~progress", || get(progress::look).post(progress::stop)),
    ("/~school/{school}/{task}/~events", || get(live::events)),
    ("/~school/{school}/{task}/{run}", || get(school::run)),
    ("/~school/{school}/{task}/{run}/{file}", || get(school::report)),
    // What waits for a person, and what a person does about it. No task and no run is called `~…`.
    ("/~school/{school}/~inbox", || get(inbox::page).post(inbox::read_all)),
    ("/~school/{school}/~notify", || get(notify::page).post(notify::change)),
    ("/~school/{school}/{task}/~questions", || get(questions::list).post(questions::answer)),
    ("/~school/{school}/{task}/~bind", || get(binding::page).post(binding::begin)),
    ("/~school/{school}/{task}/~unbind", || get(binding::page).post(binding::unbind)),
    ("/~school/{school}/{task}/~classes", || get(classes::numbers)),
    ("/~school/{school}/{task}/~classes/{file}", || get(classes::file)),
    ("/~school/{school}/{task}/~sheet", || get(classes::sheet)),
    ("/~school/{school}/{task}/~awaited", || get(awaited::page)),
    ("/~school/{school}/{task}/~remove", || get(removing::page).post(removing::remove)),
    ("/~school/{school}/{task}/~week", || get(week::page)),
    ("/~school/{school}/{task}/{run}/~made", || get(made::page).post(made::undo)),
];

/// The cabinet's pages, which keep the language that is asked for.
pub(super) fn pages() -> Router<Arc<Face>> {
    let pages = PAGES.iter().fold(Router::new(), |router, (path, methods)| router.route(path, methods()));
    pages.route_layer(middleware::from_fn(language::keep))
}

/// May a request bring files? Then its body is read by whoever takes them, once it is known who sends it.
pub(super) fn brings_files(path: &str) -> bool {
    let ends = records::PATH.split("{school}").collect::<Vec<_>>();
    matches!(ends[..], [before, after] if path
        .strip_prefix(before)
        .and_then(|rest| rest.strip_suffix(after))
        .is_some_and(|school| !school.contains('/')))
}

/// May a form be longer than others? One of settings has fields for each entry of a table.
pub(super) fn has_long_forms(path: &str) -> bool {
    path.starts_with("/~school/") && path.ends_with("/settings")
}

/// The addresses, for whoever tries them all.
pub(super) fn paths() -> impl Iterator<Item = &'static str> {
    PAGES.iter().map(|(path, _)| *path)
}
