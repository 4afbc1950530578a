//! Dialogues with people in browsers: who is at the desk, what each is shown, which answer counts.
//!
//! Everything of a dialogue is in memory only and ends with it: the connector's state, captured passwords and tokens.
//! A turn is a task of its own, so that a browser that goes away in the middle breaks nothing off. Faces show what is
//! said here; nothing here knows of HTTP.

mod invite;
mod room;
mod talk;
mod windows;

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{OwnedMutexGuard, mpsc, oneshot};

pub use self::invite::invite;
use self::room::{Room, Seal, Seat};
use self::talk::Begun;
pub use self::talk::{Answer, Shown, Talk};
use self::windows::Windows;
use super::dialogue::Stray;
use super::host::{Host, Package};
use super::links::Links;
use super::runtime;
use crate::error::{Error, Result};
use crate::model::manifest::Dialogue;
use crate::model::setup::{SchoolConfig, TaskConfig};
use crate::model::web::Web;
use crate::model::{Millis, Param, SchoolId, TaskId, TaskRef, hex};
use crate::reconcile::Clock;
use crate::report::Language;
use crate::store::{AuditEntry, AuditStore, HostDb, SchoolDb};

/// How often it is looked for what has run out, when nobody comes.
const SWEEP: Duration = Duration::from_secs(20);

/// How long whoever knows the tasks may take to answer.
const TASK_PATIENCE: Duration = Duration::from_secs(10);

/// So many times more wrong passwords may come from one client address than for one login: a school has one for all.
const CLIENT_PASSWORDS: u32 = 20;

/// Which dialogue of which task.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The task.
    pub task: TaskRef,
    /// Its name in the manifest.
    pub dialogue: String,
}

impl Place {
    /// By names as they stand in an address.
    pub fn new(school: &str, task: &str, dialogue: &str) -> Self {
        Self {
            task: TaskRef { school: SchoolId::from(school), task: TaskId::from(task) },
            dialogue: dialogue.to_owned(),
        }
    }

    /// Its path in addresses.
    pub fn path(&self) -> String {
        format!("/{}/{}/{}", self.task.school, self.task.task, self.dialogue)
    }
}

/// A question to whoever knows which tasks there are.
#[derive(Debug)]
pub struct Ask {
    pub(super) task: TaskRef,
    pub(super) answer: oneshot::Sender<Option<Known>>,
}

/// A task that there is, and all it takes to open it.
#[derive(Debug)]
pub struct Known {
    pub(super) host: Arc<Host>,
    pub(super) school: Arc<SchoolConfig>,
    pub(super) task: TaskConfig,
    pub(super) package: Arc<Package>,
}

/// Why nothing can be started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// There is no such dialogue, or not for everybody, or the one-time address is used up.
    Nowhere,
    /// Too many are at the desk.
    Full,
    /// This client, or all clients of this school, start too often.
    Often,
    /// The school's lane is taken.
    Busy,
    /// Our own fault.
    Fault,
}

/// A dialogue that somebody may start.
#[derive(Debug)]
pub struct Offered {
    /// The school's name.
    pub school: String,
    /// The connector, for its texts.
    pub package: Arc<Package>,
    /// About the dialogue.
    pub dialogue: Dialogue,
}

/// What a person is shown, and what it takes to show it.
pub struct View {
    /// Which dialogue.
    pub place: Place,
    /// May whoever has the address start again?
    pub open: bool,
    /// The school's name.
    pub school: String,
    /// The connector, for its texts.
    pub package: Option<Arc<Package>>,
    /// Where its links lead.
    pub links: Links,
    /// What there is to see.
    pub shown: Shown,
    /// Names the step.
    pub step: String,
    /// The language that was asked for.
    pub language: Option<Language>,
}

/// What became of an answer or a return.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// It counted: go and see.
    On(Place),
    /// The dialogue is further on.
    Late(Place),
    /// It belongs to another attempt.
    Other(Option<Place>),
    /// The dialogue has ended by itself, or never was.
    Gone(Option<Place>),
    /// Our own fault.
    Fault(Place),
}

