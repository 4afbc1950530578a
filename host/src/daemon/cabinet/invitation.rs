//! One-time addresses at which people set up their accounts: first a password, then the one-time codes. Looking at one
//! (a preview in a messenger) uses nothing up.

use std::sync::Arc;

use super::pauses::Subject;
use super::sign_in::Browser;
use super::{Cabinet, Weak, no_randomness, password, secret, totp};
use crate::error::{Error, Result};
use crate::model::Millis;
use crate::model::account::Account;
use crate::model::web::Web;
use crate::store::{HostDb, Invited, UserStore};

/// Where somebody is who sets up their account.
pub struct Stage {
    /// Who.
    pub account: Account,
    /// The secret of one-time codes, once there is a password.
    pub codes: Option<Codes>,
}

/// The secret of one-time codes, for an authenticator app.
pub struct Codes {
    /// To type.
    pub text: String,
    /// To open on the telephone itself.
    pub address: String,
    /// To read with a camera: the side of the picture, and the path that fills its dark squares.
    pub picture: Option<(i32, String)>,
}

/// Why a step of setting up came to nothing.
#[derive(Debug)]
pub enum Unset {
    /// The address is none, or none any more.
    Gone,
    /// The password is not taken.
    Weak(Weak),
    /// The two are not the same.
    Different,
    /// The code is wrong.
    Code,
    /// Too many were wrong: so many milliseconds until one is taken again.
    Pause(Millis),
    /// Our own fault.
    Fault(Error),
}

impl From<Error> for Unset {
    fn from(error: Error) -> Self {
        Self::Fault(error)
    }
}

/// Makes an account; answers the one-time address for its person. `None`: the login is taken.
pub fn invite(store: &HostDb, web: &Web, account: &Account, now: Millis) -> Result<Option<String>> {
    let token = secret()?;
    let made = store.invite_user(account, &token, until(web, now), now)?;
    Ok(made.then(|| address(web, &token)))
}

/// Forgets what somebody signed in with; answers a one-time address for them to begin anew.
pub fn reset(store: &HostDb, web: &Web, login: &str, now: Millis) -> Result<String> {
    let token = secret()?;
    match store.reset_user(login, &token, until(web, now))? {
        true => Ok(address(web, &token)),
        false => Err(Error::failed(format!("there is no account `{login}` any more"))),
    }
}

fn until(web: &Web, now: Millis) -> Millis {
    now.saturating_add_unsigned(web.account_invitation_ms)
}

/// No school can be called so.
fn address(web: &Web, token: &str) -> String {
    format!("{}/~invitation/{token}", web.address)
}

impl Cabinet {
    /// Where whoever has this address is; nowhere when it is none.
    pub fn stage(&self, token: &str) -> Result<Option<Stage>> {
        let found = self.store.invited(token, self.now())?;
        Ok(found.map(|Invited { account, totp }| {
            let codes = totp.map(|secret| self.codes(&secret, &account.login));
            Stage { account, codes }
        }))
    }

    fn codes(&self, secret: &[u8], login: &str) -> Codes {
        let host = self.web.authority();
        let address = totp::address(secret, login, host);
        Codes { text: totp::text(secret), picture: totp::picture(&address), address }
    }

    /// The first step: a password.
    pub async fn set_password(
        self: &Arc<Self>,
        token: &str,
        password: String,
        again: &str,
    ) -> std::result::Result<(), Unset> {
        let invited = self.store.invited(token, self.now())?.ok_or(Unset::Gone)?;
        if password != again {
            return Err(Unset::Different);
        }
        password::judge(&password, &invited.account.login).map_err(Unset::Weak)?;
        let hash = self.beside(move || password::hash(&password)).await??;
        let totp = totp::secret().map_err(no_randomness)?;
        match self.store.set_credentials(token, &hash, &totp, self.now())? {
            true => Ok(()),
            false => Err(Unset::Gone),
        }
    }

    /// The second step: a code proves that the telephone has the secret. The browser is signed in; what it holds from
    /// now on.
    pub fn confirm(
        &self,
        token: &str,
        code: &str,
        browser: &Browser<'_>,
    ) -> std::result::Result<String, Unset> {
        let invited = self.store.invited(token, self.now())?.ok_or(Unset::Gone)?;
        let secret = invited.totp.ok_or(Unset::Gone)?;
        let subject = Subject::Login(invited.account.login.clone());
        self.pauses().take(subject.clone(), self.steady()).map_err(Unset::Pause)?;
        let step = totp::step_of(&secret, code, self.now()).ok_or(Unset::Code)?;
        let fresh = super::secret()?;
        if !self.store.accept_invitation(token, step, self.session(&fresh, browser.words))? {
            return Err(Unset::Gone);
        }
        self.pauses().forget(&subject);
        self.audit("account-set-up", &invited.account, "")?;
        Ok(fresh)
    }
}
