//! Carrying a plan out: level by level, what is there is taken over, what is not is made.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::model::contract::{Candidate, Observation};
use crate::model::{Action, Connector, Doubt, ItemRef, LedgerEntry, LedgerState, Outcome, Waiting};
use crate::store::{Ask, IdentityRef, Possibility, Question};

use super::halt::{Halt, Step};
use super::jobs::{Job, Stage};
use super::look::no_output;
use super::plan::remarks;
use super::run::Run;
use super::state::{Next, Situation, Wanted, Work};

impl<C: Connector> Run<'_, C> {
    /// Carries the plan out. What was claimed and came to nothing is free for other schools at once.
    pub(super) async fn execute(&mut self) -> Step<()> {
        let ended = self.carry_out().await;
        if !matches!(ended, Err(Halt::Broken(_))) {
            self.flush()?;
            self.end_claims()?;
        }
        ended
    }

    async fn carry_out(&mut self) -> Step<()> {
        self.open_loose()?;
        self.flush()?;
        let applies = |(_, work): &(&ItemRef, &Work)| matches!(work.next, Next::Apply { .. });
        self.to_apply.1 = self.world.items.works().filter(applies).count() as u64;
        let safe = self.safe()?;
        let levels = self.in_levels();
        let (made, said) = levels.split_at(self.world.said_from);
        for level in made {
            self.carry_out_level(level, &safe).await?;
        }
        self.depart_all().await?;
        for level in said {
            self.carry_out_level(level, &safe).await?;
        }
        Ok(())
    }

    async fn carry_out_level(&mut self, level: &[ItemRef], safe: &BTreeSet<IdentityRef>) -> Step<()> {
        // What is not at its end after one attempt and one look waits until all of the level had theirs.
        let mut open = Vec::new();
        for part in self.parts(level)? {
            self.secure(&part, safe).await?;
            self.look_for_parts(&part).await?;
            let mut jobs = Vec::new();
            for id in part.iter() {
                jobs.extend(self.begin_item(id)?);
            }
            self.flush_soon()?;
            let jobs = self.claim_all(jobs).await?;
            open.extend(self.attempt(jobs).await?);
        }
        self.finish_off(open).await
    }

    /// What is a part of something made in this run may have come with it: it is looked for once more.
    async fn look_for_parts(&mut self, level: &[ItemRef]) -> Step<()> {
        let mut came = Vec::new();
        for id in level.iter().filter(|id| self.situation(id) == Situation::New) {
            let Some(whole) = &self.kind(&id.kind)?.part_of else { continue };
            let wanted = self.wanted(id);
            if wanted.item.refs().any(|target| *target.kind == **whole && self.was_made(target)) {
                came.push(id.clone());
            }
        }
        let questions = self.questions(&came)?;
        self.see(questions).await?;
        self.judge_all(&came)
    }

    /// Was it made in this run?
    fn was_made(&self, id: &ItemRef) -> bool {
        self.world.is_there(id) && self.world.outcomes.action(id) == Some(Action::Create)
    }

    /// Settles an item where nothing is to be sent; answers the change otherwise.
    fn begin_item(&mut self, id: &ItemRef) -> Step<Option<Job>> {
        let Some(work) = self.world.items.work(id) else { return Ok(None) };
        let (situation, next, notes) = (work.situation, work.next.clone(), remarks(work));
        let wanted = self.wanted(id);
        if matches!(
            next,
            Next::Same | Next::Found(_) | Next::Tell { .. } | Next::Apply { action: Action::Update, .. }
        ) {
            self.hold_again(id);
        }
        match next {
            Next::Same => self.refresh(&wanted)?,
            Next::Adopt(presence) => return self.adopt(&wanted, &presence),
            Next::Found(presence) if situation == Situation::Doubt || situation == Situation::Unconfirmed => {
                return self.found(&wanted, &presence, None);
            }
            Next::Found(presence) => self.unchanged_there(&wanted, &presence),
            Next::Believed(handle) => self.believe(&wanted, handle)?,
            Next::Apply { action, fields, token } => {
                return self.job(wanted, action, fields, token);
            }
            Next::Tell { fields, presence } => {
                self.differs(&wanted, fields, presence.map(|presence| *presence), notes);
            }
            Next::Lost => self.lost(&wanted),
            Next::Decide(question, candidates) => self.ask(&wanted, question, &candidates)?,
            Next::Wait(waiting) => {
                self.forget(id);
                self.world.awaiting.insert(id.clone());
                self.tell(id, Outcome::Waiting(*waiting), None, notes);
            }
            Next::InDoubt => {
                let doubt = situation != Situation::Unconfirmed;
                let outcome = if doubt { Outcome::InDoubt } else { Outcome::NotConfirmed };
                self.tell(id, outcome, None, notes);
            }
            Next::Blocked(target) => self.tell(id, Outcome::Blocked(target), None, notes),
            Next::Expired => self.expire(id),
            Next::NotYet(from) => {
                self.forget(id);
                self.tell(id, Outcome::NotYet(from), None, notes);
            }
            Next::LeftAlone => {
                let fields = wanted.hashes.iter().map(|hash| hash.name.to_string()).collect();
                self.tell(id, Outcome::Differs(fields), None, notes);
            }
            Next::Unknown(reason) => self.tell(id, Outcome::Failed(reason), None, notes),
        }
        Ok(None)
    }

    /// Asks a person. Labels are personal: they are shown in the plan and not stored.
    pub(super) fn ask(&mut self, wanted: &Wanted, question: Question, candidates: &[Candidate]) -> Step<()> {
        let candidates = candidates
            .iter()
            .map(|c| Possibility {
                handle: c.handle.clone(),
                evidence: c.evidence.clone(),
                link: c.link.clone(),
            })
            .collect();
        let ask = Ask {
            item: wanted.item.id.clone(),
            scope: wanted.scope.clone(),
            group: wanted.item.group.clone(),
            about: wanted.item.about.clone(),
            question,
            candidates,
        };
        let Some(fence) = &self.fence else { return Ok(()) };
        let numbers = self.env.school.ask(fence, &self.env.task.id, &[ask], self.time.now())?;
        let number = numbers.first().copied().unwrap_or_default();
        self.tell(&wanted.item.id, Outcome::Decision(number), None, Vec::new());
        Ok(())
    }

    /// The change of an item, or what stands in its way.
    pub(super) fn job(
        &mut self,
        wanted: Arc<Wanted>,
        action: Action,
        fields: Vec<String>,
        token: Option<String>,
    ) -> Step<Option<Job>> {
        if self.is_for_later(&wanted.item.id.kind, action) {
            self.tell_later(&wanted.item.id);
            return Ok(None);
        }
        let missing = wanted.item.refs().find(|target| !self.world.is_there(target)).cloned();
        if let Some(target) = missing {
            self.tell(&wanted.item.id, Outcome::Blocked(target), None, Vec::new());
            return Ok(None);
        }
        if let Some(target) = self.world.without_output(&wanted.item) {
            let waiting = Waiting::of(no_output(&target));
            self.tell(&wanted.item.id, Outcome::Waiting(waiting), None, Vec::new());
            return Ok(None);
        }
        let known = self.world.ledger.get(&wanted.item.id);
        let handle =
            known.as_ref().and_then(|entry| entry.handle.clone()).filter(|_| action != Action::Create);
        let kind = self.kind(&wanted.item.id.kind)?;
        let now = self.time.now();
        // Only a doubt that sight and time have ended is certainly nothing; a token is repeated because it is not.
        let absent = matches!(
            self.world.items.work(&wanted.item.id).and_then(Work::observation),
            Some(Observation::Absent(_))
        );
        let over = |doubt: &Doubt| now >= doubt.until.saturating_add_unsigned(kind.settle_ms);
        let doubt = known.as_ref().and_then(|entry| entry.doubt.as_ref());
        let certain = token.is_none() || doubt.is_none_or(|doubt| absent && over(doubt));
        let before = match action {
            Action::Create if certain => None,
            _ if certain => {
                known.map(|entry| LedgerEntry { doubt: None, state: LedgerState::Confirmed, ..entry })
            }
            _ => known,
        };
        let token = token.unwrap_or_else(|| self.token(&wanted, action));
        let stage = Stage::Ready(now);
        Ok(Some(Job { wanted, action, fields, handle, token, before, stage, attempts: 0, put_off: None }))
    }

    /// The token of a change: equal for every attempt in this run; later attempts take it from the doubt.
    pub(super) fn token(&self, wanted: &Wanted, action: Action) -> String {
        let epoch = self.number.unwrap_or_default();
        self.hasher.token(&self.env.task.id, &wanted.item.id, action, &wanted.hashes, epoch)
    }
}
