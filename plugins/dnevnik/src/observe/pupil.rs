//! Is somebody there this pupil (D12)? The same СНИЛС; else full name and birth date; else full name and class.
//!
//! Two children of one class may share a full name. A person shows no birth date, but an activated account does:
//! where that date is another, the classmate is neither adopted nor called a twin without being asked about.

use std::collections::BTreeMap;

use exchange_sdk::names::{FullName, Likeness};
use exchange_sdk::{Basis, Failure, Item, Message, Observation};

use super::person::{Found, adopted, ambiguous, ambiguous_each, by_snils, name_of, named, unique};
use super::unknown;
use crate::dates::day;
use crate::remote::{Person, Told, User};

/// Accounts by id.
pub(super) type Profiles = BTreeMap<String, Told<User>>;

/// Accounts of classmates with the pupil's full name whom nothing but the class speaks for; none where our own
/// birth date is unknown.
pub(super) fn accounts<'a>(item: &Item, found: &'a Found) -> Vec<&'a str> {
    if item.text("birth-date").is_none() {
        return Vec::new();
    }
    let known =
        |person: &&Person| found.by_snils.iter().chain(&found.by_birthday).any(|surer| surer.id == person.id);
    let classmates = named(&found.in_class, &name_of(item), Likeness::Same).into_iter();
    classmates.filter(|person| !known(person)).filter_map(|person| person.user.as_deref()).collect()
}

/// What an account says of the birth date.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Birthday {
    Same,
    Other,
    NotShown,
}

/// # Errors
/// When there is an account and it could not be read.
fn birthday(item: &Item, person: &Person, profiles: &Profiles) -> Result<Birthday, Failure> {
    let Some(told) = person.user.as_ref().and_then(|user| profiles.get(user)) else {
        return Ok(Birthday::NotShown);
    };
    let profile = told.clone()?;
    let theirs = profile.and_then(|user| user.birthday).filter(|date| !date.is_empty());
    Ok(match (item.text("birth-date"), theirs) {
        (Some(ours), Some(theirs)) if ours == day(&theirs) => Birthday::Same,
        (Some(_), Some(_)) => Birthday::Other,
        _ => Birthday::NotShown,
    })
}

/// What is there of this pupil.
///
/// # Errors
/// When nothing can be learnt of any pupil.
pub(super) fn decide(item: &Item, found: &Found, profiles: &Profiles) -> Result<Observation, Failure> {
    let name = name_of(item);
    let mut alike = named(found.by_birthday.iter().chain(&found.in_class), &name, Likeness::Same);
    // A namesake is no twin: it must not be offered for removal.
    alike.retain(|person| birthday(item, person, profiles) != Ok(Birthday::Other));
    if let Some(decided) = by_snils(item, found, &alike) {
        return Ok(decided);
    }
    let same_birthday = named(&found.by_birthday, &name, Likeness::Same);
    match same_birthday[..] {
        [] => {}
        [person] => return Ok(adopted(item, person, &["birth-date"], &alike)),
        _ => return Ok(ambiguous(&same_birthday, &[Message::new("evidence-same-name-birthday")])),
    }
    let in_class = named(&found.in_class, &name, Likeness::Same);
    match in_class[..] {
        [] => Ok(doubtful(item, found)),
        [person] => classmate(item, person, profiles),
        _ => Ok(ambiguous(&in_class, &[Message::new("evidence-same-name-class")])),
    }
}

/// The only one of this full name in the class.
fn classmate(item: &Item, person: &Person, profiles: &Profiles) -> Result<Observation, Failure> {
    Ok(match birthday(item, person, profiles) {
        Ok(Birthday::Same) => adopted(item, person, &["birth-date"], &[]),
        Ok(Birthday::NotShown) => adopted(item, person, &[], &[]),
        Ok(Birthday::Other) => {
            let evidence =
                [Message::new("evidence-same-name-class"), Message::new("evidence-other-birthday")];
            ambiguous(&[person], &evidence)
        }
        Err(failure) => return unknown(failure),
    })
}

/// Nobody of exactly this name where the pupil should be: whoever resembles them is for a person to judge.
fn doubtful(item: &Item, found: &Found) -> Observation {
    let name = name_of(item);
    let near = found.by_birthday.iter().chain(&found.in_class);
    let doubtful = unique(near.filter(|person| difference(person, &name).is_some()));
    if !doubtful.is_empty() {
        return ambiguous_each(&doubtful, |person| difference(person, &name).into_iter().collect());
    }
    match &named(&found.by_name, &name, Likeness::Same)[..] {
        [] => Observation::Absent(Basis::Lookup),
        namesakes => ambiguous(namesakes, &[Message::new("evidence-same-name")]),
    }
}

/// In what a name that may well be the same is written otherwise; `None`: it is the same, or somebody else's.
fn difference(person: &Person, name: &FullName) -> Option<Message> {
    Some(match person.name().likeness(name, true) {
        Likeness::Patronymic => Message::new("evidence-no-middle-name"),
        Likeness::LookAlike => Message::new("evidence-look-alike-letters"),
        Likeness::Hyphens => Message::new("evidence-hyphens"),
        Likeness::Same | Likeness::Yo | Likeness::Other => return None,
    })
}
