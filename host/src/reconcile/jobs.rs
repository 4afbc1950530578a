//! Changes under way: applied in batches, read back, repeated where that is safe, until each has an end.

use std::sync::Arc;

use crate::model::contract::{Made, Observation, Presence, Purpose};
use crate::model::manifest::{Kind, Observe};
use crate::model::{Action, Connector, Doubt, LedgerEntry, LedgerState, Message, Millis, Origin, Outcome};
use crate::store::Question;

use super::adopt::candidate;
use super::call;
use super::halt::Step;
use super::patience::poll_pause;
use super::run::Run;
use super::state::{Next, Situation, Wanted};

/// Most attempts at one change in one run.
const ATTEMPTS: u32 = 5;

/// Where a change is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Stage {
    /// To be sent, not before this moment.
    Ready(Millis),
    /// Answered at this moment; to be read back.
    Confirm(Millis),
    /// Without a definite answer.
    Doubt,
}

/// A change under way.
#[derive(Clone, Debug)]
pub(super) struct Job {
    pub(super) wanted: Arc<Wanted>,
    pub(super) action: Action,
    pub(super) fields: Vec<String>,
    pub(super) handle: Option<String>,
    pub(super) token: String,
    /// The entry to go back to when nothing was stored; `None`: there was none.
    pub(super) before: Option<LedgerEntry>,
    pub(super) stage: Stage,
    pub(super) attempts: u32,
    /// Why it was put off last.
    pub(super) put_off: Option<Message>,
}

