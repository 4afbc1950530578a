//! What waits for a person, in the browser: questions, binding, sheets by class, who is awaited, the week, the inbox, and
//! taking back. Pages over plain HTTP, without scripts, with the program as it is run.

use exchange::model::records::{RecordRef, RecordType};
use exchange::model::{ItemRef, Message};
use exchange::store::{
    Ask, DecisionStore, Lane, LaneStore, MasterKey, Possibility, Question, SchoolDb, SchoolOptions,
};
use exchange_stand::html::{between, unescape};
use serde_json::Value;
use url::{Url, form_urlencoded};

use crate::browser::{Browser, Page};
use crate::cabinet::{origin, set_up};
use crate::d1_browser::{Served, serve, serve_in};
use crate::process::Ended;
use crate::school::school;
use crate::world::{ORGANISATION, TASK, World, audit};
use crate::{chats, e9_links, teachers};

const OTHER: &str = "name = \"Другая (вымышленная)\"\ntime-zone = \"Europe/Moscow\"\n";

/// Somebody in front of a browser.
struct Visitor {
    browser: Browser,
    origin: String,
}

impl Visitor {
    /// Invited by this program, and signed in.
    #[track_caller]
    fn come(run: impl Fn(&[&str]) -> Ended, login: &str, role: &str, school: Option<&str>) -> Self {
        let mut words = vec!["user", "invite", login, "--role", role, "--json"];
        words.extend(school.into_iter().flat_map(|school| ["--school", school]));
        let told: Value = run(&words).with(0).json();
        let address = told["address"].as_str().expect("an address").to_owned();
        let mut browser = Browser::default();
        set_up(&mut browser, &address);
        Self { browser, origin: origin(&address) }
    }

    #[track_caller]
    fn see(&mut self, path: &str) -> Page {
        self.browser.open(&format!("{}{path}", self.origin))
    }

    fn url(&self, path: &str) -> Url {
        format!("{}{path}", self.origin).parse().expect("an address")
    }

    /// Sends a form of this page whose hidden values hold all of `marks`; the page after it.
    #[track_caller]
    fn post(&mut self, page: &Page, action: &str, marks: &[(&str, &str)], values: &[(&str, &str)]) -> Page {
        let (url, body) = filled(page, action, marks, values);
        let sent = self.browser.ask("POST", &url, &body);
        self.follow(sent)
    }

    /// Goes where an answer leads.
    #[track_caller]
    fn follow(&mut self, page: Page) -> Page {
        match page.answer.header("location").map(str::to_owned) {
            Some(location) if page.answer.status == 303 => {
                self.browser.open(page.url.join(&location).expect("an address").as_str())
            }
            _ => page,
        }
    }

    /// Sends these values with the step of this session, from nowhere in particular.
    #[track_caller]
    fn send(&mut self, path: &str, values: &[(&str, &str)]) -> Page {
        let step = {
            let page = self.see("/~me");
            between(&page.answer.body, "name=\"step\" value=\"", "\"").expect("a step").to_owned()
        };
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.append_pair("step", &step).extend_pairs(values);
        let sent = self.browser.ask("POST", &self.url(path), &body.finish());
        self.follow(sent)
    }
}

/// Address and body of a form, found by where it is sent and by what it holds.
#[track_caller]
fn filled(page: &Page, action: &str, marks: &[(&str, &str)], values: &[(&str, &str)]) -> (Url, String) {
    let forms =
        page.answer.body.split("<form").skip(1).map(|rest| rest.split("</form>").next().unwrap_or(rest));
    let of =
        |tag: &str, name: &str| between(tag, &format!(" {name}=\""), "\"").map(unescape).unwrap_or_default();
    let hidden = |form: &str| -> Vec<(String, String)> {
        let tags = form.split('<').filter(|tag| tag.starts_with("input type=\"hidden\""));
        tags.map(|tag| (of(tag, "name"), of(tag, "value"))).collect()
    };
    let has = |held: &[(String, String)], (name, value): &(&str, &str)| {
        held.iter().any(|(own, is)| own == name && is == value)
    };
    for form in forms {
        let sent_to = of(form.split('>').next().unwrap_or_default(), "action");
        let held = hidden(form);
        if sent_to.ends_with(action) && marks.iter().all(|mark| has(&held, mark)) {
            let mut body = form_urlencoded::Serializer::new(String::new());
            body.extend_pairs(&held).extend_pairs(values);
            return (page.url.join(&sent_to).expect("an address"), body.finish());
        }
    }
    panic!("no form to {action} with {marks:?} in\n{}", page.answer.body)
}

