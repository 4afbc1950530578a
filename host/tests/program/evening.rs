//! A task's evening in the cabinet (H3, D6, D7): switched off and on, checked, looked at, sent, stopped, approved; over plain
//! HTTP, as a browser without scripts does it, and as its events are heard by one that has some.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Stdio;
use std::time::Instant;

use exchange_stand::html::{between, unescape};
use serde_json::{Value, json};
use url::{Url, form_urlencoded};

use crate::browser::{Browser, Page};
use crate::cabinet::at;
use crate::compare::{all_there, list, nobody_twice, text};
use crate::d1_browser::{Served, serve, start};
use crate::d6_selection::fresh_class;
use crate::process::{self, PATIENCE};
use crate::school::school;
use crate::served::until;
use crate::world::{TASK, World};

/// The cookie over plain HTTP.
const COOKIE: &str = "exchange-session";

/// A school that is served, and its administrator at the task's page.
struct Evening {
    world: World,
    served: Option<Served>,
    olga: Browser,
    task: String,
}

impl Evening {
    fn of(world: World) -> Self {
        let served = Some(serve(&world));
        let (olga, origin) = at(&world, "olga", "school-administrator", Some("school57"));
        Self { world, served, olga, task: format!("{origin}/~school/{TASK}") }
    }

    /// A page of the task.
    fn open(&mut self, page: &str) -> Page {
        self.olga.open(&format!("{}{page}", self.task))
    }

    /// Presses a button of the page: the form that leads there, with these values beside its own.
    fn press(&mut self, page: &Page, to: &str, values: &[(&str, &str)]) -> Page {
        let (url, body) = form(page, to, values);
        let answer = self.olga.ask("POST", &url, &body);
        assert_eq!(answer.answer.status, 303, "{}", answer.text());
        let location = answer.answer.header("location").expect("it leads on").to_owned();
        self.olga.open(answer.url.join(&location).expect("an address").as_str())
    }

    /// Begins something at the task's page and reloads what it leads to until it has ended.
    fn begin(&mut self, what: &str) -> Page {
        let page = self.open("");
        let page = self.press(&page, what, &[]);
        self.wait(page)
    }

    /// Reloads, as the page itself says a browser without scripts does.
    fn wait(&mut self, mut page: Page) -> Page {
        let end = Instant::now() + PATIENCE;
        while goes_on(&page) {
            assert!(Instant::now() < end, "never: {}", page.text());
            std::thread::sleep(std::time::Duration::from_millis(50));
            page = self.olga.open(page.url.as_str());
        }
        page
    }

    /// Orders a run of what the address chooses, and waits for its end.
    fn send(&mut self, chosen: &str) -> Page {
        let page = self.open(&format!("/~send{chosen}"));
        assert_eq!(page.shown(), "200 Отправить");
        let page = self.press(&page, "/~send", &[]);
        self.wait(page)
    }

    fn runs(&self) -> Vec<Value> {
        self.world.run(&["runs", TASK, "--json"]).with(0).json()
    }

    /// What stands in the audit of what she did.
    fn audit(&self) -> Vec<(String, String)> {
        let rows: Vec<Value> = self.world.run(&["audit", "school57", "--json"]).with(0).json();
        let own = rows.iter().filter(|row| row["who"] == "olga");
        let own = own.filter(|row| !["account-set-up", "sign-in"].contains(&text(row, "what")));
        own.map(|row| (text(row, "what").to_owned(), text(row, "about").to_owned())).collect()
    }

    /// Has another person of this role look.
    fn other(&self, login: &str, role: &str) -> Browser {
        at(&self.world, login, role, Some("school57")).0
    }

    /// Every request of this kind that comes from now on takes a while.
    fn slow(&self, matching: Value) {
        self.world.fault(matching, json!({"kind": "latency", "ms": 400}));
    }

    fn slow_writing(&self) {
        self.slow(json!({"method": "POST", "template": "/contingent/v1/schools/{school}/persons"}));
    }

    fn until_writing(&self) {
        until("something is sent", || !self.world.writes().is_empty());
    }
}

