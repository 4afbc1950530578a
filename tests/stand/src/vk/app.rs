//! What every handler shares: the state behind its lock, the limits, the remote control.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::error::ApiError;
use super::faults::Effect;
use super::limits::Limits;
use super::world::World;
use crate::serving::clock::Millis;
use crate::serving::control::{Controlled, Controls};
use crate::serving::{lock, saved};

const FILE: &str = "vk.json";

pub(crate) struct App {
    world: Mutex<World>,
    data: Option<PathBuf>,
    pub(crate) limits: Mutex<Limits>,
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
            Some(folder) => saved::load(folder, FILE)?,
            None => World::default(),
        };
        let (limits, controls) = (Mutex::default(), Controls::after(latency));
        Ok(App { world: Mutex::new(world), data, limits, controls })
    }

    pub(crate) fn now(&self) -> Millis {
        self.controls.clock.now()
    }

    pub(crate) fn read<R>(&self, ask: impl FnOnce(&World, Millis) -> R) -> R {
        let world = lock(&self.world);
        ask(&world, self.now())
    }

    /// Changes the state and saves it before the answer leaves.
    pub(crate) fn write<R>(&self, change: impl FnOnce(&mut World, Millis) -> R) -> Result<R, ApiError> {
        self.change(true, change)
    }

    /// The same; with nothing to keep nothing is saved.
    pub(crate) fn change<R>(
        &self,
        keeps: bool,
        change: impl FnOnce(&mut World, Millis) -> R,
    ) -> Result<R, ApiError> {
        let mut world = lock(&self.world);
        let now = self.now();
        let result = change(&mut world, now);
        if let Some(folder) = self.data.as_ref().filter(|_| keeps) {
            saved::save(&*world, folder, FILE)
                .map_err(|error| ApiError::fault(&format!("cannot save the state: {error}")))?;
        }
        Ok(result)
    }
}
