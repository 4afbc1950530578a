//! `exchange support-bundle`: what somebody who helps needs to see, and nothing about any person.
//!
//! What it holds is shown before it is written, with `--show` word for word.

mod parts;
mod redact;

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use serde::Serialize;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use self::parts::{Open, Part};
use self::redact::Redact;
use super::app::App;
use super::args;
use super::names::Place;
use super::output::print_error;
use crate::error::{Context, Error, Kind, Result};
use crate::model::{Message, SchoolId};

#[derive(Serialize)]
struct Written<'a> {
    file: Option<&'a Path>,
    parts: &'a [Part],
}

/// Shows, and writes unless `--show` only wants to see.
pub(super) async fn bundle(app: &App, args: &args::SupportBundle) -> Result<u8> {
    let school = args.school.as_ref().map(Place::school).or(args.run.as_ref().map(|run| &run.school));
    let schools = open(app, school)?;
    if let Some(run) = &args.run {
        super::show::find(app, run)?;
    }
    let redact = parts::learn(app, &schools, args.school_names)?;
    let parts = parts::parts(app, &redact, &schools, args.run.as_ref()).await?;
    if args.show {
        return show(app, &parts);
    }
    let file = args.file.as_deref().ok_or_else(|| Error::config("name the file"))?;
    if !app.output.json {
        list(app, &parts)?;
    }
    write(file, &parts)?;
    if app.output.json {
        return app.output.print_json(&Written { file: Some(file), parts: &parts }).map(|()| 0);
    }
    app.output.line(app.text(Message::new("bundle-written").with("file", file.display()))).map(|()| 0)
}

/// The schools whose data can be read; of the others the doctor's findings tell.
fn open(app: &App, only: Option<&SchoolId>) -> Result<Vec<Open>> {
    if let Some(id) = only {
        let config = app.school(id)?;
        return Ok(vec![Open { store: app.store(&config)?, config }]);
    }
    let mut schools = Vec::new();
    for (id, _) in crate::config::school_files(&app.host)? {
        let opened = app.school(&id).and_then(|config| Ok(Open { store: app.store(&config)?, config }));
        match opened {
            Ok(open) => schools.push(open),
            Err(error) => print_error(&error, &app.catalogue),
        }
    }
    Ok(schools)
}

fn list(app: &App, parts: &[Part]) -> Result<()> {
    app.output.line(app.word("bundle-holds"))?;
    let headings = ["column-part", "column-size"].map(|code| app.word(code));
    let row = |part: &Part| vec![part.name.clone(), super::backup::size(part.bytes as u64)];
    app.output.table(&headings, &parts.iter().map(row).collect::<Vec<_>>())
}

fn show(app: &App, parts: &[Part]) -> Result<u8> {
    for part in parts {
        app.output.line(format!("==> {} <==", part.name))?;
        app.output.line(part.text.trim_end())?;
    }
    Ok(0)
}

fn write(file: &Path, parts: &[Part]) -> Result<()> {
    let pack = || -> io::Result<()> {
        let to = File::options().write(true).create_new(true).mode(0o600).open(file)?;
        let mut zip = ZipWriter::new(to);
        for part in parts {
            zip.start_file(part.name.as_str(), SimpleFileOptions::default().unix_permissions(0o600))?;
            zip.write_all(part.text.as_bytes())?;
        }
        zip.finish()?.sync_all()
    };
    pack().context(Kind::Failed, format!("cannot write {}", file.display()))
}
