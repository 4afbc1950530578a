//! Records in the browser, with the program as it is run: files handed in, looked at, stored once; people and classes.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;

use exchange::store::{LaneStore, MasterKey, SchoolDb, SchoolOptions};
use exchange_stand::html::between;
use exchange_stand::http::Answer;
use serde_json::Value;
use url::{Url, form_urlencoded};

use crate::browser::{Browser, Page};
use crate::cabinet::{Office, origin, set_up};
use crate::served::until;
use crate::world::audit;

/// Where the pages of the first school's records are.
const RECORDS: &str = "/~school/school57/~records";

pub(crate) const PUPILS: &str = "id;last-name;first-name;birth-date;class-id;guardian-ids\n\
    p1;Ёлкин;Иван;2015-03-01;c5;g1\np2;Берёзкин;Пётр;2015-04-01;c5;\np3;Соснова;Анна;2014-05-01;;\n";
const CLASSES: &str = "id;study-year;grade;letter;teacher-id\nc5;2026;5;Б;t1\n";
const STAFF: &str = "id;last-name;first-name\nt1;Дубова;Ольга\n";
const GUARDIANS: &str = "id;last-name;first-name\ng1;Ёлкина;Мария\n";

/// Files of a small school.
pub(crate) const FILES: [(&str, &[u8]); 4] = [
    ("pupils.csv", PUPILS.as_bytes()),
    ("classes.csv", CLASSES.as_bytes()),
    ("staff.csv", STAFF.as_bytes()),
    ("guardians.csv", GUARDIANS.as_bytes()),
];

/// A part of a form: its name, the name of a file where it is one, its bytes.
pub(crate) type Part<'a> = (&'a str, Option<&'a str>, &'a [u8]);

/// Somebody with an account at a desk of their own.
pub(crate) struct Clerk {
    pub(crate) browser: Browser,
    pub(crate) origin: String,
}

impl Clerk {
    pub(crate) fn of(office: &Office, login: &str, role: &str) -> Self {
        let address = office.invite(login, role, Some("school57"));
        let mut browser = Browser::default();
        set_up(&mut browser, &address);
        Self { browser, origin: origin(&address) }
    }

    pub(crate) fn open(&mut self, path: &str) -> Page {
        self.browser.open(&format!("{}{path}", self.origin))
    }

    /// What shows that a form is of this session.
    pub(crate) fn step(&mut self) -> String {
        step_of(&self.open("/~me"))
    }

    fn url(&self, path: &str) -> Url {
        format!("{}{path}", self.origin).parse().expect("an address")
    }

    /// Sends a form.
    pub(crate) fn post(&mut self, path: &str, values: &[(&str, &str)]) -> Page {
        let step = self.step();
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.append_pair("step", &step).extend_pairs(values);
        let url = self.url(path);
        self.browser.ask("POST", &url, &body.finish())
    }

    /// Sends it, and goes on to where it leads.
    pub(crate) fn send(&mut self, path: &str, values: &[(&str, &str)]) -> Page {
        let page = self.post(path, values);
        self.browser.follow(page)
    }

    /// Hands files in; the answer.
    pub(crate) fn hand_in(&mut self, files: &[(&str, &[u8])], mode: &str) -> Page {
        let step = self.step();
        let mut parts = vec![("step", None, step.as_bytes())];
        parts.extend(files.iter().map(|(name, bytes)| ("files", Some(*name), *bytes)));
        parts.push(("mode", None, mode.as_bytes()));
        self.send_parts(&parts)
    }

    /// The same; the page it leads to.
    pub(crate) fn look_at(&mut self, files: &[(&str, &[u8])], mode: &str) -> Page {
        let page = self.hand_in(files, mode);
        assert_eq!(page.answer.status, 303, "{}", page.text());
        self.browser.follow(page)
    }

