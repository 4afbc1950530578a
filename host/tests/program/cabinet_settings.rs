//! A task's settings in the browser, with the program as it is run: the form, the change, the school's file afterwards.

use exchange_stand::html::{between, unescape};
use serde_json::Value;
use url::{Url, form_urlencoded};

use crate::browser::{Browser, Page};
use crate::cabinet::at;
use crate::cabinet_records::step_of;
use crate::d1_browser::serve;
use crate::process::Ended;
use crate::world::World;

const SETTINGS: &str = "/~school/school57/dnevnik/settings";
const CLIENT: &str = "00000000-0000-4000-8000-000000000057";

/// What the form of the task holds when nothing is changed.
const AS_IT_IS: [(&str, &str); 6] = [
    ("s.client-id", CLIENT),
    ("s.study-year", "current"),
    ("s.scope", "CommonInfo\r\nContactInfo\r\nFriendsAndRelatives\r\nEducationalInfo"),
    ("s.adopt-by", "snils"),
    ("s.adopt-by", "name-and-birthday"),
    ("s.adopt-by", "name-and-class"),
];

/// Values of fields by their names.
type Filled<'a> = &'a [(&'a str, &'a str)];

struct Desk {
    browser: Browser,
    url: Url,
}

impl Desk {
    fn of(world: &World, login: &str, role: &str) -> Self {
        let (browser, origin) = at(world, login, role, Some("school57"));
        Self { browser, url: format!("{origin}{SETTINGS}").parse().expect("an address") }
    }

    fn open(&mut self) -> Page {
        self.browser.ask("GET", &self.url.clone(), "")
    }

    fn post(&mut self, page: &Page, values: &[(&str, &str)]) -> Page {
        let version = between(&page.answer.body, "name=\"version\" value=\"", "\"").unwrap_or_default();
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.append_pair("step", &step_of(page)).append_pair("version", version).extend_pairs(values);
        self.browser.ask("POST", &self.url.clone(), &body.finish())
    }

    /// What is filled in beside what is there, and a button.
    fn fill(&mut self, page: &Page, filled: &[(&str, &str)], answer: &str) -> Page {
        let kept = AS_IT_IS.iter().filter(|(name, _)| !filled.iter().any(|(other, _)| other == name));
        let values: Vec<(&str, &str)> = kept.chain(filled).copied().chain([("answer", answer)]).collect();
        self.post(page, &values)
    }
}

fn file(world: &World) -> String {
    world.school_file()
}

fn audited(world: &World) -> Vec<String> {
    world
        .audit()
        .into_iter()
        .filter(|entry| entry.who == "olga")
        .map(|entry| format!("{} {}", entry.what, entry.about))
        .collect()
}

#[test]
fn settings_are_changed_in_a_form_and_comments_stay() {
    let world = World::empty();
    let _served = serve(&world);
    let mut olga = Desk::of(&world, "olga", "school-administrator");
    let page = olga.open();
    assert_eq!(page.shown(), "200 Настройки задачи", "{}", page.text());
    for said in ["Учебный год", "Идентификатор приложения", "по СНИЛС", "Если не заполнять: текущий"]
    {
        assert!(page.text().contains(said), "no «{said}» in\n{}", page.text());
    }
    let same = olga.fill(&page, &[], "look");
    assert!(same.answer.header("location").is_some_and(|to| to.ends_with("?same")), "{}", same.text());
    let before = file(&world);
    let change = olga.fill(&page, &[("s.study-year", "next"), ("s.adopt-by", "snils")], "look");
    assert_eq!(change.shown(), "200 Что изменится в настройках", "{}", change.text());
    assert!(change.text().contains("текущий") && change.text().contains("следующий"), "{}", change.text());
    assert_eq!(file(&world), before, "nothing is written yet");
    let filled = [("s.study-year", "next"), ("s.adopt-by", "snils")];
    let edited = olga.fill(&change, &filled, "edit");
    assert!(edited.answer.body.contains("value=\"next\""), "{}", edited.answer.body);
    // Pressed twice, it is done once.
    for _ in 0..2 {
        let saved = olga.fill(&change, &filled, "save");
        assert!(saved.answer.header("location").is_some_and(|to| to.ends_with("?saved")), "{}", saved.text());
    }
    let expected = before.replace("study-year = \"current\"\n", "study-year = \"next\"\n");
    let expected = expected.replace(
        &format!("client-id = \"{CLIENT}\"\n"),
        &format!("client-id = \"{CLIENT}\"\nadopt-by = [\"snils\"]\n"),
    );
    assert_eq!(file(&world), expected, "comments and order stay");
    assert_eq!(audited(&world).iter().filter(|what| what.starts_with("settings ")).count(), 1);
    world.run(&["audit", "school57"]).with(0).says("изменены настройки задачи");
    // What holds anyway is not written where the file says nothing, and is where it says something else.
    let page = olga.open();
    let back = olga.fill(&page, &[("s.study-year", "")], "save");
    assert_eq!(back.answer.status, 303, "{}", back.text());
    assert!(
        file(&world).contains("study-year = \"current\"") && file(&world).contains("\"name-and-birthday\"")
    );
    assert!(!file(&world).contains("scope ="), "{}", file(&world));
    let mut english = Browser { language: Some("en"), ..olga.browser.clone() };
    let page = english.ask("GET", &olga.url, "");
    assert!(page.text().contains("Study year") && !page.text().contains("Учебный год"), "{}", page.text());
}

