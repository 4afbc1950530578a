//! Secrets of a task: they go in, and are never shown again.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::Response;

use super::settings::Place;
use super::shell::Shell;
use super::signed::{refused, value};
use crate::daemon::cabinet::{School, SecretLine};
use crate::daemon::page::Mark;
use crate::daemon::told::local_time;
use crate::daemon::vault;
use crate::model::{Message, Param, is_unseen};
use crate::store::LANE_BUSY;
use crate::web::see;

/// A secret as people see it: never its value.
pub(super) struct Secret {
    pub(super) name: String,
    pub(super) label: String,
    pub(super) state: String,
}

impl Secret {
    /// Whether one is there, and since when.
    pub(super) fn of(shell: &Shell, school: &School, line: &SecretLine) -> Self {
        let set = |at| Message::new("cabinet-secret-set-at").with("at", local_time(at, &school.config));
        Self {
            name: line.name.clone(),
            label: shell.language().of(&line.need.title).to_owned(),
            state: line.set.map_or_else(|| shell.word("cabinet-secret-none"), |at| shell.text(set(at))),
        }
    }
}

/// A secret goes in, and is never shown again.
pub(super) async fn put(place: &Place<'_>, sent: &[Param]) -> Response {
    let name = value(sent, "secret").to_owned();
    let by_hand = place.package.manifest.secrets.get(&name).is_some_and(|need| !need.captured);
    if !by_hand {
        return refused(place.face, place.spoken);
    }
    let typed = vault::typed(value(sent, "value").trim()).filter(|text| !text.chars().any(is_unseen));
    let Some(typed) = typed.map(str::to_owned) else {
        let notice = Some((Mark::Bad, "cabinet-secret-unfit"));
        return place.as_it_is(StatusCode::UNPROCESSABLE_ENTITY, notice).await;
    };
    let cabinet = Arc::clone(&place.face.cabinet);
    let (person, task) = (place.person.clone(), place.task.clone());
    let put = place
        .school
        .read(move |school, store| cabinet.put_secret(&person, school, store, (&task, &name), &typed));
    match put.await {
        Ok(()) => see(&format!("{}?secret", place.here())),
        Err(error) if error.is(LANE_BUSY) => {
            place.as_it_is(StatusCode::CONFLICT, Some((Mark::Bad, "cabinet-secret-busy"))).await
        }
        Err(error) => place.unreadable(&error),
    }
}
