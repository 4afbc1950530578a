//! Reading what the records say of journals. Reads no more than a scope depends on.

use std::collections::BTreeSet;

use exchange_sdk::Failure;
use exchange_sdk::records::{self, Filter, Identifier, Journal, Lesson, Pupil};

use crate::journal::{Account, Facts, Verdict, verdict};

/// Most ids of one question.
const IDS: usize = 1_000;

/// The journals of every year that the records know: one that is over is still told apart.
///
/// # Errors
/// When the task does not grant the records.
pub fn journals() -> Result<Vec<Journal>, Failure> {
    records::journals(&Filter::all())
}

/// A journal and what belongs to it; of one that is to have no chat, no people.
///
/// # Errors
/// When the task does not grant the records.
pub fn facts(journal: Journal) -> Result<Facts, Failure> {
    let class = match &journal.class_id {
        Some(class) => records::classes(&Filter::by_ids(vec![class.clone()]))?.pop(),
        None => None,
    };
    let lessons = match (journal.general, journal.chat) {
        (true, true) => lessons(&journal.id)?,
        _ => Vec::new(),
    };
    let empty = Facts { journal, class, lessons, pupils: vec![], staff: vec![], identifiers: vec![] };
    if verdict(&empty.journal, &empty.lessons) == Verdict::Chat { with_people(empty) } else { Ok(empty) }
}

fn lessons(journal: &str) -> Result<Vec<Lesson>, Failure> {
    records::lessons(&Filter { journal_id: Some(journal.to_owned()), ..Filter::all() })
}

fn with_people(facts: Facts) -> Result<Facts, Failure> {
    let substitutes = facts.lessons.iter().filter_map(|lesson| lesson.teacher_id.clone());
    let teachers: BTreeSet<String> = facts.journal.teacher_ids.iter().cloned().chain(substitutes).collect();
    let staff = in_parts(teachers.into_iter().collect(), |ids| records::staff(&Filter::by_ids(ids)))?;
    let pupils = pupils(&facts.journal)?;
    let people =
        staff.iter().map(|staff| staff.id.clone()).chain(pupils.iter().map(|pupil| pupil.id.clone()));
    let people: BTreeSet<String> = people.collect();
    let identifiers: Vec<Identifier> =
        in_parts(people.into_iter().collect(), |ids| records::identifiers(&Filter::about(ids)))?;
    Ok(Facts { staff, pupils, identifiers, ..facts })
}

fn pupils(journal: &Journal) -> Result<Vec<Pupil>, Failure> {
    match (&journal.class_id, journal.pupil_ids.is_empty()) {
        (Some(class), true) => records::pupils(&Filter::of_class(class)),
        (None, true) => Ok(Vec::new()),
        (_, false) => in_parts(journal.pupil_ids.clone(), |ids| records::pupils(&Filter::by_ids(ids))),
    }
}

fn in_parts<T>(
    ids: Vec<String>,
    read: impl Fn(Vec<String>) -> Result<Vec<T>, Failure>,
) -> Result<Vec<T>, Failure> {
    let mut all = Vec::new();
    for part in ids.chunks(IDS) {
        all.extend(read(part.to_vec())?);
    }
    Ok(all)
}

/// The accounts that the records name in a journal; `None`: it is not to have a chat in this year (any more).
///
/// # Errors
/// When the task does not grant the records.
pub fn named(id: &str, year: u16, now: i64, horizon: i64) -> Result<Option<BTreeSet<i64>>, Failure> {
    let journal = records::journals(&Filter::by_ids(vec![id.to_owned()]))?.pop();
    let Some(journal) = journal.filter(|journal| journal.study_year == year) else { return Ok(None) };
    let facts = facts(journal)?;
    if verdict(&facts.journal, &facts.lessons) != Verdict::Chat {
        return Ok(None);
    }
    let accounts = facts.members(now, horizon).into_iter().filter_map(|person| match person.account {
        Account::Known(number) => Some(number),
        Account::Missing | Account::Wrong => None,
    });
    Ok(Some(accounts.collect()))
}
