//! A person's card, gathered from records, ledgers and runs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Serialize;

use super::{each, record};
use crate::daemon::told::{last_whole_run, name_of};
use crate::error::Result;
use crate::model::manifest::{Direction, Manifest};
use crate::model::records::{Filter, Identifier, Record, RecordRef, RecordType};
use crate::model::setup::{SchoolConfig, TaskConfig};
use crate::model::{ItemRef, LedgerEntry, LedgerState, Origin, Outcome, OutcomeRow, TaskRef};
use crate::report::run_report::role;
use crate::report::words::{self, Group};
use crate::report::{Called, Catalogue};
use crate::store::{LedgerStore, RunStore, SchoolDb, ScopeStore};

/// What is known of a person.
#[derive(Serialize)]
pub struct Card {
    /// The school.
    pub school: String,
    /// What they are.
    pub record_type: RecordType,
    /// Their id.
    pub id: String,
    /// Their name.
    pub name: String,
    /// What they are, in a word.
    pub role: String,
    /// A pupil's class, those that a teacher leads, those of a guardian's children.
    pub classes: Vec<String>,
    /// Identifiers in other systems.
    pub identifiers: Vec<Known>,
    /// What tasks have to do with them.
    pub tasks: Vec<OfTask>,
}

/// An identifier in another system.
#[derive(Serialize)]
pub struct Known {
    /// Which system.
    pub system: String,
    /// The identifier.
    pub value: String,
    /// The task that brought it; `None`: it came with the school's files.
    pub task: Option<String>,
}

/// What a task has to do with the person.
#[derive(Serialize)]
pub struct OfTask {
    /// The task.
    pub task: String,
    /// What it is called.
    pub title: String,
    /// What it has about the person.
    pub items: Vec<Thing>,
}

/// One thing that is about the person.
#[derive(Serialize)]
pub struct Thing {
    /// `None`: the task leaves the person out.
    pub kind: Option<String>,
    /// By which it is told from others of its kind.
    pub key: Option<String>,
    /// What it is called.
    pub title: String,
    /// The class it belongs to.
    pub class: Option<String>,
    /// How it stands: a code of the catalogue, behind `person-`.
    pub state: &'static str,
    /// Who is waited for, or why it is not there.
    pub reason: String,
    /// What is to be done.
    pub steps: Vec<String>,
}

/// What a task's connector says of itself, and the texts of the reader's language with its own among them; nothing where
/// it cannot be used.
pub type Texts<'a> = dyn Fn(&TaskConfig) -> Result<Option<(Arc<Manifest>, Arc<Catalogue>)>> + 'a;

/// The card of this person; nothing where there is none.
pub fn card(
    school: &SchoolConfig,
    store: &SchoolDb,
    who: &RecordRef,
    catalogue: &Catalogue,
    texts: &Texts<'_>,
) -> Result<Option<Card>> {
    let Some(record) = record(store, who)? else { return Ok(None) };
    let mut card = Card {
        school: school.id.to_string(),
        record_type: who.record_type,
        id: who.id.clone(),
        name: record.title(),
        role: catalogue.word(role(who.record_type)),
        classes: classes(store, &record)?,
        identifiers: Vec::new(),
        tasks: Vec::new(),
    };
    let mut brought = BTreeMap::new();
    for task in &school.tasks {
        let Some((manifest, catalogue)) = texts(task)? else { continue };
        let name = TaskRef { school: school.id.clone(), task: task.id.clone() };
        let entries = entries(store, task, who)?;
        let inbound = entries.iter().filter(|entry| brings_identifiers(&manifest, entry));
        brought.extend(inbound.filter_map(|entry| Some((entry.handle.clone()?, name.to_string()))));
        let words = Words { catalogue: &catalogue, manifest: &manifest };
        let items = things(store, task, &words, &entries, who)?;
        if !items.is_empty() {
            let title = catalogue.language().of(&manifest.title).to_owned();
            card.tasks.push(OfTask { task: name.to_string(), title, items });
        }
    }
    card.identifiers = identifiers(store, who, &brought)?;
    Ok(Some(card))
}

/// What a task's ledger has about the person.
fn entries(store: &SchoolDb, task: &TaskConfig, who: &RecordRef) -> Result<Vec<LedgerEntry>> {
    let mut entries = Vec::new();
    store.each_entry(&task.id, &mut |entry| {
        if entry.about.as_ref() == Some(who) {
            entries.push(entry);
        }
    })?;
    Ok(entries)
}

/// Did the task put this identifier into the records? One that was there before came otherwise.
fn brings_identifiers(manifest: &Manifest, entry: &LedgerEntry) -> bool {
    let kind = manifest.kind(&entry.item.kind);
    let inbound = kind.is_some_and(|kind| {
        kind.direction == Direction::Inbound && kind.record == Some(RecordType::Identifier)
    });
    inbound && entry.origin == Origin::Created
}

fn identifiers(store: &SchoolDb, who: &RecordRef, brought: &BTreeMap<String, String>) -> Result<Vec<Known>> {
    let filter = Filter { person_ids: Some(vec![who.id.clone()]), ..Filter::default() };
    let mut known = Vec::new();
    each(store, RecordType::Identifier, &filter, |record| {
        if let Record::Identifier(Identifier { id, about, system, value }) = record
            && about == *who
        {
            known.push(Known { task: brought.get(&id).cloned(), system, value });
        }
    })?;
    known.sort_by(|one, other| (&one.system, &one.value).cmp(&(&other.system, &other.value)));
    Ok(known)
}

