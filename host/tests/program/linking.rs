//! A small school whose families link accounts: both stand-ins, the folder, the server under way.
//!
//! Four tasks differ in the rules of their region only: `usual`, `transition`, `strict`, `none`.

use std::fs::{self, File};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use exchange::model::{LedgerEntry, TaskId};
use exchange::store::{JournalStore, Lane, LaneStore, LedgerStore, MasterKey, SchoolDb, SchoolOptions};
use exchange_stand::{dnevnik, esia, http};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::browser::{Browser, Page};
use crate::connector;
use crate::process::{self, Ended};
use crate::school;
use crate::served::until;
use crate::world::audit;

/// The school's number at the diary.
const SCHOOL: u64 = 1_000_000_000_057;
const CLIENT: &str = "00000000-0000-4000-8000-0000000000e1";
const SYSTEM: &str = "EXCHANGE_TEST";
/// Of everybody at the diary.
pub(crate) const PASSWORD: &str = "дневной-пароль";
/// Of everybody at Госуслуги.
pub(crate) const PORTAL_PASSWORD: &str = "пароль";

/// What differs between the tasks.
const TASKS: [(&str, &str); 4] = [
    ("usual", "through-esia = true"),
    ("transition", "through-esia = true\ntransition = true"),
    (
        "strict",
        "through-esia = true\nyo-is-e = false\nlevel-under-14 = \"confirmed\"\nlevel-from-14 = \"confirmed\"",
    ),
    ("none", "through-esia = false"),
];

/// Folder, stand-ins, server.
pub(crate) struct World {
    folder: TempDir,
    pub(crate) diary: dnevnik::Stand,
    pub(crate) esia: esia::Stand,
    /// What people type.
    pub(crate) address: String,
    /// Where it listens; the same unless a proxy stands in front.
    pub(crate) listen: String,
    served: Option<Child>,
}

/// Keys of a system, by OpenSSL's GOST engine; `None` where it is missing.
fn keys() -> Option<&'static TempDir> {
    static KEYS: OnceLock<Option<TempDir>> = OnceLock::new();
    let made = KEYS.get_or_init(|| {
        let folder = TempDir::new().expect("a folder");
        let line = "req -engine gost -x509 -newkey gost2012_256 -pkeyopt paramset:A -nodes -keyout system.key \
            -out system.crt -subj /CN=system -days 30";
        let output = Command::new("openssl").args(line.split_whitespace()).current_dir(folder.path()).output();
        output.expect("openssl is there").status.success().then_some(folder)
    });
    if made.is_none() {
        eprintln!("OpenSSL's GOST engine is not installed: LEFT OUT (apt install libengine-gost-openssl)");
    }
    made.as_ref()
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("its address").port()
}

impl World {
    /// Everything under way; `None` where nothing can be signed.
    pub(crate) fn start() -> Option<Self> {
        Self::start_with("")
    }

    /// The same with more lines in `[web]`.
    pub(crate) fn start_with(web: &str) -> Option<Self> {
        let mut world = Self::made(web)?;
        world.serve(|_| ());
        Some(world)
    }

    /// Behind a proxy that does TLS: reached at this address, with more lines in `[web]`.
    pub(crate) fn behind(address: &str, web: &str) -> Option<Self> {
        let mut world = Self::at(Some(address), web)?;
        world.serve(|_| ());
        Some(world)
    }

    /// Everything but the server.
    pub(crate) fn made(web: &str) -> Option<Self> {
        Self::at(None, web)
    }

    fn at(address: Option<&str>, web: &str) -> Option<Self> {
        let keys = keys()?;
        let diary = dnevnik::Stand::spawn(dnevnik::Options::default()).expect("it starts");
        let esia = esia::Stand::spawn(esia::Options::default()).expect("it starts");
        let (folder, listen) = (TempDir::new().expect("a folder"), format!("127.0.0.1:{}", free_port()));
        let address = address.map_or_else(|| format!("http://{listen}"), str::to_owned);
        let world = Self { folder, diary, esia, address, listen, served: None };
        fs::copy(keys.path().join("system.key"), world.path("system.key")).expect("a key");
        fs::copy(keys.path().join("system.crt"), world.path("system.crt")).expect("a certificate");
        world.seed_portal();
        world.seed_diary();
        world.write_files(web);
        fs::create_dir(world.path("connectors")).expect("a folder");
        fs::copy(connector::file().with_file_name("esia.wasm"), world.path("connectors/esia.wasm"))
            .expect("it is built");
        world.run("", &["connector", "lock"]).with(0);
        world.run("", &["import", "s", "classes.csv", "pupils.csv", "guardians.csv", "staff.csv"]).with(0);
        let token = world.diary_token();
        world.run(&token, &["secret", "set", "token", "--school", "s"]).with(0);
        Some(world)
    }

