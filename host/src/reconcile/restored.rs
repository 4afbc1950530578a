//! A school that came from a backup: the other side may have gone on without it.
//!
//! What the ledger knows is looked at again; what it does not know of is looked for, and counts as absent only when
//! nothing that was sent before can arrive any more; what nobody can look at, and what must not happen twice, a person
//! is asked about. That holds until a person says that the past is caught up with. The first plan is held where the
//! records are still those of the backup: they may be older than what is there.

use std::sync::Arc;

use crate::error::Result;
use crate::model::contract::{Observation, Purpose};
use crate::model::{Connector, Hold, ItemRef, Message, PlanCounts};
use crate::store::Restored;

use super::call::Question;
use super::halt::Step;
use super::run::Run;
use super::state::Work;

impl<C: Connector> Run<'_, C> {
    /// Takes up that the school was restored, in the time of this run; where waiting begins anew that is written down.
    pub(super) fn load_restored(&mut self) -> Result<()> {
        let Some(restored) = self.env.school.restored()? else { return Ok(()) };
        let known = self.time.knows(&restored.doubt);
        let doubt = self.time.carry(restored.doubt, self.fence.is_some());
        let restored = Restored { doubt, ..restored };
        if let (Some(fence), false) = (&self.fence, known) {
            self.env.school.remember_restored(fence, Some(&restored))?;
        }
        self.world.restored = Some(restored);
        Ok(())
    }

    /// What is no more under the name that the ledger knows may have been made anew since the backup, under another:
    /// it is looked for as if it were new.
    pub(super) async fn look_elsewhere(&mut self, level: &[ItemRef]) -> Step<()> {
        if self.world.restored.is_none() {
            return Ok(());
        }
        let named = |id: &&ItemRef| self.world.ledger.handle(id).is_some();
        let seen = |id: &ItemRef| self.world.items.work(id).and_then(Work::observation);
        let absent = |id: &&ItemRef| matches!(seen(id), Some(Observation::Absent(_)));
        let lost = level.iter().filter(named).filter(absent);
        let questions = lost.map(|id| {
            let wanted = self.wanted(id);
            Question {
                item: Arc::clone(&wanted.item),
                handle: None,
                targets: self.world.targets(&wanted.item),
                purpose: Purpose::Adopt,
                scope: wanted.scope.clone(),
            }
        });
        let questions: Vec<Question> = questions.collect();
        self.see(questions).await
    }

    /// May something arrive that was sent before the school was restored?
    pub(super) fn may_arrive(&self) -> bool {
        let kinds = &self.env.connector.manifest().kinds;
        let settle = kinds.iter().map(|kind| kind.settle_ms).max().unwrap_or_default();
        let until = self.world.restored.as_ref().map(|restored| restored.doubt.until);
        until.is_some_and(|until| self.time.now() < until.saturating_add_unsigned(settle))
    }

    /// A plan that would change something there by the records of the backup.
    pub(super) fn restored_hold(&self, counts: &PlanCounts) -> Option<Hold> {
        let restored = self.world.restored.as_ref()?;
        let changes = counts.create + counts.update + counts.remove;
        (changes > 0 && restored.records == Some(self.world.revision)).then(|| Hold {
            reason: Message::new("host-hold-restored").with("count", changes),
            cause: Message::new("host-cause-restored"),
        })
    }

    /// A whole run has ended: a person has let it go, or the records are newer.
    pub(super) fn remember_restored(&self) -> Result<()> {
        let (Some(fence), Some(restored)) = (&self.fence, &self.world.restored) else { return Ok(()) };
        if restored.records.is_none() || !self.chosen.is_all() {
            return Ok(());
        }
        let restored = Restored { records: None, ..restored.clone() };
        self.env.school.remember_restored(fence, Some(&restored))
    }
}
