//! What a form would change in the school's file, before it is written: what was filled in comes along, to be sent again.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::settings_form::Texts;
use super::shell::{Shell, shown};
use crate::config::Field;
use crate::daemon::cabinet::{Change, Judged, Person};
use crate::daemon::page::Anchor;
use crate::model::Param;

/// A setting that would be other than it is.
pub(super) struct Changed {
    label: String,
    before: String,
    after: String,
}

#[derive(Template)]
#[template(path = "cabinet/settings_change.html")]
struct ChangePage<'a> {
    shell: Shell,
    person: &'a Person,
    up: Anchor,
    here: String,
    version: String,
    changes: Vec<Changed>,
    /// What was filled in, to be sent again with the confirmation.
    sent: Vec<Param>,
}

/// Where a change is looked at.
pub(super) struct Around<'a> {
    pub(super) shell: Shell,
    pub(super) person: &'a Person,
    pub(super) up: Anchor,
    pub(super) here: String,
}

/// What a change is, told by the texts of these fields.
pub(super) fn told(texts: &Texts<'_>, fields: &[Field<'_>], judged: &Judged) -> Vec<Changed> {
    let changed = |change: &Change| {
        let (label, at) = texts.place(fields, &change.place)?;
        let (before, after) = (change.before.as_ref(), change.after.as_ref());
        Some(Changed { label, before: texts.value(at, before), after: texts.value(at, after) })
    };
    judged.changes.iter().filter_map(changed).collect()
}

/// The page that shows a change and asks for a confirmation.
pub(super) fn page(around: Around<'_>, version: &str, changes: Vec<Changed>, sent: Vec<Param>) -> Response {
    let page = ChangePage {
        person: around.person,
        up: around.up,
        here: around.here,
        version: version.to_owned(),
        changes,
        sent,
        shell: around.shell,
    };
    shown(StatusCode::OK, &page)
}
