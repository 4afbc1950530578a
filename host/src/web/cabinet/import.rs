//! The look at files that somebody handed in: what would come of them, what is wrong with which row, and one
//! confirmation.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawForm, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::acting::Acting;
use super::pager::Pager;
use super::school::AtSchool;
use super::school::{home, up};
use super::shell::{Notice, Shell, said, shown};
use super::signed::{fault, own_form, refused, value};
use crate::daemon::cabinet::{Answer, Hindrance, Look, LookStage, Person, Replied, School, Told};
use crate::daemon::page::{Anchor, Mark};
use crate::daemon::told::local_time;
use crate::model::{Message, Param, visible};
use crate::report::{Sheet, import};
use crate::store::{ImportCounts, ImportMode};
use crate::web::language::Spoken;
use crate::web::{Face, params, see};

/// Problems on a page.
const PROBLEMS: usize = 50;

/// What is seen of files that were read.
struct Read {
    counts: Option<Sheet>,
    /// How many rows were left out, and how many warnings there are.
    said: Vec<String>,
    /// How much would be gone, where that is too much.
    held: Option<String>,
    headings: Vec<String>,
    rows: Vec<Vec<String>>,
}

#[derive(Template)]
#[template(path = "cabinet/import.html")]
struct ImportPage<'a> {
    shell: Shell,
    person: &'a Person,
    up: Anchor,
    here: String,
    records: String,
    notice: Option<Notice>,
    look: Option<Look>,
    /// How the files are meant, and until when they are kept.
    said: Vec<String>,
    read: Option<Read>,
    pager: Pager,
    can_store: bool,
    can_read_again: bool,
    is_under_way: bool,
    is_over: bool,
}

impl ImportPage<'_> {
    /// A row's cells with their headings.
    fn labelled<'p>(&self, headings: &'p [String], row: &'p [String]) -> Vec<(&'p String, &'p String)> {
        headings.iter().zip(row).collect()
    }
}

/// `GET /~school/SCHOOL/~records/import`: what would come of the files, or came of them.
pub(super) async fn look(
    State(face): State<Arc<Face>>,
    AtSchool { person, school }: AtSchool,
    spoken: Spoken,
    RawQuery(query): RawQuery,
) -> Response {
    let query = params(query.unwrap_or_default().as_bytes());
    let look = face.cabinet.look(&person, &school.config.id);
    shown(StatusCode::OK, &page(&face, &spoken, &person, &school, &query, look))
}

fn page<'a>(
    face: &Face,
    spoken: &Spoken,
    person: &'a Person,
    school: &School,
    query: &[Param],
    look: Option<Look>,
) -> ImportPage<'a> {
    let title = look.as_ref().map_or("cabinet-look-none", |look| title(&look.stage));
    let shell = Shell::new(face, spoken, Some(person), title);
    let records = format!("{}/~records", home(school));
    let here = format!("{records}/import");
    let told = look.as_ref().and_then(|look| told(&look.stage));
    let problems = told.map_or(0, |told| told.heard.report.problems.len());
    let pager = Pager::of(&here, query, PROBLEMS, problems);
    let unmeant = query.iter().any(|param| param.name == "unmeant");
    let stage = look.as_ref().map(|look| &look.stage);
    let is_read = matches!(stage, Some(LookStage::Read(_)));
    ImportPage {
        person,
        up: up(school),
        notice: look.as_ref().and_then(|look| notice(&shell, look, unmeant)),
        said: look.iter().flat_map(|look| about(&shell, school, look)).collect(),
        read: told.map(|told| read(&shell, &pager, told)),
        pager,
        can_store: is_read && told.is_some_and(|told| told.result.is_some() && told.changes()),
        can_read_again: matches!(stage, Some(LookStage::Unread)),
        is_under_way: matches!(stage, Some(LookStage::Reading | LookStage::Storing(_))),
        is_over: matches!(stage, Some(LookStage::Stored(_))),
        look,
        records,
        here,
        shell,
    }
}

fn title(stage: &LookStage) -> &'static str {
    match stage {
        LookStage::Unread => "cabinet-look-unread",
        LookStage::Reading => "cabinet-look-reading",
        LookStage::Read(told) if told.result.is_none() => "cabinet-look-unreadable",
        LookStage::Read(_) => "cabinet-look",
        LookStage::Storing(_) => "cabinet-look-storing",
        LookStage::Stored(_) => "cabinet-look-stored",
    }
}

