//! E1–E8: people link their accounts in a browser, by both ways, and each is told what is in the way.

use serde_json::json;

use crate::browser::{Browser, Page};
use exchange_stand::crowd::{Pace, Visitor, Walk, walk_all};

use crate::linking::{PASSWORD, PORTAL_PASSWORD, World};

#[test]
fn e1_who_is_found_by_name_and_snils_is_linked_and_led_to_the_diary() {
    let Some(world) = World::start() else { return };
    let mut browser = Browser::default();
    let offered = browser.open(&world.link("usual"));
    assert_eq!(offered.shown(), "200 Связать Дневник.ру с Госуслугами");
    let first = browser.send(&offered, &[]);
    assert!(first.text().contains("под учётной записью ребёнка"), "{}", first.text());
    let help = first.link("справка Госуслуг").expect("a link to the help");
    assert!(help.as_str().starts_with(&world.esia.url()), "{help}");
    let portal = browser.send(&first, &[("choice", "esia")]);
    assert_eq!(portal.heading(), "Вход", "{}", portal.text());
    let done = world.at_portal(&mut browser, &portal, "child", true);
    assert_eq!(done.shown(), "200 Готово", "{}\n{}", done.text(), world.log());
    assert!(done.text().contains("Учётная запись ученика в Дневник.ру связана"), "{}", done.text());
    let to = done.link("Перейти в Дневник.ру").expect("a link");
    assert_eq!(to.as_str(), format!("{}/", world.diary.url()));
    assert_eq!(world.links(), ["1 dialogue"]);
    assert_eq!(world.ledger("usual"), ["pupil:p1 Confirmed Created"]);
    assert_eq!(world.journal("usual"), ["create-links Some(200)"]);
    assert_eq!(world.audit(), ["web dialogue link: done"]);
    // A run sees the same, and has nothing to do.
    let run: serde_json::Value = world.run("", &["run", "s/usual", "--json"]).json();
    assert_eq!((&run["counts"]["unchanged"], &run["counts"]["adopted"]), (&json!(1), &json!(0)), "{run:#}");
    let again = world.way_a(&mut Browser::default(), "usual", "child");
    assert!(again.text().contains("уже связана с Госуслугами"), "{}", again.text());
    assert_eq!(world.links(), ["1 dialogue"]);
}

#[test]
fn e1_who_is_not_found_proves_the_account_by_its_password() {
    let Some(world) = World::start() else { return };
    let mut browser = Browser::default();
    let asked = world.way_a(&mut browser, "usual", "teenager");
    assert_eq!(asked.shown(), "200 Логин и пароль Дневник.ру");
    assert!(asked.link("Восстановите доступ").is_some(), "{}", asked.text());
    let wrong = world.at_diary(&mut browser, &asked, "user2", "не тот");
    assert!(wrong.text().contains("Осталось попыток: 2"), "{}", wrong.text());
    let done = world.at_diary(&mut browser, &wrong, "user2", PASSWORD);
    assert_eq!(
        (done.shown().as_str(), world.links()),
        ("200 Готово", vec!["2 dialogue".to_owned()]),
        "{}",
        done.text()
    );
    assert_eq!(world.ledger("usual"), ["pupil:p2 Confirmed Created"]);
}

#[test]
fn e1_three_wrong_passwords_and_then_none_until_it_has_cooled_down() {
    let Some(world) = World::start() else { return };
    let mut browser = Browser::default();
    let mut page = world.way_a(&mut browser, "usual", "teenager");
    for _ in 0..3 {
        page = world.at_diary(&mut browser, &page, "user2", "не тот");
    }
    assert!(page.shown().contains("Слишком много неверных паролей"), "{}", page.text());
    let mut another = Browser::default();
    let asked = world.way_a(&mut another, "usual", "teenager");
    let page = world.at_diary(&mut another, &asked, " USER2 ", PASSWORD);
    assert_eq!(page.shown(), "200 Слишком много неверных паролей");
    assert!(page.link("Начать сначала").is_some() && world.links().is_empty());
    let tried = |login: &str| world.log().contains(login);
    assert!(!tried("user2") && !tried("USER2"), "a login stands in the log");
}

