//! A hostile connector in a dialogue that a browser has: whatever it does there ends on a page of ours, and the server
//! goes on for everybody else.

use std::fs::File;
use std::process::Stdio;

use serde_json::Value;

use super::table::{By, chapter, chapters};
use super::{HOSTILE, TOKEN, World};
use crate::browser::{Browser, Page};
use crate::process;
use crate::served::until;

/// The server under way. Killed when the test ends.
struct Served(std::process::Child);

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn serve(world: &World) -> Served {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("its address").port();
    drop(listener);
    let host = std::fs::read_to_string(world.folder.path().join("exchange.toml")).expect("the host's file");
    let web = format!("[web]\nlisten = \"127.0.0.1:{port}\"\naddress = \"http://127.0.0.1:{port}\"\n");
    world.write("exchange.toml", &(host + &web));
    let file = world.folder.path().join("serve.log");
    let log = File::create(&file).expect("a file");
    let mut command = process::exchange(world.folder.path());
    command.args(["serve", "--json"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
    let served = Served(command.spawn().expect("it starts"));
    until("it serves", || std::fs::read_to_string(&file).unwrap_or_default().contains("\"serving\""));
    served
}

/// Opens a one-time address and begins.
fn begun(world: &World) -> Page {
    let told: Value = world.run(&["bind", HOSTILE, "--browser", "--json"]).with(0).json();
    let mut browser = Browser::default();
    let page = browser.open(told["address"].as_str().expect("an address"));
    browser.send(&page, &[])
}

#[test]
fn whatever_it_does_in_a_browser_s_dialogue_ends_on_a_page_of_ours() {
    let all = chapters().into_iter().flat_map(|of| chapter(&of.title));
    let mut played = Vec::new();
    for behaviour in all.filter(|behaviour| behaviour.by == By::Bind) {
        let world = World::new(&behaviour);
        let _served = serve(&world);
        let page = begun(&world);
        let (shown, body) = (page.shown(), &page.answer.body);
        assert!(page.answer.header("content-security-policy").is_some(), "{}: {shown}", behaviour.what);
        assert!(!body.contains("evil.example") && !body.contains(TOKEN), "{}: {body}", behaviour.what);
        let stopped = behaviour.verdict.is_some();
        assert!(!stopped || shown == "502 Не получилось", "{}: {shown}", behaviour.what);
        // The next one is answered all the same.
        assert_eq!(begun(&world).answer.status, page.answer.status, "{}", behaviour.what);
        played.push(behaviour.what);
    }
    assert!(played.len() >= 5, "{played:?}");
}
