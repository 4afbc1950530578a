//! `exchange report`: the report of a run as a file (D7, D8).

use std::io::Cursor;
use std::path::Path;

use super::app::{App, local_time, name_of, write_file};
use super::show;
use super::stores::{self, About};
use crate::error::Result;
use crate::model::{Message, RunId};
use crate::report::run_report::{self, RunReport};
use crate::report::{Catalogue, Format, table};
use crate::store::{RunStore, ScopeStore};

/// Writes the report.
pub(super) fn report(app: &App, id: &RunId, format: Option<Format>, output: &Path) -> Result<u8> {
    let (school, run) = show::find(app, id)?;
    let store = app.store(&school)?;
    let (_, task) = app.task(&run.task)?;
    let manifest = app.manifest_for(&run.task, &task.connector)?;
    let mut catalogue = Catalogue::new(app.catalogue.language());
    catalogue.add_connector(&manifest);
    let time = |at| local_time(at, &school);
    let report = RunReport {
        school: &school.name,
        manifest: &manifest,
        summary: &run,
        times: (time(run.started), run.finished.map(time).unwrap_or_default()),
        outcomes: &store.outcomes(id.number)?,
        left_out: &store.left_out(&run.task.task)?,
    };
    let sheets = run_report::run_sheets(&report, &|about| name_of(&*store, about), &catalogue);
    let format = format.or_else(|| Format::of_path(output)).unwrap_or(Format::Xlsx);
    let mut file = Cursor::new(Vec::new());
    table::write(format, &run_report::title(&report, &catalogue), &sheets, &mut file)?;
    write_file(output, file.get_ref())?;
    stores::audit(app, "report", About::from(&run.task).with(id))?;
    let message = Message::new("report-done").with("run", id).with("file", output.display());
    app.output.line(app.text(message)).map(|()| 0)
}
