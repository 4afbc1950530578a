//! A small school with a community at VK: the stand-in, the folder, the program to be run in it.

use std::collections::BTreeMap;
use std::fs;

use exchange::model::records::RecordType;
use exchange::store::{MasterKey, RecordStore, SchoolDb, SchoolOptions};
use exchange_stand::{http, vk};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::connector;
use crate::process::{self, Ended};
use crate::school::study_year;

/// The task of the tests.
pub(crate) const TASK: &str = "s/chats";
/// The school's community.
pub(crate) const COMMUNITY: u64 = 57;
/// The community's token.
pub(crate) const TOKEN: &str = "vk1.a.community-of-school-57";
/// The technical account's token.
pub(crate) const ACCOUNT_TOKEN: &str = "vk1.a.technical-account";
/// Another school's community's token.
pub(crate) const OTHER_TOKEN: &str = "vk1.a.community-of-school-58";
const HOUR: i64 = 3_600_000;

/// Methods that write.
const WRITES: [&str; 8] = [
    "messages.createChat",
    "messages.editChat",
    "messages.removeChatUser",
    "messages.send",
    "calls.start",
    "calls.forceFinish",
    "messages.editCall",
    "messages.deleteScheduledCall",
];

/// A row of a table by the names of its columns.
pub(crate) type Row = BTreeMap<&'static str, String>;

/// The school's records, as tables to be changed and imported again.
pub(crate) struct Records {
    tables: BTreeMap<&'static str, Vec<Row>>,
}

