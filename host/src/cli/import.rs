//! `exchange import`: the school's files become its records, all of them or none.

mod shown;

use super::app::{App, now};
use super::args;
use super::progress;
use super::stores::{self, About};
use crate::daemon::import::{self, Imported, Order};
use crate::error::{Error, Result};
use crate::model::setup::SchoolConfig;
use crate::records::Input;
use crate::store::{Fence, ImportMode, SchoolDb};
use shown::{as_json, show, with_problems, write_problems};

/// Imports files. Exit code 3 when rows were left out, 4 when the import is held.
pub(super) fn import(app: &App, args: &args::Import) -> Result<u8> {
    let school = app.school(&args.school.as_str().into())?;
    let store = app.store(&school)?;
    let order = Order {
        inputs: inputs(&school, args)?,
        mode: if args.add { ImportMode::Add } else { ImportMode::Replace },
        force: args.force,
        preview: false,
        today: import::today(&school),
        school: &school,
    };
    let lane = stores::lane(&store, "import")?;
    let imported = with_progress(app, &store, &order, lane.fence())?;
    let rows = imported.changed();
    let Imported { heard, result, same } = imported;
    let report = &heard.report;
    write_problems(app, args, report)?;
    let result = result.map_err(|error| with_problems(app, error, report))?;
    if !same && result.held.is_none() {
        stores::audit(app, "import", About::from(&school.id).with(format!("{rows} records changed")))?;
    }
    let code = match &result.held {
        Some(_) => 4,
        None if heard.left_out > 0 => 3,
        None => 0,
    };
    if app.output.json {
        return app.output.print_json(&as_json(app, &heard, &result, same)).map(|()| code);
    }
    show(app, args, &heard, &result, same).map(|()| code)
}

/// Reads the files into the store, showing how far it has come.
fn with_progress(app: &App, store: &SchoolDb, order: &Order<'_>, fence: &Fence) -> Result<Imported> {
    let bar = progress::bar(app, 0);
    bar.set_message(app.word("phase-import"));
    let answer = import::import(store, order, fence, now(), |progress| {
        bar.set_length(progress.total);
        bar.set_position(progress.bytes);
    });
    bar.finish_and_clear();
    answer
}

fn inputs(school: &SchoolConfig, args: &args::Import) -> Result<Vec<Input>> {
    let Some(name) = &args.profile else {
        return Ok(args.files.iter().map(|file| Input::new(file.clone(), &school.import)).collect());
    };
    let profile = school.import.get(name).ok_or_else(|| {
        let names: Vec<&str> = school.import.keys().map(String::as_str).collect();
        Error::config(format!("the school's file has no import profile `{name}`"))
            .hint(format!("it has: {}", names.join(", ")))
    })?;
    Ok(args.files.iter().map(|file| Input { path: file.clone(), profile: profile.clone() }).collect())
}