impl<C: Connector> Run<'_, C> {
    /// Brings changes to their ends. Each has an outcome afterwards, or the run stops.
    pub(super) async fn work_off(&mut self, jobs: Vec<Job>) -> Step<()> {
        let open = self.attempt(jobs).await?;
        self.finish_off(open).await
    }

    /// Sends what is ready and looks at what was sent; answers what has not come to its end.
    pub(super) async fn attempt(&mut self, jobs: Vec<Job>) -> Step<Vec<Job>> {
        let now = self.time.now();
        let (ready, mut rest): (Vec<_>, Vec<_>) =
            jobs.into_iter().partition(|job| matches!(job.stage, Stage::Ready(at) if at <= now));
        rest.extend(self.apply_all(ready).await?);
        let open = self.check(rest).await?;
        self.flush_soon()?;
        Ok(open)
    }

    /// Brings changes that were attempted to their ends.
    pub(super) async fn finish_off(&mut self, jobs: Vec<Job>) -> Step<()> {
        let mut open = jobs;
        for attempt in 0.. {
            let Some(pause) = self.next_look(&open, attempt) else { break };
            if !self.patience.wait(&*self.env.clock, pause).await {
                if let Err(postponed) = self.within_the_day() {
                    self.unread(&open);
                    self.flush()?;
                    return Err(postponed);
                }
                self.out_of_patience(open)?;
                break;
            }
            open = self.attempt(open).await?;
        }
        self.flush()
    }

    /// Milliseconds until something is worth doing; `None`: nothing is left.
    fn next_look(&self, open: &[Job], attempt: u32) -> Option<u64> {
        let now = self.time.now();
        let pause = |job: &Job| match job.stage {
            Stage::Ready(at) => u64::try_from(at - now).unwrap_or(0),
            Stage::Confirm(_) | Stage::Doubt => {
                let rest = u64::try_from(self.deadline(job) - now).unwrap_or(0);
                poll_pause(attempt).min(rest.max(1))
            }
        };
        open.iter().map(pause).min()
    }

    /// When an absence becomes certain.
    fn deadline(&self, job: &Job) -> Millis {
        let kind = self.env.connector.manifest().kind(&job.wanted.item.id.kind);
        let settle = kind.map_or(0, |kind| kind.settle_ms);
        let from = match job.stage {
            Stage::Confirm(since) => since,
            Stage::Ready(at) => at,
            Stage::Doubt => self.doubt_of(job).map_or(0, |doubt| doubt.until),
        };
        from.saturating_add_unsigned(settle)
    }

    fn doubt_of(&self, job: &Job) -> Option<Doubt> {
        self.world.ledger.get(&job.wanted.item.id)?.doubt
    }

    /// Looks at what was sent; answers what is still open.
    async fn check(&mut self, jobs: Vec<Job>) -> Step<Vec<Job>> {
        let mut open = Vec::new();
        let mut blind = Vec::new();
        let mut watched = Vec::new();
        for job in jobs {
            match job.stage {
                Stage::Ready(_) => open.push(job),
                _ if self.kind(&job.wanted.item.id.kind)?.observe == Observe::None => blind.push(job),
                _ => watched.push(job),
            }
        }
        for job in blind {
            open.extend(self.judge_doubt(job, None)?);
        }
        let questions = watched.iter().map(|job| self.check_question(job)).collect();
        let mut seen: std::collections::BTreeMap<_, _> = self.observe(questions).await?.into_iter().collect();
        for job in watched {
            let observation = seen.remove(&job.wanted.item.id);
            open.extend(match job.stage {
                Stage::Confirm(_) => self.confirm(job, observation)?,
                _ => self.judge_doubt(job, observation)?,
            });
        }
        Ok(open)
    }

    fn check_question(&self, job: &Job) -> call::Question {
        let purpose = if job.stage == Stage::Doubt { Purpose::Doubt } else { Purpose::Confirm };
        let known = self.world.ledger.handle(&job.wanted.item.id).map(str::to_owned);
        call::Question {
            item: Arc::clone(&job.wanted.item),
            handle: known.or_else(|| job.handle.clone()),
            targets: self.world.targets(&job.wanted.item),
            purpose,
            scope: job.wanted.scope.clone(),
        }
    }

    /// Reads back what was answered with yes.
    fn confirm(&mut self, job: Job, seen: Option<Observation>) -> Step<Option<Job>> {
        let leaving = matches!(job.action, Action::Close | Action::Remove);
        let over = self.time.now() >= self.deadline(&job);
        match seen {
            Some(Observation::Absent(_)) if leaving => self.left(&job)?,
            Some(Observation::Present(presence)) if !leaving => return self.arrived(job, &presence, over),
            _ if over => self.not_confirmed(&job),
            _ => return Ok(Some(job)),
        }
        Ok(None)
    }

    fn arrived(&mut self, job: Job, presence: &Presence, over: bool) -> Step<Option<Job>> {
        let id = &job.wanted.item.id;
        let known = self.world.ledger.handle(id);
        if known != Some(presence.handle.as_str()) && self.world.is_anothers(id, &presence.handle) {
            self.ask(&job.wanted, Question::Shared, &[candidate(presence.handle.clone())])?;
            return Ok(None);
        }
        let differing = job.wanted.owned(&presence.differing);
        if differing.is_empty() {
            self.is_there(&job.wanted, presence, Origin::Created, Outcome::Applied, Some(job.action))?;
            return Ok(None);
        }
        if !over {
            return Ok(Some(job));
        }
        match job.action {
            // It is there, and not as it was sent: something to tell, not something to send again and again.
            Action::Create => {
                let told = Outcome::Differs(differing);
                self.is_there(&job.wanted, presence, Origin::Created, told, Some(job.action))?;
            }
            _ => self.not_confirmed(&job),
        }
        Ok(None)
    }

    fn not_confirmed(&mut self, job: &Job) {
        self.tell(&job.wanted.item.id, Outcome::NotConfirmed, Some(job.action), Vec::new());
    }

    /// Something is removed or closed.
    pub(super) fn left(&mut self, job: &Job) -> Step<()> {
        let id = job.wanted.item.id.clone();
        if let Some(entry) = self.world.ledger.remove(&id) {
            self.let_go(&entry, job.action == Action::Remove)?;
        }
        self.world.pending.entries.insert(id.clone());
        self.tell(&id, Outcome::Removed, Some(job.action), Vec::new());
        Ok(())
    }

    /// What follows from looking at something in doubt.
    fn judge_doubt(&mut self, mut job: Job, seen: Option<Observation>) -> Step<Option<Job>> {
        let id = job.wanted.item.id.clone();
        if matches!(job.action, Action::Close | Action::Remove) {
            return self.judge_leaving(job, seen.as_ref());
        }
        let absent = matches!(seen, Some(Observation::Absent(_)));
        let entry = self.world.ledger.get(&id);
        let next = self.judge(&job.wanted, Situation::Doubt, entry.as_ref(), seen.as_ref())?;
        match next {
            Next::Found(presence) if self.world.is_anothers(&id, &presence.handle) => {
                self.ask(&job.wanted, Question::Shared, &[candidate(presence.handle)])?;
            }
            Next::Found(presence) => {
                self.found(&job.wanted, &presence, Some(job.action))?;
            }
            Next::Apply { action, fields, token } if job.attempts < ATTEMPTS => {
                job.before = if token.is_none() || (absent && self.certain(&job)) {
                    self.before_doubt(&job)
                } else {
                    self.world.ledger.get(&id)
                };
                (job.action, job.fields) = (action, fields);
                job.token = token.unwrap_or(job.token);
                job.stage = Stage::Ready(self.time.now());
                return Ok(Some(job));
            }
            Next::InDoubt if self.time.now() < self.deadline(&job) && seen.is_some() => {
                return Ok(Some(job));
            }
            Next::Decide(question, candidates) => self.ask(&job.wanted, question, &candidates)?,
            Next::Expired => self.expire(&id),
            _ => self.tell(&id, Outcome::InDoubt, Some(job.action), Vec::new()),
        }
        Ok(None)
    }

    fn judge_leaving(&mut self, mut job: Job, seen: Option<&Observation>) -> Step<Option<Job>> {
        let over = self.time.now() >= self.deadline(&job);
        match seen {
            Some(Observation::Absent(_)) => self.left(&job)?,
            Some(Observation::Present(_)) if over && job.attempts < ATTEMPTS => {
                job.stage = Stage::Ready(self.time.now());
                return Ok(Some(job));
            }
            Some(_) if !over => return Ok(Some(job)),
            _ => self.tell(&job.wanted.item.id, Outcome::InDoubt, Some(job.action), Vec::new()),
        }
        Ok(None)
    }

    /// Has enough time passed that an absence is certain?
    fn certain(&self, job: &Job) -> bool {
        self.time.now() >= self.deadline(job)
    }

    /// The entry as it was before the doubt: none for a creation.
    fn before_doubt(&self, job: &Job) -> Option<LedgerEntry> {
        job.before.clone().filter(|entry| entry.doubt.is_none())
    }

    /// The change was answered with yes.
    pub(super) fn accepted(&mut self, mut job: Job, made: Made, kind: &Kind) -> Step<Option<Job>> {
        let now = self.time.now();
        let id = job.wanted.item.id.clone();
        let blind = kind.observe == Observe::None;
        let leaving = matches!(job.action, Action::Close | Action::Remove);
        // What a closed thing looks like there is nobody's to say: its answer has to do.
        if job.action == Action::Close || (leaving && blind) {
            self.left(&job)?;
            return Ok(None);
        }
        let mut entry = self.entry(&job.wanted, job.before.as_ref());
        entry.handle = made.handle.or(entry.handle);
        if !leaving {
            entry.outputs = if made.outputs.is_empty() { entry.outputs } else { made.outputs };
            entry.fields.clone_from(&job.wanted.hashes);
        }
        entry.state = if blind { LedgerState::Accepted } else { LedgerState::Unconfirmed };
        entry.doubt = (!blind).then(|| self.time.doubt(job.action, job.token.clone()));
        if blind {
            self.hold(&entry);
        }
        self.put(entry);
        if blind {
            self.tell(&id, Outcome::Accepted, Some(job.action), Vec::new());
            return Ok(None);
        }
        job.stage = Stage::Confirm(now);
        Ok(Some(job))
    }

    /// Is an earlier write of the item still without an answer?
    pub(super) fn open_doubt(&self, id: &crate::model::ItemRef) -> bool {
        self.world.ledger.state(id) == Some(LedgerState::InDoubt)
    }

    fn out_of_patience(&mut self, open: Vec<Job>) -> Step<()> {
        for job in open {
            let outcome = match job.stage {
                Stage::Confirm(_) => Outcome::NotConfirmed,
                Stage::Doubt => Outcome::InDoubt,
                Stage::Ready(_) if self.open_doubt(&job.wanted.item.id) => Outcome::InDoubt,
                Stage::Ready(_) => Outcome::Failed(
                    job.put_off.clone().unwrap_or_else(|| Message::new("host-out-of-patience")),
                ),
            };
            self.tell(&job.wanted.item.id, outcome, Some(job.action), Vec::new());
        }
        self.flush()
    }
}
