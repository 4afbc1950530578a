//! A loaded component with one task's capabilities: the connector that the rest of the host knows as a trait.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::answers::Judge;
use super::bindings::exchange::connector::types as wit;
use super::call::Called;
use super::loader::Loaded;
use super::ports::{CallInfo, Meter, Phase, Ports};
use super::written::Watched;
use crate::model::budget::UsedUp;
use crate::model::connector::Traced;
use crate::model::dialogue::{Input, RoundTrip, Turn};
use crate::model::manifest::{Direction, Manifest};
use crate::model::setup::Limits;
use crate::model::{
    Action, CallError, Change, Connector, DesiredPage, Effect, Failure, Finding, ItemRef, Message,
    Observation, Probe, Scope, ScopeId, Verdict, WriteJournal,
};

/// A connector set up for one task.
pub struct TaskConnector {
    loaded: Arc<Loaded>,
    manifest: Arc<Manifest>,
    ports: Ports,
    limits: Arc<Limits>,
    /// Items answered so far per scope, since its first page.
    answered: Mutex<HashMap<ScopeId, u64>>,
}

impl fmt::Debug for TaskConnector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TaskConnector({})", self.manifest.id)
    }
}

impl TaskConnector {
    /// A connector with what its task grants (`ports`) and what a call may use.
    pub fn new(loaded: Arc<Loaded>, manifest: Arc<Manifest>, ports: Ports, limits: Arc<Limits>) -> Self {
        Self { loaded, manifest, ports, limits, answered: Mutex::default() }
    }

    fn judge(&self) -> Judge<'_> {
        Judge { manifest: &self.manifest, limits: &self.limits }
    }

    fn info(&self, phase: Phase) -> CallInfo {
        let limits = &self.limits;
        CallInfo::new(phase, Meter::new(limits.bytes, limits.requests, limits.log_lines))
    }

    fn desired_phase(&self) -> Phase {
        Phase::Desired {
            inbound: self.manifest.kinds.iter().any(|kind| kind.direction == Direction::Inbound),
        }
    }

    /// Past this many items a scope never ends; an empty page counts as one.
    fn count(&self, scope: &ScopeId, first: bool, page: &DesiredPage) -> Result<(), CallError> {
        let mut answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        let so_far = if first { 0 } else { answered.get(scope).copied().unwrap_or(0) };
        let total = so_far + (page.items.len() as u64).max(1);
        match &page.next {
            Some(_) => answered.insert(scope.clone(), total),
            None => answered.remove(scope),
        };
        let most = self.limits.scope_items;
        if total > u64::from(most) {
            return Err(CallError::Stopped(Verdict::Items, format!("a scope has more than {most} items")));
        }
        Ok(())
    }

    /// A failure's texts are judged like any answer's.
    fn checked<T>(&self, called: Called<T>) -> Called<T> {
        if let Err(CallError::Failed(failure)) = &called
            && let Some(reason) = reason(failure)
        {
            self.judge().message(reason)?;
        }
        called
    }
}

fn reason(failure: &Failure) -> Option<&Message> {
    match failure {
        Failure::Unauthorized(why) | Failure::Forbidden(why) | Failure::Unavailable(why) => Some(why),
        Failure::InvalidConfig(bad) => Some(&bad.reason),
        Failure::Refused(refusal) => Some(&refusal.reason),
        Failure::Retry(_) | Failure::Cancelled => None,
    }
}

/// Calls an export of a fresh instance.
macro_rules! call {
    ($self:ident, $info:expr, |$guest:ident, $store:ident| $called:expr) => {{
        let export = $self.loaded.call(&$self.ports, &$self.limits, $info, move |$guest, $store| {
            Box::pin(async move { $called.await })
        });
        $self.checked(export.await)
    }};
}

