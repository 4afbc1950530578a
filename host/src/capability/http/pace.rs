//! The pace of each school at a remote system that counts by school: a community's token takes so many requests a second,
//! whatever the tokens of others do.
//!
//! It is kept in this process alone. A school's lane lets one process at a time send for it, so there is nothing to share;
//! what needs no lane (a check, a preview, a dialogue) keeps to a pace of its own when another process does it.
//!
//! One request of a school at a time has the turn: from before it joins the row until it has left. Others of the school
//! wait behind it and not in the row, where they would stand in the way of other schools.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedMutexGuard;

use crate::model::budget::{LATE_MS, SHARE};
use crate::model::{Millis, SchoolId};

/// The moment from which on the school's next request may leave, by the even clock.
type Next = Arc<tokio::sync::Mutex<f64>>;

/// The paces of the schools at one upstream.
#[derive(Debug, Default)]
pub(super) struct Paces(Mutex<HashMap<SchoolId, Next>>);

/// The school's turn; the next one gets it when this is dropped.
#[derive(Debug)]
pub(super) struct SchoolTurn {
    next: OwnedMutexGuard<f64>,
    step: f64,
}

impl Paces {
    /// Waits for the school's turn; `None`: there is no pace. `rate`: requests a second.
    pub(super) async fn turn(&self, school: &SchoolId, rate: f64, now: Millis) -> Option<SchoolTurn> {
        if rate <= 0.0 {
            return None;
        }
        let next = self.of(school, now).lock_owned().await;
        Some(SchoolTurn { next, step: 1_000.0 / (rate * SHARE) })
    }

    /// Schools whose next request may leave at once, and of whom nothing waits, are forgotten.
    fn of(&self, school: &SchoolId, now: Millis) -> Next {
        let mut schools = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        schools.retain(|_, next| {
            Arc::strong_count(next) > 1 || next.try_lock().is_ok_and(|next| *next > now as f64)
        });
        Arc::clone(schools.entry(school.clone()).or_default())
    }
}

impl SchoolTurn {
    /// Milliseconds until the request may leave.
    pub(super) fn left(&self, now: Millis) -> u64 {
        super::gate::until(*self.next, now)
    }

    /// The request leaves now. One that is a little late does not put off those behind it: with so much play no second
    /// holds more than the rate, as with the pace that processes share.
    pub(super) fn depart(mut self, now: Millis) {
        let punctual = *self.next >= (now - LATE_MS) as f64;
        let from = if punctual { *self.next } else { now as f64 };
        *self.next = from + self.step;
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn turn(paces: &Paces, school: &str, now: Millis) -> SchoolTurn {
        let turn = paces.turn(&school.into(), 20.0, now).now_or_never();
        turn.expect("nobody has the turn").expect("there is a pace")
    }

    /// Lets requests of a school leave as early as they may, each so late in its turn; answers when they left.
    fn departures(paces: &Paces, school: &str, lates: impl Iterator<Item = u64>) -> Vec<Millis> {
        let mut now = 10_000;
        let mut leave = |late: u64| {
            let turn = turn(paces, school, now);
            now = now.saturating_add_unsigned(turn.left(now) + late);
            turn.depart(now);
            now
        };
        lates.map(&mut leave).collect()
    }

    #[test]
    fn no_second_of_a_school_holds_more_than_its_rate() {
        for play in [1, LATE_MS.unsigned_abs() + 1, 80] {
            let lates = (0..400).map(|n| n * 7 % play);
            let times = departures(&Paces::default(), "a", lates);
            let in_second =
                |from: &Millis| times.iter().filter(|at| (*from..*from + 1_000).contains(at)).count();
            let busiest = times.iter().map(in_second).max();
            assert!(busiest <= Some(20), "{busiest:?} of play {play}");
            assert!(play > 50 || busiest == Some(20), "what is allowed is used: {busiest:?} of play {play}");
        }
    }

    #[test]
    fn schools_do_not_wait_for_each_other_and_the_idle_ones_are_forgotten() {
        let paces = Paces::default();
        turn(&paces, "a", 1_000).depart(1_000);
        let other = turn(&paces, "b", 1_000);
        assert_eq!(other.left(1_000), 0);
        other.depart(1_000);
        let second = turn(&paces, "a", 1_000);
        assert_eq!(second.left(1_000), 52);
        assert!(paces.turn(&"a".into(), 20.0, 1_000).now_or_never().is_none(), "one at a time");
        drop(second);
        assert_eq!(paces.0.lock().unwrap().len(), 2);
        turn(&paces, "c", 1_060).depart(1_060);
        assert_eq!(paces.0.lock().unwrap().len(), 1, "a and b may send at once again");
    }

    #[test]
    fn without_a_rate_there_is_no_turn() {
        assert!(matches!(Paces::default().turn(&"a".into(), 0.0, 0).now_or_never(), Some(None)));
    }
}
