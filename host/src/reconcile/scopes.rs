//! Which scopes must be worked out anew, and working them out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::error::Result;
use crate::model::contract::Scope;
use crate::model::records::{Dependency, RecordType};
use crate::model::{Connector, LedgerEntry, Millis, Outcome, ScopeId};
use crate::store::{ScopeMemory, Settled, TaskMemory};

use super::contract;
use super::env::Phase;
use super::halt::Step;
use super::run::Run;
use super::select;

impl<C: Connector> Run<'_, C> {
    /// Works out what should exist, as far as anything can have changed.
    pub(super) async fn gather(&mut self) -> Step<()> {
        self.world.revision = self.env.school.revision()?;
        let memories = self.memories()?;
        let task = self.env.school.task_memory(&self.env.task.id)?;
        let (list, listed) = self.list(task.as_ref(), &memories).await?;
        self.world.list = list.iter().map(|scope| scope.id.clone()).collect();
        let stale = self.stale(&list, &memories)?;
        self.world.vanished = self.vanished(&list, &memories);
        if !listed && stale.is_empty() && self.world.vanished.is_empty() && self.nothing_due()? {
            self.quiet = true;
            return Ok(());
        }
        self.load_ledger()?;
        let ask = self.to_ask(&list, &memories, stale);
        self.world.fresh = list
            .iter()
            .filter(|s| !ask.contains(&s.id) && self.chosen.asks(s))
            .map(|s| s.id.clone())
            .collect();
        self.world.rest = self.rest(&memories);
        let total = ask.len() as u64;
        for (done, scope) in list.iter().filter(|scope| ask.contains(&scope.id)).enumerate() {
            self.env.progress.progress(Phase::Desired, done as u64, total);
            self.desired(scope).await?;
        }
        self.env.progress.progress(Phase::Desired, total, total);
        let whole = self.world.asked.iter().filter(|a| a.whole).map(|a| a.scope.id.clone()).collect();
        self.world.unchosen = select::keep(&mut self.world.items, &self.chosen, &whole);
        Ok(())
    }

    /// Items and left-outs of scopes that need not be asked again; what was not chosen is not counted.
    fn rest(&self, memories: &BTreeMap<ScopeId, ScopeMemory>) -> (u64, u64) {
        if !self.chosen.is_all() {
            return (0, 0);
        }
        let fresh = self.world.fresh.iter().filter_map(|id| memories.get(id));
        fresh
            .fold((0, 0), |(items, left), memory| (items + memory.items, left + memory.left_out.len() as u64))
    }

    pub(super) fn memories(&self) -> Result<BTreeMap<ScopeId, ScopeMemory>> {
        let all = self.env.school.scopes(&self.env.task.id)?;
        Ok(all.into_iter().map(|memory| (memory.scope.id.clone(), memory)).collect())
    }

    pub(super) fn load_ledger(&mut self) -> Result<()> {
        let mut doubtful = Vec::new();
        let ledger = &mut self.world.ledger;
        self.env.school.each_entry(&self.env.task.id, &mut |entry| {
            ledger.put(&entry);
            if entry.doubt.is_some() {
                doubtful.push(entry);
            }
        })?;
        self.carry_doubts(doubtful);
        self.load_restored()?;
        let decisions = self.env.school.decisions(Some(&self.env.task.id), false)?;
        self.world.decisions = decisions.into_iter().map(|d| (d.ask.item.clone(), d)).collect();
        Ok(())
    }

    /// Doubts of earlier runs, in the time of this one. Where waiting begins anew that is written down: the next run
    /// goes on with it.
    fn carry_doubts(&mut self, doubtful: Vec<LedgerEntry>) {
        let alone = self.fence.is_some();
        for mut entry in doubtful {
            let Some(doubt) = entry.doubt.take() else { continue };
            let known = self.time.knows(&doubt);
            entry.doubt = Some(self.time.carry(doubt, alone));
            if known {
                self.world.ledger.put(&entry);
            } else {
                self.put(entry);
            }
        }
    }

    /// The scopes, from memory where nothing they came from has changed. Says whether the connector was asked.
    async fn list(
        &mut self,
        task: Option<&TaskMemory>,
        memories: &BTreeMap<ScopeId, ScopeMemory>,
    ) -> Step<(Vec<Scope>, bool)> {
        if let Some(known) = self.known_list(task, memories)? {
            return Ok((known, false));
        }
        let connector = self.connector();
        let traced = self.call(|| connector.scopes()).await?;
        contract::scopes(&traced.answer)?;
        self.world.list_dependencies = traced.dependencies;
        Ok((traced.answer, true))
    }

    fn known_list(
        &mut self,
        task: Option<&TaskMemory>,
        memories: &BTreeMap<ScopeId, ScopeMemory>,
    ) -> Result<Option<Vec<Scope>>> {
        let Some(task) = task.filter(|task| task.setup == self.setup) else { return Ok(None) };
        if !self.hold_true(&task.dependencies, task.revision)? {
            return Ok(None);
        }
        self.world.list_dependencies.clone_from(&task.dependencies);
        Ok(task.scopes.iter().map(|id| memories.get(id).map(|memory| memory.scope.clone())).collect())
    }

    /// Do the records still answer as they did?
    fn hold_true(&self, dependencies: &[Dependency], revision: u64) -> Result<bool> {
        if self.world.revision == revision {
            return Ok(true);
        }
        for dependency in dependencies {
            if self.env.school.digest(dependency.record_type, &dependency.filter)? != dependency.digest {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Chosen scopes that must be worked out: those whose inputs changed, and those left open.
    fn stale(&self, list: &[Scope], memories: &BTreeMap<ScopeId, ScopeMemory>) -> Result<BTreeSet<ScopeId>> {
        let now = self.time.now();
        let mut stale = BTreeSet::new();
        for scope in list.iter().filter(|scope| self.chosen.asks(scope)) {
            let memory = memories.get(&scope.id);
            let lives =
                memory.is_some_and(|memory| self.lives(memory, now) && !self.asks_for_waiting(memory));
            if !lives || !self.inputs_hold(memory)? {
                stale.insert(scope.id.clone());
            }
        }
        for decision in self.env.school.decisions(Some(&self.env.task.id), false)? {
            let chosen = list.iter().any(|s| s.id == decision.ask.scope && self.chosen.asks(s));
            if decision.answer.is_some() && chosen {
                stale.insert(decision.ask.scope);
            }
        }
        Ok(stale)
    }

    /// An answer from the future was worked out by a clock that was wrong.
    fn lives(&self, memory: &ScopeMemory, now: Millis) -> bool {
        memory.setup == self.setup
            && memory.at <= now
            && memory.settled != Settled::Open
            && memory.valid_until.is_none_or(|until| until > now)
    }

    /// Whoever names classes or persons wants to know now whether they are waited for no longer.
    fn asks_for_waiting(&self, memory: &ScopeMemory) -> bool {
        !self.chosen.is_all() && memory.carried.iter().any(|row| matches!(row.outcome, Outcome::Waiting(_)))
    }

    fn inputs_hold(&self, memory: Option<&ScopeMemory>) -> Result<bool> {
        memory.map_or(Ok(false), |memory| self.hold_true(&memory.dependencies, memory.revision))
    }

    /// Scopes of the memory that the connector no longer has. Only a run for everything looks at them.
    fn vanished(&self, list: &[Scope], memories: &BTreeMap<ScopeId, ScopeMemory>) -> Vec<(ScopeId, bool)> {
        if !self.chosen.is_all() {
            return Vec::new();
        }
        let listed: BTreeSet<_> = list.iter().map(|scope| &scope.id).collect();
        let gone = memories.values().filter(|memory| !listed.contains(&memory.scope.id));
        gone.map(|memory| (memory.scope.id.clone(), memory.complete)).collect()
    }

    /// Is nothing of the ledger open, or to be looked at again?
    fn nothing_due(&self) -> Result<bool> {
        let task = &self.env.task.id;
        if self.env.school.ledger_open(task)? > 0 {
            return Ok(false);
        }
        for (name, before) in self.audits() {
            if self.env.school.ledger_due(task, name, before, self.time.now())? > 0 {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Kinds with a regular audit, and the moment before which a confirmation is too old.
    fn audits(&self) -> impl Iterator<Item = (&str, Millis)> {
        let now = self.time.now();
        let kinds = self.env.connector.manifest().kinds.iter().filter(|kind| kind.audit_hours > 0);
        kinds.map(move |kind| (kind.name.as_str(), now - i64::from(kind.audit_hours) * 3_600_000))
    }

    /// Stale scopes, scopes with something to tell (somebody else may have changed what it depends on), and scopes
    /// of entries that are open or due.
    fn to_ask(
        &self,
        list: &[Scope],
        memories: &BTreeMap<ScopeId, ScopeMemory>,
        mut ask: BTreeSet<ScopeId>,
    ) -> BTreeSet<ScopeId> {
        let told = memories.values().filter(|memory| memory.settled == Settled::Told);
        ask.extend(told.map(|memory| memory.scope.id.clone()));
        let audits: BTreeMap<&str, Millis> = self.audits().collect();
        let now = self.time.now();
        for (item, entry) in self.world.ledger.heads() {
            let before = audits.get(&*item.kind);
            let due = before.zip(entry.confirmed).is_some_and(|(before, at)| at < *before || at > now);
            if entry.doubtful || due {
                ask.insert(ScopeId(Arc::clone(entry.scope)));
            }
        }
        let chosen: BTreeSet<_> =
            list.iter().filter(|scope| self.chosen.asks(scope)).map(|s| &s.id).collect();
        ask.retain(|id| chosen.contains(id));
        ask
    }

    /// How many records the school has, and of which study year its latest class is: to name likely causes.
    pub(super) fn size_of_school(&self) -> Result<(u64, Option<u16>)> {
        let counts = RecordType::ALL.into_iter().map(|kind| self.env.school.count(kind));
        let records = counts.sum::<Result<u64>>()?;
        let mut year = None;
        self.env.school.each_record(RecordType::SchoolClass, &Default::default(), &mut |json| {
            year = year.max(study_year(json));
            Ok(())
        })?;
        Ok((records, year))
    }
}

fn study_year(json: &str) -> Option<u16> {
    let class: crate::model::records::SchoolClass = serde_json::from_str(json).ok()?;
    Some(class.study_year)
}
