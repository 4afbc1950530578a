//! Memory: what scopes were worked out from and how they ended, so that the next run knows what to leave alone.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::Result;
use crate::model::{
    Action, Connector, ItemRef, LedgerState, LeftOutRow, Millis, Outcome, OutcomeRow, ScopeId, Waiting,
};
use crate::store::{ScopeMemory, Settled, Tally, TaskMemory};

use super::halt::{Step, Stop};
use super::hash::settings;
use super::plan::{is_done, is_told};
use super::run::Run;
use super::state::{Asked, Leaving, Next};

/// Something told is looked at again after a day: somebody may have mended it there.
const RECHECK: Millis = 24 * HOUR;

const HOUR: Millis = 3_600_000;

impl<C: Connector> Run<'_, C> {
    /// Until this run is through, its scopes are open: a run after a crash works them out again.
    pub(super) fn open_scopes(&mut self) -> Step<()> {
        let Some(fence) = &self.fence else { return Ok(()) };
        let mut memories = self.memories()?;
        let ids = self.world.asked.iter().map(|asked| &asked.scope.id);
        let open: Vec<ScopeMemory> = ids
            .filter_map(|id| memories.remove(id))
            .map(|memory| ScopeMemory { settled: Settled::Open, ..memory })
            .collect();
        self.env.school.remember_scopes(fence, &self.env.task.id, &open)?;
        Ok(())
    }

    /// Remembers how the scopes ended.
    pub(super) fn close_scopes(&mut self) -> Step<()> {
        self.flush()?;
        let Some(fence) = self.fence.clone() else { return Ok(()) };
        let task = self.env.task.id.clone();
        let ends = self.ends();
        let none = End::default();
        let end = |id: &ScopeId| ends.get(id).unwrap_or(&none);
        let whole = self.world.asked.iter().filter(|asked| asked.whole);
        let mut kept = self.kept_records()?;
        let memory = |asked: &Asked| {
            let mut memory = self.memory(asked, end(&asked.scope.id));
            memory.dependencies.extend(kept.remove(&asked.scope.id).unwrap_or_default());
            memory
        };
        let ended: Vec<ScopeMemory> = whole.map(memory).collect();
        self.env.school.remember_scopes(&fence, &task, &ended)?;
        let vanished = self.world.vanished.iter().map(|(id, _)| id.clone());
        let done = |id: &ScopeId| !end(id).open;
        let forget: Vec<ScopeId> = vanished.filter(done).collect();
        self.env.school.forget_scopes(&fence, &task, &forget)?;
        self.env.school.drop_decisions(&fence, &task, &self.settled_decisions())?;
        self.remember_task()?;
        self.remember_restored()?;
        if !self.approved {
            self.env.school.add_tally(&fence, &task, self.tally(), self.time.now())?;
        }
        Ok(())
    }

    /// How each scope came to its end, where there is something to say.
    fn ends(&self) -> BTreeMap<ScopeId, End> {
        let leaving: BTreeMap<&ItemRef, &ScopeId> =
            self.world.departures.iter().map(|d| (&d.entry.item, &d.entry.scope)).collect();
        let mut ends: BTreeMap<ScopeId, End> = BTreeMap::new();
        for (item, outcome, _) in self.world.outcomes.all().filter(|(_, outcome, _)| !is_done(outcome)) {
            let wanted = self.world.items.scope(item);
            let Some(scope) = wanted.or_else(|| leaving.get(item).copied()) else { continue };
            let end = ends.entry(scope.clone()).or_default();
            let told = is_told(outcome) || (wanted.is_some() && self.waits_longer(item));
            end.open |= !told;
            let row = self.world.outcomes.row(item, &self.world.ledger);
            end.carried.extend(row.filter(|_| told));
        }
        ends.values_mut().for_each(|end| end.carried.sort_by(|a, b| a.item.cmp(&b.item)));
        ends
    }

    /// Is a person waited for who need not be looked for in the next run?
    fn waits_longer(&self, item: &ItemRef) -> bool {
        self.world.awaiting.contains(item) && self.waiting_ms(item) > 0
    }

    fn waiting_ms(&self, item: &ItemRef) -> Millis {
        let kind = self.env.connector.manifest().kind(&item.kind);
        kind.map_or(0, |kind| i64::from(kind.waiting_hours) * HOUR)
    }

    fn memory(&self, asked: &Asked, end: &End) -> ScopeMemory {
        let carried = end.carried.clone();
        let settled = match end.open {
            true => Settled::Open,
            false if carried.is_empty() => Settled::Clean,
            false => Settled::Told,
        };
        let recheck = carried.iter().filter_map(|row| self.recheck(row)).min();
        let turn = carried.iter().filter_map(|row| self.turn(row)).min();
        ScopeMemory {
            scope: asked.scope.clone(),
            dependencies: asked.dependencies.clone(),
            revision: self.world.revision,
            setup: self.setup,
            at: self.time.now(),
            valid_until: [asked.valid_until, recheck, turn].into_iter().flatten().min(),
            complete: asked.complete,
            items: asked.items,
            digest: asked.digest.end(),
            settled,
            left_out: asked.left_out.iter().map(left_out_row).collect(),
            carried,
        }
    }

    /// When it is looked at again though nothing changes.
    fn recheck(&self, row: &OutcomeRow) -> Option<Millis> {
        let after = match row.outcome {
            Outcome::Gone | Outcome::Expired | Outcome::NotYet(_) => return None,
            Outcome::Waiting(_) => self.waiting_ms(&row.item),
            _ => RECHECK,
        };
        Some(self.time.now() + after)
    }

    /// When something else is to be said of it though nothing changes: its window opens, or is over.
    fn turn(&self, row: &OutcomeRow) -> Option<Millis> {
        if let Outcome::NotYet(from) = row.outcome {
            return Some(from);
        }
        let window = self.world.items.get(&row.item)?.item.window?;
        window.not_after.map(|end| end + 1).filter(|end| *end > self.time.now())
    }

    /// Decisions whose item is settled, or no longer desired.
    fn settled_decisions(&self) -> Vec<ItemRef> {
        let asked: BTreeSet<&ScopeId> =
            self.world.asked.iter().filter(|asked| asked.complete).map(|asked| &asked.scope.id).collect();
        let over = |id: &ItemRef, scope: &ScopeId| {
            let waits = matches!(self.world.outcomes.outcome(id), Some(Outcome::Decision(_)));
            let there = self.world.items.contains(id)
                && self.world.ledger.state(id).is_some_and(LedgerState::is_there);
            let doubt = self.world.ledger.head(id).is_some_and(|entry| entry.doubtful);
            let gone = asked.contains(scope) && !self.world.desires(id) && !doubt;
            !waits && (there || gone)
        };
        let all = self.world.decisions.iter();
        all.filter(|(id, decision)| over(id, &decision.ask.scope)).map(|(id, _)| id.clone()).collect()
    }

    fn remember_task(&self) -> Result<()> {
        let Some(fence) = &self.fence else { return Ok(()) };
        let (records, study_year) = self.size_of_school()?;
        let memory = TaskMemory {
            dependencies: self.world.list_dependencies.clone(),
            revision: self.world.revision,
            setup: self.setup,
            version: self.env.connector.manifest().version.clone(),
            settings: settings(&self.env.task),
            study_year,
            records,
            scopes: self.world.list.clone(),
            wanted: self.wanted_by_now()?,
        };
        self.env.school.remember_task(fence, &self.env.task.id, &memory)
    }

    /// What whole runs have wanted: a run for chosen classes or persons is no baseline.
    fn wanted_by_now(&self) -> Result<u64> {
        if self.chosen.is_all() {
            return Ok(self.memories()?.values().map(|memory| memory.items).sum());
        }
        Ok(self.env.school.task_memory(&self.env.task.id)?.map_or(0, |memory| memory.wanted))
    }

    /// What this run adds to what thresholds count.
    fn tally(&self) -> Tally {
        let mut tally = Tally { removed: self.newly_gone(), ..Tally::default() };
        for (item, outcome, action) in self.world.outcomes.all() {
            let made = matches!(outcome, Outcome::Applied | Outcome::Accepted | Outcome::Removed);
            match action.filter(|_| made) {
                Some(Action::Create) => tally.added += 1,
                Some(Action::Update) => tally.changed += 1,
                Some(Action::Close | Action::Remove) if !self.passes(item) => tally.removed += 1,
                Some(Action::Close | Action::Remove) | None => {}
            }
        }
        tally.added = tally.added.min(self.growth);
        tally
    }

    /// A quiet run tells again what is still so, and notes that the records were looked at.
    pub(super) fn carry(&mut self) -> Step<()> {
        self.world.known = self.env.school.ledger_count(&self.env.task.id)?;
        let memories: Vec<ScopeMemory> = self.memories()?.into_values().collect();
        for row in memories.iter().flat_map(|memory| &memory.carried) {
            self.world.pending.outcomes.insert(row.item.clone());
            self.world.outcomes.note(row.clone());
        }
        self.flush()?;
        let Some(fence) = &self.fence else { return Ok(()) };
        let revision = self.world.revision;
        let listed: BTreeSet<&ScopeId> = self.world.list.iter().collect();
        let checked =
            |memory: &ScopeMemory| listed.contains(&memory.scope.id) && self.chosen.asks(&memory.scope);
        let older: Vec<ScopeMemory> = memories
            .into_iter()
            .filter(|memory| memory.revision != revision && checked(memory))
            .map(|memory| ScopeMemory { revision, ..memory })
            .collect();
        if !older.is_empty() {
            self.env.school.remember_scopes(fence, &self.env.task.id, &older)?;
        }
        Ok(())
    }

    /// The run stopped: what was to be done and was not is told as failed, or as waiting where the rest is put off, with
    /// the reason.
    pub(super) fn give_up(&mut self, stop: &Stop) -> Result<()> {
        let works = self.world.items.works();
        let planned = works.filter(|(_, work)| matches!(work.next, Next::Apply { .. } | Next::Adopt(_)));
        let leaving = self.world.departures.iter().filter(|d| matches!(d.what, Leaving::Apply(_)));
        let ids: Vec<ItemRef> = planned
            .map(|(id, _)| id)
            .chain(leaving.map(|d| &d.entry.item))
            .filter(|id| !self.world.outcomes.contains(id))
            .cloned()
            .collect();
        for id in ids {
            let outcome = self.unfinished(&id, stop);
            self.tell(&id, outcome, None, Vec::new());
        }
        match self.flush() {
            Ok(()) => Ok(()),
            Err(super::halt::Halt::Broken(error)) => Err(error),
            Err(super::halt::Halt::Stop(stop)) => Err(crate::error::Error::internal(stop.reason.code)),
        }
    }

    fn unfinished(&self, id: &ItemRef, stop: &Stop) -> Outcome {
        match self.world.ledger.state(id) {
            Some(LedgerState::InDoubt) => Outcome::InDoubt,
            Some(LedgerState::Unconfirmed) => Outcome::NotConfirmed,
            _ if stop.postponed.is_some() => Outcome::Waiting(Waiting::of(stop.reason.clone())),
            _ => Outcome::Failed(stop.reason.clone()),
        }
    }
}

/// How a scope came to its end.
#[derive(Clone, Debug, Default)]
struct End {
    /// Something is left to be done.
    open: bool,
    /// To be told again at every run.
    carried: Vec<OutcomeRow>,
}

fn left_out_row(left: &crate::model::LeftOut) -> LeftOutRow {
    LeftOutRow { about: left.about.clone(), group: left.group.clone(), reason: left.reason.clone() }
}