/// Titles of the classes that a person has to do with.
pub fn classes(store: &SchoolDb, person: &Record) -> Result<Vec<String>> {
    let mut ids = BTreeSet::new();
    match person {
        Record::Pupil(pupil) => ids.extend(pupil.class_id.clone()),
        Record::Guardian(guardian) => each(store, RecordType::Pupil, &Filter::default(), |child| {
            if let Record::Pupil(child) = child
                && child.guardian_ids.contains(&guardian.id)
            {
                ids.extend(child.class_id);
            }
        })?,
        _ => {}
    }
    let mut titles = Vec::new();
    each(store, RecordType::SchoolClass, &Filter::default(), |class| {
        if let Record::SchoolClass(data) = &class {
            let leads = matches!(person, Record::Staff(who) if data.teacher_id.as_ref() == Some(&who.id));
            titles.extend((leads || ids.contains(&data.id)).then(|| class.title()));
        }
    })?;
    titles.sort();
    Ok(titles)
}

/// What is there by the ledger; of everything else what the last whole run came to.
fn things(
    store: &SchoolDb,
    task: &TaskConfig,
    words: &Words<'_>,
    entries: &[LedgerEntry],
    who: &RecordRef,
) -> Result<Vec<Thing>> {
    let mut things: BTreeMap<&ItemRef, Thing> =
        entries.iter().map(|entry| (&entry.item, words.entry(entry))).collect();
    let outcomes = match last_whole_run(store, &task.id)? {
        Some(run) => store.outcomes(run.id.number)?,
        None => Vec::new(),
    };
    let called = Called::in_run(outcomes.iter(), &|about: &RecordRef| name_of(store, about));
    for row in outcomes.iter().filter(|row| row.about.as_ref() == Some(who)) {
        let Some(state) = state_of(&row.outcome) else { continue };
        let is_there = things.get(&row.item).is_some_and(|thing| thing.state == THERE);
        if !is_there || state == "told" {
            things.insert(&row.item, words.outcome(row, state, &called));
        }
    }
    let mut all: Vec<Thing> = things.into_values().collect();
    let left_out = store.left_out(&task.id)?;
    all.extend(left_out.iter().filter(|row| row.about == *who).map(|row| Thing {
        kind: None,
        key: None,
        title: words.catalogue.language().of(&words.manifest.title).to_owned(),
        class: row.group.clone(),
        state: "left-out",
        reason: words.catalogue.of(&words.manifest.id, &row.reason),
        steps: Vec::new(),
    }));
    Ok(all)
}

/// It is there.
const THERE: &str = "there";

/// The state that an outcome leaves behind; `None`: what the ledger says.
fn state_of(outcome: &Outcome) -> Option<&'static str> {
    match Group::of(outcome) {
        Group::Sent | Group::Accepted | Group::Adopted | Group::Unchanged | Group::Removed => None,
        Group::Told => Some("told"),
        Group::Waiting => Some("waiting"),
        Group::Decision => Some("decision"),
        Group::Rejected => Some("rejected"),
        Group::NotConfirmed => Some("not-confirmed"),
        Group::InDoubt => Some("in-doubt"),
        Group::Failed => Some("failed"),
    }
}

/// The texts of a task.
struct Words<'a> {
    catalogue: &'a Catalogue,
    manifest: &'a Manifest,
}

impl Words<'_> {
    fn thing(&self, item: &ItemRef, class: Option<&String>, state: &'static str) -> Thing {
        let kind = self.manifest.kind(&item.kind);
        let title = kind.map_or(&*item.kind, |kind| self.catalogue.language().of(&kind.title)).to_owned();
        let (kind, key) = (Some(item.kind.to_string()), Some(item.key.to_string()));
        Thing { kind, key, title, class: class.cloned(), state, reason: String::new(), steps: Vec::new() }
    }

    fn entry(&self, entry: &LedgerEntry) -> Thing {
        let state = match entry.state {
            _ if entry.gone_since.is_some() => "gone",
            LedgerState::Confirmed => THERE,
            LedgerState::Accepted => "accepted",
            LedgerState::Unconfirmed => "not-confirmed",
            LedgerState::InDoubt => "in-doubt",
            LedgerState::Undone => "undone",
        };
        self.thing(&entry.item, entry.group.as_ref(), state)
    }

    fn outcome(&self, row: &OutcomeRow, state: &'static str, called: &Called) -> Thing {
        let (reason, advice) = words::reason_and_advice(self.catalogue, &self.manifest.id, row, called);
        let text = |message| self.catalogue.of(&self.manifest.id, message);
        let steps = match &row.outcome {
            Outcome::Waiting(waiting) => waiting.steps.iter().map(text).collect(),
            _ => Some(advice).filter(|advice| !advice.is_empty()).into_iter().collect(),
        };
        Thing { reason, steps, ..self.thing(&row.item, row.group.as_ref(), state) }
    }
}