#[test]
fn what_is_wrong_stands_beside_its_field_as_the_command_line_says_it() {
    let world = World::empty();
    let _served = serve(&world);
    let mut olga = Desk::of(&world, "olga", "school-administrator");
    let before = file(&world);
    let page = olga.open();
    let rows: [(Filled<'_>, &str, &str); 4] = [
        (&[("s.client-id", "")], "Не заполнено", ""),
        (&[("s.study-year", "1999")], "Возможны: current, next или число от 2000 до 2100", "1999"),
        (&[("s.study-year", "\"><script>alert(1)</script>")], "Такого значения нет", ""),
        (&[("s.client-id", "a\u{202e}b\u{0}c")], "невидимые знаки", ""),
    ];
    for (filled, said, typed) in rows {
        let wrong = olga.fill(&page, filled, "look");
        assert_eq!(wrong.answer.status, 422, "{filled:?}: {}", wrong.text());
        assert!(wrong.text().contains(said), "no «{said}» in\n{}", wrong.text());
        assert!(wrong.answer.body.contains(typed) && !wrong.answer.body.contains("<script"), "{filled:?}");
        let wrong = olga.fill(&page, filled, "save");
        assert_eq!(wrong.answer.status, 422, "it cannot be saved around the look: {filled:?}");
    }
    assert_eq!(file(&world), before);
    // The same words, and the same line, as `exchange check` has for the file as it would be.
    let wrong = olga.fill(&page, &[("s.study-year", "1999")], "look");
    world.write("schools/school57.toml", &before.replace("study-year = \"current\"", "study-year = 1999"));
    let told = world.run(&["check", "school57/dnevnik"]).with(2);
    says_the_same(&wrong, &told);
}

/// The same words, and the same line, as the command line has for the file as it would be.
#[track_caller]
pub(crate) fn says_the_same(wrong: &Page, told: &Ended) {
    let (_, place) = told.err.split_once("school57.toml:").expect("a place");
    let line = place.split(':').next().expect("a line");
    assert!(wrong.text().contains(&format!("school57.toml, строка {line}")), "{line}: {}", wrong.text());
    let what = told.err.lines().find_map(|line| line.split_once(": ")).expect("what is wrong").1;
    assert!(unescape(&wrong.answer.body).contains(what), "no «{what}» in\n{}", wrong.text());
}

#[test]
fn hostile_values_stay_values() {
    let world = World::empty();
    let _served = serve(&world);
    let mut olga = Desk::of(&world, "olga", "school-administrator");
    let values = [
        "=cmd|' /C calc'!A0",
        "\"\"\"\\u0000 '''",
        "x\" \nenabled = false #",
        "<b>ы</b>{{ 7*7 }}%0d%0a",
        "${jndi:ldap://x}",
    ];
    for value in values {
        let page = olga.open();
        let change = olga.fill(&page, &[("s.client-id", value)], "look");
        assert!(!change.answer.body.contains("<b>ы"), "{value}");
        let change = if change.answer.status == 422 { continue } else { change };
        assert_eq!(change.answer.status, 200, "{value}: {}", change.text());
        let kept = between(&change.answer.body, "name=\"s.client-id\" value=\"", "\"").map(unescape);
        assert_eq!(kept.as_deref(), Some(value), "what was filled in comes again");
        assert_eq!(olga.fill(&change, &[("s.client-id", value)], "save").answer.status, 303, "{value}");
        let table: toml::Table = file(&world).parse().expect("it is TOML");
        assert_eq!(table["task"][0]["settings"]["client-id"].as_str(), Some(value));
        assert_eq!(table["task"][0]["enabled"].as_bool(), Some(true), "{value}");
    }
    let long = "x".repeat(70 << 10);
    let page = olga.open();
    assert_eq!(olga.fill(&page, &[("s.client-id", &long)], "look").answer.status, 413);
    let unknown =
        olga.fill(&page, &[("s.enabled", "false"), ("s.zzz", "x"), ("s.study-year", "next")], "save");
    assert_eq!(unknown.answer.status, 303);
    assert!(!file(&world).contains("zzz"), "only fields of the form are read");
}

#[test]
fn a_file_that_changed_meanwhile_is_not_written_over() {
    let world = World::empty();
    let _served = serve(&world);
    let mut olga = Desk::of(&world, "olga", "school-administrator");
    let page = olga.open();
    let change = olga.fill(&page, &[("s.study-year", "next")], "look");
    world.change_school("# Which study year goes over", "# Changed by hand. Which study year goes over");
    let before = file(&world);
    for (seen, answer) in [(&change, "save"), (&page, "look")] {
        let late = olga.fill(seen, &[("s.study-year", "next")], answer);
        assert_eq!(late.answer.status, 409, "{answer}: {}", late.text());
        assert!(late.text().contains("Файл школы за это время изменился"), "{}", late.text());
        assert!(late.answer.body.contains("value=\"next\""), "what was filled in stays");
        assert_eq!(file(&world), before);
    }
    let late = olga.fill(&change, &[("s.study-year", "next")], "save");
    assert_eq!(
        olga.fill(&late, &[("s.study-year", "next")], "save").answer.status,
        303,
        "seen anew, it is saved"
    );
    assert!(file(&world).contains("# Changed by hand"));
}

#[test]
fn a_file_that_is_broken_is_told_in_plain_words() {
    let world = World::empty();
    let _served = serve(&world);
    let mut olga = Desk::of(&world, "olga", "school-administrator");
    let page = olga.open();
    let before = file(&world);
    // By hand, with a key that nobody knows: what was filled in is good, the file is not.
    world.write("schools/school57.toml", &format!("zzz = 1\n{before}"));
    let late = olga.fill(&page, &[("s.study-year", "next")], "save");
    assert_eq!(late.answer.status, 409, "{}", late.text());
    let wrong = olga.fill(&late, &[("s.study-year", "next")], "save");
    assert_eq!(wrong.answer.status, 422, "{}", wrong.text());
    assert!(wrong.text().contains("В файле школы есть и другие ошибки"), "{}", wrong.text());
    assert!(wrong.text().contains("school57.toml, строка 1: unknown key `zzz`"), "{}", wrong.text());
    world.write("schools/school57.toml", "name = [");
    let page = olga.open();
    assert_eq!(page.shown(), "409 Файл школы сейчас с ошибкой", "{}", page.text());
    assert_eq!(file(&world), "name = [");
}

#[test]
fn a_secret_goes_in_and_never_comes_out() {
    let world = World::empty();
    let _served = serve(&world);
    let mut olga = Desk::of(&world, "olga", "school-administrator");
    let page = olga.open();
    assert!(page.text().contains("Секрет приложения") && page.text().contains("Задано"), "{}", page.text());
    let put = |olga: &mut Desk, page: &Page, name: &str, value: &str| {
        olga.post(page, &[("answer", "secret"), ("secret", name), ("value", value)])
    };
    let value = "тайна-0f5c-«x»";
    let stored = put(&mut olga, &page, "client-secret", value);
    assert!(stored.answer.header("location").is_some_and(|to| to.ends_with("?secret")), "{}", stored.text());
    let listed: Value = world.run(&["secret", "list", "--school", "school57", "--json"]).with(0).json();
    assert!(listed.to_string().contains("dnevnik/client-secret"), "{listed}");
    for unfit in ["", "  ", "a\u{202e}b"] {
        assert_eq!(put(&mut olga, &page, "client-secret", unfit).answer.status, 422, "{unfit:?}");
    }
    for foreign in ["token", "nothing", "../x"] {
        assert_eq!(put(&mut olga, &page, foreign, "x").answer.status, 403, "{foreign}");
    }
    assert!(audited(&world).contains(&"secret-set client-secret".to_owned()), "{:?}", audited(&world));
    let log = std::fs::read_to_string(world.path("serve.log")).expect("its log");
    let page = olga.open();
    assert!(!page.answer.body.contains("0f5c") && !log.contains("0f5c") && !file(&world).contains("0f5c"));
}

#[test]
fn who_only_looks_changes_no_settings() {
    let world = World::empty();
    let _served = serve(&world);
    let mut vera = Desk::of(&world, "vera", "school-viewer");
    let page = vera.open();
    assert!(page.answer.body.contains("<fieldset class=\"plain\" disabled>"), "{}", page.text());
    assert!(!page.answer.body.contains("value=\"look\"") && !page.answer.body.contains("value=\"secret\""));
    let before = file(&world);
    for answer in ["look", "save", "edit", "secret"] {
        let refused = vera.fill(&page, &[("s.study-year", "next"), ("secret", "client-secret")], answer);
        assert_eq!(refused.shown(), "403 Вы можете только смотреть", "{answer}");
    }
    assert_eq!(file(&world), before);
    let forged = vera.browser.ask("POST", &vera.url.clone(), "step=0&answer=save");
    assert_eq!(forged.answer.status, 403);
}