/// What comes from a browser.
enum Said {
    Answer(Answer, IpAddr),
    Returned(Vec<Param>),
}

/// The desk.
pub struct Desk {
    web: Web,
    asks: mpsc::Sender<Ask>,
    shared: Arc<HostDb>,
    clock: Arc<dyn Clock>,
    room: Mutex<Room>,
    /// Wrong passwords by login, keyed and hashed, and by client.
    logins: Mutex<Windows<Seal>>,
    clients: Mutex<Windows<IpAddr>>,
    key: [u8; 32],
    /// Stores that dialogues under way have in common.
    stores: Mutex<HashMap<SchoolId, Weak<SchoolDb>>>,
    counts: Mutex<BTreeMap<&'static str, u64>>,
}

impl Desk {
    /// A desk; `asks` are answered by whoever knows the tasks.
    pub(super) fn open(
        web: Web,
        shared: Arc<HostDb>,
        clock: Arc<dyn Clock>,
    ) -> Result<(Arc<Self>, mpsc::Receiver<Ask>)> {
        let (sender, asks) = mpsc::channel(64);
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(no_randomness)?;
        let cool_down = web.cool_down_ms;
        let desk = Arc::new(Self {
            room: Mutex::new(Room::new(web.clone())),
            web,
            asks: sender,
            shared,
            clock,
            logins: Mutex::new(Windows::of(cool_down)),
            clients: Mutex::new(Windows::of(cool_down)),
            key,
            stores: Mutex::default(),
            counts: Mutex::default(),
        });
        runtime::every(SWEEP, Arc::downgrade(&desk), |desk| {
            let now = desk.now();
            desk.room().sweep(now);
        });
        Ok((desk, asks))
    }

    /// As `exchange.toml` has it.
    pub fn web(&self) -> &Web {
        &self.web
    }

    /// Turns by what they came to, and dialogues under way.
    pub(super) fn counted(&self) -> (BTreeMap<&'static str, u64>, usize) {
        (lock(&self.counts).clone(), self.room().len())
    }

    /// One more turn came to this.
    pub fn count(&self, word: &'static str) {
        *lock(&self.counts).entry(word).or_default() += 1;
    }

    fn now(&self) -> Millis {
        self.clock.steady().ms
    }

