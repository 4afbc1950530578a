//! Everything that is kept over a restart.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::keys::Saved;
use super::model::{Access, Asking, Client, Code, Oid, Organization, Persona, Refresh, Session};
use super::settings::Settings;
use crate::serving::clock::Millis;

#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct World {
    pub(crate) settings: Settings,
    pub(crate) personas: BTreeMap<Oid, Persona>,
    pub(crate) organizations: BTreeMap<Oid, Organization>,
    /// By mnemonic.
    pub(crate) clients: BTreeMap<String, Client>,
    pub(crate) keys: Vec<Saved>,
    pub(crate) askings: BTreeMap<String, Asking>,
    /// By cookie.
    pub(crate) sessions: BTreeMap<String, Session>,
    /// What a person let a system have, by [`consent_key`].
    pub(crate) consents: BTreeMap<String, BTreeSet<String>>,
    pub(crate) codes: BTreeMap<String, Code>,
    /// By the token itself.
    pub(crate) access: BTreeMap<String, Access>,
    pub(crate) refresh: BTreeMap<String, Refresh>,
}

/// Names a person's consent to a system.
pub(crate) fn consent_key(client: &str, oid: Oid) -> String {
    format!("{client} {oid}")
}

impl World {
    /// A state without records, under the same settings and keys.
    pub(crate) fn emptied(&self) -> World {
        World { settings: self.settings.clone(), keys: self.keys.clone(), ..World::default() }
    }

    pub(crate) fn by_login(&self, login: &str) -> Option<&Persona> {
        self.personas.values().find(|persona| persona.login.as_deref() == Some(login))
    }

    /// The end of everything that came of one sign-in.
    pub(crate) fn revoke_family(&mut self, family: &str) {
        self.access.retain(|_, access| access.family != family);
        self.refresh.retain(|_, refresh| refresh.grant.family != family);
    }

    /// Forgets what has run out. Access tokens stay a day longer: one that ran out is answered otherwise than an unknown one.
    pub(crate) fn forget_expired(&mut self, now: Millis) {
        const DAY: Millis = 24 * 60 * 60 * 1000;
        self.askings.retain(|_, asking| asking.expires > now);
        self.codes.retain(|_, code| code.expires > now);
        self.sessions.retain(|_, session| session.expires > now);
        self.access.retain(|_, access| access.expires + DAY > now);
        self.refresh.retain(|_, refresh| refresh.expires > now);
    }
}
