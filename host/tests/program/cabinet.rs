//! The way into the cabinet, with the program as it is run: invited, set up, signed in and out, shut out.

use exchange_stand::html::between;
use exchange_stand::telephone::{self, Telephone};
use serde_json::Value;
use tempfile::TempDir;
use url::Url;

use crate::browser::{Browser, Page, raw};
use crate::d1_browser::{Served, serve, serve_in, serve_with};
use crate::process::{self, Ended};
use crate::world::{World, audit};

pub(crate) const PASSWORD: &str = "лошадь скрепка батарея";

/// The cookie over plain HTTP.
const COOKIE: &str = "exchange-session";

/// A folder with two schools that have no tasks yet, served to browsers.
pub(crate) struct Office {
    pub(crate) folder: TempDir,
    _served: Served,
}

impl Office {
    pub(crate) fn open() -> Self {
        Self::open_with("")
    }

    /// With these lines in `[web]`.
    pub(crate) fn open_with(web: &str) -> Self {
        let folder = TempDir::new().expect("a folder");
        let write =
            |path: &str, text: &str| std::fs::write(folder.path().join(path), text).expect("it is written");
        for inner in ["schools", "connectors"] {
            std::fs::create_dir(folder.path().join(inner)).expect("a folder");
        }
        write(
            "exchange.toml",
            "data = \"data\"\nschools = \"schools\"\nconnectors = \"connectors\"\n[key]\nfile = \"exchange.key\"\n",
        );
        for school in ["school57", "school58"] {
            let text =
                format!("name = \"Школа {school} (вымышленная)\"\ntime-zone = \"Asia/Yekaterinburg\"\n");
            write(&format!("schools/{school}.toml"), &text);
        }
        let served = serve_with(folder.path(), web);
        Self { folder, _served: served }
    }

    /// The server dies without a word, and another one is started.
    pub(crate) fn started_again(self) -> Self {
        let Self { folder, _served } = self;
        drop(_served);
        let host = std::fs::read_to_string(folder.path().join("exchange.toml")).expect("the host's file");
        let host = host.split("[web]").next().expect("a file").to_owned();
        std::fs::write(folder.path().join("exchange.toml"), host).expect("it is written");
        let served = serve_in(folder.path());
        Self { folder, _served: served }
    }

    #[track_caller]
    pub(crate) fn run(&self, words: &[&str]) -> Ended {
        let mut command = process::exchange(self.folder.path());
        command.args(words);
        process::run(command, "")
    }

    /// A one-time address for somebody at this school; of the region where there is none.
    pub(crate) fn invite(&self, login: &str, role: &str, school: Option<&str>) -> String {
        let mut words = vec!["user", "invite", login, "--role", role, "--json"];
        words.extend(school.into_iter().flat_map(|school| ["--school", school]));
        let told: Value = self.run(&words).with(0).json();
        told["address"].as_str().expect("an address").to_owned()
    }
}

/// Sets an account up and is signed in; the page after it.
pub(crate) fn set_up(browser: &mut Browser, address: &str) -> (Telephone, Page) {
    let page = browser.open(address);
    let codes = browser.send(&page, &[("password", PASSWORD), ("again", PASSWORD)]);
    assert_eq!(codes.shown(), "200 Подключите приложение для кодов", "{}", codes.text());
    let mut telephone =
        Telephone::with(between(&codes.answer.body, "<code>", "</code>").expect("the secret"));
    let page = browser.send(&codes, &[("code", &telephone.code())]);
    (telephone, page)
}

fn sign_in(browser: &mut Browser, origin: &str, login: &str, password: &str, code: &str) -> Page {
    let page = browser.open(&format!("{origin}/~sign-in"));
    browser.send(&page, &[("login", login), ("password", password), ("code", code)])
}

pub(crate) fn origin(address: &str) -> String {
    address.parse::<Url>().expect("an address").origin().ascii_serialization()
}

