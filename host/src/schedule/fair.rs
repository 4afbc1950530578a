//! Whose turn it is: start-time fair queueing by school. A school that has used much time waits until the others have
//! had as much, and one that has not been here gets no credit for that.

use std::collections::BTreeMap;

use crate::model::SchoolId;

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
        self.used.insert(school.clone(), place.saturating_add(ms.max(1)));
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
    }

    #[test]
    fn where_somebody_always_waits_a_huge_school_has_no_more_than_an_even_share() {
        // Ten schools always have something to run; one takes six hours each time, the others a minute.
        let schools: Vec<SchoolId> = (0..10).map(|n| format!("school{n}").as_str().into()).collect();
        let took = |school: &SchoolId| if *school == schools[0] { 6 * 3_600_000 } else { 60_000 };
        let (mut fair, mut used, mut all) = (Fair::default(), 0, 0);
        while all < 30 * 6 * 3_600_000 {
            let next = schools.iter().min_by_key(|school| (fair.place(school), took(school))).expect("ten");
            fair.served(next);
            fair.charge(next, took(next));
            all += took(next);
            used += if *next == schools[0] { took(next) } else { 0 };
        }
        assert!(used <= all / 10 + 6 * 3_600_000, "{used} of {all}");
        assert!(used >= all / 10 - 6 * 3_600_000, "and no less: {used} of {all}");
    }

    #[test]
    fn a_debt_is_forgiven_when_nobody_else_waits() {
        let (huge, small) = (SchoolId::from("huge"), SchoolId::from("small"));
        let mut fair = Fair::default();
        fair.served(&huge);
        fair.charge(&huge, 6 * 3_600_000);
        fair.served(&huge);
        assert_eq!(fair.place(&small), fair.place(&huge), "it ran because it alone was there");
    }
}