fn goes_on(page: &Page) -> bool {
    page.answer.body.contains("<noscript><meta http-equiv=\"refresh\" content=\"3\"></noscript>")
}

/// Address and body of the form that leads there.
#[track_caller]
fn form(page: &Page, to: &str, values: &[(&str, &str)]) -> (Url, String) {
    let attribute =
        |tag: &str, name: &str| between(tag, &format!("{name}=\""), "\"").map(unescape).unwrap_or_default();
    let mut forms = page.answer.body.split("<form ").skip(1);
    let form = forms.find(|form| {
        let open = form.split('>').next().unwrap_or_default();
        open.contains("method=\"post\"") && attribute(open, "action").ends_with(to)
    });
    let form = form.unwrap_or_else(|| panic!("no form to {to} in\n{}", page.text()));
    let inside = form.split("</form>").next().unwrap_or_default();
    let mut body = form_urlencoded::Serializer::new(String::new());
    for tag in inside.split('<').filter(|tag| tag.starts_with("input type=\"hidden\"")) {
        body.append_pair(&attribute(tag, "name"), &attribute(tag, "value"));
    }
    body.extend_pairs(values);
    (page.url.join(&attribute(form, "action")).expect("an address"), body.finish())
}

/// Listens to the events of a task until they say this, or end.
fn events(browser: &Browser, address: &str, until: impl Fn(&str) -> bool) -> String {
    let url: Url = address.parse().expect("an address");
    let mut stream =
        TcpStream::connect(url.socket_addrs(|| None).expect("an address")[0]).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time");
    let (host, cookie) = (url.authority(), &browser.cookies[COOKIE]);
    let path = &url[url::Position::BeforePath..];
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {COOKIE}={cookie}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).expect("it takes it");
    let (mut heard, mut piece) = (Vec::new(), [0; 4096]);
    loop {
        let count = stream.read(&mut piece).expect("it speaks");
        heard.extend_from_slice(&piece[..count]);
        let told = String::from_utf8_lossy(&heard).into_owned();
        if count == 0 || until(&told) {
            return told;
        }
    }
}

#[test]
fn h3_a_task_is_switched_off_and_on_in_a_browser() {
    let mut evening = Evening::of(World::bound());
    let file = evening.world.path("schools/school57.toml");
    let before = std::fs::read_to_string(&file).expect("the school's file");
    let page = evening.open("/~switch?to=off");
    assert_eq!(page.shown(), "200 Выключить задачу");
    assert!(
        page.text().contains("enabled = true") && page.text().contains("enabled = false"),
        "{}",
        page.text()
    );
    assert_eq!(std::fs::read_to_string(&file).expect("the school's file"), before, "looking changes nothing");
    let off = [("to", "off")];
    let done = evening.press(&page, "/~switch", &off);
    assert!(done.text().contains("Задача выключена") && done.text().contains("выключена"), "{}", done.text());
    assert!(done.link("Отправить").is_none() && done.link("Включить задачу").is_some());
    let after = std::fs::read_to_string(&file).expect("the school's file");
    assert_eq!(after, before.replace("enabled = true", "enabled = false"), "comments and all");
    // A second click, and a page from before.
    evening.press(&page, "/~switch", &off);
    let stale = evening.open("/~send");
    assert!(
        stale.text().contains("Задача выключена")
            && !stale.answer.body.contains("action=\"/~school/school57/dnevnik/~send\"")
    );
    evening.world.run(&["run", TASK]).with(2);

    let page = evening.open("/~switch?to=on");
    let done = evening.press(&page, "/~switch", &[("to", "on")]);
    assert!(done.link("Отправить").is_some(), "the server knows at once: {}", done.text());
    assert_eq!(std::fs::read_to_string(&file).expect("the school's file"), before);
    assert_eq!(
        evening.open("/~switch?to=on").url.path(),
        "/~school/school57/dnevnik",
        "nothing would change"
    );
    assert_eq!(evening.audit(), [("disable".into(), String::new()), ("enable".into(), String::new())]);
}

