//! Puts what has changed into cabinet and outbox, once.

use jiff::tz::TimeZone;

use crate::error::Result;
use crate::model::manifest::Manifest;
use crate::model::notify::{Event, Notify, Recipient, Topic};
use crate::model::setup::{SchoolConfig, TaskConfig};
use crate::model::{Millis, RunSummary, TaskId};
use crate::report::notify::{Change, changes, reason};
use crate::schedule::send_at;
use crate::store::{HostDb, OutboxStore, Outgoing, RunStore, SchoolDb, Standing, Telling};

/// Runs looked at in one go.
const PAGE: u32 = 200;
/// So many runs without a change may be looked at again and again; after more of them the place is noted.
const LAG: usize = 32;

/// Tells what becomes of one school.
#[derive(Clone, Copy)]
pub struct Teller<'a> {
    shared: &'a HostDb,
    notify: &'a Notify,
    school: &'a SchoolConfig,
}

/// A fault of what a task stands on, found by whoever looks after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// The task; `None`: it concerns the school as a whole.
    pub task: Option<TaskId>,
    /// Tells faults of one topic apart: the name of a certificate, of an upstream.
    pub what: String,
    /// `BindingLost`, `Credential`, `Certificate`; `Recovered`: it is mended.
    pub topic: Topic,
    /// When something ends.
    pub until: Option<Millis>,
}

impl<'a> Teller<'a> {
    /// For this school.
    pub fn new(shared: &'a HostDb, notify: &'a Notify, school: &'a SchoolConfig) -> Self {
        Self { shared, notify, school }
    }

    /// A task of which nothing was ever told is taken as it stands: from now on changes are told. Before a task's first
    /// run, so that this run is one of them.
    pub fn begin(&self, store: &SchoolDb, task: &TaskId, now: Millis) -> Result<()> {
        if self.standing(task.as_str())?.is_some() {
            return Ok(());
        }
        let last = store.runs(Some(task), 10)?.into_iter().find(|run| run.finished.is_some());
        let state = last.as_ref().and_then(|run| Topic::of(run.status)).unwrap_or(Topic::Recovered);
        let run = last.map_or(0, |run| run.id.number);
        // Somebody else may have been faster: then that holds.
        self.tell(task.as_str(), None, Standing { run, state, cut: false }, Vec::new(), now).map(drop)
    }

    /// Tells of the runs of a task that have ended since it was told last; answers how many changes there were.
    /// `manifest`: the connector's, for its reasons.
    pub fn catch_up(
        &self,
        store: &SchoolDb,
        task: &TaskConfig,
        manifest: Option<&Manifest>,
        now: Millis,
    ) -> Result<usize> {
        let mut told = 0;
        loop {
            let Some(before) = self.standing(task.id.as_str())? else {
                return self.begin(store, &task.id, now).map(|()| told);
            };
            let mut runs = store.runs_since(&task.id, before.run, PAGE)?;
            if runs.is_empty() {
                runs = after_a_restore(store, &task.id, before)?;
            }
            let (standing, changed) = changes(before, &runs);
            if changed.is_empty() && runs.len() < LAG {
                return Ok(told);
            }
            let events = changed.iter().map(|change| self.event_of(task, change, manifest)).collect();
            if self.tell(task.id.as_str(), Some(before), standing, events, now)? {
                told += changed.len();
            }
        }
    }

    /// A run that was due could not even begin.
    pub fn could_not_run(&self, task: &TaskId, now: Millis) -> Result<bool> {
        let before = self.standing(task.as_str())?;
        let (run, state) = before.map_or((0, Topic::Recovered), |standing| (standing.run, standing.state));
        if state == Topic::NotRun {
            return Ok(false);
        }
        let event = Event { task: Some(task.clone()), before: Some(state), ..self.event(Topic::NotRun, now) };
        self.tell(task.as_str(), before, Standing { run, state: Topic::NotRun, cut: false }, vec![event], now)
    }

    /// Tells of a fault, or that it is mended, once; answers whether that was news.
    pub fn raise(&self, alarm: &Alarm, now: Millis) -> Result<bool> {
        let task = alarm.task.as_ref().map_or("", |task| task.as_str());
        let subject = format!("{task}/{}", alarm.what);
        let before = self.standing(&subject)?;
        let known = before.map_or(Topic::Recovered, |standing| standing.state);
        if known == alarm.topic {
            return Ok(false);
        }
        let event = Event {
            task: alarm.task.clone(),
            before: before.map(|standing| standing.state).filter(|_| alarm.topic == Topic::Recovered),
            until: alarm.until,
            ..self.event(alarm.topic, now)
        };
        let standing = Standing { run: 0, state: alarm.topic, cut: false };
        self.tell(&subject, before, standing, vec![event], now)
    }

    /// Who hears of this school. Whoever stands in its own file and among those of many is asked by the own wishes.
    pub fn recipients(&self) -> Vec<&'a Recipient> {
        let (own, school) = (&self.school.notify, self.school);
        let named = |one: &&Recipient| own.iter().any(|known| known.to == one.to);
        let common = self.notify.recipients.iter().filter(|one| !named(one));
        own.iter().chain(common).filter(|one| one.is_for(&school.id, school.region.as_deref())).collect()
    }

    fn standing(&self, subject: &str) -> Result<Option<Standing>> {
        self.shared.standing(&self.school.id, subject)
    }

    fn event_of(&self, task: &TaskConfig, change: &Change<'_>, manifest: Option<&Manifest>) -> Event {
        let run = change.run;
        Event {
            before: Some(change.before),
            task: Some(task.id.clone()),
            run: Some(run.id.clone()),
            counts: Some(run.counts),
            reason: run.reason.as_ref().and_then(|message| reason(message, manifest)),
            ..self.event(change.now, run.finished.unwrap_or(run.started))
        }
    }

    fn event(&self, topic: Topic, at: Millis) -> Event {
        Event {
            topic,
            before: None,
            at,
            school: self.school.id.clone(),
            school_name: self.school.name.clone(),
            time_zone: self.school.time_zone.clone(),
            task: None,
            run: None,
            counts: None,
            reason: None,
            until: None,
        }
    }

    fn tell(
        &self,
        subject: &str,
        before: Option<Standing>,
        now: Standing,
        events: Vec<Event>,
        at: Millis,
    ) -> Result<bool> {
        let outgoing = |event: Event| {
            let messages = self.outgoing(&event, at);
            (event, messages)
        };
        let events = events.into_iter().map(outgoing).collect();
        self.shared.tell(&Telling { school: &self.school.id, subject, before, now, events }, at)
    }

    fn outgoing(&self, event: &Event, now: Millis) -> Vec<Outgoing> {
        let zone = TimeZone::get(&self.school.time_zone).unwrap_or(TimeZone::UTC);
        let region = self.school.region.as_deref();
        let wanting = self.recipients().into_iter().filter(|one| one.wants(event, region));
        let message = |one: &Recipient| {
            let due = send_at(one, &zone, now);
            Outgoing { to: one.to.clone(), language: one.language.clone(), due, joins: due > now }
        };
        wanting.map(message).collect()
    }
}

/// A school's data that were put back to an earlier state number their runs anew from there: the last one is looked at.
fn after_a_restore(store: &SchoolDb, task: &TaskId, before: Standing) -> Result<Vec<RunSummary>> {
    match store.last_run(task)? {
        Some(last) if last.id.number < before.run => store.runs_since(task, last.id.number - 1, PAGE),
        _ => Ok(Vec::new()),
    }
}

impl std::fmt::Debug for Teller<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Teller({})", self.school.id)
    }
}
