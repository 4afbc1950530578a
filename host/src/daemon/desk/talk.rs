//! One dialogue with a person in a browser: what is shown, which answer counts, what it comes to.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use zeroize::Zeroize;

use super::schools::School;
use super::{By, Place};
use crate::daemon::dialogue::{CallErrorOrOurs, Conversation, Stray};
use crate::daemon::host::Package;
use crate::daemon::journal::Elsewhere;
use crate::daemon::lazy::LazyConnector;
use crate::daemon::links::Links;
use crate::daemon::task::Task;
use crate::error::{Error, Result};
use crate::model::dialogue::{Choice, DeadEnd, Ending, Form, FormKind, Input, Step};
use crate::model::{CallError, Item, Link, Message, Millis, Param};
use crate::store::{AuditEntry, LANE_BUSY};

/// How long somebody waits for the school's lane before they are told to come back.
const LANE_PATIENCE: Duration = Duration::from_secs(5);
const LANE_PAUSE: Duration = Duration::from_millis(250);

/// Commits in a row; a connector that goes on for ever is stopped.
const MOST_COMMITS: usize = 8;

/// What a person sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// The way to another system's page.
    Away {
        /// Its address.
        address: String,
        /// Nobody has gone there yet: the browser goes by itself.
        fresh: bool,
    },
    /// A form.
    Form(Form),
    /// A choice.
    Choice(Choice),
    /// The school's lane is taken: the same again in some minutes.
    Busy,
    /// A good end.
    Done(Ending),
    /// A bad end.
    Failed(DeadEnd),
    /// Too many wrong passwords.
    Passwords,
    /// It broke off, and why if that can be said.
    Broken(Option<Message>),
}

impl Shown {
    /// Its word in numbers, logs and the audit.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Away { .. } => "redirect",
            Self::Form(_) => "form",
            Self::Choice(_) => "choice",
            Self::Busy => "busy",
            Self::Done(_) => "done",
            Self::Failed(_) => "failed",
            Self::Passwords => "passwords",
            Self::Broken(_) => "broken",
        }
    }

    /// Does nothing come after it?
    pub(super) fn is_end(&self) -> bool {
        matches!(self, Self::Done(_) | Self::Failed(_) | Self::Passwords | Self::Broken(_))
    }

    /// Does it ask for a password?
    pub(super) fn asks_password(&self) -> bool {
        let Self::Form(form) = self else { return false };
        form.fields.iter().any(|field| field.kind == FormKind::Password)
    }
}

/// What a person answers to a step: passwords among it, so that its memory is overwritten when it is dropped.
#[derive(Clone, Default)]
pub struct Answer {
    /// Names the step.
    pub step: String,
    /// What was entered or chosen, by name.
    pub values: Vec<Param>,
}

impl Answer {
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.values.iter().find(|param| param.name == name).map(|param| param.value.as_str())
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.values.iter_mut().for_each(|param| param.value.zeroize());
    }
}

/// What a dialogue needs to be one, and drops when it is over: captured secrets go with it.
struct Live {
    task: Task,
    shared: Arc<School>,
    talk: Conversation<LazyConnector>,
}

/// A dialogue.
pub struct Talk {
    pub(super) place: Place,
    /// Who began it.
    pub(super) by: By,
    pub(super) package: Option<Arc<Package>>,
    pub(super) school: String,
    pub(super) links: Links,
    live: Option<Live>,
    pub(super) shown: Shown,
    /// Names the step that is shown.
    pub(super) step: String,
    /// What has passed elsewhere so far.
    pub(super) elsewhere: Elsewhere,
    /// Passwords that were tried.
    pub(super) passwords: u32,
    /// It has come to its end, and its place goes to others first.
    pub(super) over: Arc<AtomicBool>,
}

impl Talk {
    /// Nothing but a place.
    #[cfg(test)]
    pub(super) fn at(place: Place) -> Self {
        Self {
            place,
            by: By::Anybody,
            package: None,
            school: String::new(),
            links: Links::default(),
            live: None,
            shown: Shown::Broken(None),
            step: String::new(),
            elsewhere: Elsewhere::default(),
            passwords: 0,
            over: Arc::default(),
        }
    }

