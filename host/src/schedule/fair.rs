//! Whose turn it is: start-time fair queueing by school. A school that has used much time waits until the others have
//! had as much, and one that has not been here gets no credit for that.

use std::collections::BTreeMap;

use crate::model::SchoolId;

/// Most milliseconds that a school can be behind: however long its runs, it waits no longer than for others to use
/// as much.
const MOST_DEBT: u64 = 30 * 60_000;

/// What schools have used, in a time that goes on as the least served is served.
#[derive(Clone, Debug, Default)]
pub(super) struct Fair {
    now: u64,
    used: BTreeMap<SchoolId, u64>,
}

impl Fair {
    /// A school's place in the row: the lowest is next.
    pub(super) fn place(&self, school: &SchoolId) -> u64 {
        self.used.get(school).copied().unwrap_or_default().max(self.now)
    }

    /// It is its turn.
    pub(super) fn served(&mut self, school: &SchoolId) {
        let place = self.place(school);
        self.now = self.now.max(place);
        self.used.insert(school.clone(), place);
    }

    /// It has used so many milliseconds.
    pub(super) fn charge(&mut self, school: &SchoolId, ms: u64) {
        let place = self.used.get(school).copied().unwrap_or(self.now);
        let debt = place.saturating_add(ms.max(1)).min(self.now.saturating_add(MOST_DEBT));
        self.used.insert(school.clone(), debt);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_used_much_waits_for_who_has_not() {
        let (huge, small) = (SchoolId::from("huge"), SchoolId::from("small"));
        let mut fair = Fair::default();
        fair.served(&huge);
        fair.charge(&huge, 600_000);
        let mut turns = 0;
        while fair.place(&small) < fair.place(&huge) {
            fair.served(&small);
            fair.charge(&small, 60_000);
            turns += 1;
        }
        assert_eq!(turns, 10, "as much as the other had");
        fair.served(&huge);
        fair.charge(&huge, 100 * MOST_DEBT);
        assert_eq!(fair.place(&huge) - fair.place(&SchoolId::from("new")), MOST_DEBT);
    }
}