/// What stands in the audit, by whom.
fn audit_of(data: &std::path::Path, who: &str) -> Vec<(String, String)> {
    let own = audit(data).into_iter().filter(|entry| entry.who == who);
    own.map(|entry| (entry.what, entry.about))
        .filter(|(what, _)| !["account-set-up", "sign-in"].contains(&&**what))
        .collect()
}

/// The school's lane, as a run has it.
fn lane(world: &World) -> Lane {
    let options = SchoolOptions { key: MasterKey([0; 32]), time_zone: jiff::tz::TimeZone::UTC };
    let store = SchoolDb::open(&world.path("data"), &"school57".into(), options).expect("the school's store");
    store.take_lane("run", 0).expect("it is free")
}

const QUESTIONS: &str = "/~school/school57/dnevnik/~questions";

/// A school with questions, served.
fn asked() -> (World, Served) {
    let world = World::bound();
    world.send();
    ask_more(&world, 12);
    world.write("schools/school58.toml", OTHER);
    let served = serve(&world);
    (world, served)
}

fn number(question: &Value) -> String {
    question["number"].to_string()
}

#[test]
fn d12_twins_are_compared_and_told_apart_in_the_browser() {
    let (world, _served) = asked();
    let run = |words: &[&str]| world.run(words);
    let mut olga = Visitor::come(run, "olga", "school-administrator", Some("school57"));
    let questions = world.questions();
    let question = questions.iter().find(|question| question["kind"] == "pupil").expect("a pupil");
    let (n, handle) = (number(question), question["candidates"][0]["handle"].as_str().expect("a handle"));

    // From the school's page to the card, with both sides on it.
    let home = olga.see("/");
    let told = home.text().lines().find(|line| line.contains("ответа")).expect("it is told").to_owned();
    let words = told.split(" Контингент").next().expect("words").trim().to_owned();
    let list = olga.browser.click(&home, &words);
    assert_eq!(list.url.path(), QUESTIONS, "{told}");
    assert_eq!(list.heading(), words);
    let mut page = list;
    while !page.answer.body.contains(&format!("id=\"question-{n}\"")) {
        page = olga.browser.click(&page, "Дальше");
    }
    let card = page
        .answer
        .body
        .split("<form class=\"question\"")
        .find(|form| form.contains(&format!("id=\"question-{n}\"")));
    let card = card.expect("a card");
    let name = question["name"].as_str().expect("a name");
    for said in ["Это тот же ученик?", name, "Родился", "СНИЛС", "Да, это одно и то же", handle]
    {
        assert!(card.contains(said), "{said} is not in {card}");
    }
    let evidence = question["candidates"][0]["evidence"][0].as_str().expect("evidence");
    assert!(card.contains(evidence), "{evidence}: {card}");

    // Twice is once, and whoever comes second is told.
    let marks = [("number", n.as_str())];
    let unread = olga.send(QUESTIONS, &[("number", &n), ("answer", "skip"), ("mark", "")]);
    assert!(unread.text().contains("за это время изменился"), "who has not read it does not answer it");
    let done = olga.post(&page, "~questions", &marks, &[("same", handle)]);
    assert!(done.text().contains(&format!("Ответ на вопрос № {n} записан")), "{}", done.text());
    assert!(done.text().contains("Да, это одно и то же") && done.text().contains("olga"), "{}", done.text());
    assert!(!done.answer.body.contains(&format!("id=\"question-{n}\"")));
    let again = olga.post(&page, "~questions", &marks, &[("answer", "skip")]);
    assert!(again.text().contains(&format!("На вопрос № {n} уже ответили")), "{}", again.text());
    assert!(again.text().contains("«Да, это одно и то же»"), "{}", again.text());
    assert_eq!(audit_of(&world.path("data"), "olga"), [("decide".to_owned(), n.clone())]);
    assert!(world.questions().iter().all(|open| number(open) != n));
    // A reload of what was told answers nothing.
    assert_eq!(olga.browser.ask("GET", &done.url, "").answer.status, 200);

    // It counts: the next run takes the one that was there.
    world.send();
    let gone = olga.post(&page, "~questions", &marks, &[("same", handle)]);
    assert!(gone.text().contains(&format!("Вопроса № {n} больше нет")), "{}", gone.text());
}

