//! The process is killed at chosen instants of a first run and started again: each object is there exactly once at the
//! end, every time, and the school is free within seconds.
//!
//! Instants are requests, as the stand-in has them in hand before or after storing, and system calls, where `strace`
//! is installed. They are spread over the course of a run that nobody disturbs, which is followed first. An ordinary
//! run of the tests takes twenty, the long one more than two hundred.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::compare::{all_there, nobody_twice};
use crate::process::PATIENCE;
use crate::world::{TASK, World};

/// A school must be free again so soon after its process died.
const FREE_WITHIN: Duration = Duration::from_secs(5);

/// When the process dies.
#[derive(Clone, Copy, Debug)]
enum Moment {
    /// The n-th request of all is with the stand-in, which has not stored anything.
    Asked(u64),
    /// The n-th writing request is with the stand-in, which has not stored anything.
    Sent(u64),
    /// The n-th writing request is stored and not answered.
    Stored(u64),
    /// The n-th system call of this name in one of the process's threads.
    Call(&'static str, u64),
}

/// System calls at which something becomes durable, leaves the process, comes in, or ties it to files and peers.
const CALLS: [&str; 10] = [
    "fsync",
    "pwrite64",
    "write",
    "writev",
    "recvfrom",
    "connect",
    "openat",
    "unlink",
    "ftruncate",
    "epoll_wait",
];

/// How often each thing happens in a first run that nobody disturbs.
#[derive(Debug, Default)]
struct Course {
    requests: u64,
    writes: u64,
    /// By name: in the thread that makes most of them, which is how `strace` counts.
    calls: BTreeMap<&'static str, u64>,
}

impl Course {
    /// Followed once a test run.
    fn followed() -> &'static Self {
        static COURSE: OnceLock<Course> = OnceLock::new();
        COURSE.get_or_init(|| {
            let world = World::bound_unsettled();
            world.forget_requests();
            let calls = if has_strace() { calls_of_a_run(&world) } else { BTreeMap::new() };
            if calls.is_empty() {
                world.send();
            }
            let (requests, writes) = (world.requests().len() as u64, world.writes().len() as u64);
            Self { requests, writes, calls }
        })
    }

    /// So many instants at requests, all over the run.
    fn requests(&self, count: u64) -> Vec<Moment> {
        let (few, rest) = (count / 4, count - count / 4 * 2);
        let sent = spread(self.writes, few).map(Moment::Sent);
        let stored = spread(self.writes, few).map(Moment::Stored);
        spread(self.requests, rest).map(Moment::Asked).chain(sent).chain(stored).collect()
    }

    /// So many instants at system calls.
    fn calls(&self, count: u64) -> Vec<Moment> {
        let each = count.div_ceil(CALLS.len() as u64);
        let of = |(name, most): (&&'static str, &u64)| {
            let name = *name;
            spread(*most, each).map(move |nth| Moment::Call(name, nth)).collect::<Vec<_>>()
        };
        self.calls.iter().flat_map(of).collect()
    }
}

/// At most `count` numbers from 1 to `most`, evenly.
pub(crate) fn spread(most: u64, count: u64) -> impl Iterator<Item = u64> {
    let count = count.min(most);
    (0..count).map(move |n| (2 * n + 1) * most / (2 * count) + 1)
}

fn calls_of_a_run(world: &World) -> BTreeMap<&'static str, u64> {
    let to = world.path("calls");
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qqq", "-e", &format!("trace={}", CALLS.join(","))]).arg("-o").arg(&to).arg("--");
    let ended = world.run_by(run_by(strace));
    assert_eq!(ended.code, Some(4), "{}", ended.err);
    let text = std::fs::read_to_string(to).expect("what it wrote");
    let mut counts: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for (thread, call) in text.lines().filter_map(|line| line.split_once(' ')) {
        let name = call.trim_start().split('(').next().unwrap_or_default();
        *counts.entry((name, thread)).or_default() += 1;
    }
    let most = |name: &&'static str| {
        let of_threads = counts.iter().filter(|((call, _), _)| call == name).map(|(_, count)| *count);
        Some((*name, of_threads.max()?))
    };
    CALLS.iter().filter_map(most).collect()
}

fn run_by(mut strace: Command) -> Command {
    strace.arg(env!("CARGO_BIN_EXE_exchange")).args(["run", TASK, "--quiet"]);
    strace
}

