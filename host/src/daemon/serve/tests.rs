//! The loop through hours of a clock that moves only when somebody waits.

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, Ordering};

use super::*;
use crate::daemon::host::Package;
use crate::error::Error;
use crate::model::SchoolId;
use crate::model::setup::{HostConfig, SchoolConfig, TaskConfig};
use crate::model::timetable::{CronLine, Mark, Schedule, When};
use crate::model::{TaskId, TaskRef};
use crate::reconcile::Steady;

const MINUTE: Millis = 60_000;
/// A midnight, by UTC.
const MIDNIGHT: Millis = 1_780_012_800_000;

/// Both clocks; nobody sets the one on the wall.
struct Watch(AtomicI64);

impl Clock for Watch {
    fn now(&self) -> Millis {
        self.0.load(Ordering::Relaxed)
    }

    fn steady(&self) -> Steady {
        Steady { boot: 1, ms: self.now() - MIDNIGHT + 1_000 }
    }

    fn sleep(&self, _: u64) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        unreachable!("the test turns the loop itself")
    }
}

/// Settings whose school is there or cannot be read, and whose connector nobody has locked.
struct Files {
    /// What is read next.
    next: Vec<Result<SchoolConfig>>,
}

impl Settings for Files {
    fn changes(&mut self, _: bool) -> Changes {
        let file = |read| SchoolFile { file: PathBuf::from("s.toml"), read };
        let schools = self.next.drain(..).map(file).collect();
        let there = Some([SchoolId::from("s")].into());
        Changes { host: None, folder: ("schools".into(), Ok(())), schools, there }
    }

    fn package(&mut self, _: &TaskRef, connector: &str) -> Result<Arc<Package>> {
        Err(Error::config(format!("`{connector}` is not locked")))
    }
}

/// Its task is due every ten minutes.
fn school() -> SchoolConfig {
    let line = CronLine::parse("*/10 * * * *").expect("a line");
    let schedule = Some(Schedule::new(When::Cron { line, jitter_ms: 0 }));
    let connector = "rows".to_owned();
    let task = TaskConfig { id: "t".into(), connector, enabled: true, schedule, ..TaskConfig::default() };
    SchoolConfig { id: "s".into(), time_zone: "UTC".into(), tasks: vec![task], ..SchoolConfig::default() }
}

struct World {
    server: Server<Files>,
    clock: Arc<Watch>,
    _folder: tempfile::TempDir,
}

impl World {
    async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let config = HostConfig { data: folder.path().to_owned(), ..HostConfig::default() };
        let clock = Arc::new(Watch(AtomicI64::new(MIDNIGHT + 1)));
        let files = Files { next: vec![Ok(school())] };
        let (host, supervisor) = (Host::new(config, [7; 32]), Supervisor::at(None, false));
        let server =
            Server::start(files, host, Arc::clone(&clock) as _, supervisor, None).await.expect("it starts");
        Self { server, clock, _folder: folder }
    }

    /// Turns the loop until so long has passed; how often it turned.
    fn pass(&mut self, ms: Millis) -> usize {
        let (end, mut turns) = (self.clock.now() + ms, 0);
        while self.clock.now() < end {
            let sleep = self.server.turn().min(BEAT_MS.unsigned_abs());
            self.clock.0.fetch_add(i64::try_from(sleep).expect("short").max(1), Ordering::Relaxed);
            turns += 1;
        }
        turns
    }

    fn not_run(&self) -> u64 {
        let key = ("rows".to_owned(), NOT_RUN.to_owned());
        self.server.board.state().ended.get(&key).copied().unwrap_or_default()
    }

    fn mark(&self) -> Mark {
        let task = TaskRef { school: "s".into(), task: TaskId::from("t") };
        let marks = self.server.store.marks().expect("readable");
        marks.into_iter().find(|(of, _)| *of == task).expect("it is remembered").1
    }
}

#[tokio::test]
async fn every_time_has_its_one_run_and_is_remembered() {
    let mut world = World::start().await;
    // What has ended is stored with the next turn.
    let turns = world.pass(3 * 60 * MINUTE + 2 * BEAT_MS);
    assert_eq!(world.not_run(), 18, "each ten minutes, whatever becomes of it");
    assert_eq!((world.mark().decided, world.mark().open), (MIDNIGHT + 180 * MINUTE, vec![]));
    let beats = usize::try_from(3 * 60 * MINUTE / BEAT_MS).expect("a count");
    assert!(turns < beats + beats / 50, "it does not spin: {turns}");
    assert!(world.server.board.state().is_ready());
}

#[tokio::test]
async fn a_file_that_breaks_keeps_its_times_and_is_told_until_it_is_mended() {
    let mut world = World::start().await;
    world.pass(15 * MINUTE);
    world.server.settings.next.push(Err(Error::config("cut short")));
    world.pass(30 * MINUTE);
    assert_eq!((world.not_run(), world.server.board.state().broken.len()), (4, 1));
    let mut mended = school();
    mended.tasks[0].enabled = false;
    world.server.settings.next.push(Ok(mended));
    world.pass(30 * MINUTE);
    assert_eq!((world.not_run(), world.server.board.state().broken.len()), (4, 0), "it is switched off");
}

#[tokio::test]
async fn a_clock_that_is_set_forward_misses_nothing_twice() {
    let mut world = World::start().await;
    world.pass(5 * MINUTE);
    world.clock.0.fetch_add(60 * MINUTE, Ordering::Relaxed);
    world.pass(6 * MINUTE);
    // Of the six times that were jumped over the latest is run, and then the next one.
    assert_eq!(world.not_run(), 2);
    let let_go: u64 = world.server.board.state().let_go.values().sum();
    assert_eq!(let_go, 5);
}
