//! What runs in this process now, told to whoever asks.
//!
//! A process that runs tasks answers at a socket, `<data>/live/<pid>.sock`: one JSON document to each who connects.
//! Nothing is written while nobody looks, and what a process told is gone the moment it dies, however it dies. A socket
//! that nobody answers at was left by a dead process and is cleared away by the next who looks or begins.
//!
//! Names of schools and tasks and numbers only: no names of people.

mod socket;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use self::socket::{Socket, ask, sockets};
use super::journal::Journal;
use crate::error::Result;
use crate::model::{RunId, TaskRef};
use crate::reconcile::{Phase, ProgressSink};

/// A run under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    /// In which process.
    pub pid: u32,
    /// Of which task.
    pub task: TaskRef,
    /// Its connector.
    pub connector: String,
    /// Its number; none before it has one.
    pub run: Option<RunId>,
    /// `desired`, `observe` or `apply`; none before the first of them.
    pub phase: Option<String>,
    /// So much of the phase is done: scopes of `desired`, items of the others.
    pub done: u64,
    /// Of so much.
    pub total: u64,
    /// Requests so far, each attempt counted.
    pub requests: u64,
    /// Requests that wait for their turn at a remote system.
    pub waiting: u64,
    /// At which most of them wait.
    pub waits_for: Option<String>,
    /// Milliseconds since it began.
    pub ms: u64,
}

/// The runs of this process.
pub struct Live {
    folder: PathBuf,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    next: u64,
    runs: BTreeMap<u64, Run>,
    socket: Option<Socket>,
}

struct Run {
    task: TaskRef,
    connector: String,
    journal: Arc<Journal>,
    began: std::time::Instant,
    run: Option<RunId>,
    phase: Option<Phase>,
    done: u64,
    total: u64,
}

impl Live {
    /// No runs yet, and no socket. `data`: the folder that who looks and who runs have in common.
    pub(super) fn new(data: &Path) -> Self {
        Self { folder: folder(data), state: Arc::default() }
    }

    /// A run begins; it is over when the answer is dropped. `span` hears its number. Where the socket cannot be made,
    /// the run goes on unseen.
    pub(super) fn begin(
        &self,
        task: TaskRef,
        connector: &str,
        journal: Arc<Journal>,
        told: Arc<dyn ProgressSink>,
        span: tracing::Span,
    ) -> Arc<Witness> {
        let mut state = lock(&self.state);
        if state.socket.is_none() {
            let all = Arc::downgrade(&self.state);
            match Socket::listen(&self.folder, move || all.upgrade().map(|all| tell(&all))) {
                Ok(socket) => state.socket = Some(socket),
                Err(error) => tracing::warn!(?error, "runs cannot be watched"),
            }
        }
        state.next += 1;
        let (place, began) = (state.next, std::time::Instant::now());
        let (run, phase, connector) = (None, None, connector.to_owned());
        state.runs.insert(place, Run { task, connector, journal, began, run, phase, done: 0, total: 0 });
        Arc::new(Witness { state: Arc::clone(&self.state), place, told, span })
    }

    /// The run of this task; nothing before it has a number. (What only looks has none.)
    pub(super) fn of(&self, task: &TaskRef) -> Option<Running> {
        let state = lock(&self.state);
        state.runs.values().find(|run| run.task == *task && run.run.is_some()).map(Run::tell)
    }
}

impl std::fmt::Debug for Live {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Live({})", self.folder.display())
    }
}

/// Hears a run, and passes on what it hears: to whoever watches, and to the run's span.
pub(super) struct Witness {
    state: Arc<Mutex<State>>,
    place: u64,
    told: Arc<dyn ProgressSink>,
    span: tracing::Span,
}

impl Witness {
    fn note(&self, change: impl FnOnce(&mut Run)) {
        if let Some(run) = lock(&self.state).runs.get_mut(&self.place) {
            change(run);
        }
    }
}

