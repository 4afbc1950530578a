//! Signing in: login, password and one-time code at once, so that nobody learns which of them was wrong. For an account
//! that is not there as much is worked out as for one that is.

use std::net::IpAddr;
use std::sync::Arc;

use super::pauses::Subject;
use super::{Cabinet, password, secret, totp};
use crate::error::{Error, Result};
use crate::model::{Millis, account};
use crate::store::{Credentials, NewSession, UserStore};

/// Characters of a login that are looked at.
const LONGEST: usize = 64;

/// Why nobody is signed in.
#[derive(Debug)]
pub enum NotIn {
    /// Something of what was typed is wrong, or the account cannot sign in.
    Wrong,
    /// Too much was wrong lately: so many milliseconds until an attempt is looked at again.
    Pause(Millis),
    /// Our own fault.
    Fault(Error),
}

impl From<Error> for NotIn {
    fn from(error: Error) -> Self {
        Self::Fault(error)
    }
}

/// What somebody types to sign in.
pub struct Typed {
    /// The login.
    pub login: String,
    /// The password.
    pub password: String,
    /// The one-time code.
    pub code: String,
}

/// Whose browser it is.
#[derive(Clone, Copy)]
pub struct Browser<'a> {
    /// Where it asks from.
    pub client: IpAddr,
    /// In words for its person: program, system.
    pub words: &'a str,
}

impl Cabinet {
    /// Signs a browser in; what it holds from now on.
    pub async fn sign_in(
        self: &Arc<Self>,
        typed: Typed,
        browser: &Browser<'_>,
    ) -> std::result::Result<String, NotIn> {
        let login = account::login(&typed.login);
        // What can be no login is one that nobody has.
        let counted = login.clone().unwrap_or_else(|| typed.login.chars().take(LONGEST).collect());
        let subjects = [Subject::Client(browser.client), Subject::Login(counted)];
        subjects.iter().try_for_each(|subject| {
            self.pauses().take(subject.clone(), self.steady()).map_err(NotIn::Pause)
        })?;
        let known = self.store.credentials(&login.unwrap_or_default())?;
        let kept = known.as_ref().map_or_else(|| self.decoy.clone(), |known| known.password.clone());
        let fits = self.beside(move || password::is(&typed.password, &kept)).await?;
        let step = self.step_of(known.as_ref(), &typed.code);
        let (known, step) = match (known, step) {
            (Some(known), Some(step)) if fits => (known, step),
            (known, _) => return Err(self.wrong(&subjects[1], known)),
        };
        let fresh = secret()?;
        if !self.store.sign_in(known.account.number, step, self.session(&fresh, browser.words))? {
            return Err(self.wrong(&subjects[1], Some(known)));
        }
        self.pauses().give_back(&subjects[0]);
        self.pauses().forget(&subjects[1]);
        self.audit("sign-in", &known.account, "")?;
        Ok(fresh)
    }

    fn step_of(&self, known: Option<&Credentials>, code: &str) -> Option<u64> {
        let secret = known.map_or(self.decoy.as_bytes(), |known| &known.totp);
        totp::step_of(secret, code, self.now())
    }

    /// A pause that begins for somebody whom we know is worth remembering: one entry of the audit a pause. It is written
    /// beside the answer, which takes as long for whoever is not there.
    fn wrong(self: &Arc<Self>, subject: &Subject, known: Option<Credentials>) -> NotIn {
        if let Some(known) = known.filter(|_| self.pauses().begins(subject)) {
            let cabinet = Arc::clone(self);
            tokio::task::spawn_blocking(move || {
                if let Err(error) = cabinet.audit("sign-in-paused", &known.account, "") {
                    tracing::error!(?error, "that somebody has to wait cannot be written down");
                }
            });
        }
        NotIn::Wrong
    }

    /// A session that begins now.
    pub(super) fn session<'a>(&self, token: &'a str, client: &'a str) -> NewSession<'a> {
        let at = self.now();
        NewSession { token, at, until: at.saturating_add_unsigned(self.web.session_life_ms), client }
    }

    /// Does the work of hashing on another thread, so much of it at once.
    pub(super) async fn beside<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        let _turn = self.hashing.acquire().await.map_err(|closed| Error::internal(closed.to_string()))?;
        let done = tokio::task::spawn_blocking(work).await;
        done.map_err(|broken| Error::internal("a password's turn broke off").because(broken))
    }
}
