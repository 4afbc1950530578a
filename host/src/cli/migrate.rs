//! `exchange migrate`: brings the data to this program's version after rehearsing it on copies, or only rehearses.
//!
//! What installs a new version asks here before the service is restarted: an upgrade that would fail leaves the old
//! program running.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::app::App;
use super::output::{Output, print_error};
use crate::error::{Context, Error, Kind, Result};
use crate::model::Message;
use crate::store::{DataFile, VersionStanding, data_files, known_versions, rehearse, upgrade};

/// What became of a file.
#[derive(Serialize)]
struct Row {
    file: String,
    version: Option<usize>,
    known: Option<usize>,
    /// `current`, `rehearsed`, `upgraded`, `newer`, `failed`.
    what: &'static str,
    why: Option<String>,
}

/// The versions of data that this program knows, as the installer compares them: `host=2 school=4`.
pub(super) fn known(output: Output) -> Result<u8> {
    let (host, school) = known_versions();
    output.line(format!("host={host} school={school}")).map(|()| 0)
}

/// Rehearses for all files, and, where all succeed and `check` does not hold it back, upgrades them. Exit code 1 when
/// one would fail; then nothing is changed.
pub(super) fn migrate(app: &App, check: bool) -> Result<u8> {
    let files = data_files(&app.host.data)?;
    let scratch = Scratch::new(&app.host.data)?;
    let mut rows: Vec<Row> = files.iter().map(|file| rehearsed(app, file, &scratch.0)).collect();
    let good = rows.iter().all(|row| !matches!(row.what, "newer" | "failed"));
    if good && !check {
        for (row, file) in
            rows.iter_mut().zip(files.iter().flatten()).filter(|(row, _)| row.what == "rehearsed")
        {
            upgrade(file)?;
            row.what = "upgraded";
        }
    }
    tell(app, &rows)?;
    Ok(u8::from(!good))
}

/// Would data of this program's be understood by one that knows these versions (`host=2 school=4`)? Exit code 1 if not.
pub(super) fn fits(app: &App, versions: &str) -> Result<u8> {
    let (host, school) = parse(versions)?;
    let most = |file: &DataFile| if file.school.is_some() { school } else { host };
    let files: Vec<DataFile> = data_files(&app.host.data)?.into_iter().collect::<Result<_>>()?;
    let newer: Vec<&DataFile> = files.iter().filter(|file| file.version > most(file)).collect();
    match newer.first() {
        None => app.output.line(app.word("migrate-fits")).map(|()| 0),
        Some(file) => Err(Error::failed(format!("{} files are too new for it", newer.len()))
            .message(Message::new("migrate-too-new").with("n", newer.len()).with("file", file.path.display()))
            .hint(app.word("migrate-too-new-hint"))),
    }
}

fn parse(versions: &str) -> Result<(usize, usize)> {
    let bad = || Error::config(format!("`{versions}` names no versions")).hint("such as `host=2 school=4`");
    let of = |name: &str| {
        let mut words = versions.split_whitespace().filter_map(|word| word.split_once('='));
        words.find(|(known, _)| *known == name)?.1.parse().ok()
    };
    of("host").zip(of("school")).ok_or_else(bad)
}

fn rehearsed(app: &App, file: &Result<DataFile>, scratch: &Path) -> Row {
    let file = match file {
        Ok(file) => file,
        Err(error) => return failed(app, None, error),
    };
    let row = |what| Row {
        file: file.path.display().to_string(),
        version: Some(file.version),
        known: Some(file.known),
        what,
        why: None,
    };
    match file.standing() {
        VersionStanding::Current => row("current"),
        VersionStanding::Newer => row("newer"),
        VersionStanding::Behind(_) => match rehearse(file, scratch) {
            Ok(()) => row("rehearsed"),
            Err(error) => failed(app, Some(file), &error),
        },
    }
}

fn failed(app: &App, file: Option<&DataFile>, error: &Error) -> Row {
    // Causes are for whoever mends it.
    if !app.output.json {
        print_error(error, &app.catalogue);
    }
    Row {
        file: file.map(|file| file.path.display().to_string()).unwrap_or_default(),
        version: file.map(|file| file.version),
        known: file.map(|file| file.known),
        what: "failed",
        why: Some(format!("{error:?}")),
    }
}

fn tell(app: &App, rows: &[Row]) -> Result<()> {
    if app.output.json {
        return app.output.print_json(&rows);
    }
    for row in rows.iter().filter(|row| row.what != "current" && !row.file.is_empty()) {
        let told = Message::new(format!("migrate-{}", row.what)).with("file", &row.file);
        let told =
            told.with("from", row.version.unwrap_or_default()).with("to", row.known.unwrap_or_default());
        app.output.line(app.text(told))?;
    }
    let current = rows.iter().filter(|row| row.what == "current").count();
    app.output.line(app.text(Message::new("migrate-current").with("n", current).with("all", rows.len())))
}

/// A folder beside the data, gone when this is dropped: a copy of children's data lies nowhere else.
struct Scratch(PathBuf);

impl Scratch {
    fn new(data: &Path) -> Result<Self> {
        use std::os::unix::fs::DirBuilderExt;
        let folder = data.join(format!("rehearsal-{}", std::process::id()));
        std::fs::create_dir_all(data).context(Kind::Failed, format!("cannot use {}", data.display()))?;
        let made = std::fs::DirBuilder::new().mode(0o700).create(&folder);
        made.context(Kind::Failed, format!("cannot make {}", folder.display()))?;
        Ok(Self(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!(folder = %self.0.display(), %error, "a copy of data could not be removed");
        }
    }
}
