//! Looking at what is doubtful, level by level, and judging it.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::model::contract::{Observation, Purpose};
use crate::model::manifest::Observe;
use crate::model::{Action, Connector, Item, ItemRef, LedgerEntry, Message, WhenGone};
use crate::store::{Answer, Claim};

use super::adopt;
use super::call::{Question, purpose};
use super::diff::leaving;
use super::halt::Step;
use super::judge::{Case, judge};
use super::patience::poll_pause;
use super::run::Run;
use super::state::{Departure, Leaving, Next, Situation, Wanted, Work};

/// So many items at most are in the hands unpacked at once, or one batch.
const PART: usize = 4_000;

impl<C: Connector> Run<'_, C> {
    /// Looks and judges.
    pub(super) async fn look(&mut self) -> Step<()> {
        self.look_for_outputs().await?;
        for level in self.in_levels().iter() {
            for part in self.parts(level)? {
                self.note_busy(&part)?;
                let questions = self.questions(&part)?;
                self.see(questions).await?;
                self.look_elsewhere(&part).await?;
                self.judge_all(&part)?;
            }
            self.wait_for_doubts(level).await?;
            adopt::one_each(&mut self.world, level);
            self.block(level);
            self.loosen(level);
        }
        self.look_at_departures().await?;
        self.look_at_inbound_departures()?;
        self.hand_over()
    }

    /// What others wait for an output of is looked at, though nothing else is to be done about it: the other side may
    /// know that output by now.
    async fn look_for_outputs(&mut self) -> Step<()> {
        let referring = self.world.items.ids().filter(|id| self.world.items.refers(id));
        let awaited: BTreeSet<ItemRef> =
            referring.filter_map(|id| self.world.without_output(&self.wanted(id).item)).collect();
        let mut questions = Vec::new();
        for entry in awaited.iter().filter_map(|id| self.world.ledger.get(id)) {
            let seen = self.kind(&entry.item.kind)?.observe != Observe::None;
            if seen && entry.state.is_there() && self.situation(&entry.item) == Situation::Same {
                questions.push(self.question_about(&entry)?);
            }
        }
        for (id, observation) in self.observe(questions).await? {
            let known = self.world.ledger.get(&id);
            if let (Observation::Present(there), Some(entry)) = (observation, known)
                && entry.handle.as_ref() == Some(&there.handle)
            {
                self.put(LedgerEntry { outputs: there.outputs, ..entry });
            }
        }
        Ok(())
    }

    /// A question about something that the ledger knows, with its content where this run has it.
    fn question_about(&self, entry: &LedgerEntry) -> Step<Question> {
        let question = match self.world.items.get(&entry.item) {
            Some(wanted) => self.question(&wanted, Purpose::Audit)?,
            None => bare_question(entry),
        };
        Ok(Question { purpose: Purpose::Audit, ..question })
    }

    /// Items by level, as they are carried out.
    pub(super) fn in_levels(&self) -> Arc<Vec<Vec<ItemRef>>> {
        Arc::clone(&self.world.order)
    }

    /// A level in parts, so that few items at once are in the hands unpacked. Scopes are kept together and batches
    /// whole: dividing makes no more calls.
    pub(super) fn parts<'l>(&self, level: &'l [ItemRef]) -> Step<Vec<Cow<'l, [ItemRef]>>> {
        if level.len() <= PART {
            return Ok(vec![Cow::Borrowed(level)]);
        }
        let mut sorted = level.to_vec();
        sorted
            .sort_by(|a, b| (&a.kind, self.world.items.scope(a)).cmp(&(&b.kind, self.world.items.scope(b))));
        let mut parts = Vec::new();
        for of_kind in sorted.chunk_by(|a, b| a.kind == b.kind) {
            let batch = self.kind(&of_kind[0].kind)?.batch.max(1) as usize;
            let part = (PART / batch).max(1) * batch;
            parts.extend(of_kind.chunks(part).map(|part| Cow::Owned(part.to_vec())));
        }
        Ok(parts)
    }

    /// An item of this run that has not come to its end.
    pub(super) fn wanted(&self, id: &ItemRef) -> Arc<Wanted> {
        self.world.items.get(id).expect("an item of this run, before its end")
    }

    pub(super) fn questions(&self, level: &[ItemRef]) -> Step<Vec<Question>> {
        let mut questions = Vec::new();
        for id in level {
            let blind = self.kind(&id.kind)?.observe == Observe::None;
            let situation = self.situation(id);
            let new = situation == Situation::New;
            if blind || situation == Situation::Same || (new && self.answer(id) == Some(&Answer::Skip)) {
                continue;
            }
            let wanted = self.wanted(id);
            let early = self.is_early(&wanted) || wanted.item.refs().any(|target| self.is_open(target));
            if !(new && early) {
                questions.push(self.question(&wanted, purpose(situation))?);
            }
        }
        Ok(questions)
    }

    /// Nobody sends it before its time, so there is nothing to look for.
    fn is_early(&self, wanted: &Wanted) -> bool {
        let window = wanted.item.window.unwrap_or_default();
        window.not_before.is_some_and(|from| from > self.time.now())
    }

    pub(super) fn situation(&self, id: &ItemRef) -> Situation {
        self.world.items.work(id).map_or(Situation::Same, |work| work.situation)
    }

    /// Not known to be there and not known to be absent: what refers to it cannot be looked for yet, since a missing
    /// handle says "known to be absent". It is blocked.
    fn is_open(&self, id: &ItemRef) -> bool {
        let next = self.world.items.work(id).map(|work| &work.next);
        matches!(next, Some(Next::Unknown(_) | Next::InDoubt | Next::Decide(..) | Next::Blocked(_)))
    }

    pub(super) fn question(&self, wanted: &Wanted, purpose: Purpose) -> Step<Question> {
        let handle = self.likely_handle(wanted)?;
        let targets = self.world.targets(&wanted.item);
        Ok(Question { item: Arc::clone(&wanted.item), handle, targets, purpose, scope: wanted.scope.clone() })
    }

    /// A question about something that another school has just made.
    pub(super) fn question_at(&self, wanted: &Wanted, handle: String) -> Question {
        let targets = self.world.targets(&wanted.item);
        let (item, scope) = (Arc::clone(&wanted.item), wanted.scope.clone());
        Question { item, handle: Some(handle), targets, purpose: Purpose::Adopt, scope }
    }

    /// What the ledger, a person, or another school knows of where it is.
    fn likely_handle(&self, wanted: &Wanted) -> Step<Option<String>> {
        if let Some(Answer::Adopt(handle)) = self.answer(&wanted.item.id) {
            return Ok(Some(handle.clone()).filter(|handle| !handle.is_empty()));
        }
        if let Some(handle) = self.world.ledger.handle(&wanted.item.id) {
            return Ok(Some(handle.to_owned()));
        }
        let Some(identity) = &wanted.identity else { return Ok(None) };
        Ok(match self.env.host.identity(identity)? {
            Some(Claim::Known { handle, .. }) => Some(handle),
            _ => None,
        })
    }

    /// A person's answer about an item.
    pub(super) fn answer(&self, id: &ItemRef) -> Option<&Answer> {
        self.world.decisions.get(id).and_then(|decision| decision.answer.as_ref())
    }

    /// Looks, and keeps what was seen.
    pub(super) async fn see(&mut self, questions: Vec<Question>) -> Step<()> {
        let shared = questions.iter().filter(|question| question.item.identity.is_some());
        let probed = shared.map(|question| (question.item.id.clone(), question.handle.clone()));
        self.world.probed.extend(probed);
        for (id, observation) in self.observe(questions).await? {
            if let Some(work) = self.world.items.work_mut(&id) {
                work.saw(observation);
            }
        }
        Ok(())
    }

    pub(super) fn judge_all(&mut self, level: &[ItemRef]) -> Step<()> {
        for id in level {
            let next = self.judge_one(id)?;
            if let Some(work) = self.world.items.work_mut(id) {
                work.next = next;
            }
            self.place(id);
        }
        Ok(())
    }

    /// Remembers where a thing is that was seen and judged to be this item's: what refers to it needs the place.
    fn place(&mut self, id: &ItemRef) {
        let Some(work) = self.world.items.work(id) else { return };
        let elsewhere = matches!(work.next, Next::Apply { action: Action::Create, .. } | Next::Decide(..));
        match work.observation() {
            _ if elsewhere => drop(self.world.seen.remove(id)),
            Some(Observation::Present(presence)) => {
                let there = (presence.handle.clone(), presence.outputs.clone());
                self.world.seen.insert(id.clone(), there);
            }
            _ => {}
        }
    }

    fn judge_one(&self, id: &ItemRef) -> Step<Next> {
        let seen = self.world.items.work(id).and_then(Work::observation);
        self.judge(&self.wanted(id), self.situation(id), self.world.ledger.get(id).as_ref(), seen)
    }

    /// Judges an item by what was seen of it.
    pub(super) fn judge(
        &self,
        wanted: &Wanted,
        situation: Situation,
        entry: Option<&LedgerEntry>,
        seen: Option<&Observation>,
    ) -> Step<Next> {
        let id = &wanted.item.id;
        let seen = seen.map(|seen| adopt::but_declined(seen, self.world.decisions.get(id)));
        Ok(judge(&Case {
            kind: self.kind(&id.kind)?,
            wanted,
            situation,
            entry,
            seen: seen.as_deref(),
            answer: self.answer(id),
            restored: self.world.restored.as_ref(),
            changes: self.env.task.changes,
            by_person: self.by_person,
            now: self.time.now(),
            deadline: self.env.request_deadline_ms,
        }))
    }

    /// Doubts that time will end are waited for, as long as there is patience. A dry run does not wait.
    async fn wait_for_doubts(&mut self, level: &[ItemRef]) -> Step<()> {
        if self.fence.is_none() {
            return Ok(());
        }
        for attempt in 0.. {
            let open: Vec<ItemRef> = level.iter().filter(|id| self.time_ends(id)).cloned().collect();
            let Some(rest) = open.iter().filter_map(|id| self.until_settled(id)).max() else { return Ok(()) };
            let pause = poll_pause(attempt).min(rest).max(1);
            if !self.patience.wait(&*self.env.clock, pause).await {
                return Ok(());
            }
            let questions = self.questions(&open)?;
            self.see(questions).await?;
            self.judge_all(&open)?;
        }
        Ok(())
    }

    fn time_ends(&self, id: &ItemRef) -> bool {
        let Some(work) = self.world.items.work(id) else { return false };
        let seen = matches!(
            work.observation(),
            Some(Observation::Absent(_) | Observation::Pending | Observation::Present(_))
        );
        matches!(work.next, Next::InDoubt) && seen && self.until_settled(id).is_some()
    }

    /// Milliseconds until an absence is certain.
    fn until_settled(&self, id: &ItemRef) -> Option<u64> {
        let known = self.world.ledger.get(id).and_then(|entry| entry.doubt);
        let doubt = known.or(self.world.restored.as_ref().map(|restored| restored.doubt.clone()))?;
        let settle = self.env.connector.manifest().kind(&id.kind)?.settle_ms;
        let rest = doubt.until.saturating_add_unsigned(settle) - self.time.now();
        u64::try_from(rest).ok().filter(|rest| *rest > 0)
    }

    /// What refers to something that will not be there is not applied.
    fn block(&mut self, level: &[ItemRef]) {
        let referring: Vec<ItemRef> =
            level.iter().filter(|id| self.world.items.refers(id)).cloned().collect();
        for id in &referring {
            let wanted = self.wanted(id);
            let missing = wanted.item.refs().find(|target| !self.will_be(target)).cloned();
            let next =
                missing.map(|target| self.blocked(id, target)).or_else(|| self.waits_for_output(&wanted));
            let work = self.world.items.work_mut(id).filter(|work| matches!(work.next, Next::Apply { .. }));
            if let (Some(next), Some(work)) = (next, work) {
                work.next = next;
            }
        }
    }

    /// What refers to something whose time has not come has its time then.
    fn blocked(&self, id: &ItemRef, target: ItemRef) -> Next {
        match self.world.items.work(&target).map(|work| &work.next) {
            Some(Next::NotYet(from)) if self.situation(id) == Situation::New => Next::NotYet(*from),
            _ => Next::Blocked(target),
        }
    }

    /// It refers to an output that nobody knows, of something about which nothing will be done.
    fn waits_for_output(&self, wanted: &Wanted) -> Option<Next> {
        let target = self.world.without_output(&wanted.item)?;
        let next = self.world.items.work(&target).map(|work| &work.next);
        let stays = !matches!(next, Some(Next::Apply { .. }));
        stays.then(|| Next::Unknown(no_output(&target)))
    }

    fn will_be(&self, id: &ItemRef) -> bool {
        match self.world.items.work(id).map(|work| &work.next) {
            Some(
                Next::Same
                | Next::Adopt(_)
                | Next::Found(_)
                | Next::Believed(_)
                | Next::Apply { .. }
                | Next::Tell { .. },
            ) => true,
            Some(_) => false,
            None => self.world.is_there(id),
        }
    }

    /// Departures with an open write: is it there or not?
    async fn look_at_departures(&mut self) -> Step<()> {
        let mut questions = Vec::new();
        for departure in self.world.departures.iter().filter(|d| d.what == Leaving::InDoubt) {
            let kind = self.kind(&departure.entry.item.kind)?;
            if kind.observe != Observe::None && departure.entry.handle.is_some() {
                questions.push(bare_question(&departure.entry));
            }
        }
        let seen = self.observe(questions).await?;
        let now = self.time.now();
        let mut certain = Vec::new();
        for (id, observation) in seen {
            let kind = self.kind(&id.kind)?;
            let Some(departure) = self.world.departures.iter_mut().find(|d| d.entry.item == id) else {
                continue;
            };
            let Some(doubt) = &departure.entry.doubt else { continue };
            let settled = now >= doubt.until.saturating_add_unsigned(kind.settle_ms);
            let removing = matches!(doubt.action, Action::Close | Action::Remove);
            match observation {
                Observation::Absent(_) if settled || removing => departure.what = Leaving::Forget,
                Observation::Present(_) if settled || !removing => {
                    departure.entry.doubt = None;
                    departure.entry.state = crate::model::LedgerState::Confirmed;
                    departure.what = leaving(kind, &departure.entry);
                    certain.push(departure.entry.clone());
                }
                _ => {}
            }
        }
        certain.into_iter().for_each(|entry| self.put(entry));
        Ok(())
    }

    /// What another school of this host made, and this one took over, is this one's to remove when it is the last.
    fn last_holder_removes(&self, departure: &mut Departure) -> Step<()> {
        let entry = &departure.entry;
        let kind = self.env.connector.manifest().kind(&entry.item.kind);
        let removable = kind.is_some_and(|kind| kind.removal) && entry.gone == WhenGone::Remove;
        if departure.what == Leaving::Tell && removable && self.made_here(entry)? {
            departure.what = Leaving::Apply(Action::Remove);
        }
        Ok(())
    }

    /// A thing that another item takes over is not gone; one that other schools hold is only forgotten.
    fn hand_over(&mut self) -> Step<()> {
        let taken: BTreeSet<(Arc<str>, String)> =
            self.world.seen.iter().map(|(id, (handle, _))| (id.kind.clone(), handle.clone())).collect();
        let mut departures = std::mem::take(&mut self.world.departures);
        for departure in &mut departures {
            self.last_holder_removes(departure)?;
            let handle = departure.entry.handle.clone().unwrap_or_default();
            let theirs = taken.contains(&(departure.entry.item.kind.clone(), handle));
            let applies = matches!(departure.what, Leaving::Apply(_));
            if theirs {
                departure.what = Leaving::Forget;
            } else if applies && self.held_elsewhere(&departure.entry)? {
                departure.what = Leaving::HandOver;
            }
        }
        self.world.departures = departures;
        Ok(())
    }
}

/// What is waited for where an output is not known.
pub(super) fn no_output(target: &ItemRef) -> Message {
    Message::new("host-output-unknown").with("item", target)
}

/// An item of which only the ledger knows: no content.
pub(super) fn bare(entry: &LedgerEntry) -> Item {
    Item {
        id: entry.item.clone(),
        former_keys: Vec::new(),
        label: entry.about.as_ref().map_or_else(|| entry.item.key.to_string(), |about| about.id.clone()),
        group: entry.group.clone(),
        about: entry.about.clone(),
        fields: Vec::new(),
        identity: None,
        gone: entry.gone,
        window: None,
        waiting: None,
    }
}

/// A question about something of which only the ledger knows.
pub(super) fn bare_question(entry: &LedgerEntry) -> Question {
    Question {
        item: Arc::new(bare(entry)),
        handle: entry.handle.clone(),
        targets: Vec::new(),
        purpose: Purpose::Doubt,
        scope: entry.scope.clone(),
    }
}