#[test]
fn a_check_says_in_a_browser_what_the_command_says() {
    let mut evening = Evening::of(World::bound());
    evening.slow(json!({"method": "GET"}));
    assert!(evening.open("/~check").text().contains("ещё не запускалась"));
    for (title, change) in
        [("Всё готово к отправке", None), ("Есть на что обратить внимание", Some("disable"))]
    {
        if let Some(command) = change {
            evening.world.run(&[command, TASK]).with(0);
            // The server looks at files every few seconds.
            until("it is read", || evening.open("").text().contains("выключена"));
        }
        let page = evening.begin("/~check");
        let said = page.text();
        assert!(said.contains(title), "{said}");
        let rows: Vec<Value> = evening.world.run(&["check", TASK, "--json"]).json();
        assert!(!rows.is_empty());
        for row in rows {
            assert!(said.contains(text(&row, "what")), "{row:#}\n{said}");
        }
    }
    evening
        .world
        .run(&["unbind", TASK, "--reason", "переезд", "--confirm", crate::world::ORGANISATION])
        .with(0);
    let page = evening.begin("/~check");
    assert!(
        page.text().contains("Отправить пока нельзя") && page.text().contains("Что делать:"),
        "{}",
        page.text()
    );
}

#[test]
fn d6_a_plan_is_looked_through_and_a_class_of_it_is_sent() {
    let mut evening = Evening::of(World::bound());
    assert!(evening.open("/~plan").text().contains("План ещё не составлен"));
    let page = evening.begin("/~plan");
    let told: Value = evening.world.run(&["plan", TASK, "--json"]).json();
    let changes = told["changes"].as_array().expect("a list");
    let create = changes.iter().filter(|line| line["kind"] == "pupil" && line["action"] == "create").count();
    let row = format!("Ученики создать {create}, ");
    assert!(page.text().contains(&row), "{row}\n{}", page.text());
    let lines = changes.len();
    assert!(page.text().contains(&format!("1–50 из {lines}")), "{}", page.text());

    // By name, by class, by kind; and those who are left out.
    let pupil = changes.iter().find(|line| line["kind"] == "pupil").expect("a pupil");
    let (name, class) = (text(pupil, "label"), text(pupil, "group"));
    let query = |pairs: &[(&str, &str)]| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        format!("/~plan?{}", query.extend_pairs(pairs).finish())
    };
    let rows = |page: &Page| {
        page.answer.body.matches("<label class=\"tick\"><input type=\"checkbox\" name=\"person\"").count()
    };
    let found = evening.open(&query(&[("q", &name.to_uppercase()), ("class", class), ("kind", "pupil")]));
    assert!(found.text().contains(name) && rows(&found) >= 1 && rows(&found) < 5, "{}", found.text());
    assert!(evening.open(&query(&[("q", "нет такого имени")])).text().contains("Ничего не найдено"));
    let left_out = told["left_out"].as_array().expect("a list");
    let page = evening.open(&query(&[("list", "left-out")]));
    assert!(page.text().contains(text(&left_out[0], "reason")), "{}", page.text());
    // Whatever somebody writes into the address stays text, and ticks stay with who turns the pages.
    let hostile = "<script>alert(1)</script>\u{0}\u{202e}";
    let pairs =
        [("q", hostile), ("class", hostile), ("page", "-1"), ("person", "x\"><b>"), ("list", hostile)];
    let page = evening.open(&query(&pairs));
    assert_eq!(page.answer.status, 200);
    assert!(
        !page.answer.body.contains("<script>alert") && !page.answer.body.contains("\"><b>"),
        "{}",
        page.answer.body
    );
    assert!(
        page.answer.body.contains("<input type=\"hidden\" name=\"person\" value=\"x&#34;&#62;&#60;b&#62;\">")
    );

    let class = fresh_class();
    let chosen = query(&[("group", &class.name)]).replace("/~plan", "");
    let page = evening.open(&format!("/~send{chosen}"));
    assert!(
        page.text().contains("только отмеченное") && page.text().contains(&class.name),
        "{}",
        page.text()
    );
    let before = pupils(&evening.world);
    let page = evening.send(&chosen);
    assert_eq!(page.shown().split(' ').take(2).collect::<Vec<_>>(), ["200", "Отправка"], "{}", page.text());
    assert!(page.text().contains("Успешно"), "{}", page.text());
    assert_eq!(pupils(&evening.world) - before, class.pupils);
    assert_eq!(evening.audit(), [("run".into(), format!("classes {}", class.name))]);
    assert!(evening.open("/~plan").text().contains("уже отправлен"), "the plan is not true any more");
}

