//! What waits at a task for a person, the most pressing first.

use std::collections::BTreeSet;

use super::{School, TaskLine};
use crate::capability::sign;
use crate::daemon::told::last_whole_run;
use crate::error::Result;
use crate::model::manifest::Nature;
use crate::model::setup::TaskConfig;
use crate::model::{Millis, Outcome, OutcomeRow, RunStatus, RunSummary};
use crate::report::words::{Gravity, gravity};
use crate::store::{BindingStore, RunStore, SchoolDb};

/// A certificate that ends sooner is to be replaced now.
const SOON: Millis = 21 * 86_400_000;

/// Something that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Waits {
    /// The school is not bound to its profile there.
    Binding,
    /// So many questions.
    Questions(usize),
    /// The plan of this run is held until somebody approves it.
    Held(RunSummary),
    /// This run did not go well.
    Failed(RunSummary),
    /// A certificate ends, or has ended: its section of the settings, and when.
    Certificate(String, Millis),
    /// So many times somebody else is waited for.
    People(usize),
}

impl School {
    /// What waits at a task; nothing where it is off.
    ///
    /// # Errors
    /// Our own store fails.
    pub fn waits(&self, store: &SchoolDb, line: &TaskLine, now: Millis) -> Result<Vec<Waits>> {
        if !line.task.enabled {
            return Ok(Vec::new());
        }
        let mut waits = Vec::new();
        waits.extend(self.unbound(store, line)?);
        waits.extend(Some(line.standing.open_decisions).filter(|n| *n > 0).map(Waits::Questions));
        waits.extend(line.standing.last.as_ref().and_then(of_run));
        waits.extend(self.certificates(&line.task, now));
        waits.extend(awaited(store, line)?);
        Ok(waits)
    }

    fn unbound(&self, store: &SchoolDb, line: &TaskLine) -> Result<Option<Waits>> {
        let binds = line
            .package
            .as_ref()
            .is_some_and(|package| package.manifest.dialogues.values().any(|dialogue| dialogue.binds));
        Ok((binds && store.binding(&line.task.id)?.is_none()).then_some(Waits::Binding))
    }

    fn certificates(&self, task: &TaskConfig, now: Millis) -> impl Iterator<Item = Waits> {
        let grants = &task.grants;
        let signs = grants.signatures.values().map(|key| format!("signing.{key}"));
        let verifies = grants.verify.values().map(|key| format!("verification.{key}"));
        let used: BTreeSet<String> = signs.chain(verifies).collect();
        let ends = if used.is_empty() { Vec::new() } else { sign::ends(self.host.config()) };
        let soon = ends.into_iter().filter(move |(name, end)| used.contains(name) && *end - now < SOON);
        soon.map(|(name, end)| Waits::Certificate(name, end))
    }
}

fn of_run(run: &RunSummary) -> Option<Waits> {
    match run.status {
        // A plan that waits for answers has no reason; they are told as questions.
        RunStatus::Waiting => run.reason.as_ref().map(|_| Waits::Held(run.clone())),
        status => (gravity(status) == Gravity::Bad).then(|| Waits::Failed(run.clone())),
    }
}

/// People who have to act first, where the connector has such kinds at all.
fn awaited(store: &SchoolDb, line: &TaskLine) -> Result<Option<Waits>> {
    let awaits = line
        .package
        .as_ref()
        .is_some_and(|package| package.manifest.kinds.iter().any(|kind| kind.nature == Nature::Awaited));
    if !awaits {
        return Ok(None);
    }
    let Some(run) = last_whole_run(store, &line.task.id)?.filter(|run| run.counts.waiting > 0) else {
        return Ok(None);
    };
    // What is only not due yet is counted as waiting, too; nobody has to do anything for it.
    let waits = |row: &OutcomeRow| matches!(row.outcome, Outcome::Waiting(_));
    let waiting = store.outcomes(run.id.number)?.iter().filter(|row| waits(row)).count();
    Ok((waiting > 0).then_some(Waits::People(waiting)))
}
