//! Schools' files, connectors and their locks, schedules that never come.

use std::collections::BTreeMap;

use super::Findings;
use crate::cli::app::now;
use crate::cli::connectors;
use crate::config;
use crate::model::setup::{SchoolConfig, TaskConfig};
use crate::model::{Message, TaskRef};
use crate::schedule::{Ahead, Timetable};

pub(super) fn look(findings: &mut Findings<'_>) {
    let app = findings.app;
    let files = match config::school_files(&app.host) {
        Ok(files) => files,
        Err(error) => {
            let about = app.host.schools.display();
            return findings.error(about, &error, Message::new("doctor-schools-cure"));
        }
    };
    if files.is_empty() {
        let about = app.host.schools.display();
        findings.warn(about, Message::new("doctor-no-schools"), Message::new("doctor-no-schools-cure"));
    }
    let mut used = BTreeMap::<String, Vec<TaskRef>>::new();
    for (id, file) in files {
        match app.school(&id) {
            Ok(school) => {
                for task in &school.tasks {
                    let name = TaskRef { school: school.id.clone(), task: task.id.clone() };
                    used.entry(task.connector.clone()).or_default().push(name);
                    schedule(findings, &school, task);
                }
            }
            Err(error) => findings.error(file.display(), &error, Message::new("doctor-settings-cure")),
        }
    }
    used.iter().for_each(|(connector, tasks)| locked(findings, connector, tasks));
}

/// May each task run with the version of the connector that it has?
fn locked(findings: &mut Findings<'_>, connector: &str, tasks: &[TaskRef]) {
    let app = findings.app;
    match tasks.iter().try_for_each(|task| connectors::runnable(app, task, connector).map(drop)) {
        Ok(()) => findings.good(connector, "doctor-connector-good"),
        Err(error) => findings.error(connector, &error, Message::new("doctor-connector-cure")),
    }
}

/// A schedule that is all blackout, or names a day that no month has.
fn schedule(findings: &mut Findings<'_>, school: &SchoolConfig, task: &TaskConfig) {
    let name = TaskRef { school: school.id.clone(), task: task.id.clone() };
    let table = match Timetable::of(school, task) {
        Ok(table) => table.filter(|_| task.enabled),
        Err(error) => return findings.error(name, &error, Message::new("doctor-settings-cure")),
    };
    let Some(table) = table else { return };
    let comes = table.ahead(now(), 1).iter().any(|ahead| matches!(ahead, Ahead::Run { .. }));
    if !comes {
        let what = Message::new("doctor-never").with("schedule", table.written());
        findings.problem(&name, what, Message::new("doctor-never-cure").with("school", &school.id));
    }
}
