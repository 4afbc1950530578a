//! Erasing a person or a school: no trace is left in the data folder, an act says what was done, nobody comes back
//! silently, and nothing is made twice.

use std::fs;
use std::path::Path;
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use invented_school::expected::ExpectedPupil;
use serde_json::Value;

use crate::compare::nobody_twice;
use crate::kills::has_strace;
use crate::school::school;
use crate::world::{ADMINISTRATOR, TASK, World};

/// A child with a СНИЛС and a parent, who was sent.
fn child() -> &'static ExpectedPupil {
    let expected = &school().expected;
    let fits = |pupil: &&ExpectedPupil| {
        pupil.person.snils.is_some() && expected.relations.iter().any(|relation| relation.child == pupil.id)
    };
    expected.pupils.iter().find(fits).expect("a child with a parent")
}

/// What tells the child in the data.
fn values(child: &ExpectedPupil) -> Vec<String> {
    let snils = child.person.snils.clone().expect("a СНИЛС");
    let name = format!("{}\",\"first_name\":\"{}", child.person.last_name, child.person.first_name);
    let born = format!("\"birth_date\":\"{}\",\"sex\"", child.person.birth_date);
    let whole =
        format!("{name}\",\"middle_name\":\"{}\",{born}", child.person.middle_name.as_deref().unwrap_or("?"));
    vec![snils, child.id.clone(), whole]
}

/// A text as it may lie in a file.
fn written(text: &str) -> Vec<Vec<u8>> {
    let utf8 = text.as_bytes().to_vec();
    let wide = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let (cyrillic, ..) = encoding_rs::WINDOWS_1251.encode(text);
    let hex: String = utf8.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut all = vec![
        utf8.clone(),
        wide(u16::to_le_bytes),
        wide(u16::to_be_bytes),
        cyrillic.into_owned(),
        hex.to_uppercase().into_bytes(),
        hex.into_bytes(),
    ];
    // In base64 the letters depend on where in a group of three the text begins; those at the seams are left out.
    all.extend((0..3).map(|before| {
        let code = STANDARD.encode([&vec![0; before][..], &utf8].concat());
        let (from, to) = ([0, 2, 3][before], (before + utf8.len()) / 3 * 4);
        code.as_bytes()[from..to].to_vec()
    }));
    all
}

/// Files in which one of these values is found, in whatever writing.
fn found(folder: &Path, values: &[String]) -> Vec<String> {
    let needles: Vec<Vec<u8>> = values.iter().flat_map(|value| written(value)).collect();
    let mut hits = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            hits.extend(found(&path, values));
            continue;
        }
        let bytes = fs::read(&path).expect("a file");
        let in_it = |needle: &Vec<u8>| memchr(&bytes, needle);
        if needles.iter().any(in_it) {
            hits.push(path.display().to_string());
        }
    }
    hits
}

fn memchr(bytes: &[u8], needle: &[u8]) -> bool {
    let first = needle[0];
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == first) {
        if rest[at..].starts_with(needle) {
            return true;
        }
        rest = &rest[at + 1..];
    }
    false
}

fn act(world: &World, file: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(world.path(file)).expect("the act")).expect("JSON")
}

#[test]
fn every_writing_of_a_text_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    for text in written("Ёлкин 123") {
        fs::write(folder.path().join("file"), [b"before ".to_vec(), text, b" after".to_vec()].concat())
            .expect("ok");
        assert_eq!(found(folder.path(), &["Ёлкин 123".to_owned()]).len(), 1);
    }
    for before in 0..4 {
        let code = STANDARD.encode([&b"xyz!"[..before], "Ёлкин 123".as_bytes(), b"tail"].concat());
        fs::write(folder.path().join("file"), code).expect("ok");
        assert_eq!(found(folder.path(), &["Ёлкин 123".to_owned()]).len(), 1, "{before}");
    }
    fs::write(folder.path().join("file"), "Ёлкин 124").expect("ok");
    assert!(found(folder.path(), &["Ёлкин 123".to_owned()]).is_empty());
}

