//! What a run created there and wrote into the school's records, and how the latter is taken back.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use url::form_urlencoded::byte_serialize;

use super::deed::Deed;
use super::pager::Pager;
use super::reading::{Of, of_task};
use super::school::{AtSchool, path_of};
use super::shell::{Notice, Shell, shown};
use super::signed::{fault, value};
use crate::daemon::cabinet::Person;
use crate::daemon::page::{Anchor, Mark};
use crate::daemon::told::{local_time, name_of};
use crate::error::Result;
use crate::model::{Action, After, Message, Outcome, OutcomeRow, Param, RunId, RunSummary, Shown, TaskId};
use crate::reconcile::{Since, Undone};
use crate::report::run_report::{self, natural};
use crate::store::{LedgerStore, RunStore};
use crate::web::language::Spoken;
use crate::web::{Face, params, see, strays};

/// Things that were created, on a page.
const CREATED: usize = 100;

/// Records that are shown.
const WRITTEN: usize = 300;

/// Something that the run created there.
struct Created {
    kind: String,
    name: String,
    class: String,
    /// Where it is taken away, for whoever may.
    remove: Option<String>,
}

/// A record that the run wrote.
struct Written {
    what: String,
    name: String,
    /// «vk: было «1», станет «пусто»»
    changes: Vec<String>,
    /// Why it stays as it is.
    since: String,
}

#[derive(Template)]
#[template(path = "cabinet/made.html")]
struct Made {
    shell: Shell,
    person: Person,
    up: Anchor,
    here: String,
    heading: String,
    id: String,
    notice: Option<Notice>,
    created: Vec<Created>,
    pager: Pager,
    written: Vec<Written>,
    /// Records that do not stand here.
    more: usize,
    /// How many would go back.
    back: usize,
    acts: bool,
}

/// What is read for it.
struct Read {
    run: RunSummary,
    created: Vec<(Created, Option<String>)>,
    pager: Pager,
    written: Vec<Written>,
    more: usize,
    back: usize,
}