#[test]
fn somebody_is_invited_and_signs_in() {
    let world = Office::open();
    let address = world.invite("Olga", "school-administrator", Some("school57"));
    let origin = origin(&address);

    // Nobody sees anything without signing in, nor learns whether there is anything.
    let mut olga = Browser::default();
    for path in ["/", "/~me", "/~school/school57", "/~school/nowhere"] {
        assert_eq!(olga.open(&format!("{origin}{path}")).shown(), "200 Вход", "{path}");
    }
    for _ in 0..2 {
        assert_eq!(olga.open(&address).shown(), "200 Придумайте пароль", "looking uses nothing up");
    }
    let page = olga.open(&address);
    let entered = [
        ("короткий", "короткий", "Он короче 10 знаков"),
        ("Пароль-2026!", "Пароль-2026!", "Его подберут одним из первых"),
        (PASSWORD, "другой пароль", "Пароли не совпали"),
    ];
    for (password, again, said) in entered {
        let page = olga.send(&page, &[("password", password), ("again", again)]);
        assert_eq!(page.shown(), "422 Придумайте пароль");
        assert!(page.text().contains(said), "{}", page.text());
    }
    let codes = olga.send(&page, &[("password", PASSWORD), ("again", PASSWORD)]);
    let wrong = olga.send(&codes, &[("code", "000000")]);
    assert!(wrong.text().contains("Код не подошёл"), "{}", wrong.text());
    assert_eq!(wrong.shown(), "422 Подключите приложение для кодов");
    assert!(olga.cookies.is_empty(), "not signed in");
    let key = between(&codes.answer.body, "<code>", "</code>").expect("the secret").to_owned();
    let mut telephone = Telephone::with(&key);
    let first = telephone.code();
    let inside = olga.send(&codes, &[("code", &first)]);
    assert_eq!(inside.answer.status, 200, "{}", inside.text());
    assert!(inside.text().contains("Выйти"), "{}", inside.text());
    assert_eq!(Browser::default().open(&address).shown(), "410 Адрес больше не действует");

    // What the browser holds is another thing each time, and every page says who may keep it.
    let before = olga.cookies[COOKIE].clone();
    let headers = ["cache-control", "content-security-policy", "x-frame-options", "referrer-policy"];
    let told: Vec<&str> = headers.iter().filter_map(|name| inside.answer.header(name)).collect();
    let policy =
        "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
    assert_eq!(told, ["no-store", policy, "DENY", "no-referrer"]);

    // Signed in elsewhere; a code is good once.
    let mut other = Browser::default();
    assert_eq!(sign_in(&mut other, &origin, "olga", PASSWORD, &first).shown(), "401 Вход", "used already");
    let second = telephone.code();
    let page = sign_in(&mut other, &origin, " OLGA ", PASSWORD, &second);
    assert_eq!(page.answer.status, 200, "{}", page.text());
    let listed = olga.open(&format!("{origin}/~me"));
    assert_eq!(listed.answer.body.matches("name=\"session\"").count(), 1, "the other one can be ended");
    end_other(&mut olga, &listed);
    assert_eq!(other.open(&format!("{origin}/~me")).shown(), "200 Вход");
    assert_eq!(olga.open(&format!("{origin}/~me")).shown(), "200 Мои входы");

    // Another site can do nothing in her name.
    let out: Url = format!("{origin}/~sign-out").parse().expect("an address");
    assert_eq!(olga.ask("POST", &out, "").answer.status, 403);
    assert_eq!(olga.ask("POST", &out, "step=0123").answer.status, 403);
    let step = between(&listed.answer.body, "name=\"step\" value=\"", "\"").expect("a step").to_owned();
    let host = origin.strip_prefix("http://").expect("plain");
    let body = format!("step={step}");
    let request = format!(
        "POST /~sign-out HTTP/1.1\r\nHost: {host}\r\nCookie: {COOKIE}={before}\r\nSec-Fetch-Site: cross-site\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    assert!(raw(&out, &request).starts_with("HTTP/1.1 403"));

    let page = olga.open(&format!("{origin}/~me"));
    let page = olga.send(&page, &[]);
    assert!(page.text().contains("Вы вышли"), "{}", page.text());
    olga.cookies.insert(COOKIE.to_owned(), before.clone());
    assert_eq!(olga.open(&format!("{origin}/~me")).shown(), "200 Вход", "a kept cookie opens nothing");
    let page = sign_in(&mut olga, &origin, "olga", PASSWORD, &telephone.code());
    assert_eq!(page.answer.status, 200, "{}", page.text());
    assert_ne!(olga.cookies[COOKIE], before, "a fresh one");

    // Nothing of it lies in the data.
    let token = &olga.cookies[COOKIE];
    let data = ["data/host.db", "data/host.db-wal"]
        .map(|file| std::fs::read(world.folder.path().join(file)).unwrap_or_default());
    let letters: String = key.chars().filter(|c| !c.is_whitespace()).collect();
    let invitation = address.rsplit('/').next().expect("a secret");
    for secret in [
        PASSWORD.as_bytes(),
        token.as_bytes(),
        &telephone::of_base32(&key),
        letters.as_bytes(),
        invitation.as_bytes(),
    ] {
        let found = data.iter().any(|file| file.windows(secret.len()).any(|window| window == secret));
        assert!(!found, "{}", String::from_utf8_lossy(secret));
    }

    world.run(&["user", "block", "olga"]).with(0);
    assert_eq!(olga.open(&format!("{origin}/~me")).shown(), "200 Вход", "shut out at once");
    let entries = audit(&world.folder.path().join("data"));
    let told: Vec<(&str, &str)> =
        entries.iter().map(|entry| (entry.what.as_str(), entry.who.as_str())).collect();
    let own = ["account-set-up", "sign-in", "session-revoke", "sign-out", "sign-in"];
    let own: Vec<(&str, &str)> = own.iter().map(|what| (*what, "olga")).collect();
    let of_olga: Vec<(&str, &str)> = told.iter().filter(|(_, who)| *who == "olga").copied().collect();
    assert_eq!(of_olga, own);
    assert!(told.iter().any(|(what, _)| *what == "user-invite"));
    assert_eq!(told.last().map(|(what, _)| *what), Some("user-block"));
}

/// Ends the one session that can be ended.
fn end_other(browser: &mut Browser, listed: &Page) {
    let of = |name: &str| {
        let open = format!("name=\"{name}\" value=\"");
        between(&listed.answer.body, &open, "\"").expect("it is there").to_owned()
    };
    let url = listed.url.join("/~me/end").expect("an address");
    let body = format!("step={}&session={}", of("step"), of("session"));
    assert_eq!(browser.ask("POST", &url, &body).answer.status, 303);
}

#[test]
fn a_browser_has_one_session_and_the_language_that_was_asked_for() {
    let world = Office::open();
    let address = world.invite("olga", "school-viewer", Some("school57"));
    let (origin, mut olga) = (origin(&address), Browser::default());
    let (mut telephone, page) = set_up(&mut olga, &address);
    assert_eq!(page.shown(), "200 Школа school57 (вымышленная)");
    let before = olga.cookies[COOKIE].clone();
    let page = sign_in(&mut olga, &origin, "olga", PASSWORD, &telephone.code());
    assert_eq!(page.shown(), "200 Школа school57 (вымышленная)");
    assert_ne!(olga.cookies[COOKIE], before);
    let listed: Value = world.run(&["user", "sessions", "olga", "--json"]).with(0).json();
    assert_eq!(listed.as_array().map(Vec::len), Some(1), "the one before is over: {listed}");
    for path in ["/~me?lang=en", "/~me"] {
        assert_eq!(olga.open(&format!("{origin}{path}")).shown(), "200 Where I am signed in", "{path}");
    }
    // Where somebody wanted to go before they signed in; and nowhere else.
    let mut other = Browser::default();
    let form = other.open(&format!("{origin}/~school/school57"));
    let entered = [("login", "olga"), ("password", PASSWORD), ("code", &telephone.code())];
    assert_eq!(other.send(&form, &entered).url.path(), "/~school/school57");
}

#[test]
fn whoever_guesses_learns_nothing_and_waits() {
    let world = Office::open();
    let address = world.invite("olga", "region-administrator", None);
    let origin = origin(&address);
    let (mut telephone, _) = set_up(&mut Browser::default(), &address);
    // The same words and the same pauses, whether there is such an account or not.
    let mut stranger = Browser::default();
    let mut attempts = |login: &str| -> Vec<String> {
        let attempt = |_| sign_in(&mut stranger, &origin, login, "не тот пароль", "123456");
        (0..6)
            .map(attempt)
            .map(|page| format!("{}\n{}", page.shown(), page.text().replace(login, "…")))
            .collect()
    };
    let (known, unknown) = (attempts("olga"), attempts("nobody"));
    assert_eq!(known, unknown);
    assert!(known[4].starts_with("401 ") && known[5].starts_with("429 "), "{known:#?}");
    assert!(known[5].contains("Попробуйте снова через 1 минуту"), "{}", known[5]);
    // Not even the right password is looked at.
    let mut olga = Browser::default();
    assert_eq!(sign_in(&mut olga, &origin, "olga", PASSWORD, &telephone.code()).answer.status, 429);

    world.run(&["user", "list"]).with(0).says("региональный администратор");
    world.run(&["user", "invite", "olga", "--role", "region-administrator"]).with(2).complains("уже есть");
    world.run(&["user", "invite", "x", "--role", "school-viewer"]).with(2);
    world.run(&["user", "invite", "maria", "--role", "school-viewer", "--school", "nowhere"]).with(2);
    world.run(&["user", "invite", "maria", "--role", "boss"]).with(2);
    world.run(&["user", "sessions", "nobody"]).with(2).complains("нет");
    let sessions: Value = world.run(&["user", "sessions", "olga", "--json"]).with(0).json();
    assert_eq!(sessions.as_array().map(Vec::len), Some(1), "{sessions}");
    world.run(&["user", "revoke", "olga"]).with(0).says("Завершено сеансов: 1");
    let anew: Value = world.run(&["user", "reset", "olga", "--json"]).with(0).json();
    let mut olga = Browser::default();
    let page = olga.open(anew["address"].as_str().expect("an address"));
    assert_eq!(page.shown(), "200 Придумайте пароль", "everything is set up anew");
}

/// Somebody with an account in this world, signed in.
pub(crate) fn at(world: &World, login: &str, role: &str, school: Option<&str>) -> (Browser, String) {
    let mut words = vec!["user", "invite", login, "--role", role, "--json"];
    words.extend(school.into_iter().flat_map(|school| ["--school", school]));
    let told: Value = world.run(&words).with(0).json();
    let address = told["address"].as_str().expect("an address").to_owned();
    let mut browser = Browser::default();
    set_up(&mut browser, &address);
    (browser, origin(&address))
}

/// All that is answered, which may come in pieces.
fn head(browser: &Browser, url: &Url) -> String {
    let (path, host, cookie) = (url.path(), url.authority(), &browser.cookies[COOKIE]);
    let head = format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {COOKIE}={cookie}\r\nConnection: close\r\n\r\n"
    );
    raw(url, &head)
}