    pub(crate) fn send_parts(&self, parts: &[Part<'_>]) -> Page {
        let mut body = Vec::new();
        for (name, file, bytes) in parts {
            let file =
                file.map(|file| format!("; filename=\"{}\"", file.replace('"', "%22"))).unwrap_or_default();
            body.extend(
                format!("--limit\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n").bytes(),
            );
            body.extend_from_slice(bytes);
            body.extend(b"\r\n");
        }
        body.extend(b"--limit--\r\n");
        self.send_bytes("multipart/form-data; boundary=limit", &body)
    }

    /// Sends these bytes to where files are handed in.
    pub(crate) fn send_bytes(&self, media: &str, body: &[u8]) -> Page {
        let url = self.url(RECORDS);
        let cookies: Vec<String> =
            self.browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let head = format!(
            "POST {RECORDS} HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\nConnection: close\r\nSec-Fetch-Site: same-origin\r\n\
             Content-Type: {media}\r\nContent-Length: {}\r\n\r\n",
            url.authority(),
            cookies.join("; "),
            body.len()
        );
        let mut stream = TcpStream::connect(url.authority()).expect("it listens");
        stream.set_read_timeout(Some(std::time::Duration::from_secs(120))).expect("a time");
        stream.write_all(head.as_bytes()).expect("it listens");
        // Whoever sends too much may be hung up on.
        drop(stream.write_all(body));
        let mut answer = Vec::new();
        drop(stream.read_to_end(&mut answer));
        Page { url, answer: parsed(&String::from_utf8_lossy(&answer)) }
    }

    /// Answers the look that waits.
    fn answer(&mut self, look: &str, answer: &str, more: &[(&str, &str)]) -> Page {
        let values = [&[("look", look), ("answer", answer)], more].concat();
        self.send(&format!("{RECORDS}/import"), &values)
    }

    /// How many people are listed.
    pub(crate) fn people(&mut self) -> String {
        let text = self.open("/~school/school57/~people").text();
        text.lines().find(|line| line.starts_with("Найдено")).expect("a number").to_owned()
    }
}

fn parsed(text: &str) -> Answer {
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).unwrap_or_default();
    let headers = lines.filter_map(|line| line.split_once(": "));
    let headers = headers.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
    Answer { status, headers, body: body.to_owned() }
}

pub(crate) fn step_of(page: &Page) -> String {
    between(&page.answer.body, "name=\"step\" value=\"", "\"").expect("a step").to_owned()
}

fn look_of(page: &Page) -> String {
    between(&page.answer.body, "name=\"look\" value=\"", "\"").expect("a look").to_owned()
}

/// Folders with uploads.
pub(crate) fn uploads(office: &Office) -> usize {
    std::fs::read_dir(office.folder.path().join("data/uploads")).map_or(0, Iterator::count)
}

/// What was done under a login.
fn done_by(office: &Office, login: &str) -> Vec<String> {
    let of = audit(&office.folder.path().join("data")).into_iter().filter(|entry| entry.who == login);
    of.map(|entry| format!("{} {}", entry.what, entry.about).trim().to_owned()).collect()
}

fn store(folder: &Path) -> SchoolDb {
    let options = SchoolOptions { key: MasterKey([0; 32]), time_zone: jiff::tz::TimeZone::UTC };
    SchoolDb::open(&folder.join("data"), &"school57".into(), options).expect("the school's store")
}

