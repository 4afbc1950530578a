//! A school, its tasks and runs: looked at. Whatever stands here takes its school from [`AtSchool`], which is made only
//! for whoever sees that school.

use std::sync::Arc;

use askama::Template;
use axum::extract::{FromRequestParts, Path, RawPathParams, RawQuery, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::history::is_held;
use super::inbox::{self, Waiting};
use super::pager::Pager;
use super::shell::{Shell, State as Told, shown};
use super::signed::{Signed, busy, fault, spoken};
use crate::daemon::cabinet::{Person, School, TaskLine};
use crate::daemon::host::Package;
use crate::daemon::page::{self, Anchor};
use crate::daemon::told::{self, local_time};
use crate::error::Result;
use crate::model::{Message, Millis, RunId, RunStatus, RunSummary, SchoolId, TaskId};
use crate::report::words::{self, Group};
use crate::report::{Catalogue, Format, run_report};
use crate::store::RunStore;
use crate::web::language::Spoken;
use crate::web::{Face, params, see, strays};

/// Schools on a page.
const SCHOOLS: usize = 200;

/// People on a page.
const PERSONS: usize = 50;

/// Somebody at a school that they see.
pub(super) struct AtSchool {
    pub(super) person: Person,
    pub(super) school: School,
}

impl FromRequestParts<Arc<Face>> for AtSchool {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, face: &Arc<Face>) -> std::result::Result<Self, Response> {
        let Signed(person) = Signed::from_request_parts(parts, face).await?;
        let spoken = spoken(parts).await;
        let named = RawPathParams::from_request_parts(parts, face).await;
        let named = named.ok().and_then(|params| {
            params.iter().find(|(name, _)| *name == "school").map(|(_, school)| SchoolId::from(school))
        });
        let nowhere = || strays::nowhere(face, &spoken).into_response();
        match face.cabinet.school(&person, &named.ok_or_else(nowhere)?).await {
            Ok(Some(school)) => Ok(Self { person, school }),
            Ok(None) => Err(nowhere()),
            Err(_) => Err(busy(face, &spoken)),
        }
    }
}

#[derive(Template)]
#[template(path = "cabinet/schools.html")]
struct Schools {
    shell: Shell,
    schools: Vec<Anchor>,
    pager: Pager,
}

/// The schools that somebody sees, for whoever sees several.
pub(super) async fn list(face: &Face, spoken: &Spoken, person: &Person, query: Option<String>) -> Response {
    let Ok(all) = face.cabinet.schools(person).await else { return busy(face, spoken) };
    let query = params(query.unwrap_or_default().as_bytes());
    let pager = Pager::of("/", &query, SCHOOLS, all.len());
    let anchor = |school: Arc<_>| {
        let school: &crate::model::setup::SchoolConfig = &school;
        Anchor { address: format!("/~school/{}", school.id), words: school.name.clone() }
    };
    let schools = pager.cut(all).into_iter().map(anchor).collect();
    shown(
        StatusCode::OK,
        &Schools { shell: Shell::new(face, spoken, Some(person), "cabinet-schools"), schools, pager },
    )
}

/// A task in a list.
struct Line {
    address: String,
    title: String,
    state: Told,
    last: String,
    next: String,
}

#[derive(Template)]
#[template(path = "cabinet/school.html")]
struct SchoolPage {
    shell: Shell,
    here: String,
    waiting: Vec<Waiting>,
    tasks: Vec<Line>,
}

/// `GET /~school/SCHOOL`: what waits for a person, and how all tasks stand.
pub(super) async fn school(
    State(face): State<Arc<Face>>,
    AtSchool { person, school }: AtSchool,
    spoken: Spoken,
) -> Response {
    let now = face.cabinet.now();
    let waited = match school.read(move |school, store| inbox::read(school, store, now)).await {
        Ok(waited) => waited,
        Err(error) => return fault(&face, &spoken, &error),
    };
    let shell = Shell::new(&face, &spoken, Some(&person), "cabinet")
        .called(&school.config.name)
        .helped("cabinet-school");
    let waiting = inbox::told(&face, &shell, &school, &waited);
    let tasks = waited.iter().map(|(line, _)| of_task(&shell, &school, line)).collect();
    let here = format!("/~school/{}", school.config.id);
    shown(StatusCode::OK, &SchoolPage { shell, here, waiting, tasks })
}

/// The way back to the school.
pub(super) fn up(school: &School) -> Anchor {
    Anchor { address: home(school), words: school.config.name.clone() }
}

/// The way back to a task.
pub(super) fn up_to(shell: &Shell, school: &School, line: &TaskLine) -> Anchor {
    Anchor { address: path_of(school, &line.task.id), words: title(shell, line) }
}

/// The school's page.
pub(super) fn home(school: &School) -> String {
    format!("/~school/{}", school.config.id)
}

pub(super) fn path_of(school: &School, task: &TaskId) -> String {
    format!("/~school/{}/{task}", school.config.id)
}

