//! Filling the stand-in: people, organisations, systems. A record whose number is known replaces the one there.

use std::io;

use serde::Deserialize;

use super::certificate::Certificate;
use super::model::{Client, Organization, Persona};
use super::world::World;

/// The people every stand-in begins with. Invented; their СНИЛС lie below the threshold of the checksum.
const FIRST: &str = include_str!("personas.json");

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub(crate) struct Seed {
    /// Throw away everything there was (settings and keys stay).
    replace: bool,
    personas: Vec<Persona>,
    organizations: Vec<Organization>,
    clients: Vec<Client>,
}

impl Seed {
    pub(crate) fn first() -> io::Result<Seed> {
        serde_json::from_str(FIRST).map_err(io::Error::from)
    }

    /// Is everything in it readable?
    ///
    /// # Errors
    /// Names the certificate that is none.
    pub(crate) fn check(&self) -> Result<(), String> {
        for client in &self.clients {
            for text in &client.certificates {
                Certificate::parse(text)
                    .map_err(|error| format!("a certificate of {}: {error}", client.id))?;
            }
        }
        Ok(())
    }

    pub(crate) fn sow(self, world: &mut World) {
        if self.replace {
            *world = world.emptied();
        }
        world.personas.extend(self.personas.into_iter().map(|persona| (persona.oid, persona)));
        world.organizations.extend(self.organizations.into_iter().map(|one| (one.oid, one)));
        world.clients.extend(self.clients.into_iter().map(|client| (client.id.clone(), client)));
    }
}