fn told(stage: &LookStage) -> Option<&Told> {
    match stage {
        LookStage::Read(told) | LookStage::Storing(told) | LookStage::Stored(told) => Some(told),
        LookStage::Unread | LookStage::Reading => None,
    }
}

/// What somebody has to know before the rest.
fn notice(shell: &Shell, look: &Look, unmeant: bool) -> Option<Notice> {
    let bad = |code| Some(Notice::of(shell, Mark::Bad, code));
    let plain = |code| Some(Notice::of(shell, Mark::Plain, code));
    match (&look.stage, look.hindrance) {
        (_, Some(Hindrance::Busy)) => bad("cabinet-look-busy"),
        (_, Some(Hindrance::Changed)) => bad("cabinet-look-changed"),
        (_, Some(Hindrance::Fault)) => bad("cabinet-look-fault"),
        (LookStage::Reading | LookStage::Storing(_), _) => plain("cabinet-look-wait"),
        (LookStage::Stored(_), _) => Some(Notice::of(shell, Mark::Good, "cabinet-look-done")),
        (LookStage::Read(told), _) if told.result.is_none() => bad("cabinet-look-stopped"),
        (LookStage::Read(told), _) if unmeant && told.is_held() => bad("cabinet-look-unmeant"),
        (LookStage::Read(told), _) if !told.changes() => plain("cabinet-look-same"),
        _ => None,
    }
}

/// How the files are meant, and until when they wait.
fn about(shell: &Shell, school: &School, look: &Look) -> Vec<String> {
    let mode =
        if look.mode == ImportMode::Add { "cabinet-mode-add-told" } else { "cabinet-mode-replace-told" };
    let until = Message::new("cabinet-look-until").with("at", local_time(look.until, &school.config));
    let waits = !matches!(look.stage, LookStage::Stored(_) | LookStage::Storing(_));
    let mut said = vec![shell.word(mode)];
    said.extend(waits.then(|| shell.text(until)));
    said
}

fn read(shell: &Shell, pager: &Pager, told: &Told) -> Read {
    let heard = &told.heard;
    let counted = [("import-left-out", heard.left_out), ("import-warnings", heard.warnings)];
    let said = counted.into_iter().filter(|(_, n)| *n > 0);
    let held = told.result.as_ref().and_then(|result| result.held.as_ref());
    let problems = import::problems(&heard.report.problems, &shell.texts);
    let seen = |row: Vec<String>| row.iter().map(|cell| visible(cell).into_owned()).collect();
    Read {
        counts: told.result.as_ref().map(|result| import::counts(&result.types, &shell.texts)),
        said: said.map(|(code, n)| shell.text(Message::new(code).with("n", n))).collect(),
        held: held.map(|held| shell.text(of_held(shell, held))),
        headings: problems.headings,
        rows: pager.cut(problems.rows).into_iter().map(seen).collect(),
    }
}

fn of_held(shell: &Shell, held: &ImportCounts) -> Message {
    Message::new("cabinet-look-held")
        .with("record", shell.word(&format!("record-{}", held.record_type)))
        .with("dropped", held.dropped)
        .with("before", held.before)
}

/// `POST /~school/SCHOOL/~records/import`: stored, looked at once more, or given up. What comes of it is seen at the same
/// address, so that a reload repeats nothing.
pub(super) async fn answer(
    State(face): State<Arc<Face>>,
    Acting { person, school }: Acting,
    spoken: Spoken,
    form: RawForm,
) -> Response {
    let Some(values) = own_form(&person, &form) else { return refused(&face, &spoken) };
    let records = format!("{}/~records", home(&school));
    let answer = match value(&values, "answer") {
        "store" => Answer::Store { meant: value(&values, "meant") == "yes" },
        "again" => Answer::Again,
        "give-up" => Answer::GiveUp,
        _ => return refused(&face, &spoken),
    };
    match face.cabinet.answer(&person, &school, value(&values, "look"), answer).await {
        Ok(Replied::On) if answer == Answer::GiveUp => see(&records),
        Ok(Replied::On) => see(&format!("{records}/import")),
        Ok(Replied::Unmeant) => see(&format!("{records}/import?unmeant")),
        Ok(Replied::Gone) => {
            let back = Some((records.as_str(), "cabinet-look-to-records"));
            said(&face, &spoken, StatusCode::GONE, "cabinet-look-gone", back)
        }
        Err(error) => fault(&face, &spoken, &error),
    }
}