/// What a task is called: as its connector calls itself.
pub(super) fn title(shell: &Shell, line: &TaskLine) -> String {
    let title = line.package.as_ref().map(|package| shell.language().of(&package.manifest.title).to_owned());
    title.unwrap_or_else(|| line.task.connector.clone())
}

fn of_task(shell: &Shell, school: &School, line: &TaskLine) -> Line {
    Line {
        address: path_of(school, &line.task.id),
        title: title(shell, line),
        state: Told::of_task(shell, line),
        last: last(shell, school, line),
        next: next(shell, school, line),
    }
}

fn last(shell: &Shell, school: &School, line: &TaskLine) -> String {
    let told =
        |at: Millis| shell.text(Message::new("cabinet-last-at").with("at", local_time(at, &school.config)));
    ended(line).map_or_else(|| shell.word("cabinet-never"), told)
}

/// When a task's last run ended; when it began while it is under way.
pub(super) fn ended(line: &TaskLine) -> Option<Millis> {
    line.standing.last.as_ref().map(|run| run.finished.unwrap_or(run.started))
}

pub(super) fn next(shell: &Shell, school: &School, line: &TaskLine) -> String {
    let told =
        |at: Millis| shell.text(Message::new("cabinet-next-at").with("at", local_time(at, &school.config)));
    match line.next {
        Some(at) => told(at),
        None if line.task.enabled => shell.word("cabinet-by-hand"),
        None => shell.word("cabinet-off"),
    }
}

/// Why a run did not go well, in the words of its connector.
pub(super) fn reason(
    face: &Face,
    shell: &Shell,
    package: Option<&Package>,
    run: &RunSummary,
) -> Option<String> {
    let texts = face.texts.of(package, shell.language());
    let connector = package.map_or("", |package| package.manifest.id.as_str());
    run.reason.as_ref().map(|reason| texts.of(connector, reason))
}

#[derive(Template)]
#[template(path = "cabinet/run.html")]
struct RunPage {
    shell: Shell,
    up: Anchor,
    heading: String,
    here: String,
    state: Told,
    said: Vec<String>,
    /// Where one goes on: to what goes on, or to the plan that is held.
    go: Option<Anchor>,
    started: String,
    finished: String,
    /// As it is read out on the telephone.
    id: String,
    can_download: bool,
    headings: Vec<String>,
    rows: Vec<Vec<(String, String)>>,
    pager: Pager,
}

/// Whoever needs something stands before those who are done; among equals the order stays.
fn gravest_first(rows: &mut [Vec<String>], texts: &Catalogue) {
    let words = Group::ALL.map(|group| texts.word(group.code()));
    let gravity = |row: &Vec<String>| row.iter().find_map(|cell| words.iter().position(|word| word == cell));
    rows.sort_by_cached_key(|row| gravity(row).unwrap_or(words.len()));
}

/// What is read of a run for its page.
struct Read {
    run: RunSummary,
    line: TaskLine,
    persons: Option<crate::report::table::Sheet>,
}

fn read_run(
    school: &School,
    store: &crate::store::SchoolDb,
    (task, number): (&TaskId, u64),
    texts: &dyn Fn(Option<&Package>) -> Arc<Catalogue>,
    now: Millis,
) -> Result<Option<Read>> {
    let Some(line) = school.task(store, task, now)? else { return Ok(None) };
    let Some(run) = school.run(store, task, number)? else { return Ok(None) };
    let outcomes = store.outcomes(number)?;
    let persons = line.package.as_ref().map(|package| {
        let names = |about: &_| told::name_of(store, about);
        run_report::persons(&outcomes, &package.manifest, &names, &texts(Some(package)))
    });
    Ok(Some(Read { run, line, persons }))
}