impl ProgressSink for Witness {
    fn started(&self, run: &RunId) {
        self.span.record("run", tracing::field::display(run));
        self.note(|noted| noted.run = Some(run.clone()));
        self.told.started(run);
    }

    fn progress(&self, phase: Phase, done: u64, total: u64) {
        self.note(|noted| (noted.phase, noted.done, noted.total) = (Some(phase), done, total));
        self.told.progress(phase, done, total);
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        lock(&self.state).runs.remove(&self.place);
    }
}

impl Run {
    fn tell(&self) -> Running {
        let sent = self.journal.sent();
        Running {
            pid: std::process::id(),
            task: self.task.clone(),
            connector: self.connector.clone(),
            run: self.run.clone(),
            phase: self.phase.map(|phase| phase.to_string()),
            done: self.done,
            total: self.total,
            requests: sent.requests,
            waiting: sent.waiting,
            waits_for: sent.waits_for,
            ms: u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX),
        }
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn folder(data: &Path) -> PathBuf {
    data.join("live")
}

fn tell(state: &Mutex<State>) -> Vec<u8> {
    let runs: Vec<Running> = lock(state).runs.values().map(Run::tell).collect();
    serde_json::to_vec(&runs).unwrap_or_default()
}

/// The runs of all processes on this data folder, by school and task.
///
/// # Errors
/// The folder cannot be read.
pub fn look(data: &Path) -> Result<Vec<Running>> {
    let mut runs: Vec<Running> =
        sockets(&folder(data))?.iter().flat_map(|socket| of_process(socket)).collect();
    runs.sort_by(|a, b| (&a.task, a.pid).cmp(&(&b.task, b.pid)));
    Ok(runs)
}

/// The run of this task in another process; nothing before it has a number. Blocks for as long as others take to answer.
///
/// # Errors
/// The folder cannot be read.
pub(super) fn elsewhere(data: &Path, task: &TaskRef) -> Result<Option<Running>> {
    let others = look(data)?.into_iter().filter(|run| run.pid != std::process::id());
    Ok(others.into_iter().find(|run| run.task == *task && run.run.is_some()))
}

/// Of a process that does not answer in time, or with something else, nothing is known.
fn of_process(socket: &Path) -> Vec<Running> {
    let told = ask(socket).ok();
    told.and_then(|told| serde_json::from_slice(&told).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reconcile::Silent;

    fn task() -> TaskRef {
        TaskRef { school: "school57".into(), task: "dnevnik".into() }
    }

    fn seen(data: &Path) -> Vec<(String, Option<String>, u64, u64)> {
        let runs = look(data).unwrap();
        runs.into_iter().map(|run| (run.task.to_string(), run.phase, run.done, run.total)).collect()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_run_is_seen_while_it_lasts_however_long_the_path_is() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("a".repeat(120));
        assert_eq!(seen(&data), []);
        let live = Live::new(&data);
        let journal = Arc::new(Journal::default());
        let witness = live.begin(task(), "dnevnik", journal, Arc::new(Silent), tracing::Span::none());
        let look = |data: PathBuf| tokio::task::spawn_blocking(move || seen(&data));
        let begun = ("school57/dnevnik".to_owned(), None, 0, 0);
        assert_eq!(look(data.clone()).await.unwrap(), std::slice::from_ref(&begun));
        witness.progress(Phase::Apply, 3, 7);
        let applying = (begun.0, Some("apply".to_owned()), 3, 7);
        assert_eq!(look(data.clone()).await.unwrap(), [applying]);
        drop(witness);
        assert_eq!(look(data.clone()).await.unwrap(), []);
        drop(live);
        assert_eq!(std::fs::read_dir(data.join("live")).unwrap().count(), 0, "nothing is left");
    }

    #[test]
    fn what_a_dead_process_left_is_cleared_away() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("live/4711.sock");
        std::fs::create_dir(folder.path().join("live")).unwrap();
        drop(std::os::unix::net::UnixListener::bind(&socket).unwrap());
        assert!(socket.exists());
        assert_eq!(seen(folder.path()), []);
        assert!(!socket.exists());
    }
}