/// `GET /~school/SCHOOL/TASK/RUN/~made`: what it created and wrote.
pub(super) async fn page(
    State(face): State<Arc<Face>>,
    AtSchool { person, school }: AtSchool,
    spoken: Spoken,
    Path((_, task, number)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
) -> Response {
    let Ok(number) = number.parse::<u64>() else {
        return strays::nowhere(&face, &spoken).into_response();
    };
    let (task, query) = (TaskId::from(task), params(query.unwrap_or_default().as_bytes()));
    let here = format!("{}/{number}/~made", path_of(&school, &task));
    let (at, of_query) = (here.clone(), query.clone());
    let read = of_task(&face, &school, &spoken, &task, move |of| read(of, number, (&at, &of_query)));
    let (line, read) = match read.await {
        Ok((line, Some(read))) => (line, read),
        Ok((_, None)) => return strays::nowhere(&face, &spoken).into_response(),
        Err(page) => return page,
    };
    let shell = Shell::new(&face, &spoken, Some(&person), "made");
    let Read { run, created, pager, written, more, back } = read;
    let at = local_time(run.started, &school.config);
    let acts = person.account.acts(&school.config.id);
    let removes = acts && line.task.grants.write;
    let task = path_of(&school, &task);
    let with_way = |(created, person): (Created, Option<String>)| {
        let remove = person.filter(|_| removes).map(|person| {
            let person: String = byte_serialize(person.as_bytes()).collect();
            format!("{task}/~remove?person={person}")
        });
        Created { remove, ..created }
    };
    let page = Made {
        up: Anchor {
            address: format!("{task}/{number}"),
            words: shell.text(Message::new("cabinet-run").with("at", at)),
        },
        heading: shell.word("made"),
        id: run.id.to_string(),
        notice: told(&shell, &query),
        created: created.into_iter().map(with_way).collect(),
        person,
        here,
        pager,
        written,
        more,
        back,
        acts,
        shell,
    };
    shown(StatusCode::OK, &page)
}

fn read(of: &Of<'_>, number: u64, (here, query): (&str, &[Param])) -> Result<Option<Read>> {
    let Some(run) = of.school.run(of.store, &of.line.task.id, number)? else { return Ok(None) };
    let mut rows: Vec<OutcomeRow> = of.store.outcomes(number)?.into_iter().filter(is_created).collect();
    rows.sort_by_cached_key(|row| {
        (row.item.kind.clone(), natural(row.group.as_deref().unwrap_or_default()), row.item.key.clone())
    });
    let pager = Pager::of(here, query, CREATED, rows.len());
    let created = pager.cut(rows).iter().map(|row| created(of, row)).collect::<Result<_>>()?;
    let undone = of.school.undoable(of.shared, &of.line.task.id, number)?;
    let back = undone.iter().filter(|record| record.since.is_none()).count();
    let more = undone.len().saturating_sub(WRITTEN);
    let written = undone.iter().take(WRITTEN).map(|record| written(of, &run.id, record)).collect();
    Ok(Some(Read { run, created, pager, written, more, back }))
}

fn is_created(row: &OutcomeRow) -> bool {
    row.action == Some(Action::Create)
        && matches!(row.outcome, Outcome::Applied | Outcome::Accepted | Outcome::NotConfirmed)
}

fn created(of: &Of<'_>, row: &OutcomeRow) -> Result<(Created, Option<String>)> {
    let manifest = &of.package.manifest;
    let name = row.about.as_ref().and_then(|about| name_of(of.store, about));
    let entry = of.store.ledger_entry(&of.line.task.id, &row.item)?;
    let removable = entry.is_some_and(|entry| crate::daemon::removal::is_removable(manifest, &entry));
    let person = row.about.as_ref().filter(|_| removable).map(|about| about.id.clone());
    let created = Created {
        kind: run_report::kind_title(manifest, &row.item.kind, of.texts),
        name: name.unwrap_or_else(|| row.item.key.to_string()),
        class: row.group.clone().unwrap_or_default(),
        remove: None,
    };
    Ok((created, person))
}

fn written(of: &Of<'_>, run: &RunId, record: &Undone) -> Written {
    let name = record.about.as_ref().and_then(|about| name_of(of.store, about));
    let since = match record.since {
        None => String::new(),
        Some(Since::Run(number)) => {
            let run = RunId { number, ..run.clone() };
            of.texts.text(&Message::new("undo-since-run").with("run", run))
        }
        Some(Since::Import) => of.texts.word("undo-since-import"),
    };
    Written {
        what: of.texts.word(&format!("record-{}", record.record_type)),
        name: name.unwrap_or_else(|| record.id.clone()),
        changes: record.content.iter().map(|shown| change(of, shown)).collect(),
        since,
    }
}

/// What a field says, and what it would say again.
fn change(of: &Of<'_>, shown: &Shown) -> String {
    let empty = || of.texts.word("plan-empty");
    let before = shown.before.clone().unwrap_or_else(empty);
    let after = match &shown.after {
        After::Text(text) => text.clone(),
        After::Empty | After::Later => empty(),
    };
    let change = Message::new("made-change").with("field", &shown.field);
    of.texts.text(&change.with("before", before).with("after", after))
}

fn told(shell: &Shell, query: &[Param]) -> Option<Notice> {
    let codes = [
        ("nothing", "undo-told-nothing", Mark::Bad),
        ("other", "undo-told-other", Mark::Bad),
        ("reason", "reason-missing", Mark::Bad),
        ("busy", "lane-busy", Mark::Bad),
    ];
    if value(query, "told") == "done" {
        let number = |name: &str| value(query, name).parse::<u32>().unwrap_or_default();
        let text = Message::new("undo-done").with("n", number("n")).with("left", number("left"));
        let title = shell.text(text);
        return Some(Notice { mark: Mark::Good, title, text: shell.word("undo-stays") });
    }
    let (_, code, mark) = codes.into_iter().find(|(word, ..)| *word == value(query, "told"))?;
    Some(Notice::of(shell, mark, code))
}

/// `POST /~school/SCHOOL/TASK/RUN/~made`: what it wrote is taken back.
pub(super) async fn undo(
    State(face): State<Arc<Face>>,
    spoken: Spoken,
    Path((_, task, number)): Path<(String, String, String)>,
    acting: Deed,
) -> Response {
    let Ok(number) = number.parse::<u64>() else {
        return strays::nowhere(&face, &spoken).into_response();
    };
    let (task, school) = (TaskId::from(task), &acting.actor.school);
    let here = format!("{}/{number}/~made", path_of(school, &task));
    let told = |word: &str| see(&format!("{here}?told={word}"));
    let run = RunId { school: school.config.id.clone(), number };
    let Some(reason) = acting.reason() else { return told("reason") };
    if acting.value("confirm").trim() != run.to_string() {
        return told("other");
    }
    match acting.actor.undo(&task, number, &reason).await {
        Ok(None) => told("busy"),
        Ok(Some(undone)) if undone.is_empty() => told("nothing"),
        Ok(Some(undone)) => {
            let back = undone.iter().filter(|record| record.since.is_none()).count();
            told(&format!("done&n={back}&left={}", undone.len() - back))
        }
        Err(error) => fault(&face, &spoken, &error),
    }
}

impl Made {
    fn confirm(&self) -> Message {
        Message::new("made-confirm").with("run", &self.id)
    }

    fn told_more(&self) -> Message {
        Message::new("made-more").with("n", self.more)
    }
}