/// `GET /~school/SCHOOL/TASK/RUN`: what a run came to, person by person.
pub(super) async fn run(
    State(face): State<Arc<Face>>,
    AtSchool { person, school }: AtSchool,
    spoken: Spoken,
    Path((_, task, number)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
) -> Response {
    let Ok(number) = number.parse::<u64>() else {
        return strays::nowhere(&face, &spoken).into_response();
    };
    let (now, task, language, of) =
        (face.cabinet.now(), TaskId::from(task), spoken.language(), Arc::clone(&face));
    let here = format!("{}/{number}", path_of(&school, &task));
    let read = school.read(move |school, store| {
        read_run(school, store, (&task, number), &|package| of.texts.of(package, language), now)
    });
    let read = match read.await {
        Ok(Some(read)) => read,
        Ok(None) => return strays::nowhere(&face, &spoken).into_response(),
        Err(error) => return fault(&face, &spoken, &error),
    };
    let shell = Shell::new(&face, &spoken, Some(&person), "cabinet").helped("cabinet-run");
    let query = params(query.unwrap_or_default().as_bytes());
    let is_ours = goes_on_here(&face, &read.run).await;
    let go = go_on(&shell, &school, &read.run, is_ours);
    shown(StatusCode::OK, &run_page(&face, shell, &school, (here, go), &query, read))
}

fn run_page(
    face: &Face,
    shell: Shell,
    school: &School,
    (here, go): (String, Option<Anchor>),
    query: &[crate::model::Param],
    read: Read,
) -> RunPage {
    let Read { run, line, persons } = read;
    let (headings, mut rows) = persons.map(|sheet| (sheet.headings, sheet.rows)).unwrap_or_default();
    gravest_first(&mut rows, &shell.texts);
    let pager = Pager::of(&here, query, PERSONS, rows.len());
    let labelled = |row: Vec<String>| headings.iter().cloned().zip(row).collect();
    let rows = pager.cut(rows).into_iter().map(labelled).collect();
    let time = |at| local_time(at, &school.config);
    let heading = shell.text(Message::new("cabinet-run").with("at", time(run.started)));
    let mut said: Vec<String> = reason(face, &shell, line.package.as_deref(), &run).into_iter().collect();
    said.push(words::counts(&shell.texts, &run.counts));
    said.extend(run.dropped.map(|at| shell.text(Message::new("run-dropped").with("at", time(at)))));
    RunPage {
        up: up_to(&shell, school, &line),
        state: Told::of(&shell, Some(run.status)),
        said,
        go,
        started: time(run.started),
        finished: run.finished.map(time).unwrap_or_default(),
        id: run.id.to_string(),
        can_download: line.package.is_some(),
        headings,
        rows,
        pager,
        shell: shell.called(&heading),
        heading,
        here,
    }
}

/// Does this process make the run? Another one's goes on unseen.
async fn goes_on_here(face: &Face, run: &RunSummary) -> bool {
    let runs = run.status == RunStatus::Running;
    runs && face.cabinet.under_way(&run.task).await.is_ok_and(|under_way| under_way.is_some())
}

/// Where one goes on from a run that is not at its end.
fn go_on(shell: &Shell, school: &School, run: &RunSummary, is_ours: bool) -> Option<Anchor> {
    let (page, words) = match run.status {
        RunStatus::Running if is_ours => ("~progress", "cabinet-to-progress"),
        RunStatus::Waiting if is_held(run) => ("~plan", "cabinet-to-held"),
        _ => return None,
    };
    let address = format!("{}/{page}", path_of(school, &run.task.task));
    Some(Anchor { address, words: shell.word(words) })
}

/// `GET /runs/RUN`: where letters and messages lead; from there to the run's page.
pub(super) async fn by_number(
    State(face): State<Arc<Face>>,
    Signed(person): Signed,
    spoken: Spoken,
    Path(run): Path<String>,
) -> Response {
    let nowhere = || strays::nowhere(&face, &spoken).into_response();
    let Ok(id) = run.parse::<RunId>() else { return nowhere() };
    let school = match face.cabinet.school(&person, &id.school).await {
        Ok(Some(school)) => school,
        Ok(None) => return nowhere(),
        Err(_) => return busy(&face, &spoken),
    };
    match school.read(move |_, store| store.run(id.number)).await {
        Ok(Some(run)) => see(&format!("{}/{}", path_of(&school, &run.task.task), run.id.number)),
        Ok(None) => nowhere(),
        Err(error) => fault(&face, &spoken, &error),
    }
}

/// `GET /~school/SCHOOL/TASK/RUN/report.xlsx`, `….csv`: the list of persons as a file (D8).
pub(super) async fn report(
    State(face): State<Arc<Face>>,
    AtSchool { person, school }: AtSchool,
    spoken: Spoken,
    Path((_, task, number, file)): Path<(String, String, String, String)>,
) -> Response {
    let Ok(number) = number.parse::<u64>() else {
        return strays::nowhere(&face, &spoken).into_response();
    };
    let (format, media) = match file.as_str() {
        "report.xlsx" => (Format::Xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        "report.csv" => (Format::Csv, "text/csv; charset=utf-8"),
        _ => return strays::nowhere(&face, &spoken).into_response(),
    };
    let (now, task, language, of) =
        (face.cabinet.now(), TaskId::from(task), spoken.language(), Arc::clone(&face));
    let made = school.read(move |school, store| {
        let line = school.task(store, &task, now)?;
        let package = line.and_then(|line| line.package);
        let run = school.run(store, &task, number)?;
        let Some((package, run)) = package.zip(run) else { return Ok(None) };
        let texts = of.texts.of(Some(&package), language);
        let bytes = told::report_file(store, &school.config, &package.manifest, &run, &texts, format)?;
        of.cabinet.note_report(&person, &run)?;
        Ok(Some((run.id, bytes)))
    });
    match made.await {
        Ok(Some((id, bytes))) => {
            let ending = file.trim_start_matches("report");
            let name = format!("attachment; filename=\"{id}{ending}\"");
            let headers = [(header::CONTENT_TYPE, media.to_owned()), (header::CONTENT_DISPOSITION, name)];
            (page::headers(), headers, bytes).into_response()
        }
        Ok(None) => strays::nowhere(&face, &spoken).into_response(),
        Err(error) => fault(&face, &spoken, &error),
    }
}