#[test]
fn files_are_looked_at_and_stored_once() {
    let office = Office::open();
    let mut olga = Clerk::of(&office, "olga", "school-administrator");
    let page = olga.open(RECORDS);
    assert!(page.text().contains("Данных пока нет"), "{}", page.text());
    let page = olga.look_at(&FILES, "replace");
    assert_eq!(page.shown(), "200 Что изменится", "{}", page.text());
    let bare: String = page.text().chars().filter(|c| !c.is_whitespace()).collect();
    assert!(bare.contains("ученики3000"), "{}", page.text());
    assert_eq!(olga.people(), "Найдено: 0 человек", "looking changes nothing");
    assert_eq!(uploads(&office), 1);
    assert!(olga.open(RECORDS).text().contains("Файлы ждут вашего решения"));
    // Somebody else's look is another one.
    let mut maria = Clerk::of(&office, "maria", "school-administrator");
    assert_eq!(maria.open(&format!("{RECORDS}/import")).shown(), "200 Файлов нет");
    let look = look_of(&page);
    let theirs = maria.answer(&look, "store", &[]);
    assert_eq!(theirs.shown(), "410 Этих файлов больше нет");

    // Pressed twice at once, it is done once.
    let both: Vec<std::thread::JoinHandle<Page>> = (0..2)
        .map(|_| {
            let (browser, origin, look) = (olga.browser.clone(), olga.origin.clone(), look.clone());
            std::thread::spawn(move || Clerk { browser, origin }.answer(&look, "store", &[]))
        })
        .collect();
    for page in both {
        let page = page.join().expect("it answers");
        assert!(
            ["200 Данные загружены", "200 Данные сохраняются"].contains(&page.shown().as_str()),
            "{}",
            page.text()
        );
    }
    let stored = olga.open(&format!("{RECORDS}/import"));
    assert_eq!(stored.shown(), "200 Данные загружены", "{}", stored.text());
    assert_eq!(olga.people(), "Найдено: 5 человек");
    let imports =
        done_by(&office, "olga").into_iter().filter(|what| what.starts_with("import")).collect::<Vec<_>>();
    assert_eq!(imports, ["import 6 records changed"]);
    assert_eq!(uploads(&office), 0, "the files are deleted");
    office.run(&["audit", "school57"]).with(0).says("olga");

    // The command line knows that these very files were imported: it is the same code.
    for (name, bytes) in FILES {
        std::fs::write(office.folder.path().join(name), bytes).expect("it is written");
    }
    let words: Vec<&str> =
        ["import", "school57", "--json"].into_iter().chain(FILES.map(|(name, _)| name)).collect();
    let told: Value = office.run(&words).with(0).json();
    assert_eq!(told["same_files"], true, "{told}");
    let again = olga.look_at(&FILES, "replace");
    assert!(again.text().contains("Ничего не изменится"), "{}", again.text());
    assert!(!again.answer.body.contains("value=\"store\""), "nothing is to be stored");
    let page = olga.answer(&look_of(&again), "give-up", &[]);
    assert_eq!(page.shown(), "200 Данные школы");
    assert_eq!(uploads(&office), 0);
}

#[test]
fn a_bad_row_costs_what_it_costs_at_the_command_line() {
    let office = Office::open();
    let mut olga = Clerk::of(&office, "olga", "school-administrator");
    let bad = "id;last-name;first-name;birth-date;snils\np1;Ёлкин;Иван;2015-03-01;\n\
        p2;;Пётр;31.02.2015;\np3;<script>alert(1)</script>;=1+1;;\np4;Соснова;Анна;;123\n";
    let page = olga.look_at(&[("pupils.csv", bad.as_bytes())], "replace");
    assert_eq!(page.shown(), "200 Что изменится", "{}", page.text());
    std::fs::write(office.folder.path().join("pupils.csv"), bad).expect("it is written");
    let told: Value = office.run(&["import", "school57", "pupils.csv", "--json"]).with(3).json();
    let problems = told["problems"].as_array().expect("a list");
    assert!(problems.len() >= 4, "{told}");
    let text = page.text();
    for problem in problems {
        for part in ["file", "what", "fix"] {
            let part = problem[part].as_str().expect("a text");
            assert!(text.contains(part), "no «{part}» in\n{text}");
        }
    }
    assert!(!page.answer.body.contains("<script"), "{}", page.answer.body);
    // The records have changed meanwhile: the command line has imported them.
    let page = olga.answer(&look_of(&page), "store", &[]);
    assert!(page.text().contains("Данные школы за это время изменились"), "{}", page.text());
    assert!(page.text().contains("Что изменится"), "it is shown anew: {}", page.text());
}

