//! Which of the applications' legal representatives are one person (D12).
//!
//! Two entries are one person with the same СНИЛС; else with the same full name, birth date and a shared child.
//! Namesakes without such evidence stay apart: if one of them is found at Дневник.ру, a person decides there.

use std::collections::{BTreeMap, BTreeSet};

use exchange_sdk::names::{FullName, Likeness};
use exchange_sdk::records::{Applicant, Application, Pupil};

use crate::enrolment::{Place, age};

/// A representative, once for all children.
pub struct Guardian<'a> {
    /// The smallest of the ids under which the school keeps this person.
    pub key: &'a str,
    /// The other ids.
    pub others: Vec<&'a str>,
    /// The latest application that names this person.
    pub application: &'a Application,
    /// Their data in it.
    pub data: &'a Applicant,
    /// Ids of the children that go over, in order.
    pub children: Vec<&'a str>,
}

/// All of them, by key and by child.
pub struct Guardians<'a> {
    /// In the order of their keys.
    pub all: Vec<Guardian<'a>>,
    by_entry: BTreeMap<&'a str, usize>,
}

/// The id of the representative in an application: the guardian's, or where the school keeps none, the application's.
pub fn entry(application: &Application) -> &str {
    application.guardian_id.as_deref().unwrap_or(&application.id)
}

/// The representative's data, if they make up a person.
///
/// What an application lacks is not filled up from the card: it would send what nobody signed.
pub fn data(application: &Application) -> Option<&Applicant> {
    let filled = |part: &Option<String>| part.as_ref().is_some_and(|text| !text.trim().is_empty());
    application.guardian.as_ref().filter(|data| filled(&data.last_name) && filled(&data.first_name))
}

/// Eleven digits, or nothing.
pub fn snils(data: &Applicant) -> Option<String> {
    let digits: String = data.snils.as_ref()?.chars().filter(char::is_ascii_digit).collect();
    (digits.len() == 11).then_some(digits)
}

/// The name of an applicant.
pub fn name(data: &Applicant) -> FullName {
    let part = |text: &'_ Option<String>| text.clone().unwrap_or_default();
    FullName::new(&part(&data.last_name), &part(&data.first_name), &part(&data.middle_name))
}

impl<'a> Guardians<'a> {
    /// The representatives of the children that go over; `cards` say who else is known as whose parent.
    pub fn of(places: &[(&'a str, Place<'a>)], cards: impl Iterator<Item = &'a Pupil>) -> Self {
        let mut entries = entries(places);
        for card in cards {
            for id in &card.guardian_ids {
                if let Some(entry) = entries.get_mut(id.as_str()) {
                    entry.known_of.insert(&card.id);
                }
            }
        }
        Self::merged(entries)
    }

    fn merged(entries: BTreeMap<&'a str, Entry<'a>>) -> Self {
        let groups = grouped(entries.values().collect());
        let mut all: Vec<Guardian<'a>> = groups.iter().map(|group| guardian(group)).collect();
        all.sort_by_key(|guardian| guardian.key);
        let mut by_entry = BTreeMap::new();
        for (place, guardian) in all.iter().enumerate() {
            by_entry.insert(guardian.key, place);
            by_entry.extend(guardian.others.iter().map(|other| (*other, place)));
        }
        Self { all, by_entry }
    }

    /// The parents of a child that goes over, each once, with the latest application that says so.
    pub fn of_child(&self, place: &Place<'a>) -> Vec<(&Guardian<'a>, &'a Application)> {
        let mut parents: Vec<(&Guardian<'a>, &Application)> = Vec::new();
        for application in &place.applications {
            if let Some(guardian) = self.in_application(application)
                && !parents.iter().any(|(known, _)| known.key == guardian.key)
            {
                parents.push((guardian, application));
            }
        }
        parents
    }

    /// The representative an application names; `None` where it has no data of one.
    fn in_application(&self, application: &Application) -> Option<&Guardian<'a>> {
        data(application)?;
        self.by_entry.get(entry(application)).map(|place| &self.all[*place])
    }
}

/// A person under one id.
struct Entry<'a> {
    id: &'a str,
    application: &'a Application,
    data: &'a Applicant,
    children: BTreeSet<&'a str>,
    /// Children whose cards name this id.
    known_of: BTreeSet<&'a str>,
}

impl<'a> Entry<'a> {
    /// Children, by applications and by cards.
    fn kin(&self) -> impl Iterator<Item = &'a str> {
        self.children.iter().chain(&self.known_of).copied()
    }
}

/// Every representative of every accepted application; the latest application gives the data.
fn entries<'a>(places: &[(&'a str, Place<'a>)]) -> BTreeMap<&'a str, Entry<'a>> {
    let mut entries: BTreeMap<&str, Entry<'_>> = BTreeMap::new();
    let signed =
        places.iter().flat_map(|(child, place)| place.applications.iter().map(move |a| (*child, *a)));
    for (child, application) in signed {
        let Some(data) = data(application) else { continue };
        let id = entry(application);
        let fresh = || Entry { id, application, data, children: BTreeSet::new(), known_of: BTreeSet::new() };
        let entry = entries.entry(id).or_insert_with(fresh);
        entry.children.insert(child);
        if age(application) > age(entry.application) {
            (entry.application, entry.data) = (application, data);
        }
    }
    entries
}

fn are_one(a: &Entry<'_>, b: &Entry<'_>) -> bool {
    if let (Some(a), Some(b)) = (snils(a.data), snils(b.data)) {
        return a == b;
    }
    name(a.data).likeness(&name(b.data), true) == Likeness::Same
        && a.data.birth_date.is_some()
        && a.data.birth_date == b.data.birth_date
        && a.kin().any(|child| b.kin().any(|other| child == other))
}