    /// Starts; the browser is expected back at `callback`.
    pub(super) async fn start(begun: Begun, callback: String) -> Result<Self> {
        let Begun { place, by, package, school, links, task, shared } = begun;
        let talk = Conversation::start(Arc::clone(&task.connector), &place.dialogue, callback).await;
        let (live, shown) = match talk {
            Ok(talk) => (Some(Live { task, shared, talk }), Shown::Busy),
            Err(CallErrorOrOurs::Call(error)) => (None, broken(&place, error)),
            Err(CallErrorOrOurs::Ours(error)) => return Err(error),
        };
        let package = Some(package);
        let mut talk = Self {
            place,
            by,
            package,
            school,
            links,
            live,
            shown,
            step: super::secret()?,
            elsewhere: Elsewhere::default(),
            passwords: 0,
            over: Arc::default(),
        };
        talk.settle().await?;
        Ok(talk)
    }

    /// The input that this answer is; `None`: it answers nothing that is asked.
    fn input(&self, answer: &Answer) -> Option<Result<Input>> {
        match &self.shown {
            Shown::Form(form) => Some(self.filled(form, answer)),
            Shown::Choice(choice) => {
                let id = answer.value("choice")?;
                choice.options.iter().any(|option| option.id == id).then(|| Ok(Input::Choice(id.to_owned())))
            }
            _ => None,
        }
    }

    /// Passwords become handles.
    fn filled(&self, form: &Form, answer: &Answer) -> Result<Input> {
        let live = self.live.as_ref().ok_or_else(|| Error::internal("a form of a dialogue that is over"))?;
        let values = form.fields.iter().map(|field| {
            let value = answer.value(&field.name).unwrap_or_default().to_owned();
            let value = match field.kind {
                FormKind::Password => live.task.vault.hold(value)?,
                FormKind::Text => value,
            };
            Ok(Param::new(&field.name, value))
        });
        values.collect::<Result<_>>().map(Input::Form)
    }

    /// Hears an answer, if it is one to what is shown.
    pub(super) async fn answer(&mut self, answer: &Answer) -> Result<bool> {
        if answer.step != self.step {
            return Ok(false);
        }
        if self.shown == Shown::Busy {
            self.settle().await?;
            return Ok(true);
        }
        let Some(input) = self.input(answer) else { return Ok(false) };
        let input = input?;
        let Some(live) = &mut self.live else { return Ok(false) };
        if let Err(error) = live.talk.hear(input).await {
            self.shown = broken(&self.place, error);
        }
        self.settle().await?;
        Ok(true)
    }

    /// A browser came back from another system.
    pub(super) async fn returned(&mut self, params: Vec<Param>) -> Result<std::result::Result<(), Stray>> {
        let Some(live) = &mut self.live else { return Ok(Err(Stray::Late)) };
        match live.talk.returned(params).await {
            Ok(Ok(())) => {}
            Ok(Err(stray)) => return Ok(Err(stray)),
            Err(error) => self.shown = broken(&self.place, error),
        }
        self.settle().await.map(Ok)
    }

    /// Does what the connector wants done until there is something to be shown.
    async fn settle(&mut self) -> Result<()> {
        let mut next = None;
        for _ in 0..MOST_COMMITS {
            next = self.next().await?;
            if next.is_some() {
                break;
            }
        }
        self.shown = next.unwrap_or(Shown::Broken(None));
        self.step = super::secret()?;
        if let Some(live) = &self.live {
            self.elsewhere = live.task.elsewhere();
        }
        if self.shown.is_end() {
            self.end();
        }
        Ok(())
    }

