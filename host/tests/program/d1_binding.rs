//! D1, D15: the binding is a dialogue; every choice in it is explicit, and a browser that strays is told how to go on.

use exchange_stand::http;

use crate::process::Ended;
use crate::world::{ADMINISTRATOR, ORGANISATION, TASK, World, allow, option};

#[test]
fn d1_the_choice_is_explicit_and_the_name_is_typed() {
    let world = World::empty();
    world.run(&["check", "school57"]).with(1).says("не связана");
    let mut talk = world.start(&["bind", TASK]);
    let page = allow(&talk.address(), ADMINISTRATOR);
    assert_eq!((page.status, page.title.as_str()), (200, "Готово, вернитесь в окно программы"));
    let choice = talk.question("номер");
    assert!(choice.contains("Школа № 58"), "both schools are offered:\n{choice}");
    assert!(choice.contains(&format!("{}/organizations/", world.stand.url())), "with their pages:\n{choice}");
    talk.say("3");
    talk.question("номер");
    talk.say("");
    talk.question("номер");
    talk.say(&option(&choice, ORGANISATION));
    let confirm = talk.question("Название организации");
    assert!(confirm.contains("Отменить это школа не сможет"), "{confirm}");
    talk.say("Школа № 58 (вымышленная)");
    let again = talk.question("Название организации");
    assert!(again.contains("Название не совпало"), "{again}");
    talk.say("школа № 57 (Вымышленная)");
    talk.end().with(0).says("Школа связана с организацией");
    world.run(&["check", "school57"]).with(0);
}

#[test]
fn d1_the_region_unbinds_after_typing_the_schools_name() {
    let world = World::bound();
    let unbind =
        |name: &str| world.run(&["unbind", TASK, "--reason", "выбрана другая школа", "--confirm", name]);
    unbind("Школа № 58").with(2);
    world.run(&["check", "school57"]).with(0);
    unbind(ORGANISATION).with(0);
    world.run(&["check", "school57"]).with(1).says("не связана");
    unbind(ORGANISATION).with(2);
}

#[test]
fn d1_without_a_binding_nothing_is_sent() {
    let world = World::empty();
    world.import("exports/records", &[]).with(0);
    world.forget_requests();
    let Ended { code, err, out } = world.run(&["run", TASK]);
    assert_eq!(code, Some(1), "{out}{err}");
    assert!(format!("{out}{err}").contains("не связана"), "{out}{err}");
    assert!(world.writes().is_empty());
}

fn page(address: &str) -> http::Answer {
    let url = http::local(address).expect("an address of this computer");
    http::send("GET", &url, &[], "").expect("the program answers")
}

#[test]
fn d15_late_and_foreign_returns_change_nothing_and_say_what_to_do() {
    let world = World::empty();
    let mut talk = world.start(&["bind", TASK]);
    let consent = talk.address();
    let query = url::Url::parse(&consent).expect("an address");
    let callback =
        query.query_pairs().find(|(name, _)| name == "redirect_uri").expect("where to come back").1;
    let foreign = page(&format!("{callback}?code=abc&state=somebody-elses"));
    assert_eq!(foreign.status, 400);
    assert!(foreign.body.contains("Это другая попытка входа"), "{}", foreign.body);
    let forged = page(&format!("{callback}?code=abc"));
    assert!(forged.body.contains("Это другая попытка входа"), "{}", forged.body);
    let returned = allow(&consent, ADMINISTRATOR);
    let choice = talk.question("номер");
    let late = page(returned.address.as_str());
    assert_eq!(late.status, 400);
    assert!(late.body.contains("Этот вход уже обработан"), "{}", late.body);
    let elsewhere = page(&callback.replace("/callback", "/favicon.ico"));
    assert!(elsewhere.body.contains("Здесь ничего нет"), "{}", elsewhere.body);
    talk.say(&option(&choice, ORGANISATION));
    talk.question("Название организации");
    talk.say(ORGANISATION);
    talk.end().with(0);
}

#[test]
fn d15_nobody_comes_back() {
    let world = World::empty();
    let ended = world.run(&["bind", TASK, "--wait", "1s"]).with(4);
    ended.complains("из браузера никто не вернулся").complains("exchange bind");
    world.run(&["bind", TASK, "--wait", "soon"]).with(2);
}
