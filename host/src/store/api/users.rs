//! People who sign in: their accounts, what proves who they are, and where they are signed in.
//!
//! Secrets come in as they are and are kept as keyed hashes (tokens) or sealed (secrets of one-time codes); passwords
//! come in as Argon2id hashes already.

use std::fmt;

use serde::Serialize;

use crate::error::Result;
use crate::model::Millis;
use crate::model::account::Account;

/// How an account stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum UserState {
    /// Was given a one-time address and has not set everything up.
    Invited,
    /// The one-time address ran out unused.
    Expired,
    /// Can sign in.
    Active,
    /// Was shut out by somebody.
    Blocked,
}

impl UserState {
    /// As it is written in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Expired => "expired",
            Self::Active => "active",
            Self::Blocked => "blocked",
        }
    }
}

/// An account as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UserRow {
    /// Whose.
    #[serde(flatten)]
    pub account: Account,
    /// How it stands.
    pub state: UserState,
    /// When it was made.
    pub created: Millis,
    /// Until when the one-time address is good.
    pub invited_until: Option<Millis>,
    /// Browsers that are signed in.
    pub sessions: u64,
}

/// Somebody who opened their one-time address.
#[derive(Clone, PartialEq, Eq)]
pub struct Invited {
    /// Who.
    pub account: Account,
    /// The secret of one-time codes, once a password is set.
    pub totp: Option<Vec<u8>>,
}

/// What proves who somebody is.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Who.
    pub account: Account,
    /// An Argon2id hash.
    pub password: String,
    /// The secret of one-time codes.
    pub totp: Vec<u8>,
}

impl fmt::Debug for Invited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Invited({})", self.account.number)
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credentials({})", self.account.number)
    }
}

/// A browser that signs in.
#[derive(Clone, Copy)]
pub struct NewSession<'a> {
    /// What it holds from now on.
    pub token: &'a str,
    /// Now.
    pub at: Millis,
    /// It ends then, whatever happens.
    pub until: Millis,
    /// Which browser it is, for its person: no more than that person needs.
    pub client: &'a str,
}

/// A browser that is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SessionRow {
    /// 1, 2, 3 … within the host; never given twice.
    pub number: u64,
    /// When it signed in.
    pub begun: Millis,
    /// When it asked for something last, to the minute.
    pub seen: Millis,
    /// When it ends, whatever happens.
    pub until: Millis,
    /// Which browser it is.
    pub client: String,
}

/// Accounts and sessions. Whatever is said of an account that is not there changes nothing.
pub trait UserStore: Send + Sync {
    /// Makes an account (its `number` does not count) with a one-time address that is good until then. `false`: the
    /// login is taken. Durable.
    fn invite_user(&self, account: &Account, token: &str, until: Millis, now: Millis) -> Result<bool>;

    /// Gives another one-time address: whatever proved who they are is forgotten, and sessions end. `false`: there is
    /// no such account. Durable.
    fn reset_user(&self, login: &str, token: &str, until: Millis) -> Result<bool>;

    /// Shuts an account out, ending its sessions, or lets it in again; says whether that changed something. Durable.
    fn block_user(&self, login: &str, blocked: bool, now: Millis) -> Result<bool>;

    /// All accounts, by login.
    fn users(&self, now: Millis) -> Result<Vec<UserRow>>;

    /// Whose one-time address this is; using it up takes more.
    fn invited(&self, token: &str, now: Millis) -> Result<Option<Invited>>;

    /// Sets the password and the secret of one-time codes of whoever has the address. `false`: it is none any more.
    fn set_credentials(&self, token: &str, password: &str, totp: &[u8], now: Millis) -> Result<bool>;

    /// Uses the one-time address up, by the code of that time step, and signs the browser in. `false`: it is none any
    /// more. Durable.
    fn accept_invitation(&self, token: &str, step: u64, session: NewSession<'_>) -> Result<bool>;

    /// What proves who somebody is; nothing for whoever cannot sign in.
    fn credentials(&self, login: &str) -> Result<Option<Credentials>>;

    /// Signs a browser in by the code of that time step. `false`: the code, or a later one, was used already, or the
    /// account cannot sign in any more. Durable.
    fn sign_in(&self, user: u64, step: u64, session: NewSession<'_>) -> Result<bool>;

    /// Who holds this token. A session that was idle for so many milliseconds, or has come to its end, is none.
    fn session(&self, token: &str, now: Millis, idle: Millis) -> Result<Option<(Account, SessionRow)>>;

    /// Sessions of an account, the latest first.
    fn sessions(&self, login: &str, now: Millis, idle: Millis) -> Result<Vec<SessionRow>>;

    /// Ends one session of an account, or all; answers how many. Durable.
    fn end_sessions(&self, login: &str, number: Option<u64>) -> Result<u64>;
}
