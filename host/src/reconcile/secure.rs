//! Taking over what another school may be removing just now.
//!
//! Between looking at a shared thing and holding it its last holder may let it go and remove it. So whoever is about to
//! rely on one that it does not hold yet writes that down, holds it, and looks once more: what is held nobody removes,
//! and what was removed before that is seen. Whoever removes says so first, which nobody can while another holds it.

use std::collections::BTreeSet;

use crate::error::Result;
use crate::model::{Action, Connector, ItemRef, LedgerEntry, LedgerState, Message, TaskRef};
use crate::store::{Held, IdentityRef};

use super::call::purpose;
use super::halt::Step;
use super::run::Run;
use super::state::{Next, Situation, Work};

impl<C: Connector> Run<'_, C> {
    /// Shared things that this task holds or makes: nobody else removes them.
    pub(super) fn safe(&self) -> Result<BTreeSet<IdentityRef>> {
        if self.fence.is_none() || !self.world.items.any_shared() {
            return Ok(BTreeSet::new());
        }
        let mut safe: BTreeSet<IdentityRef> = self.env.host.holdings(&self.own())?.into_iter().collect();
        safe.extend(self.env.host.claims(&self.own())?);
        Ok(safe)
    }

    /// Secures the things of a level that are there and not safe. They are known before they are held: a run killed in
    /// between leaves no hold that only the host knows of, which other schools would leave the thing to.
    pub(super) async fn secure(&mut self, level: &[ItemRef], safe: &BTreeSet<IdentityRef>) -> Step<()> {
        let mut loose = Vec::new();
        for id in level {
            let next = self.world.items.work(id).map(|work| &work.next);
            let Some(next) = next.filter(|next| relies(next) && self.world.items.is_shared(id)) else {
                continue;
            };
            let (wanted, next) = (self.wanted(id), next.clone());
            if wanted.identity.as_ref().is_some_and(|identity| safe.contains(identity)) {
                continue;
            }
            if let Next::Adopt(presence) = next {
                self.known_soon(&wanted, &presence)?;
            }
            loose.push(id.clone());
        }
        if loose.is_empty() {
            return Ok(());
        }
        self.flush()?;
        self.hold_and_look(loose).await
    }

    async fn hold_and_look(&mut self, loose: Vec<ItemRef>) -> Step<()> {
        let busy = self.hold_now(&loose)?;
        let mut mine = Vec::new();
        for (id, busy) in loose.into_iter().zip(busy) {
            match busy {
                Some(task) => self.leave_to(&id, task)?,
                None => mine.push(id),
            }
        }
        let mut questions = Vec::new();
        for id in &mine {
            self.world.seen.remove(id);
            questions.push(self.question(&self.wanted(id), purpose(self.situation(id)))?);
        }
        self.see(questions).await?;
        self.judge_all(&mine)?;
        for id in &mine {
            let adopts = |work: &Work| matches!(work.next, Next::Adopt(_));
            if self.situation(id) == Situation::New && !self.world.items.work(id).is_some_and(adopts) {
                self.let_lie(id, None)?;
            }
        }
        self.flush()
    }

    /// Holds what the ledger knows of these from this moment on; who is making or removing it instead.
    pub(super) fn hold_now(&self, ids: &[ItemRef]) -> Result<Vec<Option<TaskRef>>> {
        let Some(fence) = self.fence.as_ref().filter(|_| !ids.is_empty()) else { return Ok(Vec::new()) };
        let held: Vec<Option<Held>> =
            ids.iter().map(|id| self.world.ledger.get(id).and_then(|entry| self.held(&entry))).collect();
        let known: Vec<Held> = held.iter().flatten().cloned().collect();
        let mut answers = self.env.host.hold_identities(fence, &self.env.task.id, &known)?.into_iter();
        // What has no place yet cannot be held, and nobody can remove it.
        Ok(held.iter().map(|held| held.as_ref().and_then(|_| answers.next().flatten())).collect())
    }

    /// Another task is removing or making it: this one waits for another run.
    fn leave_to(&mut self, id: &ItemRef, task: TaskRef) -> Step<()> {
        let wanted = self.wanted(id);
        self.world.seen.remove(id);
        let Some(work) = self.world.items.work_mut(id) else { return Ok(()) };
        work.next = Next::Unknown(Message::new("host-shared-busy").with("school", task.school));
        if work.situation == Situation::New {
            self.forget(id);
        } else {
            self.missing(&wanted);
        }
        Ok(())
    }

    /// It is not taken over after all: not held, and known as it was before.
    pub(super) fn let_lie(&mut self, id: &ItemRef, before: Option<&LedgerEntry>) -> Step<()> {
        let identity = self.world.items.get(id).and_then(|wanted| wanted.identity.clone());
        if let (Some(fence), Some(identity)) = (&self.fence, identity) {
            self.env.host.unhold_identity(fence, &self.env.task.id, &identity, false)?;
        }
        match before {
            Some(entry) => self.put(entry.clone()),
            None => self.forget(id),
        }
        Ok(())
    }

    /// May this be removed? From then on nobody takes it over.
    pub(super) fn may_leave(&self, entry: &LedgerEntry, action: Action) -> Result<bool> {
        let removes = matches!(action, Action::Remove | Action::Close);
        let (Some(fence), Some(id)) = (&self.fence, self.identity_in(entry).filter(|_| removes)) else {
            return Ok(true);
        };
        self.env.host.leave_identity(fence, &self.env.task.id, &id)
    }

    /// Removals that came to nothing, and of which nothing is under way any more.
    pub(super) fn end_removals(&self) -> Result<()> {
        let Some(fence) = &self.fence else { return Ok(()) };
        for id in self.env.host.leaving(&self.own())? {
            let open = |entry: &LedgerEntry| {
                entry.state == LedgerState::InDoubt && self.identity_in(entry).as_ref() == Some(&id)
            };
            if !self.world.ledger.entries().any(|entry| open(&entry)) {
                self.env.host.keep_identity(fence, &self.env.task.id, &id)?;
            }
        }
        Ok(())
    }
}

/// Does this rest on the thing being there?
fn relies(next: &Next) -> bool {
    matches!(
        next,
        Next::Adopt(_) | Next::Found(_) | Next::Tell { .. } | Next::Apply { action: Action::Update, .. }
    )
}
