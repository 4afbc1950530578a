//! How a task stands by class (E9): the numbers, for each class a sheet to be printed of who has to do what, and both as a
//! file.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use url::form_urlencoded::byte_serialize;

use super::pager::Pager;
use super::reading::{Of, of_task};
use super::school::{AtSchool, path_of, up_to};
use super::shell::{Shell, shown};
use super::signed::{fault, value};
use crate::daemon::by_class::{self, Picture};
use crate::daemon::page::{self, Anchor};
use crate::daemon::removal;
use crate::daemon::told::name_of;
use crate::error::Result;
use crate::model::records::{RecordRef, RecordType};
use crate::model::{LedgerEntry, Message, Param, TaskId};
use crate::report::by_class::way_of;
use crate::report::{Format, Sheet, run_report};
use crate::web::language::Spoken;
use crate::web::{Face, params, strays};

/// People on a sheet, and people for whom all is done, on a page.
const PEOPLE: usize = 200;

/// A cell with its heading.
type Cell = (String, String);

/// A class with its numbers.
struct Row {
    class: Anchor,
    heading: String,
    numbers: Vec<Cell>,
}

#[derive(Template)]
#[template(path = "cabinet/by_class.html")]
struct Classes {
    shell: Shell,
    up: Anchor,
    here: String,
    told: String,
    headings: Vec<String>,
    rows: Vec<Row>,
    all: Vec<Cell>,
}

/// What is read for the numbers.
struct Numbers {
    told: String,
    sheet: Sheet,
    /// As classes are known.
    classes: Vec<String>,
}

/// `GET /~school/SCHOOL/TASK/~classes`: how many are there, waited for, in the way; by class.
pub(super) async fn numbers(
    State(face): State<Arc<Face>>,
    AtSchool { person, school }: AtSchool,
    spoken: Spoken,
    Path((_, task)): Path<(String, String)>,
) -> Response {
    let task = TaskId::from(task);
    let (line, read) = match of_task(&face, &school, &spoken, &task, read_numbers).await {
        Ok(read) => read,
        Err(page) => return page,
    };
    let shell = Shell::new(&face, &spoken, Some(&person), "classes");
    let here = path_of(&school, &task);
    let up = up_to(&shell, &school, &line);
    let (told, sheet, classes) = match read {
        Some(Numbers { told, sheet, classes }) => (told, sheet, classes),
        None => (shell.word("classes-none"), Sheet::default(), Vec::new()),
    };
    shown(StatusCode::OK, &classes_page(shell, up, here, told, (sheet, &classes)))
}

fn read_numbers(of: &Of<'_>) -> Result<Option<Numbers>> {
    let picture = by_class::picture(of.store, &of.line.task.id, &[])?;
    Ok(picture.map(|picture| Numbers {
        told: by_class::title(of.texts, &of.school.config, &picture.run),
        sheet: picture.classes.numbers(&of.package.manifest.id, of.texts),
        classes: picture.classes.classes().map(|(class, _)| class.to_owned()).collect(),
    }))
}

fn classes_page(
    shell: Shell,
    up: Anchor,
    here: String,
    told: String,
    (sheet, classes): (Sheet, &[String]),
) -> Classes {
    let Sheet { headings, mut rows, .. } = sheet;
    // The last row is the sum.
    let all = rows.pop().unwrap_or_default();
    let cells = |row: Vec<String>| headings.iter().cloned().zip(row).collect::<Vec<Cell>>();
    let row = |(row, class): (Vec<String>, &String)| {
        let mut numbers = cells(row);
        let (heading, words) = numbers.remove(0);
        Row { class: Anchor { address: sheet_address(&here, class), words }, heading, numbers }
    };
    let rows = rows.into_iter().zip(classes).map(row).collect();
    Classes { shell, up, told, rows, all: cells(all), headings, here }
}

fn sheet_address(here: &str, class: &str) -> String {
    let class: String = byte_serialize(class.as_bytes()).collect();
    format!("{here}/~sheet?class={class}")
}

/// Somebody for whom all is done.
struct Done {
    name: String,
    way: String,
    /// Where it is taken away, for whoever may.
    remove: Option<String>,
}

