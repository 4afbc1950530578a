//! When a plan waits for a person: thresholds over 24 hours, and the likely cause. Pure.

use crate::model::setup::{Holds, Threshold};
use crate::model::{Hold, Message, PlanCounts};
use crate::store::{Tally, TaskMemory};

/// What a run's size is measured against.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Size {
    /// Items certainly there by the ledger.
    pub(super) ledger: u64,
    /// Items desired in this run.
    pub(super) wanted: u64,
    /// Departures told in this run for the first time.
    pub(super) newly_gone: u64,
    /// Removals of what comes and goes with time.
    pub(super) passing: u64,
}

/// What of a set-up can explain a mass change.
#[derive(Clone, Debug)]
pub(super) struct Circumstances<'a> {
    pub(super) before: Option<&'a TaskMemory>,
    pub(super) records: u64,
    pub(super) study_year: Option<u16>,
    pub(super) version: &'a str,
    pub(super) settings: [u8; 32],
}

/// Does the plan wait? `tally`: what the last 24 hours have already brought.
pub(super) fn hold(
    holds: &Holds,
    counts: &PlanCounts,
    size: Size,
    tally: Tally,
    circumstances: &Circumstances<'_>,
) -> Option<Hold> {
    // What was there before these 24 hours.
    let base = (size.ledger + tally.removed).saturating_sub(tally.added);
    let remove = (counts.remove + size.newly_gone).saturating_sub(size.passing);
    let wanted = circumstances.before.map_or(0, |before| before.wanted);
    let over = [
        // No baseline: the first sending, perhaps by classes, perhaps cut short.
        (wanted > 0, "host-hold-add", holds.add, growth(counts, size, wanted), tally.added, wanted),
        (true, "host-hold-change", holds.change, counts.update, tally.changed, base),
        (true, "host-hold-remove", holds.remove, remove, tally.removed, base),
        (true, "host-hold-ambiguous", holds.ambiguous, counts.decide, 0, base.max(size.wanted)),
    ];
    let (_, code, _, now, earlier, of) = over.into_iter().find(|(asked, _, limit, now, earlier, of)| {
        *asked && *now > 0 && passes(*limit, now + earlier, *of)
    })?;
    let reason = Message::new(code).with("count", now).with("earlier", earlier).with("of", of);
    Some(Hold { reason, cause: cause(circumstances) })
}

/// Additions beyond what was already meant to be there: what an earlier run could not deliver is no mass change.
pub(super) fn growth(counts: &PlanCounts, size: Size, wanted: u64) -> u64 {
    let owed = wanted.saturating_sub(size.ledger);
    counts.create.saturating_sub(owed)
}

/// Both the share and the rows are passed.
fn passes(limit: Threshold, count: u64, of: u64) -> bool {
    count > limit.rows && count as f64 > limit.share * of as f64
}

fn cause(now: &Circumstances<'_>) -> Message {
    let Some(before) = now.before else { return Message::new("host-cause-first") };
    if now.records * 4 < before.records * 3 {
        let message = Message::new("host-cause-records");
        return message.with("before", before.records).with("now", now.records);
    }
    if now.version != before.version {
        return Message::new("host-cause-version").with("before", &before.version).with("now", now.version);
    }
    if now.settings != before.settings {
        return Message::new("host-cause-settings");
    }
    if now.study_year != before.study_year {
        return Message::new("host-cause-year");
    }
    Message::new("host-cause-unknown")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(counts: PlanCounts, size: Size, tally: Tally) -> Option<String> {
        let before =
            TaskMemory { version: "1".into(), records: 100, wanted: size.ledger, ..TaskMemory::default() };
        let now = Circumstances {
            before: Some(&before),
            records: 50,
            study_year: None,
            version: "1",
            settings: [0; 32],
        };
        hold(&Holds::default(), &counts, size, tally, &now)
            .map(|hold| hold.reason.code + " " + &hold.cause.code)
    }

    #[test]
    fn share_and_rows_must_both_be_passed() {
        let size = |ledger| Size { ledger, wanted: 10, newly_gone: 0, passing: 0 };
        let create = |create| PlanCounts { create, ..PlanCounts::default() };
        let remove = |remove| PlanCounts { remove, ..PlanCounts::default() };
        let none = Tally::default();
        assert_eq!(check(create(5_000), size(0), none), None, "the first sending");
        assert_eq!(check(create(50), size(100), none), None);
        assert_eq!(check(create(51), size(1_000), none), None);
        assert_eq!(check(create(51), size(100), none).as_deref(), Some("host-hold-add host-cause-records"));
        assert_eq!(
            check(remove(11), size(100), none).as_deref(),
            Some("host-hold-remove host-cause-records")
        );
        assert_eq!(check(remove(10), size(100), none), None);
        let gone = Size { newly_gone: 11, ..size(100) };
        assert!(check(create(0), gone, none).is_some(), "told departures count too");
        let passing = Size { passing: 1, ..size(100) };
        assert_eq!(check(remove(11), passing, none), None, "what passes by itself is no loss");
    }

    #[test]
    fn what_an_earlier_run_could_not_deliver_is_no_mass_change() {
        let size = Size { ledger: 20, wanted: 1_000, newly_gone: 0, passing: 0 };
        let create = |create| PlanCounts { create, ..PlanCounts::default() };
        assert_eq!(growth(&create(980), size, 1_000), 0, "cut short, and tried again");
        assert_eq!(growth(&create(1_280), size, 1_000), 300, "and the school has grown meanwhile");
        assert_eq!(growth(&create(5), Size { ledger: 1_000, ..size }, 1_000), 5);
    }

    #[test]
    fn small_runs_add_up() {
        let size = Size { ledger: 100, wanted: 100, newly_gone: 0, passing: 0 };
        let counts = PlanCounts { remove: 6, ..PlanCounts::default() };
        let earlier = Tally { removed: 6, ..Tally::default() };
        assert_eq!(check(counts, size, Tally::default()), None);
        assert!(check(counts, size, earlier).is_some());
        assert_eq!(
            check(PlanCounts::default(), size, Tally { removed: 60, ..earlier }),
            None,
            "nothing to do now"
        );
    }
}
