//! What this process has leased of an upstream's budget, and uses up request by request. Pure.

use std::collections::VecDeque;

use crate::model::Millis;
use crate::model::budget::{LATE_MS, Lease, Slots};

/// What is left of leases.
#[derive(Debug, Default)]
pub(super) struct Leased {
    /// Nothing begins by it from this moment on.
    until: Millis,
    /// Requests in flight at most.
    pub(super) permits: u32,
    /// That is all there are.
    pub(super) all: bool,
    /// Slots of the pace, the earliest first; `None`: there is no pace.
    slots: Option<VecDeque<Slots>>,
    /// Requests of the day; `None`: there is no quota.
    credit: Option<u64>,
    credit_until: Millis,
    /// When there are requests again, on the wall, where none were left.
    used_up: Option<Millis>,
    /// It may try whether the upstream lives.
    pub(super) probe: bool,
    /// Something is held that others could have.
    held: bool,
}

/// What the pace says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Turn {
    /// There is no pace.
    Any,
    /// The next slot, by the even clock.
    At(f64),
    /// None is left.
    None,
}

impl Leased {
    /// Takes a lease.
    pub(super) fn take(&mut self, lease: &Lease) {
        self.held = true;
        (self.until, self.permits, self.all) = (lease.until, lease.permits, lease.all);
        self.probe = lease.probe;
        match lease.slots {
            Some(slots) => {
                let kept = self.slots.get_or_insert_default();
                kept.extend(Some(slots).filter(|slots| slots.count > 0));
            }
            None => self.slots = None,
        }
        self.used_up = None;
        match lease.credit {
            Some(credit) => {
                let left = self.credit.unwrap_or_default() + credit.more;
                (self.credit, self.credit_until) = (Some(left), credit.until);
                self.used_up = credit.used_up.then_some(credit.until_wall);
            }
            None => self.credit = None,
        }
    }

    /// Until when it holds; `None`: it does not, at this moment.
    pub(super) fn holds(&self, now: Millis) -> Option<Millis> {
        (now < self.until).then_some(self.until)
    }

    /// When there are requests of the day again, on the wall; `None`: some are left, or nobody knows.
    pub(super) fn used_up(&self) -> Option<Millis> {
        self.used_up
    }

    /// Whether the day's requests allow one more.
    pub(super) fn has_credit(&self) -> bool {
        self.credit.is_none_or(|credit| credit > 0)
    }

    /// What is left of the day's requests, at this moment.
    pub(super) fn credit(&mut self, now: Millis) -> u64 {
        if now >= self.credit_until {
            // They were another day's.
            self.credit = self.credit.map(|_| 0);
        }
        self.credit.unwrap_or_default()
    }

    /// One request of the day is used.
    pub(super) fn spend(&mut self) {
        self.credit = self.credit.map(|credit| credit.saturating_sub(1));
    }

    /// The next slot; those that went by unused are lost.
    pub(super) fn turn(&mut self, now: Millis) -> Turn {
        let Some(slots) = &mut self.slots else { return Turn::Any };
        let earliest = (now - LATE_MS) as f64;
        while let Some(block) = slots.front_mut() {
            while block.count > 0 && block.from < earliest {
                pass(block);
            }
            if block.count > 0 {
                return Turn::At(block.from);
            }
            slots.pop_front();
        }
        Turn::None
    }

    /// The next slot is used.
    pub(super) fn use_slot(&mut self) {
        if let Some(block) = self.slots.as_mut().and_then(VecDeque::front_mut) {
            pass(block);
        }
    }

    /// How many slots are left, and when the last one ends.
    pub(super) fn ahead(&mut self, now: Millis) -> (u64, f64) {
        self.turn(now);
        let blocks = || self.slots.iter().flatten();
        let last = blocks().last().map_or(0.0, |block| block.from + block.step * f64::from(block.count));
        (blocks().map(|block| u64::from(block.count)).sum(), last)
    }

    /// Gives everything back; the requests of the day that were left. `None`: there was nothing.
    pub(super) fn give_back(&mut self, now: Millis) -> Option<u64> {
        let credit = self.credit(now);
        std::mem::take(self).held.then_some(credit)
    }
}

fn pass(block: &mut Slots) {
    block.from += block.step;
    block.count = block.count.saturating_sub(1);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::budget::Credit;

    fn lease(slots: Option<Slots>, more: Option<u64>) -> Lease {
        let credit = more.map(|more| Credit { more, used_up: more == 0, until: 10_000, until_wall: 77_000 });
        Lease {
            until: 1_500,
            permits: 8,
            all: true,
            slots,
            credit,
            paused_until: 0,
            open_until: None,
            probe: false,
        }
    }

    #[test]
    fn slots_are_used_in_their_order_and_lost_when_late() {
        let mut leased = Leased::default();
        assert_eq!((leased.holds(1_000), leased.give_back(0)), (None, None));
        leased.take(&lease(Some(Slots { from: 1_000.0, step: 100.0, count: 2 }), None));
        leased.take(&lease(Some(Slots { from: 1_400.0, step: 100.0, count: 1 }), None));
        assert_eq!(leased.ahead(1_000), (3, 1_500.0));
        assert_eq!(leased.turn(1_000 + LATE_MS), Turn::At(1_000.0));
        leased.use_slot();
        assert_eq!(leased.turn(1_000), Turn::At(1_100.0));
        assert_eq!(leased.turn(1_100 + LATE_MS + 1), Turn::At(1_400.0), "the second one is lost");
        leased.use_slot();
        assert_eq!(leased.turn(1_400), Turn::None);
        assert_eq!((leased.holds(1_499), leased.holds(1_500)), (Some(1_500), None));
    }

    #[test]
    fn requests_of_the_day_are_counted_and_end_with_it() {
        let mut leased = Leased::default();
        leased.take(&lease(None, Some(2)));
        assert_eq!(leased.turn(1_000), Turn::Any);
        leased.spend();
        assert!(leased.has_credit() && leased.used_up().is_none());
        leased.spend();
        assert!(!leased.has_credit() && leased.used_up().is_none(), "nobody has said so");
        leased.take(&lease(None, Some(0)));
        assert_eq!((leased.has_credit(), leased.used_up()), (false, Some(77_000)));
        leased.take(&lease(None, Some(3)));
        assert_eq!((leased.credit(9_999), leased.credit(10_000)), (3, 0));
    }

    #[test]
    fn what_is_left_is_given_back_once() {
        let mut leased = Leased::default();
        leased.take(&lease(None, Some(5)));
        leased.spend();
        assert_eq!((leased.give_back(0), leased.give_back(0)), (Some(4), None));
    }
}
