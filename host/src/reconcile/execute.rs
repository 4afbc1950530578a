//! Carrying a plan out: level by level, what is there is taken over, what is not is made.

use crate::model::contract::{Candidate, Presence};
use crate::model::manifest::Nature;
use crate::model::setup::Changes;
use crate::model::{
    Action, Connector, Doubt, ItemRef, LedgerEntry, LedgerState, Message, Origin, Outcome, OutcomeRow,
};
use crate::store::{Answer, Ask, Claim, Possibility, Question};

use super::halt::Step;
use super::jobs::{Job, Stage};
use super::look::bare;
use super::plan::remarks;
use super::run::Run;
use super::state::{Leaving, Next, Situation, Wanted};

impl<C: Connector> Run<'_, C> {
    /// Carries the plan out.
    pub(super) async fn execute(&mut self) -> Step<()> {
        self.flush()?;
        for level in self.in_levels() {
            let mut jobs = Vec::new();
            for id in &level {
                jobs.extend(self.begin_item(id)?);
            }
            self.flush()?;
            let jobs = self.claim_all(jobs).await?;
            self.work_off(jobs).await?;
        }
        self.depart_all().await
    }

    /// Settles an item where nothing is to be sent; answers the change otherwise.
    fn begin_item(&mut self, id: &ItemRef) -> Step<Option<Job>> {
        let (wanted, work) = (self.world.wanted[id].clone(), self.world.works[id].clone());
        let notes = remarks(&work);
        match work.next {
            Next::Same => self.refresh(&wanted)?,
            Next::Adopt(presence) => return self.adopt(&wanted, &presence),
            Next::Found(presence)
                if work.situation == Situation::Doubt || work.situation == Situation::Unconfirmed =>
            {
                return self.found(&wanted, &presence, None);
            }
            Next::Found(presence) => self.unchanged_there(&wanted, &presence),
            Next::Believed(handle) => self.believe(&wanted, handle)?,
            Next::Apply { action, fields, token } => {
                return self.job(wanted, action, fields, token);
            }
            Next::Tell { fields, presence } => self.differs(&wanted, fields, presence, notes),
            Next::Lost => self.lost(&wanted),
            Next::Decide(question, candidates) => self.ask(&wanted, question, &candidates)?,
            Next::Wait(waiting) => {
                self.forget(id);
                self.tell(id, Outcome::Waiting(waiting), None, notes);
            }
            Next::InDoubt => {
                let doubt = work.situation == Situation::Doubt;
                let outcome = if doubt { Outcome::InDoubt } else { Outcome::NotConfirmed };
                self.tell(id, outcome, None, notes);
            }
            Next::Blocked(target) => self.tell(id, Outcome::Blocked(target), None, notes),
            Next::Expired => self.expire(id),
            Next::Unknown(reason) => self.tell(id, Outcome::Failed(reason), None, notes),
        }
        Ok(None)
    }

    /// Nothing changed but perhaps where it belongs.
    fn refresh(&mut self, wanted: &Wanted) -> Step<()> {
        let Some(known) = self.world.ledger.get(&wanted.item.id).cloned() else { return Ok(()) };
        let entry = self.entry(wanted, Some(&known));
        if entry != known {
            self.put(entry.clone());
        }
        // Wanted again: held again.
        if known.gone_since.is_some() { Ok(self.hold(&entry)?) } else { Ok(()) }
    }

    fn adopt(&mut self, wanted: &Wanted, presence: &Presence) -> Step<Option<Job>> {
        let ours = self.made_by_us(wanted.identity.as_ref(), &presence.handle)?;
        let origin = if ours { Origin::Created } else { Origin::Adopted };
        self.settle_there(wanted, presence, origin, Outcome::Adopted, None)
    }

    /// A doubt ended well.
    pub(super) fn found(
        &mut self,
        wanted: &Wanted,
        presence: &Presence,
        action: Option<Action>,
    ) -> Step<Option<Job>> {
        let doubt = self.world.ledger.get(&wanted.item.id).and_then(|entry| entry.doubt.as_ref());
        let action = action.or(doubt.map(|doubt| doubt.action));
        self.settle_there(wanted, presence, Origin::Created, Outcome::Applied, action)
    }

    /// It is there; what differs is told or put right.
    fn settle_there(
        &mut self,
        wanted: &Wanted,
        presence: &Presence,
        origin: Origin,
        outcome: Outcome,
        action: Option<Action>,
    ) -> Step<Option<Job>> {
        let differing = wanted.owned(&presence.differing);
        let state = self.kind(&wanted.item.id.kind)?.nature == Nature::State;
        if differing.is_empty() || !state {
            self.is_there(wanted, presence, origin, outcome, action)?;
            return Ok(None);
        }
        self.is_there(wanted, presence, origin, Outcome::Differs(differing.clone()), action)?;
        match self.env.task.changes {
            Changes::Report => Ok(None),
            Changes::Update => self.job(wanted.clone(), Action::Update, differing, None),
        }
    }

    /// Writes down that it is there.
    pub(super) fn is_there(
        &mut self,
        wanted: &Wanted,
        presence: &Presence,
        origin: Origin,
        outcome: Outcome,
        action: Option<Action>,
    ) -> Step<()> {
        let known = self.world.ledger.get(&wanted.item.id).cloned();
        let mut entry = self.entry(wanted, known.as_ref());
        entry.origin = known.map_or(origin, |known| known.origin);
        entry.handle = Some(presence.handle.clone());
        entry.outputs.clone_from(&presence.outputs);
        entry.fields = wanted.hashes_but(&wanted.owned(&presence.differing));
        entry.state = LedgerState::Confirmed;
        entry.doubt = None;
        entry.confirmed = Some(self.env.clock.now());
        self.put(entry.clone());
        self.tell(&wanted.item.id, outcome, action, presence.remarks.clone());
        if entry.identity.is_some() {
            // The ledger first: what the host knows of a shared thing must never be more than a school does.
            self.flush()?;
            self.hold(&entry)?;
        }
        Ok(())
    }

    fn unchanged_there(&mut self, wanted: &Wanted, presence: &Presence) {
        let known = self.world.ledger.get(&wanted.item.id).cloned();
        let mut entry = self.entry(wanted, known.as_ref());
        entry.handle = Some(presence.handle.clone());
        entry.outputs.clone_from(&presence.outputs);
        entry.fields.clone_from(&wanted.hashes);
        entry.confirmed = Some(self.env.clock.now());
        self.put(entry);
    }

    fn believe(&mut self, wanted: &Wanted, handle: Option<String>) -> Step<()> {
        let known = self.world.ledger.get(&wanted.item.id).cloned();
        let mut entry = self.entry(wanted, known.as_ref());
        entry.handle = handle.or(entry.handle);
        entry.fields.clone_from(&wanted.hashes);
        entry.state = LedgerState::Accepted;
        entry.doubt = None;
        self.put(entry.clone());
        self.tell(&wanted.item.id, Outcome::Accepted, None, Vec::new());
        self.flush()?;
        self.hold(&entry)?;
        Ok(())
    }

    fn differs(
        &mut self,
        wanted: &Wanted,
        fields: Vec<String>,
        presence: Option<Presence>,
        notes: Vec<Message>,
    ) {
        let known = self.world.ledger.get(&wanted.item.id).cloned();
        let mut entry = self.entry(wanted, known.as_ref());
        entry.fields = wanted.hashes_but(&fields);
        if let Some(presence) = presence {
            entry.handle = Some(presence.handle);
            entry.outputs = presence.outputs;
            entry.state = LedgerState::Confirmed;
            entry.doubt = None;
            entry.confirmed = Some(self.env.clock.now());
        }
        self.put(entry);
        self.tell(&wanted.item.id, Outcome::Differs(fields), None, notes);
    }

    /// It was there and is not: not certain any more, and looked at in every run from now on.
    fn lost(&mut self, wanted: &Wanted) {
        let now = self.env.clock.now();
        let known = self.world.ledger.get(&wanted.item.id).cloned();
        let mut entry = self.entry(wanted, known.as_ref());
        entry.state = LedgerState::Unconfirmed;
        entry.doubt = Some(Doubt { action: Action::Update, token: String::new(), sent: now, until: now });
        self.put(entry);
        self.tell(&wanted.item.id, Outcome::NotConfirmed, None, Vec::new());
    }

    /// It will never be sent.
    pub(super) fn expire(&mut self, id: &ItemRef) {
        self.forget(id);
        self.tell(id, Outcome::Expired, None, Vec::new());
    }

    fn forget(&mut self, id: &ItemRef) {
        if self.world.ledger.remove(id).is_some() {
            self.world.pending.drop.push(id.clone());
        }
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
        let numbers = self.env.school.ask(fence, &self.env.task.id, &[ask], self.env.clock.now())?;
        let number = numbers.first().copied().unwrap_or_default();
        self.tell(&wanted.item.id, Outcome::Decision(number), None, Vec::new());
        Ok(())
    }

    /// The change of an item, or what stands in its way.
    fn job(
        &mut self,
        wanted: Wanted,
        action: Action,
        fields: Vec<String>,
        token: Option<String>,
    ) -> Step<Option<Job>> {
        let missing = wanted.item.refs().find(|target| self.world.there(target).is_none()).cloned();
        if let Some(target) = missing {
            self.tell(&wanted.item.id, Outcome::Blocked(target), None, Vec::new());
            return Ok(None);
        }
        let known = self.world.ledger.get(&wanted.item.id).cloned();
        let handle =
            known.as_ref().and_then(|entry| entry.handle.clone()).filter(|_| action != Action::Create);
        let kind = self.kind(&wanted.item.id.kind)?;
        let now = self.env.clock.now();
        // Only a doubt that time has ended is certainly nothing; a token is repeated because it is not.
        let certain = known
            .as_ref()
            .and_then(|entry| entry.doubt.as_ref())
            .is_none_or(|doubt| now >= doubt.until.saturating_add_unsigned(kind.settle_ms));
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
    fn token(&self, wanted: &Wanted, action: Action) -> String {
        let epoch = self.number.unwrap_or_default();
        self.hasher.token(&self.env.task.id, &wanted.item.id, action, &wanted.hashes, epoch)
    }

    /// Creations of shared things need the claim; what another school has made meanwhile is taken over.
    async fn claim_all(&mut self, jobs: Vec<Job>) -> Step<Vec<Job>> {
        let mut mine = Vec::new();
        for job in jobs {
            let busy = self.world.busy.get(&job.wanted.item.id).cloned();
            let claim = match job.action {
                Action::Create if busy.is_some() => busy.map(Claim::Busy),
                Action::Create => {
                    self.claim(job.wanted.identity.as_ref(), self.gone(&job.wanted)?.as_deref())?
                }
                _ => None,
            };
            match claim {
                None | Some(Claim::Yours) => mine.push(job),
                Some(Claim::Busy(task)) => {
                    let reason = Message::new("host-shared-busy").with("school", task.school);
                    self.tell(&job.wanted.item.id, Outcome::Failed(reason), None, Vec::new());
                }
                Some(Claim::Known { handle, .. }) => mine.extend(self.made_meanwhile(job, handle).await?),
            }
        }
        Ok(mine)
    }

    /// The known handle of a shared thing that this run has just found absent.
    fn gone(&self, wanted: &Wanted) -> Step<Option<String>> {
        let Some(identity) = &wanted.identity else { return Ok(None) };
        let asked = self.world.probed.get(&wanted.item.id).cloned().flatten();
        Ok(match self.env.host.identity(identity)? {
            Some(Claim::Known { handle, .. }) => asked.filter(|probed| *probed == handle),
            _ => None,
        })
    }

    async fn made_meanwhile(&mut self, job: Job, handle: String) -> Step<Option<Job>> {
        let wanted = job.wanted.clone();
        let question = self.question_at(&wanted, handle.clone());
        let seen = self.observe(vec![question]).await?.pop().map(|(_, seen)| seen);
        match self.judge(&wanted, &Situation::New, None, seen.as_ref())? {
            Next::Adopt(presence) => self.adopt(&wanted, &presence),
            Next::Apply { .. } => {
                let claim = self.claim(wanted.identity.as_ref(), Some(&handle))?;
                if claim.is_none() {
                    return Ok(Some(job));
                }
                self.tell(
                    &wanted.item.id,
                    Outcome::Failed(Message::new("host-shared-busy")),
                    None,
                    Vec::new(),
                );
                Ok(None)
            }
            Next::Decide(question, candidates) => self.ask(&wanted, question, &candidates).map(|()| None),
            _ => {
                self.tell(
                    &wanted.item.id,
                    Outcome::Failed(Message::new("host-pending-there")),
                    None,
                    Vec::new(),
                );
                Ok(None)
            }
        }
    }

    async fn depart_all(&mut self) -> Step<()> {
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
                    item: bare(entry),
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
        let item = bare(entry);
        let hashes = entry.fields.clone();
        let wanted = Wanted { item, scope: entry.scope.clone(), hashes, identity: None };
        Job {
            token: self.token(&wanted, action),
            handle: entry.handle.clone(),
            wanted,
            action,
            fields: Vec::new(),
            before: Some(entry.clone()),
            stage: Stage::Ready(self.env.clock.now()),
            attempts: 0,
            put_off: None,
        }
    }

    /// An entry for an item: what the item says of itself, what is known of it from before.
    pub(super) fn entry(&self, wanted: &Wanted, before: Option<&LedgerEntry>) -> LedgerEntry {
        let item = &wanted.item;
        let mut refs: Vec<ItemRef> = item.refs().cloned().collect();
        refs.sort();
        refs.dedup();
        let known = before.cloned();
        LedgerEntry {
            item: item.id.clone(),
            scope: wanted.scope.clone(),
            group: item.group.clone(),
            about: item.about.clone(),
            // Something that leaves has no content any more; what it referred to is what the ledger says.
            refs: if item.fields.is_empty() { known.as_ref().map_or(refs, |k| k.refs.clone()) } else { refs },
            gone: item.gone,
            identity: wanted.identity.as_ref().map(|id| id.hash).or(known.as_ref().and_then(|k| k.identity)),
            gone_since: None,
            handle: known.as_ref().and_then(|k| k.handle.clone()),
            outputs: known.as_ref().map(|k| k.outputs.clone()).unwrap_or_default(),
            fields: known.as_ref().map(|k| k.fields.clone()).unwrap_or_default(),
            origin: known.as_ref().map_or(Origin::Created, |k| k.origin),
            state: known.as_ref().map_or(LedgerState::Confirmed, |k| k.state),
            doubt: known.as_ref().and_then(|k| k.doubt.clone()),
            confirmed: known.as_ref().and_then(|k| k.confirmed),
        }
    }

    /// Notes an entry, to be written with the next flush.
    pub(super) fn put(&mut self, entry: LedgerEntry) {
        self.world.pending.drop.retain(|id| *id != entry.item);
        self.world.pending.put.retain(|known| known.item != entry.item);
        self.world.pending.put.push(entry.clone());
        self.world.ledger.insert(entry.item.clone(), entry);
    }

    /// Notes what became of an item, to be written with the next flush.
    pub(super) fn tell(
        &mut self,
        id: &ItemRef,
        outcome: Outcome,
        action: Option<Action>,
        remarks: Vec<Message>,
    ) {
        let item = self.world.wanted.get(id).map(|wanted| &wanted.item);
        let left = self.world.departures.iter().find(|d| d.entry.item == *id).map(|d| &d.entry);
        let row = OutcomeRow {
            item: id.clone(),
            group: item.map_or_else(|| left.and_then(|e| e.group.clone()), |item| item.group.clone()),
            about: item.map_or_else(|| left.and_then(|e| e.about.clone()), |item| item.about.clone()),
            outcome,
            action,
            remarks,
        };
        self.world.pending.outcomes.push(row.clone());
        self.world.outcomes.insert(id.clone(), row);
    }

    /// Writes down durably what became known.
    pub(super) fn flush(&mut self) -> Step<()> {
        let Some(fence) = &self.fence else { return Ok(()) };
        if !self.world.pending.is_empty() {
            let pending = std::mem::take(&mut self.world.pending);
            self.env.school.record(fence, &self.env.task.id, self.number, &pending)?;
        }
        Ok(())
    }
}
