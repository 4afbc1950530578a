//! The school's folder, the stand-in of VK, and the program on the evenings of the term.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use exchange::model::records::RecordType;
use exchange::store::{MasterKey, RecordStore, SchoolDb, SchoolOptions};
use exchange_stand::{http, vk};
use invented_school::term::{Someone, Term};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::troubles::Trouble;
use crate::connector;
use crate::dialogue::Dialogue;
use crate::process::{self, Ended, PATIENCE};

/// The school's community at VK.
pub(super) const COMMUNITY: u64 = 57;
const ACCOUNT: u64 = 900_000;
const TASK: &str = "s/sferum";
/// Hour of the evening, at the school.
const EVENING: i8 = 21;
/// Runs after a trouble until nothing is in doubt any more; each waits until the other side has settled.
const RUNS: usize = 8;

const SCHOOL: &str = r#"
name = "Школа № 57 (вымышленная)"
time-zone = "Europe/Moscow"

[[task]]
id = "sferum"
connector = "sferum"
enabled = true
changes = "update"
patience = "20s"

[task.settings]
community = "57"
calls = "account"
scheduled-calls = true

[task.grant]
write = true
upstreams = ["vk", "vk-account"]
secrets = ["token", "account-token"]
fingerprints = ["chat", "call", "message", "link"]
records = { school-class = ["*"], pupil = ["*"], staff = ["*"], journal = ["*"], lesson = ["*"], identifier = ["*"] }

[task.hold]
add = { share = 1.0, rows = 100000 }
change = { share = 1.0, rows = 100000 }
remove = { share = 1.0, rows = 100000 }
"#;

/// What the other side lets through.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// Anything.
    Free,
    /// As many calls a second as VK allows: 20 with a community's token, 3 with a person's.
    Limited,
}

fn host_file(address: &str, pace: Pace) -> String {
    let upstream = |name: &str, most: u32| {
        let rate = if pace == Pace::Limited { most } else { 0 };
        format!(
            "[upstream.{name}]\nrate-per-school = {rate}\nbase = [\"http://{address}\"]\nprivate = true\n\
             credential = {{ header = \"Authorization\", prefix = \"Bearer \" }}\nrate = 0\nparallel = 4\n\
             connect-timeout = \"1s\"\ntimeout = \"2s\"\nattempts = 2\npatience = \"3s\"\nnot-processed = [429]\n\
             breaker = {{ failures = 100, pause = \"1s\" }}\n"
        )
    };
    format!(
        "data = \"data\"\nschools = \"schools\"\nconnectors = \"connectors\"\n[key]\nfile = \"exchange.key\"\n{}{}",
        upstream("vk", 20),
        upstream("vk-account", 3)
    )
}

/// When evening is at the school.
pub(super) fn evening(term: &Term) -> Timestamp {
    let zone = TimeZone::get("Europe/Moscow").expect("a zone");
    term.today.at(EVENING, 0, 0, 0).to_zoned(zone).expect("a moment").timestamp()
}

/// The library with which `faketime` gives a program another clock; `None` where it is not installed.
fn clock() -> Option<String> {
    let mut faketime = Command::new("faketime");
    let printed = faketime.args(["-m", "2027-01-01 00:00:00", "printenv", "LD_PRELOAD"]).output().ok()?;
    let library = String::from_utf8(printed.stdout).expect("a path").trim().to_owned();
    (!library.is_empty()).then_some(library)
}

/// Folder, stand-in, program.
pub(super) struct Life {
    /// The library that stands between the program and the clock.
    clock: String,
    folder: TempDir,
    stand: vk::Stand,
    /// Minutes after the evening's first minute at which the program is started.
    minutes: Cell<i64>,
}

impl Life {
    /// Everything ready on the eve; `None` where the program's clock cannot be set.
    pub(super) fn start(pace: Pace) -> Option<Self> {
        let Some(clock) = clock() else {
            eprintln!("faketime is not installed: LEFT OUT (apt install faketime)");
            return None;
        };
        let life = Self {
            clock,
            folder: TempDir::new().expect("a folder"),
            stand: vk::Stand::spawn(vk::Options::default()).expect("the stand-in starts"),
            minutes: Cell::default(),
        };
        life.set_up(pace);
        Some(life)
    }

