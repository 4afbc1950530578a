//! Claims on what schools share, before it is created.

use crate::model::{Action, Connector, Message, Outcome};
use crate::store::Claim;

use super::halt::Step;
use super::jobs::Job;
use super::run::Run;
use super::state::{Next, Situation, Wanted};

impl<C: Connector> Run<'_, C> {
    /// Creations of shared things need the claim; what another school has made meanwhile is taken over.
    pub(super) async fn claim_all(&mut self, jobs: Vec<Job>) -> Step<Vec<Job>> {
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
            Next::Adopt(presence) => {
                self.known_soon(&wanted, &presence)?;
                self.flush()?;
                self.adopt(&wanted, &presence)
            }
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
}
