//! The server: runs tasks by their schedules until it is asked to stop.
//!
//! The queue decides ([`crate::schedule::Queue`]); this drives it through real time: stores what was decided before it
//! acts, begins runs, tells how they ended, reads settings that change, and ends without leaving anything half done.
//! What goes wrong with one run, one school or one file stops neither the loop nor another school.

mod answers;
mod board;
mod by_hand;
mod health;
mod metrics;
mod nightly;
mod people;
mod planner;
mod runs;
mod settings;
mod signals;
mod supervisor;
mod telling;

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;

use self::board::Board;
use self::by_hand::Orders;
use self::health::Health;
use self::nightly::Nightly;
pub use self::people::Face;
use self::people::People;
use self::planner::Planner;
use self::runs::{Job, Runs, Underway};
pub use self::settings::{Changes, SchoolFile, Settings};
pub use self::signals::{Signal, Signals};
pub use self::supervisor::Supervisor;
use self::telling::Telling;
use super::expiry;
use super::host::Host;
use super::notify::Teller;
use super::round::Ended;
use crate::error::Result;
use crate::model::{Millis, Selection, TaskRef};
use crate::reconcile::{CANCELLED, Cancel, Clock};
use crate::schedule::{Begin, LetGo};
use crate::store::{HostDb, HostKeepStore, LANE_BUSY, MarkStore, Rota};

/// Milliseconds that the loop sleeps at most: a clock that is set, and signs of life, are minded so often.
const BEAT_MS: Millis = 1_000;

/// Milliseconds between looks at the files.
const LOOK_MS: Millis = 3_000;

/// Milliseconds between looks for what may be kept no longer.
const SWEEP_MS: Millis = 600_000;

/// Milliseconds until a run is tried again whose school somebody else works on.
const BUSY_MS: Millis = 5_000;

/// What a message in hand, or a step of a dialogue, has when the server stops.
const TELLING_WITHIN: Duration = Duration::from_secs(5);

/// In place of a status where nothing was run.
const NOT_RUN: &str = "not-run";

/// The server. Two on one data folder cannot be.
pub struct Server<S> {
    settings: S,
    clock: Arc<dyn Clock>,
    board: Arc<Board>,
    planner: Planner,
    runs: Runs,
    orders: Orders,
    host: Arc<Host>,
    /// Takes its place when no run is under way: two would have two budgets for one remote system.
    next_host: Option<Arc<Host>>,
    store: Arc<HostDb>,
    nightly: Nightly,
    supervisor: Supervisor,
    telling: Telling,
    cancel: Cancel,
    /// When files were looked at last, by the clock that nobody sets.
    looked: Millis,
    /// When what may be kept no longer was looked for last, and the look under way.
    swept: Millis,
    sweep: Option<JoinHandle<()>>,
    _rota: Rota,
    _health: Option<Health>,
    people: People,
}

impl<S: Settings> Server<S> {
    /// Loads the schedules; nothing begins yet.
    ///
    /// # Errors
    /// The store cannot be used, another server uses it, or the address of `[serve]` or `[web]` is taken.
    pub async fn start(
        settings: S,
        host: Arc<Host>,
        clock: Arc<dyn Clock>,
        supervisor: Supervisor,
        face: Option<Face>,
    ) -> Result<Self> {
        let store = host.store()?;
        let rota = store.take_rota(clock.now())?;
        let serve = &host.config().serve;
        let planner = Planner::new(serve.runs_at_once as usize, store.marks()?);
        let board = Arc::new(Board::default());
        board.state().host = Some(Arc::clone(&host));
        board.turned(clock.steady().ms, 0, 0);
        let health = match serve.listen {
            Some(address) => Some(Health::listen(address, Arc::clone(&board), Arc::clone(&clock)).await?),
            None => None,
        };
        let people = People::listen(&host, face, &clock).await?;
        board.state().desk = people.desk();
        let telling = Telling::start(Arc::clone(&host), Arc::clone(&clock));
        let mut server = Self {
            settings,
            board,
            telling,
            planner,
            runs: Runs::default(),
            orders: Orders::default(),
            next_host: None,
            nightly: Nightly::new(store.last_kept()?),
            store,
            supervisor,
            cancel: Cancel::default(),
            looked: clock.steady().ms,
            swept: clock.steady().ms,
            sweep: None,
            _rota: rota,
            _health: health,
            people,
            clock,
            host,
        };
        server.load();
        server.take_up_orders()?;
        Ok(server)
    }

