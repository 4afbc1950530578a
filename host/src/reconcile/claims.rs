//! Claims on what schools share, before it is created.

use crate::model::contract::Presence;
use crate::model::{Action, Connector, Message, Outcome};
use crate::store::{Claim, Wish};

use super::halt::Step;
use super::jobs::Job;
use super::run::Run;
use super::state::{Next, Situation, Wanted};

impl<C: Connector> Run<'_, C> {
    /// Creations of shared things need the claim; what another school has made meanwhile is taken over.
    pub(super) async fn claim_all(&mut self, jobs: Vec<Job>) -> Step<Vec<Job>> {
        let claims = self.claims_of(&jobs)?;
        let mut mine = Vec::new();
        for (job, claim) in jobs.into_iter().zip(claims) {
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

    /// What may be created, asked for all at once: each durable commit is a wait for the disk, and for other schools.
    fn claims_of(&self, jobs: &[Job]) -> Step<Vec<Option<Claim>>> {
        let mut claims = vec![None; jobs.len()];
        let (mut places, mut wishes) = (Vec::new(), Vec::new());
        for (place, job) in jobs.iter().enumerate().filter(|(_, job)| job.action == Action::Create) {
            match (self.world.busy.get(&job.wanted.item.id), &job.wanted.identity) {
                (Some(task), _) => claims[place] = Some(Claim::Busy(task.clone())),
                (None, Some(id)) => {
                    places.push(place);
                    wishes.push(Wish { id: id.clone(), gone: self.gone(&job.wanted)? });
                }
                (None, None) => {}
            }
        }
        for (place, claim) in places.into_iter().zip(self.claim(&wishes)?) {
            claims[place] = Some(claim);
        }
        Ok(claims)
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

    /// Another school has made it: held before it is looked at, lest it be removed in between.
    async fn made_meanwhile(&mut self, job: Job, handle: String) -> Step<Option<Job>> {
        let (wanted, id) = (job.wanted.clone(), job.wanted.item.id.clone());
        self.known_soon(&wanted, &Presence { handle: handle.clone(), ..Presence::default() })?;
        self.flush()?;
        if let Some(task) = self.hold_now(std::slice::from_ref(&id))?.pop().flatten() {
            self.let_lie(&id, job.before.as_ref())?;
            let reason = Message::new("host-shared-busy").with("school", task.school);
            self.tell(&id, Outcome::Failed(reason), None, Vec::new());
            return Ok(None);
        }
        let question = self.question_at(&wanted, handle.clone());
        let seen = self.observe(vec![question]).await?.pop().map(|(_, seen)| seen);
        let next = self.judge(&wanted, Situation::New, None, seen.as_ref())?;
        if !matches!(next, Next::Adopt(_)) {
            self.let_lie(&id, job.before.as_ref())?;
            self.flush()?;
        }
        match next {
            Next::Adopt(presence) => self.adopt(&wanted, &presence),
            Next::Apply { .. } => {
                let wishes: Vec<Wish> = wanted
                    .identity
                    .iter()
                    .map(|id| Wish { id: id.clone(), gone: Some(handle.clone()) })
                    .collect();
                if self.claim(&wishes)?.iter().all(|claim| *claim == Claim::Yours) {
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
}
