//! The rows of a table, looked at one by one before anything is stored.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::{Map, Value};

use super::Handover;
use super::columns::{self, Columns, Target, Unfit, is_school};
use crate::capability::Secret;
use crate::cli::app::App;
use crate::cli::args::SecretImport;
use crate::cli::connectors::{self, Installed};
use crate::config::{self, Outline};
use crate::daemon::vault::LONGEST;
use crate::error::{Error, Result};
use crate::model::manifest::Manifest;
use crate::model::setup::SchoolConfig;
use crate::model::{Message, SchoolId, TaskId, TaskRef, is_unseen};
use crate::records::{Line, Problem, Severity, Sheet, plain, readings};

/// What looking came to.
pub(super) struct Judged {
    /// Rows that can be stored.
    pub(super) good: Vec<Handover>,
    /// What is wrong with the others.
    pub(super) problems: Vec<Problem>,
}

/// Looks at a whole table.
///
/// # Errors
/// What is no fault of a row: the files of the schools or connectors cannot be read, or it cannot be told which
/// connector is meant.
pub(super) fn judge(app: &App, args: &SecretImport, table: Sheet) -> Result<Judged> {
    let wanted = match (&args.task, &args.connector) {
        (Some(task), _) => Wanted::Task(task.as_str().into()),
        (None, Some(connector)) => Wanted::Connector(app.manifest(connector)?.id),
        (None, None) => Wanted::Connector(understood_by(app, &table)?),
    };
    let schools = Schools::read(app)?;
    let mut judge =
        Judge { app, wanted, schools, table: &table, unfit: BTreeSet::new(), problems: Vec::new() };
    let good = judge.rows()?;
    judge.problems.sort_by_key(|problem| problem.row);
    Ok(Judged { good, problems: judge.problems })
}

/// Which task of a school is meant.
enum Wanted {
    /// The one of this name.
    Task(TaskId),
    /// The only one of this connector.
    Connector(String),
}

/// The only connector that understands every column.
fn understood_by(app: &App, table: &Sheet) -> Result<String> {
    let understands = |id: &String| {
        app.manifest(id).is_ok_and(|manifest| Columns::of(&manifest, &table.headings).all_known())
    };
    let all = connectors::ids(app)?;
    let found: Vec<&String> = all.iter().filter(|id| understands(id)).collect();
    if let [id] = found[..] {
        return Ok(id.clone());
    }
    let code = if found.is_empty() { "handover-no-connector" } else { "handover-several-connectors" };
    let error =
        Error::config("it cannot be told for which connector the table is").message(Message::new(code));
    let candidates = if found.is_empty() { all.iter().collect() } else { found };
    Err(candidates.iter().fold(error, |error, id| error.hint(format!("--connector {id}"))))
}

/// The schools by what a table may call them.
struct Schools {
    outlines: BTreeMap<SchoolId, (PathBuf, Option<Outline>)>,
    by_name: BTreeMap<String, Vec<SchoolId>>,
}

impl Schools {
    fn read(app: &App) -> Result<Self> {
        let files = config::school_files(&app.host)?;
        // What cannot be read is told of the rows of that school.
        let outlines: BTreeMap<_, _> =
            files.into_iter().map(|(id, file)| (id, (file.clone(), config::outline(&file).ok()))).collect();
        let mut by_name: BTreeMap<String, Vec<SchoolId>> = BTreeMap::new();
        for (id, (_, outline)) in &outlines {
            if let Some(name) = outline.as_ref().and_then(|outline| outline.name.as_ref()) {
                by_name.entry(plain(name)).or_default().push(id.clone());
            }
        }
        Ok(Self { outlines, by_name })
    }

    /// The schools that a cell may mean: the one of this id, else those of this name.
    fn meant(&self, cell: &str) -> Vec<SchoolId> {
        let id = SchoolId::from(cell);
        if self.outlines.contains_key(&id) {
            return vec![id];
        }
        self.by_name.get(&plain(cell)).cloned().unwrap_or_default()
    }
}

