//! A folder as a person would have it, the stand-in it talks to, and the program to be run in it.
//!
//! Importing and binding are done once a test run; every test gets a copy of folder and stand-in.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use exchange::store::{AuditEntry, AuditFilter, AuditStore, HostDb, MasterKey};
use exchange_stand::consent::{self, LastPage, Person};
use exchange_stand::dnevnik::{Options, Stand};
use exchange_stand::http;
use invented_school::StandOptions;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::compare::is_ours;
use crate::connector;
use crate::dialogue::Dialogue;
use crate::process::{self, Ended};
use crate::school::school;

/// The task of the tests.
pub(crate) const TASK: &str = "school57/dnevnik";
/// The school's name at the stand-in, which is typed to confirm the binding.
pub(crate) const ORGANISATION: &str = "Школа № 57 (вымышленная)";
/// The school's number at the stand-in.
pub(crate) const SCHOOL: &str = "1000000000057";
/// The administrator of both schools.
pub(crate) const ADMINISTRATOR: &str = "school57";

const SCHOOL_FILE: &str = include_str!("../../../examples/first-school/schools/school57.toml");
const MANIFEST: &str = include_str!("../../../plugins/dnevnik/connector.toml");

/// Short times, so that a lost answer costs a test seconds.
fn host_file(address: &str) -> String {
    format!(
        "data = \"data\"\nschools = \"schools\"\nconnectors = \"connectors\"\n\
         [key]\nfile = \"exchange.key\"\n\
         [upstream.dnevnik]\nbase = [\"http://{address}\"]\nprivate = true\n\
         credential = {{ header = \"Access-Token\", prefix = \"\" }}\nrate = 0\nparallel = 8\n\
         connect-timeout = \"1s\"\ntimeout = \"2s\"\nattempts = 2\npatience = \"3s\"\nnot-processed = [429, 433]\n\
         breaker = {{ failures = 100, pause = \"1s\" }}\n\
         [upstream.dnevnik-login]\nbase = [\"http://{address}\"]\nprivate = true\n\
         [upstream.dnevnik-site]\nbase = [\"http://{address}\"]\nprivate = true\n"
    )
}

/// How far a world is made ready.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Empty,
    Bound,
    /// The connector says that whatever was cut off is not processed any more.
    Unsettled,
}

/// Folder, stand-in and program.
pub(crate) struct World {
    folder: TempDir,
    pub(crate) stand: Stand,
}

impl World {
    /// Files written, connector locked, secret stored, the other side seeded; nothing imported, not bound.
    pub(crate) fn empty() -> Self {
        Self::copy_of(Stage::Empty)
    }

    /// Imported and bound besides.
    pub(crate) fn bound() -> Self {
        Self::copy_of(Stage::Bound)
    }

    /// Bound, with a connector that need not wait until the other side settles.
    pub(crate) fn bound_unsettled() -> Self {
        Self::copy_of(Stage::Unsettled)
    }

    /// Bound, and everything sent, the questions answered.
    pub(crate) fn sent() -> Self {
        let world = Self::bound();
        world.send_all();
        world
    }

    fn copy_of(stage: Stage) -> Self {
        static EMPTY: OnceLock<TempDir> = OnceLock::new();
        static BOUND: OnceLock<TempDir> = OnceLock::new();
        static UNSETTLED: OnceLock<TempDir> = OnceLock::new();
        let template = match stage {
            Stage::Empty => EMPTY.get_or_init(|| Self::prepared().stopped()),
            Stage::Bound => BOUND.get_or_init(|| Self::empty().imported_and_bound().stopped()),
            Stage::Unsettled => UNSETTLED.get_or_init(|| Self::bound().unsettled().stopped()),
        };
        let folder = TempDir::new().expect("a folder");
        copy(template.path(), folder.path());
        Self::open(folder)
    }

    fn open(folder: TempDir) -> Self {
        let options = Options { data: Some(folder.path().join("stand")), ..Options::default() };
        let stand = Stand::spawn(options).expect("the stand-in starts");
        let world = Self { folder, stand };
        world.write("exchange.toml", &host_file(&world.stand.addr().to_string()));
        world
    }

    fn prepared() -> Self {
        let world = Self::open(TempDir::new().expect("a folder"));
        let patience = "changes = \"report\"\npatience = \"20s\"";
        world.write("schools/school57.toml", &SCHOOL_FILE.replace("changes = \"report\"", patience));
        fs::create_dir(world.path("connectors")).expect("a folder");
        fs::copy(connector::file(), world.path("connectors/dnevnik.wasm")).expect("it is built");
        school().write(&world.path("exports")).expect("the school can be written");
        let seed = school().seed_json(&StandOptions::default()).expect("it has a JSON form");
        world.post("seed", &serde_json::from_str(&seed).expect("JSON"));
        world.run(&["connector", "lock"]).with(0);
        let secret = StandOptions::default().client_secret;
        world.run_with(&secret, &["secret", "set", "client-secret", "--school", "school57"]).with(0);
        world
    }

