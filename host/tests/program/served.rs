//! The server under way in a test: its log, what it answers over HTTP, signals to it.

use std::fs::{self, File};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use exchange_stand::http;
use serde_json::Value;

use crate::h4_rows_to_http::World;
use crate::process::{self, PATIENCE};

/// The server under way. Killed when the test ends.
pub(crate) struct Served<'w> {
    world: &'w World,
    child: Child,
}

impl<'w> Served<'w> {
    /// Starts it and waits until schedules are loaded.
    pub(crate) fn start(world: &'w World) -> Self {
        Self::start_with(world, |_| ())
    }

    pub(crate) fn start_with(world: &'w World, prepare: impl FnOnce(&mut Command)) -> Self {
        let mut command = process::exchange(&world.path(""));
        let log = File::create(world.path("serve.log")).expect("a file");
        command.args(["serve", "--json"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        prepare(&mut command);
        let served = Self { world, child: command.spawn().expect("it starts") };
        until("it serves", || served.said("serving").is_some());
        served
    }

    /// The first line of its log with this text.
    pub(crate) fn said(&self, text: &str) -> Option<Value> {
        let log = fs::read_to_string(self.world.path("serve.log")).expect("its log");
        let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        lines.into_iter().find(|line| line["fields"]["message"] == text)
    }

    pub(crate) fn get(&self, path: &str) -> http::Answer {
        let said = self.said("serving").expect("it serves");
        let address = said["fields"]["listen"].as_str().expect("an address").to_owned();
        let url = http::local(&format!("http://{address}{path}")).expect("an address");
        http::send("GET", &url, &[], "").expect("it answers")
    }

    pub(crate) fn readiness(&self) -> (u16, Value) {
        let answer = self.get("/ready");
        (answer.status, serde_json::from_str(&answer.body).expect("JSON"))
    }

    /// A number of `/metrics`.
    pub(crate) fn number(&self, sample: &str) -> Option<f64> {
        let text = self.get("/metrics").accepted().expect("numbers");
        text.lines().find_map(|line| line.strip_prefix(sample)?.strip_prefix(' ')?.parse().ok())
    }

    /// The number of the process.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([name, &self.child.id().to_string()]).status();
        assert!(sent.expect("kill is there").success(), "{name}");
    }

    /// The exit code after what was asked for.
    pub(crate) fn end(mut self) -> Option<i32> {
        let mut code = None;
        until("it ends", || {
            code = self.child.try_wait().expect("it can be asked");
            code.is_some()
        });
        code.and_then(|status| status.code())
    }

    /// Asked to stop, it does.
    pub(crate) fn stop(self) {
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

/// Waits until this holds.
#[track_caller]
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < end, "never: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
