//! Libraries that other people wrote for VK make chats, speak in them and read them.

use std::path::Path;
use std::process::Command;

use super::fixture::{CHAT, COMMUNITY, PUPIL, SHY, TOKEN, Vk};
use crate::python::{CLIENTS, python, run};

#[test]
fn vk_io_makes_a_chat_and_speaks_in_it() {
    assert!(
        Path::new(CLIENTS).join("node_modules/vk-io").is_dir(),
        "vk-io is not there: `cargo xtask test tests` installs it; by hand:\n  npm ci --prefix tests/stand/clients"
    );
    let vk = Vk::limited();
    let mut script = Command::new("node");
    script.arg("vk_chat.mjs").current_dir(CLIENTS);
    script.args([&vk.stand.url(), TOKEN, COMMUNITY]).args([PUPIL, SHY].map(|id| id.to_string()));
    insta::assert_snapshot!(run(&mut script));
    let methods: Vec<_> = vk.requests().iter().map(|entry| entry["template"].clone()).collect();
    assert!(methods.contains(&"execute".into()), "{methods:?}");
}

#[test]
fn vk_api_reads_a_chat() {
    let vk = Vk::limited();
    vk.chat("Алгебра", &[PUPIL]);
    (1..=5).for_each(|n| drop(vk.send(CHAT, &format!("сообщение {n}"), &n.to_string())));
    let mut script = Command::new(python());
    script.arg("vk_history.py").current_dir(CLIENTS);
    insta::assert_snapshot!(run(script.args([&vk.stand.url(), TOKEN, CHAT])));
}
