//! How a run that goes on gets on, for everybody who looks, and the button that stops it. Once it has ended, this leads to
//! what it came to.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::live::{Kind, Place, sending};
use super::shell::{Shell, said, shown};
use super::signed::{busy, fault};
use super::task::{AtTask, TaskDeed};
use crate::daemon::cabinet::Busy;
use crate::daemon::orders::UnderWay;
use crate::daemon::page::{self, Anchor};
use crate::model::Message;
use crate::report::Catalogue;
use crate::store::RunStore;
use crate::web::language::Spoken;
use crate::web::{Face, see};

#[derive(Template)]
#[template(path = "cabinet/progress.html")]
struct ProgressPage {
    shell: Shell,
    up: Anchor,
    path: String,
    step: Option<String>,
    place: Place,
    stopping: bool,
    /// That it cannot be stopped here.
    elsewhere: Option<String>,
}

/// `GET …/~progress`: how far it is.
pub(super) async fn look(State(face): State<Arc<Face>>, at: AtTask, spoken: Spoken) -> Response {
    let under_way = match face.cabinet.under_way(&at.name()).await {
        Err(Busy) => return busy(&face, &spoken),
        Ok(under_way) => under_way,
    };
    let texts = at.texts(&face, &spoken);
    let told = under_way.as_ref().and_then(|under_way| sending(&at, &texts, under_way));
    let Some(told) = told else { return over(&face, &at, &spoken, under_way.as_ref()).await };
    let page = ProgressPage {
        shell: at.shell(&face, &spoken, "cabinet-progress"),
        up: at.up(spoken.language()),
        path: at.path(),
        step: at.step(),
        place: Place::of(&at, Kind::Send, told),
        stopping: matches!(under_way, Some(UnderWay::Runs { stopping: true, .. })),
        elsewhere: elsewhere(&texts, under_way.as_ref()),
    };
    page::scripted(shown(StatusCode::OK, &page))
}

fn elsewhere(texts: &Catalogue, under_way: Option<&UnderWay>) -> Option<String> {
    let Some(UnderWay::Elsewhere(running)) = under_way else { return None };
    Some(texts.text(&Message::new("cabinet-progress-elsewhere").with("pid", running.pid)))
}

/// Nothing goes on: the last run says what it came to.
async fn over(face: &Face, at: &AtTask, spoken: &Spoken, under_way: Option<&UnderWay>) -> Response {
    if let Some(UnderWay::Broken) = under_way {
        let back = at.path();
        let go = Some((back.as_str(), "cabinet-back"));
        return said(face, spoken, StatusCode::INTERNAL_SERVER_ERROR, "cabinet-send-broken", go);
    }
    let task = at.task.id.clone();
    match at.school.read(move |_, store| store.last_run(&task)).await {
        Ok(Some(run)) => see(&format!("{}/{}", at.path(), run.id.number)),
        Ok(None) => see(&at.path()),
        Err(error) => fault(face, spoken, &error),
    }
}

/// `POST …/~progress`: asks it to stop.
pub(super) async fn stop(
    State(face): State<Arc<Face>>,
    spoken: Spoken,
    TaskDeed { at, .. }: TaskDeed,
) -> Response {
    match face.cabinet.stop(&at.person, &at.name()).await {
        Err(Busy) => busy(&face, &spoken),
        Ok(Err(error)) => fault(&face, &spoken, &error),
        Ok(Ok(())) => see(&format!("{}/~progress", at.path())),
    }
}
