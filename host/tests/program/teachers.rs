//! A school whose teachers link VK ids at the portal: stand-in, folder, program. Files are those that `docs/petersburg.md`
//! shows.

use std::collections::BTreeMap;
use std::fs;

use exchange::model::records::{Identifier, RecordType};
use exchange::store::{MasterKey, RecordStore, SchoolDb, SchoolOptions};
use exchange_stand::http;
use exchange_stand::petersburg::{Options, Stand};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::connector;
use crate::dialogue::Dialogue;
use crate::process::{self, Ended};
use crate::school::study_year;

/// The task.
pub(crate) const TASK: &str = "school57/petersburg";
/// Works at the school.
pub(crate) const DIRECTOR: &str = "director@example.org";
/// A parent there.
pub(crate) const PARENT: &str = "parent@example.org";
/// Of both.
pub(crate) const PASSWORD: &str = "пароль";

const DOCS: &str = include_str!("../../../docs/petersburg.md");

/// Employees: two namesakes, one who linked nothing, one who is not at the portal, one who does not teach.
const STAFF: &str = "id;last-name;first-name;middle-name\n\
    s1;Придумкина;Алсу;Маратовна\n\
    s2;Ёлкина-Соснова;Марьяна;Яковлевна\n\
    s3;Небылицын;Семен;Фомич\n\
    s4;Тёзкина;Анна;Ивановна\n\
    s5;Тёзкина;Анна;Ивановна\n\
    s6;Отсутствующий;Игорь;Львович\n\
    s7;Сторожев;Пётр;Ильич\n";

/// Folder, stand-in and program.
pub(crate) struct World {
    folder: TempDir,
    stand: Stand,
}

/// A block of the documentation's TOML, by its first line.
fn documented(file: &str) -> &'static str {
    let blocks = DOCS.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next());
    let mut found = blocks.filter_map(|block| block.strip_prefix(&format!("# {file}\n")));
    found.next().unwrap_or_else(|| panic!("docs/petersburg.md shows no {file}"))
}

impl World {
    /// Files written, connector locked, records imported; not bound.
    pub(crate) fn new() -> Self {
        let stand = Stand::spawn(Options::default()).expect("the stand-in starts");
        let world = Self { folder: TempDir::new().expect("a folder"), stand };
        world.write_files();
        fs::create_dir(world.path("connectors")).expect("a folder");
        let packed = connector::file().with_file_name("petersburg.wasm");
        fs::copy(packed, world.path("connectors/petersburg.wasm")).expect("it is built");
        world.run(&["connector", "lock"]).with(0);
        world.run(&["import", "school57", "classes.csv", "staff.csv", "journals.csv"]).with(0);
        world
    }

    /// Bound besides.
    pub(crate) fn bound() -> Self {
        let world = Self::new();
        world.bind(DIRECTOR).with(0);
        world
    }

    fn write_files(&self) {
        let base = "base = [\"https://dnevnik2.petersburgedu.ru\"]";
        let here = format!(
            "base = [\"{}\"]\nprivate = true\nattempts = 1\npatience = \"1s\"\nconnect-timeout = \"1s\"\ntimeout = \"5s\"",
            self.stand.url()
        );
        let upstream = documented("exchange.toml").replace(base, &here).replace("rate = 5", "rate = 0");
        let host = "data = \"data\"\nschools = \"schools\"\nconnectors = \"connectors\"\n[key]\nfile = \"exchange.key\"\n";
        self.write("exchange.toml", &(host.to_owned() + &upstream));
        // Short, so that a list that never settles costs a test seconds.
        let task = documented("schools/school57.toml")
            .replace("enabled = true", "enabled = true\npatience = \"3s\"");
        let school = "name = \"Школа № 57 (вымышленная)\"\ntime-zone = \"Europe/Moscow\"\n\n";
        self.write("schools/school57.toml", &(school.to_owned() + &task));
        let year = study_year();
        self.write("classes.csv", &format!("id;study-year;grade;letter\nc1;{year};5;А\n"));
        self.write("staff.csv", STAFF);
        let journal = |id: &str, subject: &str, teachers: &str| {
            format!("{id};{year};c1;{subject};{teachers};true;true\n")
        };
        let head = "id;study-year;class-id;subject;teacher-ids;general;chat\n".to_owned();
        let journals = journal("j1", "Алгебра", "s1,s3") + &journal("j2", "Русский язык", "s2,s4,s5,s6");
        self.write("journals.csv", &(head + &journals));
    }

    pub(crate) fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    #[track_caller]
    pub(crate) fn run(&self, words: &[&str]) -> Ended {
        let mut command = process::exchange(self.folder.path());
        command.args(words);
        process::run(command, "")
    }

    /// Runs the task: exit code, and the answer of `--json`.
    #[track_caller]
    pub(crate) fn send(&self) -> (i32, Value) {
        let ended = self.run(&["run", TASK, "--json"]);
        (ended.code.expect("no signal"), ended.json())
    }

    /// Begins to bind: signs in as this person.
    #[track_caller]
    pub(crate) fn sign_in(&self, login: &str, password: &str) -> Dialogue {
        let mut command = process::exchange(self.folder.path());
        command.args(["bind", TASK]);
        let mut talk = Dialogue::start(command);
        talk.question("Логин");
        talk.say(login);
        talk.question("Пароль");
        talk.say(password);
        talk
    }

    /// Binds to the first school offered.
    #[track_caller]
    pub(crate) fn bind(&self, login: &str) -> Ended {
        let mut talk = self.sign_in(login, PASSWORD);
        talk.question("номер");
        talk.say("1");
        talk.end()
    }

    /// The stand-in's remote control.
    #[track_caller]
    pub(crate) fn post(&self, what: &str, body: &Value) {
        let url = http::local(&format!("{}/_stand/{what}", self.stand.url())).expect("an address");
        let answer = http::send("POST", &url, &[("Content-Type", "application/json")], &body.to_string());
        answer.and_then(http::Answer::accepted).expect("the stand-in takes it");
    }

    /// A teacher of the portal links a VK ID; `None`: takes it back.
    pub(crate) fn link(&self, teacher: u64, vk_id: Option<u64>) {
        self.post("link", &json!({"teacher": teacher, "vkId": vk_id}));
    }

    /// One fault from now on.
    pub(crate) fn fault(&self, matching: Value, effect: Value) {
        self.post("faults", &json!({"faults": [{"match": matching, "effect": effect}]}));
    }

    /// The school's identifiers: `system=value` by id.
    pub(crate) fn identifiers(&self) -> BTreeMap<String, String> {
        let options = SchoolOptions { key: MasterKey([0; 32]), time_zone: jiff::tz::TimeZone::UTC };
        let store = SchoolDb::open(&self.path("data"), &"school57".into(), options).expect("the store");
        let mut all = BTreeMap::new();
        let mut each = |json: &str| {
            let it: Identifier = serde_json::from_str(json).expect("an identifier");
            all.insert(it.id, format!("{}={}", it.system, it.value));
            Ok(())
        };
        store.each_record(RecordType::Identifier, &Default::default(), &mut each).expect("readable");
        all
    }

    /// Everything that is kept, as bytes in which nobody's password may be.
    pub(crate) fn kept(&self) -> Vec<u8> {
        let files = fs::read_dir(self.path("data")).expect("a folder");
        let paths = files.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_file());
        paths.flat_map(|path| fs::read(path).expect("readable")).collect()
    }
}
