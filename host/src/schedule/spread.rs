//! Where in a stretch of time a task has its place: a hash that is the same today, tomorrow and on another machine, so
//! that schools are spread evenly, a preview says what will be, and a restart changes nothing.

use crate::model::{Millis, TaskRef};

/// What a task's places are worked out from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spread([u8; 32]);

impl Spread {
    /// Of this task: equal names in different schools have different places.
    pub(super) fn of(task: &TaskRef) -> Self {
        Self(*blake3::hash(task.to_string().as_bytes()).as_bytes())
    }

    /// Its place among so many milliseconds: whole seconds, below `length` (0 where that is 0).
    pub(super) fn place(&self, length: Millis) -> Millis {
        share(self.0, length)
    }

    /// Its place this time.
    pub(super) fn place_at(&self, at: Millis, length: Millis) -> Millis {
        share(*blake3::keyed_hash(&self.0, &at.to_be_bytes()).as_bytes(), length)
    }
}

fn share(hash: [u8; 32], length: Millis) -> Millis {
    let [a, b, c, d, e, f, g, h, ..] = hash;
    let number = u128::from(u64::from_be_bytes([a, b, c, d, e, f, g, h]));
    let length = u128::from(u64::try_from(length).unwrap_or_default());
    // Below 2^63, since `length` is.
    let place = Millis::try_from((number * length) >> 64).unwrap_or_default();
    place - place % 1_000
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(n: u32) -> Spread {
        Spread::of(&TaskRef { school: format!("school{n}").into(), task: "dnevnik".into() })
    }

    #[test]
    fn schools_are_spread_evenly_and_for_good() {
        let hour = 3_600_000;
        let mut quarters = [0; 4];
        for n in 0..4_000 {
            let place = task(n).place(hour);
            assert!((0..hour).contains(&place) && place % 1_000 == 0);
            quarters[usize::try_from(place / (hour / 4)).expect("small")] += 1;
        }
        assert!(quarters.iter().all(|count| (900..1_100).contains(count)), "{quarters:?}");
        assert_eq!(
            task(57).place(hour),
            272_000,
            "another place after an upgrade would move every school's run"
        );
        assert_eq!(task(57).place(0), 0);
    }

    #[test]
    fn a_place_differs_from_time_to_time() {
        let places: std::collections::BTreeSet<Millis> =
            (0..100).map(|at| task(1).place_at(at, 600_000)).collect();
        assert!(places.len() > 50, "{}", places.len());
    }
}