/// What two entries of one person have in common: СНИЛС, or name and birth date.
fn marks(entry: &Entry<'_>) -> impl Iterator<Item = String> {
    let born = entry.data.birth_date.as_ref().map(|day| format!("{} {day}", name(entry.data).key()));
    [born, snils(entry.data)].into_iter().flatten()
}

/// Puts entries that are one person together, comparing only those with a mark in common.
fn grouped<'e, 'a>(entries: Vec<&'e Entry<'a>>) -> Vec<Vec<&'e Entry<'a>>> {
    let mut group_of: Vec<usize> = (0..entries.len()).collect();
    let mut buckets: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (place, entry) in entries.iter().enumerate() {
        for bucket in marks(entry) {
            buckets.entry(bucket).or_default().push(place);
        }
    }
    for bucket in buckets.values() {
        for (nth, a) in bucket.iter().enumerate() {
            for b in &bucket[nth + 1..] {
                if are_one(entries[*a], entries[*b]) {
                    let (from, to) = (group_of[*b], group_of[*a]);
                    group_of.iter_mut().filter(|group| **group == from).for_each(|group| *group = to);
                }
            }
        }
    }
    let mut groups: BTreeMap<usize, Vec<&Entry<'_>>> = BTreeMap::new();
    for (entry, group) in entries.into_iter().zip(group_of) {
        groups.entry(group).or_default().push(entry);
    }
    groups.into_values().collect()
}

/// One person of entries sorted by id.
fn guardian<'a>(group: &[&Entry<'a>]) -> Guardian<'a> {
    let latest = group.iter().max_by_key(|entry| age(entry.application)).unwrap_or(&group[0]);
    let children: BTreeSet<&str> = group.iter().flat_map(|entry| entry.children.iter().copied()).collect();
    Guardian {
        key: group[0].id,
        others: group[1..].iter().map(|entry| entry.id).collect(),
        application: latest.application,
        data: latest.data,
        children: children.into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{application, class};
    use exchange_sdk::records::SchoolClass;

    struct Parent<'a> {
        id: &'a str,
        child: &'a str,
        first: &'a str,
        born: Option<&'a str>,
        snils: Option<&'a str>,
    }

    fn applications(parents: &[Parent<'_>]) -> Vec<Application> {
        let made = parents.iter().enumerate().map(|(nth, parent)| {
            let mut application = application(&format!("a{nth}"), parent.child, 2026);
            application.guardian_id = Some(parent.id.to_owned());
            let data = application.guardian.as_mut().expect("a guardian");
            data.first_name = Some(parent.first.to_owned());
            data.birth_date = parent.born.map(str::to_owned);
            data.snils = parent.snils.map(str::to_owned);
            application
        });
        made.collect()
    }

    /// Groups of ids that came out as one person; `cards`: child and the guardian ids on its card.
    fn merged(parents: &[Parent<'_>], cards: &[(&str, &[&str])]) -> Vec<String> {
        let applications = applications(parents);
        let class: SchoolClass = class("c", 5, Some("А"));
        let places: Vec<(&str, Place<'_>)> = parents
            .iter()
            .zip(&applications)
            .map(|(parent, application)| {
                (
                    parent.child,
                    Place {
                        application,
                        applications: vec![application],
                        class: &class,
                        start: "2026-09-01",
                    },
                )
            })
            .collect();
        let cards: Vec<Pupil> = cards.iter().map(|(id, parents)| crate::samples::card(id, parents)).collect();
        let guardians = Guardians::of(&places, cards.iter());
        let shown =
            |g: &Guardian<'_>| [&[g.key], &g.others[..]].concat().join("=") + ":" + &g.children.join(",");
        guardians.all.iter().map(shown).collect()
    }

    const MARIA: Parent<'_> =
        Parent { id: "g1", child: "p1", first: "Мария", born: Some("1985-05-05"), snils: None };

    #[test]
    fn d12_one_snils_is_one_person() {
        let a = Parent { snils: Some("112-233-445 95"), ..MARIA };
        let b = Parent { id: "g2", child: "p2", first: "Марья", snils: Some("11223344595"), ..MARIA };
        assert_eq!(merged(&[a, b], &[]), ["g1=g2:p1,p2"]);
    }

    #[test]
    fn d12_name_birth_date_and_a_shared_child_are_one_person() {
        let sister = Parent { id: "g2", child: "p2", ..MARIA };
        assert_eq!(merged(&[MARIA, sister], &[("p2", &["g1", "g2"])]), ["g1=g2:p1,p2"]);
    }

    #[test]
    fn d12_namesakes_stay_apart() {
        let other = || Parent { id: "g2", child: "p2", ..MARIA };
        assert_eq!(merged(&[MARIA, other()], &[]), ["g1:p1", "g2:p2"], "no shared child");
        let later = Parent { born: Some("1986-05-05"), ..other() };
        assert_eq!(merged(&[MARIA, later], &[("p2", &["g1"])]), ["g1:p1", "g2:p2"], "another birth date");
        let (a, b) = (
            Parent { snils: Some("11223344595"), ..MARIA },
            Parent { snils: Some("08765430300"), ..other() },
        );
        assert_eq!(merged(&[a, b], &[("p2", &["g1"])]), ["g1:p1", "g2:p2"], "two СНИЛС");
    }

    #[test]
    fn d12_siblings_share_the_parent_of_one_record() {
        let sister = Parent { child: "p2", ..MARIA };
        assert_eq!(merged(&[MARIA, sister], &[]), ["g1:p1,p2"]);
    }
}