#[derive(Template)]
#[template(path = "cabinet/sheet.html")]
struct SheetPage {
    shell: Shell,
    up: Anchor,
    heading: String,
    told: String,
    files: String,
    headings: Vec<String>,
    rows: Vec<Vec<Cell>>,
    pager: Pager,
    done: Vec<Done>,
    /// How many more there are.
    more: usize,
    before: Option<Anchor>,
    after: Option<Anchor>,
}

impl SheetPage {
    fn told_more(&self) -> Message {
        Message::new("classes-more").with("n", self.more)
    }
}

/// What is read for a sheet.
struct OfClass {
    told: String,
    class: String,
    sheet: Sheet,
    done: Vec<(Done, String)>,
    /// As they are known, and as they are called.
    classes: Vec<(String, String)>,
}

/// `GET /~school/SCHOOL/TASK/~sheet?class=CLASS`: who has to do what, to be printed and handed out. Of the first class where
/// none is named.
pub(super) async fn sheet(
    State(face): State<Arc<Face>>,
    AtSchool { person, school }: AtSchool,
    spoken: Spoken,
    Path((_, task)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Response {
    let (task, query) = (TaskId::from(task), params(query.unwrap_or_default().as_bytes()));
    let class = query.iter().find(|param| param.name == "class").map(|param| param.value.clone());
    let read = of_task(&face, &school, &spoken, &task, move |of| read_sheet(of, class.as_deref())).await;
    let (line, read) = match read {
        Ok((line, Read::Sheet(read))) => (line, read),
        Ok((_, Read::NoClass)) => return strays::nowhere(&face, &spoken).into_response(),
        Ok((line, Read::NoRun)) => {
            let shell = Shell::new(&face, &spoken, Some(&person), "classes");
            let here = path_of(&school, &task);
            let up = up_to(&shell, &school, &line);
            let told = shell.word("classes-none");
            return shown(StatusCode::OK, &classes_page(shell, up, here, told, (Sheet::default(), &[])));
        }
        Err(page) => return page,
    };
    let shell = Shell::new(&face, &spoken, Some(&person), "classes");
    let acts = person.account.acts(&school.config.id) && line.task.grants.write;
    let here = path_of(&school, &task);
    shown(StatusCode::OK, &sheet_page(shell, (&here, &query), acts, *read))
}

/// What there is to be read of a class.
enum Read {
    Sheet(Box<OfClass>),
    NoClass,
    NoRun,
}

fn read_sheet(of: &Of<'_>, class: Option<&str>) -> Result<Read> {
    let Some(picture) = by_class::picture(of.store, &of.line.task.id, &[])? else { return Ok(Read::NoRun) };
    let titles = picture.classes.titles(of.texts);
    let classes: Vec<(String, String)> =
        titles.into_iter().map(|(known, title)| (known.to_owned(), title)).collect();
    let first = || classes.first().map(|(known, _)| known.as_str());
    let class = class.or_else(first).unwrap_or_default().to_owned();
    let names = |about: &RecordRef| name_of(of.store, about);
    match picture.classes.sheet_of(&class, &of.package.manifest, &names, of.texts) {
        None => Ok(if classes.is_empty() { Read::NoRun } else { Read::NoClass }),
        Some(sheet) => {
            let told = by_class::title(of.texts, &of.school.config, &picture.run);
            let done = done(of, &class)?;
            Ok(Read::Sheet(Box::new(OfClass { told, class, sheet, done, classes })))
        }
    }
}

/// Persons of a class for whom there is something there, each once, with whom it can be taken away from.
fn done(of: &Of<'_>, class: &str) -> Result<Vec<(Done, String)>> {
    let manifest = &of.package.manifest;
    let mut persons: BTreeMap<RecordRef, Vec<LedgerEntry>> = BTreeMap::new();
    for entry in by_class::there(of.store, &of.line.task.id, class)? {
        let person = [RecordType::Pupil, RecordType::Guardian, RecordType::Staff];
        if let Some(about) = entry.about.clone().filter(|about| person.contains(&about.record_type)) {
            persons.entry(about).or_default().push(entry);
        }
    }
    let mut done: Vec<(Done, String)> = Vec::new();
    for (about, entries) in persons {
        let name = name_of(of.store, &about).unwrap_or_else(|| about.id.clone());
        let ways = entries.iter().filter_map(way_of).map(|way| of.texts.of(&manifest.id, &Message::new(way)));
        let mut ways: Vec<String> = ways.collect();
        ways.dedup();
        let removable = entries.iter().any(|entry| removal::is_removable(manifest, entry));
        let way =
            if ways.is_empty() { of.texts.word(run_report::role(about.record_type)) } else { ways.join(" ") };
        done.push((Done { name, way, remove: removable.then(String::new) }, about.id));
    }
    done.sort_by(|(one, _), (other, _)| one.name.cmp(&other.name));
    Ok(done)
}

fn sheet_page(shell: Shell, (here, query): (&str, &[Param]), acts: bool, read: OfClass) -> SheetPage {
    let OfClass { told, class, sheet, done, classes } = read;
    let at = classes.iter().position(|(known, _)| *known == class).unwrap_or_default();
    let anchor = |(known, title): &(String, String)| Anchor {
        address: sheet_address(here, known),
        words: shell.text(Message::new("classes-sheet").with("class", title)),
    };
    let remove = |person: &str| {
        let person: String = byte_serialize(person.as_bytes()).collect();
        format!("{here}/~remove?person={person}")
    };
    let with_way = |(done, person): (Done, String)| {
        let may = acts && done.remove.is_some();
        Done { remove: may.then(|| remove(&person)), ..done }
    };
    let heading = shell.text(Message::new("classes-sheet").with("class", &sheet.title));
    let named: String = byte_serialize(class.as_bytes()).collect();
    let cells = |row: Vec<String>| sheet.headings.iter().cloned().zip(row).collect();
    let pager = Pager::of(&sheet_address(here, &class), query, PEOPLE, sheet.rows.len());
    SheetPage {
        up: Anchor { address: format!("{here}/~classes"), words: shell.word("classes") },
        before: at.checked_sub(1).and_then(|at| classes.get(at)).map(anchor),
        after: classes.get(at + 1).map(anchor),
        files: format!("{here}/~classes/report.xlsx?class={named}"),
        rows: pager.cut(sheet.rows).into_iter().map(cells).collect(),
        headings: sheet.headings,
        pager,
        more: done.len().saturating_sub(PEOPLE),
        done: done.into_iter().take(PEOPLE).map(with_way).collect(),
        shell: shell.called(&heading),
        heading,
        told,
    }
}

/// `GET /~school/SCHOOL/TASK/~classes/report.xlsx`, `….csv`, `….html`: numbers and sheets as a file; of one class with
/// `?class=`.
pub(super) async fn file(
    State(face): State<Arc<Face>>,
    AtSchool { person, school }: AtSchool,
    spoken: Spoken,
    Path((_, task, file)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
) -> Response {
    let Some((format, media)) = format_of(&file) else {
        return strays::nowhere(&face, &spoken).into_response();
    };
    let (task, query) = (TaskId::from(task), params(query.unwrap_or_default().as_bytes()));
    let class = Some(value(&query, "class").to_owned()).filter(|class| !class.is_empty());
    let made = of_task(&face, &school, &spoken, &task, move |of| {
        let classes: Vec<String> = class.into_iter().collect();
        let picture = by_class::picture(of.store, &of.line.task.id, &classes)?;
        picture.map(|picture| made(of, &picture, format)).transpose()
    });
    let bytes = match made.await {
        Ok((_, Some(bytes))) => bytes,
        Ok((_, None)) => return strays::nowhere(&face, &spoken).into_response(),
        Err(page) => return page,
    };
    if let Err(error) = face.cabinet.note(&person, "by-class", &school.config.id, Some(&task), "") {
        return fault(&face, &spoken, &error);
    }
    let ending = file.trim_start_matches("report");
    let name = format!("attachment; filename=\"{}-{task}{ending}\"", school.config.id);
    let headers = [(header::CONTENT_TYPE, media.to_owned()), (header::CONTENT_DISPOSITION, name)];
    (page::headers(), headers, bytes).into_response()
}

fn made(of: &Of<'_>, picture: &Picture, format: Format) -> Result<Vec<u8>> {
    let title = by_class::title(of.texts, &of.school.config, &picture.run);
    let sheets = by_class::sheets(of.store, &of.package.manifest, picture, of.texts);
    by_class::file(format, &title, &sheets)
}

fn format_of(file: &str) -> Option<(Format, &'static str)> {
    Some(match file {
        "report.xlsx" => (Format::Xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        "report.csv" => (Format::Csv, "text/csv; charset=utf-8"),
        "report.html" => (Format::Html, "text/html; charset=utf-8"),
        _ => return None,
    })
}