    fn imported_and_bound(self) -> Self {
        self.import("exports/records", &[]).with(0);
        self.bind(ADMINISTRATOR).with(0);
        self
    }

    fn unsettled(self) -> Self {
        let manifest = MANIFEST.replace("settle-ms = 5000", "settle-ms = 0");
        assert_ne!(manifest, MANIFEST, "the connector settles after other times than it did");
        self.write("connector.toml", &manifest);
        let packed = self.path("connectors/dnevnik.wasm").display().to_string();
        self.run(&["connector", "pack", &packed, "--manifest", "connector.toml", "-o", &packed]).with(0);
        self.run(&["connector", "lock"]).with(0);
        self.run(&["check", TASK]).with(0);
        self
    }

    fn stopped(self) -> TempDir {
        drop(self.stand);
        self.folder
    }

    /// A path in the folder.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Writes a file of the folder.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("a folder");
        fs::write(path, text).expect("it is written");
    }

    /// The school's file.
    pub(crate) fn school_file(&self) -> String {
        fs::read_to_string(self.path("schools/school57.toml")).expect("the school's file")
    }

    /// All that the audit says.
    pub(crate) fn audit(&self) -> Vec<AuditEntry> {
        audit(&self.path("data"))
    }

    /// Replaces one piece of the school's file, which has to be there.
    #[track_caller]
    pub(crate) fn change_school(&self, from: &str, to: &str) {
        let text = self.school_file();
        assert!(text.contains(from), "{from}");
        self.write("schools/school57.toml", &text.replace(from, to));
    }

    /// Runs the program.
    #[track_caller]
    pub(crate) fn run(&self, words: &[&str]) -> Ended {
        self.run_with("", words)
    }

    /// Runs the program with this on standard input.
    #[track_caller]
    pub(crate) fn run_with(&self, input: &str, words: &[&str]) -> Ended {
        let mut command = process::exchange(self.folder.path());
        command.args(words);
        process::run(command, input)
    }

    /// Starts the program without waiting for it.
    pub(crate) fn start(&self, words: &[&str]) -> Dialogue {
        let mut command = process::exchange(self.folder.path());
        command.args(words);
        Dialogue::start(command)
    }

    /// Runs it to its end by way of another program, which comes with its arguments.
    #[track_caller]
    pub(crate) fn run_by(&self, command: Command) -> Ended {
        process::run(process::in_folder(command, self.folder.path()), "")
    }

    /// Runs the task; the answer of `--json` with the exit code.
    #[track_caller]
    pub(crate) fn send(&self) -> (i32, Value) {
        let ended = self.run(&["run", TASK, "--json"]);
        (ended.code.expect("no signal"), ended.json())
    }

    /// Runs the task, answers the questions as the invented school knows them, and runs it again.
    #[track_caller]
    pub(crate) fn send_all(&self) {
        self.send();
        self.answer_questions();
        let (code, run) = self.send();
        assert!([0, 3].contains(&code), "{code}: {run:#}");
    }

    /// Runs until nothing is left to do, as a schedule would; the number of runs is limited.
    #[track_caller]
    pub(crate) fn run_until_done(&self) {
        let mut asked = Vec::new();
        for _ in 0..6 {
            asked.push(self.questions());
            self.answer_questions();
            let (code, run) = self.send();
            let counts = &run["counts"];
            let left = ["in_doubt", "not_confirmed", "failed", "decisions"]
                .map(|what| counts[what].as_u64().unwrap_or(0));
            if [0, 3].contains(&code) && left.iter().sum::<u64>() == 0 {
                return;
            }
        }
        panic!("never done: {}\nasked: {asked:#?}", self.run(&["status"]).out);
    }

    /// Answers all open questions: the same where the candidate is who we mean, else somebody different.
    #[track_caller]
    pub(crate) fn answer_questions(&self) {
        let state = self.state();
        for question in self.questions() {
            let number = question["number"].to_string();
            let key = question["key"].as_str().expect("a key");
            let candidates = question["candidates"].as_array().expect("a list").iter();
            let mut handles = candidates.filter_map(|candidate| candidate["handle"].as_str());
            let answer = match handles.find(|handle| is_ours(&state, key, handle)) {
                Some(handle) => vec!["--same", handle],
                None => vec!["--different"],
            };
            self.run(&[&["decide", TASK, &number], &answer[..]].concat()).with(0);
        }
    }

    /// The open questions.
    #[track_caller]
    pub(crate) fn questions(&self) -> Vec<Value> {
        self.run(&["decide", TASK, "--json"]).json()
    }

    /// Imports the tables of a folder.
    #[track_caller]
    pub(crate) fn import(&self, folder: &str, options: &[&str]) -> Ended {
        let entries = fs::read_dir(self.path(folder)).expect("a folder");
        let paths = entries.map(|entry| entry.expect("an entry").path().display().to_string());
        let mut files: Vec<String> = paths.filter(|path| path.ends_with(".csv")).collect();
        files.sort();
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        self.run(&[&["import", "school57"], options, &files].concat())
    }

    /// Imports the first school's tables into this one.
    #[track_caller]
    pub(crate) fn import_to(&self, school: &str) -> Ended {
        self.run(&["import", school, "exports/records/classes.csv", "exports/records/pupils.csv"])
    }

    /// Binds by the dialogue: allows as this person, chooses the school, types its name.
    #[track_caller]
    pub(crate) fn bind(&self, login: &str) -> Ended {
        let mut talk = self.start(&["bind", TASK]);
        allow(&talk.address(), login);
        let number = option(&talk.question("номер"), ORGANISATION);
        talk.say(&number);
        talk.question("Название организации");
        talk.say(ORGANISATION);
        talk.end()
    }

    /// The stand-in's remote control.
    #[track_caller]
    pub(crate) fn post(&self, what: &str, body: &Value) {
        let headers = [("Content-Type", "application/json")];
        let answer = http::send("POST", &self.control(what), &headers, &body.to_string());
        answer.and_then(http::Answer::accepted).expect("the stand-in takes it");
    }

    fn get(&self, what: &str) -> Value {
        let answer = http::send("GET", &self.control(what), &[], "").and_then(http::Answer::accepted);
        serde_json::from_str(&answer.expect("the stand-in answers")).expect("JSON")
    }

    fn control(&self, what: &str) -> url::Url {
        http::local(&format!("{}/_stand/{what}", self.stand.url())).expect("an address")
    }

    /// Everything there.
    pub(crate) fn state(&self) -> Value {
        self.get("state")
    }

    /// One fault from now on.
    pub(crate) fn fault(&self, matching: Value, effect: Value) {
        self.post("faults", &json!({"faults": [{"match": matching, "effect": effect}]}));
    }

    /// No more faults.
    pub(crate) fn heal(&self) {
        self.post("faults", &json!({"faults": []}));
    }

    /// Forgets the requests made so far.
    pub(crate) fn forget_requests(&self) {
        let answer = http::send("DELETE", &self.control("requests"), &[], "");
        assert_eq!(answer.expect("the stand-in answers").status, 200);
    }

    /// All requests since the last forgetting.
    pub(crate) fn requests(&self) -> Vec<Value> {
        match self.get("requests") {
            Value::Array(all) => all,
            other => panic!("{other} is not a list"),
        }
    }

    /// Requests of the write half since the last forgetting: method, template, status.
    pub(crate) fn writes(&self) -> Vec<Value> {
        self.requests().into_iter().filter(is_write).collect()
    }

    /// How many requests were struck by a fault.
    pub(crate) fn struck(&self) -> usize {
        self.requests().iter().filter(|request| !request["fault"].is_null()).count()
    }
}

