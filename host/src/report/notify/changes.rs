//! Which runs change a task's state.

use crate::model::RunSummary;
use crate::model::notify::Topic;
use crate::reconcile::CANCELLED;
use crate::store::Standing;

/// Code of the reason of a run whose process died.
pub const INTERRUPTED: &str = "host-interrupted";

/// A run after which a task's state is another one than before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change<'a> {
    /// The state before.
    pub before: Topic,
    /// The state after.
    pub now: Topic,
    /// The run.
    pub run: &'a RunSummary,
}

/// The changes that these runs make, which follow what was told last, oldest first; and what was told last after them.
///
/// A run that was stopped by a person or by the end of the server says nothing about the task: it goes on. One whose
/// process died says nothing either, unless the one before it died as well: then something kills it.
pub fn changes(before: Standing, runs: &[RunSummary]) -> (Standing, Vec<Change<'_>>) {
    let (mut standing, mut changes) = (before, Vec::new());
    for run in runs {
        let cut_before = std::mem::take(&mut standing.cut);
        standing.run = run.id.number;
        let code = run.reason.as_ref().map(|reason| reason.code.as_str());
        let Some(now) = Topic::of(run.status) else { continue };
        match code {
            Some(CANCELLED) => standing.cut = cut_before,
            Some(INTERRUPTED) if !cut_before => standing.cut = true,
            _ => {
                standing.cut = code == Some(INTERRUPTED);
                if now != standing.state {
                    changes.push(Change { before: standing.state, now, run });
                    standing.state = now;
                }
            }
        }
    }
    (standing, changes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Message, RunCounts, RunId, RunStatus, Selection, TaskRef};

    fn run(number: u64, status: RunStatus, reason: Option<&str>) -> RunSummary {
        RunSummary {
            id: RunId { school: "s".into(), number },
            task: TaskRef { school: "s".into(), task: "t".into() },
            started: 0,
            finished: Some(1),
            status,
            reason: reason.map(Message::new),
            verdict: None,
            plan: None,
            selection: Selection::default(),
            counts: RunCounts::default(),
            requests: (0, 0),
            dropped: None,
        }
    }

    fn told(state: Topic, runs: &[(RunStatus, Option<&str>)]) -> Vec<(u64, Topic, Topic)> {
        let runs: Vec<RunSummary> =
            (1..).zip(runs).map(|(number, (status, reason))| run(number, *status, *reason)).collect();
        let before = Standing { run: 0, state, cut: false };
        let (whole, told) = changes(before, &runs);
        // Looked at one by one they tell the same.
        let mut standing = before;
        for run in &runs {
            standing = changes(standing, std::slice::from_ref(run)).0;
        }
        assert_eq!(standing, whole);
        told.iter().map(|change| (change.run.id.number, change.before, change.now)).collect()
    }

    #[test]
    fn a_state_is_told_once_and_not_per_run() {
        use RunStatus::{Failed, NotConfirmed, Success};
        let runs = [Success, NotConfirmed, NotConfirmed, Failed, Failed, Success, Success];
        let runs: Vec<_> = runs.into_iter().map(|status| (status, None)).collect();
        let expected = [
            (2, Topic::Recovered, Topic::NotConfirmed),
            (4, Topic::NotConfirmed, Topic::Failed),
            (6, Topic::Failed, Topic::Recovered),
        ];
        assert_eq!(told(Topic::Recovered, &runs), expected);
    }

    #[test]
    fn what_was_stopped_says_nothing_and_what_dies_twice_does() {
        use RunStatus::{Failed, Success};
        let cut = (Failed, Some(INTERRUPTED));
        let stopped = (Failed, Some(CANCELLED));
        assert_eq!(told(Topic::Recovered, &[cut, (Success, None)]), []);
        assert_eq!(told(Topic::Recovered, &[stopped, stopped, (Success, None)]), []);
        assert_eq!(told(Topic::Recovered, &[cut, stopped, cut]), [(3, Topic::Recovered, Topic::Failed)]);
        assert_eq!(told(Topic::Recovered, &[cut, (Success, None), cut]), []);
        assert_eq!(
            told(Topic::Recovered, &[cut, cut, cut, (Success, None)]),
            [(2, Topic::Recovered, Topic::Failed), (4, Topic::Failed, Topic::Recovered)]
        );
    }
}