#[test]
fn what_would_lose_much_is_stored_only_where_it_is_meant() {
    let office = Office::open();
    let mut olga = Clerk::of(&office, "olga", "school-administrator");
    let many: String = (0..40).map(|n| format!("p{n};Ёлкин;Иван\n")).collect();
    let head = "id;last-name;first-name\n";
    let page = olga.look_at(&[("pupils.csv", format!("{head}{many}").as_bytes())], "replace");
    olga.answer(&look_of(&page), "store", &[]);
    assert_eq!(olga.people(), "Найдено: 40 человек");
    let few = format!("{head}p1;Ёлкин;Иван\n");
    let page = olga.look_at(&[("pupils.csv", few.as_bytes())], "replace");
    assert!(page.text().contains("Пропадёт много: 39 из 40 (ученики)"), "{}", page.text());
    let look = look_of(&page);
    let refused = olga.answer(&look, "store", &[]);
    assert!(refused.text().contains("Подтвердите, что данные должны пропасть"), "{}", refused.text());
    assert_eq!(olga.people(), "Найдено: 40 человек");
    let stored = olga.answer(&look, "store", &[("meant", "yes")]);
    assert_eq!(stored.shown(), "200 Данные загружены", "{}", stored.text());
    assert_eq!(olga.people(), "Найдено: 1 человек");
    // An addition drops nobody.
    let page = olga.look_at(&[("pupils.csv", format!("{head}p99;Соснова;Анна\n").as_bytes())], "add");
    assert!(page.text().contains("никто не выбывает"), "{}", page.text());
    olga.answer(&look_of(&page), "store", &[]);
    assert_eq!(olga.people(), "Найдено: 2 человека");
}

#[test]
fn whoever_works_at_the_school_is_waited_for_and_nothing_is_lost() {
    let office = Office::open();
    let mut olga = Clerk::of(&office, "olga", "school-administrator");
    let lane = store(office.folder.path()).take_lane("run", 0).expect("it is free");
    let page = olga.look_at(&FILES, "replace");
    assert!(page.text().contains("Школа сейчас занята"), "{}", page.text());
    let look = look_of(&page);
    let page = olga.answer(&look, "again", &[]);
    assert!(page.text().contains("Школа сейчас занята"), "{}", page.text());
    drop(lane);
    let page = olga.answer(&look, "again", &[]);
    assert_eq!(page.shown(), "200 Что изменится", "{}", page.text());
    let lane = store(office.folder.path()).take_lane("run", 0).expect("it is free");
    let page = olga.answer(&look, "store", &[]);
    assert!(
        page.text().contains("Школа сейчас занята") && page.answer.body.contains("value=\"store\""),
        "{}",
        page.text()
    );
    drop(lane);
    let page = olga.answer(&look, "store", &[]);
    assert_eq!(page.shown(), "200 Данные загружены", "{}", page.text());
}

#[test]
fn files_that_nobody_confirms_are_deleted() {
    let office = Office::open_with("upload-kept = \"10s\"");
    let mut olga = Clerk::of(&office, "olga", "school-administrator");
    let page = olga.look_at(&FILES, "replace");
    let look = look_of(&page);
    until("they are deleted, though nobody comes", || uploads(&office) == 0);
    let late = olga.answer(&look, "store", &[]);
    assert_eq!(late.shown(), "410 Этих файлов больше нет", "{}", late.text());
    assert_eq!(olga.people(), "Найдено: 0 человек");
}

#[test]
fn files_end_with_their_session_and_with_the_server() {
    let office = Office::open();
    let mut olga = Clerk::of(&office, "olga", "school-administrator");
    olga.look_at(&FILES, "replace");
    assert_eq!(uploads(&office), 1);
    let replaced = olga.look_at(&FILES[..1], "replace");
    assert_eq!(
        (uploads(&office), replaced.shown().as_str()),
        (1, "200 Что изменится"),
        "the last one counts"
    );
    olga.post("/~sign-out", &[]);
    assert_eq!(uploads(&office), 0, "signed out");
    let mut maria = Clerk::of(&office, "maria", "school-administrator");
    maria.look_at(&FILES, "replace");
    assert_eq!(uploads(&office), 1);
    let office = office.started_again();
    assert_eq!(uploads(&office), 0, "what a killed server left");
}

#[test]
fn who_only_looks_hands_nothing_in() {
    let office = Office::open();
    let mut olga = Clerk::of(&office, "olga", "school-administrator");
    let page = olga.look_at(&FILES, "replace");
    olga.answer(&look_of(&page), "store", &[]);
    let mut vera = Clerk::of(&office, "vera", "school-viewer");
    let page = vera.open(RECORDS);
    assert!(
        page.text().contains("изменить ничего нельзя") && !page.answer.body.contains("type=\"file\""),
        "{}",
        page.text()
    );
    assert_eq!(vera.hand_in(&FILES, "add").shown(), "403 Вы можете только смотреть");
    let answered = vera.post(&format!("{RECORDS}/import"), &[("look", "x"), ("answer", "store")]);
    assert_eq!(answered.shown(), "403 Вы можете только смотреть");
    assert_eq!(uploads(&office), 0);
    assert_eq!(vera.people(), "Найдено: 5 человек", "looking is what viewers do");
}