/// Asks of so many pupils besides whether one of two is them, as a run does.
pub(crate) fn ask_more(world: &World, count: usize) {
    let options = SchoolOptions { key: MasterKey([0; 32]), time_zone: jiff::tz::TimeZone::UTC };
    let store = SchoolDb::open(&world.path("data"), &"school57".into(), options).expect("the school's store");
    let possible = |n: usize, evidence: &str| Possibility {
        handle: format!("77000{n}"),
        evidence: vec![Message::new(evidence), Message::new("evidence-not-activated")],
        link: None,
    };
    let ask = |(n, pupil): (usize, &invented_school::expected::ExpectedPupil)| Ask {
        item: ItemRef::new("pupil", format!("asked-{n}")),
        scope: "school".into(),
        group: Some("5-А".into()),
        about: Some(RecordRef { record_type: RecordType::Pupil, id: pupil.id.clone() }),
        question: Question::Which,
        candidates: vec![
            possible(2 * n, "evidence-same-name-birthday"),
            possible(2 * n + 1, "evidence-other-birthday"),
        ],
    };
    let asks: Vec<Ask> = school().expected.pupils.iter().take(count).enumerate().map(ask).collect();
    let lane = store.take_lane("run", 0).expect("it is free");
    store.ask(lane.fence(), &"dnevnik".into(), &asks, 0).expect("they are asked");
}

/// The page of questions on which this one is.
#[track_caller]
fn find(visitor: &mut Visitor, number: &str) -> Page {
    let mut page = visitor.see(QUESTIONS);
    while !page.answer.body.contains(&format!("id=\"question-{number}\"")) {
        page = visitor.browser.click(&page, "Дальше");
    }
    page
}

#[test]
fn questions_are_answered_by_whoever_may_and_by_nothing_else() {
    let (world, _served) = asked();
    let run = |words: &[&str]| world.run(words);
    let mut olga = Visitor::come(run, "olga", "school-administrator", Some("school57"));
    let mut vera = Visitor::come(run, "vera", "school-viewer", Some("school57"));
    let mut maria = Visitor::come(run, "maria", "school-administrator", Some("school58"));
    let before = world.questions();
    let n = number(&before[0]);

    let page = vera.see(QUESTIONS);
    assert_eq!(page.answer.status, 200);
    assert!(page.text().contains("изменить ничего нельзя"), "{}", page.text());
    assert!(!page.answer.body.contains("name=\"same\"") && !page.answer.body.contains("name=\"answer\""));
    let refused = vera.send(QUESTIONS, &[("number", &n), ("answer", "skip")]);
    assert_eq!(refused.shown(), "403 Вы можете только смотреть");
    assert_eq!(maria.send(QUESTIONS, &[("number", &n), ("answer", "skip")]).answer.status, 404);
    // From elsewhere, or by somebody who does not know the step.
    let bare = olga.browser.ask("POST", &olga.url(QUESTIONS), &format!("number={n}&answer=skip"));
    assert_eq!(bare.answer.status, 403);

    let asked_page = find(&mut olga, &n);
    let marks = [("number", n.as_str())];
    let hostile =
        ["<script>alert(1)</script>", "' OR 1=1 --", "../../etc/passwd", "\u{202e}\u{0}", &"9".repeat(9_000)];
    for value in hostile {
        let page = olga.post(&asked_page, "~questions", &marks, &[("same", value)]);
        assert!(page.text().contains(&format!("Вопрос № {n} за это время изменился")), "{}", page.text());
        assert!(!page.answer.body.contains("<script"), "{value}");
        for field in ["number", "answer", "mark", "page"] {
            let page = olga.send(QUESTIONS, &[(field, value)]);
            assert_eq!(page.answer.status, 200, "{field}");
            assert!(
                !page.answer.body.contains("<script") && !page.answer.body.contains("{questions"),
                "{field}"
            );
        }
        let short: String = value.chars().take(500).collect();
        let query: String = form_urlencoded::byte_serialize(short.as_bytes()).collect();
        let page = olga.see(&format!("{QUESTIONS}?told={query}&n={query}&page={query}"));
        assert_eq!(page.answer.status, 200);
    }
    let huge = olga.browser.ask("POST", &olga.url(QUESTIONS), &"x".repeat(100_000));
    assert_eq!(huge.answer.status, 413);
    let gone = olga.send(QUESTIONS, &[("number", "99999"), ("answer", "skip"), ("mark", "x")]);
    assert!(gone.text().contains("Вопроса № 99999 больше нет"), "{}", gone.text());

    // While a run has the lane nothing is written, and that is told.
    let lane = lane(&world);
    let busy = olga.post(&asked_page, "~questions", &marks, &[("answer", "skip")]);
    assert!(busy.text().contains(&format!("Ответ на вопрос № {n} не записан")), "{}", busy.text());
    drop(lane);
    assert_eq!(world.questions(), before, "nothing of it counted");
    assert_eq!(audit_of(&world.path("data"), "olga"), []);

    // Somebody was faster at a terminal.
    world.run(&["decide", TASK, &n, "--skip"]).with(0);
    let late = olga.post(&asked_page, "~questions", &marks, &[("answer", "different")]);
    assert!(
        late.text().contains("уже ответили") && late.text().contains("«Не отправлять»"),
        "{}",
        late.text()
    );
}