fn is_write(request: &Value) -> bool {
    let template = request["template"].as_str().unwrap_or_default();
    template.starts_with("/contingent/") && request["method"] != "GET"
}

/// Allows in a browser; the last page.
#[track_caller]
pub(crate) fn allow(address: &str, login: &str) -> LastPage {
    answer_consent(address, login, true)
}

/// Allows or refuses in a browser; the last page.
#[track_caller]
pub(crate) fn answer_consent(address: &str, login: &str, allows: bool) -> LastPage {
    let password = StandOptions::default().password;
    consent::play(address, Person { login, password: &password, allows }).expect("the consent goes through")
}

/// The number before the option with this name.
#[track_caller]
pub(crate) fn option(said: &str, name: &str) -> String {
    let line =
        said.lines().find(|line| line.contains(name)).unwrap_or_else(|| panic!("{name} is not in\n{said}"));
    line.trim().split('.').next().expect("a number").to_owned()
}

/// Copies a folder with all that is in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a folder") {
        let (path, target) = entry.map(|entry| (entry.path(), to.join(entry.file_name()))).expect("an entry");
        if path.is_dir() {
            fs::create_dir(&target).expect("a folder");
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).expect("it is copied");
        }
    }
}

/// All that the audit says, in its order; of a world's `data`.
pub(crate) fn audit(data: &Path) -> Vec<AuditEntry> {
    let host = HostDb::open(data, &MasterKey([0; 32])).expect("the host's store");
    let rows = host.audit_rows(&AuditFilter::default()).expect("readable");
    rows.into_iter().map(|row| row.entry).collect()
}
