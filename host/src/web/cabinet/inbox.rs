//! What waits for the school: on top of its page, and as a list with what has happened lately.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::tz::TimeZone;

use super::deed::Deed;
use super::pager::Pager;
use super::school::{AtSchool, path_of, reason, title, up};
use super::shell::{Shell, shown};
use super::signed::fault;
use crate::daemon::cabinet::{Person, School, TaskLine, Waits};
use crate::daemon::page::Anchor;
use crate::daemon::told::local_time;
use crate::error::Result;
use crate::model::{Message, Millis, RunSummary, TaskId, visible};
use crate::report::notify::line;
use crate::report::words;
use crate::store::{DeliveryState, Notice, SchoolDb};
use crate::web::language::Spoken;
use crate::web::{Face, params, see};

/// Events on a page, of so many that are looked at.
const EVENTS: usize = 30;
const LOOK_BACK: u32 = 300;

/// Something that waits for a person.
pub(super) struct Waiting {
    pub(super) address: String,
    pub(super) title: String,
    pub(super) words: String,
    /// What to do.
    pub(super) advice: String,
}

/// A task with what waits at it.
pub(super) type Waited = (TaskLine, Vec<Waits>);

/// Reads what waits at all tasks.
///
/// # Errors
/// Our own store fails.
pub(super) fn read(school: &School, store: &SchoolDb, now: Millis) -> Result<Vec<Waited>> {
    let lines = school.tasks(store, now)?.into_iter();
    lines.map(|line| school.waits(store, &line, now).map(|waits| (line, waits))).collect()
}

/// What waits, in words: what somebody here can do first, what others have to do last.
pub(super) fn told(face: &Face, shell: &Shell, school: &School, waited: &[Waited]) -> Vec<Waiting> {
    let teller = Teller { face, shell, school };
    let all = waited.iter().flat_map(|(line, waits)| waits.iter().map(move |one| (line, one)));
    let (people, ours): (Vec<_>, Vec<_>) = all.partition(|(_, one)| matches!(one, Waits::People(_)));
    ours.into_iter().chain(people).map(|(line, one)| teller.waiting(line, one)).collect()
}

struct Teller<'a> {
    face: &'a Face,
    shell: &'a Shell,
    school: &'a School,
}

impl Teller<'_> {
    fn waiting(&self, line: &TaskLine, one: &Waits) -> Waiting {
        let task = path_of(self.school, &line.task.id);
        let (address, words, advice) = match one {
            Waits::Binding => (format!("{task}/~bind"), self.word("binding-unbound"), "inbox-binding"),
            Waits::Questions(n) => {
                (format!("{task}/~questions"), self.count("status-decisions", *n), "inbox-questions")
            }
            Waits::Held(run) => (format!("{task}/~plan"), self.reason(line, run), "inbox-held"),
            Waits::Failed(run) => (self.run(run), self.reason(line, run), failed(run)),
            Waits::Certificate(name, end) => (task, self.certificate(name, *end), "inbox-certificate"),
            Waits::People(n) => {
                (format!("{task}/~awaited"), self.count("inbox-people", *n), "inbox-people-advice")
            }
        };
        Waiting { address, title: title(self.shell, line), words, advice: self.word(advice) }
    }

    fn word(&self, code: &str) -> String {
        self.shell.word(code)
    }

    fn count(&self, code: &str, n: impl std::fmt::Display) -> String {
        self.shell.text(Message::new(code).with("n", n))
    }

    fn run(&self, run: &RunSummary) -> String {
        format!("{}/{}", path_of(self.school, &run.task.task), run.id.number)
    }

    fn reason(&self, line: &TaskLine, run: &RunSummary) -> String {
        let reason = reason(self.face, self.shell, line.package.as_deref(), run);
        reason.unwrap_or_else(|| words::status(&self.shell.texts, Some(run.status)))
    }

    fn certificate(&self, name: &str, end: Millis) -> String {
        let over = end <= self.face.cabinet.now();
        let code = if over { "inbox-certificate-over" } else { "inbox-certificate-ends" };
        let day = local_time(end, &self.school.config);
        self.shell.text(Message::new(code).with("name", name).with("at", day))
    }
}

