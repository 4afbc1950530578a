//! What pages about a task have in common: its line, its connector and texts, read off the threads that serve.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};

use super::signed::fault;
use crate::daemon::cabinet::{School, TaskLine};
use crate::daemon::host::Package;
use crate::daemon::sides::Sides;
use crate::error::Result;
use crate::model::TaskId;
use crate::report::Catalogue;
use crate::store::SchoolDb;
use crate::web::language::Spoken;
use crate::web::{Face, strays};

/// What a page about a task is read from.
pub(super) struct Of<'a> {
    pub(super) school: &'a School,
    pub(super) store: &'a SchoolDb,
    /// The same, for work that holds on to it.
    pub(super) shared: &'a Arc<SchoolDb>,
    pub(super) line: &'a TaskLine,
    pub(super) package: &'a Package,
    /// The host's texts and the connector's.
    pub(super) texts: &'a Catalogue,
}

impl<'a> Of<'a> {
    /// The school's own records.
    pub(super) fn sides(&self) -> Sides<'a> {
        Sides::new(self.store, &self.school.config, self.texts)
    }
}

/// Reads of a task; the page that says so where there is none, where its connector cannot be used, or where reading fails.
pub(super) async fn of_task<T: Send + 'static>(
    face: &Arc<Face>,
    school: &School,
    spoken: &Spoken,
    task: &TaskId,
    work: impl FnOnce(&Of<'_>) -> Result<T> + Send + 'static,
) -> std::result::Result<(TaskLine, T), Response> {
    let (now, task, language, of) = (face.cabinet.now(), task.clone(), spoken.language(), Arc::clone(face));
    let read = school.read_shared(move |school, shared| {
        let store: &SchoolDb = shared;
        let Some(line) = school.task(store, &task, now)? else { return Ok(None) };
        let Some(package) = line.package.clone() else { return Ok(None) };
        let texts = of.texts.of(Some(&package), language);
        let read = work(&Of { school, store, shared, line: &line, package: &package, texts: &texts })?;
        Ok(Some((line, read)))
    });
    match read.await {
        Ok(Some(read)) => Ok(read),
        Ok(None) => Err(strays::nowhere(face, spoken).into_response()),
        Err(error) => Err(fault(face, spoken, &error)),
    }
}