#[test]
fn people_and_classes_are_found_and_names_stay_out_of_addresses_and_logs() {
    let office = Office::open();
    let mut olga = Clerk::of(&office, "olga", "school-administrator");
    let page = olga.look_at(&FILES, "replace");
    olga.answer(&look_of(&page), "store", &[]);
    let list = olga.open("/~school/school57/~people?kind=pupil&class=c5");
    assert!(list.text().contains("Найдено: 2 человека"), "{}", list.text());
    let of_class = olga.open("/~school/school57/~people?class=c5").text();
    for name in ["Ёлкин Иван", "Берёзкин Пётр", "Ёлкина Мария", "Дубова Ольга"]
    {
        assert!(of_class.contains(name), "{name}: {of_class}");
    }
    let found =
        olga.post("/~school/school57/~people", &[("name", "елкин ИВАН"), ("kind", ""), ("class", "")]);
    assert_eq!((found.answer.status, found.url.query()), (200, None));
    assert!(found.text().contains("Найдено: 1 человек"), "{}", found.text());
    let hostile = "\"><script>alert(1)</script>\u{202e}".repeat(20);
    let nobody =
        olga.post("/~school/school57/~people", &[("name", &hostile), ("kind", "<b>"), ("class", "'--")]);
    assert!(nobody.answer.status == 200 && !nobody.answer.body.contains("<script"), "{}", nobody.answer.body);
    let by_kind = olga.send("/~school/school57/~people", &[("name", " "), ("kind", "staff"), ("class", "")]);
    assert_eq!(by_kind.url.query(), Some("kind=staff"), "without a name it is a list with an address");
    let card = olga.browser.click(&found, "Ёлкин Иван");
    assert!(card.text().contains("5-Б") && card.text().contains("p1"), "{}", card.text());
    let told: Value = office.run(&["person", "school57", "pupil:p1", "--json"]).with(0).json();
    assert_eq!(card.heading(), told["name"].as_str().expect("a name"));
    assert_eq!(olga.open("/~school/school57/~people/pupil:p99").answer.status, 404);
    assert_eq!(olga.open("/~school/school57/~people/p1").answer.status, 404);
    let classes = olga.open("/~school/school57/~classes");
    assert!(
        classes.text().contains("Дубова Ольга") && classes.text().contains("2026/2027"),
        "{}",
        classes.text()
    );
    let listed = olga.browser.click(&classes, "5-Б");
    assert!(listed.text().contains("Найдено: 2 человека"), "{}", listed.text());
    // The audit knows that somebody looked, and at whom by a keyed hash only.
    let done = done_by(&office, "olga");
    assert!(done.iter().any(|what| what == "person-search 1"), "{done:?}");
    let cards: Vec<&String> = done.iter().filter(|what| what.starts_with("person person ")).collect();
    assert_eq!(cards.len(), 1, "{done:?}");
    let log = std::fs::read_to_string(office.folder.path().join("serve.log")).expect("its log");
    for name in ["Ёлкин", "елкин", "Берёзкин"] {
        assert!(!log.contains(name) && !done.concat().contains(name), "{name}");
    }
}

#[test]
fn long_lists_come_in_pages() {
    let office = Office::open();
    let mut olga = Clerk::of(&office, "olga", "school-administrator");
    let many: String = (0..120).map(|n| format!("p{n:03};Ёлкин;Иван\n")).collect();
    let page =
        olga.look_at(&[("pupils.csv", format!("id;last-name;first-name\n{many}").as_bytes())], "replace");
    olga.answer(&look_of(&page), "store", &[]);
    let first = olga.open("/~school/school57/~people?kind=pupil");
    assert!(first.text().contains("1–50 из 120"), "{}", first.text());
    let second = olga.browser.click(&first, "Дальше");
    assert_eq!(second.url.query(), Some("kind=pupil&page=2"));
    let found = olga.post("/~school/school57/~people", &[("name", "Иван")]);
    assert!(found.text().contains("и ещё 70") && found.link("Дальше").is_none(), "{}", found.text());
}