/// What the stand-in does with the request at which the process dies.
fn fault(moment: Moment) -> (Value, Value) {
    let held = json!({"kind": "latency", "ms": 3_600_000});
    let writing = |nth| json!({"method": "POST", "prefix": "/contingent/", "nth": nth});
    match moment {
        Moment::Asked(nth) => (json!({"prefix": "/", "nth": nth}), held),
        Moment::Sent(nth) => (writing(nth), held),
        Moment::Stored(nth) => (writing(nth), json!({"kind": "loseAnswer"})),
        Moment::Call(..) => unreachable!("the stand-in has no part in it"),
    }
}

/// Runs until the stand-in holds the request, and kills the process then. Says whether it came to that.
fn killed_at_request(world: &World, moment: Moment) -> bool {
    let (matching, effect) = fault(moment);
    world.fault(matching, effect);
    let mut run = world.start(&["run", TASK, "--quiet"]);
    let end = Instant::now() + PATIENCE;
    let held = loop {
        assert!(Instant::now() < end, "{moment:?}: neither held nor ended");
        match (world.struck() > 0, run.has_ended()) {
            (true, _) => break true,
            (false, true) => break false,
            _ => thread::sleep(Duration::from_millis(2)),
        }
    };
    run.kill();
    world.heal();
    held
}

/// Runs under `strace`, which kills the process at the call. Says whether it came to that.
fn killed_at_call(world: &World, name: &str, nth: u64) -> bool {
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qqq", "-o", "/dev/null", "-e", &format!("trace={name}")]);
    strace.args(["-e", &format!("inject={name}:signal=KILL:when={nth}"), "--"]);
    let ended = world.run_by(run_by(strace));
    assert!(!ended.err.contains("strace:"), "{}", ended.err);
    ended.code.is_none()
}

/// One kill, and all that is promised of what follows. Says whether the process died at that moment.
fn survives(world: &World, moment: Moment) -> bool {
    let died = match moment {
        Moment::Call(name, nth) => killed_at_call(world, name, nth),
        _ => killed_at_request(world, moment),
    };
    if died {
        nobody_twice(&world.state());
        let free = Instant::now() + FREE_WITHIN;
        // Approving some plan that nobody made changes nothing, and needs the school for itself.
        while world.run(&["approve", TASK, "0000000000000000"]).code != Some(0) {
            assert!(Instant::now() < free, "{moment:?}: the school is not free");
        }
    }
    world.run_until_done();
    all_there(world.state());
    died
}

/// Each moment in a world of its own; nearly all have to come to pass, or the instants are badly chosen.
#[track_caller]
fn all_survive(moments: Vec<Moment>, world: impl Fn() -> World) {
    let mut missed = Vec::new();
    for moment in &moments {
        println!("{moment:?}");
        if !survives(&world(), *moment) {
            missed.push(moment);
        }
    }
    assert!(missed.len() * 4 <= moments.len(), "never reached: {missed:?}");
}

/// Is `strace` there, and may it trace?
pub(crate) fn has_strace() -> bool {
    let traced = Command::new("strace").args(["-f", "-qqq", "-o", "/dev/null", "true"]).output();
    let works = traced.is_ok_and(|output| output.status.success());
    if !works {
        println!("strace is not here or may not trace: the kills at system calls are left out");
    }
    works
}

#[test]
fn killed_at_a_request_each_object_is_there_once() {
    all_survive(Course::followed().requests(10), World::bound_unsettled);
}

#[test]
fn killed_at_a_system_call_each_object_is_there_once() {
    all_survive(Course::followed().calls(10), World::bound_unsettled);
}

#[test]
#[ignore = "long: a hundred kills"]
fn killed_at_any_request_each_object_is_there_once() {
    all_survive(Course::followed().requests(100), World::bound_unsettled);
}

#[test]
#[ignore = "long: a hundred kills"]
fn killed_at_any_system_call_each_object_is_there_once() {
    all_survive(Course::followed().calls(100), World::bound_unsettled);
}

#[test]
#[ignore = "long: waits for the other side to settle"]
fn killed_where_the_other_side_settles_late_each_object_is_there_once() {
    all_survive(Course::followed().requests(40), World::bound);
}