fn failed(run: &RunSummary) -> &'static str {
    match run.status {
        crate::model::RunStatus::NotConfirmed => "inbox-not-confirmed",
        _ => "inbox-failed",
    }
}

/// Something that has happened.
struct Event {
    at: String,
    words: String,
    run: Option<Anchor>,
    is_new: bool,
    /// To whom it could not be told.
    lost: String,
}

#[derive(Template)]
#[template(path = "cabinet/inbox.html")]
struct Inbox {
    shell: Shell,
    person: Person,
    up: Anchor,
    here: String,
    waiting: Vec<Waiting>,
    events: Vec<Event>,
    pager: Pager,
    /// The newest one that is not read, for whoever may say that it is.
    unread: Option<u64>,
}

/// `GET /~school/SCHOOL/~inbox`: what waits, and what has happened lately.
pub(super) async fn page(
    State(face): State<Arc<Face>>,
    AtSchool { person, school }: AtSchool,
    spoken: Spoken,
    RawQuery(query): RawQuery,
) -> Response {
    let (now, of) = (face.cabinet.now(), Arc::clone(&face));
    let both = school
        .read(move |school, store| Ok((read(school, store, now)?, of.cabinet.notices(school, LOOK_BACK)?)));
    let (waited, notices) = match both.await {
        Ok(both) => both,
        Err(error) => return fault(&face, &spoken, &error),
    };
    let shell = Shell::new(&face, &spoken, Some(&person), "inbox");
    let here = format!("/~school/{}/~inbox", school.config.id);
    let query = params(query.unwrap_or_default().as_bytes());
    let unread = notices.iter().filter(|notice| notice.read.is_none()).map(|notice| notice.number).max();
    let pager = Pager::of(&here, &query, EVENTS, notices.len());
    let titles: BTreeMap<&TaskId, String> =
        waited.iter().map(|(line, _)| (&line.task.id, title(&shell, line))).collect();
    let events = pager.cut(notices).iter().map(|notice| event(&shell, &titles, notice)).collect();
    let page = Inbox {
        waiting: told(&face, &shell, &school, &waited),
        unread: unread.filter(|_| person.account.acts(&school.config.id)),
        up: up(&school),
        person,
        here,
        events,
        pager,
        shell,
    };
    shown(StatusCode::OK, &page)
}

fn event(shell: &Shell, titles: &BTreeMap<&TaskId, String>, notice: &Notice) -> Event {
    let event = &notice.event;
    let at = |at: Millis| {
        let zone = TimeZone::get(&event.time_zone).unwrap_or(TimeZone::UTC);
        super::shell::time(at, &zone)
    };
    let named = |task: &TaskId| titles.get(task).cloned().unwrap_or_else(|| task.to_string());
    let task = event.task.as_ref().map(|task| format!("{}: ", named(task))).unwrap_or_default();
    let undelivered = |state: DeliveryState| matches!(state, DeliveryState::Refused | DeliveryState::GivenUp);
    let lost = notice.deliveries.iter().filter(|row| undelivered(row.state)).map(|row| row.address.as_str());
    let lost = lost.collect::<Vec<_>>().join(", ");
    Event {
        at: at(event.at),
        words: task + &line(&shell.texts, event),
        run: event.run.as_ref().map(|run| Anchor { address: format!("/runs/{run}"), words: run.to_string() }),
        is_new: notice.read.is_none(),
        lost: match lost.is_empty() {
            true => lost,
            false => shell.text(Message::new("inbox-lost").with("who", visible(&lost))),
        },
    }
}

/// `POST /~school/SCHOOL/~inbox`: everything up to there is read.
pub(super) async fn read_all(State(face): State<Arc<Face>>, spoken: Spoken, acting: Deed) -> Response {
    let here = format!("/~school/{}/~inbox", acting.actor.school.config.id);
    let Ok(until) = acting.value("until").parse() else { return see(&here) };
    match acting.actor.read_notices(until, LOOK_BACK).await {
        Ok(()) => see(&here),
        Err(error) => fault(&face, &spoken, &error),
    }
}
