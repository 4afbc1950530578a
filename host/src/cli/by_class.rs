//! `exchange by-class`: how a task stands by class, and sheets of who has to do what (E9).

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::app::{App, write_file};
use super::args;
use super::stores::{self, About};
use crate::daemon::by_class;
use crate::error::{Error, Result};
use crate::model::{Message, RunId, TaskRef};
use crate::report::by_class::Class;
use crate::report::{Catalogue, Format, table};

#[derive(Serialize)]
struct Shown<'a> {
    run: &'a RunId,
    classes: Vec<ShownClass<'a>>,
}

#[derive(Serialize)]
struct ShownClass<'a> {
    class: &'a str,
    there: u64,
    ways: &'a BTreeMap<String, u64>,
    waiting: u64,
    in_the_way: u64,
}

/// Shows the numbers, or writes them with the sheets into a file.
pub(super) fn by_class(app: &App, args: &args::ByClass) -> Result<u8> {
    let name = &args.task.0;
    let (school, task) = app.task(name)?;
    let store = app.store(&school)?;
    let picture = by_class::picture(&store, &name.task, &args.classes)?.ok_or_else(|| {
        Error::waits(format!("no run of {name} has looked at the whole school yet"))
            .message(Message::new("by-class-no-run").with("task", name))
            .hint(format!("exchange run {name}"))
    })?;
    let manifest = app.manifest_for(name, &task.connector)?;
    let mut catalogue = Catalogue::new(app.catalogue.language());
    catalogue.add_connector(&manifest);
    let title = by_class::title(&catalogue, &school, &picture.run);
    if let Some(output) = &args.output {
        let sheets = by_class::sheets(&store, &manifest, &picture, &catalogue);
        return write(app, args.format, output, &title, &sheets, name);
    }
    if app.output.json {
        let classes = picture.classes.classes().map(|(title, class)| shown(title, class)).collect();
        return app.output.print_json(&Shown { run: &picture.run.id, classes }).map(|()| 0);
    }
    let numbers = picture.classes.numbers(&manifest.id, &catalogue);
    app.output.line(title)?;
    app.output.table(&numbers.headings, &numbers.rows).map(|()| 0)
}

fn shown<'a>(title: &'a str, class: &'a Class) -> ShownClass<'a> {
    let Class { there, ways, waiting, in_the_way, .. } = class;
    ShownClass { class: title, there: *there, ways, waiting: *waiting, in_the_way: *in_the_way }
}

fn write(
    app: &App,
    format: Option<Format>,
    output: &Path,
    title: &str,
    sheets: &[table::Sheet],
    task: &TaskRef,
) -> Result<u8> {
    let format = format.or_else(|| Format::of_path(output)).unwrap_or(Format::Html);
    write_file(output, &by_class::file(format, title, sheets)?)?;
    stores::audit(app, "by-class", About::from(task))?;
    let classes = sheets.len() - 1;
    let message = Message::new("by-class-done").with("n", classes).with("file", output.display());
    app.output.line(app.text(message)).map(|()| 0)
}
