//! `exchange report`: the report of a run as a file (D7, D8).

use std::path::Path;

use super::app::{App, write_file};
use super::show;
use super::stores::{self, About};
use crate::daemon::told;
use crate::error::Result;
use crate::model::{Message, RunId};
use crate::report::{Catalogue, Format};

/// Writes the report.
pub(super) fn report(app: &App, id: &RunId, format: Option<Format>, output: &Path) -> Result<u8> {
    let (school, run) = show::find(app, id)?;
    let store = app.store(&school)?;
    let (_, task) = app.task(&run.task)?;
    let manifest = app.manifest_for(&run.task, &task.connector)?;
    let mut catalogue = Catalogue::new(app.catalogue.language());
    catalogue.add_connector(&manifest);
    let format = format.or_else(|| Format::of_path(output)).unwrap_or(Format::Xlsx);
    write_file(output, &told::report_file(&store, &school, &manifest, &run, &catalogue, format)?)?;
    stores::audit(app, "report", About::from(&run.task).with(id))?;
    let message = Message::new("report-done").with("run", id).with("file", output.display());
    app.output.line(app.text(message)).map(|()| 0)
}
