//! What a dialogue writes goes the same way as a run: ledger, journal, reading back; keyed by its step.

use crate::error::Result;
use crate::model::contract::{Effect, Made, NotKnown};
use crate::model::{Connector, Item, ItemRef, Message, Outcome, ScopeId};
use crate::store::Lane;

use super::contract;
use super::env::Env;
use super::halt::{Halt, Step, Stop};
use super::run::Run;
use super::select::Chosen;
use super::state::Situation;

/// Applies the items of a dialogue's `commit` outside a run and says what became of each, in their order. `step` names
/// the dialogue's step: a second tab with the same items finds them done.
pub async fn commit_items<C: Connector>(
    env: &Env<C>,
    lane: &Lane,
    step: &str,
    items: Vec<Item>,
) -> Result<Vec<(ItemRef, Effect)>> {
    let run = Run::prepare(env, Chosen::new(&Default::default()), Some(lane.fence().clone()))?;
    let mut run = Run { by_person: true, ..run };
    let ids: Vec<ItemRef> = items.iter().map(|item| item.id.clone()).collect();
    let ended = run.commit(step, items).await;
    let through = ended.is_ok();
    let stop = match ended {
        Ok(()) => Stop::because(Message::new("host-not-reached")),
        // Nobody goes on with a dialogue by itself: what was not done has failed.
        Err(Halt::Stop(stop)) => Stop { postponed: None, ..stop },
        Err(Halt::Broken(error)) => return Err(error),
    };
    run.give_up(&stop)?;
    Ok(ids.into_iter().map(|id| (id.clone(), run.effect_of(&id, &stop.reason, through))).collect())
}

impl<C: Connector> Run<'_, C> {
    async fn commit(&mut self, step: &str, items: Vec<Item>) -> Step<()> {
        self.load_ledger()?;
        self.settle_claims()?;
        let scope = ScopeId::from(format!("dialogue/{step}"));
        for item in items {
            contract::item(self.env.connector.manifest(), &item)?;
            let wanted = self.want(item, &scope)?;
            self.world.items.add(&wanted);
        }
        self.diff()?;
        self.look_again();
        self.look().await?;
        self.execute().await
    }

    /// Nobody is told that it is done because it once was: what seems unchanged is looked at too.
    fn look_again(&mut self) {
        let ids: Vec<ItemRef> = self.world.items.ids().cloned().collect();
        for id in ids {
            let work = self.world.items.work_mut(&id);
            if let Some(work) = work.filter(|work| work.situation == Situation::Same) {
                work.situation = Situation::Audit;
            }
        }
    }

    /// What became of an item. `through`: everything was looked at; else what has no outcome was not reached, whatever the
    /// ledger knows of it from before.
    fn effect_of(&self, id: &ItemRef, reason: &Message, through: bool) -> Effect {
        let not_known = |reason: Message| NotKnown { reason, retry_after: None };
        match self.world.outcomes.outcome(id).cloned() {
            Some(Outcome::Rejected(rejection)) => Effect::Rejected(rejection),
            Some(Outcome::Waiting(waiting)) => Effect::Waiting(waiting),
            Some(Outcome::InDoubt) => Effect::InDoubt(Message::new("host-in-doubt")),
            Some(Outcome::NotConfirmed) => Effect::InDoubt(Message::new("host-not-confirmed")),
            Some(Outcome::Decision(number)) => {
                Effect::Postponed(not_known(Message::new("host-decision").with("number", number)))
            }
            Some(Outcome::Blocked(_) | Outcome::Expired | Outcome::NotYet(_)) => {
                Effect::Postponed(not_known(reason.clone()))
            }
            Some(Outcome::Failed(reason)) => Effect::Postponed(not_known(reason)),
            None if !through => Effect::Postponed(not_known(reason.clone())),
            _ => self.made(id, reason),
        }
    }

    fn made(&self, id: &ItemRef, reason: &Message) -> Effect {
        match self.world.ledger.get(id) {
            Some(entry) => Effect::Done(Made { handle: entry.handle, outputs: entry.outputs }),
            None => Effect::Postponed(NotKnown { reason: reason.clone(), retry_after: None }),
        }
    }
}
