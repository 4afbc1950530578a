//! What every command needs: configuration, catalogue, output, and the way to a school's store.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::args::Global;
use super::connectors::{self, Installed};
use super::names::Place;
use super::output::Output;
use crate::config;
use crate::daemon::Once;
use crate::daemon::host::{Host, Package};
pub(super) use crate::daemon::told::{local_time, name_of};
use crate::error::{Context, Error, Kind, Result};
use crate::model::manifest::Manifest;
use crate::model::setup::{HostConfig, SchoolConfig, TaskConfig};
use crate::model::{Message, Millis, SchoolId, TaskRef};
use crate::report::Catalogue;
use crate::store::SchoolDb;

/// The program as set up by its files.
pub(super) struct App {
    /// Where `exchange.toml` is.
    pub(super) file: std::path::PathBuf,
    /// `exchange.toml`, checked.
    pub(super) host: HostConfig,
    /// Texts.
    pub(super) catalogue: Catalogue,
    /// Where results go.
    pub(super) output: Output,
    /// On whose behalf the command is given, by the word of whoever gives it.
    pub(super) behalf: Option<String>,
    /// The keys of `host`'s files, read when first needed.
    pub(super) keys: super::keys::Keys,
    /// What the tasks of this process share, made when first needed.
    process: Once<Arc<Host>>,
    /// Connectors read so far, by file.
    packages: Mutex<BTreeMap<PathBuf, Arc<Package>>>,
}

impl App {
    /// Reads `exchange.toml`.
    pub(super) fn load(global: &Global, catalogue: Catalogue) -> Result<Self> {
        let output = Output::new(global.json, global.quiet);
        if !global.config.exists() {
            return Err(Error::config(format!("there is no {}", global.config.display()))
                .message(Message::new("error-no-config").with("file", global.config.display()))
                .hint(catalogue.word("hint-no-config")));
        }
        let host =
            config::load_host(&global.config).map_err(|errors| settings_error(&errors, output.colour))?;
        let keys = super::keys::Keys::of(&host);
        let (file, behalf) = (global.config.clone(), global.on_behalf.clone());
        let (process, packages) = (Once::default(), Mutex::default());
        Ok(Self { file, keys, host, catalogue, output, behalf, process, packages })
    }

    /// The same with these settings and nothing read yet; what tasks share stays.
    pub(super) fn renewed(&self, host: HostConfig) -> Self {
        Self { process: self.process.clone(), ..self.other(host) }
    }

    /// The same with these settings, nothing read yet, nothing shared.
    pub(super) fn other(&self, host: HostConfig) -> Self {
        Self {
            file: self.file.clone(),
            keys: super::keys::Keys::of(&host),
            behalf: self.behalf.clone(),
            catalogue: Catalogue::new(self.catalogue.language()),
            output: self.output,
            process: Once::default(),
            packages: Mutex::default(),
            host,
        }
    }

    /// What the tasks of this process share.
    pub(super) fn process(&self) -> Result<Arc<Host>> {
        self.process.get(|| Ok(Host::new(self.host.clone(), self.keys.ring()?)))
    }

    /// A text of the catalogue.
    pub(super) fn text(&self, message: Message) -> String {
        self.catalogue.text(&message)
    }

    /// A text without arguments.
    pub(super) fn word(&self, code: &str) -> String {
        self.catalogue.word(code)
    }

    /// What an error says to people, without its causes.
    pub(super) fn told(&self, error: &Error) -> String {
        error.catalogue().map_or_else(|| error.what().to_owned(), |message| self.catalogue.text(message))
    }

    /// The file of a connector, read once.
    pub(super) fn file(&self, file: &Path) -> Result<Arc<Package>> {
        let known = || self.packages.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(package) = known().get(file) {
            return Ok(Arc::clone(package));
        }
        let package = Arc::new(connectors::read(file, self.output.colour)?);
        known().insert(file.to_owned(), Arc::clone(&package));
        Ok(package)
    }

    /// The version of a connector that runs where nothing else is said.
    pub(super) fn package(&self, connector: &str) -> Result<Arc<Package>> {
        connectors::installed(self, connector)
    }

    /// The version of a connector that a task has.
    pub(super) fn package_for(&self, task: &TaskRef, connector: &str) -> Result<Arc<Package>> {
        connectors::of_task(self, task, connector)
    }

    /// The manifest of a connector where nothing else is said.
    pub(super) fn manifest(&self, connector: &str) -> Result<Manifest> {
        self.package(connector).map(|package| (*package.manifest).clone())
    }

    /// The manifest of the version that a task has.
    pub(super) fn manifest_for(&self, task: &TaskRef, connector: &str) -> Result<Manifest> {
        self.package_for(task, connector).map(|package| (*package.manifest).clone())
    }

