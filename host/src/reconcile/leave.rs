//! Departures: told, forgotten, handed over, closed, removed.

use std::sync::Arc;

use crate::model::{Action, Connector, LedgerEntry, LedgerState, Outcome};
use crate::store::{Answer, Question};

use super::halt::Step;
use super::jobs::{Job, Stage};
use super::look::bare;
use super::run::Run;
use super::state::{Leaving, Wanted};

impl<C: Connector> Run<'_, C> {
    pub(super) async fn depart_all(&mut self) -> Step<()> {
        let departures: Vec<_> = self.leaving_order().into_iter().cloned().collect();
        for departure in departures {
            let id = departure.entry.item.clone();
            match departure.what {
                Leaving::Tell => {
                    let mut entry = departure.entry;
                    if entry.gone_since.is_none() {
                        self.let_go(&entry, false)?;
                    }
                    entry.gone_since = entry.gone_since.or(Some(self.env.clock.now()));
                    self.put(entry);
                    self.tell(&id, Outcome::Gone, None, Vec::new());
                }
                Leaving::Forget | Leaving::HandOver => {
                    // What schools share first: killed in between, the next run finds the entry and does it again.
                    if departure.what == Leaving::HandOver {
                        self.hold(&departure.entry)?;
                    }
                    self.let_go(&departure.entry, false)?;
                    self.forget(&id);
                    self.flush()?;
                }
                Leaving::Keep => {}
                Leaving::InDoubt => self.doubtful_departure(&departure.entry)?,
                Leaving::Apply(action) => {
                    // One after the other: what refers leaves before what it refers to.
                    let job = self.leaving_job(&departure.entry, action);
                    self.work_off(vec![job]).await?;
                }
            }
        }
        self.flush()
    }

    /// Something no longer desired of which nobody knows whether it is there. Its content is gone, so it cannot be
    /// looked for: a person may look.
    fn doubtful_departure(&mut self, entry: &LedgerEntry) -> Step<()> {
        let id = entry.item.clone();
        let settle = self.kind(&id.kind)?.settle_ms;
        let until = entry.doubt.as_ref().map_or(0, |doubt| doubt.until.saturating_add_unsigned(settle));
        if entry.handle.is_some() || self.env.clock.now() < until {
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
            stage: Stage::Ready(self.env.clock.now()),
            attempts: 0,
            put_off: None,
        }
    }
}