#[test]
fn of_an_erased_person_nothing_is_left_and_nobody_comes_back_silently() {
    let world = World::sent();
    let (child, data) = (child(), world.path("data"));
    let values = values(child);
    world.run(&["run", TASK, "--persons", &child.id]);
    for value in &values {
        assert!(!found(&data, std::slice::from_ref(value)).is_empty(), "{value} is there to be erased");
    }
    let erase = ["erase", "school57", "--person", child.id.as_str()];
    let with = |more: &[&str]| world.run(&[&erase[..], more].concat());
    // Nothing goes without a reason, or to one who types something else, or in a dry run.
    with(&["--confirm", &child.id]).with(2).complains("причину");
    with(&["--reason", "отзыв согласия", "--confirm", "school57"]).with(2).complains("Ничего не уничтожено");
    with(&["--dry-run"]).with(0).says("ученики").says("Резервные копии");
    world.run(&["erase", "school57", "--person", "nobody"]).with(2).complains("nobody");
    assert!(!found(&data, &values).is_empty());

    let done =
        with(&["--reason", "отзыв согласия", "--confirm", &child.id, "--act", "act.json", "--as", "Завуч"]);
    done.with(0).says("act.json");
    assert_eq!(found(&data, &values), Vec::<String>::new());

    let act = act(&world, "act.json");
    assert_eq!(
        (&act["subject"]["id"], &act["reason"]),
        (&child.id.as_str().into(), &"отзыв согласия".into())
    );
    assert_eq!((&act["behalf"], &act["erased"]["record/pupil"]), (&"Завуч".into(), &1.into()));
    assert!(act["erased"]["ledger"].as_u64() >= Some(3), "the child, memberships, relations: {act:#}");
    let remote = act["remote"].as_array().expect("what stays there");
    assert!(remote.iter().any(|trace| trace["kind"] == "pupil" && trace["handle"].is_string()), "{act:#}");
    let remains: Vec<&str> = act["remains"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| one["what"].as_str().expect("what"))
        .collect();
    assert_eq!(
        remains,
        ["remote", "relatives", "backups", "source-files", "tombstone", "audit"]
            .into_iter()
            .filter(|what| *what != "relatives" || remains.contains(what))
            .collect::<Vec<_>>()
    );
    let key = act["subject"]["key"].as_str().expect("a keyed hash");
    let lines = fs::read_to_string(world.path("act.json.audit.jsonl")).expect("the audit's entries");
    assert!(lines.lines().count() == 2 && lines.lines().all(|line| line.contains(key)), "{lines}");
    assert!(!lines.contains(&child.id));
    world.run(&["audit", "verify"]).with(0);

    // The same export brings the child again: told, left out, and nothing of them with it.
    let again = world.import("exports/records", &["--report", "report.csv"]).with(3);
    assert!(
        fs::read_to_string(world.path("report.csv")).expect("a report").contains("уничтожены"),
        "{}",
        again.out
    );
    assert_eq!(found(&data, &values), Vec::<String>::new());
    let before = world.state();
    let (code, run) = world.send();
    assert!([0, 3, 4].contains(&code), "{run:#}");
    assert_eq!(run["counts"]["applied"], 0, "{run:#}");
    nobody_twice(&world.state());
    assert_eq!(before["persons"], world.state()["persons"], "nobody was made or changed");
    world.run(&["key", "rotate", "--destroy-old"]).with(0);
    assert_eq!(found(&data, &values), Vec::<String>::new());

    // Where there is a lawful reason again, an administrator says so.
    world.run(&["erase", "school57", "--person", &child.id, "--lift"]).with(0);
    world.import("exports/records", &[]).with(0);
    world.run_until_done();
    nobody_twice(&world.state());
    assert!(!found(&data, &values).is_empty());
}

#[test]
fn nobody_is_erased_while_a_run_goes_on() {
    let world = World::bound();
    world.fault(
        serde_json::json!({"method": "POST", "prefix": "/contingent/", "nth": 1}),
        serde_json::json!({"kind": "latency", "ms": 3_600_000}),
    );
    let run = world.start(&["run", TASK, "--quiet"]);
    let end = std::time::Instant::now() + crate::process::PATIENCE;
    while world.struck() == 0 {
        assert!(std::time::Instant::now() < end, "the run never wrote");
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    for more in [&["--person", child().id.as_str()][..], &[]] {
        let words = [&["erase", "school57", "--reason", "срок", "--confirm", "x"], more].concat();
        world.run(&words).with(1).complains("«run»");
    }
    run.kill();
}

#[test]
fn relatives_without_another_child_go_with_the_child_when_asked() {
    let world = World::bound();
    let file = rusqlite::Connection::open(world.path("data/schools/school57.db")).expect("the school's data");
    let only = "SELECT pupil_id, guardian_id FROM guardian_of g WHERE NOT EXISTS (SELECT 1 FROM guardian_of o WHERE \
                o.guardian_id = g.guardian_id AND o.pupil_id <> g.pupil_id) LIMIT 1";
    let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?));
    let (pupil, guardian) = file.query_row(only, [], row).expect("an only child");
    drop(file);
    let erase = |more: &[&str]| {
        let words = ["erase", "school57", "--person", &pupil, "--reason", "срок", "--confirm", &pupil];
        world.run(&[&words[..], more].concat()).with(0);
    };
    world.run(&["erase", "school57", "--person", &pupil, "--dry-run"]).with(0).says("--with-relatives");
    erase(&["--with-relatives", "--act", "act.json"]);
    assert_eq!(act(&world, "act.json")["erased"]["record/guardian"].as_u64().map(|n| n > 0), Some(true));
    assert_eq!(found(&world.path("data"), &[guardian]), Vec::<String>::new());
}

