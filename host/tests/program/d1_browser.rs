//! D1, D15: a school is bound in the browser of its administrator, at an address that serves once.

use std::fs::File;
use std::path::Path;
use std::process::{Child, Stdio};

use serde_json::Value;

use crate::browser::{Browser, Page};
use crate::process;
use crate::served::until;
use crate::world::{ADMINISTRATOR, ORGANISATION, TASK, World};

/// The server under way. Killed when the test ends.
pub(crate) struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn log(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("serve.log")).unwrap_or_default()
}

pub(crate) fn serve(world: &World) -> Served {
    serve_in(&world.path(""))
}

/// Serves browsers in this folder, at a port that is free.
pub(crate) fn serve_in(folder: &Path) -> Served {
    serve_with(folder, "")
}

/// The same with these lines in `[web]`.
pub(crate) fn serve_with(folder: &Path, more: &str) -> Served {
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a port")
        .port();
    let host = std::fs::read_to_string(folder.join("exchange.toml")).expect("the host's file");
    let web =
        format!("[web]\nlisten = \"127.0.0.1:{port}\"\naddress = \"http://127.0.0.1:{port}\"\n{more}\n");
    std::fs::write(folder.join("exchange.toml"), host + &web).expect("it is written");
    start(folder)
}

/// Serves browsers in this folder, at the address of its file.
pub(crate) fn start(folder: &Path) -> Served {
    let mut command = process::exchange(folder);
    let file = File::create(folder.join("serve.log")).expect("a file");
    command.args(["serve", "--json"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(file);
    let served = Served(command.spawn().expect("it starts"));
    until("it serves", || log(folder).contains("\"serving\""));
    served
}

pub(crate) fn invited(world: &World) -> String {
    let told: Value = world.run(&["bind", TASK, "--browser", "--json"]).with(0).json();
    told["address"].as_str().expect("an address").to_owned()
}

/// Signs in at the diary and allows.
fn allow(browser: &mut Browser, page: &Page) -> Page {
    let password = invented_school::StandOptions::default().password;
    let page = browser.send(page, &[("login", ADMINISTRATOR), ("password", &password)]);
    browser.send(&page, &[("is_granted", "true")])
}

#[test]
fn d1_a_school_is_bound_in_a_browser_at_an_address_that_serves_once() {
    let world = World::empty();
    let _served = serve(&world);
    let address = invited(&world);
    let mut browser = Browser::default();
    for _ in 0..2 {
        assert_eq!(browser.open(&address).shown(), "200 Привязка школы", "looking uses nothing up");
    }
    let origin = address.split("/~bind/").next().expect("an origin");
    let open = browser.open(&format!("{origin}/school57/dnevnik/bind"));
    assert_eq!(open.shown(), "404 Здесь ничего нет", "what binds is not open to everybody");
    let page = browser.open(&address);
    let portal = browser.send(&page, &[]);
    let choice = allow(&mut browser, &portal);
    assert!(choice.text().contains(ORGANISATION), "{}\n{}", choice.text(), log(&world.path("")));
    let id =
        choice.answer.body.split("name=\"choice\" value=\"").skip(1).find(|rest| rest.contains(ORGANISATION));
    let id = id.and_then(|rest| rest.split('"').next()).expect("the school").to_owned();
    let asked = browser.send(&choice, &[("choice", &id)]);
    let wrong = browser.send(&asked, &[("name", "Другая школа")]);
    assert!(wrong.answer.body.contains("name=\"name\""), "asked again: {}", wrong.text());
    let done = browser.send(&wrong, &[("name", ORGANISATION)]);
    assert_eq!(done.shown(), "200 Готово", "{}", done.text());
    // The token works, and the address does no more.
    world.run(&["check", TASK]).with(0);
    let again = Browser::default();
    let page = again.clone().open(&address);
    assert_eq!(again.clone().send(&page, &[]).shown(), "404 Здесь ничего нет");
    let entries = world.audit();
    let told: Vec<&str> = entries.iter().map(|entry| entry.what.as_str()).collect();
    assert!(told.ends_with(&["invite", "bind", "dialogue"]), "{told:?}");
    let (invite, bind) = (&entries[entries.len() - 3], &entries[entries.len() - 2]);
    assert_eq!((&bind.who, bind.about.as_str()), (&invite.who, "browser"), "who made the address has bound");
}

#[test]
fn d15_a_refused_consent_leaves_the_school_unbound_and_says_how_to_go_on() {
    let world = World::empty();
    let _served = serve(&world);
    let mut browser = Browser::default();
    let page = browser.open(&invited(&world));
    let portal = browser.send(&page, &[]);
    let password = invented_school::StandOptions::default().password;
    let page = browser.send(&portal, &[("login", ADMINISTRATOR), ("password", &password)]);
    let page = browser.send(&page, &[("is_granted", "false")]);
    assert!(
        page.text().contains("exchange bind … --browser") && page.link("Начать сначала").is_none(),
        "{}",
        page.text()
    );
    assert_ne!(world.run(&["check", TASK]).code, Some(0), "it is not bound");
}

#[test]
fn without_web_nobody_gets_an_address() {
    let world = World::empty();
    world.run(&["bind", TASK, "--browser"]).with(2).complains("[web]");
    world.run(&["links"]).with(2).complains("[web]");
}