    fn set_up(&self, pace: Pace) {
        self.post("settings", &json!({"scheduledCalls": true}));
        if pace == Pace::Free {
            self.post("settings", &json!({"communityPerSecond": 0, "userPerSecond": 0}));
        }
        self.post(
            "seed",
            &json!({
                "communities": [{"id": COMMUNITY, "name": "Школа № 57 (вымышленная)"}],
                "people": [{"id": ACCOUNT, "firstName": "Школа", "lastName": "Техническая"}],
                "tokens": [{"token": "community-token", "kind": "community", "community": COMMUNITY},
                           {"token": "account-token", "kind": "user", "user": ACCOUNT}],
            }),
        );
        self.write("exchange.toml", &host_file(&self.stand.addr().to_string(), pace));
        self.write("schools/s.toml", SCHOOL);
        let packed = connector::file().with_file_name("sferum.wasm");
        fs::create_dir(self.path("connectors")).expect("a folder");
        fs::copy(packed, self.path("connectors/sferum.wasm")).expect("it is built");
        self.run_now("", &["connector", "lock"]).with(0);
        for (name, value) in [("token", "community-token"), ("account-token", "account-token")] {
            self.run_now(value, &["secret", "set", name, "--school", "s"]).with(0);
        }
    }

    /// Everybody who has an account is known there; some let nobody put them into chats.
    pub(super) fn people(&self, term: &Term) {
        let learners = term.learners.iter().map(|learner| &learner.who);
        let person = |who: &Someone| {
            let id = who.vk?;
            let [last, first, _] = &who.name;
            Some(json!({"id": id, "firstName": first, "lastName": last, "canBeInvited": can_be_invited(id)}))
        };
        let people: Vec<Value> = learners.chain(&term.teachers).filter_map(person).collect();
        self.post("seed", &json!({"people": people}));
    }

    /// The tables of the evening.
    pub(super) fn import(&self, term: &Term) {
        let files = term.files().expect("tables");
        for (name, bytes) in &files {
            self.write(&format!("tables/{name}"), std::str::from_utf8(bytes).expect("text"));
        }
        let paths: Vec<String> = files.keys().map(|name| format!("tables/{name}")).collect();
        let words: Vec<&str> = ["import", "s"].into_iter().chain(paths.iter().map(String::as_str)).collect();
        self.run(term, &words).with(0);
    }

    /// The run of the evening under this trouble, and further ones until all is settled.
    pub(super) fn evening(&self, term: &Term, trouble: Option<Trouble>) {
        if let Some(trouble) = trouble {
            self.post("faults", &json!({"faults": [trouble.fault()]}));
            let run = self.begin(term, &["run", TASK, "--json"]);
            if trouble.kills {
                self.kill(run, &trouble)
            } else {
                drop(run.end())
            }
            self.post("faults", &json!({"faults": []}));
        }
        let mut last = String::new();
        for _ in 0..RUNS {
            let ended = self.run(term, &["run", TASK, "--json"]);
            if is_settled(&ended) {
                return;
            }
            last = format!("{:?}\n{}\n{}", ended.code, ended.out, ended.err);
        }
        panic!("{} does not settle after {trouble:?}: {last}", term.today);
    }

    /// One run: its counts, and how often each method was called.
    pub(super) fn counted(&self, term: &Term) -> (Value, BTreeMap<String, usize>) {
        self.forget_requests();
        let ended = self.run(term, &["run", TASK, "--json"]);
        assert!(is_settled(&ended), "{:?}\n{}\n{}", ended.code, ended.out, ended.err);
        let mut methods = BTreeMap::new();
        let requests = self.get("requests");
        for request in requests.as_array().expect("a list") {
            let method = request["template"].as_str().expect("a method").to_owned();
            *methods.entry(method).or_default() += 1;
        }
        (ended.json::<Value>()["counts"].clone(), methods)
    }

