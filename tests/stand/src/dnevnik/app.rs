//! What every handler shares: the state behind its lock, the clock, faults and the journal.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::error::{ApiError, Kind};
use super::faults::Effect;
use super::view::View;
use super::world::World;
use crate::serving::clock::Millis;
use crate::serving::control::{Controlled, Controls};
use crate::serving::{hex, lock, random};

pub(crate) struct App {
    world: Mutex<World>,
    data: Option<PathBuf>,
    pub(crate) controls: Controls<Effect>,
}

pub(crate) type Shared = Arc<App>;

impl Controlled for App {
    type Effects = Effect;
    fn controls(&self) -> &Controls<Effect> {
        &self.controls
    }
}

impl App {
    pub(crate) fn open(data: Option<PathBuf>, latency: Duration) -> io::Result<App> {
        let world = match &data {
            Some(folder) => World::load(folder)?,
            None => World::default(),
        };
        Ok(App { world: Mutex::new(world), data, controls: Controls::after(latency) })
    }

    pub(crate) fn now(&self) -> Millis {
        self.controls.clock.now()
    }

    /// Asks the state as readers see it now.
    pub(crate) fn read<R>(&self, ask: impl FnOnce(View<'_>) -> R) -> R {
        let world = lock(&self.world);
        ask(View { world: &world, now: self.now() })
    }

    /// Changes the state and saves it before the answer leaves.
    pub(crate) fn write<R>(&self, change: impl FnOnce(&mut World, Millis) -> R) -> Result<R, ApiError> {
        let mut world = lock(&self.world);
        let now = self.now();
        let result = change(&mut world, now);
        world.forget_expired(now);
        if let Some(folder) = &self.data {
            world.save(folder).map_err(|error| {
                ApiError::new(Kind::ServerError, format!("cannot save the state: {error}"))
            })?;
        }
        Ok(result)
    }
}

/// 32 random hexadecimal digits: the form of tokens and codes.
pub(crate) fn secret() -> Result<String, ApiError> {
    random().map(|bytes| hex(&bytes)).map_err(|error| ApiError::new(Kind::ServerError, error))
}
