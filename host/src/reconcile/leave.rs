//! Departures: told, forgotten, handed over, closed, removed.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::{Action, Connector, ItemRef, LedgerEntry, LedgerState, Message, Outcome};
use crate::store::{Answer, Question};

use super::diff::leaving;
use super::halt::Step;
use super::jobs::{Job, Stage};
use super::look::bare;
use super::run::Run;
use super::state::{Departure, Leaving, Wanted};

impl<C: Connector> Run<'_, C> {
    pub(super) async fn depart_all(&mut self) -> Step<()> {
        self.let_go_of_told()?;
        let departures: Vec<_> = self.leaving_order().into_iter().cloned().collect();
        // What was to leave and is, or may be, still there: by what it refers to.
        let mut stayed: BTreeMap<ItemRef, ItemRef> = BTreeMap::new();
        for departure in departures {
            let id = departure.entry.item.clone();
            match departure.what {
                Leaving::Forget => self.forgotten(&departure)?,
                Leaving::HandOver => self.leave_to_others(&departure.entry, stayed.get(&id)).await?,
                Leaving::Tell | Leaving::Keep => {}
                Leaving::InDoubt => self.doubtful_departure(&departure.entry)?,
                Leaving::Apply(action) => self.leave(&departure.entry, action, stayed.get(&id)).await?,
            }
            let to_leave = !matches!(departure.what, Leaving::Forget | Leaving::Tell | Leaving::Keep);
            if let Some(entry) = self.world.ledger.get(&id).filter(|_| to_leave) {
                stayed.extend(entry.refs.iter().map(|target| (target.clone(), id.clone())));
            }
        }
        self.flush()
    }

    /// What leaves and stays there is known to be gone before others may remove it: wanted again, it is looked for.
    fn let_go_of_told(&mut self) -> Step<()> {
        let stays = |d: &&Departure| matches!(d.what, Leaving::Tell | Leaving::Forget | Leaving::HandOver);
        let gone: Vec<Departure> = self.world.departures.iter().filter(stays).cloned().collect();
        for Departure { entry, what, .. } in &gone {
            let gone_since = entry.gone_since.or(Some(self.time.now()));
            self.put(LedgerEntry { gone_since, ..entry.clone() });
            if *what == Leaving::Tell {
                self.tell(&entry.item, Outcome::Gone, None, Vec::new());
            }
        }
        self.flush()?;
        let new = |d: &&Departure| d.what == Leaving::Tell && d.entry.gone_since.is_none();
        Ok(gone.iter().filter(new).try_for_each(|d| self.let_go(&d.entry, false))?)
    }

    fn forgotten(&mut self, departure: &Departure) -> Step<()> {
        // What schools share first: killed in between, the next run finds the entry and does it again.
        self.let_go(&departure.entry, false)?;
        self.forget(&departure.entry.item);
        self.flush()
    }

    /// Left to the other schools that hold it; where they have let it go meanwhile, it is this one's to remove.
    async fn leave_to_others(&mut self, entry: &LedgerEntry, referrer: Option<&ItemRef>) -> Step<()> {
        if self.handed_over(entry)? {
            return Ok(());
        }
        let action = match leaving(self.kind(&entry.item.kind)?, entry) {
            Leaving::Apply(action) => action,
            _ => Action::Remove,
        };
        self.leave(entry, action, referrer).await
    }

    /// Leaves it to the others who hold it, and forgets it; `false`: nobody does.
    fn handed_over(&mut self, entry: &LedgerEntry) -> Step<bool> {
        let given = match (&self.fence, self.held(entry)) {
            (Some(fence), Some(held)) => self.env.host.hand_over_identity(fence, &self.env.task.id, &held)?,
            _ => false,
        };
        if given {
            self.forget(&entry.item);
            self.flush()?;
        }
        Ok(given)
    }

    /// One after the other: what refers leaves before what it refers to; while it stays, so does that.
    async fn leave(&mut self, entry: &LedgerEntry, action: Action, referrer: Option<&ItemRef>) -> Step<()> {
        if self.is_for_later(&entry.item.kind, action) {
            self.tell_later(&entry.item);
            return Ok(());
        }
        if let Some(referrer) = referrer {
            let reason = Message::new("host-still-needed").with("item", referrer);
            self.tell(&entry.item, Outcome::Failed(reason), Some(action), Vec::new());
            return Ok(());
        }
        // Somebody may have taken it over since it was looked at, and may let it go again before it is theirs alone.
        while !self.may_leave(entry, action)? {
            if self.handed_over(entry)? {
                return Ok(());
            }
        }
        let job = self.leaving_job(entry, action);
        self.work_off(vec![job]).await
    }

    /// Something no longer desired of which nobody knows whether it is there. Its content is gone, so it cannot be
    /// looked for: a person may look.
    fn doubtful_departure(&mut self, entry: &LedgerEntry) -> Step<()> {
        let id = entry.item.clone();
        let settle = self.kind(&id.kind)?.settle_ms;
        let until = entry.doubt.as_ref().map_or(0, |doubt| doubt.until.saturating_add_unsigned(settle));
        if entry.handle.is_some() || self.time.now() < until {
            self.tell(&id, Outcome::InDoubt, None, Vec::new());
            return Ok(());
        }
        self.release_doubt(entry)?;
        match self.answer(&id).cloned() {
            Some(Answer::Create) => self.forget(&id),
            Some(Answer::Adopt(handle)) if !handle.is_empty() => {
                let state = LedgerState::Accepted;
                self.put(LedgerEntry { handle: Some(handle), doubt: None, state, ..entry.clone() });
            }
            Some(_) => self.tell(&id, Outcome::InDoubt, None, Vec::new()),
            None => {
                let wanted = Wanted {
                    item: Arc::new(bare(entry)),
                    scope: entry.scope.clone(),
                    hashes: Vec::new(),
                    identity: None,
                };
                self.ask(&wanted, Question::Arrived, &[])?;
            }
        }
        Ok(())
    }

    fn leaving_job(&self, entry: &LedgerEntry, action: Action) -> Job {
        let item = Arc::new(bare(entry));
        let hashes = entry.fields.clone();
        let wanted = Wanted { item, scope: entry.scope.clone(), hashes, identity: None };
        Job {
            token: self.token(&wanted, action),
            handle: entry.handle.clone(),
            wanted: Arc::new(wanted),
            action,
            fields: Vec::new(),
            before: Some(entry.clone()),
            stage: Stage::Ready(self.time.now()),
            attempts: 0,
            put_off: None,
        }
    }
}