fn pupils(world: &World) -> usize {
    list(&world.state(), "persons").iter().filter(|person| text(person, "role") == "EduStudent").count()
}

#[test]
fn d6_ticked_persons_go_with_what_they_need() {
    let mut evening = Evening::of(World::bound());
    evening.begin("/~plan");
    let class = fresh_class();
    let pupil = school().expected.pupils.iter().find(|pupil| pupil.class == class.id).expect("a pupil");
    let page = evening.open(&format!("/~send?person={}", pupil.id));
    assert!(page.text().contains(&pupil.person.last_name), "by name: {}", page.text());
    let before = pupils(&evening.world);
    evening.send(&format!("?person={}", pupil.id));
    assert_eq!(pupils(&evening.world), before + 1);
    assert_eq!(evening.audit(), [("run".into(), "persons: 1".into())], "no id of a person in the audit");
    let many: String = (0..201).map(|n| format!("&person=p{n}")).collect();
    let page = evening.open(&format!("/~send?{many}"));
    assert!(page.text().contains("Отмечено слишком много"), "{}", page.text());
}

#[test]
fn d7_sending_goes_on_for_everybody_and_a_second_click_begins_no_second_run() {
    let mut evening = Evening::of(World::bound());
    let mut vera = evening.other("vera", "school-viewer");
    evening.slow_writing();
    let page = evening.open("/~send");
    let (url, body) = form(&page, "/~send", &[]);
    for _ in 0..2 {
        let answer = evening.olga.ask("POST", &url, &body).answer;
        assert_eq!(
            (answer.status, answer.header("location")),
            (303, Some("/~school/school57/dnevnik/~progress"))
        );
    }
    evening.until_writing();
    // Another page of the same form, from another tab.
    let again = evening.open("/~send");
    let page = evening.press(&again, "/~send", &[]);
    assert_eq!(page.shown(), "200 Идёт отправка");
    assert!(goes_on(&page) && page.answer.body.contains("<script src=\"/live.js\" defer></script>"));
    let policy = page.answer.header("content-security-policy").expect("a policy");
    assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{policy}");

    // Whoever looks hears how it gets on; who only looks has no button.
    let progress = format!("{}/~progress", evening.task);
    let looks = vera.open(&progress);
    assert_eq!(looks.shown(), "200 Идёт отправка");
    assert!(!looks.answer.body.contains("Остановить"), "{}", looks.text());
    let address = format!("{}/~events?of=send", evening.task);
    let listeners: Vec<_> = [evening.olga.clone(), vera.clone()]
        .into_iter()
        .map(|browser| {
            let address = address.clone();
            std::thread::spawn(move || events(&browser, &address, |told| told.contains("event: over")))
        })
        .collect();
    let page = evening.wait(page);
    for listener in listeners {
        let told = listener.join().expect("it listens");
        assert!(told.contains("content-type: text/event-stream"), "{told}");
        assert!(told.contains("Отправляем и проверяем") && told.contains("\"total\":"), "{told}");
        assert!(told.contains("event: over"), "{told}");
    }
    assert!(page.heading().starts_with("Отправка"), "it leads to the run: {}", page.text());
    assert_eq!(page.text().matches("Ждёт решения").count(), 1, "{}", page.text());
    // The form from before orders nothing any more.
    let late = evening.olga.ask("POST", &url, &body).answer;
    assert_eq!(late.status, 303);
    assert_eq!(evening.olga.open(&progress).url, page.url, "nothing goes on");
    assert_eq!(evening.runs().len(), 1);
    assert_eq!(evening.audit(), [("run".into(), String::new())]);
    evening.world.heal();
    evening.world.answer_questions();
    evening.send("");
    all_there(evening.world.state());
    assert!(evening.open("").answer.body.contains("<svg viewBox"), "two runs make a chart");
}

