//! Everything that is kept over a restart.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::model::{Account, Institution, Session, Teacher};
use super::settings::Settings;
use crate::serving::clock::Millis;

#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct World {
    pub(crate) settings: Settings,
    pub(crate) institutions: BTreeMap<u64, Institution>,
    pub(crate) teachers: BTreeMap<u64, Teacher>,
    /// By login.
    pub(crate) accounts: BTreeMap<String, Account>,
    /// By token.
    pub(crate) sessions: BTreeMap<String, Session>,
}

impl World {
    /// A state without records, under the same settings.
    pub(crate) fn emptied(&self) -> World {
        World { settings: self.settings.clone(), ..World::default() }
    }

    /// Whose token this is, while it lives.
    pub(crate) fn account_of(&self, token: &str, now: Millis) -> Option<&Account> {
        let session = self.sessions.get(token).filter(|session| session.expires > now)?;
        self.accounts.get(&session.login)
    }

    /// A new token of this account.
    pub(crate) fn admit(&mut self, token: &str, login: &str, now: Millis) {
        let expires = now + self.settings.token_lifetime_s * 1000;
        self.sessions.retain(|_, session| session.expires > now);
        self.sessions.insert(token.to_owned(), Session { login: login.to_owned(), expires });
    }
}
