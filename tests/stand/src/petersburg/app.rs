//! What every handler shares: the state behind its lock and the remote control.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use super::faults::Effect;
use super::seed::Seed;
use super::server::Options;
use super::world::World;
use crate::serving::clock::Millis;
use crate::serving::control::{Controlled, Controls};
use crate::serving::{lock, saved};

const FILE: &str = "petersburg.json";

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
    /// The saved state, or the people every stand-in begins with.
    pub(crate) fn open(options: &Options) -> io::Result<App> {
        let mut world: World = match &options.data {
            Some(folder) => saved::load(folder, FILE)?,
            None => World::default(),
        };
        if world.institutions.is_empty() {
            Seed::first()?.sow(&mut world);
        }
        let (data, controls) = (options.data.clone(), Controls::after(options.latency));
        Ok(App { world: Mutex::new(world), data, controls })
    }

    pub(crate) fn now(&self) -> Millis {
        self.controls.clock.now()
    }

    pub(crate) fn read<R>(&self, ask: impl FnOnce(&World, Millis) -> R) -> R {
        ask(&lock(&self.world), self.now())
    }

    /// Changes the state and saves it before the answer leaves.
    ///
    /// # Errors
    /// The state cannot be saved.
    pub(crate) fn write<R>(&self, change: impl FnOnce(&mut World, Millis) -> R) -> Result<R, String> {
        let mut world = lock(&self.world);
        let result = change(&mut world, self.now());
        if let Some(folder) = &self.data {
            saved::save(&*world, folder, FILE).map_err(|error| format!("cannot save the state: {error}"))?;
        }
        Ok(result)
    }
}