    /// A school's file, checked.
    pub(super) fn school(&self, id: &SchoolId) -> Result<SchoolConfig> {
        self.school_with(&Installed { app: self, school: id, instead: None })
    }

    /// A school's file, checked against these connectors.
    pub(super) fn school_with(&self, connectors: &Installed<'_>) -> Result<SchoolConfig> {
        let id = connectors.school;
        let file = self.host.schools.join(format!("{id}.toml"));
        if !file.exists() {
            return Err(self.unknown_school(id));
        }
        config::load_school(&file, &self.host, connectors)
            .map_err(|errors| settings_error(&errors, std::io::IsTerminal::is_terminal(&std::io::stderr())))
    }

    fn unknown_school(&self, id: &SchoolId) -> Error {
        let names: Vec<String> = config::school_files(&self.host)
            .map(|files| files.into_iter().map(|(id, _)| id.to_string()).collect())
            .unwrap_or_default();
        let near = names.iter().find(|name| strsim::damerau_levenshtein(name, id.as_str()) <= 2);
        let error = Error::config(format!("there is no school `{id}`")).message(
            Message::new("error-no-school").with("school", id).with("dir", self.host.schools.display()),
        );
        match near {
            Some(near) => error.hint(self.text(Message::new("hint-did-you-mean").with("name", near))),
            None if names.is_empty() => error.hint(self.word("hint-no-schools")),
            None => error.hint(self.text(Message::new("hint-schools").with("names", names.join(", ")))),
        }
    }

    /// All schools, or the one named.
    pub(super) fn schools(&self, place: Option<&Place>) -> Result<Vec<SchoolConfig>> {
        match place {
            Some(place) => Ok(vec![self.school(place.school())?]),
            None => config::school_files(&self.host)?.into_iter().map(|(id, _)| self.school(&id)).collect(),
        }
    }

    /// All schools, each as far as its file can be read, or the one named, whose file has to be sound.
    pub(super) fn each_school(&self, place: Option<&Place>) -> Result<Vec<(SchoolId, Result<SchoolConfig>)>> {
        if let Some(place) = place {
            let school = self.school(place.school())?;
            return Ok(vec![(school.id.clone(), Ok(school))]);
        }
        let files = config::school_files(&self.host)?;
        Ok(files.into_iter().map(|(id, _)| (id.clone(), self.school(&id))).collect())
    }

    /// All tasks, or those of the place named, with their schools.
    pub(super) fn tasks(&self, place: Option<&Place>) -> Result<Vec<(SchoolConfig, TaskConfig)>> {
        let mut tasks = Vec::new();
        for school in self.schools(place)? {
            match place.and_then(Place::task) {
                Some(task) => {
                    tasks.push(self.task(&TaskRef { school: school.id.clone(), task: task.clone() })?)
                }
                None => tasks.extend(school.tasks.iter().map(|task| (school.clone(), task.clone()))),
            }
        }
        Ok(tasks)
    }

    /// One task with its school.
    pub(super) fn task(&self, name: &TaskRef) -> Result<(SchoolConfig, TaskConfig)> {
        let school = self.school(&name.school)?;
        let Some(task) = school.task(&name.task).cloned() else {
            let names: Vec<&str> = school.tasks.iter().map(|task| task.id.as_str()).collect();
            return Err(Error::config(format!("school `{}` has no task `{}`", name.school, name.task))
                .message(Message::new("error-no-task").with("school", &name.school).with("task", &name.task))
                .hint(self.text(Message::new("hint-tasks").with("names", names.join(", ")))));
        };
        Ok((school, task))
    }

    /// A school's store. Made when missing.
    pub(super) fn store(&self, school: &SchoolConfig) -> Result<Arc<SchoolDb>> {
        self.process()?.school(school)
    }
}

/// All problems of a settings file as one error, rendered with places and carets.
pub(super) fn settings_error(errors: &config::ConfigErrors, colour: bool) -> Error {
    Error::config(errors.render(colour))
}

/// A moment in the time of this computer.
pub(super) fn here(at: Millis) -> String {
    let at = Timestamp::from_millisecond(at);
    at.map(|at| at.to_zoned(TimeZone::system()).strftime("%d.%m.%Y %H:%M:%S").to_string()).unwrap_or_default()
}

/// Now.
pub(super) fn now() -> Millis {
    Timestamp::now().as_millisecond()
}

/// Writes a file as a whole or not at all: beside it first, then renamed.
pub(super) fn write_file(path: &std::path::Path, bytes: &[u8]) -> Result<()> {
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(std::path::Path::new("."));
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let beside = dir.join(format!(".{name}.{}.part", std::process::id()));
    std::fs::write(&beside, bytes)
        .and_then(|()| std::fs::rename(&beside, path))
        .inspect_err(|_| drop(std::fs::remove_file(&beside)))
        .context(Kind::Failed, format!("cannot write {}", path.display()))
}