    fn kill(&self, mut run: Dialogue, trouble: &Trouble) {
        let end = Instant::now() + PATIENCE;
        while self.struck() == 0 && !run.has_ended() {
            assert!(Instant::now() < end, "{trouble:?}: neither held nor ended");
            std::thread::sleep(Duration::from_millis(2));
        }
        run.kill();
    }

    fn struck(&self) -> usize {
        let requests = self.get("requests");
        let all = requests.as_array().expect("a list");
        all.iter().filter(|request| !request["fault"].is_null()).count()
    }

    /// Links in the lessons' records, by lesson.
    pub(super) fn link(&self, lesson: &str) -> Option<String> {
        let options = SchoolOptions { key: MasterKey([0; 32]), time_zone: TimeZone::UTC };
        let store = SchoolDb::open(&self.path("data"), &"s".into(), options).expect("the school's store");
        let record = store.get(RecordType::Lesson, lesson).expect("it can be read").expect("it is there");
        let record: Value = serde_json::from_str(&record).expect("JSON");
        record["call_link"].as_str().map(str::to_owned)
    }

    /// Everything at the stand-in.
    pub(super) fn state(&self) -> Value {
        self.get("state")
    }

    /// Somebody does something there.
    pub(super) fn act(&self, what: &Value) {
        self.post("act", what);
    }

    /// The program on this evening.
    /// From now on the program is started so many minutes later in the evening.
    pub(super) fn let_pass(&self, minutes: i64) {
        self.minutes.set(self.minutes.get() + minutes);
    }

    fn run(&self, term: &Term, words: &[&str]) -> Ended {
        process::run(process::in_folder(self.at(term, words), self.folder.path()), "")
    }

    fn begin(&self, term: &Term, words: &[&str]) -> Dialogue {
        self.forget_requests();
        Dialogue::start(process::in_folder(self.at(term, words), self.folder.path()))
    }

    fn at(&self, term: &Term, words: &[&str]) -> Command {
        let moment = evening(term) + SignedDuration::from_mins(self.minutes.get());
        let moment = moment.strftime("%Y-%m-%d %H:%M:%S").to_string();
        let mut command = Command::new(env!("CARGO_BIN_EXE_exchange"));
        // Only the wall clock is another: waiting is real, files have their own times. Loaded without `faketime` itself,
        // which would stand between a kill and the program.
        command.env("LD_PRELOAD", &self.clock).env("FAKETIME", format!("@{moment}")).env("TZ", "UTC");
        command
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .env("DONT_FAKE_MONOTONIC", "1")
            .env("NO_FAKE_STAT", "1");
        command.args(words);
        command
    }

    fn run_now(&self, input: &str, words: &[&str]) -> Ended {
        let mut command = process::exchange(self.folder.path());
        command.args(words);
        process::run(command, input)
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("a folder");
        fs::write(path, text).expect("it is written");
    }

    fn control(&self, what: &str) -> url::Url {
        http::local(&format!("{}/_stand/{what}", self.stand.url())).expect("an address")
    }

    fn post(&self, what: &str, body: &Value) {
        let headers = [("Content-Type", "application/json")];
        let answer = http::send("POST", &self.control(what), &headers, &body.to_string());
        answer.and_then(http::Answer::accepted).expect("the stand-in takes it");
    }

    fn get(&self, what: &str) -> Value {
        let answer = http::send("GET", &self.control(what), &[], "").and_then(http::Answer::accepted);
        serde_json::from_str(&answer.expect("the stand-in answers")).expect("JSON")
    }

    fn forget_requests(&self) {
        http::send("DELETE", &self.control("requests"), &[], "").expect("the stand-in answers");
    }
}

/// A fifth of all people.
pub(super) fn can_be_invited(vk: u64) -> bool {
    !vk.is_multiple_of(5)
}

/// Nothing is left that another run could settle.
fn is_settled(ended: &Ended) -> bool {
    let Some(0 | 3) = ended.code else { return false };
    let run: Value = ended.json();
    ["in_doubt", "not_confirmed", "failed", "rejected", "decisions"]
        .iter()
        .all(|count| run["counts"][count] == 0)
}