impl Connector for TaskConnector {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    async fn check(&self) -> Result<Vec<Finding>, CallError> {
        let info = Arc::new(self.info(Phase::Check));
        let (findings, _) = call!(self, info, |guest, store| guest.call_check(store))?;
        let findings: Vec<Finding> = findings.into_iter().map(Into::into).collect();
        self.judge().findings(&findings)?;
        Ok(findings)
    }

    async fn scopes(&self) -> Result<Traced<Vec<Scope>>, CallError> {
        let info = Arc::new(self.info(Phase::Scopes));
        let (scopes, dependencies) = call!(self, info, |guest, store| guest.call_scopes(store))?;
        let answer: Vec<Scope> = scopes.into_iter().map(Into::into).collect();
        self.judge().scopes(&answer)?;
        Ok(Traced { answer, dependencies })
    }

    async fn desired(&self, scope: &ScopeId, cursor: Option<&str>) -> Result<Traced<DesiredPage>, CallError> {
        let info = Arc::new(self.info(self.desired_phase()));
        let (watch, id, from) = (Arc::clone(&info), scope.0.clone(), cursor.map(str::to_owned));
        let (page, dependencies) =
            call!(self, info, |guest, store| guest.call_desired(store, &id, from.as_deref()))?;
        let answer = DesiredPage::from(page);
        self.judge().page(&answer, cursor, watch.meter.any_request())?;
        self.count(scope, cursor.is_none(), &answer)?;
        Ok(Traced { answer, dependencies })
    }

    async fn observe(&self, probes: Vec<Probe>) -> Result<Vec<Observation>, CallError> {
        let info = Arc::new(self.info(Phase::Observe));
        let probes: Vec<wit::Probe> = probes.into_iter().map(Into::into).collect();
        let asked = probes.len();
        let (answers, _) = call!(self, info, |guest, store| guest.call_observe(store, &probes))?;
        let answers: Vec<Observation> = answers.into_iter().map(Into::into).collect();
        self.judge().observations(asked, &answers)?;
        Ok(answers)
    }

    async fn apply(
        &self,
        changes: Vec<Change>,
        journal: Arc<dyn WriteJournal>,
    ) -> Result<Vec<Effect>, CallError> {
        let watched = Arc::new(Watched::new(journal));
        let mut info = self.info(Phase::Apply);
        info.changes = changes.iter().map(|change| change.item.id.clone()).collect();
        info.token_window_ms = token_window(&self.manifest, &changes);
        info.journal = Some(Arc::clone(&watched) as Arc<dyn WriteJournal>);
        let info = Arc::new(info);
        let named: Vec<(ItemRef, Action)> =
            changes.iter().map(|change| (change.item.id.clone(), change.action)).collect();
        let asked: Vec<wit::Change> = changes.into_iter().map(Into::into).collect();
        let (effects, _) = call!(self, info, |guest, store| guest.call_apply(store, &asked))?;
        let effects: Vec<Effect> = effects.into_iter().map(Into::into).collect();
        self.judge().effects(&named, &effects, &watched.items())?;
        Ok(effects)
    }

    fn used_up(&self) -> Option<UsedUp> {
        self.ports.http.used_up()
    }

    async fn interact(
        &self,
        dialogue: &str,
        round_trip: RoundTrip,
        input: Input,
        state: Vec<u8>,
    ) -> Result<Turn, CallError> {
        let mut info = self.info(Phase::Interact);
        info.round_trip = Some(round_trip);
        let (info, name, input) = (Arc::new(info), dialogue.to_owned(), wit::Input::from(input));
        let (turn, _) = call!(self, info, |guest, store| guest.call_interact(store, &name, &input, &state))?;
        let turn = Turn::from(turn);
        self.judge().turn(&turn)?;
        Ok(turn)
    }
}

/// The shortest of the kinds' windows.
fn token_window(manifest: &Manifest, changes: &[Change]) -> u64 {
    let window = |change: &Change| manifest.kind(&change.item.id.kind).map_or(0, |kind| kind.token_window_ms);
    changes.iter().map(window).min().unwrap_or(0)
}
