//! What those who are told of a school's events wish for, in the browser, with the program as it is run, and the school's
//! file afterwards.

use exchange_stand::smtp::{self, Post, Security};
use url::Url;

use crate::browser::{Browser, Page};
use crate::cabinet::at;
use crate::cabinet_records::step_of;
use crate::cabinet_settings::says_the_same;
use crate::cabinet_tables::{filled_in, is_labelled, send};
use crate::d1_browser::{Served, serve};
use crate::world::World;

const NOTIFY: &str = "/~school/school57/~notify";

const RECIPIENTS: &str = "
# Who is told.
[[notify]]
mail = \"director@school.example\" # the director
on = [\"failed\", \"waiting\"] # not all
quiet = \"22:00-07:00\" # nights

# Another program.
[[notify]]
webhook = \"portal\"
";

const WAYS: &str = "
[notify.mail]
server = \"localhost\"
from = \"Exchange <exchange@school.example>\"
[notify.webhook.portal]
upstream = \"dnevnik\"
path = \"/hook\"
key = \"hook-key\"
";

/// Gives the school somebody who is told by mail, and a program that is told.
pub(crate) fn add_recipients(world: &World) {
    for (file, more) in [("schools/school57.toml", RECIPIENTS), ("exchange.toml", WAYS)] {
        let before = std::fs::read_to_string(world.path(file)).expect("the file");
        world.write(file, &(before + more));
    }
}

struct Desk {
    _served: Served,
    world: World,
    browser: Browser,
    origin: String,
}

impl Desk {
    fn open() -> Self {
        Self::with(|_| ())
    }

    fn with(prepare: impl FnOnce(&World)) -> Self {
        let world = World::empty();
        add_recipients(&world);
        prepare(&world);
        let served = serve(&world);
        let (browser, origin) = at(&world, "olga", "school-administrator", Some("school57"));
        Self { _served: served, world, browser, origin }
    }

    fn url(&self, query: &str) -> Url {
        format!("{}{NOTIFY}{query}", self.origin).parse().expect("an address")
    }

    fn see(&mut self, query: &str) -> Page {
        self.browser.ask("GET", &self.url(query), "")
    }

    #[track_caller]
    fn send(&mut self, page: &Page, values: &[(&str, &str)], answer: &str) -> Page {
        send(&mut self.browser, page, values, answer)
    }

    fn file(&self) -> String {
        self.world.school_file()
    }

    fn audited(&self) -> Vec<String> {
        let own = self.world.audit().into_iter().filter(|entry| entry.what.starts_with("notify-"));
        own.map(|entry| format!("{} {}: {}", entry.who, entry.what, entry.about)).collect()
    }
}

#[track_caller]
fn leads_to(page: &Page, end: &str) {
    let to = page.answer.header("location");
    assert!(page.answer.status == 303 && to.is_some_and(|to| to.ends_with(end)), "{}", page.text());
}

#[test]
fn wishes_are_changed_and_comments_stay() {
    let mut desk = Desk::open();
    let page = desk.see("");
    let page = desk.browser.click(&page, "Изменить");
    assert_eq!(page.shown(), "200 О чём и когда сообщать", "{}", page.text());
    is_labelled(&page);
    for said in ["director@school.example", "Часы покоя", "отправка не удалась"] {
        assert!(page.text().contains(said), "no «{said}» in\n{}", page.text());
    }
    let sent = filled_in(&page);
    let on: Vec<&str> = sent.iter().filter(|(name, _)| name == "s.on").map(|(_, value)| &**value).collect();
    assert_eq!(on, ["waiting", "failed"], "as they stand in the form");
    let same = desk.send(&page, &[], "look");
    leads_to(&same, "?told=same");
    let before = desk.file();
    let wished = [
        ("s.on", "failed"),
        ("s.on", "certificate"),
        ("s.tasks", "dnevnik"),
        ("s.language", "en"),
        ("s.quiet", "21:00-08:00"),
        ("s.digest", "08:30"),
        ("s.gather", "15m"),
    ];
    let change = desk.send(&page, &wished, "look");
    assert_eq!(change.shown(), "200 Что изменится", "{}", change.text());
    for said in ["Часы покоя", "21:00-08:00", "английский", "15 минут", "Контингент → Дневник.ру"]
    {
        assert!(change.text().contains(said), "no «{said}» in\n{}", change.text());
    }
    assert_eq!(desk.file(), before, "nothing is written yet");
    let edited = desk.send(&change, &[], "edit");
    assert!(filled_in(&edited).contains(&("s.digest".to_owned(), "08:30".to_owned())), "{}", edited.text());
    for _ in 0..2 {
        let saved = desk.send(&change, &[], "save");
        leads_to(&saved, "?told=done");
    }
    let expected = before.replace("\"failed\", \"waiting\"]", "\"failed\", \"certificate\"]").replace(
        "quiet = \"22:00-07:00\" # nights\n",
        "quiet = \"21:00-08:00\" # nights\ndigest = \"08:30\"\ngather = \"15m\"\nlanguage = \"en\"\ntasks = [\"dnevnik\"]\n",
    );
    assert_eq!(desk.file(), expected);
    let what = "olga notify-change: digest, gather, language, on, quiet, tasks";
    assert_eq!(desk.audited(), [what]);
    desk.world.run(&["audit", "school57"]).with(0).says("изменено, о чём и когда сообщать");
    let told = desk.see("?told=done");
    for said in [
        "раз в день, в 08:30",
        "с 21:00 до 08:00",
        "только задачи: dnevnik",
        "15 минут",
        "язык: английский",
        "Записано",
    ] {
        assert!(told.text().contains(said), "no «{said}» in\n{}", told.text());
    }
    // What is taken out is not in the file any more, and everything is told again.
    let page = desk.see("?entry=1");
    let nothing = [("s.on", ""), ("s.tasks", ""), ("s.digest", ""), ("s.gather", ""), ("s.language", "")];
    let saved = desk.send(&page, &nothing, "save");
    leads_to(&saved, "?told=done");
    let expected = before.replace("on = [\"failed\", \"waiting\"] # not all\n", "");
    assert_eq!(desk.file(), expected.replace("22:00-07:00", "21:00-08:00"));
}

#[test]
fn what_goes_to_another_program_never_waits() {
    let mut desk = Desk::open();
    let page = desk.see("?entry=2");
    assert!(page.text().contains("portal") && page.text().contains("в другую программу"), "{}", page.text());
    assert!(page.answer.body.contains("s.language") && !page.answer.body.contains("s.quiet"));
    let before = desk.file();
    let saved = desk.send(
        &page,
        &[("s.on", "failed"), ("s.quiet", "22:00-07:00"), ("s.mail", "x@y.example")],
        "save",
    );
    leads_to(&saved, "?told=done");
    assert_eq!(desk.file(), before.replace("\"portal\"\n", "\"portal\"\non = [\"failed\"]\n"));
}

#[test]
fn what_is_wrong_stands_beside_its_field_as_the_command_line_says_it() {
    let mut desk = Desk::open();
    let before = desk.file();
    let page = desk.see("?entry=1");
    let rows = [
        ("s.quiet", "22:00-22:00", "Это не часы покоя"),
        ("s.quiet", "по ночам", "Это не часы покоя"),
        ("s.quiet", "22:00\u{0}-07:00", "невидимые знаки"),
        ("s.digest", "\"><script>alert(1)</script>", "Это не время дня"),
        ("s.gather", "сутки", "Значение не подходит"),
        ("s.language", "xx", "Значение не подходит"),
    ];
    for (name, value, said) in rows {
        for answer in ["look", "save"] {
            let wrong = desk.send(&page, &[(name, value)], answer);
            assert_eq!(wrong.answer.status, 422, "{value}: {}", wrong.text());
            let field = wrong.answer.body.split(&format!("id=\"{name}-hint\">")).nth(1).expect("the field");
            let field = field.split("</div>").next().expect("an end");
            assert!(field.contains(said), "no «{said}» in\n{}", wrong.text());
            assert!(!wrong.answer.body.contains("<script"), "{value}");
            is_labelled(&wrong);
        }
    }
    // Words that the form does not have are not taken.
    leads_to(
        &desk.send(&page, &[("s.on", "zzz"), ("s.on", "failed"), ("s.on", "waiting")], "look"),
        "?told=same",
    );
    assert_eq!(desk.file(), before);
    let wrong = desk.send(&page, &[("s.digest", "25:00")], "look");
    desk.world
        .write("schools/school57.toml", &before.replace("# nights\n", "# nights\ndigest = \"25:00\"\n"));
    let told = desk.world.run(&["check", "school57"]).with(2);
    says_the_same(&wrong, &told);
}

#[test]
fn who_is_not_there_has_no_form_and_a_file_that_changed_is_not_written_over() {
    let mut desk = Desk::open();
    for entry in ["0", "3", "x", "-1", "99999999999999999999", "%00"] {
        assert_eq!(desk.see(&format!("?entry={entry}")).answer.status, 404, "{entry}");
    }
    let page = desk.see("?entry=1");
    assert_eq!(desk.send(&page, &[("entry", "7")], "save").answer.status, 404);
    assert_eq!(desk.send(&page, &[], "zzz").answer.status, 403);
    desk.world.change_school("# Who is told.", "# By hand.");
    let before = desk.file();
    for answer in ["look", "save"] {
        let late = desk.send(&page, &[("s.digest", "08:00")], answer);
        assert_eq!(late.answer.status, 409, "{answer}: {}", late.text());
        assert!(late.answer.body.contains("value=\"08:00\""), "what was filled in stays");
    }
    assert_eq!(desk.file(), before);
    desk.world.write("schools/school57.toml", "name = [");
    assert_eq!(desk.see("?entry=1").shown(), "409 Файл школы сейчас с ошибкой");
}

#[test]
fn who_only_looks_changes_no_wishes() {
    let desk = Desk::open();
    let before = desk.file();
    let (mut vera, _) = at(&desk.world, "vera", "school-viewer", Some("school57"));
    let list = vera.ask("GET", &desk.url(""), "");
    assert!(list.link("Изменить").is_none(), "{}", list.text());
    let page = vera.ask("GET", &desk.url("?entry=1"), "");
    assert!(page.answer.body.contains("<fieldset class=\"plain\" disabled>"), "{}", page.text());
    for answer in ["look", "save", "edit"] {
        let refused = send(&mut vera, &page, &[("s.digest", "08:00")], answer);
        assert_eq!(refused.shown(), "403 Вы можете только смотреть", "{answer}");
    }
    assert_eq!(desk.file(), before);
    assert!(desk.audited().is_empty());
}

#[test]
fn an_address_that_is_none_stays_in_its_field() {
    let mut desk = Desk::open();
    let page = desk.see("");
    let body = format!("step={}&mail=director%40&on=all", step_of(&page));
    let url = desk.url("");
    let wrong = desk.browser.ask("POST", &url, &body);
    assert_eq!(wrong.answer.status, 422, "{}", wrong.text());
    assert!(wrong.text().contains("Это не адрес электронной почты"), "{}", wrong.text());
    assert!(wrong.answer.body.contains("value=\"director@\""), "{}", wrong.answer.body);
    assert!(wrong.answer.body.contains("<option value=\"all\" selected>"), "{}", wrong.answer.body);
}

#[test]
fn a_trial_goes_to_one_address_once_a_minute() {
    let post = Post::spawn(smtp::Options { security: Security::StartTls, ..smtp::Options::default() });
    let post = post.expect("it starts");
    let port = post.addr().port();
    let mut desk = Desk::with(|world| {
        world.write("ca.pem", smtp::CA);
        let host = std::fs::read_to_string(world.path("exchange.toml")).expect("the file");
        let server = format!("server = \"localhost\"\nport = {port}\nca = \"ca.pem\"\n");
        world.write("exchange.toml", &host.replace("server = \"localhost\"\n", &server));
    });
    let page = desk.see("?entry=1");
    assert!(page.text().contains("Отправить пробное"), "{}", page.text());
    leads_to(&desk.send(&page, &[], "trial"), "?told=taken");
    leads_to(&desk.send(&page, &[], "trial"), "?told=soon");
    let kept = post.kept();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].to, ["director@school.example"]);
    assert!(desk.see("?told=taken").text().contains("Пробное письмо отправлено"));
    let webhook = desk.see("?entry=2");
    assert!(!webhook.text().contains("Отправить пробное"), "{}", webhook.text());
    assert_eq!(desk.send(&webhook, &[], "trial").answer.status, 404);
    assert_eq!(desk.audited(), ["olga notify-trial: "]);
}

#[test]
fn a_trial_that_does_not_go_is_told_so() {
    let mut desk = Desk::open();
    let page = desk.see("?entry=1");
    leads_to(&desk.send(&page, &[], "trial"), "?told=later");
    let (mut vera, _) = at(&desk.world, "vera", "school-viewer", Some("school57"));
    let seen = vera.ask("GET", &desk.url("?entry=1"), "");
    assert!(!seen.text().contains("Отправить пробное"), "{}", seen.text());
    assert_eq!(send(&mut vera, &seen, &[], "trial").answer.status, 403);
}