    fn load(&mut self) {
        self.read(true);
        self.board.state().loaded = true;
        let listen = self._health.as_ref().map(|health| health.address().to_string());
        let (schools, tasks) = (self.planner.schools().len(), self.planner.tasks());
        let web = self.people.address().map(|address| address.to_string());
        tracing::info!(schools, tasks, listen, web, "serving");
        self.supervisor.ready();
    }

    /// Serves until it is asked to stop, and ends the runs under way with the batch in hand.
    pub async fn serve(mut self, signals: &mut Signals) {
        loop {
            let sleep = self.turn();
            let clock = Arc::clone(&self.clock);
            tokio::select! {
                Some((run, ended)) = self.runs.next() => self.ended(&run, ended),
                signal = signals.next() => match signal {
                    Signal::Stop => break,
                    Signal::Reload => self.reload(),
                },
                Some(ask) = self.people.next() => self.tell_known(ask),
                () = clock.sleep(sleep) => {}
            }
        }
        self.stop(signals).await;
    }

    /// Does what is due; says how many milliseconds nothing will be.
    fn turn(&mut self) -> u64 {
        let steady = self.clock.steady().ms;
        if steady.saturating_sub(self.looked) >= LOOK_MS {
            self.looked = steady;
            self.read(false);
        }
        if steady.saturating_sub(self.swept) >= SWEEP_MS {
            self.swept = steady;
            self.sweep();
        }
        if self.runs.is_empty() {
            self.take_next_host();
        }
        let now = self.clock.now();
        if self.nightly.is_due(&self.host, now) {
            let (host, schools) = (Arc::clone(&self.host), self.planner.configs());
            self.nightly.begin(host, schools, Arc::clone(&self.clock), self.cancel.clone());
        }
        let (decisions, saved) = self.planner.turn(&*self.store, now);
        self.tell_saved(&saved);
        decisions.let_go.iter().for_each(|let_go| self.let_go(let_go));
        let under_way = self.runs.len() + decisions.begin.len() + decisions.asked.len();
        decisions.asked.iter().for_each(|task| self.begin_ordered(task, now));
        decisions.begin.iter().for_each(|begin| self.begin(begin, now));
        self.board.turned(steady, self.runs.len(), self.planner.queue.waiting());
        self.supervisor.alive();
        if self.runs.len() < under_way {
            // Of what could not begin the slots are free for others.
            return 0;
        }
        let until = decisions.wake.map_or(BEAT_MS, |wake| wake.saturating_sub(now));
        until.clamp(0, BEAT_MS).unsigned_abs()
    }

    /// Off the loop: opening a thousand schools takes a second or two.
    fn sweep(&mut self) {
        if self.sweep.as_ref().is_some_and(|sweep| !sweep.is_finished()) {
            return;
        }
        let (host, schools) = (Arc::clone(&self.host), self.planner.schools());
        self.sweep = Some(tokio::task::spawn_blocking(move || expiry::sweep(&host, &schools)));
    }

    fn take_next_host(&mut self) {
        if let Some(host) = self.next_host.take() {
            self.board.state().host = Some(Arc::clone(&host));
            self.telling.follow(&host);
            self.host = host;
        }
    }

    fn tell_saved(&self, saved: &Result<()>) {
        match (self.board.stored(saved), saved) {
            (true, Err(error)) => tracing::error!(?error, "decisions cannot be stored: no run begins"),
            (true, Ok(())) => tracing::info!("decisions can be stored again"),
            (false, _) => {}
        }
    }

    fn let_go(&self, let_go: &LetGo) {
        let LetGo { task, passed } = let_go;
        let (count, reason) = (passed.count, passed.reason);
        tracing::info!(school = %task.school, task = %task.task, count, ?reason, "no run came of its time");
        self.board.let_go(reason, count);
    }

    fn begin(&mut self, begin: &Begin, now: Millis) {
        let task = &begin.task;
        if self.next_host.is_some() {
            return self.planner.queue.put_back(task, now.saturating_add(BEAT_MS), false);
        }
        let Some((school, config)) = self.planner.find(task) else {
            return self.planner.ended(task, 0);
        };
        let connector = config.connector.clone();
        let (cancel, began) = (self.cancel.beneath(), self.clock.steady().ms);
        let run = Underway { task: task.clone(), connector, began, order: None, cancel: cancel.clone() };
        match self.settings.package(task, &config.connector) {
            Ok(package) => {
                if !begin.resumed && !begin.again {
                    self.board.began(now.saturating_sub(begin.due.occurrence.start));
                }
                tracing::info!(school = %task.school, task = %task.task, resumed = begin.resumed, "a run begins");
                let (host, selection) = (Arc::clone(&self.host), Selection::default());
                let extent = begin.due.extent;
                let job = Job { host, school, task: config, package, selection, extent, cancel };
                self.runs.begin(run, job);
            }
            Err(error) => self.ended(&run, Err(error)),
        }
    }

