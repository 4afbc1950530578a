//! How a dialogue begins: is there one, may this person start it, and what it takes.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use super::talk::{Begun, Talk};
use super::{By, Closed, Desk, Offered, Place, invite, sealed, secret};
use crate::daemon::asks::Known;
use crate::daemon::journal::Elsewhere;
use crate::daemon::links::Links;
use crate::error::{Error, Result};
use crate::model::TaskRef;
use crate::model::manifest::Dialogue;
use crate::report::Language;

impl Desk {
    /// A task that there is; while the server stops, or has its hands full, nobody knows.
    async fn known(&self, task: &TaskRef) -> std::result::Result<Known, Closed> {
        self.asks.task(task).await.map_err(|_| Closed::Busy)?.ok_or(Closed::Nowhere)
    }

    /// The task of a dialogue that is open to everybody, and the dialogue.
    async fn open_to_all(&self, place: &Place) -> std::result::Result<(Known, Dialogue), Closed> {
        let known = self.known(&place.task).await?;
        let dialogue = known.package.manifest.dialogues.get(&place.dialogue).cloned();
        let dialogue = dialogue.filter(|dialogue| dialogue.open && known.task.enabled);
        dialogue.map(|dialogue| (known, dialogue)).ok_or(Closed::Nowhere)
    }

    /// A dialogue that is open to everybody.
    pub async fn offered(&self, place: &Place) -> std::result::Result<Offered, Closed> {
        let (known, dialogue) = self.open_to_all(place).await?;
        Ok(Offered { school: known.school.name.clone(), package: known.package, dialogue })
    }

    /// Somebody starts a dialogue that is open to everybody; the secret by which their browser is known from now on.
    pub async fn start(
        self: &Arc<Self>,
        place: Place,
        client: IpAddr,
        language: Option<Language>,
    ) -> std::result::Result<String, Closed> {
        let (known, _) = self.open_to_all(&place).await?;
        self.room().admit(client, &place.task.school, self.now())?;
        self.begin(known, place, By::Anybody, client, language).await
    }

    /// Somebody with a one-time address starts to bind.
    pub async fn start_invited(
        self: &Arc<Self>,
        task: TaskRef,
        token: &str,
        client: IpAddr,
        language: Option<Language>,
    ) -> std::result::Result<(String, Place), Closed> {
        let known = self.known(&task).await?;
        let place = binding(&known, task)?;
        // Before the store is asked: whoever guesses addresses soon has to wait.
        self.room().admit(client, &place.task.school, self.now())?;
        let shared = self.schools.open(&known).map_err(fault)?;
        let who = invite::accepted(Arc::clone(&shared.store), &place.task.task, token).await?;
        let cookie = self.begin(known, place.clone(), By::Invited(who), client, language).await?;
        Ok((cookie, place))
    }

    /// Somebody who is signed in, and may, starts to bind.
    pub async fn start_signed(
        self: &Arc<Self>,
        task: TaskRef,
        login: &str,
        client: IpAddr,
        language: Option<Language>,
    ) -> std::result::Result<(String, Place), Closed> {
        let known = self.known(&task).await?;
        let place = binding(&known, task)?;
        self.room().admit(client, &place.task.school, self.now())?;
        let cookie = self.begin(known, place.clone(), By::Signed(login.to_owned()), client, language).await?;
        Ok((cookie, place))
    }

    async fn begin(
        self: &Arc<Self>,
        known: Known,
        place: Place,
        by: By,
        client: IpAddr,
        language: Option<Language>,
    ) -> std::result::Result<String, Closed> {
        let began = Instant::now();
        let cookie = secret().map_err(fault)?;
        let (desk, seal) = (Arc::clone(self), sealed(&cookie));
        let started = self.beside(async move {
            let begun = desk.begun(known, place, by)?;
            let talk = Talk::start(begun, desk.web.callback()).await?;
            desk.tell(&talk, began, Elsewhere::default()).await;
            let place = talk.place.clone();
            desk.room().sit(seal, client, (place, talk), language, desk.now());
            Ok::<_, Error>(())
        });
        match started.await {
            Some(Ok(Ok(()))) => Ok(cookie),
            None => Err(Closed::Busy),
            Some(Ok(Err(error))) => Err(fault(error)),
            Some(Err(broken)) => Err(fault(Error::internal("a dialogue broke off").because(broken))),
        }
    }

    fn begun(&self, known: Known, place: Place, by: By) -> Result<Begun> {
        let shared = self.schools.open(&known)?;
        let Known { host, school, task, package } = known;
        let links = Links::of(host.config(), &task);
        let name = school.name.clone();
        let task = host.task(school, task, Arc::clone(&package), Arc::clone(&shared.store))?;
        Ok(Begun { place, by, package, school: name, links, task, shared })
    }
}

/// The dialogue that binds a task.
fn binding(known: &Known, task: TaskRef) -> std::result::Result<Place, Closed> {
    let dialogues = &known.package.manifest.dialogues;
    let name = dialogues.iter().find(|(_, dialogue)| dialogue.binds).map(|(name, _)| name.clone());
    Ok(Place { dialogue: name.ok_or(Closed::Nowhere)?, task })
}

pub(super) fn fault(error: Error) -> Closed {
    tracing::error!(?error, "a dialogue cannot be started");
    Closed::Fault
}
