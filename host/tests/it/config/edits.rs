//! The program changes a school's file: comments and order survive.

use exchange::config::{FILE_CHANGED, NewTask, add_task, set_task_enabled, with_enabled, with_settings};
use exchange::model::records::RecordType;
use exchange::model::setup::Grants;

const FILE: &str = "\
#:schema ../host/schemas/school.json
name = \"Школа № 57\" # full name
time-zone = \"Europe/Moscow\"

# Every night.
[[task]]
id = \"contingent\"
connector = \"dnevnik\"
enabled = false # until the order is signed
";

fn edited(change: impl FnOnce(&std::path::Path) -> exchange::error::Result<()>) -> Result<String, String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("school57.toml");
    std::fs::write(&file, FILE).unwrap();
    change(&file).map_err(|error| error.to_string())?;
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside the file");
    Ok(std::fs::read_to_string(&file).unwrap())
}

#[test]
fn h3_enabling_a_task_changes_one_word() {
    let text = edited(|file| set_task_enabled(file, &"contingent".into(), true)).unwrap();
    assert_eq!(text, FILE.replace("enabled = false", "enabled = true"));
}

#[test]
fn what_will_change_is_shown_before_it_does() {
    let shown = |text: &str, enabled| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("school57.toml");
        std::fs::write(&file, text).unwrap();
        let edited = with_enabled(&file, &"contingent".into(), enabled).unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), text, "nothing is written");
        let (before, after) = edited.lines();
        (before.join("\n"), after.join("\n"))
    };
    let line = "enabled = false # until the order is signed";
    assert_eq!(shown(FILE, true), (line.into(), line.replace("false", "true")));
    assert_eq!(shown(FILE, false), (String::new(), String::new()));
    let silent = FILE.replace(&format!("{line}\n"), "");
    assert_eq!(shown(&silent, true), (String::new(), "enabled = true".into()), "a line more");
}

#[test]
fn a_task_that_is_not_there_is_not_enabled() {
    let refusal = edited(|file| set_task_enabled(file, &"chats".into(), true)).unwrap_err();
    assert_eq!(refusal, "the file has no task `chats`");
}

#[test]
fn a_task_is_added_at_the_end() {
    let task = NewTask {
        id: "chats".into(),
        connector: "sferum".into(),
        settings: [("pause".to_owned(), 5.into())].into_iter().collect(),
        grants: Grants {
            upstreams: [("api".to_owned(), "vk".to_owned())].into(),
            records: [(RecordType::Journal, vec!["*".to_owned()])].into(),
            write: true,
            ..Grants::default()
        },
        ..NewTask::default()
    };
    let text = edited(|file| add_task(file, &task)).unwrap();
    let added = "
[[task]]
id = \"chats\"
connector = \"sferum\"
enabled = false

[task.settings]
pause = 5

[task.grant]
upstreams = { api = \"vk\" }
records = { journal = [\"*\"] }
write = true
";
    assert_eq!(text, format!("{FILE}{added}"));
}

#[test]
fn a_second_task_of_the_same_name_is_refused() {
    let task = NewTask { id: "contingent".into(), connector: "dnevnik".into(), ..NewTask::default() };
    assert_eq!(edited(|file| add_task(file, &task)).unwrap_err(), "the file has a task `contingent` already");
}

const WITH_SETTINGS: &str = "[[task]]\nid = \"x\"\n[task.settings]\nkept = 1 # why\ngone = 2\n# The end.\n";

#[test]
fn settings_are_changed_and_taken_out_and_the_rest_stays() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("school57.toml");
    std::fs::write(&file, WITH_SETTINGS).unwrap();
    let wanted = serde_json::json!({"kept": 3, "gone": null, "never": null, "new": ["a"]});
    let edited = with_settings(&file, &"x".into(), wanted.as_object().unwrap()).unwrap();
    assert_eq!(
        edited.text,
        WITH_SETTINGS.replace("kept = 1", "kept = 3").replace("gone = 2\n", "new = [\"a\"]\n")
    );
    let mut changed = edited.changed.clone();
    changed.sort();
    assert_eq!(changed, ["gone", "kept", "new"]);
    edited.write().unwrap();
    assert_eq!(std::fs::read_to_string(&file).unwrap(), edited.text);
}

#[test]
fn a_file_that_changed_since_it_was_edited_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("school57.toml");
    std::fs::write(&file, WITH_SETTINGS).unwrap();
    let wanted = serde_json::json!({"kept": 3});
    let edited = with_settings(&file, &"x".into(), wanted.as_object().unwrap()).unwrap();
    let by_hand = WITH_SETTINGS.replace("why", "why not");
    std::fs::write(&file, &by_hand).unwrap();
    let refusal = edited.write().unwrap_err();
    assert_eq!(refusal.catalogue().map(|message| message.code.as_str()), Some(FILE_CHANGED));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), by_hand);
}