struct Judge<'a> {
    app: &'a App,
    wanted: Wanted,
    schools: Schools,
    table: &'a Sheet,
    /// Columns that were complained about: once is enough.
    unfit: BTreeSet<(usize, Unfit)>,
    problems: Vec<Problem>,
}

impl Judge<'_> {
    fn rows(&mut self) -> Result<Vec<Handover>> {
        let table = self.table;
        let named: Vec<(&Line, Option<SchoolId>)> =
            table.rows.iter().map(|line| (line, self.school(line))).collect();
        let mut rows: BTreeMap<&SchoolId, Vec<u64>> = BTreeMap::new();
        for (line, school) in &named {
            school.iter().for_each(|school| rows.entry(school).or_default().push(line.number()));
        }
        let mut good = Vec::new();
        for (line, school) in &named {
            let Some(school) = school else { continue };
            let first = rows[school][0];
            if rows[school].len() == 1 {
                good.extend(self.row(line, school)?);
            } else if first != line.number() {
                self.tell(line, None, Message::new("handover-school-twice").with("row", first));
            }
        }
        Ok(good)
    }

    /// Which school a row is about.
    fn school(&mut self, line: &Line) -> Option<SchoolId> {
        let columns = self.table.headings.iter().filter(|(_, heading)| is_school(heading));
        let columns: Vec<usize> = columns.map(|(column, _)| *column).collect();
        let cells: Vec<&str> = columns.iter().filter_map(|column| line.cell(*column)).collect();
        let meant: Vec<Vec<SchoolId>> = cells.iter().map(|cell| self.schools.meant(cell)).collect();
        let certain: BTreeSet<&SchoolId> =
            meant.iter().filter(|ids| ids.len() == 1).flat_map(|ids| ids.iter()).collect();
        let code = match certain.len() {
            1 => return certain.first().map(|id| (*id).clone()),
            0 if cells.is_empty() => "handover-empty",
            0 if meant.iter().any(|ids| !ids.is_empty()) => "handover-school-ambiguous",
            0 => "handover-school-unknown",
            _ => "handover-two-schools",
        };
        self.tell(line, columns.first().copied(), Message::new(code));
        None
    }

    /// What a row hands over; nothing where something is wrong with it.
    fn row(&mut self, line: &Line, school: &SchoolId) -> Result<Option<Handover>> {
        let before = self.problems.len();
        let Some((task, connector)) = self.task(line, school) else { return Ok(None) };
        let task = TaskRef { school: school.clone(), task };
        let manifest = self.app.manifest_for(&task, &connector)?;
        let columns = Columns::of(&manifest, &self.table.headings);
        self.columns(&columns, &manifest);
        let (mut secrets, mut settings) = (Vec::new(), Map::new());
        for (column, target) in &columns.targets {
            match (self.value(line, *column), target) {
                (None, _) => {}
                (Some(text), Target::Secret(name)) => secrets.push((name.clone(), Secret::new(text))),
                (Some(text), Target::Setting(name)) => match config::fitting(&manifest, name, readings(text))
                {
                    Some(value) => drop(settings.insert(name.clone(), value)),
                    None => {
                        let message = Message::new("handover-setting").with("connector", &connector);
                        self.tell(line, Some(*column), message.with("setting", name));
                    }
                },
            }
        }
        self.beyond(line);
        if self.problems.len() > before || !columns.all_known() {
            return Ok(None);
        }
        let Some(school) = self.file(line, &task, &settings) else { return Ok(None) };
        Ok(Some(Handover { row: line.number(), school, task, secrets, settings }))
    }

    fn task(&mut self, line: &Line, school: &SchoolId) -> Option<(TaskId, String)> {
        let Some(outline) = &self.schools.outlines[school].1 else {
            self.tell(line, None, Message::new("handover-file").with("school", school));
            return None;
        };
        let is_meant = |(task, connector): &&(TaskId, String)| match &self.wanted {
            Wanted::Task(wanted) => task == wanted,
            Wanted::Connector(wanted) => connector == wanted,
        };
        let found: Vec<(TaskId, String)> = outline.tasks.iter().filter(is_meant).cloned().collect();
        let what = match &self.wanted {
            Wanted::Task(task) => task.to_string(),
            Wanted::Connector(connector) => connector.clone(),
        };
        let message = match found.len() {
            1 => return found.into_iter().next(),
            0 => Message::new("handover-no-task"),
            _ => Message::new("handover-several-tasks"),
        };
        self.tell(line, None, message.with("school", school).with("what", what));
        None
    }

    /// Complains about columns once, in the row of the headings. What stands in one that is not known is not repeated:
    /// it may be anything.
    fn columns(&mut self, columns: &Columns, manifest: &Manifest) {
        for (column, unfit) in &columns.unfit {
            if !self.unfit.insert((*column, *unfit)) {
                continue;
            }
            let message = match unfit {
                Unfit::Unknown => Message::new("handover-column-unknown")
                    .with("column", column + 1)
                    .with("names", columns::names(manifest)),
                Unfit::Ambiguous => Message::new("handover-column-ambiguous"),
                Unfit::Twice => Message::new("handover-column-twice"),
                Unfit::Captured => Message::new("handover-column-captured"),
            };
            let heading = if *unfit == Unfit::Unknown { None } else { self.heading(*column) };
            self.problems.push(problem(&self.table.file, self.table.heading_row, heading, message));
        }
        if columns.targets.is_empty() && columns.unfit.is_empty() && self.unfit.insert((0, Unfit::Unknown)) {
            let message = Message::new("handover-no-columns").with("names", columns::names(manifest));
            self.problems.push(problem(&self.table.file, self.table.heading_row, None, message));
        }
    }

    /// A cell whose text can be a value.
    fn value<'l>(&mut self, line: &'l Line, column: usize) -> Option<&'l str> {
        let code = match line.cell(column) {
            None => "handover-empty",
            Some(text) if text.len() > LONGEST => "handover-too-long",
            Some(text) if text.chars().any(is_unseen) => "import-bad-text",
            Some(text) if text.starts_with('=') => "handover-formula",
            Some(text) => return Some(text),
        };
        self.tell(line, Some(column), Message::new(code));
        None
    }

    /// Cells under no heading: something is in the wrong column.
    fn beyond(&mut self, line: &Line) {
        let headed = |column: usize| self.table.headings.iter().any(|(number, _)| *number == column);
        if !line.columns().all(headed) {
            self.tell(line, None, Message::new("import-extra-cells"));
        }
    }

    /// The school as its file would have it, which has to be sound.
    fn file(&mut self, line: &Line, task: &TaskRef, settings: &Map<String, Value>) -> Option<SchoolConfig> {
        let (path, app) = (&self.schools.outlines[&task.school].0, self.app);
        let manifests = Installed { app, school: &task.school, instead: None };
        let sound = config::with_settings(path, &task.task, settings)
            .ok()
            .and_then(|edited| config::judge_school(path, &edited.text, &app.host, &manifests).ok());
        if sound.is_none() {
            self.tell(line, None, Message::new("handover-file").with("school", &task.school));
        }
        sound
    }

    fn heading(&self, column: usize) -> Option<String> {
        let headings = self.table.headings.iter();
        headings.into_iter().find(|(number, _)| *number == column).map(|(_, heading)| heading.clone())
    }

    fn tell(&mut self, line: &Line, column: Option<usize>, message: Message) {
        let heading = column.and_then(|column| self.heading(column));
        self.problems.push(problem(&self.table.file, line.number(), heading, message));
    }
}

/// A problem whose remedy has the same arguments.
fn problem(file: &str, row: u64, column: Option<String>, message: Message) -> Problem {
    let fix = Message { code: format!("{}-fix", message.code), args: message.args.clone() };
    Problem { file: file.to_owned(), row, column, severity: Severity::Row, message, fix }
}