#[test]
fn a_run_is_stopped_and_the_next_one_goes_on() {
    let mut evening = Evening::of(World::bound_unsettled());
    evening.slow_writing();
    let page = evening.open("/~send");
    let page = evening.press(&page, "/~send", &[]);
    evening.until_writing();
    let page = evening.press(&page, "/~progress", &[]);
    let page = evening.wait(page);
    assert!(page.text().contains("остановлено по просьбе человека"), "{}", page.text());
    let told: Vec<String> = evening.audit().into_iter().map(|(what, _)| what).collect();
    assert_eq!(told, ["run", "run-stop"]);
    evening.world.heal();
    evening.send("");
    nobody_twice(&evening.world.state());
    evening.world.run_until_done();
    all_there(evening.world.state());
}

#[test]
fn a_server_that_dies_in_the_middle_goes_on_with_what_was_ordered() {
    let mut evening = Evening::of(World::bound_unsettled());
    evening.slow_writing();
    let page = evening.open("/~send");
    evening.press(&page, "/~send", &[]);
    evening.until_writing();
    // Killed, and served anew.
    drop(evening.served.take());
    evening.world.heal();
    evening.served = Some(start(&evening.world.path("")));
    until("the run that was ordered ends", || {
        let runs = evening.runs();
        runs.len() == 2 && runs.iter().all(|run| text(run, "status") != "running")
    });
    // The server hears of the end a moment after it is stored.
    let page = evening.open("/~progress");
    let page = evening.wait(page);
    assert!(page.heading().starts_with("Отправка"), "{}", page.text());
    let page = evening.open("");
    assert!(page.link("Отправить").is_some(), "nothing waits any more: {}", page.text());
    let told = events(&evening.olga.clone(), &format!("{}/~events?of=send", evening.task), |_| false);
    assert!(told.contains("event: over"), "{told}");
    nobody_twice(&evening.world.state());
    // Served once more, it orders nothing by itself.
    drop(evening.served.take());
    evening.served = Some(start(&evening.world.path("")));
    assert!(evening.open("").link("Отправить").is_some());
    evening.world.run_until_done();
    all_there(evening.world.state());
}

#[test]
fn a_run_of_another_process_is_seen_and_what_is_ordered_meanwhile_waits_over_a_restart() {
    let mut evening = Evening::of(World::bound());
    evening.slow_writing();
    let mut by_hand = process::exchange(&evening.world.path(""));
    let by_hand = by_hand.args(["run", TASK, "--quiet"]).stdout(Stdio::null()).spawn();
    let mut by_hand = by_hand.expect("it starts");
    evening.until_writing();
    let page = evening.open("/~progress");
    assert_eq!(page.shown(), "200 Идёт отправка");
    let says = format!("Эту отправку начали командой на сервере (процесс {})", by_hand.id());
    assert!(goes_on(&page) && page.text().contains(&says), "{}", page.text());
    assert!(!page.answer.body.contains("Остановить отправку"), "not here: {}", page.text());
    let heard = |told: &str| told.contains("\"total\":");
    let told = events(&evening.olga.clone(), &format!("{}/~events?of=send", evening.task), heard);
    assert!(told.contains("Отправляем и проверяем"), "{told}");

    let page = evening.open("/~send");
    evening.press(&page, "/~send", &[]);
    drop(evening.served.take());
    evening.served = Some(start(&evening.world.path("")));
    let page = evening.open("/~progress");
    assert!(goes_on(&page), "it waits still: {}", page.text());
    evening.world.heal();
    by_hand.wait().expect("it ends");
    let page = evening.wait(page);
    assert!(page.heading().starts_with("Отправка"), "{}", page.text());
    assert_eq!(evening.runs().len(), 2);
    assert_eq!(evening.audit(), [("run".into(), String::new())], "ordered once");
}

