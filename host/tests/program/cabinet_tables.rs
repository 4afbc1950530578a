//! Settings that are tables, in the browser: ЕСИА's regions are added, changed, taken out and refused, with the program as
//! it is run, and the school's file afterwards.

use std::collections::BTreeSet;

use exchange_stand::html::{between, unescape};
use url::{Url, form_urlencoded};

use crate::browser::{Browser, Page};
use crate::cabinet::at;
use crate::connector;
use crate::d1_browser::{Served, serve};
use crate::world::World;

const SETTINGS: &str = "/~school/school57/esia/settings";

const TASK: &str = "
# Families link their accounts.
[[task]]
id = \"esia\"
connector = \"esia\"
enabled = false

[task.settings]
organisation = \"1000000000057\" # as in the other task

# The north.
[task.settings.regions.29]
through-esia = true # since autumn
level-under-14 = \"confirmed\"

# The south.
[task.settings.regions.23]
transition = true

[task.grant]
upstreams = [\"dnevnik\"]
secrets = [\"token\"]
records = { school-class = [\"*\"], pupil = [\"*\"], guardian = [\"*\"], staff = [\"*\"] }
";

/// Values of fields by their names.
type Filled<'a> = &'a [(&'a str, &'a str)];

/// What a browser would send of the form that is about a version of the file.
#[track_caller]
pub(crate) fn filled_in(page: &Page) -> Vec<(String, String)> {
    let of =
        |tag: &str, name: &str| between(tag, &format!(" {name}=\""), "\"").map(unescape).unwrap_or_default();
    let mut sent: Vec<(String, String)> = Vec::new();
    for piece in form_of(page).split('<').skip(1) {
        let (tag, rest) = piece.split_once('>').unwrap_or((piece, ""));
        let is_sent = !tag.contains("type=\"checkbox\"") || tag.contains(" checked");
        match tag.split([' ', '/']).next() {
            Some("input") if is_sent => sent.push((of(tag, "name"), of(tag, "value"))),
            Some("select") => sent.push((of(tag, "name"), String::new())),
            Some("textarea") => sent.push((of(tag, "name"), unescape(rest.trim_start_matches('\n')))),
            Some("option") if tag.contains(" selected") => {
                sent.last_mut().expect("a choice").1 = of(tag, "value");
            }
            _ => {}
        }
    }
    sent
}

#[track_caller]
fn form_of(page: &Page) -> &str {
    let forms = page.answer.body.split("<form").skip(1).filter_map(|rest| rest.split("</form>").next());
    let mut of_file = forms.filter(|form| form.contains("name=\"version\""));
    of_file.next().unwrap_or_else(|| panic!("no form in\n{}", page.text()))
}

/// The form of a page as it comes, but for these values, sent with a button.
#[track_caller]
pub(crate) fn send(browser: &mut Browser, page: &Page, values: &[(&str, &str)], answer: &str) -> Page {
    let other = |name: &str| !values.iter().any(|(changed, _)| *changed == name);
    let kept = filled_in(page).into_iter().filter(|(name, _)| other(name));
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(kept).extend_pairs(values).append_pair("answer", answer);
    let action = between(form_of(page), "action=\"", "\"").expect("an address");
    browser.ask("POST", &page.url.join(action).expect("an address"), &body.finish())
}

/// Every field has its label, and no name is given twice.
#[track_caller]
pub(crate) fn is_labelled(page: &Page) {
    let body = &page.answer.body;
    let ids: Vec<&str> = body.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let once: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(once.len(), ids.len(), "an id twice: {ids:?}");
    for piece in form_of(page).split('<').skip(1) {
        let is_field = ["input ", "select ", "textarea "].iter().any(|start| piece.starts_with(start));
        if is_field && !piece.contains("type=\"hidden\"") {
            let id = between(piece, "id=\"", "\"").unwrap_or_else(|| panic!("no id: {piece}"));
            assert!(body.contains(&format!("<label for=\"{id}\">")), "no label of {id}");
        }
        let described = between(piece, "aria-describedby=\"", "\"");
        assert!(described.is_none_or(|id| once.contains(id)), "{described:?} is not there");
    }
}

/// Gives the school a task whose settings have a table.
pub(crate) fn add_task(world: &World) {
    add(world, TASK);
}

fn add(world: &World, task: &str) {
    let file = connector::file().with_file_name("esia.wasm");
    std::fs::copy(file, world.path("connectors/esia.wasm")).expect("it is built");
    world.run(&["connector", "lock"]).with(0);
    let before = world.school_file();
    world.write("schools/school57.toml", &(before + task));
}

/// A school with such a task, and somebody who may change it.
struct Desk {
    _served: Served,
    world: World,
    browser: Browser,
    url: Url,
}

impl Desk {
    fn open() -> Self {
        Self::with(TASK)
    }

    fn with(task: &str) -> Self {
        let world = World::empty();
        add(&world, task);
        let served = serve(&world);
        let (browser, origin) = at(&world, "olga", "school-administrator", Some("school57"));
        let url = format!("{origin}{SETTINGS}").parse().expect("an address");
        Self { _served: served, world, browser, url }
    }

    fn see(&mut self) -> Page {
        self.browser.ask("GET", &self.url.clone(), "")
    }

    #[track_caller]
    fn send(&mut self, page: &Page, values: &[(&str, &str)], answer: &str) -> Page {
        send(&mut self.browser, page, values, answer)
    }

    fn file(&self) -> String {
        self.world.school_file()
    }

    fn audited(&self) -> Vec<String> {
        let own = self.world.audit().into_iter().filter(|entry| entry.what == "settings");
        own.map(|entry| entry.about).collect()
    }
}

fn holds(sent: &[(String, String)], name: &str, value: &str) -> bool {
    sent.iter().any(|(own, is)| own == name && is == value)
}

#[test]
fn regions_are_added_changed_and_taken_out_and_comments_stay() {
    let mut desk = Desk::open();
    let page = desk.see();
    assert_eq!(page.shown(), "200 Настройки задачи", "{}", page.text());
    is_labelled(&page);
    let sent = filled_in(&page);
    for (name, value) in [
        ("s.regions[0]", "23"),
        ("s.regions[0].transition", "yes"),
        ("s.regions[0].through-esia", ""),
        ("s.regions[1]", "29"),
        ("s.regions[1].through-esia", "yes"),
        ("s.regions[1].level-under-14", "confirmed"),
        ("s.regions[2]", ""),
    ] {
        assert!(holds(&sent, name, value), "{name} = {value} is not in {sent:?}");
    }
    let same = desk.send(&page, &[], "look");
    assert!(same.answer.header("location").is_some_and(|to| to.ends_with("?same")), "{}", same.text());
    let before = desk.file();
    let values = [
        ("s.regions[0]:out", "yes"),
        ("s.regions[1].through-esia", "no"),
        ("s.regions[1].transition", "yes"),
        ("s.regions[2]", " 77 "),
        ("s.regions[2].yo-is-e", "no"),
    ];
    let change = desk.send(&page, &values, "look");
    assert_eq!(change.shown(), "200 Что изменится в настройках", "{}", change.text());
    for said in [
        "Правила регионов · 23",
        "Переходный период: да",
        "Правила регионов · 29 · Связывать через Госуслуги",
        "Правила регионов · 77 · Считать «ё» и «е» одной буквой",
    ] {
        assert!(change.text().contains(said), "no «{said}» in\n{}", change.text());
    }
    let edited = desk.send(&change, &[], "edit");
    assert!(holds(&filled_in(&edited), "s.regions[0]:out", "yes"), "{}", edited.answer.body);
    assert!(holds(&filled_in(&edited), "s.regions[2]", "77"), "{}", edited.answer.body);
    assert_eq!(desk.file(), before, "nothing is written yet");
    // Pressed twice, it is done once.
    for _ in 0..2 {
        let saved = desk.send(&change, &[], "save");
        assert!(saved.answer.header("location").is_some_and(|to| to.ends_with("?saved")), "{}", saved.text());
    }
    let expected = before
        .replace("through-esia = true #", "through-esia = false #")
        .replace("\n# The south.\n[task.settings.regions.23]\ntransition = true\n", "")
        .replace(
            "\"confirmed\"\n",
            "\"confirmed\"\ntransition = true\n\n[task.settings.regions.77]\nyo-is-e = false\n",
        );
    assert_eq!(desk.file(), expected);
    assert_eq!(desk.audited(), ["regions"]);
    let page = desk.see();
    assert!(holds(&filled_in(&page), "s.regions[1]", "77"), "{}", page.text());
}

#[test]
fn what_is_wrong_stands_in_its_entry_as_the_command_line_says_it() {
    let mut desk = Desk::open();
    let before = desk.file();
    let page = desk.see();
    let entry = |page: &Page, name: &str| {
        let inside = between(&page.answer.body, &format!("<legend>{name}</legend>"), "</fieldset>");
        unescape(inside.unwrap_or_else(|| panic!("no entry {name} in\n{}", page.text())))
    };
    let long = "я".repeat(101);
    let rows: [(Filled<'_>, &str, &str); 7] = [
        (&[("s.regions[1].level-under-14", "zzz")], "29", "Такого значения нет"),
        (&[("s.regions[1].transition", "да")], "29", "Возможны «да» и «нет»"),
        (&[("s.regions[0].yo-is-e", "a\u{202e}b")], "23", "невидимые знаки"),
        (&[("s.regions[2].transition", "yes")], "Новая запись", "Не заполнено"),
        (&[("s.regions[2]", "29")], "Новая запись", "названо дважды"),
        (&[("s.regions[2]", &long)], "Новая запись", "не больше 100 знаков"),
        (&[("s.regions[2]", "7\u{200b}7")], "Новая запись", "невидимые знаки"),
    ];
    for (filled, name, said) in rows {
        for answer in ["look", "save"] {
            let wrong = desk.send(&page, filled, answer);
            assert_eq!(wrong.answer.status, 422, "{filled:?}: {}", wrong.text());
            assert!(entry(&wrong, name).contains(said), "no «{said}» in\n{}", wrong.text());
            is_labelled(&wrong);
        }
    }
    assert_eq!(desk.file(), before);
    // The same words, and the same line, as `exchange check` has for the file as it would be.
    let wrong = desk.send(&page, &[("s.regions[1].level-under-14", "zzz")], "look");
    desk.world.write("schools/school57.toml", &before.replace("\"confirmed\"", "\"zzz\""));
    let told = desk.world.run(&["check", "school57/esia"]).with(2);
    let (_, place) = told.err.split_once("school57.toml:").expect("a place");
    let line = place.split(':').next().expect("a line");
    assert!(entry(&wrong, "29").contains(&format!("school57.toml, строка {line}")), "{}", wrong.text());
    let what = told.err.lines().find_map(|line| line.split_once(": ")).expect("what is wrong").1;
    assert!(entry(&wrong, "29").contains(what), "no «{what}» in\n{}", wrong.text());
}

#[test]
fn one_more_entry_is_given_and_nothing_typed_is_lost() {
    let mut desk = Desk::open();
    let page = desk.see();
    let typed = [("s.organisation", "57"), ("s.regions[2]", "77"), ("s.regions[2].transition", "yes")];
    let more = desk.send(&page, &typed, "more");
    assert_eq!(more.answer.status, 200, "{}", more.text());
    let nameless = [("s.regions[3].level-from-14", "confirmed")];
    let more = desk.send(&more, &nameless, "more");
    let sent = filled_in(&more);
    for (name, value) in typed.iter().chain(&nameless).chain(&[("s.regions[4]", "")]) {
        assert!(holds(&sent, name, value), "{name} = {value} is not in {sent:?}");
    }
    is_labelled(&more);
    let late =
        desk.file().replace("# The north.", "# Changed by hand.\n[task.settings.regions.30]\n\n# The north.");
    desk.world.write("schools/school57.toml", &late);
    let page = desk.send(&more, &[("s.regions[3]", "78")], "look");
    assert_eq!(page.answer.status, 409, "{}", page.text());
    let sent = filled_in(&page);
    assert!(holds(&sent, "s.regions[3]", "78") && holds(&sent, "s.regions[4]", "30"), "{sent:?}");
    assert_eq!(desk.send(&page, &[], "save").answer.status, 303);
    let file = desk.file();
    assert!(file.contains("# Changed by hand.\n[task.settings.regions.30]\n"), "{file}");
    assert!(file.contains("[task.settings.regions.78]\nlevel-from-14 = \"confirmed\"\n"), "{file}");
}

#[test]
fn what_the_form_does_not_know_stays_in_the_file() {
    let mut desk = Desk::open();
    desk.world.change_school("transition = true\n", "transition = true\nown = 1 # ours\n");
    let before = desk.file();
    let page = desk.see();
    let wrong = desk.send(&page, &[("s.regions[0].transition", "no")], "save");
    assert_eq!(wrong.answer.status, 422, "{}", wrong.text());
    let entry = between(&wrong.answer.body, "<legend>23</legend>", "</fieldset>").expect("the entry");
    assert!(unescape(entry).contains("unknown setting `own`"), "{}", wrong.text());
    assert_eq!(desk.file(), before);
    let change = desk.send(&page, &[("s.regions[0]:out", "yes")], "look");
    assert_eq!(change.answer.status, 200, "taken out, it is wrong no more: {}", change.text());
}

#[test]
fn all_regions_of_the_country_go_into_one_form() {
    let regions: String =
        (100..190).map(|region| format!("[task.settings.regions.{region}]\ntransition = true\n")).collect();
    let mut desk = Desk::with(&TASK.replace("[task.grant]", &format!("{regions}\n[task.grant]")));
    let page = desk.see();
    let same = desk.send(&page, &[], "look");
    assert!(same.answer.header("location").is_some_and(|to| to.ends_with("?same")), "{}", same.text());
    let change = desk.send(&page, &[("s.regions[0].transition", "no")], "look");
    assert_eq!(desk.send(&change, &[], "save").answer.status, 303);
    assert_eq!(desk.file().matches("transition = false").count(), 1);
}

#[test]
fn who_only_looks_sees_entries_and_no_way_to_add_one() {
    let desk = Desk::open();
    let (mut vera, _) = at(&desk.world, "vera", "school-viewer", Some("school57"));
    let page = vera.ask("GET", &desk.url.clone(), "");
    assert!(page.answer.body.contains("<legend>29</legend>"), "{}", page.text());
    assert!(!page.text().contains("Новая запись") && !page.answer.body.contains(":out"), "{}", page.text());
    let refused = send(&mut vera, &page, &[("s.regions[0]:out", "yes")], "save");
    assert_eq!(refused.shown(), "403 Вы можете только смотреть");
}

#[test]
fn hostile_names_of_entries_stay_names_and_nonsense_is_refused() {
    let mut desk = Desk::open();
    for name in
        ["a.b", "\"] = 1\n[[task]]\nid", "__proto__", "..", "'''", "=1+1", "<b>ы</b>", "#", "]", "Ёж 1"]
    {
        let page = desk.see();
        let empty = filled_in(&page).into_iter().rfind(|(name, _)| name.ends_with(']'));
        let (entry, _) = empty.expect("an empty entry");
        let typed = [(entry.as_str(), name), (&format!("{entry}.transition"), "yes")];
        let saved = desk.send(&page, &typed, "save");
        assert!(!saved.answer.body.contains("<b>ы"), "{name}");
        assert!([303, 422].contains(&saved.answer.status), "{name}: {}", saved.text());
        let table: toml::Table = desk.file().parse().unwrap_or_else(|error| panic!("{name}: {error}"));
        let tasks = table["task"].as_array().expect("tasks");
        assert_eq!(tasks.len(), 2, "{name}");
        let own = tasks[1]["settings"]["regions"].get(name).map(|entry| entry["transition"].as_bool());
        assert_eq!(own, (saved.answer.status == 303).then_some(Some(true)), "{name}");
    }
    let (page, many) = (desk.see(), "x.".repeat(200));
    for (name, value) in [
        ("s.regions[]", "x"),
        ("s.regions[99999999999999999999]", "x"),
        ("s.regions[-1]", "x"),
        ("s.regions", "29"),
        ("s.regions[0]", ""),
        ("s.regions[0][0].transition", "yes"),
        ("s.regions[0].", "yes"),
        ("s.regions[0].zzz", "yes"),
        ("s.regions[0]:out", "\u{0}"),
        ("s.regions[0].transition", "\u{0}"),
        ("s.regions[1]", &many),
        ("version", "\u{0}"),
        ("answer", "zzz"),
    ] {
        for answer in ["look", "more", "edit"] {
            let told = desk.send(&page, &[(name, value)], answer);
            assert!(told.answer.status < 500, "{name} = {value}: {}", told.text());
        }
    }
    let step = crate::cabinet_records::step_of(&page);
    for body in [
        "answer=save",
        "answer=look&s.regions%5B0%5D",
        "answer=save&s.regions%5B0%5D=%FF%FE",
        "%",
        "answer=more",
    ] {
        let url = desk.url.clone();
        let told = desk.browser.ask("POST", &url, &format!("step={step}&{body}"));
        assert!(told.answer.status < 500, "{body}: {}", told.text());
    }
    assert_eq!(desk.see().answer.status, 200);
}
