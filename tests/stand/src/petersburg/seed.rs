//! Filling the stand-in. A record whose number (of accounts: login) is known replaces the one there.

use std::io;

use serde::Deserialize;

use super::model::{Account, Institution, Teacher};
use super::world::World;

/// What every stand-in begins with: two schools, teachers among whom are namesakes, three who sign in.
const FIRST: &str = include_str!("first.json");

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub(crate) struct Seed {
    /// Throw away everything there was (settings stay).
    replace: bool,
    institutions: Vec<Institution>,
    teachers: Vec<Teacher>,
    accounts: Vec<Account>,
}

impl Seed {
    pub(crate) fn first() -> io::Result<Seed> {
        serde_json::from_str(FIRST).map_err(io::Error::from)
    }

    pub(crate) fn sow(self, world: &mut World) {
        if self.replace {
            *world = world.emptied();
        }
        world.institutions.extend(self.institutions.into_iter().map(|one| (one.id, one)));
        world.teachers.extend(self.teachers.into_iter().map(|one| (one.id, one)));
        world.accounts.extend(self.accounts.into_iter().map(|one| (one.login.clone(), one)));
    }
}