#[test]
fn e1_two_at_once_are_not_mixed_up() {
    let Some(world) = World::start() else { return };
    let mut browsers = [Browser::default(), Browser::default()];
    let people = ["child", "parent"];
    let portals: Vec<Page> = browsers
        .iter_mut()
        .map(|browser| {
            let first = world.begin(browser, "usual");
            browser.send(&first, &[("choice", "esia")])
        })
        .collect();
    // Both sign in, and come back the other way round: what one has captured is out of the other's reach.
    for at in [1, 0] {
        let done = world.at_portal(&mut browsers[at], &portals[at], people[at], true);
        assert_eq!(done.shown(), "200 Готово", "{}", done.text());
    }
    let mut links = world.links();
    links.sort();
    assert_eq!(links, ["1 dialogue", "3 dialogue"]);
    let told: serde_json::Value = world.run("", &["links", "s/usual", "--json"]).with(0).json();
    assert_eq!(told["callback"], format!("{}/callback", world.address));
    assert_eq!(told["addresses"][0]["address"], world.link("usual"));
    world.run("", &["links"]).with(0).says("/s/transition/link").says("/callback");
}

#[test]
fn e1_a_class_that_links_at_once_is_linked_each_to_their_own() {
    let Some(world) = World::start() else { return };
    const CLASS: u64 = 24;
    world.add_class(CLASS);
    let link = |n: u64| {
        let done = world.way_a(&mut Browser::default(), "usual", &format!("pupil{n}"));
        assert_eq!(done.shown(), "200 Готово", "{}", done.text());
        // Only whose own number it is linked with is told so.
        let again = world.way_a(&mut Browser::default(), "usual", &format!("pupil{n}"));
        assert!(again.text().contains("уже связана с Госуслугами"), "{}", again.text());
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (1..=CLASS).map(|n| scope.spawn(move || link(n))).collect();
        threads.into_iter().for_each(|thread| thread.join().expect("linked"));
    });
    let of_person = |n: u64| format!("{} dialogue", 1_000 + n);
    let (mut links, mut expected) = (world.links(), (1..=CLASS).map(of_person).collect::<Vec<_>>());
    links.sort();
    expected.sort();
    assert_eq!(links, expected);
    assert_eq!((world.ledger("usual").len(), world.journal("usual").len()), (CLASS as usize, CLASS as usize));
}

