//! Batches: sent beside each other, halved where one bad item spoils them, their effects sorted out.

use std::collections::VecDeque;
use std::future::Future;
use std::sync::Arc;

use futures_util::stream::{FuturesUnordered, StreamExt};

use crate::model::contract::{CallError, Change, Effect, Rejection};
use crate::model::manifest::{Direction, Observe};
use crate::model::{Action, Connector, Doubt, Item, LedgerEntry, Message, Outcome};

use super::contract;
use super::env::Phase;
use super::halt::{Advice, Halt, Step, Stop};
use super::jobs::{Job, Stage};
use super::journal::{Desk, Trace, Watch};
use super::patience::backoff;
use super::run::Run;

/// A batch that was sent.
struct Sent {
    jobs: Vec<Job>,
    watch: Arc<Watch>,
}

impl<C: Connector> Run<'_, C> {
    /// Sends what is ready; answers what is still open.
    pub(super) async fn apply_all(&mut self, mut jobs: Vec<Job>) -> Step<Vec<Job>> {
        let place = |job: &Job| {
            let kinds = &self.env.connector.manifest().kinds;
            kinds.iter().position(|kind| *kind.name == *job.wanted.item.id.kind)
        };
        jobs.sort_by_cached_key(|job| {
            (place(job), job.action, job.wanted.scope.clone(), job.wanted.item.id.clone())
        });
        let mut open = Vec::new();
        let alike = |a: &Job, b: &Job| a.wanted.item.id.kind == b.wanted.item.id.kind && a.action == b.action;
        while let Some(first) = jobs.first() {
            let others = jobs.iter().position(|job| !alike(first, job)).unwrap_or(jobs.len());
            let rest = jobs.split_off(others);
            open.extend(self.apply_group(std::mem::replace(&mut jobs, rest)).await?);
        }
        Ok(open)
    }

    /// Changes of one kind and action.
    async fn apply_group(&mut self, group: Vec<Job>) -> Step<Vec<Job>> {
        let kind = self.kind(&group[0].wanted.item.id.kind)?;
        if kind.direction == Direction::Inbound {
            self.apply_inbound(group)?;
            return Ok(Vec::new());
        }
        let beside = kind.parallel.max(1) as usize;
        let mut queue = batches(group, kind.batch.max(1) as usize);
        let mut under_way = FuturesUnordered::new();
        let (mut open, mut halted, mut ended) = (Vec::new(), Ok(()), 0);
        loop {
            halted = halted.and_then(|()| self.go_on());
            while halted.is_ok()
                && under_way.len() < beside
                && let Some(jobs) = queue.pop_front()
            {
                under_way.push(self.send(jobs));
            }
            let Some((sent, answer)) = under_way.next().await else { break };
            self.to_apply.0 += sent.jobs.len() as u64;
            // What one batch came to is written down even where another one stops the run.
            match self.sort_out(sent, answer, &mut queue) {
                Ok(jobs) => open.extend(jobs),
                Err(halt) => halted = halted.and(Err(halt)),
            }
            ended += 1;
            // The others are under way while this is written.
            if ended % beside == 0 {
                self.tell_progress();
                self.flush_soon()?;
            }
        }
        if halted.is_err() {
            self.unread(&open);
        }
        self.flush_soon()?;
        halted.map(|()| open)
    }

    /// Changes sent so far and all there are; some may be sent again.
    fn tell_progress(&self) {
        let (done, all) = self.to_apply;
        self.env.progress.progress(Phase::Apply, done.min(all), all);
    }

    /// Sends a batch, as soon as what is answered is asked for the first time.
    fn send(
        &self,
        mut jobs: Vec<Job>,
    ) -> impl Future<Output = (Sent, Result<Vec<Effect>, CallError>)> + use<C> {
        jobs.iter_mut().for_each(|job| job.attempts += 1);
        let watch = Arc::new(Watch::new(self.desk(), jobs.iter().map(|job| self.template(job)).collect()));
        let changes = jobs.iter().map(|job| self.change_of(job)).collect();
        let (connector, journal) = (self.connector(), Arc::clone(&watch));
        async move {
            let answer = connector.apply(changes, journal).await;
            (Sent { jobs, watch }, answer)
        }
    }

    fn desk(&self) -> Desk {
        Desk {
            store: Arc::clone(&self.env.school),
            time: self.time.clone(),
            // A dry run ends at the plan.
            fence: self.fence.clone().unwrap_or_else(|| crate::store::Fence {
                school: self.env.school.school().clone(),
                number: 0,
            }),
            task: self.env.task.id.clone(),
            run: self.number,
            deadline_ms: self.env.request_deadline_ms,
        }
    }

    /// The entry of an item while its write has no answer: what was known before, and the doubt.
    fn template(&self, job: &Job) -> LedgerEntry {
        let mut entry = self.entry(&job.wanted, job.before.as_ref());
        let known = self.world.ledger.get(&job.wanted.item.id).and_then(|entry| entry.doubt);
        let same = known.filter(|doubt| doubt.token == job.token);
        let doubt = || Doubt { sent: 0, until: 0, ..self.time.doubt(job.action, job.token.clone()) };
        entry.doubt = Some(same.unwrap_or_else(doubt));
        entry
    }

    fn change_of(&self, job: &Job) -> Change {
        Change {
            action: job.action,
            item: Item::clone(&job.wanted.item),
            handle: job.handle.clone(),
            fields: job.fields.clone(),
            targets: self.world.targets(&job.wanted.item),
            token: job.token.clone(),
        }
    }

    /// What a batch came to; halves go back into the queue.
    fn sort_out(
        &mut self,
        sent: Sent,
        answer: Result<Vec<Effect>, CallError>,
        queue: &mut VecDeque<Vec<Job>>,
    ) -> Step<Vec<Job>> {
        if let Some(error) = sent.watch.broken() {
            return Err(Halt::Broken(error));
        }
        for job in &sent.jobs {
            if let Some(doubt) = sent.watch.take_doubt(&job.wanted.item.id) {
                self.put(doubt);
            }
        }
        self.world.pending.settled.extend(sent.watch.tickets());
        if let Some(stranger) = sent.watch.stranger() {
            let stop = Stop::contract(format!("`apply` named {stranger}, which is no change of the call"));
            return Err(self.stopped(&sent, stop));
        }
        match answer {
            Ok(effects) => self.effects(sent, effects),
            Err(error) => self.failed(&sent, error, queue),
        }
    }

    fn effects(&mut self, sent: Sent, effects: Vec<Effect>) -> Step<Vec<Job>> {
        if let Err(stop) = self.effects_fit(&sent, &effects) {
            return Err(self.stopped(&sent, stop));
        }
        let mut open = Vec::new();
        for (job, effect) in sent.jobs.into_iter().zip(effects) {
            let trace = sent.watch.trace(&job.wanted.item.id);
            open.extend(self.effect(job, trace, effect)?);
        }
        Ok(open)
    }

    /// As many effects as changes; none made that was never sent; a handle for whatever was created.
    fn effects_fit(&self, sent: &Sent, effects: &[Effect]) -> Result<(), Stop> {
        contract::count("apply", sent.jobs.len(), effects.len())?;
        for (job, effect) in sent.jobs.iter().zip(effects) {
            let id = &job.wanted.item.id;
            let unsent = sent.watch.trace(id) == Trace::Unsent;
            match effect {
                Effect::Done(_) | Effect::Pending if unsent => {
                    return Err(Stop::contract(format!(
                        "`apply` says that {id} was made, but no write named it"
                    )));
                }
                Effect::Done(made) if made.handle.is_none() && job.handle.is_none() => {
                    return Err(Stop::contract(format!("`apply` created {id} and answered no handle")));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn effect(&mut self, mut job: Job, trace: Trace, effect: Effect) -> Step<Option<Job>> {
        if trace == Trace::Open {
            // A request without an answer overrules whatever is claimed of it.
            job.stage = Stage::Doubt;
            return Ok(Some(job));
        }
        let kind = self.kind(&job.wanted.item.id.kind)?;
        match effect {
            Effect::Done(mut made) => {
                self.repeated.done();
                if job.action == Action::Create && kind.observe != Observe::None {
                    // What is created has a name of its own there: another one's is not believed, and looked up.
                    let id = &job.wanted.item.id;
                    made.handle = made.handle.filter(|handle| !self.world.is_anothers(id, handle));
                }
                self.accepted(job, made, kind)
            }
            Effect::Pending => self.accepted(job, Default::default(), kind),
            Effect::Rejected(rejection) => self.reject(&job, rejection).map(|()| None),
            Effect::Waiting(waiting) => {
                self.abandon(&job)?;
                // A repeated attempt that waits for a person says nothing about the first one.
                let doubt = self.open_doubt(&job.wanted.item.id);
                let outcome = if doubt { Outcome::InDoubt } else { Outcome::Waiting(waiting) };
                self.world.awaiting.insert(job.wanted.item.id.clone());
                self.tell(&job.wanted.item.id, outcome, Some(job.action), Vec::new());
                Ok(None)
            }
            Effect::Postponed(why) => Ok(Some(self.put_off(job, why.retry_after, why.reason))),
            Effect::InDoubt(_) => Ok(Some(self.doubt(job, trace))),
        }
    }

    /// The connector does not know; where no request named the item, it is taken at its word all the same.
    fn doubt(&mut self, mut job: Job, trace: Trace) -> Job {
        if trace == Trace::Unsent {
            let now = self.time.now();
            let mut entry = self.template(&job);
            entry.state = crate::model::LedgerState::InDoubt;
            entry.doubt = entry.doubt.map(|doubt| Doubt { sent: now, until: now, ..doubt });
            self.put(entry);
        }
        job.stage = Stage::Doubt;
        job
    }

    fn put_off(&mut self, mut job: Job, after: Option<u32>, reason: Message) -> Job {
        self.restore(&job);
        let pause = after.map_or_else(|| backoff(job.attempts), |seconds| u64::from(seconds) * 1_000);
        job.stage = Stage::Ready(self.time.now().saturating_add_unsigned(pause));
        job.put_off = Some(reason);
        job
    }

    fn reject(&mut self, job: &Job, rejection: Rejection) -> Step<()> {
        self.abandon(job)?;
        if self.open_doubt(&job.wanted.item.id) {
            // A repeated attempt was refused; what became of the first one is still not known.
            self.tell(&job.wanted.item.id, Outcome::InDoubt, Some(job.action), Vec::new());
            return Ok(());
        }
        let enough = self.repeated.rejected(&rejection);
        let reason = rejection.reason.clone();
        self.tell(&job.wanted.item.id, Outcome::Rejected(rejection), Some(job.action), Vec::new());
        if enough {
            self.flush()?;
            return Err(Stop::because(reason).into());
        }
        Ok(())
    }

    /// Nothing was stored: the ledger says what it said before. The claim on what schools share stays: the change may
    /// be sent again.
    fn restore(&mut self, job: &Job) {
        match &job.before {
            Some(entry) => self.put(entry.clone()),
            None => {
                self.world.ledger.remove(&job.wanted.item.id);
                self.world.pending.entries.insert(job.wanted.item.id.clone());
            }
        }
    }

    /// Nothing was stored, and nothing will be sent in this run any more.
    fn abandon(&mut self, job: &Job) -> Step<()> {
        self.restore(job);
        if let (None, Some(identity)) = (&job.before, &job.wanted.identity) {
            // Durable first: a claim may only be given back when the doubt is certainly over.
            self.flush()?;
            self.give_back(identity)?;
        }
        Ok(())
    }

    fn failed(&mut self, sent: &Sent, error: CallError, queue: &mut VecDeque<Vec<Job>>) -> Step<Vec<Job>> {
        match Advice::of(error) {
            Advice::Stop(stop) => Err(self.stopped(sent, stop)),
            Advice::Again(after, reason) => self.again(sent, after, &reason),
            Advice::Refused { nothing_stored: true, reason } => self.halve(sent, &reason, queue),
            Advice::Refused { nothing_stored: false, .. } => Ok(self.doubtful(sent)),
        }
    }

    /// Nothing was processed: again later, but for what may have been.
    fn again(&mut self, sent: &Sent, after: Option<u32>, reason: &Message) -> Step<Vec<Job>> {
        let mut open = Vec::new();
        for mut job in sent.jobs.iter().cloned() {
            if sent.watch.trace(&job.wanted.item.id) == Trace::Open {
                job.stage = Stage::Doubt;
                open.push(job);
            } else if job.attempts >= 10 {
                self.abandon(&job)?;
                self.tell(&job.wanted.item.id, Outcome::Failed(reason.clone()), Some(job.action), Vec::new());
            } else {
                open.push(self.put_off(job, after, reason.clone()));
            }
        }
        Ok(open)
    }

    /// The whole batch was refused and nothing of it stored: halves, until the bad item stands alone.
    fn halve(&mut self, sent: &Sent, reason: &Message, queue: &mut VecDeque<Vec<Job>>) -> Step<Vec<Job>> {
        let (doubtful, mut rest): (Vec<Job>, Vec<Job>) =
            sent.jobs.iter().cloned().partition(|job| sent.watch.trace(&job.wanted.item.id) == Trace::Open);
        if let [alone] = rest.as_slice() {
            let rejection = Rejection { field: None, reason: reason.clone(), fix: None };
            self.reject(&alone.clone(), rejection)?;
        } else if !rest.is_empty() {
            rest.iter().for_each(|job| self.restore(job));
            let half = rest.split_off(rest.len() / 2);
            queue.push_front(half);
            queue.push_front(rest);
        }
        Ok(doubtful.into_iter().map(|job| Job { stage: Stage::Doubt, ..job }).collect())
    }

    /// Unknown what was stored: whatever was named is looked at first; the rest goes again.
    fn doubtful(&mut self, sent: &Sent) -> Vec<Job> {
        let jobs = sent.jobs.iter().cloned();
        jobs.map(|job| {
            let trace = sent.watch.trace(&job.wanted.item.id);
            self.doubt(job, trace)
        })
        .collect()
    }

    /// The run stops: what may have been stored stays in doubt, what was refused for lack of rights does not.
    fn stopped(&mut self, sent: &Sent, stop: Stop) -> Halt {
        for job in &sent.jobs {
            let id = &job.wanted.item.id;
            match sent.watch.trace(id) {
                Trace::Unsent | Trace::Answered { refused: true } => {
                    if let Err(halt) = self.abandon(job) {
                        return halt;
                    }
                }
                Trace::Open | Trace::Answered { refused: false } => {
                    self.tell(id, Outcome::InDoubt, Some(job.action), Vec::new());
                }
            }
        }
        stop.into()
    }

    /// Jobs that nobody will read back any more in this run.
    pub(super) fn unread(&mut self, open: &[Job]) {
        for job in open {
            let outcome = match job.stage {
                Stage::Confirm(_) => Outcome::NotConfirmed,
                Stage::Doubt => Outcome::InDoubt,
                Stage::Ready(_) => continue,
            };
            self.tell(&job.wanted.item.id, outcome, Some(job.action), Vec::new());
        }
    }
}

/// Jobs in batches of this size, in their order.
fn batches(jobs: Vec<Job>, size: usize) -> VecDeque<Vec<Job>> {
    let mut jobs = jobs.into_iter();
    let batch = || Some(jobs.by_ref().take(size).collect::<Vec<_>>()).filter(|batch| !batch.is_empty());
    std::iter::from_fn(batch).collect()
}