const DNEVNIK: &str = "/~school/school57/dnevnik";

#[test]
fn d1_the_administrator_binds_from_the_tasks_page_and_comes_back_to_it() {
    let world = World::empty();
    world.write("schools/school58.toml", OTHER);
    let _served = serve(&world);
    let run = |words: &[&str]| world.run(words);
    let mut olga = Visitor::come(run, "olga", "school-administrator", Some("school57"));
    let mut vera = Visitor::come(run, "vera", "school-viewer", Some("school57"));
    let mut maria = Visitor::come(run, "maria", "school-administrator", Some("school58"));
    let mut roman = Visitor::come(run, "roman", "region-administrator", None);
    assert!(vera.see(DNEVNIK).text().contains("ещё не привязана"));
    assert!(!vera.see(DNEVNIK).text().contains("Привязать школу"));
    assert_eq!(vera.send(&format!("{DNEVNIK}/~bind"), &[]).shown(), "403 Вы можете только смотреть");
    assert_eq!(maria.send(&format!("{DNEVNIK}/~bind"), &[]).answer.status, 404);

    // Refused over there: what happened, and back to the task.
    let task = olga.see(DNEVNIK);
    let portal = olga.post(&task, "~bind", &[], &[]);
    assert_eq!(portal.url.origin(), Url::parse(&world.stand.url()).expect("an address").origin());
    let password = invented_school::StandOptions::default().password;
    let page = olga.browser.send(&portal, &[("login", crate::world::ADMINISTRATOR), ("password", &password)]);
    let refused = olga.browser.send(&page, &[("is_granted", "false")]);
    assert!(
        refused.text().contains("Начать снова можно на странице задачи")
            && !refused.text().contains("exchange bind"),
        "{}",
        refused.text()
    );
    let task = olga.browser.click(&refused, "Вернуться к задаче");
    assert_eq!(task.shown(), "200 Контингент → Дневник.ру");

    // Interrupted: the browser has forgotten, or the server has.
    olga.post(&task, "~bind", &[], &[]);
    let step = olga.url("/school57/dnevnik/bind/step");
    let dialogue = olga.browser.cookies.remove("exchange").expect("a dialogue");
    let gone = olga.browser.open(step.as_str());
    assert_eq!(gone.shown(), "410 Время вышло");
    let task = olga.browser.click(&gone, "Начать сначала");
    assert_eq!((task.shown().as_str(), task.url.path()), ("200 Контингент → Дневник.ру", DNEVNIK));
    let lost = olga.see("/callback?code=c&state=s");
    assert_eq!(olga.browser.click(&lost, "Вернуться в кабинет").heading(), ORGANISATION);
    // Whoever is not signed in learns nothing new.
    assert_eq!(Browser::default().open(&format!("{}/school57/dnevnik/bind", olga.origin)).answer.status, 404);
    drop(dialogue);

    // To the end.
    let portal = olga.post(&task, "~bind", &[], &[]);
    let choice = olga.browser.send(&portal, &[("is_granted", "true")]);
    let id =
        choice.answer.body.split("name=\"choice\" value=\"").skip(1).find(|rest| rest.contains(ORGANISATION));
    let id = id.and_then(|rest| rest.split('"').next()).expect("the school").to_owned();
    let asked = olga.browser.send(&choice, &[("choice", &id)]);
    let done = olga.browser.send(&asked, &[("name", ORGANISATION)]);
    assert_eq!(done.shown(), "200 Готово", "{}", done.text());
    let task = olga.browser.click(&done, "Вернуться к задаче");
    assert!(task.text().contains(&format!("Школа привязана: {ORGANISATION}")), "{}", task.text());
    world.run(&["check", TASK]).with(0);
    assert_eq!(audit_of(&world.path("data"), "olga"), [("bind".to_owned(), "cabinet".to_owned())]);

    // Only the region undoes it, with a reason and the name.
    let unbind = format!("{DNEVNIK}/~unbind");
    let entered = [("reason", "не та школа"), ("name", ORGANISATION)];
    assert_eq!(olga.send(&unbind, &entered).shown(), "403 Отвязать школу может только регион");
    assert_eq!(vera.send(&unbind, &entered).answer.status, 403);
    assert!(!olga.see(&format!("{DNEVNIK}/~bind")).text().contains("Отвязать"));
    let page = roman.see(&format!("{DNEVNIK}/~bind"));
    for (reason, name, said) in
        [("", ORGANISATION, "Не указана причина"), ("<b>\u{202e}", "другая", "Название не совпало")]
    {
        let page = roman.post(&page, "~unbind", &[], &[("reason", reason), ("name", name)]);
        assert!(page.text().contains(said), "{}", page.text());
    }
    world.run(&["check", TASK]).with(0);
    let done = roman.post(&page, "~unbind", &[], &entered);
    assert!(done.text().contains("Школа отвязана"), "{}", done.text());
    let again = roman.post(&page, "~unbind", &[], &entered);
    assert!(again.text().contains("Школа и не была привязана"), "{}", again.text());
    assert_ne!(world.run(&["check", TASK]).code, Some(0));
    assert_eq!(audit_of(&world.path("data"), "roman"), [("unbind".to_owned(), "не та школа".to_owned())]);
}

