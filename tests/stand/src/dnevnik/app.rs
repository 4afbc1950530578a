//! What every handler shares: the state behind its lock, the clock, faults and the journal.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::clock::{Clock, Millis};
use super::error::{ApiError, Kind};
use super::faults::Faults;
use super::journal::Journal;
use super::view::View;
use super::world::World;

pub(crate) struct App {
    world: Mutex<World>,
    data: Option<PathBuf>,
    pub(crate) clock: Clock,
    pub(crate) faults: Mutex<Faults>,
    pub(crate) journal: Mutex<Journal>,
}

pub(crate) type Shared = Arc<App>;

/// A lock that outlives a panic of another handler: the data behind it are whole after each statement.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl App {
    pub(crate) fn open(data: Option<PathBuf>, latency: Duration) -> io::Result<App> {
        let world = match &data {
            Some(folder) => {
                std::fs::create_dir_all(folder)?;
                World::load(folder)?
            }
            None => World::default(),
        };
        Ok(App {
            world: Mutex::new(world),
            data,
            clock: Clock::default(),
            faults: Mutex::new(Faults::after(latency)),
            journal: Mutex::default(),
        })
    }

    pub(crate) fn now(&self) -> Millis {
        self.clock.now()
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
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes)
        .map_err(|error| ApiError::new(Kind::ServerError, format!("no randomness: {error}")))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
