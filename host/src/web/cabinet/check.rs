//! «Проверить»: is everything ready, and if not, what to do; the same lines as the command line's.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::tz::TimeZone;

use super::live::{Kind, Place, Told};
use super::shell::{Notice, Shell, shown};
use super::signed::busy;
use super::task::{AtTask, TaskDeed};
use crate::daemon::check::{Checked, Line, Remedy};
use crate::daemon::errands::{Begun, Look};
use crate::daemon::page::{self, Anchor, Mark};
use crate::daemon::told::local_time;
use crate::model::{Message, Severity};
use crate::report::Catalogue;
use crate::web::language::Spoken;
use crate::web::{Face, see};

/// A line, for people.
struct Row {
    class: &'static str,
    shape: &'static str,
    word: String,
    what: String,
    remedy: String,
    /// Where it is put right.
    go: Option<Anchor>,
}

#[derive(Template)]
#[template(path = "cabinet/check.html")]
struct CheckPage {
    shell: Shell,
    up: Anchor,
    path: String,
    /// Proof that a form is ours; nothing for whoever only looks.
    step: Option<String>,
    notice: Option<Notice>,
    place: Option<Place>,
    rows: Vec<Row>,
    said: Vec<String>,
}

/// `GET …/~check`: what the last check came to, or how far it is.
pub(super) async fn look(State(face): State<Arc<Face>>, at: AtTask, spoken: Spoken) -> Response {
    let (shell, texts) = (at.shell(&face, &spoken, "cabinet-checking"), at.texts(&face, &spoken));
    let mut page = CheckPage {
        up: at.up(spoken.language()),
        path: at.path(),
        step: at.step(),
        notice: None,
        place: None,
        rows: Vec::new(),
        said: Vec::new(),
        shell,
    };
    match face.cabinet.checked(&at.name()) {
        Look::Nothing => page.said.push(page.shell.word("cabinet-check-none")),
        Look::Broken => page.notice = Some(Notice::of(&page.shell, Mark::Bad, "cabinet-broken")),
        Look::UnderWay(progress) => {
            page.place = Some(Place::of(&at, Kind::Check, Told::errand(&texts, Kind::Check, progress)));
            return page::scripted(shown(StatusCode::OK, &page));
        }
        Look::Done(checked, when) => {
            page.rows = checked.lines.iter().map(|line| row(&at, &texts, line)).collect();
            let when = Message::new("cabinet-check-at").with("at", local_time(when, &at.school.config));
            page.said.push(page.shell.text(when));
            page.said.extend(last_good(&at, &texts, &checked));
            page.notice = Some(verdict(&page.shell, &checked));
        }
    }
    shown(StatusCode::OK, &page)
}

/// In a word: can it be sent?
fn verdict(shell: &Shell, checked: &Checked) -> Notice {
    match checked.worst() {
        Some(Severity::Problem) => Notice::of(shell, Mark::Bad, "cabinet-check-problem"),
        Some(Severity::Warning) => Notice::of(shell, Mark::Plain, "cabinet-check-warning"),
        Some(Severity::Good) | None => Notice::of(shell, Mark::Good, "cabinet-check-good"),
    }
}

fn last_good(at: &AtTask, texts: &Catalogue, checked: &Checked) -> Option<String> {
    checked.worst().filter(|worst| *worst != Severity::Good)?;
    Some(match checked.last_good {
        Some(good) => {
            texts.text(&Message::new("check-last-good").with("at", local_time(good, &at.school.config)))
        }
        None => texts.word("check-never-good"),
    })
}

fn row(at: &AtTask, texts: &Catalogue, line: &Line) -> Row {
    let (class, shape, word) = match line.severity {
        Severity::Good => ("good", "✓", "cabinet-check-line-good"),
        Severity::Warning => ("warn", "◆", "cabinet-check-line-warning"),
        Severity::Problem => ("bad", "✕", "cabinet-check-line-problem"),
    };
    let zone = TimeZone::get(&at.school.config.time_zone).unwrap_or(TimeZone::UTC);
    let (remedy, go) = line.remedy.as_ref().map(|remedy| told(at, texts, remedy)).unwrap_or_default();
    Row { class, shape, word: texts.word(word), what: line.what(texts, at.connector(), &zone), remedy, go }
}

/// What to do, and where it is done.
fn told(at: &AtTask, texts: &Catalogue, remedy: &Remedy) -> (String, Option<Anchor>) {
    match remedy {
        Remedy::Found(message) => (at.text(texts, message), None),
        Remedy::Host(message) => (texts.text(message), None),
        Remedy::Later => (texts.word("cabinet-check-later"), None),
        Remedy::Hint(hint) => (texts.text(&Message::new("cabinet-check-hint").with("hint", hint)), None),
        Remedy::Enable => {
            let address = format!("{}/~switch?to=on", at.path());
            let go = Anchor { address, words: texts.word("cabinet-switch-on") };
            (String::new(), Some(go).filter(|_| at.may_act()))
        }
    }
}

/// `POST …/~check`: begins one. While one goes on, that one is it.
pub(super) async fn begin(
    State(face): State<Arc<Face>>,
    spoken: Spoken,
    TaskDeed { at, .. }: TaskDeed,
) -> Response {
    match face.cabinet.check(&at.school, &at.task) {
        Begun::Full => busy(&face, &spoken),
        Begun::New | Begun::Before => see(&format!("{}/~check", at.path())),
    }
}