    fn room(&self) -> MutexGuard<'_, Room> {
        lock(&self.room)
    }

    async fn known(&self, task: &TaskRef) -> Option<Known> {
        let (answer, known) = oneshot::channel();
        self.asks.send(Ask { task: task.clone(), answer }).await.ok()?;
        tokio::time::timeout(TASK_PATIENCE, known).await.ok()?.ok()?
    }

    /// A dialogue that is open to everybody.
    pub async fn offered(&self, place: &Place) -> Option<Offered> {
        let known = self.known(&place.task).await?;
        let dialogue = known.package.manifest.dialogues.get(&place.dialogue)?.clone();
        let offered = dialogue.open && known.task.enabled;
        offered.then(|| Offered { school: known.school.name.clone(), package: known.package, dialogue })
    }

    /// Somebody starts a dialogue that is open to everybody; the secret by which their browser is known from now on.
    pub async fn start(
        self: &Arc<Self>,
        place: Place,
        client: IpAddr,
        language: Option<Language>,
    ) -> std::result::Result<String, Closed> {
        let known = self.known(&place.task).await.ok_or(Closed::Nowhere)?;
        let open =
            known.package.manifest.dialogues.get(&place.dialogue).is_some_and(|dialogue| dialogue.open);
        if !open || !known.task.enabled {
            return Err(Closed::Nowhere);
        }
        self.begin(known, place, None, client, language).await
    }

    /// Somebody with a one-time address starts to bind.
    pub async fn start_invited(
        self: &Arc<Self>,
        task: TaskRef,
        token: &str,
        client: IpAddr,
        language: Option<Language>,
    ) -> std::result::Result<(String, Place), Closed> {
        let known = self.known(&task).await.ok_or(Closed::Nowhere)?;
        let dialogues = &known.package.manifest.dialogues;
        let name = dialogues.iter().find(|(_, dialogue)| dialogue.binds).map(|(name, _)| name.clone());
        let place = Place { dialogue: name.ok_or(Closed::Nowhere)?, task };
        let store = self.store(&known).map_err(fault)?;
        let who = invite::accepted(store, &place.task.task, token).await?;
        let cookie = self.begin(known, place.clone(), Some(who), client, language).await?;
        Ok((cookie, place))
    }

    async fn begin(
        self: &Arc<Self>,
        known: Known,
        place: Place,
        by: Option<String>,
        client: IpAddr,
        language: Option<Language>,
    ) -> std::result::Result<String, Closed> {
        self.room().admit(client, &place.task.school, self.now())?;
        let cookie = secret().map_err(fault)?;
        let (desk, seal) = (Arc::clone(self), sealed(&cookie));
        let started = tokio::spawn(async move {
            let begun = desk.begun(known, place, by)?;
            let talk = Talk::start(begun, desk.web.callback()).await?;
            desk.tell(&talk).await;
            let place = talk.place.clone();
            desk.room().sit(seal, client, (place, talk), language, desk.now());
            Ok::<_, Error>(())
        });
        match started.await {
            Ok(Ok(())) => Ok(cookie),
            Ok(Err(error)) => Err(fault(error)),
            Err(broken) => Err(fault(Error::internal("a dialogue broke off").because(broken))),
        }
    }

    fn begun(&self, known: Known, place: Place, by: Option<String>) -> Result<Begun> {
        let store = self.store(&known)?;
        let Known { host, school, task, package } = known;
        let links = Links::of(host.config(), &task);
        let name = school.name.clone();
        let task = host.task(school, task, Arc::clone(&package), store)?;
        Ok(Begun { place, by, package, school: name, links, task })
    }

    /// A school's store, opened once for all dialogues at it.
    fn store(&self, known: &Known) -> Result<Arc<SchoolDb>> {
        let mut stores = lock(&self.stores);
        if let Some(store) = stores.get(&known.school.id).and_then(Weak::upgrade) {
            return Ok(store);
        }
        stores.retain(|_, store| store.strong_count() > 0);
        let store = tokio::task::block_in_place(|| known.host.school(&known.school))?;
        stores.insert(known.school.id.clone(), Arc::downgrade(&store));
        Ok(store)
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
            open: talk.by.is_none(),
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

    /// A person answers.
    pub async fn answer(self: &Arc<Self>, cookie: &str, client: IpAddr, answer: Answer) -> Heard {
        self.turn(cookie, Said::Answer(answer, client)).await
    }

    /// A browser came back from another system.
    pub async fn returned(self: &Arc<Self>, cookie: &str, params: Vec<Param>) -> Heard {
        self.turn(cookie, Said::Returned(params)).await
    }

    /// One turn, to its end, whatever becomes of the browser meanwhile.
    async fn turn(self: &Arc<Self>, cookie: &str, said: Said) -> Heard {
        let seat = self.room().seat(&sealed(cookie), self.now());
        let Seat { place, talk, .. } = match seat {
            Ok(seat) => seat,
            Err(place) => return Heard::Gone(place),
        };
        let turned = Arc::clone(self).turned(talk.lock_owned().await, said);
        match tokio::spawn(turned).await {
            Ok(heard) => heard,
            Err(broken) => {
                tracing::error!(%broken, "a dialogue's turn broke off");
                Heard::Fault(place)
            }
        }
    }

    async fn turned(self: Arc<Self>, mut talk: OwnedMutexGuard<Talk>, said: Said) -> Heard {
        let place = talk.place.clone();
        let heard = match said {
            Said::Answer(answer, client) => self.answered(&mut talk, &answer, client).await,
            Said::Returned(params) => talk.returned(params).await,
        };
        match heard {
            Ok(Ok(())) => {
                self.tell(&talk).await;
                Heard::On(place)
            }
            Ok(Err(Stray::Late)) => {
                self.count("late");
                Heard::Late(place)
            }
            Ok(Err(Stray::OtherAttempt)) => {
                self.count("other-attempt");
                Heard::Other(Some(place))
            }
            Err(error) => {
                let Place { task, .. } = &place;
                tracing::error!(school = %task.school, task = %task.task, ?error, "a dialogue's turn failed");
                self.count("fault");
                Heard::Fault(place)
            }
        }
    }

    async fn answered(
        &self,
        talk: &mut Talk,
        answer: &Answer,
        client: IpAddr,
    ) -> Result<std::result::Result<(), Stray>> {
        if answer.step != talk.step {
            return Ok(Err(Stray::Late));
        }
        let login = talk.shown.asks_password().then(|| self.login(talk, answer));
        if login.is_some_and(|login| !self.may_try(login, client)) {
            talk.give_up();
            return Ok(Ok(()));
        }
        let counts = talk.answer(answer).await?;
        if let Some(login) = login {
            self.tried(talk, login, client);
        }
        Ok(if counts { Ok(()) } else { Err(Stray::Late) })
    }

    /// The log, the numbers and, at an end, the audit: what it came to, and no names.
    async fn tell(&self, talk: &Talk) {
        let (task, word) = (&talk.place.task, talk.shown.word());
        self.count(word);
        let dialogue = talk.place.dialogue.as_str();
        tracing::info!(school = %task.school, task = %task.task, dialogue, came_to = word, "a dialogue's turn");
        if !talk.shown.is_end() {
            return;
        }
        let entry =
            AuditEntry { about: format!("{dialogue}: {word}"), ..talk.place.entry("dialogue", wall()) };
        let shared = Arc::clone(&self.shared);
        match tokio::task::spawn_blocking(move || shared.audit(&entry)).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::error!(?error, "the end of a dialogue is not in the audit"),
            Err(broken) => tracing::error!(%broken, "the end of a dialogue is not in the audit"),
        }
    }

    /// Names a login without keeping it.
    fn login(&self, talk: &Talk, answer: &Answer) -> Seal {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        hasher.update(talk.place.task.to_string().as_bytes());
        let Shown::Form(form) = &talk.shown else { return *hasher.finalize().as_bytes() };
        for field in form.fields.iter().filter(|field| field.kind == crate::model::dialogue::FormKind::Text) {
            let value = answer.value(&field.name).unwrap_or_default().trim().to_lowercase();
            hasher.update(&(value.len() as u64).to_le_bytes()).update(value.as_bytes());
        }
        *hasher.finalize().as_bytes()
    }

    /// Is one more password taken for this login, and from this client?
    fn may_try(&self, login: Seal, client: IpAddr) -> bool {
        let (most, now) = (self.web.passwords, self.now());
        lock(&self.clients).take(client, most.saturating_mul(CLIENT_PASSWORDS), now)
            && lock(&self.logins).take(login, most, now)
    }

    /// A password was wrong when it is asked for again, or when nothing but an end came of it.
    fn tried(&self, talk: &mut Talk, login: Seal, client: IpAddr) {
        if talk.shown.asks_password() {
            talk.passwords += 1;
            if talk.passwords >= self.web.passwords {
                talk.give_up();
            }
        } else if !talk.shown.is_end() || matches!(talk.shown, Shown::Done(_)) {
            lock(&self.logins).forget(&login);
            lock(&self.clients).give_back(&client);
        }
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

fn fault(error: Error) -> Closed {
    tracing::error!(?error, "a dialogue cannot be started");
    Closed::Fault
}

fn wall() -> Millis {
    jiff::Timestamp::now().as_millisecond()
}