fn erase_school(more: &[&str]) -> Vec<String> {
    let words =
        ["erase", "school57", "--reason", "договор расторгнут", "--confirm", "school57", "--act", "act.json"];
    words.iter().chain(more).map(|word| (*word).to_owned()).collect()
}

fn run(world: &World, words: &[String]) -> crate::process::Ended {
    world.run(&words.iter().map(String::as_str).collect::<Vec<_>>())
}

fn files_of(folder: &Path, school: &str) -> Vec<String> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if name.split('.').next() == Some(school) {
            files.push(name);
        } else if path.is_dir() {
            files.extend(files_of(&path, school));
        }
    }
    files
}

#[test]
fn of_an_erased_school_nothing_is_left_and_it_can_begin_anew() {
    let world = World::sent();
    let text = world.school_file();
    world.write("schools/school58.toml", &text);
    world.import_to("school58").with(0);
    let values = values(child());
    run(&world, &[&erase_school(&[])[..6], &["--dry-run".to_owned()]].concat()).with(0).says("ученики");
    assert!(!files_of(&world.path("data"), "school57").is_empty());
    run(&world, &erase_school(&[])).with(0).says("уничтожены");
    assert_eq!(files_of(&world.path("data"), "school57"), Vec::<String>::new());
    // The other school has the same children: its file is the only one that may speak of them.
    assert_eq!(found(&world.path("data"), &values).len(), 1);
    let host = rusqlite::Connection::open(world.path("data/host.db")).expect("the host's data");
    for table in ["fence", "mark", "identity_holder"] {
        let sql = format!("SELECT count(*) FROM {table} WHERE school = 'school57'");
        assert_eq!(host.query_row(&sql, [], |row| row.get::<_, i64>(0)).expect("a number"), 0, "{table}");
    }
    drop(host);
    let act = act(&world, "act.json");
    assert_eq!(act["subject"]["kind"], "school");
    assert!(
        act["erased"]["record/pupil"].as_u64() > Some(100) && act["erased"]["secret"].as_u64() >= Some(1)
    );
    assert!(act["remains"].to_string().contains("settings"));
    run(&world, &erase_school(&[])).with(2).complains("ничего нет");
    world.run(&["audit", "verify"]).with(0);
    world.run(&["status"]);
    // A new beginning finds what is there, and makes nobody twice.
    let secret = invented_school::StandOptions::default().client_secret;
    world.run_with(&secret, &["secret", "set", "client-secret", "--school", "school57"]).with(0);
    world.import("exports/records", &[]).with(0);
    world.bind(ADMINISTRATOR).with(0);
    world.run_until_done();
    nobody_twice(&world.state());
    run(&world, &erase_school(&["--with-settings"])).with(0);
    assert!(!world.path("schools/school57.toml").exists());
}

#[test]
fn killed_while_it_erases_a_school_the_same_command_finishes() {
    if !has_strace() {
        return;
    }
    let mut killed = 0;
    for (call, nth) in
        [("fsync", 2), ("fsync", 4), ("pwrite64", 20), ("rename", 1), ("unlink", 1), ("unlink", 2)]
    {
        let world = World::bound();
        let mut strace = Command::new("strace");
        strace.args(["-f", "-qqq", "-o", "/dev/null", "-e", &format!("trace={call}")]);
        strace.args(["-e", &format!("inject={call}:signal=KILL:when={nth}"), "--"]);
        strace.arg(env!("CARGO_BIN_EXE_exchange")).args(erase_school(&[]));
        let died = world.run_by(strace).code.is_none();
        killed += u32::from(died);
        let again = run(&world, &erase_school(&[]));
        assert!(again.code == Some(0) || !died || again.code == Some(2), "{call} {nth}: {}", again.err);
        assert_eq!(files_of(&world.path("data"), "school57"), Vec::<String>::new(), "{call} {nth}");
        assert_eq!(found(&world.path("data"), &values(child())), Vec::<String>::new(), "{call} {nth}");
        world.run(&["audit", "verify"]).with(0);
    }
    assert!(killed >= 4, "{killed}");
}
