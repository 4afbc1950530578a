//! What a person has removed outside a run: through ledger and journal and read back, like everything else.

use crate::error::Result;
use crate::model::{Action, Connector, ItemRef, Message, Outcome};
use crate::store::Lane;

use super::env::Env;
use super::halt::{Halt, Step, Stop};
use super::run::Run;
use super::select::Chosen;
use super::state::{Departure, Leaving};

/// Removes what the ledger knows of these items, and says what became of each, in their order. What it does not know, or
/// what has no handle there, has failed. The caller has seen to it that their kinds can be removed.
///
/// # Errors
/// Our own store fails.
pub async fn remove_items<C: Connector>(
    env: &Env<C>,
    lane: &Lane,
    ids: &[ItemRef],
) -> Result<Vec<(ItemRef, Outcome)>> {
    let mut run = Run::prepare(env, Chosen::new(&Default::default()), Some(lane.fence().clone()))?;
    let stop = match run.remove(ids).await {
        Ok(()) => Stop::because(Message::new("host-not-reached")),
        // Nobody goes on with it by itself: what was not done has failed.
        Err(Halt::Stop(stop)) => Stop { postponed: None, ..stop },
        Err(Halt::Broken(error)) => return Err(error),
    };
    run.give_up(&stop)?;
    let told = |id: &ItemRef| run.world.outcomes.outcome(id).cloned();
    let outcome = |id: &ItemRef| told(id).unwrap_or_else(|| Outcome::Failed(stop.reason.clone()));
    Ok(ids.iter().map(|id| (id.clone(), outcome(id))).collect())
}

impl<C: Connector> Run<'_, C> {
    async fn remove(&mut self, ids: &[ItemRef]) -> Step<()> {
        self.load_ledger()?;
        self.settle_claims()?;
        for entry in ids.iter().filter_map(|id| self.world.ledger.get(id)) {
            let what = match (&entry.doubt, &entry.handle) {
                (Some(_), _) => Leaving::InDoubt,
                (None, Some(_)) => Leaving::Apply(Action::Remove),
                (None, None) => continue,
            };
            self.world.departures.push(Departure { entry, what, there: Vec::new() });
        }
        self.execute().await
    }
}