#[test]
fn a_held_plan_is_looked_at_and_approved() {
    let world = World::sent();
    world.change_school("[task.settings]", "[task.hold]\nadd = { share = 0.0, rows = 0 }\n\n[task.settings]");
    world.import("exports/five-more", &["--add"]).with(0);
    let mut evening = Evening::of(world);
    let page = evening.send("");
    assert!(
        page.text().contains("Ждёт решения") && page.text().contains("будет добавлено"),
        "{}",
        page.text()
    );
    assert!(page.link("Посмотреть план и решить").is_some(), "{}", page.text());
    let page = evening.open("");
    assert!(page.text().contains("Обычно за одну отправку:"), "{}", page.text());
    let page = evening.begin("/~plan");
    assert!(page.text().contains("Вероятная причина:"), "{}", page.text());

    // Not another plan than the one that is looked at, and not by whoever only looks.
    let (url, body) = form(&page, "/~plan", &[("approve", "0123456789abcdef")]);
    assert_eq!(evening.olga.ask("POST", &url, &body).answer.status, 409);
    let mut vera = evening.other("vera", "school-viewer");
    let looks = vera.open(page.url.as_str());
    assert!(looks.text().contains("Вероятная причина:") && !looks.answer.body.contains("name=\"approve\""));
    assert_eq!(vera.ask("POST", &url, &body).answer.status, 403);
    let hash = between(&page.answer.body, "name=\"approve\" value=\"", "\"").expect("a plan").to_owned();
    let page = evening.press(&page, "/~plan", &[("approve", &hash)]);
    assert!(page.text().contains("План одобрен"), "{}", page.text());
    let page = evening.press(&page, "/~send", &[]);
    let page = evening.wait(page);
    assert!(!page.text().contains("Ждёт решения"), "{}", page.text());
    let told = evening.audit();
    assert!(told.contains(&("approve".into(), hash)), "{told:?}");
}

#[test]
fn whoever_only_looks_or_comes_from_elsewhere_changes_nothing() {
    let mut evening = Evening::of(World::bound());
    let mut vera = evening.other("vera", "school-viewer");
    let page = vera.open(&evening.task);
    for word in ["Проверить", "Отправить", "Выключить"] {
        assert!(!page.answer.body.contains(&format!(">{word}")), "{word}: {}", page.text());
    }
    let file = evening.world.school_file();
    let step = between(&page.answer.body, "name=\"step\" value=\"", "\"").expect("a step").to_owned();
    let own = evening.open("");
    let theirs = between(&own.answer.body, "name=\"step\" value=\"", "\"").expect("a step").to_owned();
    let name = "0".repeat(64);
    for what in ["~switch", "~check", "~plan", "~send", "~progress"] {
        let url: Url = format!("{}/{what}", evening.task).parse().expect("an address");
        let body = |step: &str| format!("step={step}&to=off&form={name}");
        let refused = vera.ask("POST", &url, &body(&step));
        assert_eq!(refused.shown(), "403 Вы можете только смотреть", "{what}");
        // Without the step of this very session.
        for body in [body(""), body(&step), format!("to=off&form={name}")] {
            assert_eq!(evening.olga.ask("POST", &url, &body).answer.status, 403, "{what}");
        }
    }
    let url: Url = format!("{}/~send", evening.task).parse().expect("an address");
    for form in ["", "x", "../../etc/passwd", &"0".repeat(65)] {
        let body = format!("step={theirs}&form={form}");
        assert_eq!(
            evening.olga.ask("POST", &url, &body).answer.status,
            403,
            "a form that we never made: {form}"
        );
    }
    assert_eq!(evening.world.school_file(), file);
    assert!(evening.runs().is_empty() && evening.audit().is_empty());
    assert!(evening.open("/~check").text().contains("ещё не запускалась"));
}