/// Every address of the router is tried, those of a school with what is there at another.
#[test]
fn nobody_sees_what_belongs_to_another_school() {
    let world = World::sent();
    world.write("schools/school58.toml", "name = \"Другая (вымышленная)\"\ntime-zone = \"Europe/Moscow\"\n");
    let _served = serve(&world);
    let (mut own, origin) = at(&world, "olga", "school-administrator", Some("school57"));
    let (viewer, _) = at(&world, "vera", "school-viewer", Some("school57"));
    let (region, _) = at(&world, "roman", "region-administrator", None);
    let (mut foreign, _) = at(&world, "maria", "school-administrator", Some("school58"));
    let elsewhere =
        ["/", "/~sign-in", "/~sign-out", "/~invitation/{token}", "/~me", "/~me/end", "/runs/{run}"];
    let (by_number, school) = (format!("{origin}/runs/school57-1"), "Отправка");
    assert!(own.open(&by_number).heading().starts_with(school), "letters lead there");
    assert_eq!(foreign.open(&by_number).shown(), "404 Здесь ничего нет");
    let table = std::fs::read_to_string(world.path("exports/records/pupils.csv")).expect("a table");
    let first = table.lines().nth(1).and_then(|line| line.split(';').next()).expect("somebody");
    let pupil = format!("pupil:{first}");
    let (mut tried, mut nobodys) = (0, None);
    for path in exchange::web::cabinet_paths() {
        if elsewhere.contains(&path) {
            continue;
        }
        assert!(path.starts_with("/~school/{school}"), "{path} is of a school, or named above");
        let filled = path.replace("{task}", "dnevnik").replace("{run}", "1").replace("{file}", "report.csv");
        let filled = filled.replace("{person}", &pupil);
        let of = |school: &str| -> Url {
            format!("{origin}{}", filled.replace("{school}", school)).parse().expect("an address")
        };
        // Pages where one can only act are closed to whoever only looks; what has ended, or is so already, leads on.
        let acts = ["/~switch", "/~send"].iter().any(|end| path.ends_with(end));
        for (browser, looks_only) in [(&own, false), (&viewer, true), (&region, false)] {
            let status = match looks_only && acts {
                true => 403,
                false if ["/~progress", "/~switch"].iter().any(|end| path.ends_with(end)) => 303,
                false => 200,
            };
            assert!(head(browser, &of("school57")).starts_with(&format!("HTTP/1.1 {status} ")), "{path}");
        }
        let theirs = foreign.ask("GET", &of("school57"), "").answer;
        assert_eq!(theirs.status, 404, "{path}");
        // Not told from what is not there.
        assert_eq!(theirs.body, foreign.ask("GET", &of("school99"), "").answer.body, "{path}");
        assert_eq!(theirs.body, *nobodys.get_or_insert_with(|| theirs.body.clone()), "{path}");
        for method in ["POST", "PUT", "DELETE"] {
            let status = foreign.ask(method, &of("school57"), "").answer.status;
            assert!([403, 404, 405].contains(&status), "{method} {path}: {status}");
        }
        tried += 1;
    }
    assert_eq!(tried, 28);
    for path in
        ["school57/other", "school57/dnevnik/99", "school57/dnevnik/x", "school57/dnevnik/1/report.exe"]
    {
        let page = own.open(&format!("{origin}/~school/{path}"));
        assert!([400, 404].contains(&page.answer.status), "{path}: {}", page.answer.status);
    }
}

