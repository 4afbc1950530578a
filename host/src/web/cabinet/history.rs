//! What a task did: its runs as a small chart and in words, and what is usual for it.

use super::shell::{Shell, State};
use crate::daemon::told::local_time;
use crate::model::setup::SchoolConfig;
use crate::model::{Message, RunStatus, RunSummary};
use crate::report::words::{self, Gravity};

/// Units of the chart: a bar with the gap after it, the widest part of it, the highest bar.
const PITCH: u64 = 14;
const WIDTH: u64 = 10;
const HEIGHT: u64 = 56;
/// The lowest bar: a run that sent nothing is a run.
const LOWEST: u64 = 2;
/// What the marks of failed runs need above.
const HEAD: u64 = 12;

/// A run in the chart.
pub(super) struct Bar {
    pub(super) x: u64,
    pub(super) y: u64,
    pub(super) height: u64,
    pub(super) class: &'static str,
    /// Told by shape as well: a cross above what failed, a diamond above what needs a look.
    pub(super) mark: Option<&'static str>,
    pub(super) middle: u64,
    pub(super) mark_y: u64,
    pub(super) title: String,
}

/// The latest runs, the first one first.
pub(super) struct Chart {
    pub(super) bars: Vec<Bar>,
    /// The same in words.
    pub(super) words: String,
}

impl Chart {
    /// Of the latest runs, the last one first; nothing where there is nothing to compare.
    pub(super) fn of(shell: &Shell, school: &SchoolConfig, runs: &[RunSummary]) -> Option<Self> {
        let ended: Vec<&RunSummary> =
            runs.iter().rev().filter(|run| run.status != RunStatus::Running).collect();
        if ended.len() < 2 {
            return None;
        }
        let most = ended.iter().map(|run| sent(run)).max().unwrap_or_default();
        let bar = |(place, run): (usize, &&RunSummary)| bar(shell, school, place as u64, run, most);
        Some(Self { bars: ended.iter().enumerate().map(bar).collect(), words: told(shell, &ended, most) })
    }

    pub(super) fn width(&self) -> u64 {
        self.bars.len() as u64 * PITCH
    }

    pub(super) fn height(&self) -> u64 {
        HEAD + HEIGHT
    }

    pub(super) fn bar_width(&self) -> u64 {
        WIDTH
    }
}

fn bar(shell: &Shell, school: &SchoolConfig, place: u64, run: &RunSummary, most: u64) -> Bar {
    let height = (sent(run) * HEIGHT).checked_div(most).unwrap_or_default().clamp(LOWEST, HEIGHT);
    let (class, mark) = match words::gravity(run.status) {
        Gravity::Good => ("good", None),
        Gravity::Notable => ("warn", Some("◆")),
        Gravity::Bad => ("bad", Some("✕")),
    };
    let (x, y) = (place * PITCH, HEAD + HEIGHT - height);
    let status = State::of(shell, Some(run.status)).words;
    let counts = words::counts(&shell.texts, &run.counts);
    let title = format!("{}: {status}; {counts}", local_time(run.started, school));
    Bar { x, y, height, class, mark, middle: x + WIDTH / 2, mark_y: y - 3, title }
}

/// Things that a run sent or took over.
fn sent(run: &RunSummary) -> u64 {
    let counts = &run.counts;
    counts.applied + counts.accepted + counts.adopted + counts.removed
}

/// «Последние 12 отправок: успешно 10, …; передано от 0 до 315.»
fn told(shell: &Shell, runs: &[&RunSummary], most: u64) -> String {
    let mut counts: Vec<(RunStatus, usize)> = Vec::new();
    for run in runs {
        match counts.iter_mut().find(|(status, _)| *status == run.status) {
            Some((_, count)) => *count += 1,
            None => counts.push((run.status, 1)),
        }
    }
    let parts: Vec<String> = counts
        .iter()
        .map(|(status, count)| format!("{}: {count}", words::status(&shell.texts, Some(*status))))
        .collect();
    let least = runs.iter().map(|run| sent(run)).min().unwrap_or_default();
    let message = Message::new("cabinet-chart").with("n", runs.len()).with("parts", parts.join(", "));
    shell.text(message.with("least", least).with("most", most))
}

/// Does it wait for somebody to approve its plan?
pub(super) fn is_held(run: &RunSummary) -> bool {
    let held = |reason: &Message| {
        reason.code.split('-').take(2).eq(["host", "hold"]) || reason.code == "host-plan-changed"
    };
    run.status == RunStatus::Waiting && run.reason.as_ref().is_some_and(held)
}

/// How many are usually sent at once: the middle one of the runs before that sent something.
pub(super) fn usual(runs: &[RunSummary]) -> Option<u64> {
    let mut all: Vec<u64> = runs.iter().map(sent).filter(|sent| *sent > 0).collect();
    all.sort_unstable();
    all.get(all.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{RunCounts, RunId, Selection, TaskRef};

    fn run(number: u64, status: RunStatus, applied: u64, reason: Option<&str>) -> RunSummary {
        RunSummary {
            id: RunId { school: "s".into(), number },
            task: TaskRef { school: "s".into(), task: "t".into() },
            started: 0,
            finished: None,
            status,
            reason: reason.map(Message::new),
            verdict: None,
            plan: None,
            selection: Selection::default(),
            counts: RunCounts { applied, ..RunCounts::default() },
            requests: (0, 0),
            dropped: None,
        }
    }

    #[test]
    fn what_is_usual_is_not_what_happened_once() {
        let of = |sent: &[u64]| {
            let runs: Vec<RunSummary> = sent
                .iter()
                .enumerate()
                .map(|(n, sent)| run(n as u64, RunStatus::Success, *sent, None))
                .collect();
            usual(&runs)
        };
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[0, 0]), None);
        assert_eq!(of(&[12, 0, 11, 2_000, 14]), Some(14));
        assert_eq!(of(&[12, 11, 2_000]), Some(12));
    }

    #[test]
    fn only_a_plan_that_waits_is_held() {
        assert!(is_held(&run(1, RunStatus::Waiting, 0, Some("host-hold-add"))));
        assert!(!is_held(&run(1, RunStatus::Waiting, 0, None)), "questions are another thing");
        assert!(!is_held(&run(1, RunStatus::Failed, 0, Some("host-hold-add"))));
    }
}
