//! Losing power: a database as the disk holds it afterwards, without what was committed and not yet durable.
//!
//! Which commits those are the store says itself, with a trace event after each: SQLite's log is cut before them. Its
//! commits are lost from the latest backwards, never one from the middle, and none before a durable one; what a
//! checkpoint has carried into the database stays.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, Once, PoisonError};

use exchange::model::{LedgerEntry, LedgerState};
use exchange::store::*;
use tracing::field::{Field, Visit};
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

use super::store_conformance::doubtful;

/// Hears commits: how many of each file would be lost just now.
#[derive(Clone, Default)]
pub(crate) struct Commits {
    fleeting: Arc<Mutex<BTreeMap<PathBuf, usize>>>,
    /// Called after each commit; whoever panics here is killed between two commits.
    then: Option<Arc<dyn Fn() + Send + Sync>>,
}

impl Commits {
    /// Hears all commits of this thread while the guard lives.
    pub(crate) fn hear(then: Option<Arc<dyn Fn() + Send + Sync>>) -> (Self, DefaultGuard) {
        // Somebody listens everywhere: a thread without a listener that commits first would silence the event for all.
        static EVERYWHERE: Once = Once::new();
        EVERYWHERE
            .call_once(|| tracing::subscriber::set_global_default(tracing_subscriber::registry()).unwrap());
        let commits = Self { then, ..Self::default() };
        let subscriber = tracing_subscriber::registry().with(commits.clone());
        (commits, tracing::subscriber::set_default(subscriber))
    }

    /// Copies a database as it is after the power has gone, at most `lost` of its commits being lost.
    pub(crate) fn survive(&self, from: &Path, to: &Path, lost: usize) {
        let fleeting = self.fleeting.lock().unwrap_or_else(PoisonError::into_inner);
        let lost = fleeting.get(from).copied().unwrap_or_default().min(lost);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(from, to).unwrap();
        let log = std::fs::read(beside(from, "-wal")).unwrap();
        let index = std::fs::read(beside(from, "-shm")).unwrap();
        std::fs::write(beside(to, "-wal"), &log[..rest(&log, &index, lost)]).unwrap();
    }
}

fn beside(database: &Path, suffix: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// How much of a write-ahead log is left without its last `lost` commits. Layout: sqlite.org/fileformat2.html and
/// sqlite.org/walformat.html.
fn rest(log: &[u8], index: &[u8], lost: usize) -> usize {
    const HEADER: usize = 32;
    if log.len() < HEADER {
        return log.len();
    }
    let number = |at: usize| u32::from_be_bytes(log[at..at + 4].try_into().unwrap());
    let frame = 24 + number(8) as usize;
    let salt = &log[16..24];
    let frames = (HEADER..).step_by(frame).take_while(|at| at + frame <= log.len());
    // Frames of an older round of the log have another salt; a commit's last frame says the database's size.
    let live = frames.take_while(|at| &log[at + 8..at + 16] == salt);
    let ends: Vec<usize> = live.filter(|at| number(at + 4) > 0).map(|at| at + frame).collect();
    let kept = ends.len().saturating_sub(lost);
    let end = kept.checked_sub(1).map_or(HEADER, |last| ends[last]);
    let carried = u32::from_ne_bytes(index[96..100].try_into().unwrap()) as usize;
    end.max(HEADER + carried * frame)
}

#[derive(Default)]
struct Heard {
    file: PathBuf,
    durable: bool,
}

impl Visit for Heard {
    fn record_bool(&mut self, _field: &Field, value: bool) {
        self.durable = value;
    }

    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "file" {
            self.file = format!("{value:?}").into();
        }
    }
}

impl<S: tracing::Subscriber> Layer<S> for Commits {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() != COMMITS {
            return;
        }
        let mut heard = Heard::default();
        event.record(&mut heard);
        let mut fleeting = self.fleeting.lock().unwrap_or_else(PoisonError::into_inner);
        let lost = fleeting.entry(heard.file).or_default();
        *lost = if heard.durable { 0 } else { *lost + 1 };
        drop(fleeting);
        if let Some(then) = &self.then {
            then();
        }
    }
}

/// What a store knows of the one write of task `t` after the power has gone.
fn after_power_loss(commits: &Commits, folder: &Path, lost: usize) -> (Option<i64>, LedgerState) {
    let after = tempfile::tempdir().unwrap();
    commits.survive(&folder.join("schools/one.db"), &after.path().join("schools/one.db"), lost);
    let store = super::store::open(after.path(), "one");
    let entry = store.ledger(&"t".into()).unwrap().pop().unwrap();
    (store.writes(&"t".into(), 9).unwrap()[0].answered, entry.state)
}

#[test]
fn only_what_is_not_durable_is_lost_and_only_from_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let (commits, _heard) = Commits::hear(None);
    let store = super::store::open(folder.path(), "one");
    let lane = store.take_lane("run", 1).unwrap();
    let doubtful = doubtful("1");
    let items = [doubtful.item.clone()];
    let doubts = [doubtful.clone()];
    let sending =
        Sending { run: None, operation: "o", items: &items, doubts: &[&doubts[0]], sent: 1, until: 2 };
    let ticket = store.journal_sent(lane.fence(), &"t".into(), &sending).unwrap();
    assert_eq!(
        after_power_loss(&commits, folder.path(), 9),
        (None, LedgerState::InDoubt),
        "before bytes leave"
    );

    store.journal_answered(lane.fence(), ticket, Some(200), 7).unwrap();
    assert_eq!(after_power_loss(&commits, folder.path(), 0), (Some(7), LedgerState::InDoubt));
    assert_eq!(
        after_power_loss(&commits, folder.path(), 9),
        (None, LedgerState::InDoubt),
        "the answer is lost"
    );

    let known = LedgerEntry { state: LedgerState::Confirmed, doubt: None, ..doubtful };
    let progress = Progress { put: vec![known], ..Progress::default() };
    store.record(lane.fence(), &"t".into(), None, &progress).unwrap();
    assert_eq!(
        after_power_loss(&commits, folder.path(), 9),
        (Some(7), LedgerState::Confirmed),
        "what is read back"
    );
}