    /// What is shown next; `None`: something was committed, and the connector goes on.
    async fn next(&mut self) -> Result<Option<Shown>> {
        let live = self.live.as_ref().filter(|_| !matches!(self.shown, Shown::Broken(_)));
        let Some(live) = live else { return Ok(Some(self.shown.clone())) };
        Ok(Some(match live.talk.step().clone() {
            Step::Redirect(link) => self.away(&link),
            Step::Form(form) => Shown::Form(form),
            Step::Choice(choice) => Shown::Choice(choice),
            Step::Failed(end) => Shown::Failed(end),
            Step::Done(ending) => match self.by.who().map(str::to_owned) {
                None => Shown::Done(ending),
                Some(who) => self.bound(who, ending).await?,
            },
            Step::Commit(items) => match self.commit(items).await? {
                true => return Ok(None),
                false => Shown::Busy,
            },
        }))
    }

    fn away(&self, link: &Link) -> Shown {
        match self.links.address(link) {
            Some(address) => Shown::Away { address, fresh: true },
            None => Shown::Broken(Some(Message::new("web-no-address").with("upstream", &link.upstream))),
        }
    }

    /// Writes these; says whether it came to that.
    async fn commit(&mut self, items: Vec<Item>) -> Result<bool> {
        let Some(live) = &mut self.live else { return Ok(false) };
        let step = live.talk.id().to_owned();
        let shared = Arc::clone(&live.shared);
        let _turn = shared.turn.lock().await;
        let patience = Instant::now() + LANE_PATIENCE;
        let committed = loop {
            match live.task.commit(&step, items.clone()).await {
                Err(error) if !error.is(LANE_BUSY) => return Err(error),
                Err(_) if Instant::now() >= patience => return Ok(false),
                Err(_) => tokio::time::sleep(LANE_PAUSE).await,
                Ok(committed) => break committed,
            }
        };
        if let Err(error) = live.talk.hear(Input::Committed(committed)).await {
            self.shown = broken(&self.place, error);
        }
        Ok(true)
    }

    /// A binding takes effect.
    async fn bound(&mut self, who: String, ending: Ending) -> Result<Shown> {
        let Some(live) = &self.live else { return Ok(Shown::Broken(None)) };
        let about = self.by.place().to_owned();
        let entry = AuditEntry { who, about, ..self.place.entry("bind", super::wall()) };
        let _turn = live.shared.turn.lock().await;
        let patience = Instant::now() + LANE_PATIENCE;
        loop {
            match tokio::task::block_in_place(|| live.task.bound(&ending.facts, &entry)) {
                Err(error) if !error.is(LANE_BUSY) => return Err(error),
                Err(_) if Instant::now() >= patience => return Ok(Shown::Busy),
                Err(_) => tokio::time::sleep(LANE_PAUSE).await,
                Ok(()) => return Ok(Shown::Done(ending)),
            }
        }
    }

    /// Too many passwords were wrong.
    pub(super) fn give_up(&mut self) {
        self.shown = Shown::Passwords;
        self.end();
    }

    /// What was captured is gone with this.
    fn end(&mut self) {
        self.live = None;
        self.over.store(true, Ordering::Relaxed);
    }
}

/// What a dialogue is begun with.
pub(super) struct Begun {
    pub(super) place: Place,
    pub(super) by: By,
    pub(super) package: Arc<Package>,
    pub(super) school: String,
    pub(super) links: Links,
    pub(super) task: Task,
    pub(super) shared: Arc<School>,
}

impl Place {
    /// An entry of the audit about this place: no names.
    pub(super) fn entry(&self, what: &str, at: Millis) -> AuditEntry {
        AuditEntry {
            at,
            who: "web".to_owned(),
            what: what.to_owned(),
            school: Some(self.task.school.clone()),
            task: Some(self.task.task.clone()),
            ..AuditEntry::default()
        }
    }
}

/// A call that failed, for people. What a connector died of is for the log, without its words: they may be anybody's.
fn broken(place: &Place, error: CallError) -> Shown {
    let task = &place.task;
    match error {
        CallError::Failed(failure) => Shown::Broken(Some(failure.told())),
        CallError::Stopped(verdict, _) => {
            tracing::error!(school = %task.school, task = %task.task, ?verdict, "a dialogue's connector was stopped");
            Shown::Broken(None)
        }
    }
}
