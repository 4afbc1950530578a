//! `exchange serve`: what is due is run once, whatever ends the server on the way; settings that break cost nobody the
//! good ones; a school is never worked on by two.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use exchange::model::timetable::Mark;
use exchange::model::{Millis, TaskRef};
use exchange::store::{HostDb, MarkStore, MasterKey};
use exchange_stand::http;
use exchange_stand::rows::Options;
use serde_json::Value;

use crate::h4_rows_to_http::World;
use crate::process::{self, PATIENCE};

const TASK: &str = "rows/rows";
/// More deliveries than are under way at once.
const PUPILS: u64 = 2_500;
const HOUR_MS: Millis = 3_600_000;

/// The server under way. Killed when the test ends.
struct Served<'w> {
    world: &'w World,
    child: Child,
}

impl<'w> Served<'w> {
    /// Starts it and waits until schedules are loaded.
    fn start(world: &'w World) -> Self {
        Self::start_with(world, |_| ())
    }

    fn start_with(world: &'w World, prepare: impl FnOnce(&mut Command)) -> Self {
        let mut command = process::exchange(&world.path(""));
        let log = File::create(world.path("serve.log")).expect("a file");
        command.args(["serve", "--json"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        prepare(&mut command);
        let served = Self { world, child: command.spawn().expect("it starts") };
        until("it serves", || served.said("serving").is_some());
        served
    }

    /// The first line of its log with this text.
    fn said(&self, text: &str) -> Option<Value> {
        let log = fs::read_to_string(self.world.path("serve.log")).expect("its log");
        let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        lines.into_iter().find(|line| line["fields"]["message"] == text)
    }

    fn get(&self, path: &str) -> http::Answer {
        let said = self.said("serving").expect("it serves");
        let address = said["fields"]["listen"].as_str().expect("an address").to_owned();
        let url = http::local(&format!("http://{address}{path}")).expect("an address");
        http::send("GET", &url, &[], "").expect("it answers")
    }

    fn readiness(&self) -> (u16, Value) {
        let answer = self.get("/ready");
        (answer.status, serde_json::from_str(&answer.body).expect("JSON"))
    }

    /// A number of `/metrics`.
    fn number(&self, sample: &str) -> Option<f64> {
        let text = self.get("/metrics").accepted().expect("numbers");
        text.lines().find_map(|line| line.strip_prefix(sample)?.strip_prefix(' ')?.parse().ok())
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([name, &self.child.id().to_string()]).status();
        assert!(sent.expect("kill is there").success(), "{name}");
    }

    /// The exit code after what was asked for.
    fn end(mut self) -> Option<i32> {
        let mut code = None;
        until("it ends", || {
            code = self.child.try_wait().expect("it can be asked");
            code.is_some()
        });
        code.and_then(|status| status.code())
    }

    /// Asked to stop, it does.
    fn stop(self) {
        self.signal("-TERM");
        let log = self.world.path("serve.log");
        assert_eq!(self.end(), Some(0), "{}", fs::read_to_string(log).expect("its log"));
    }
}

impl Drop for Served<'_> {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[track_caller]
fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < end, "never: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The school of rows, whose task should have run between one hour and two ago, when no server was there.
fn due(options: Options) -> World {
    let world = World::without_schools(options, "rate = 0\nparallel = 1");
    let host = fs::read_to_string(world.path("exchange.toml")).expect("the host's file");
    world.write("exchange.toml", &format!("serve.listen = \"127.0.0.1:0\"\n{host}"));
    world.add_school("rows", "p", PUPILS);
    let zone = jiff::tz::TimeZone::get("Europe/Moscow").expect("a zone");
    let hour = (jiff::Timestamp::now().to_zoned(zone).hour() + 23) % 24;
    schedule(
        &world,
        "rows",
        &format!("{{ cron = \"0 {hour} * * *\", missed = \"latest\", within = \"12h\" }}"),
    );
    remember(&world, TASK, 3 * HOUR_MS);
    world
}

fn schedule(world: &World, school: &str, schedule: &str) {
    let file = format!("schools/{school}.toml");
    let text = fs::read_to_string(world.path(&file)).expect("the school's file");
    let patience = "patience = \"20s\"";
    world.write(&file, &text.replace(patience, &format!("{patience}\nschedule = {schedule}")));
}

/// As if a server had been there until so long ago.
fn remember(world: &World, task: &str, ago: Millis) {
    let previews: Vec<Value> = world.run("", &["next", task, "--json"]).with(0).json();
    let schedule = previews[0]["schedule"].as_str().expect("a schedule").to_owned();
    let decided = jiff::Timestamp::now().as_millisecond() - ago;
    let task = TaskRef::try_from(task.to_owned()).expect("a task");
    let mark = Mark { decided, open: vec![], schedule };
    store(world.path("data").as_path()).put_marks(&[(task, mark)]).expect("it is stored");
}

/// The shared store, whose secrets this key does not open.
fn store(data: &Path) -> HostDb {
    HostDb::open(data, &MasterKey([0; 32])).expect("the host's store")
}

fn slow() -> Options {
    Options { latency: Duration::from_millis(500), ..Options::default() }
}

fn runs(world: &World) -> usize {
    let runs: Vec<Value> = world.run("", &["runs", "rows", "--json"]).json();
    runs.len()
}

#[test]
fn h1_what_was_missed_is_run_once_and_one_server_is_enough() {
    let world = due(Options::default());
    let served = Served::start(&world);
    let success = "exchange_runs_total{connector=\"rows-to-http\",status=\"success\"}";
    until("the run succeeds", || served.number(success) == Some(1.0));
    assert_eq!(world.arrived(), PUPILS);
    assert_eq!(served.get("/live").status, 200);
    assert_eq!(served.readiness().0, 200);
    assert_eq!(served.number("exchange_dispatch_lag_seconds_count"), Some(1.0));
    let pid = served.child.id().to_string();
    world.run("", &["serve"]).with(1).complains(&pid);
    served.stop();
    Served::start(&world).stop();
    assert_eq!(runs(&world), 1, "the second server knows that it was run");

    world.run("", &["disable", TASK]).with(0);
    Served::start(&world).stop();
    assert_eq!(store(&world.path("data")).marks().expect("readable"), [], "nothing is remembered of it");
}

/// Ends a server in the middle of its run in this way; the next one makes the run whole.
fn cut_short(end: impl FnOnce(Served<'_>)) {
    let world = due(slow());
    let served = Served::start(&world);
    until("the run sends", || world.service.tally().posts > 0);
    end(served);
    assert!(world.arrived() < PUPILS, "it was in the middle");
    let served = Served::start(&world);
    until("everything has arrived", || world.arrived() == PUPILS);
    until("nothing runs", || served.number("exchange_runs_running") == Some(0.0));
    served.stop();
    let runs: Vec<Value> = world.run("", &["runs", "rows", "--json"]).json();
    assert_eq!(runs[0]["status"], "success", "{runs:#?}");
    assert_eq!(runs.len(), 2, "{runs:#?}");
}

#[test]
fn h2_a_server_that_is_stopped_in_a_run_goes_on_after_its_start() {
    cut_short(|served| served.stop());
}

#[test]
fn h2_a_server_that_is_killed_in_a_run_goes_on_after_its_start() {
    cut_short(|served| {
        served.signal("-KILL");
        assert_eq!(served.end(), None);
    });
}

#[test]
fn a_second_signal_ends_at_once() {
    let latency = Duration::from_secs(3_600);
    let world = due(Options { latency, ..Options::default() });
    let served = Served::start(&world);
    until("a run is under way", || served.number("exchange_runs_running") == Some(1.0));
    served.signal("-INT");
    until("it was heard", || served.said("stopping").is_some());
    served.signal("-INT");
    assert_eq!(served.end(), Some(0));
}

#[test]
fn a_school_that_somebody_works_on_waits() {
    let world = due(slow());
    let mut by_hand = process::exchange(&world.path(""));
    let mut by_hand =
        by_hand.args(["run", TASK, "--quiet"]).stdout(Stdio::null()).spawn().expect("it starts");
    until("it sends", || world.service.tally().posts > 0);
    let served = Served::start(&world);
    until("the run waits", || served.said("the run waits").is_some());
    assert!(by_hand.wait().expect("it ends").success());
    until("its turn comes", || served.said("a run ended").is_some());
    served.stop();
    assert_eq!((world.arrived(), world.service.tally().at_once), (PUPILS, 1));
}

#[cfg(target_os = "linux")]
#[test]
fn a_broken_file_keeps_what_was_good_and_is_told() {
    use std::os::unix::net::UnixDatagram;

    let world = due(Options::default());
    let manager = UnixDatagram::bind(world.path("notify")).expect("a socket");
    manager.set_read_timeout(Some(PATIENCE)).expect("a limit");
    let hears = |what: &str| {
        let mut text = [0; 256];
        let count = manager.recv(&mut text).expect("it tells");
        let text = String::from_utf8_lossy(&text[..count]).into_owned();
        assert!(text.starts_with(what), "{text} is not {what}");
    };
    let served = Served::start_with(&world, |command| {
        command.env("NOTIFY_SOCKET", world.path("notify"));
    });
    hears("READY=1");
    let file = world.path("schools/rows.toml");
    let good = fs::read_to_string(&file).expect("the school's file");
    world.write("schools/rows.toml", "name = \"cut sho");
    world.add_school("other", "q", 1);
    schedule(&world, "other", "\"0 3 * * *\"");
    served.signal("-HUP");
    hears("RELOADING=1");
    hears("READY=1");
    let (status, told) = served.readiness();
    assert_eq!((status, told["broken"].as_array().map(Vec::len)), (200, Some(1)), "{told:#}");
    assert!(told["broken"][0]["file"].as_str().is_some_and(|file| file.ends_with("rows.toml")), "{told:#}");
    assert_eq!(served.number("exchange_broken_files"), Some(1.0));
    assert!(served.said("not usable: what was last read without fault holds").is_some());
    let read = served.said("settings read anew").expect("it says so");
    assert_eq!((&read["fields"]["schools"], &read["fields"]["tasks"]), (&2.into(), &2.into()));

    // Without a word from anybody.
    fs::write(&file, good).expect("it is mended");
    until("it is seen", || served.number("exchange_broken_files") == Some(0.0));
    let host = fs::read_to_string(world.path("exchange.toml")).expect("the host's file");
    world.write("exchange.toml", &host.replace("data = \"data\"", "data = \"elsewhere\""));
    until("it is seen", || served.number("exchange_broken_files") == Some(1.0));
    world.write("exchange.toml", &host);
    served.stop();
    hears("STOPPING=1");
}

#[cfg(target_os = "linux")]
#[test]
fn the_unit_is_sound_where_that_can_be_judged() {
    let unit = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../dist/exchange.service"));
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("exchange.service");
    // What it starts has to be there.
    let unit = unit.expect("the unit").replace("/usr/bin/exchange", env!("CARGO_BIN_EXE_exchange"));
    fs::write(&file, unit).expect("a file");
    let judge = |file: &Path| Command::new("systemd-analyze").arg("verify").arg(file).output();
    let Ok(judged) = judge(&file) else { return };
    let said = String::from_utf8_lossy(&judged.stderr);
    assert!(judged.status.success() && !said.contains("exchange.service"), "{said}");
}
