//! `exchange person`: what a school knows of one person, and what its tasks have done and wait for (S3).
//!
//! It is the school's own screen, so names stand on it; that somebody looked is in the audit, by the person's keyed hash.

mod shown;

use std::sync::Arc;

use serde::Serialize;

use super::app::App;
use super::people;
use super::stores::{self, About};
use crate::daemon::persons;
use crate::error::Result;
use crate::model::records::{Record, RecordRef};
use crate::model::setup::{SchoolConfig, TaskConfig};
use crate::model::{Message, SchoolId, TaskRef};
use crate::report::Catalogue;
use crate::report::run_report::role;
use crate::store::SchoolDb;

/// People shown of those who fit a piece of a name.
const SHOWN: usize = 50;

/// Somebody who may be meant.
#[derive(Serialize)]
struct Candidate {
    person: String,
    name: String,
    role: String,
    classes: Vec<String>,
}

/// Shows a card; where the piece of a name fits several people, who they are.
pub(super) fn person(app: &App, school: &SchoolId, wanted: &str) -> Result<u8> {
    let school = app.school(school)?;
    let store = app.store(&school)?;
    let by_id =
        people::only_one(&people::of_id(&store, wanted)?, &format!("exchange person {} ", school.id))?;
    if let Some(who) = by_id {
        return card(app, &school, &store, &who);
    }
    let found = people::of_name(&store, wanted)?;
    match &found[..] {
        [] => Err(people::nobody(app, wanted, &school.id)),
        [one] => card(app, &school, &store, &reference(one)),
        several => candidates(app, &school.id, &store, several),
    }
}

/// Shows the card of this person.
fn card(app: &App, school: &SchoolConfig, store: &SchoolDb, who: &RecordRef) -> Result<u8> {
    let texts = |task: &TaskConfig| {
        let name = TaskRef { school: school.id.clone(), task: task.id.clone() };
        let package = app.package_for(&name, &task.connector)?;
        let mut catalogue = Catalogue::new(app.catalogue.language());
        catalogue.add_connector(&package.manifest);
        Ok(Some((Arc::clone(&package.manifest), Arc::new(catalogue))))
    };
    let card = persons::card(school, store, who, &app.catalogue, &texts)?;
    let card = card.ok_or_else(|| people::nobody(app, &who.id, &school.id))?;
    let about = About::from(&school.id).with(format!("person {}", stores::person_key(store, who)?));
    stores::audit(app, "person", about)?;
    shown::show(app, &card).map(|()| 0)
}

fn reference(record: &Record) -> RecordRef {
    RecordRef { record_type: record.record_type(), id: record.id().to_owned() }
}

fn candidates(app: &App, school: &SchoolId, store: &SchoolDb, found: &[Record]) -> Result<u8> {
    let candidate = |record: &Record| {
        let person = format!("{}:{}", record.record_type(), record.id());
        let (name, role) = (record.title(), app.word(role(record.record_type())));
        Ok(Candidate { person, name, role, classes: persons::classes(store, record)? })
    };
    let shown = found.iter().take(SHOWN).map(candidate).collect::<Result<Vec<_>>>()?;
    stores::audit(app, "person-search", About::from(school).with(found.len()))?;
    if app.output.json {
        return app.output.print_json(&serde_json::json!({ "candidates": shown })).map(|()| 0);
    }
    let headings = ["column-name", "column-role", "column-class", "column-person"].map(|code| app.word(code));
    let row = |one: &Candidate| {
        vec![one.name.clone(), one.role.clone(), one.classes.join(", "), one.person.clone()]
    };
    app.output.table(&headings, &shown.iter().map(row).collect::<Vec<_>>())?;
    if found.len() > SHOWN {
        app.output.line(app.text(Message::new("person-more").with("n", found.len() - SHOWN)))?;
    }
    app.output.line(app.text(Message::new("person-which").with("school", school))).map(|()| 0)
}
