//! The act: machine-readable, with the members that order 179 asks for.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;

use crate::cli::app::{App, now};
use crate::cli::stores;
use crate::model::{Message, Millis, SchoolId, hex};
use crate::store::{AuditRow, RemoteTrace};

/// An act of erasure. `docs/erasing.md` explains each member.
#[derive(Serialize)]
pub(super) struct Act {
    /// The layout of this document.
    format: &'static str,
    pub(super) subject: Subject,
    /// Relatives who were erased with the person.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) relatives: Vec<Subject>,
    pub(super) school: SchoolId,
    reason: String,
    /// Who erased, and on whose behalf.
    by: String,
    behalf: Option<String>,
    began: String,
    ended: Option<String>,
    /// Where the data was processed.
    systems: Vec<String>,
    /// How it was destroyed.
    method: &'static str,
    /// Rows and files by category: `record/pupil`, `ledger`, …
    pub(super) erased: BTreeMap<String, u64>,
    /// What the ledger knew to be on other sides.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) remote: Vec<RemoteTrace>,
    /// What is left where, and why.
    pub(super) remains: Vec<Remain>,
    audit: Option<Audit>,
}

/// Whose data.
#[derive(Clone, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(super) enum Subject {
    /// A whole school.
    School { id: String },
    /// One person; `key` stands in the audit.
    Person { id: String, record_type: String, key: String },
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::School { id } => f.write_str(id),
            Self::Person { id, record_type, .. } => write!(f, "{record_type} {id}"),
        }
    }
}

/// Something that is left.
#[derive(Serialize)]
pub(super) struct Remain {
    /// What: `remote`, `backups`, `source-files`, `audit`, …
    what: &'static str,
    /// How much of it, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u64>,
    /// Where it is and why, for people.
    pub(super) text: String,
}

/// The entries of the audit that belong to the act.
#[derive(Serialize)]
struct Audit {
    file: String,
    entries: Vec<u64>,
    /// Hash of the last of them.
    hash: String,
}

impl Act {
    pub(super) fn new(app: &App, school: &SchoolId, subject: Subject, reason: &str, began: Millis) -> Self {
        Self {
            format: "exchange-erasure/1",
            subject,
            relatives: Vec::new(),
            school: school.clone(),
            reason: reason.to_owned(),
            by: stores::operator(),
            behalf: app.behalf.clone(),
            began: instant(began),
            ended: None,
            systems: vec![app.host.data.display().to_string()],
            method: "deleted with overwriting by zeros; files written anew without free pages",
            erased: BTreeMap::new(),
            remote: Vec::new(),
            remains: Vec::new(),
            audit: None,
        }
    }

    /// Adds something that is left; its text is `erase-left-WHAT`.
    pub(super) fn remains(&mut self, app: &App, what: &'static str, count: Option<u64>) {
        if count == Some(0) {
            return;
        }
        let message = Message::new(format!("erase-left-{what}")).with("n", count.unwrap_or_default());
        let text = app.text(message.with("data", app.host.data.display()));
        self.remains.push(Remain { what, count, text });
    }

    /// The keyed hashes by which the audit speaks of whom was erased.
    pub(super) fn keys(&self) -> Vec<String> {
        let of = |subject: &Subject| match subject {
            Subject::Person { key, .. } => Some(key.clone()),
            Subject::School { .. } => None,
        };
        std::iter::once(&self.subject).chain(&self.relatives).filter_map(of).collect()
    }

    /// The act ends with the audit's entries about it.
    pub(super) fn close(&mut self, rows: &[AuditRow], file: &Path) {
        self.ended = Some(instant(now()));
        let hash = rows.last().map(|row| hex(&row.hash));
        self.audit = Some(Audit {
            file: file.display().to_string(),
            entries: rows.iter().map(|row| row.number).collect(),
            hash: hash.unwrap_or_default(),
        });
    }
}

fn instant(at: Millis) -> String {
    Timestamp::from_millisecond(at).map(|at| at.to_string()).unwrap_or_default()
}

/// A category for people; its name where there is no word for it.
pub(super) fn category(app: &App, what: &str) -> String {
    let code = format!("erase-of-{}", what.replace(['/', '_'], "-"));
    if app.catalogue.has(&code) { app.word(&code) } else { what.to_owned() }
}
