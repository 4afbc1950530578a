//! How often something happened lately, by whom: counts in windows of time, in memory, bounded.

use std::collections::HashMap;
use std::hash::Hash;

use crate::model::Millis;

/// Most that is kept count of; past it, what began longest ago is forgotten.
const MOST: usize = 100_000;

/// Counts by `K`, each in a window that begins with its first event.
#[derive(Debug)]
pub(super) struct Windows<K> {
    length: Millis,
    counts: HashMap<K, (Millis, u32)>,
}

impl<K: Eq + Hash> Windows<K> {
    /// Windows of so many milliseconds.
    pub(super) fn of(length_ms: u64) -> Self {
        Self { length: Millis::try_from(length_ms).unwrap_or(Millis::MAX), counts: HashMap::new() }
    }

    /// One more, unless there were `most` in the window already; says whether it may be.
    pub(super) fn take(&mut self, key: K, most: u32, now: Millis) -> bool {
        if self.left(&key, most, now) == 0 {
            return false;
        }
        self.make_room(now);
        let count = self.counts.entry(key).or_insert((now, 0));
        if now.saturating_sub(count.0) >= self.length {
            *count = (now, 0);
        }
        count.1 += 1;
        true
    }

    /// How many more there may be.
    pub(super) fn left(&self, key: &K, most: u32, now: Millis) -> u32 {
        let count = self.counts.get(key).filter(|(from, _)| now.saturating_sub(*from) < self.length);
        most.saturating_sub(count.map_or(0, |(_, count)| *count))
    }

    /// Nothing happened.
    pub(super) fn forget(&mut self, key: &K) {
        self.counts.remove(key);
    }

    /// One less.
    pub(super) fn give_back(&mut self, key: &K) {
        if let Some((_, count)) = self.counts.get_mut(key) {
            *count = count.saturating_sub(1);
        }
    }

    fn make_room(&mut self, now: Millis) {
        if self.counts.len() < MOST {
            return;
        }
        let length = self.length;
        self.counts.retain(|_, (from, _)| now.saturating_sub(*from) < length);
        if self.counts.len() >= MOST {
            let mut begins: Vec<Millis> = self.counts.values().map(|(from, _)| *from).collect();
            let (_, middle, _) = begins.select_nth_unstable(MOST / 2);
            let middle = *middle;
            self.counts.retain(|_, (from, _)| *from > middle);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_in_a_window_and_then_the_next() {
        let mut windows = Windows::of(1_000);
        assert!(windows.take("a", 2, 0) && windows.take("a", 2, 10) && !windows.take("a", 2, 999));
        assert!(windows.take("b", 2, 999), "others have their own");
        assert!(windows.take("a", 2, 1_000));
        assert_eq!(windows.left(&"a", 2, 1_500), 1);
        windows.give_back(&"a");
        assert_eq!(windows.left(&"a", 2, 1_500), 2);
        windows.take("a", 2, 1_500);
        windows.forget(&"a");
        assert_eq!(windows.left(&"a", 2, 1_600), 2);
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut windows = Windows::of(1_000_000);
        for n in 0..(MOST + MOST / 2) {
            windows.take(n, 1, n as Millis);
        }
        assert!(windows.counts.len() <= MOST);
        assert_eq!(windows.left(&(MOST + MOST / 2 - 1), 1, (MOST * 2) as Millis), 0, "the latest is known");
    }
}