    fn ended(&mut self, run: &Underway, ended: Result<Ended>) {
        let took = self.clock.steady().ms.saturating_sub(run.began).max(0).unsigned_abs();
        let (school, task) = (&run.task.school, &run.task.task);
        match ended {
            Err(error) if error.is(LANE_BUSY) => {
                tracing::info!(%school, %task, %error, "the run waits");
                let again = self.clock.now().saturating_add(BUSY_MS);
                return self.put_back(run, again);
            }
            Err(error) => {
                tracing::error!(%school, %task, ?error, "the run could not be made");
                self.tell_not_run(&run.task);
                if run.order.is_some() {
                    self.orders.broke(&run.task);
                }
                self.board.ended(&run.connector, NOT_RUN);
            }
            Ok(ended) => {
                let status = ended.status.to_string();
                let number = ended.run.as_ref().map(ToString::to_string);
                let reason = ended.reason.as_ref().map(|reason| &*reason.code);
                let quiet = ended.quiet;
                self.board.items(&run.connector, &ended.counts);
                tracing::info!(%school, %task, run = number, status, reason, quiet, ms = took, "a run ended");
                self.board.ended(&run.connector, &status);
                // It goes on after the next start, as if the process had died.
                if self.cancel.is_cancelled() && reason == Some(CANCELLED) {
                    return;
                }
                if let Some(again) = ended.again {
                    return self.postpone(run, again, took);
                }
            }
        }
        if run.order.is_some() {
            self.order_over(&run.task);
        }
        self.planner.ended(&run.task, took);
    }

    /// The other side takes no more requests today: the run goes on when it does again.
    fn postpone(&mut self, run: &Underway, again: Millis, took: u64) {
        let (school, task) = (&run.task.school, &run.task.task);
        let at = jiff::Timestamp::from_millisecond(again).unwrap_or_default();
        tracing::info!(%school, %task, %at, "the run is postponed");
        self.planner.queue.used(school, took);
        self.put_back(run, again);
    }

    /// It waits again, at least until then.
    fn put_back(&mut self, run: &Underway, not_before: Millis) {
        match &run.order {
            Some(order) => self.order_again(order, not_before),
            None => self.planner.queue.put_back(&run.task, not_before, true),
        }
    }

    fn tell_not_run(&self, task: &TaskRef) {
        let Some((school, _)) = self.planner.find(task) else { return };
        let teller = Teller::new(&self.store, &self.host.config().notify, &school);
        if let Err(error) = teller.could_not_run(&task.task, self.clock.now()) {
            tracing::error!(school = %task.school, task = %task.task, ?error, "that it was not run cannot be told");
        }
    }

    fn reload(&mut self) {
        self.supervisor.reloading();
        self.read(true);
        tracing::info!(
            schools = self.planner.schools().len(),
            tasks = self.planner.tasks(),
            "settings read anew"
        );
        self.supervisor.ready();
    }

    /// Nothing begins any more. Runs under way stop after the batch in hand; what has not ended in time, or by a second
    /// signal, is cut off, and goes on after the next start.
    async fn stop(mut self, signals: &mut Signals) {
        self.supervisor.stopping();
        self.board.state().stopping = true;
        self.people.close();
        self.cancel.cancel();
        let within = self.host.config().serve.stop_within_ms;
        tracing::info!(running = self.runs.len(), within_ms = within, "stopping");
        let clock = Arc::clone(&self.clock);
        let mut late = clock.sleep(within);
        while !self.runs.is_empty() {
            tokio::select! {
                Some((run, ended)) = self.runs.next() => self.ended(&run, ended),
                signal = signals.next() => if signal == Signal::Stop { break },
                () = &mut late => break,
            }
        }
        self.people.rest(TELLING_WITHIN).await;
        if let Err(error) = self.planner.save(&*self.store) {
            tracing::error!(?error, "what has ended cannot be stored: it will be run again");
        }
        self.telling.stop(TELLING_WITHIN).await;
        tracing::info!(cut_off = self.runs.len(), "stopped");
    }
}

impl<S> std::fmt::Debug for Server<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Server({:?})", self.host)
    }
}

#[cfg(test)]
mod tests;
