//! Pauses after wrong attempts to sign in: a few are free, then each makes the next wait longer. Counted by what was
//! typed, whether there is such an account or not, and by where it came from. Pure: the time is handed in.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;

use crate::model::Millis;

/// The first pause.
const FIRST_MS: Millis = 60_000;

/// The longest one: nobody is shut out for long by whoever knows their login.
const LONGEST_MS: Millis = 15 * 60_000;

/// Attempts are forgotten after so long without one.
const FORGOTTEN_MS: Millis = 24 * 3_600_000;

/// Of how many subjects attempts are remembered.
const MOST: usize = 1 << 16;

/// Whose attempts are counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Subject {
    /// A login, as it was typed.
    Login(String),
    /// An address: a school may have one for all.
    Client(IpAddr),
}

impl Subject {
    /// Attempts without a pause.
    fn free(&self) -> u32 {
        match self {
            Self::Login(_) => 5,
            Self::Client(_) => 50,
        }
    }
}

#[derive(Clone, Copy)]
struct Tried {
    times: u32,
    last: Millis,
}

/// Attempts lately.
#[derive(Default)]
pub(super) struct Pauses(HashMap<Subject, Tried>);

impl Pauses {
    /// One more attempt, which counts as wrong until it is [`forgotten`](Self::forget).
    ///
    /// # Errors
    /// Milliseconds until one is taken again.
    pub(super) fn take(&mut self, subject: Subject, now: Millis) -> Result<(), Millis> {
        self.make_room(now);
        let free = subject.free();
        let tried = self.0.entry(subject).or_insert(Tried { times: 0, last: now });
        if now.saturating_sub(tried.last) >= FORGOTTEN_MS {
            tried.times = 0;
        }
        let left = tried.last.saturating_add(pause(tried.times, free)).saturating_sub(now);
        if left > 0 {
            return Err(left);
        }
        *tried = Tried { times: tried.times.saturating_add(1), last: now };
        Ok(())
    }

    /// It was right: nothing is held against the login any more.
    pub(super) fn forget(&mut self, subject: &Subject) {
        self.0.remove(subject);
    }

    /// It was right: this one is not held against the address, others are.
    pub(super) fn give_back(&mut self, subject: &Subject) {
        if let Some(tried) = self.0.get_mut(subject) {
            tried.times = tried.times.saturating_sub(1);
        }
    }

    /// Has a pause just begun?
    pub(super) fn begins(&self, subject: &Subject) -> bool {
        self.0.get(subject).is_some_and(|tried| tried.times >= subject.free())
    }

    /// The oldest half goes when there are too many.
    fn make_room(&mut self, now: Millis) {
        if self.0.len() < MOST {
            return;
        }
        self.0.retain(|_, tried| now.saturating_sub(tried.last) < FORGOTTEN_MS);
        if self.0.len() >= MOST {
            let mut times: Vec<Millis> = self.0.values().map(|tried| tried.last).collect();
            let (_, middle, _) = times.select_nth_unstable(MOST / 2);
            let middle = *middle;
            self.0.retain(|_, tried| tried.last > middle);
        }
    }
}

/// After so many wrong attempts.
fn pause(times: u32, free: u32) -> Millis {
    match times.checked_sub(free) {
        None => 0,
        Some(more) => (FIRST_MS << more.min(8)).min(LONGEST_MS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Millis = 60_000;

    fn login(name: &str) -> Subject {
        Subject::Login(name.to_owned())
    }

    #[test]
    fn pauses_grow_and_end() {
        let mut pauses = Pauses::default();
        for _ in 0..5 {
            assert_eq!(pauses.take(login("a"), 0), Ok(()));
        }
        assert!(pauses.begins(&login("a")));
        let mut now = 0;
        for minutes in [1, 2, 4, 8, 15, 15, 15] {
            assert_eq!(pauses.take(login("a"), now), Err(minutes * MINUTE));
            assert_eq!(
                pauses.take(login("a"), now + minutes * MINUTE - 1),
                Err(1),
                "asking makes it no longer"
            );
            now += minutes * MINUTE;
            assert_eq!(pauses.take(login("a"), now), Ok(()));
        }
        assert_eq!(pauses.take(login("b"), now), Ok(()), "others have their own");
        assert_eq!(pauses.take(login("a"), now + FORGOTTEN_MS), Ok(()));
        assert!(!pauses.begins(&login("a")));
    }

    #[test]
    fn what_was_right_is_not_held_against_anybody() {
        let (mut pauses, client) = (Pauses::default(), Subject::Client([10, 0, 0, 1].into()));
        for _ in 0..1_000 {
            assert_eq!(pauses.take(login("a"), 0), Ok(()));
            assert_eq!(pauses.take(client.clone(), 0), Ok(()));
            pauses.forget(&login("a"));
            pauses.give_back(&client);
        }
        for n in 0..50 {
            assert_eq!(pauses.take(client.clone(), 0), Ok(()), "{n}");
        }
        assert_eq!(pauses.take(client, 0), Err(MINUTE));
    }

    #[test]
    fn nobody_waits_longer_than_the_longest_pause() {
        for times in 9..200 {
            assert_eq!(pause(times, 5), LONGEST_MS, "{times}");
        }
        assert_eq!(pause(u32::MAX, 5), LONGEST_MS);
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut pauses = Pauses::default();
        for n in 0..MOST + MOST / 2 {
            assert_eq!(pauses.take(login(&n.to_string()), n as Millis), Ok(()));
        }
        assert!(pauses.0.len() <= MOST);
    }
}