    fn seed_portal(&self) {
        let pem = fs::read_to_string(self.path("system.crt")).expect("a certificate");
        let client = json!({"id": SYSTEM, "name": "Обмен", "redirectUris": [format!("{}/callback", self.address)],
            "certificates": [pem], "tokenAlgorithm": "RS256"});
        post(&self.esia.url(), "seed", &json!({"clients": [client]}));
        let all: Vec<Value> = get(&self.esia.url(), "certificates");
        let rsa = all.iter().find(|one| one["algorithm"] == "RS256").expect("a certificate");
        self.write("portal.crt", rsa["pem"].as_str().expect("a text"));
    }

    fn seed_diary(&self) {
        let person = |id: u64, role: &str, name: &str, born: Value, snils: Value| {
            let parts: Vec<&str> = name.split(' ').collect();
            json!({"id": id, "userId": id + 9_000, "lastName": parts[0], "firstName": parts[1],
                "middleName": parts.get(2).copied().unwrap_or_default(), "birthday": born, "snils": snils,
                "role": role, "school": SCHOOL})
        };
        let persons = vec![
            person(1, "EduStudent", "Вымыслова Анна Петровна", json!("2014-05-12"), json!("000-600-004 04")),
            person(2, "EduStudent", "Вымыслов Артём Петрович", json!("2011-01-25"), Value::Null),
            person(3, "EduParent", "Вымыслова Ольга Ивановна", Value::Null, json!("000-600-005 05")),
            person(4, "EduParent", "Вымыслов Павел Ильич", Value::Null, json!("000-600-001 01")),
            person(5, "EduStaff", "Придумкина Алсу Маратовна", Value::Null, json!("000-600-007 07")),
            person(6, "EduStaff", "Елкина-Соснова Марьяна Яковлевна", Value::Null, json!("000-600-008 08")),
            person(7, "EduParent", "Небылицына Дарья Семёновна", Value::Null, json!("000-600-003 03")),
            person(8, "EduParent", "Небылицын Семён Фомич", Value::Null, json!("000-600-002 02")),
            person(9, "EduStudent", "Вымыслов Лев Петрович", json!("2018-08-20"), Value::Null),
            person(10, "EduParent", "Подписьев Захар Игнатьевич", Value::Null, Value::Null),
        ];
        let ids = 1..=persons.len();
        let memberships: Vec<Value> = persons
            .iter()
            .map(|person| json!({"school": SCHOOL, "person": person["id"], "role": person["role"]}))
            .collect();
        let accounts: Vec<Value> =
            ids.map(|id| json!({"login": format!("user{id}"), "password": PASSWORD, "person": id})).collect();
        let secret = json!({"id": CLIENT, "secret": "s", "name": "By hand", "redirectUris": [], "flows": ["password"]});
        let administrator = json!({"login": "admin", "password": PASSWORD, "person": 100, "user": 200,
            "lastName": "Главная", "firstName": "Вера", "organizations": [{"id": SCHOOL}]});
        post(
            &self.diary.url(),
            "seed",
            &json!({"organizations": [{"id": SCHOOL, "name": "Школа"}],
            "administrators": [administrator], "persons": persons, "memberships": memberships,
            "accounts": accounts, "clients": [secret]}),
        );
    }

    /// So many more pupils of the class: at Госуслуги (`pupil1` …), at the diary and in the records.
    pub(crate) fn add_class(&self, count: u64) {
        self.add_pupils(count, |n| n);
    }

    /// The same, two of each name.
    pub(crate) fn add_namesakes(&self, count: u64) {
        self.add_pupils(count, |n| n / 2);
    }

