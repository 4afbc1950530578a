//! Dialogues with people in browsers: who is at the desk, what each is shown, which answer counts.
//!
//! Everything of a dialogue is in memory only and ends with it: the connector's state, captured passwords and tokens.
//! A turn is a task of its own, so that a browser that goes away in the middle breaks nothing off. Faces show what is
//! said here; nothing here knows of HTTP.

mod begin;
mod invite;
mod passwords;
mod room;
mod schools;
mod talk;
mod turns;
mod windows;
mod words;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;

use self::begin::fault;
pub use self::invite::invite;
use self::passwords::Passwords;
use self::room::{Room, Seal, Seat};
use self::schools::Schools;
pub use self::talk::{Answer, Shown, Talk};
pub use self::words::{By, Closed, Heard, Offered, Place, View};
use super::asks::Asks;
use super::runtime;
use crate::error::{Error, Result};
use crate::model::web::Web;
use crate::model::{Millis, hex};
use crate::reconcile::Clock;
use crate::report::Language;
use crate::store::HostDb;

/// How often it is looked for what has run out, when nobody comes.
const SWEEP: Duration = Duration::from_secs(20);

/// Turns at once; more wait for their turn.
const TURNS: u32 = 512;

/// The desk.
pub struct Desk {
    web: Web,
    asks: Asks,
    shared: Arc<HostDb>,
    clock: Arc<dyn Clock>,
    room: Mutex<Room>,
    /// Turns under way.
    under_way: Arc<Semaphore>,
    passwords: Passwords,
    schools: Schools,
    counts: Mutex<BTreeMap<&'static str, u64>>,
}

impl Desk {
    /// A desk; `asks` are answered by whoever knows the tasks.
    pub(super) fn open(
        web: Web,
        asks: Asks,
        shared: Arc<HostDb>,
        clock: Arc<dyn Clock>,
    ) -> Result<Arc<Self>> {
        let passwords = Passwords::of(&web)?;
        let desk = Arc::new(Self {
            room: Mutex::new(Room::new(web.clone())),
            under_way: Arc::new(Semaphore::new(TURNS as usize)),
            web,
            asks,
            shared,
            clock,
            passwords,
            schools: Schools::default(),
            counts: Mutex::default(),
        });
        runtime::every(SWEEP, Arc::downgrade(&desk), |desk| {
            let now = desk.now();
            desk.room().sweep(now);
        });
        Ok(desk)
    }

    /// As `exchange.toml` has it.
    pub fn web(&self) -> &Web {
        &self.web
    }

    /// Turns by what they came to, and dialogues under way.
    pub(super) fn counted(&self) -> (BTreeMap<&'static str, u64>, usize) {
        (lock(&self.counts).clone(), self.room().under_way())
    }

    /// One more turn came to this.
    pub fn count(&self, word: &'static str) {
        *lock(&self.counts).entry(word).or_default() += 1;
    }

    /// Is one more request of this client looked at?
    pub fn may_ask(&self, client: IpAddr) -> bool {
        let now = self.now();
        self.room().may_ask(client, now)
    }

    fn now(&self) -> Millis {
        self.clock.steady().ms
    }

    fn room(&self) -> MutexGuard<'_, Room> {
        lock(&self.room)
    }

    /// What this browser's dialogue is at. The first look at a way to another system goes there.
    ///
    /// # Errors
    /// Where the dialogue began that is over by now, if that is known.
    pub async fn look(&self, cookie: &str) -> std::result::Result<View, Option<Place>> {
        let Seat { talk, language, .. } = self.room().seat(&sealed(cookie), self.now())?;
        let mut talk = talk.lock().await;
        let shown = talk.shown.clone();
        if let Shown::Away { fresh, .. } = &mut talk.shown {
            *fresh = false;
        }
        Ok(View {
            place: talk.place.clone(),
            by: talk.by.clone(),
            school: talk.school.clone(),
            package: talk.package.clone(),
            links: talk.links.clone(),
            step: talk.step.clone(),
            shown,
            language,
        })
    }

    /// From now on this browser's dialogue is in this language.
    pub fn speak(&self, cookie: &str, language: Language) {
        self.room().speak(&sealed(cookie), language);
    }

    /// The dialogue of this browser is over; another one begins.
    pub fn leave(&self, cookie: &str) {
        self.room().leave(&sealed(cookie));
    }
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Desk({})", self.web.address)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A browser's secret as it is kept.
fn sealed(cookie: &str) -> Seal {
    *blake3::hash(cookie.as_bytes()).as_bytes()
}

/// 256 unpredictable bits.
fn secret() -> Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(no_randomness)?;
    Ok(hex(&bytes))
}

fn no_randomness(error: getrandom::Error) -> Error {
    Error::failed(format!("no randomness: {error}"))
}

fn wall() -> Millis {
    jiff::Timestamp::now().as_millisecond()
}
