//! A restart over the same folder goes on where it was.

use serde_json::json;

use super::fixture::{CHAT, PUPIL, Vk, seed};

#[test]
fn chats_messages_numbers_tokens_and_settings_survive() {
    let folder = tempfile::tempdir().expect("a folder");
    let open = || Vk::over(Some(folder.path().to_owned()));
    let before = open();
    before.seed(&seed());
    before.settings(&json!({"alike": 7, "communityPerSecond": 0}));
    before.chat("Алгебра", &[PUPIL]);
    before.send(CHAT, "раз", "7");
    let without_counters = |vk: &Vk| {
        let mut state = vk.state();
        state["counters"] = json!(null);
        state
    };
    let kept = without_counters(&before);
    drop(before);

    let after = open();
    assert_eq!(without_counters(&after), kept);
    assert_eq!(after.control("GET", "settings", None).value()["alike"], json!(7));
    after.send(CHAT, "раз", "7");
    assert_eq!(after.texts(), ["раз"], "the message is known by its random_id");
    assert_eq!(after.chat("Физика", &[])["chat_id"], json!(2));
}

#[test]
fn reading_leaves_the_folder_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let vk = Vk::over(Some(folder.path().to_owned()));
    vk.seed(&seed());
    std::fs::remove_file(folder.path().join("vk.json")).expect("it was written");
    vk.ok("groups.getById", &[]);
    assert!(!folder.path().join("vk.json").exists());
    vk.chat("Алгебра", &[]);
    assert!(folder.path().join("vk.json").exists());
}