fn row(values: &[(&'static str, &str)]) -> Row {
    values.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
}

fn person(id: &str, name: &str, class: Option<&str>) -> Row {
    let parts: Vec<&str> = name.split(' ').collect();
    let mut row = row(&[("id", id), ("last-name", parts[0]), ("first-name", parts[1])]);
    row.extend(class.map(|class| ("class-id", class.to_owned())));
    row
}

fn vk_id(person: &str, number: u64) -> Row {
    let role = if person.starts_with('t') { "staff" } else { "pupil" };
    let number = number.to_string();
    row(&[
        ("id", &format!("vk-{person}")),
        ("about.record-type", role),
        ("about.id", person),
        ("system", "vk"),
        ("value", &number),
    ])
}

/// A published lesson by video so many hours from now.
pub(crate) fn lesson(id: &str, journal: &str, hours: i64) -> Row {
    let starts = now() + hours * HOUR;
    let ends = (starts + 45 * 60_000).to_string();
    row(&[
        ("id", id),
        ("journal-id", journal),
        ("starts", &starts.to_string()),
        ("ends", &ends),
        ("teacher-id", "t1"),
        ("mode", "video-call"),
        ("published", "true"),
        ("cancelled", "false"),
        ("call-link", ""),
    ])
}

fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

impl Records {
    /// Algebra of 5-А with a chat and a lesson by video; a journal without the selector, and one that is no general
    /// education. Known at VK: teacher t1 (501), pupils p1 (601) and p2 (602); p3 is not.
    fn new() -> Self {
        let year = study_year().to_string();
        let class = |id: &str, letter: &str| {
            row(&[("id", id), ("study-year", &year), ("grade", "5"), ("letter", letter)])
        };
        let journal = |id: &str, subject: &str, general: &str, chat: &str| {
            row(&[
                ("id", id),
                ("study-year", &year),
                ("class-id", "c1"),
                ("subject", subject),
                ("teacher-ids", "t1"),
                ("pupil-ids", ""),
                ("general", general),
                ("chat", chat),
            ])
        };
        let tables = BTreeMap::from([
            ("classes", vec![class("c1", "А"), class("c2", "Б")]),
            (
                "staff",
                vec![person("t1", "Придумкина Алсу", None), person("t2", "Елкина-Соснова Марьяна", None)],
            ),
            (
                "pupils",
                vec![
                    person("p1", "Вымыслова Анна", Some("c1")),
                    person("p2", "Вымыслов Артём", Some("c1")),
                    person("p3", "Небылицын Лев", Some("c1")),
                    person("p4", "Небылицына Дарья", Some("c2")),
                ],
            ),
            (
                "journals",
                vec![
                    journal("j1", "Алгебра", "true", "true"),
                    journal("j2", "Геометрия", "true", "false"),
                    journal("j3", "Кружок шахмат", "false", "true"),
                ],
            ),
            ("lessons", vec![lesson("l1", "j1", 3), lesson("l2", "j2", 3), lesson("l3", "j3", 3)]),
            ("identifiers", vec![vk_id("t1", 501), vk_id("p1", 601), vk_id("p2", 602), vk_id("p4", 604)]),
        ]);
        Self { tables }
    }

    /// Changes a value, where the row with this id has to be there.
    #[track_caller]
    pub(crate) fn set(&mut self, table: &str, id: &str, column: &'static str, value: &str) {
        let rows = self.tables.get_mut(table).expect("a table");
        let row = rows.iter_mut().find(|row| row["id"] == id).expect("a row with this id");
        row.insert(column, value.to_owned());
    }

    /// Moves a lesson to so many hours from now.
    #[track_caller]
    pub(crate) fn move_lesson(&mut self, id: &str, hours: i64) {
        let moved = lesson(id, "", hours);
        ["starts", "ends"].into_iter().for_each(|column| self.set("lessons", id, column, &moved[column]));
    }

    /// Adds a row.
    pub(crate) fn add(&mut self, table: &str, row: Row) {
        self.tables.get_mut(table).expect("a table").push(row);
    }

    /// A person's account becomes known.
    pub(crate) fn link(&mut self, person: &str, number: u64) {
        self.add("identifiers", vk_id(person, number));
    }

    /// A record is exported no more.
    pub(crate) fn drop(&mut self, table: &str, id: &str) {
        self.tables.get_mut(table).expect("a table").retain(|row| row["id"] != id);
    }

    fn text(rows: &[Row]) -> String {
        let columns: std::collections::BTreeSet<&str> =
            rows.iter().flat_map(|row| row.keys().copied()).collect();
        let line = |values: Vec<&str>| values.join(";") + "\n";
        let value = |row: &Row, column: &str| row.get(column).cloned().unwrap_or_default();
        let head = line(columns.iter().copied().collect());
        let rows = rows.iter().map(|row| {
            let values: Vec<String> = columns.iter().map(|column| value(row, column)).collect();
            line(values.iter().map(String::as_str).collect())
        });
        head + &rows.collect::<String>()
    }
}

/// Folder, stand-in and program.
pub(crate) struct World {
    folder: TempDir,
    pub(crate) stand: vk::Stand,
    pub(crate) records: Records,
}

impl World {
    /// Everything ready, records imported, with these lines in `[task.settings]`.
    pub(crate) fn new(settings: &str) -> Self {
        let stand = vk::Stand::spawn(vk::Options::default()).expect("it starts");
        let world = Self { folder: TempDir::new().expect("a folder"), stand, records: Records::new() };
        world.seed();
        world.write_files(settings);
        fs::create_dir(world.path("connectors")).expect("a folder");
        fs::copy(connector::file().with_file_name("sferum.wasm"), world.path("connectors/sferum.wasm"))
            .expect("it is built");
        world.run(&["connector", "lock"]).with(0);
        world.import();
        world.set_secret("token", TOKEN);
        world.set_secret("account-token", ACCOUNT_TOKEN);
        world
    }

    fn seed(&self) {
        let person = |id: u64| json!({"id": id, "firstName": "Имя", "lastName": format!("Вымышленный{id}")});
        let people: Vec<Value> = [501, 502, 601, 602, 603, 604, 900, 950].into_iter().map(person).collect();
        self.post(
            "seed",
            &json!({
                "communities": [
                    {"id": COMMUNITY, "name": "Школа № 57", "mayWriteTo": [603]},
                    {"id": 58, "name": "Школа № 58"}],
                "people": people,
                "tokens": [
                    {"token": TOKEN, "kind": "community", "community": COMMUNITY},
                    {"token": OTHER_TOKEN, "kind": "community", "community": 58},
                    {"token": ACCOUNT_TOKEN, "kind": "user", "user": 950}],
            }),
        );
        self.post("settings", &json!({"communityPerSecond": 0, "userPerSecond": 0}));
    }

    fn write_files(&self, settings: &str) {
        let stand = self.stand.url();
        let limits = "private = true\nrate = 0\nparallel = 8\nconnect-timeout = \"1s\"\ntimeout = \"2s\"\n\
            attempts = 1\npatience = \"2s\"\nbreaker = { failures = 100, pause = \"1s\" }\n\
            credential = { header = \"Authorization\", prefix = \"Bearer \" }";
        self.write(
            "exchange.toml",
            &format!(
                "data = \"data\"\nschools = \"schools\"\nconnectors = \"connectors\"\n[key]\nfile = \"exchange.key\"\n\
                 [upstream.vk]\nbase = [\"{stand}\"]\n{limits}\n[upstream.vk-account]\nbase = [\"{stand}\"]\n{limits}\n"
            ),
        );
        self.write(
            "schools/s.toml",
            &format!(
                "name = \"Школа № 57 (вымышленная)\"\ntime-zone = \"Europe/Moscow\"\n[import]\ndrop-share = 1.0\n\
                 [[task]]\nid = \"chats\"\nconnector = \"sferum\"\nenabled = true\nchanges = \"update\"\npatience = \"15s\"\n\
                 [task.settings]\ncommunity = \"{COMMUNITY}\"\n{settings}\n\
                 [task.grant]\nwrite = true\nupstreams = [\"vk\", \"vk-account\"]\nsecrets = [\"token\", \"account-token\"]\n\
                 fingerprints = [\"chat\", \"call\", \"message\", \"link\"]\n\
                 records = {{ school-class = [\"*\"], pupil = [\"*\"], staff = [\"*\"], journal = [\"*\"], lesson = [\"*\"], identifier = [\"*\"] }}\n"
            ),
        );
    }

    /// Imports the records as they are now.
    #[track_caller]
    pub(crate) fn import(&self) {
        for (name, rows) in &self.records.tables {
            self.write(&format!("{name}.csv"), &Records::text(rows));
        }
        let files: Vec<String> = self.records.tables.keys().map(|name| format!("{name}.csv")).collect();
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        self.run(&[&["import", "s"], &files[..]].concat()).with(0);
    }

    /// A table as it is now.
    pub(crate) fn records_of(&self, table: &str) -> Vec<Row> {
        self.records.tables[table].clone()
    }

    /// Puts a table back as it was.
    pub(crate) fn restore(&mut self, table: &'static str, rows: Vec<Row>) {
        self.records.tables.insert(table, rows);
    }

    /// The link of the call in a lesson's record.
    pub(crate) fn link_in_lesson(&self, lesson: &str) -> Option<String> {
        let options = SchoolOptions { key: MasterKey([0; 32]), time_zone: jiff::tz::TimeZone::UTC };
        let store = SchoolDb::open(&self.path("data"), &"s".into(), options).expect("the school's store");
        let json = store.get(RecordType::Lesson, lesson).expect("readable").expect("the lesson");
        let lesson: Value = serde_json::from_str(&json).expect("JSON");
        lesson["call_link"].as_str().map(str::to_owned)
    }

    /// Stores a secret of the school.
    #[track_caller]
    pub(crate) fn set_secret(&self, name: &str, value: &str) {
        let mut command = process::exchange(self.folder.path());
        command.args(["secret", "set", name, "--school", "s"]);
        process::run(command, value).with(0);
    }

    pub(crate) fn path(&self, path: &str) -> std::path::PathBuf {
        self.folder.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("a folder");
        fs::write(path, text).expect("it is written");
    }

    /// Files of the program's data in which these words stand.
    pub(crate) fn kept(&self, words: &str) -> Vec<String> {
        let mut folders = vec![self.path("data")];
        let mut found = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let bytes = fs::read(&path).expect("a file");
                let stands = bytes.windows(words.len()).any(|window| window == words.as_bytes());
                found.extend(stands.then(|| path.display().to_string()));
            }
        }
        found
    }

    /// Runs the program.
    #[track_caller]
    pub(crate) fn run(&self, words: &[&str]) -> Ended {
        let mut command = process::exchange(self.folder.path());
        command.args(words);
        process::run(command, "")
    }

    /// Runs the task; what became of items, each as «kind key outcome».
    #[track_caller]
    pub(crate) fn send(&self) -> Vec<String> {
        self.send_for(&[])
    }

    /// The same with these words: for chosen classes or persons.
    #[track_caller]
    pub(crate) fn send_for(&self, words: &[&str]) -> Vec<String> {
        let shown = self.sent_for(words);
        let outcomes = shown["outcomes"].as_array().expect("a list");
        let told = outcomes.iter().filter(|row| row["outcome"] != "unchanged");
        let mut told: Vec<String> = told
            .map(|row| format!("{} {} {}", text(&row["kind"]), text(&row["key"]), text(&row["outcome"])))
            .collect();
        told.sort();
        told
    }

    /// Runs the task; the run with its outcomes.
    #[track_caller]
    pub(crate) fn sent(&self) -> Value {
        self.sent_for(&[])
    }

    #[track_caller]
    fn sent_for(&self, words: &[&str]) -> Value {
        let run: Value = self.run(&[&["run", TASK, "--json"], words].concat()).json();
        let number = run["run"].as_str().unwrap_or_else(|| panic!("{run:#}"));
        self.run(&["show", number, "--json"]).json()
    }

    /// Runs the task once more: nothing may be written.
    #[track_caller]
    pub(crate) fn again_writes_nothing(&self) {
        self.forget_requests();
        let told = self.send();
        assert_eq!(self.writes(), Vec::<String>::new(), "{told:#?}");
    }

    /// The stand-in's remote control.
    #[track_caller]
    pub(crate) fn post(&self, what: &str, body: &Value) {
        let headers = [("Content-Type", "application/json")];
        let answer = http::send("POST", &self.control(what), &headers, &body.to_string());
        answer.and_then(http::Answer::accepted).expect("the stand-in takes it");
    }

    /// Something that a person does at VK.
    #[track_caller]
    pub(crate) fn act(&self, body: &Value) {
        self.post("act", body);
    }

    /// One fault from now on.
    #[track_caller]
    pub(crate) fn fault(&self, method: &str, effect: &Value) {
        self.post("faults", &json!({"faults": [{"match": {"template": method}, "effect": effect}]}));
    }

    /// No more faults.
    pub(crate) fn heal(&self) {
        self.post("faults", &json!({"faults": []}));
    }

    fn control(&self, what: &str) -> url::Url {
        http::local(&format!("{}/_stand/{what}", self.stand.url())).expect("an address")
    }

    fn get(&self, what: &str) -> Value {
        let answer = http::send("GET", &self.control(what), &[], "").and_then(http::Answer::accepted);
        serde_json::from_str(&answer.expect("the stand-in answers")).expect("JSON")
    }

    fn forget_requests(&self) {
        let answer = http::send("DELETE", &self.control("requests"), &[], "");
        assert_eq!(answer.expect("the stand-in answers").status, 200);
    }

    /// Methods that wrote since the last forgetting.
    pub(crate) fn writes(&self) -> Vec<String> {
        let requests = self.get("requests");
        let methods = requests.as_array().expect("a list").iter().map(|request| text(&request["template"]));
        methods.filter(|method| WRITES.contains(&method.as_str())).collect()
    }

    /// How many requests were struck by a fault since the last forgetting.
    pub(crate) fn struck(&self) -> usize {
        let requests = self.get("requests");
        requests.as_array().expect("a list").iter().filter(|request| !request["fault"].is_null()).count()
    }

    /// Everything there.
    pub(crate) fn state(&self) -> Value {
        self.get("state")
    }

    /// The chats there.
    pub(crate) fn chats(&self) -> Vec<Value> {
        self.state()["chats"].as_array().expect("a list").clone()
    }

    /// The only chat there.
    #[track_caller]
    pub(crate) fn chat(&self) -> Value {
        let chats = self.chats();
        assert_eq!(chats.len(), 1, "{chats:#?}");
        chats[0].clone()
    }

    /// The people in the only chat.
    #[track_caller]
    pub(crate) fn people(&self) -> Vec<i64> {
        let chat = self.chat();
        let members = chat["members"].as_array().expect("a list").iter();
        let mut people: Vec<i64> =
            members.filter_map(|member| member["id"].as_i64()).filter(|id| *id > 0).collect();
        people.sort_unstable();
        people
    }

    /// What the community wrote into the only chat.
    #[track_caller]
    pub(crate) fn said(&self) -> Vec<String> {
        let chat = self.chat();
        let messages = chat["messages"].as_array().expect("a list").iter();
        let own = messages
            .filter(|message| message["action"].is_null() && message["from"] == json!(-(COMMUNITY as i64)));
        own.map(|message| text(&message["text"])).collect()
    }

    /// The calls there: state and link.
    pub(crate) fn calls(&self) -> Vec<(String, String)> {
        let state = self.state();
        let calls = state["calls"].as_array().expect("a list").iter();
        calls.map(|call| (text(&call["state"]), text(&call["joinLink"]))).collect()
    }
}

/// The text of a JSON value.
pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