const ESIA: &str = "/~school/school57/esia";

#[test]
fn e9_the_school_sees_prints_and_takes_along_who_has_to_do_what() {
    let world = e9_links::world();
    let _served = serve(&world);
    let run = |words: &[&str]| world.run(words);
    let mut olga = Visitor::come(run, "olga", "school-administrator", Some("school57"));
    let page = olga.see(&format!("{ESIA}/~classes"));
    assert!(page.text().contains("ни разу не проверяла всю школу"), "{}", page.text());
    assert_eq!(olga.see(&format!("{ESIA}/~sheet")).answer.status, 200);
    assert_eq!(olga.see(&format!("{ESIA}/~classes/report.xlsx")).answer.status, 404);

    let one = e9_links::teenager(&world);
    e9_links::sign_in(&world, &one);
    let sent: Value = world.run(&["run", e9_links::LINKS, "--json"]).json();
    let picture: Value = world.run(&["by-class", e9_links::LINKS, "--json"]).json();
    let classes = picture["classes"].as_array().expect("a list");
    let linked = classes.iter().find(|class| class["there"] == 1).expect("the class of the linked one");
    let class = linked["class"].as_str().expect("a title");

    let task = olga.see(ESIA);
    let page = olga.browser.click(&task, "По классам");
    let rows = page.answer.body.matches("<tr><td data-label").count();
    assert_eq!(rows, classes.len(), "{}", page.text());
    let sheet = olga.browser.click(&page, class);
    assert_eq!(sheet.heading(), format!("Лист: {class}"));
    for said in
        ["Войти в Дневник.ру через Госуслуги", "Что делать", one["lastName"].as_str().expect("a name")]
    {
        assert!(sheet.text().contains(said), "{said}: {}", sheet.text());
    }
    assert!(!sheet.text().contains("Убрать…"), "the task may not write");
    assert!(sheet.answer.body.len() < 150 << 10, "{}", sheet.answer.body.len());

    // As on the command line.
    world.run(&["by-class", e9_links::LINKS, "-o", "cli.csv"]).with(0);
    let file = olga.browser.ask("GET", &olga.url(&format!("{ESIA}/~classes/report.csv")), "").answer;
    assert_eq!(file.body, std::fs::read_to_string(world.path("cli.csv")).expect("it is written"));
    assert_eq!(file.header("content-disposition"), Some("attachment; filename=\"school57-esia.csv\""));
    assert_eq!(audit_of(&world.path("data"), "olga"), [("by-class".to_owned(), String::new())]);
    for hostile in ["<script>", "../..", "\u{202e}", "1-Я", "%00"] {
        let query: String = form_urlencoded::byte_serialize(hostile.as_bytes()).collect();
        let page = olga.see(&format!("{ESIA}/~sheet?class={query}&page=x"));
        assert_eq!(page.answer.status, 404, "{hostile}");
    }

    // The inbox and the page of those awaited say the same number.
    let waiting = sent["counts"]["waiting"].as_u64().expect("a number");
    let inbox = olga.see("/~school/school57/~inbox");
    assert!(inbox.text().contains(&format!("Ждём действий других: {waiting}")), "{}", inbox.text());
    let awaited = olga.browser.click(&inbox, &format!("Ждём действий других: {waiting}"));
    assert!(awaited.text().contains(&format!("Все: {waiting}")), "{}", awaited.text());
    assert!(awaited.text().contains("Что сделать:"), "{}", awaited.text());
    assert!(awaited.answer.body.len() < 150 << 10, "{}", awaited.answer.body.len());
}

