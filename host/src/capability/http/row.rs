//! Requests that wait for an upstream, in the order of start-time fair queueing by school: a school with thousands of
//! requests and one with three take turns, whoever came first.
//!
//! Each request has a start: the moment, in requests served, from which on it is its school's turn. A school's next
//! request starts one later than its last one; a school that was away starts now and gets no credit for that.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use tokio::sync::Notify;

use crate::model::SchoolId;

/// A place in the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    start: u64,
    number: u64,
}

/// Who waits.
#[derive(Debug, Default)]
pub(super) struct Row {
    /// The start of the request served last.
    now: u64,
    came: u64,
    waiting: BTreeMap<Place, (SchoolId, Arc<Notify>)>,
    /// The next start of each school that is ahead of `now`.
    next: HashMap<SchoolId, u64>,
}

impl Row {
    /// Joins at the school's place; the bell rings when it is the first.
    pub(super) fn join(&mut self, school: &SchoolId) -> (Place, Arc<Notify>) {
        let start = self.next.get(school).copied().unwrap_or_default().max(self.now);
        self.next.insert(school.clone(), start + 1);
        self.came += 1;
        let place = Place { start, number: self.came };
        let bell = Arc::new(Notify::new());
        self.waiting.insert(place, (school.clone(), Arc::clone(&bell)));
        (place, bell)
    }

    /// Whether it is the first.
    pub(super) fn is_first(&self, place: Place) -> bool {
        self.waiting.first_key_value().is_some_and(|(first, _)| *first == place)
    }

    /// It is served.
    pub(super) fn serve(&mut self, place: Place) {
        self.now = self.now.max(place.start);
        self.waiting.remove(&place);
        self.settle();
    }

    /// Where nobody waits, nobody has had more than others need: all begin anew.
    fn settle(&mut self) {
        if self.waiting.is_empty() {
            self.next.clear();
        }
        self.ring();
    }

    /// It waits no longer, and its school's next one may start that much sooner.
    pub(super) fn leave(&mut self, place: Place) {
        let Some((school, _)) = self.waiting.remove(&place) else { return };
        if let Some(next) = self.next.get_mut(&school) {
            *next = next.saturating_sub(1);
        }
        self.settle();
    }

    /// The first one looks again whether it may go.
    pub(super) fn ring(&self) {
        if let Some((_, (_, bell))) = self.waiting.first_key_value() {
            bell.notify_one();
        }
    }

    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Serves so many; answers whose they were.
    fn served(row: &mut Row, names: &BTreeMap<Place, &'static str>, count: usize) -> Vec<&'static str> {
        let next = |row: &mut Row| {
            let first = *row.waiting.first_key_value().expect("somebody waits").0;
            assert!(row.is_first(first));
            row.serve(first);
            names[&first]
        };
        (0..count).map(|_| next(row)).collect()
    }

    #[test]
    fn a_huge_school_takes_turns_with_small_ones() {
        let (mut row, mut names) = (Row::default(), BTreeMap::new());
        let mut join = |row: &mut Row, school: &'static str| {
            names.insert(row.join(&school.into()).0, school);
        };
        (0..1_000).for_each(|_| join(&mut row, "huge"));
        ["a", "b", "a"].into_iter().for_each(|school| join(&mut row, school));
        let first = served(&mut row, &names, 6);
        assert_eq!(first, ["huge", "a", "b", "huge", "a", "huge"]);
        assert_eq!(row.len(), 1_003 - 6);
    }

    #[test]
    fn who_comes_late_is_not_put_behind_what_waits_nor_paid_for_being_away() {
        let (mut row, mut names) = (Row::default(), BTreeMap::new());
        for _ in 0..100 {
            names.insert(row.join(&"huge".into()).0, "huge");
        }
        assert_eq!(served(&mut row, &names, 50), ["huge"; 50]);
        for _ in 0..3 {
            names.insert(row.join(&"late".into()).0, "late");
        }
        let next = served(&mut row, &names, 6);
        assert_eq!(next.iter().filter(|name| **name == "late").count(), 3, "every second one: {next:?}");
        assert_eq!(row.len(), 47);
    }

    #[test]
    fn what_is_given_up_holds_nobody() {
        let mut row = Row::default();
        let (first, _) = row.join(&"a".into());
        let (second, bell) = row.join(&"b".into());
        row.leave(first);
        assert!(row.is_first(second));
        assert!(futures_util::FutureExt::now_or_never(bell.notified()).is_some(), "it was told");
        row.leave(first);
        assert_eq!(row.len(), 1);
    }

    #[test]
    fn schools_that_are_gone_are_not_remembered() {
        let mut row = Row::default();
        for n in 0..10_000 {
            let (place, _) = row.join(&format!("school{n}").as_str().into());
            row.serve(place);
        }
        assert!(row.next.is_empty());
    }
}
