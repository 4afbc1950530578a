//! `exchange serve`: what is due is run once, whatever ends the server on the way; settings that break cost nobody the
//! good ones; a school is never worked on by two.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use exchange::model::timetable::Mark;
use exchange::model::{Millis, TaskRef};
use exchange::store::{HostDb, MarkStore, MasterKey};
use exchange_stand::rows::{Options, Tally};
use serde_json::Value;

use crate::h4_rows_to_http::World;
use crate::process::{self, PATIENCE};
use crate::run_all;
use crate::served::{Served, until};

const TASK: &str = "rows/rows";
/// More deliveries than are under way at once.
const PUPILS: u64 = 2_500;
/// Deliveries, and look-ups before them.
const BATCHES: u64 = PUPILS / 500;
const HOUR_MS: Millis = 3_600_000;

/// No school yet; the server listens.
pub(crate) fn listening(options: Options) -> World {
    listening_with(options, "rate = 0\nparallel = 1")
}

/// The same with these limits of the upstream.
pub(crate) fn listening_with(options: Options, limits: &str) -> World {
    let world = World::without_schools(options, limits);
    let host = fs::read_to_string(world.path("exchange.toml")).expect("the host's file");
    world.write("exchange.toml", &format!("serve.listen = \"127.0.0.1:0\"\n{host}"));
    world
}

/// The school of rows, whose task is due.
pub(crate) fn due(options: Options) -> World {
    let world = listening(options);
    add_due(&world, "rows", "p", PUPILS);
    world
}

/// A school whose task should have run between one hour and two ago, when no server was there.
pub(crate) fn add_due(world: &World, school: &str, prefix: &str, pupils: u64) {
    world.add_school(school, prefix, pupils);
    let zone = jiff::tz::TimeZone::get("Europe/Moscow").expect("a zone");
    let hour = (jiff::Timestamp::now().to_zoned(zone).hour() + 23) % 24;
    schedule(
        world,
        school,
        &format!("{{ cron = \"0 {hour} * * *\", missed = \"latest\", within = \"12h\" }}"),
    );
    remember(world, &format!("{school}/rows"), 3 * HOUR_MS);
}

pub(crate) fn schedule(world: &World, school: &str, schedule: &str) {
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
pub(crate) fn store(data: &Path) -> HostDb {
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
    let pid = served.process().to_string();
    world.run("", &["serve"]).with(1).complains(&pid);
    served.stop();
    Served::start(&world).stop();
    assert_eq!(runs(&world), 1, "the second server knows that it was run");

    world.run("", &["disable", TASK]).with(0);
    Served::start(&world).stop();
    assert_eq!(store(&world.path("data")).marks().expect("readable"), [], "nothing is remembered of it");
}

/// Ends a server in this phase of its run in this way; the next one makes the run whole.
fn cut_short(phase: impl Fn(&Tally) -> bool, end: impl FnOnce(Served<'_>)) {
    let world = due(slow());
    let served = Served::start(&world);
    until("the run is in its phase", || phase(&world.service.tally()));
    end(served);
    let served = Served::start(&world);
    until("everything has arrived", || world.arrived() == PUPILS);
    until("nothing runs", || served.number("exchange_runs_running") == Some(0.0));
    served.stop();
    let runs: Vec<Value> = world.run("", &["runs", "rows", "--json"]).json();
    assert_eq!(runs[0]["status"], "success", "{runs:#?}");
    assert_eq!(runs.len(), 2, "{runs:#?}");
}

/// Looks at what is there already.
fn observes(tally: &Tally) -> bool {
    tally.lookups > 0 && tally.posts == 0
}

fn sends(tally: &Tally) -> bool {
    tally.posts > 0 && tally.rows < PUPILS
}

/// Reads back what was sent: everything has arrived, and somebody asks for it.
fn confirms(tally: &Tally) -> bool {
    tally.rows == PUPILS && tally.lookups > BATCHES
}

fn killed(served: Served<'_>) {
    served.signal("-KILL");
    assert_eq!(served.end(), None);
}

#[test]
fn h2_a_server_that_is_stopped_while_it_looks_goes_on_after_its_start() {
    cut_short(observes, |served| served.stop());
}

#[test]
fn h2_a_server_that_is_stopped_while_it_sends_goes_on_after_its_start() {
    cut_short(sends, |served| served.stop());
}

#[test]
fn h2_a_server_that_is_stopped_while_it_reads_back_goes_on_after_its_start() {
    cut_short(confirms, |served| served.stop());
}

#[test]
fn h2_a_server_that_is_killed_while_it_sends_goes_on_after_its_start() {
    cut_short(sends, killed);
}

#[test]
fn h2_a_server_that_is_killed_while_it_reads_back_goes_on_after_its_start() {
    cut_short(confirms, killed);
}

/// A run whose first request is never answered.
fn never_answered() -> World {
    due(Options { latency: Duration::from_secs(3_600), ..Options::default() })
}

#[test]
fn what_does_not_stop_in_time_is_cut_off() {
    let world = never_answered();
    let host = fs::read_to_string(world.path("exchange.toml")).expect("the host's file");
    world.write("exchange.toml", &format!("serve.stop-within = \"200ms\"\n{host}"));
    let served = Served::start(&world);
    until("a run is under way", || served.number("exchange_runs_running") == Some(1.0));
    served.stop();
    let marks = store(&world.path("data")).marks().expect("readable");
    assert_eq!(marks[0].1.open.len(), 1, "it goes on after the next start");
}

#[test]
fn a_second_signal_ends_at_once() {
    let world = never_answered();
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

#[test]
fn h4_a_damaged_school_costs_only_itself() {
    let world = listening(Options::default());
    ["a", "b", "c"].iter().for_each(|school| add_due(&world, school, school, 10));
    run_all::damage(&world, "b");
    let served = Served::start(&world);
    let count = |status| format!("exchange_runs_total{{connector=\"rows-to-http\",status=\"{status}\"}}");
    until("two succeed", || served.number(&count("success")) == Some(2.0));
    until("one cannot be made", || served.number(&count("not-run")) == Some(1.0));
    assert_eq!((world.arrived(), served.readiness().0), (20, 200));
    let said = served.said("the run could not be made").expect("it is told");
    assert_eq!(said["fields"]["school"], "b");
    served.stop();
}

#[test]
fn what_was_missed_waits_until_files_are_mended() {
    let world = listening(Options::default());
    add_due(&world, "rows", "p", 10);
    let files = ["exchange.toml", "schools/rows.toml"].map(|file| (file, world.path(file)));
    let good = files.map(|(file, path)| (file, fs::read_to_string(path).expect("a file")));
    let elsewhere = good[0].1.replace(&world.service.addr().to_string(), "127.0.0.1:9");
    world.write("exchange.toml", &elsewhere);
    world.write("schools/rows.toml", "name = \"cut sho");
    let served = Served::start(&world);
    assert_eq!(served.number("exchange_broken_files"), Some(1.0));
    good.iter().for_each(|(file, text)| world.write(file, text));
    until("it is run, by the new settings", || world.arrived() == 10);
    served.stop();
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
    let Ok(judged) = judge(&file) else {
        return eprintln!("systemd is not installed: the unit is not judged");
    };
    let said = String::from_utf8_lossy(&judged.stderr);
    assert!(judged.status.success() && !said.contains("exchange.service"), "{said}");
}
