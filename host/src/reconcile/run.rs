//! One passage: what a run holds in its hands, and the order of its phases.

use std::sync::{Arc, Mutex, mpsc};

use crate::error::Result;
use crate::model::manifest::Kind;
use crate::model::{Connector, Extent, Message, Plan, RunId, RunStatus};
use crate::store::{Fence, RunEnd};

use super::env::{Env, Mode, Options, RunReport};
use super::halt::{Halt, Step, Stop};
use super::hash::{self, Hasher};
use super::patience::Patience;
use super::repeated::Repeated;
use super::select::Chosen;
use super::state::World;
use super::status;
use super::timeline::Timeline;

/// A run under way.
pub(super) struct Run<'a, C> {
    pub(super) env: &'a Env<C>,
    pub(super) hasher: Hasher,
    pub(super) identity_key: [u8; 32],
    pub(super) setup: [u8; 32],
    pub(super) chosen: Chosen,
    /// What of the plan is carried out.
    pub(super) extent: Extent,
    /// The lane's fence; `None`: a dry run, which writes nothing.
    pub(super) fence: Option<Fence>,
    /// Number of the run in the store.
    pub(super) number: Option<u64>,
    /// The time of the run.
    pub(super) time: Timeline,
    pub(super) patience: Patience,
    pub(super) world: World,
    pub(super) plan: Option<Plan>,
    /// What is being written to the school's store; it says how that ended.
    pub(super) writing: Option<Mutex<mpsc::Receiver<Result<()>>>>,
    pub(super) repeated: Repeated,
    pub(super) quiet: bool,
    /// A person is doing this in a dialogue: what is awaited of people is made.
    pub(super) by_person: bool,
    /// A person approved this plan: it does not count towards thresholds.
    pub(super) approved: bool,
    /// Additions beyond what earlier runs meant to be there.
    pub(super) growth: u64,
    /// Changes that were sent, and all there are.
    pub(super) to_apply: (u64, u64),
}

/// How the phases ended.
pub(super) enum Ended {
    /// At their end.
    Through,
    /// Before a person's approval.
    Held(Message),
}

/// Reconciles a task: works out what should exist, looks at what does, and (unless it is a dry run) makes the
/// difference go away. Fails only when our own store does; whatever the other side does ends in a status.
pub async fn run<C: Connector>(env: &Env<C>, options: &Options<'_>) -> Result<RunReport> {
    let fence = match options.mode {
        Mode::DryRun => None,
        Mode::Apply { lane, .. } => Some(lane.fence().clone()),
    };
    let mut run = Run::prepare(env, Chosen::new(&options.selection), fence)?;
    run.extent = options.extent;
    let id = run.begin(options)?;
    let approved = match options.mode {
        Mode::Apply { approved, .. } => approved,
        Mode::DryRun => None,
    };
    let ended = run.phases(approved).await;
    run.end(id, ended)
}

impl<'a, C: Connector> Run<'a, C> {
    pub(super) fn prepare(env: &'a Env<C>, chosen: Chosen, fence: Option<Fence>) -> Result<Self> {
        let binding = env.school.binding(&env.task.id)?.unwrap_or_default();
        Ok(Self {
            hasher: Hasher::new(env.school.hash_key()?),
            identity_key: env.host.identity_key()?,
            setup: hash::setup(env.connector.manifest(), &env.task, &binding),
            chosen,
            extent: Extent::Everything,
            fence,
            number: None,
            time: Timeline::begin(&env.clock),
            patience: Patience::new(env.task.patience_s.saturating_mul(1_000)),
            world: World::default(),
            plan: None,
            writing: None,
            repeated: Repeated::default(),
            quiet: false,
            by_person: false,
            approved: false,
            growth: 0,
            to_apply: (0, 0),
            env,
        })
    }

    fn begin(&mut self, options: &Options<'_>) -> Result<Option<RunId>> {
        let Some(fence) = &self.fence else { return Ok(None) };
        let now = self.time.now();
        let id = self.env.school.begin_run(fence, &self.env.task.id, &options.selection, now)?;
        self.number = Some(id.number);
        self.env.progress.started(&id);
        Ok(Some(id))
    }

    async fn phases(&mut self, approved: Option<&str>) -> Step<Ended> {
        self.gather().await?;
        if self.quiet {
            self.carry()?;
            self.plan = Some(self.quiet_plan()?);
            return Ok(Ended::Through);
        }
        self.settle_claims()?;
        self.diff()?;
        self.look().await?;
        self.make_plan()?;
        if self.fence.is_none() {
            return Ok(Ended::Through);
        }
        if let Some(reason) = self.waits(approved)? {
            return Ok(Ended::Held(reason));
        }
        self.open_scopes()?;
        self.execute().await?;
        self.close_scopes()?;
        Ok(Ended::Through)
    }

    fn end(mut self, id: Option<RunId>, ended: Step<Ended>) -> Result<RunReport> {
        let (halted, stop) = match ended {
            Ok(Ended::Through) => (None, None),
            Ok(Ended::Held(reason)) => (Some(RunStatus::Waiting), Some(Stop::because(reason))),
            Err(Halt::Stop(stop)) => {
                let status = if stop.postponed.is_some() { RunStatus::Postponed } else { RunStatus::Failed };
                self.give_up(&stop)?;
                (Some(status), Some(stop))
            }
            Err(Halt::Broken(error)) => return Err(error),
        };
        let outcomes = || self.world.outcomes.all().map(|(_, outcome, _)| outcome);
        let counts = status::counts(outcomes(), self.unchanged(), self.left_out_count()?);
        let (status, stop) = match halted {
            Some(status) => (status, stop),
            None => self.weighed(status::status(outcomes())),
        };
        let (reason, verdict, detail, again) = match stop {
            Some(Stop { reason, verdict, detail, postponed }) => (Some(reason), verdict, detail, postponed),
            None => (None, None, None, None),
        };
        let plan = self.plan.take();
        if let (Some(fence), Some(number)) = (&self.fence, self.number) {
            let end = RunEnd {
                status,
                reason: reason.clone(),
                verdict,
                plan: plan.as_ref().map(|plan| plan.hash.clone()),
                counts,
            };
            self.env.school.end_run(fence, number, &end, self.time.now())?;
        }
        let outcomes = self.world.outcomes.end(self.world.ledger);
        Ok(RunReport { run: id, status, reason, detail, plan, outcomes, counts, quiet: self.quiet, again })
    }

    /// The status of a run that went through. What could not be looked at, because the upstream takes no more requests
    /// today, is not what is wrong with the items.
    fn weighed(&self, status: RunStatus) -> (RunStatus, Option<Stop>) {
        match (status, self.used_up()) {
            (RunStatus::WithRemarks | RunStatus::NotConfirmed, Some(used_up)) => {
                (RunStatus::Postponed, Some(Stop::used_up(&used_up)))
            }
            _ => (status, None),
        }
    }

    /// The kind of an item that was checked against the manifest.
    pub(super) fn kind(&self, name: &str) -> Step<&'a Kind> {
        let kind = self.env.connector.manifest().kind(name);
        // A ledger may know kinds that a newer version of the connector has given up.
        kind.ok_or_else(|| Stop::contract(format!("the kind `{name}` is not in the manifest")).into())
    }

    /// Fails when a person asked to stop.
    pub(super) fn go_on(&self) -> Step<()> {
        if self.env.cancel.is_cancelled() { Err(Stop::cancelled().into()) } else { Ok(()) }
    }

    /// The connector, for calls that go on beside each other.
    pub(super) fn connector(&self) -> Arc<C> {
        Arc::clone(&self.env.connector)
    }
}
