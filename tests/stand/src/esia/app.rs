//! What every handler shares: the state behind its lock, the remote control, the keys.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use super::error::Refusal;
use super::faults::Effect;
use super::keys::{self, Algorithm, Ring, Saved, SigningKey};
use super::seed::Seed;
use super::server::Options;
use super::world::World;
use crate::serving::clock::Millis;
use crate::serving::control::{Controlled, Controls};
use crate::serving::{hex, lock, random, saved};

const FILE: &str = "esia.json";

pub(crate) struct App {
    world: Mutex<World>,
    data: Option<PathBuf>,
    ring: Ring,
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
        let mut world = match &options.data {
            Some(folder) => saved::load(folder, FILE)?,
            None => World::default(),
        };
        if world.personas.is_empty() {
            Seed::first()?.sow(&mut world);
        }
        world.settings.legacy_rsa |= options.legacy_rsa;
        let (data, controls) = (options.data.clone(), Controls::after(options.latency));
        Ok(App { world: Mutex::new(world), data, ring: Ring::default(), controls })
    }

    pub(crate) fn now(&self) -> Millis {
        self.controls.clock.now()
    }

    pub(crate) fn read<R>(&self, ask: impl FnOnce(&World, Millis) -> R) -> R {
        let world = lock(&self.world);
        ask(&world, self.now())
    }

    /// Changes the state and saves it before the answer leaves.
    pub(crate) fn write<R>(&self, change: impl FnOnce(&mut World, Millis) -> R) -> Result<R, Refusal> {
        let mut world = lock(&self.world);
        let now = self.now();
        let result = change(&mut world, now);
        world.forget_expired(now);
        if let Some(folder) = &self.data {
            saved::save(&*world, folder, FILE)
                .map_err(|error| Refusal::fault(&format!("cannot save the state: {error}")))?;
        }
        Ok(result)
    }

    /// ЕСИА's key of this algorithm and number, made when it is first asked for.
    pub(crate) fn key(&self, algorithm: Algorithm, number: u32) -> Result<Arc<SigningKey>, Refusal> {
        let find = || match self.saved_key(algorithm, number) {
            Some(saved) => Ok(saved),
            None => self.made_key(algorithm, number),
        };
        self.ring.get(algorithm, number, find).map_err(|trouble| Refusal::fault(&trouble))
    }

    fn saved_key(&self, algorithm: Algorithm, number: u32) -> Option<Saved> {
        self.read(|world, _| world.keys.iter().find(|key| key.is(algorithm, number)).cloned())
    }

    /// Two requests at once may both make one; the first to be saved is the one that is used.
    fn made_key(&self, algorithm: Algorithm, number: u32) -> Result<Saved, String> {
        let now = self.now();
        let made = tokio::task::block_in_place(|| keys::make(algorithm, number, now))?;
        let kept = self.write(|world, _| {
            if let Some(known) = world.keys.iter().find(|key| key.is(algorithm, number)) {
                return known.clone();
            }
            world.keys.push(made.clone());
            made
        });
        kept.map_err(|refusal| refusal.description())
    }
}

/// 32 random hexadecimal digits.
pub(crate) fn secret() -> Result<String, Refusal> {
    random().map(|bytes| hex(&bytes)).map_err(|trouble| Refusal::fault(&trouble))
}

/// A random UUID (version 4).
pub(crate) fn uuid() -> Result<String, Refusal> {
    let mut bytes = random().map_err(|trouble| Refusal::fault(&trouble))?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let digits = hex(&bytes);
    Ok([&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-"))
}
