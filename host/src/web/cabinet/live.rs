//! What goes on with a task, told while it does: on the page as it is made, then as events that its script hears.
//!
//! Whoever has no script gets a page that reloads itself. Everybody who looks hears the same, and a reload goes on where it
//! was: nothing of it belongs to a browser. A stream ends after a minute and the browser asks again, so that whoever is
//! shut out hears nothing more.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{RawQuery, State};
use axum::http::{HeaderName, HeaderValue};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream};
use serde::Serialize;

use super::signed::value;
use super::task::AtTask;
use crate::daemon::cabinet::Busy;
use crate::daemon::errands::{Look, Progress};
use crate::daemon::live::Running;
use crate::daemon::orders::UnderWay;
use crate::daemon::page;
use crate::daemon::told::local_time;
use crate::model::{Message, TaskRef};
use crate::report::Catalogue;
use crate::web::language::Spoken;
use crate::web::{Face, params};

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(500);

/// Looks of one stream.
const LOOKS: u32 = 120;

/// What may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Check,
    Plan,
    Send,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Check, Self::Plan, Self::Send];

    fn name(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Plan => "plan",
            Self::Send => "send",
        }
    }

    /// Where it is looked at.
    fn page(self) -> &'static str {
        match self {
            Self::Check => "~check",
            Self::Plan => "~plan",
            Self::Send => "~progress",
        }
    }
}

/// Something that goes on, for a page and its script.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Told {
    /// What it is at.
    pub(super) words: String,
    /// How much of it is done, in words; empty where there is nothing to count.
    pub(super) count: String,
    pub(super) done: u64,
    pub(super) total: u64,
}

impl Told {
    fn of(texts: &Catalogue, words: String, done: u64, total: u64) -> Self {
        let counted = Message::new("cabinet-live-count").with("done", done).with("total", total);
        let count = if total > 0 { texts.text(&counted) } else { String::new() };
        Self { words, count, done, total }
    }

    fn words(words: String) -> Self {
        Self { words, ..Self::default() }
    }

    /// A piece of work in the background.
    pub(super) fn errand(texts: &Catalogue, kind: Kind, progress: Progress) -> Self {
        let phase = progress.phase.map(|phase| format!("phase-{phase}"));
        let words = phase.unwrap_or_else(|| format!("cabinet-live-{}", kind.name()));
        Self::of(texts, texts.word(&words), progress.done, progress.total)
    }

    fn running(texts: &Catalogue, running: &Running, stopping: bool) -> Self {
        let phase = running.phase.as_ref().map(|phase| format!("phase-{phase}"));
        let phase = phase.filter(|_| !stopping);
        let words = phase
            .unwrap_or_else(|| if stopping { "cabinet-live-stopping" } else { "cabinet-live-send" }.into());
        Self::of(texts, texts.word(&words), running.done, running.total)
    }
}

/// Where what goes on is put on a page, for its script.
pub(super) struct Place {
    pub(super) events: String,
    pub(super) after: String,
    pub(super) told: Told,
}

impl Place {
    pub(super) fn of(at: &AtTask, kind: Kind, told: Told) -> Self {
        let events = format!("{}/~events?of={}", at.path(), kind.name());
        Self { events, after: format!("{}/{}", at.path(), kind.page()), told }
    }

    /// The script's address.
    pub(super) fn script(&self) -> &'static str {
        page::SCRIPT_PATH
    }
}

/// A run that waits or goes on, in words; nothing where none does.
pub(super) fn sending(at: &AtTask, texts: &Catalogue, under_way: &UnderWay) -> Option<Told> {
    match under_way {
        UnderWay::Waits { behind, not_before } => {
            let later = not_before.map(|at_| local_time(at_, &at.school.config));
            Some(Told::words(texts.text(&waits(at, texts, behind.as_ref(), later))))
        }
        UnderWay::Runs { running: Some(running), stopping } => Some(Told::running(texts, running, *stopping)),
        UnderWay::Runs { running: None, .. } => Some(Told::words(texts.word("cabinet-live-send"))),
        UnderWay::Elsewhere(running) => Some(Told::running(texts, running, false)),
        UnderWay::Broken => None,
    }
}

fn waits(at: &AtTask, texts: &Catalogue, behind: Option<&TaskRef>, later: Option<String>) -> Message {
    let other = behind.and_then(|behind| at.school.package(&behind.task));
    match (other, later) {
        (Some(package), _) => {
            let title = texts.language().of(&package.manifest.title);
            Message::new("cabinet-live-behind").with("task", title)
        }
        (None, Some(time)) => Message::new("cabinet-live-later").with("at", time),
        (None, None) => Message::new("cabinet-live-waits"),
    }
}

/// Who listens, and to what.
struct Listener {
    face: Arc<Face>,
    at: AtTask,
    texts: Arc<Catalogue>,
    kind: Kind,
    before: Option<Told>,
    looks: u32,
}

impl Listener {
    async fn told(&self) -> Result<Option<Told>, Busy> {
        let (cabinet, name) = (&self.face.cabinet, self.at.name());
        let errand = |progress| Told::errand(&self.texts, self.kind, progress);
        Ok(match self.kind {
            Kind::Check => progress(cabinet.checked(&name)).map(errand),
            Kind::Plan => progress(cabinet.planned(&name)).map(errand),
            Kind::Send => {
                let under_way = cabinet.under_way(&name).await?;
                under_way.and_then(|under_way| sending(&self.at, &self.texts, &under_way))
            }
        })
    }

    /// What is new, if anything is; nothing: the stream ends.
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Option<Self>)> {
        while self.looks < LOOKS {
            if self.looks > 0 {
                tokio::time::sleep(PAUSE).await;
            }
            self.looks += 1;
            match self.told().await {
                // The server stops; the next one says how it stands.
                Err(Busy) => return None,
                Ok(None) => return Some((Ok(Event::default().event("over").data("over")), None)),
                Ok(told) if told == self.before => {}
                Ok(Some(told)) => {
                    let event = Event::default().event("state").json_data(&told).ok()?;
                    self.before = Some(told);
                    return Some((Ok(event), Some(self)));
                }
            }
        }
        None
    }
}

fn progress<T>(look: Look<T>) -> Option<Progress> {
    match look {
        Look::UnderWay(progress) => Some(progress),
        Look::Nothing | Look::Done(..) | Look::Broken => None,
    }
}

/// `GET …/~events?of=check`, `plan`, `send`: what goes on, as it does.
pub(super) async fn events(
    State(face): State<Arc<Face>>,
    at: AtTask,
    spoken: Spoken,
    RawQuery(query): RawQuery,
) -> Response {
    let query = params(query.unwrap_or_default().as_bytes());
    let asked = Kind::ALL.into_iter().find(|kind| kind.name() == value(&query, "of"));
    let (texts, kind) = (at.texts(&face, &spoken), asked.unwrap_or(Kind::Send));
    let mut response =
        Sse::new(heard(Listener { face, at, texts, kind, before: None, looks: 0 })).into_response();
    // A proxy that gathers answers would pass nothing on before the end.
    response
        .headers_mut()
        .insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

fn heard(listener: Listener) -> impl Stream<Item = Result<Event, Infallible>> + Send {
    stream::unfold(Some(listener), |listener| async move { listener?.next().await })
}