#[test]
fn d7_d8_a_school_looks_at_its_tasks_and_takes_the_list_along() {
    let world = World::sent();
    let _served = serve(&world);
    let (mut olga, origin) = at(&world, "olga", "school-viewer", Some("school57"));
    let page = olga.open(&origin);
    assert_eq!(page.shown(), "200 Школа № 57 (вымышленная)");
    let last: Value = world.run(&["status", "--json"]).with(0).json();
    let (status, run) =
        (last[0]["title"].as_str().expect("a status"), last[0]["run"].as_str().expect("a run"));
    assert!(page.text().contains(status), "{}", page.text());
    let page = olga.click(&page, "Контингент → Дневник.ру");
    assert!(page.text().contains(status) && page.text().contains("запускается вручную"), "{}", page.text());
    let number = run.rsplit('-').next().expect("a number");
    let page = olga.open(&format!("{origin}/~school/school57/dnevnik/{number}"));
    let list = page.link("Скачать CSV").expect("a link");
    let csv = olga.ask("GET", &list, "").answer;
    assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
    assert_eq!(
        csv.header("content-disposition"),
        Some(format!("attachment; filename=\"{run}.csv\"").as_str())
    );
    world.run(&["report", run, "--output", "cli.csv"]).with(0);
    assert_eq!(csv.body, std::fs::read_to_string(world.path("cli.csv")).expect("it is written"));
    world.run(&["audit", "school57"]).with(0).says("olga");
}