    /// `named`: pupils of whom this is the same have the same name.
    fn add_pupils(&self, count: u64, named: impl Fn(u64) -> u64) {
        let letters =
            |n: u64| [n / 32, n % 32].map(|at| char::from_u32(0x430 + at as u32).expect("a letter"));
        let name = |n: u64| format!("Классов{}", letters(named(n)).iter().collect::<String>());
        let snils = |n: u64| format!("000-700-{n:03} 00");
        let numbers = || 1..=count;
        let persona = |n| {
            json!({"oid": 1_000_600_000 + n, "login": format!("pupil{n}"), "password": PORTAL_PASSWORD,
                "level": "child", "lastName": name(n), "firstName": "Лада", "middleName": "Игоревна",
                "birthDate": "2014-03-04", "gender": "F", "snils": snils(n)})
        };
        self.post_portal("seed", &json!({"personas": numbers().map(persona).collect::<Vec<_>>()}));
        let person = |n| {
            json!({"id": 1_000 + n, "userId": 20_000 + n, "lastName": name(n), "firstName": "Лада",
                "middleName": "Игоревна", "birthday": "2014-03-04", "snils": snils(n), "role": "EduStudent",
                "school": SCHOOL})
        };
        let membership = |n| json!({"school": SCHOOL, "person": 1_000 + n, "role": "EduStudent"});
        self.post_diary(
            "seed",
            &json!({"persons": numbers().map(person).collect::<Vec<_>>(),
                "memberships": numbers().map(membership).collect::<Vec<_>>()}),
        );
        let row = |n| format!("q{n};{};Лада;Игоревна;2014-03-04;{};c1\n", name(n), snils(n));
        let rows: String = numbers().map(row).collect();
        let head = "id;last-name;first-name;middle-name;birth-date;snils;class-id\n";
        self.write("more-pupils.csv", &(head.to_owned() + &rows));
        self.run("", &["import", "s", "more-pupils.csv", "--add"]).with(0);
    }

    fn diary_token(&self) -> String {
        let body = json!({"client_id": CLIENT, "client_secret": "s", "username": "admin", "password": PASSWORD,
            "scope": "CommonInfo,ContactInfo,FriendsAndRelatives,EducationalInfo"});
        let url = http::local(&format!("{}/v2/authorizations/bycredentials", self.diary.url()))
            .expect("an address");
        let answer = http::send("POST", &url, &[("Content-Type", "application/json")], &body.to_string());
        let answer: Value =
            serde_json::from_str(&answer.expect("an answer").accepted().expect("a token")).expect("JSON");
        answer["accessToken"].as_str().expect("a token").to_owned()
    }

    fn write_files(&self, web: &str) {
        let (diary, portal, address) = (self.diary.url(), self.esia.url(), &self.address);
        let listen = &self.listen;
        let limits = "private = true\nrate = 0\nparallel = 8\nconnect-timeout = \"1s\"\ntimeout = \"3s\"\n\
            attempts = 1\npatience = \"1s\"\nbreaker = { failures = 100, pause = \"1s\" }";
        let bearer = "credential = { header = \"Authorization\", prefix = \"Bearer \" }";
        let host = format!(
            "data = \"data\"\nschools = \"schools\"\nconnectors = \"connectors\"\n[key]\nfile = \"exchange.key\"\n\
             [serve]\nlisten = \"127.0.0.1:0\"\n[web]\nlisten = \"{listen}\"\naddress = \"{address}\"\n{web}\n\
             [upstream.dnevnik]\nbase = [\"{diary}\"]\ncredential = {{ header = \"Access-Token\", prefix = \"\" }}\n{limits}\n\
             [upstream.esia]\nbase = [\"{portal}\"]\n{bearer}\n{limits}\n\
             [upstream.dnevnik-site]\nbase = [\"{diary}\"]\n{limits}\n\
             [upstream.dnevnik-login]\nbase = [\"{diary}\"]\n{limits}\n\
             [upstream.gosuslugi]\nbase = [\"{portal}\"]\n{limits}\n\
             [signing.esia]\ncommand = [\"openssl\", \"dgst\", \"-engine\", \"gost\", \"-md_gost12_256\", \"-sign\", \"{}\"]\n\
             certificate = \"system.crt\"\n\
             [verification.esia]\nalgorithm = \"RS256\"\ncertificates = [\"portal.crt\"]\n",
            self.path("system.key").display()
        );
        self.write("exchange.toml", &host);
        let tasks: String = TASKS.iter().map(|(id, rules)| task(id, rules)).collect();
        let school = format!("name = \"Школа № 57 (вымышленная)\"\ntime-zone = \"Europe/Moscow\"\n{tasks}");
        self.write("schools/s.toml", &school);
        let year = school::study_year();
        self.write("classes.csv", &format!("id;study-year;grade;letter\nc1;{year};7;А\n"));
        let head = "id;last-name;first-name;middle-name;birth-date;snils";
        self.write(
            "pupils.csv",
            &format!(
                "{head};class-id;guardian-ids\n\
                 p1;Вымыслова;Анна;Петровна;2014-05-12;000-600-004 04;c1;g1,g2,g3,g4,g5\n\
                 p2;Вымыслов;Артём;Петрович;2011-01-25;;c1;g1\n\
                 p3;Вымыслов;Лев;Петрович;2018-08-20;;c1;g1\n"
            ),
        );
        self.write(
            "guardians.csv",
            &format!(
                "{head}\ng1;Вымыслова;Ольга;Ивановна;;000-600-005 05\ng2;Вымыслов;Павел;Ильич;;000-600-001 01\n\
                 g3;Небылицына;Дарья;Семёновна;;000-600-003 03\ng4;Небылицын;Семён;Фомич;;000-600-002 02\n\
                 g5;Подписьев;Захар;Игнатьевич;;\n"
            ),
        );
        self.write(
            "staff.csv",
            &format!(
                "{head}\ns1;Придумкина;Алсу;Маратовна;;000-600-007 07\n\
                 s2;Елкина-Соснова;Марьяна;Яковлевна;;000-600-008 08\n"
            ),
        );
    }