#[test]
fn e9_a_link_is_taken_away_from_the_sheet_once_and_with_a_reason() {
    let world = e9_links::world();
    let one = e9_links::teenager(&world);
    e9_links::sign_in(&world, &one);
    let sent: Value = world.run(&["run", e9_links::LINKS, "--json"]).json();
    let shown: Value =
        world.run(&["show", sent["run"].as_str().expect("a run"), "--outcome", "adopted", "--json"]).json();
    let (key, class) = (&shown["outcomes"][0]["key"], &shown["outcomes"][0]["group"]);
    let person = key.as_str().and_then(|key| key.split_once(':')).expect("a role and an id").1.to_owned();
    let class = class.as_str().expect("a class");
    let id = "id = \"esia\"\nconnector = \"esia\"";
    world.change_school(id, "id = \"esia\"\nchanges = \"update\"\nconnector = \"esia\"");
    world.change_school(
        "[task.grant]\nupstreams = [\"dnevnik\"]\nsecrets = [\"token\"]",
        "[task.grant]\nwrite = true\nupstreams = [\"dnevnik\"]\nsecrets = [\"token\"]",
    );
    let _served = serve(&world);
    let run = |words: &[&str]| world.run(words);
    let mut olga = Visitor::come(run, "olga", "school-administrator", Some("school57"));
    let mut vera = Visitor::come(run, "vera", "school-viewer", Some("school57"));
    let query: String = form_urlencoded::byte_serialize(class.as_bytes()).collect();
    let sheet_path = format!("{ESIA}/~sheet?class={query}");
    assert!(!vera.see(&sheet_path).text().contains("Убрать…"));
    let remove = format!("{ESIA}/~remove");
    let entered = [("person", person.as_str()), ("confirm", &person), ("reason", "чужая учётная запись")];
    assert_eq!(vera.send(&remove, &entered).shown(), "403 Вы можете только смотреть");

    let sheet = olga.see(&sheet_path);
    let page = olga.browser.click(&sheet, "Убрать…");
    assert!(page.text().contains("Связи учётных записей"), "{}", page.text());
    let there = || world.state()["links"].as_array().map(Vec::len);
    for (confirm, reason, said) in
        [("somebody", "причина", "Введён другой номер"), (person.as_str(), "  ", "Не указана причина")]
    {
        let page = olga.post(&page, "~remove", &[], &[("confirm", confirm), ("reason", reason)]);
        assert!(page.text().contains(said), "{}", page.text());
    }
    assert_eq!(there(), Some(1), "nothing was confirmed");
    let lane = lane(&world);
    let busy = olga.post(&page, "~remove", &[], &entered[1..]);
    assert!(busy.text().contains("Сейчас идёт обмен данными школы"), "{}", busy.text());
    drop(lane);
    let done = olga.post(&page, "~remove", &[], &entered[1..]);
    assert!(done.text().contains("это проверено"), "{}", done.text());
    assert_eq!(there(), Some(0));
    let again = olga.post(&page, "~remove", &[], &entered[1..]);
    assert!(again.text().contains("Возможно, это уже убрали"), "{}", again.text());
    let noted = audit_of(&world.path("data"), "olga");
    let ended: Vec<&str> =
        noted.iter().filter(|(what, _)| what == "remove").map(|(_, about)| about.as_str()).collect();
    assert!(matches!(ended[..], [one] if one.ends_with("1 of 1")), "{noted:?}");
    assert!(noted.iter().all(|(_, about)| !about.contains(&person)), "{noted:?}");
    for hostile in ["<script>alert(1)</script>", "\u{202e}", "' --"] {
        let query: String = form_urlencoded::byte_serialize(hostile.as_bytes()).collect();
        let page = olga.see(&format!("{remove}?person={query}&told={query}"));
        assert!(page.answer.status == 200 && !page.answer.body.contains("<script"), "{}", page.answer.body);
    }
}

