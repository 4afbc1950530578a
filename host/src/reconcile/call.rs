//! Calls of the connector: repeated while it says that nothing was processed and there is patience; batches of
//! probes beside each other.

use std::future::Future;
use std::sync::Arc;

use futures_util::future::join_all;

use crate::model::budget::UsedUp;
use crate::model::contract::{CallError, NotKnown, Observation, Probe, Purpose};
use crate::model::item::Target;
use crate::model::manifest::Direction;
use crate::model::{Connector, Item, ItemRef, Message, ScopeId};

use super::contract;
use super::env::Phase;
use super::halt::{Advice, Step, Stop};
use super::patience::backoff;
use super::run::Run;

/// What to look at, and why.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub(super) item: Arc<Item>,
    pub(super) handle: Option<String>,
    pub(super) targets: Vec<Target>,
    pub(super) purpose: Purpose,
    pub(super) scope: ScopeId,
}

impl Question {
    fn probe(&self) -> Probe {
        let (item, handle) = (Item::clone(&self.item), self.handle.clone());
        Probe { item, handle, targets: self.targets.clone(), purpose: self.purpose }
    }
}

impl<C: Connector> Run<'_, C> {
    /// A call that may be repeated.
    pub(super) async fn call<T, F>(&self, make: impl Fn() -> F) -> Step<T>
    where
        F: Future<Output = Result<T, CallError>>,
    {
        self.call_on(make(), make).await
    }

    /// A call that may be repeated, and perhaps has begun.
    pub(super) async fn call_on<T, F>(
        &self,
        first: impl Future<Output = Result<T, CallError>>,
        again: impl Fn() -> F,
    ) -> Step<T>
    where
        F: Future<Output = Result<T, CallError>>,
    {
        self.go_on()?;
        let mut answer = first.await;
        for attempt in 0.. {
            let error = match answer {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            match Advice::of(error) {
                Advice::Again(after, reason) => self.pause(attempt, after, reason).await?,
                Advice::Refused { reason, .. } => return Err(Stop::because(reason).into()),
                Advice::Stop(stop) => return Err(stop.into()),
            }
            self.go_on()?;
            answer = again().await;
        }
        Err(Stop::because(Message::new("host-busy-there")).into())
    }

    /// Waits before another attempt, never less than the other side asked for.
    pub(super) async fn pause(&self, attempt: u32, after: Option<u32>, reason: Message) -> Step<()> {
        self.within_the_day()?;
        let ms = after.map_or_else(|| backoff(attempt), |seconds| u64::from(seconds) * 1_000);
        // Beyond this many attempts the other side is not busy but broken.
        let worth = attempt < 10 && self.patience.wait(&*self.env.clock, ms).await;
        if worth { Ok(()) } else { Err(Stop::because(reason).into()) }
    }

    /// Fails when the upstream takes no more requests today: waiting for tomorrow is the scheduler's.
    pub(super) fn within_the_day(&self) -> Step<()> {
        self.used_up().map_or(Ok(()), |used_up| Err(Stop::used_up(&used_up).into()))
    }

    /// The upstream that takes no more requests today.
    pub(super) fn used_up(&self) -> Option<UsedUp> {
        self.env.connector.used_up().filter(|used_up| used_up.until > self.env.clock.now())
    }

    /// Looks at items: in batches of one kind and purpose, kept together by scope.
    pub(super) async fn observe(&self, mut questions: Vec<Question>) -> Step<Vec<(ItemRef, Observation)>> {
        let place = |kind: &str| self.env.connector.manifest().kinds.iter().position(|k| k.name == kind);
        questions.sort_by_cached_key(|q| {
            (place(&q.item.id.kind), q.purpose as u8, q.scope.clone(), q.item.id.clone())
        });
        let total = questions.len() as u64;
        let mut answers = Vec::with_capacity(questions.len());
        let alike = |a: &Question, b: &Question| a.item.id.kind == b.item.id.kind && a.purpose == b.purpose;
        for group in questions.chunk_by(alike) {
            let kind = self.kind(&group[0].item.id.kind)?;
            let batches: Vec<_> = group.chunks(kind.observe_batch.max(1) as usize).collect();
            for beside in batches.chunks(kind.parallel.max(1) as usize) {
                self.env.progress.progress(Phase::Observe, answers.len() as u64, total);
                for batch in join_all(beside.iter().map(|batch| self.look_at(batch))).await {
                    answers.extend(batch?);
                }
            }
        }
        self.env.progress.progress(Phase::Observe, total, total);
        Ok(answers)
    }

    async fn look_at(&self, batch: &[Question]) -> Step<Vec<(ItemRef, Observation)>> {
        let seen = self.probe(batch).await?;
        contract::count("observe", batch.len(), seen.len())?;
        contract::observations(&seen)?;
        Ok(batch.iter().map(|question| question.item.id.clone()).zip(seen).collect())
    }

    async fn probe(&self, batch: &[Question]) -> Step<Vec<Observation>> {
        let kind = batch.first().map(|question| self.kind(&question.item.id.kind)).transpose()?;
        if kind.is_some_and(|kind| kind.direction == Direction::Inbound) {
            return self.look_inside(batch);
        }
        for attempt in 0.. {
            self.go_on()?;
            let error = match self.env.connector.observe(batch.iter().map(Question::probe).collect()).await {
                Ok(seen) => return Ok(seen),
                Err(error) => error,
            };
            match Advice::of(error) {
                Advice::Again(after, reason) => self.pause(attempt, after, reason).await?,
                // Not an answer about these items, and none about others either.
                Advice::Refused { reason, .. } => return Ok(unknown(batch.len(), &reason)),
                Advice::Stop(stop) => return Err(stop.into()),
            }
        }
        Ok(unknown(batch.len(), &Message::new("host-busy-there")))
    }
}

fn unknown(count: usize, reason: &Message) -> Vec<Observation> {
    // Asked again by the next run: of the items themselves nothing is said.
    let one = Observation::Unknown(NotKnown { reason: reason.clone(), retry_after: Some(0) });
    vec![one; count]
}

/// Why something in this situation is looked at.
pub(super) fn purpose(situation: super::state::Situation) -> Purpose {
    use super::state::Situation as S;
    match situation {
        S::New => Purpose::Adopt,
        S::Doubt => Purpose::Doubt,
        S::Unconfirmed => Purpose::Confirm,
        S::Changed | S::Audit | S::Undone | S::Same => Purpose::Audit,
    }
}