    /// Starts the server and waits until it serves.
    pub(crate) fn serve(&mut self, prepare: impl FnOnce(&mut Command)) {
        let mut command = process::exchange(self.folder.path());
        let log = File::options().create(true).append(true).open(self.path("serve.log")).expect("a file");
        command.args(["serve", "--json"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        prepare(&mut command);
        let before = self.log().matches("\"serving\"").count();
        self.served = Some(command.spawn().expect("it starts"));
        until("it serves", || {
            let ended =
                self.served.as_mut().is_some_and(|served| served.try_wait().is_ok_and(|end| end.is_some()));
            assert!(!ended, "{}", self.log());
            self.log().matches("\"serving\"").count() > before
        });
    }

    /// Ends the server as a power cut would.
    pub(crate) fn cut(&mut self) {
        if let Some(mut served) = self.served.take() {
            served.kill().expect("it can be killed");
            served.wait().expect("it is gone");
        }
    }

    /// Everything that the server has logged.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.path("serve.log")).unwrap_or_default()
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
    pub(crate) fn run(&self, input: &str, words: &[&str]) -> Ended {
        let mut command = process::exchange(self.folder.path());
        command.args(words);
        process::run(command, input)
    }

    /// The school's linking address for a task.
    pub(crate) fn link(&self, task: &str) -> String {
        format!("{}/s/{task}/link", self.address)
    }

    /// Opens the linking address and begins; the first page of the dialogue.
    #[track_caller]
    pub(crate) fn begin(&self, browser: &mut Browser, task: &str) -> Page {
        let page = browser.open(&self.link(task));
        browser.send(&page, &[])
    }

    /// Begins, goes to Госуслуги, signs in there and consents; the page that this comes back to.
    #[track_caller]
    pub(crate) fn way_a(&self, browser: &mut Browser, task: &str, login: &str) -> Page {
        let first = self.begin(browser, task);
        let portal = browser.send(&first, &[("choice", "esia")]);
        self.at_portal(browser, &portal, login, true)
    }

    /// Signs in at Госуслуги and answers the question for consent.
    #[track_caller]
    pub(crate) fn at_portal(&self, browser: &mut Browser, page: &Page, login: &str, allows: bool) -> Page {
        let mut page = page.clone();
        if page.answer.body.contains("name=\"password\"") && page.url.as_str().starts_with(&self.esia.url()) {
            page = browser.send(&page, &[("login", login), ("password", PORTAL_PASSWORD)]);
        }
        match page.answer.body.contains("is_granted") {
            true => browser.send(&page, &[("is_granted", if allows { "true" } else { "false" })]),
            false => page,
        }
    }

    /// Login and password of the diary.
    #[track_caller]
    pub(crate) fn at_diary(&self, browser: &mut Browser, page: &Page, login: &str, password: &str) -> Page {
        browser.send(page, &[("login", login), ("password", password)])
    }

    /// `person by what way` of each link at the diary.
    pub(crate) fn links(&self) -> Vec<String> {
        let state: Value = get(&self.diary.url(), "state");
        let links = state["links"].as_array().cloned().unwrap_or_default();
        links
            .iter()
            .map(|link| {
                format!(
                    "{} {}",
                    link["person"].as_str().unwrap_or_default(),
                    link["source"].as_str().unwrap_or_default()
                )
            })
            .collect()
    }

    /// Numbers of the links at the diary.
    pub(crate) fn link_ids(&self) -> Vec<String> {
        let state: Value = get(&self.diary.url(), "state");
        let links = state["links"].as_array().cloned().unwrap_or_default();
        links.iter().map(|link| link["id"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// Nobody is linked any more at the diary.
    pub(crate) fn unlink_all(&self) {
        for id in self.link_ids() {
            self.unlink(&id);
        }
    }

    /// Takes a link away at the diary.
    pub(crate) fn unlink(&self, id: &str) {
        let url = http::local(&format!("{}/linking/v1/links/{id}", self.diary.url())).expect("an address");
        let answer = http::send("DELETE", &url, &[("Access-Token", &self.diary_token())], "");
        answer.and_then(http::Answer::accepted).expect("it is removed");
    }

    pub(crate) fn post_diary(&self, what: &str, body: &Value) {
        post(&self.diary.url(), what, body);
    }

    pub(crate) fn post_portal(&self, what: &str, body: &Value) {
        post(&self.esia.url(), what, body);
    }

    /// The school's lane, as a run has it.
    pub(crate) fn take_lane(&self) -> Lane {
        self.store().take_lane("run", 0).expect("it is free")
    }

    /// A number of `/metrics`.
    pub(crate) fn number(&self, sample: &str) -> Option<f64> {
        let text = self.metrics();
        text.lines().find_map(|line| line.strip_prefix(sample)?.strip_prefix(' ')?.parse().ok())
    }

    /// All numbers.
    pub(crate) fn metrics(&self) -> String {
        let log = self.log();
        let said = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let mut serving = said.filter(|line| line["fields"]["message"] == "serving");
        let serving = serving.next_back().expect("it serves");
        let address = serving["fields"]["listen"].as_str().expect("an address").to_owned();
        let url = http::local(&format!("http://{address}/metrics")).expect("an address");
        http::send("GET", &url, &[], "").and_then(http::Answer::accepted).expect("numbers")
    }

    fn store(&self) -> SchoolDb {
        let options = SchoolOptions { key: MasterKey([0; 32]), time_zone: jiff::tz::TimeZone::UTC };
        SchoolDb::open(&self.path("data"), &"s".into(), options).expect("the school's store")
    }

    /// The ledger of a task: key, state, origin.
    pub(crate) fn ledger(&self, task: &str) -> Vec<String> {
        let entries: Vec<LedgerEntry> = self.store().ledger(&TaskId::from(task)).expect("a ledger");
        entries
            .iter()
            .map(|entry| format!("{} {:?} {:?}", entry.item.key, entry.state, entry.origin))
            .collect()
    }

    /// Writes of a task: operation and the status of the answer.
    pub(crate) fn journal(&self, task: &str) -> Vec<String> {
        let writes = self.store().writes(&TaskId::from(task), 100).expect("a journal");
        writes.iter().map(|write| format!("{} {:?}", write.operation, write.status)).collect()
    }

    /// What the audit says of dialogues.
    pub(crate) fn audit(&self) -> Vec<String> {
        let entries = audit(&self.path("data")).into_iter();
        let entries = entries.filter(|entry| ["dialogue", "bind", "invite"].contains(&entry.what.as_str()));
        entries.map(|entry| format!("{} {} {}", entry.who, entry.what, entry.about)).collect()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(mut served) = self.served.take() {
            // It may have ended by itself.
            drop(served.kill());
            drop(served.wait());
        }
    }
}

fn task(id: &str, rules: &str) -> String {
    format!(
        "[[task]]\nid = \"{id}\"\nconnector = \"esia\"\nenabled = true\npatience = \"5s\"\n\
         [task.settings]\norganisation = \"{SCHOOL}\"\nclient-id = \"{SYSTEM}\"\n{rules}\n\
         [task.grant]\nwrite = true\n\
         upstreams = [\"dnevnik\", \"esia\", \"dnevnik-site\", \"dnevnik-login\", \"gosuslugi\"]\n\
         secrets = [\"token\", \"esia-token\", \"id-token\"]\nfingerprints = [\"esia-subject\"]\n\
         sign = {{ ask = \"esia\", redeem = \"esia\" }}\nverify = {{ esia = \"esia\" }}\n\
         records = {{ school-class = [\"*\"], pupil = [\"*\"], guardian = [\"*\"], staff = [\"*\"] }}\n"
    )
}

fn post(stand: &str, what: &str, body: &Value) {
    let url = http::local(&format!("{stand}/_stand/{what}")).expect("an address");
    let answer = http::send("POST", &url, &[("Content-Type", "application/json")], &body.to_string());
    answer.and_then(http::Answer::accepted).expect("the stand-in takes it");
}

fn get<T: serde::de::DeserializeOwned>(stand: &str, what: &str) -> T {
    let url = http::local(&format!("{stand}/_stand/{what}")).expect("an address");
    let answer = http::send("GET", &url, &[], "").and_then(http::Answer::accepted);
    serde_json::from_str(&answer.expect("the stand-in answers")).expect("JSON")
}
