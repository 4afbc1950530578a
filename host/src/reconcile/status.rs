//! The truth about a run, from its outcomes. Pure.

use crate::model::{Outcome, RunCounts, RunStatus};

/// How many of which outcome.
pub(super) fn counts<'a>(
    outcomes: impl Iterator<Item = &'a Outcome>,
    unchanged: u64,
    left_out: u64,
) -> RunCounts {
    let mut counts = RunCounts { unchanged, left_out, ..RunCounts::default() };
    outcomes.for_each(|outcome| *counter(&mut counts, outcome) += 1);
    counts
}

fn counter<'a>(counts: &'a mut RunCounts, outcome: &Outcome) -> &'a mut u64 {
    match outcome {
        Outcome::Applied => &mut counts.applied,
        Outcome::Accepted => &mut counts.accepted,
        Outcome::Unchanged => &mut counts.unchanged,
        Outcome::Adopted => &mut counts.adopted,
        Outcome::Removed => &mut counts.removed,
        Outcome::Differs(_) | Outcome::Gone => &mut counts.told,
        Outcome::Rejected(_) => &mut counts.rejected,
        Outcome::Waiting(_) | Outcome::NotYet(_) => &mut counts.waiting,
        Outcome::Decision(_) => &mut counts.decisions,
        Outcome::InDoubt => &mut counts.in_doubt,
        Outcome::NotConfirmed => &mut counts.not_confirmed,
        Outcome::Blocked(_) | Outcome::Expired | Outcome::Failed(_) => &mut counts.failed,
    }
}

/// The status of a run that went through: as grave as its gravest outcome.
pub(super) fn status<'a>(outcomes: impl Iterator<Item = &'a Outcome>) -> RunStatus {
    let gravest = outcomes.map(of).max_by_key(|status| gravity(*status));
    gravest.unwrap_or(RunStatus::Success)
}

/// What one outcome makes of a run. Something gone no longer meets the conditions, and something whose time has not come
/// does not meet them yet: neither spoils a success.
fn of(outcome: &Outcome) -> RunStatus {
    match outcome {
        Outcome::Applied
        | Outcome::Unchanged
        | Outcome::Adopted
        | Outcome::Removed
        | Outcome::Gone
        | Outcome::NotYet(_) => RunStatus::Success,
        Outcome::Accepted
        | Outcome::Differs(_)
        | Outcome::Rejected(_)
        | Outcome::Waiting(_)
        | Outcome::Blocked(_)
        | Outcome::Expired
        | Outcome::Failed(_) => RunStatus::WithRemarks,
        Outcome::InDoubt | Outcome::NotConfirmed => RunStatus::NotConfirmed,
        Outcome::Decision(_) => RunStatus::Waiting,
    }
}

fn gravity(status: RunStatus) -> u8 {
    match status {
        RunStatus::Running | RunStatus::Success => 0,
        RunStatus::WithRemarks => 1,
        RunStatus::NotConfirmed => 2,
        RunStatus::Waiting | RunStatus::Postponed => 3,
        RunStatus::Failed => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Message;

    #[test]
    fn d14_success_needs_everything_read_back() {
        let failed = || Outcome::Failed(Message::new("x"));
        let cases = [
            (vec![], RunStatus::Success),
            (vec![Outcome::Applied, Outcome::Adopted, Outcome::Gone], RunStatus::Success),
            (vec![Outcome::Applied, Outcome::Accepted], RunStatus::WithRemarks),
            (vec![Outcome::Applied, failed()], RunStatus::WithRemarks),
            (vec![failed(), Outcome::NotConfirmed], RunStatus::NotConfirmed),
            (vec![Outcome::InDoubt, Outcome::Applied], RunStatus::NotConfirmed),
            (vec![Outcome::InDoubt, Outcome::Decision(1)], RunStatus::Waiting),
        ];
        for (outcomes, expected) in cases {
            assert_eq!(status(outcomes.iter()), expected, "{outcomes:?}");
        }
    }
}
