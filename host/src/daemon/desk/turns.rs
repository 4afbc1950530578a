//! Turns of dialogues: each goes on to its end, and is told without names.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::OwnedMutexGuard;
use tokio::task::JoinError;

use super::room::Seat;
use super::talk::Talk;
use super::{Answer, Desk, Heard, Place, TURNS, sealed, wall};
use crate::daemon::dialogue::Stray;
use crate::daemon::journal::{Elsewhere, whole_ms};
use crate::error::Result;
use crate::model::Param;
use crate::store::{AuditEntry, AuditStore};

/// What comes from a browser.
enum Said {
    Answer(Answer, IpAddr),
    Returned(Vec<Param>),
}

impl Desk {
    /// A person answers.
    pub async fn answer(self: &Arc<Self>, cookie: &str, client: IpAddr, answer: Answer) -> Heard {
        self.turn(cookie, Said::Answer(answer, client)).await
    }

    /// A browser came back from another system.
    pub async fn returned(self: &Arc<Self>, cookie: &str, params: Vec<Param>) -> Heard {
        self.turn(cookie, Said::Returned(params)).await
    }

    /// Work that goes on to its end whatever becomes of who waits for it; `None`: the server stops.
    pub async fn beside<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Option<std::result::Result<T, JoinError>> {
        let turn = Arc::clone(&self.under_way).acquire_owned().await.ok()?;
        let work = async move {
            let _turn = turn;
            work.await
        };
        Some(tokio::spawn(work).await)
    }

    /// No more turns; those under way have so long to come to their ends.
    pub(in crate::daemon) async fn rest(&self, within: Duration) {
        let all = self.under_way.acquire_many(TURNS);
        if tokio::time::timeout(within, all).await.is_err() {
            tracing::warn!("dialogues were cut off");
        }
        self.under_way.close();
    }

    /// One turn, to its end, whatever becomes of the browser meanwhile.
    async fn turn(self: &Arc<Self>, cookie: &str, said: Said) -> Heard {
        let began = Instant::now();
        let seat = self.room().seat(&sealed(cookie), self.now());
        let Seat { place, talk, .. } = match seat {
            Ok(seat) => seat,
            Err(place) => return Heard::Gone(place),
        };
        let turned = Arc::clone(self).turned(talk.lock_owned().await, said, began);
        match self.beside(turned).await {
            Some(Ok(heard)) => heard,
            None => Heard::Gone(Some(place)),
            Some(Err(broken)) => {
                tracing::error!(%broken, "a dialogue's turn broke off");
                Heard::Fault(place)
            }
        }
    }

    async fn turned(self: Arc<Self>, mut talk: OwnedMutexGuard<Talk>, said: Said, began: Instant) -> Heard {
        let (place, before) = (talk.place.clone(), talk.elsewhere);
        let heard = match said {
            Said::Answer(answer, client) => self.answered(&mut talk, &answer, client).await,
            Said::Returned(params) => talk.returned(params).await,
        };
        match heard {
            Ok(Ok(())) => {
                self.tell(&talk, began, before).await;
                Heard::On(place)
            }
            Ok(Err(Stray::Late)) => {
                self.count("late");
                Heard::Late(place)
            }
            Ok(Err(Stray::OtherAttempt)) => {
                self.count("other-attempt");
                Heard::Other(Some(place))
            }
            Err(error) => {
                let Place { task, .. } = &place;
                tracing::error!(school = %task.school, task = %task.task, ?error, "a dialogue's turn failed");
                self.count("fault");
                Heard::Fault(place)
            }
        }
    }

    async fn answered(
        &self,
        talk: &mut Talk,
        answer: &Answer,
        client: IpAddr,
    ) -> Result<std::result::Result<(), Stray>> {
        if answer.step != talk.step {
            return Ok(Err(Stray::Late));
        }
        let (passwords, now) = (&self.passwords, self.now());
        let login = talk.shown.asks_password().then(|| passwords.login(talk, answer));
        if login.is_some_and(|login| !passwords.may_try(login, client, now)) {
            talk.give_up();
            return Ok(Ok(()));
        }
        let counts = talk.answer(answer).await?;
        if let Some(login) = login {
            passwords.tried(talk, login, client);
        }
        Ok(if counts { Ok(()) } else { Err(Stray::Late) })
    }

    /// The log, the numbers and, at an end, the audit: what it came to, and no names.
    ///
    /// `own_ms` is what passed since `began` neither at a remote system nor while something was signed: our own work, and
    /// waiting for processors, places and the school's lane.
    pub(super) async fn tell(&self, talk: &Talk, began: Instant, before: Elsewhere) {
        let (task, came_to) = (&talk.place.task, talk.shown.word());
        self.count(came_to);
        if talk.shown.is_end() {
            self.note_end(talk).await;
        }
        let dialogue = talk.place.dialogue.as_str();
        let remote_ms = talk.elsewhere.remote_ms - before.remote_ms;
        let signing_ms = talk.elsewhere.signing_ms - before.signing_ms;
        let own_ms = whole_ms(began.elapsed()).saturating_sub(remote_ms + signing_ms);
        let (school, task) = (&task.school, &task.task);
        tracing::info!(%school, %task, dialogue, came_to, own_ms, remote_ms, signing_ms, "a dialogue's turn");
    }

    async fn note_end(&self, talk: &Talk) {
        let (dialogue, word) = (&talk.place.dialogue, talk.shown.word());
        let entry =
            AuditEntry { about: format!("{dialogue}: {word}"), ..talk.place.entry("dialogue", wall()) };
        let shared = Arc::clone(&self.shared);
        match tokio::task::spawn_blocking(move || shared.audit(&entry)).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::error!(?error, "the end of a dialogue is not in the audit"),
            Err(broken) => tracing::error!(%broken, "the end of a dialogue is not in the audit"),
        }
    }
}