#[test]
fn s3_s5_teachers_awaited_chats_and_lessons_of_the_week() {
    let mut world = chats::World::new("announce-hours = 24\ncalls = \"off\"");
    world.records.set("lessons", "l1", "teacher-id", "t1");
    world.records.set("journals", "j1", "teacher-ids", "t1,t2");
    world.import();
    world.send();
    let _served = serve_in(&world.path(""));
    let run = |words: &[&str]| world.run(words);
    let mut olga = Visitor::come(run, "olga", "school-administrator", Some("s"));
    let task = olga.see("/~school/s/chats");
    let awaited = olga.browser.click(&task, "Кого ждём");
    let text = awaited.text();
    for said in [
        "Ждём учителя: он ещё не привязал VK ID",
        "Привязать к VK ID",
        "Елкина-Соснова Марьяна",
        "Небылицын Лев",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    let staff = olga.browser.click(&awaited, "Сотрудники: 1");
    assert!(staff.text().contains("Елкина-Соснова Марьяна") && !staff.text().contains("Небылицын Лев"));
    let week = olga.browser.click(&task, "Уроки недели и чаты");
    // The lesson is hours from now, and so perhaps in the week that follows.
    let next = olga.browser.click(&week, "следующая →");
    let both = week.text() + &next.text();
    for said in
        ["Алгебра, 5-А", "Придумкина Алсу", "Объявления об уроках", "Чаты по предметам", "Участники чатов: "]
    {
        assert!(both.contains(said), "{said}: {both}");
    }
    for hostile in ["x", "9999-99-99", "<script>", "-9999-01-01", "2026-11-30%27"] {
        let page = olga.see(&format!("/~school/s/chats/~week?from={hostile}&page=-1"));
        assert!(page.answer.status == 200 && !page.answer.body.contains("<script"), "{hostile}");
    }
}

#[test]
fn s3_what_a_run_wrote_is_taken_back_in_the_browser() {
    let world = teachers::World::bound();
    let (_, sent) = world.send();
    let id = sent["run"].as_str().expect("a run").to_owned();
    let number = id.rsplit('-').next().expect("a number");
    let _served = serve_in(&world.path(""));
    let run = |words: &[&str]| world.run(words);
    let mut olga = Visitor::come(run, "olga", "school-administrator", Some("school57"));
    let mut vera = Visitor::come(run, "vera", "school-viewer", Some("school57"));
    let page = olga.see(&format!("/~school/school57/petersburg/{number}"));
    let page = olga.browser.click(&page, "Что создано и записано");
    assert!(page.text().contains("190000001") && page.text().contains("идентификаторы"), "{}", page.text());
    let made = page.url.path().to_owned();
    assert!(!vera.see(&made).answer.body.contains("name=\"confirm\""));
    let entered = [("reason", "портал прислал чужие номера"), ("confirm", id.as_str())];
    assert_eq!(vera.send(&made, &entered).shown(), "403 Вы можете только смотреть");
    let other = olga.post(&page, "~made", &[], &[("reason", "да"), ("confirm", "school57-99")]);
    assert!(other.text().contains("Введён другой номер"), "{}", other.text());
    assert_eq!(world.identifiers().len(), 5);
    let done = olga.post(&page, "~made", &[], &entered);
    assert!(done.text().contains("Возвращено к прежнему: 5; осталось как есть: 0"), "{}", done.text());
    assert!(world.identifiers().is_empty());
    let again = olga.post(&page, "~made", &[], &entered);
    assert!(again.text().contains("Возвращать нечего"), "{}", again.text());
    let noted = audit_of(&world.path("data"), "olga");
    let expected = [
        ("undo-begin".to_owned(), format!("run {id}: портал прислал чужие номера")),
        ("undo".to_owned(), format!("run {id}: 5 of 5")),
    ];
    assert_eq!(noted, expected);
    let (code, again) = world.send();
    assert_eq!((code, again["counts"]["applied"].as_u64()), (3, Some(0)), "{again:#}");
}

#[test]
fn the_inbox_tells_what_waits_what_happened_and_who_is_told() {
    let world = World::bound();
    let school = world.school_file();
    let notify = "\n[[notify]]\nmail = \"director@school.example\"\non = [\"failed\", \"waiting\"]\nquiet = \"22:00-07:00\"\n";
    world.write("schools/school57.toml", &(school + notify));
    let host = std::fs::read_to_string(world.path("exchange.toml")).expect("the host's file");
    let mail = "[notify.mail]\nserver = \"localhost\"\nfrom = \"Exchange <exchange@school.example>\"\n";
    world.write("exchange.toml", &(host + mail));
    world.send();
    let _served = serve(&world);
    let run = |words: &[&str]| world.run(words);
    let mut olga = Visitor::come(run, "olga", "school-administrator", Some("school57"));
    let mut vera = Visitor::come(run, "vera", "school-viewer", Some("school57"));
    let home = vera.see("/");
    let inbox = vera.browser.click(&home, "Всё, что ждёт, и последние события");
    for said in ["ждёт ответа", "Ответьте на вопросы", "новое", "ждёт решения", "school57-1"]
    {
        assert!(inbox.text().contains(said), "{said}: {}", inbox.text());
    }
    assert!(!inbox.text().contains("Отметить всё прочитанным"));
    assert_eq!(vera.send("/~school/school57/~inbox", &[("until", "99")]).answer.status, 403);
    let told = vera.browser.click(&inbox, "Кому сообщать о событиях");
    for said in
        ["director@school.example", "письмом", "о чём: отправка не удалась, ждёт решения", "с 22:00 до 07:00"]
    {
        assert!(told.text().contains(said), "{said}: {}", told.text());
    }
    let notify = "/~school/school57/~notify";
    assert_eq!(vera.send(notify, &[("mail", "vera@school.example")]).answer.status, 403);
    assert!(!told.answer.body.contains("name=\"mail\""));
    let page = olga.see(notify);
    let entered = [("mail", "deputy@school.example"), ("on", "trouble")];
    for _ in 0..2 {
        let told = olga.post(&page, "~notify", &[], &entered);
        assert!(told.text().contains("Это действует с этой минуты"), "{}", told.text());
        assert_eq!(told.answer.body.matches("<strong>deputy@school.example</strong>").count(), 1);
    }
    let file = || world.school_file();
    assert!(file().contains("mail = \"deputy@school.example\"\non = [") && file().contains("22:00-07:00"));
    for hostile in ["", "x", "<script>@x", "a@b\"\n[[task]]", "a@b\u{0}", &"a".repeat(5_000)] {
        let page = olga.post(&page, "~notify", &[], &[("mail", hostile)]);
        assert!(page.text().contains("Это не адрес электронной почты"), "{hostile}: {}", page.text());
    }
    let gone = olga.post(&page, "~notify", &[], &[("remove", "deputy@school.example")]);
    assert!(!gone.text().contains("deputy@school.example"), "{}", gone.text());
    let noted = audit_of(&world.path("data"), "olga");
    assert_eq!(
        noted.iter().map(|(what, _)| what.as_str()).collect::<Vec<_>>(),
        ["notify-add", "notify-remove"]
    );
    let page = olga.see("/~school/school57/~inbox");
    let until = between(&page.answer.body, "name=\"until\" value=\"", "\"").expect("a button").to_owned();
    let read = olga.post(&page, "~inbox", &[], &[("until", &until)]);
    assert!(!read.text().contains("новое") && !read.text().contains("Отметить всё"), "{}", read.text());
    assert_eq!(olga.send("/~school/school57/~inbox", &[("until", "x' OR 1")]).answer.status, 200);
    let run = olga.browser.click(&read, "school57-1");
    assert!(run.heading().starts_with("Отправка"), "{}", run.text());
}