/// Everybody has a namesake with another СНИЛС; each comes from an address of their own, through a proxy that we trust.
#[test]
fn e1_two_hundred_at_once_are_linked_each_to_their_own_and_nothing_of_them_is_kept() {
    const CROWD: u64 = 200;
    let Some(world) = World::start_with("proxies = [\"127.0.0.1\"]") else { return };
    world.add_namesakes(CROWD);
    let visitor = |n: u64| Visitor {
        address: world.link("usual"),
        login: format!("pupil{n}"),
        password: PORTAL_PASSWORD.to_owned(),
        choice: "esia".to_owned(),
        client: [10, 0, u8::try_from(n / 256).expect("few"), u8::try_from(n % 256).expect("a byte")].into(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let walk =
        || runtime.block_on(walk_all((1..=CROWD).map(visitor).collect(), Pace::default())).expect("all walk");
    let told = |text: &str, walks: Vec<Walk>| {
        let others: Vec<String> =
            walks.into_iter().filter(|walk| !walk.said.contains(text)).map(|walk| walk.said).collect();
        assert!(others.is_empty(), "{}: {others:#?}", others.len());
    };
    told("Теперь можно входить через Госуслуги", walk());
    let of_person = |n: u64| format!("{} dialogue", 1_000 + n);
    let (mut links, mut expected) = (world.links(), (1..=CROWD).map(of_person).collect::<Vec<_>>());
    links.sort();
    expected.sort();
    assert_eq!(links, expected);
    // Only whose own number it is linked with is told so.
    told("уже связана с Госуслугами", walk());
    assert_eq!(world.links().len(), expected.len(), "nobody is linked twice");
    assert_eq!(world.number("exchange_dialogues_open"), Some(0.0), "what they captured is dropped");
}

#[test]
fn e2_a_refused_consent_links_nothing_and_says_why() {
    let Some(world) = World::start() else { return };
    let mut browser = Browser::default();
    let first = world.begin(&mut browser, "usual");
    let portal = browser.send(&first, &[("choice", "esia")]);
    let page = world.at_portal(&mut browser, &portal, "child", false);
    assert_eq!(page.shown(), "200 Вы не дали согласие: без него войти через Госуслуги нельзя");
    assert!(page.text().contains("Согласие нужно, чтобы сверить ФИО и СНИЛС") && world.links().is_empty());
    let offered = browser.click(&page, "Начать сначала");
    assert_eq!(offered.shown(), "200 Связать Дневник.ру с Госуслугами");
}

/// Signs in at the diary first.
fn way_b(world: &World, browser: &mut Browser, login: &str) -> Page {
    let first = world.begin(browser, "transition");
    let asked = browser.send(&first, &[("choice", "diary")]);
    world.at_diary(browser, &asked, login, PASSWORD)
}

#[test]
fn e3_after_an_ordinary_sign_in_one_links_or_skips() {
    let Some(world) = World::start() else { return };
    let mut browser = Browser::default();
    let offer = way_b(&world, &mut browser, "user3");
    assert_eq!(offer.shown(), "200 Связать с Госуслугами?", "{}", offer.text());
    let skipped = browser.send(&offer, &[("choice", "skip")]);
    assert!(skipped.text().contains("Ничего не связано") && world.links().is_empty(), "{}", skipped.text());
    assert!(skipped.link("Перейти в Дневник.ру").is_some());
    let mut browser = Browser::default();
    let offer = way_b(&world, &mut browser, "user3");
    let portal = browser.send(&offer, &[("choice", "link")]);
    let done = world.at_portal(&mut browser, &portal, "parent", true);
    assert!(done.text().contains("родителя"), "{}", done.text());
    assert_eq!(
        (world.links(), world.ledger("transition")),
        (vec!["3 dialogue".into()], vec!["guardian:g1 Confirmed Created".into()])
    );
}

#[test]
fn e4_where_the_region_has_no_such_way_that_is_said() {
    let Some(world) = World::start() else { return };
    let page = world.begin(&mut Browser::default(), "none");
    assert_eq!(page.shown(), "200 В вашем регионе вход в Дневник.ру через Госуслуги не предусмотрен");
    let usual = world.begin(&mut Browser::default(), "usual");
    assert!(!usual.text().contains("Войти с логином и паролем Дневник.ру"), "only in the transition period");
}

#[test]
fn e6_a_parent_s_account_for_a_child_s_and_the_reverse() {
    let Some(world) = World::start() else { return };
    let mut browser = Browser::default();
    let offer = way_b(&world, &mut browser, "user1");
    let portal = browser.send(&offer, &[("choice", "link")]);
    let page = world.at_portal(&mut browser, &portal, "parent", true);
    assert_eq!(page.shown(), "200 Вы вошли под учётной записью взрослого, а связываете запись ребёнка");
    assert!(page.link("справка Госуслуг").is_some(), "how a parent makes a child's account");
    let mut browser = Browser::default();
    let offer = way_b(&world, &mut browser, "user3");
    let portal = browser.send(&offer, &[("choice", "link")]);
    let page = world.at_portal(&mut browser, &portal, "child", true);
    assert_eq!(page.shown(), "200 Вы вошли под учётной записью ребёнка, а связываете запись взрослого");
    assert!(world.links().is_empty());
}

#[test]
fn e8_nobody_is_linked_by_name_alone() {
    let Some(world) = World::start() else { return };
    let page = world.way_a(&mut Browser::default(), "usual", "signature");
    assert_eq!(page.shown(), "200 Логин и пароль Дневник.ру", "the diary has no СНИЛС of this person");
    assert!(world.links().is_empty());
}

/// What a person meets: login at Госуслуги, task, login at the diary where it is asked, what goes wrong there.
struct Case {
    persona: &'static str,
    task: &'static str,
    diary: &'static str,
    fault: Option<(&'static str, &'static str, serde_json::Value)>,
    /// Only the first write is struck.
    once: bool,
}

fn case(persona: &'static str, task: &'static str, diary: &'static str) -> Case {
    Case { persona, task, diary, fault: None, once: false }
}

fn but(system: &'static str, template: &'static str, effect: serde_json::Value) -> Case {
    Case { fault: Some((system, template, effect)), ..case("child", "usual", "user1") }
}

fn first(system: &'static str, template: &'static str, effect: serde_json::Value) -> Case {
    Case { once: true, ..but(system, template, effect) }
}

fn cases() -> Vec<Case> {
    let te = "/aas/oauth2/v3/te";
    let person = "/rs/prns/{oid}";
    let (lookup, links) = ("/linking/v1/schools/{school}/lookup", "/linking/v1/schools/{school}/links");
    let wrong = |wrong: &str| json!({"kind": "wrongToken", "wrong": wrong});
    let status = |status: u16| json!({"kind": "status", "status": status});
    let usual = [
        "child",
        "teenager",
        "parent",
        "confirmed",
        "nopatronymic",
        "uppercase",
        "simplified",
        "standard",
        "nosnils",
        "signature",
        "deleted",
    ];
    let diary = |persona: &str| match persona {
        "child" => "user1",
        "teenager" => "user2",
        "parent" => "user3",
        "confirmed" => "user4",
        "signature" => "user10",
        _ => "user9",
    };
    let mut cases: Vec<Case> = usual.iter().map(|persona| case(persona, "usual", diary(persona))).collect();
    cases.extend(
        ["child", "teenager", "uppercase", "standard"].map(|persona| case(persona, "strict", diary(persona))),
    );
    cases.extend(
        ["child", "teenager", "parent", "signature"]
            .map(|persona| case(persona, "transition", diary(persona))),
    );
    cases.push(case("parent", "transition", "user1"));
    cases.push(case("child", "none", ""));
    cases.extend([
        but("esia", te, status(503)),
        but("esia", te, json!({"kind": "htmlPage"})),
        but("esia", te, json!({"kind": "otherState"})),
        but("esia", te, json!({"kind": "refusal", "code": "ESIA-007011"})),
        but("esia", te, json!({"kind": "refusal", "code": "ESIA-007053"})),
        but("esia", "/aas/oauth2/v2/ac", json!({"kind": "refusal", "code": "ESIA-007055"})),
        but("esia", "/aas/oauth2/v2/ac", json!({"kind": "refusal", "code": "ESIA-007008"})),
        but("esia", person, status(500)),
        but("esia", person, json!({"kind": "truncatedJson"})),
        but("diary", lookup, status(500)),
        but("diary", lookup, json!({"kind": "htmlPage"})),
        but("diary", links, json!({"kind": "loseAnswer"})),
        first("diary", links, json!({"kind": "loseAnswer"})),
        first("diary", links, json!({"kind": "status", "status": 503})),
    ]);
    let tokens = [
        "expired",
        "notYetValid",
        "otherIssuer",
        "otherAudience",
        "otherPerson",
        "foreignKey",
        "brokenSignature",
        "unsigned",
        "otherAlgorithm",
    ];
    cases.extend(tokens.map(|kind| but("esia", te, wrong(kind))));
    cases
}

/// The way through Госуслуги, or through the diary in the transition period.
fn walk(world: &World, case: &Case) -> Page {
    let mut browser = Browser::default();
    let first = world.begin(&mut browser, case.task);
    let page = match case.task {
        "none" => return first,
        "transition" => {
            let asked = browser.send(&first, &[("choice", "diary")]);
            let offer = world.at_diary(&mut browser, &asked, case.diary, PASSWORD);
            if !offer.answer.body.contains("value=\"link\"") {
                return offer;
            }
            browser.send(&offer, &[("choice", "link")])
        }
        _ => browser.send(&first, &[("choice", "esia")]),
    };
    let page = world.at_portal(&mut browser, &page, case.persona, true);
    match page.heading() == "Логин и пароль Дневник.ру" {
        true => world.at_diary(&mut browser, &page, case.diary, PASSWORD),
        false => page,
    }
}

#[test]
fn e5_persona_way_region_and_fault_to_page_ledger_and_journal() {
    let Some(world) = World::start() else { return };
    let mut table = Vec::new();
    for case in cases() {
        let before = (world.links(), world.journal(case.task).len(), world.ledger(case.task));
        if let Some((system, template, effect)) = &case.fault {
            let strikes = match case.once {
                true => json!({"template": template, "method": "POST", "times": 1}),
                false => json!({"template": template}),
            };
            let faults = json!({"faults": [{"match": strikes, "effect": effect}]});
            match *system {
                "esia" => world.post_portal("faults", &faults),
                _ => world.post_diary("faults", &faults),
            }
        }
        let page = walk(&world, &case);
        world.post_portal("faults", &json!({"faults": []}));
        world.post_diary("faults", &json!({"faults": []}));
        let fault = case.fault.as_ref().map_or_else(String::new, |(system, template, effect)| {
            let once = if case.once { " once" } else { "" };
            format!(" [{system} {}{once} {effect}]", template.rsplit('/').next().unwrap_or_default())
        });
        let links: Vec<String> = world.links().into_iter().filter(|link| !before.0.contains(link)).collect();
        let journal = world.journal(case.task);
        let fresh = journal.len() - before.1;
        let written: Vec<&String> = journal.iter().take(fresh).collect();
        let mut ledger = world.ledger(case.task);
        ledger.retain(|entry| !before.2.contains(entry));
        let second = page
            .text()
            .lines()
            .skip(1)
            .find(|line| {
                page.heading().trim_start_matches(['✓', '!', ' ']) != *line && !line.contains(&page.heading())
            })
            .unwrap_or_default()
            .to_owned();
        table.push(format!(
            "{} {} {}{fault}\n  {} | {second}\n  links {links:?}, written {written:?}, ledger {ledger:?}",
            case.persona,
            case.task,
            case.diary,
            page.shown()
        ));
        // The next one finds nobody linked.
        world.unlink_all();
    }
    insta::assert_snapshot!(table.join("\n"));
}
