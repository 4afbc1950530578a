//! Backup and restore: nothing is lost, nothing is there twice, whatever dies in the middle.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use exchange_stand::rows::Options;
use serde_json::Value;

use crate::h4_rows_to_http::{PUPILS, World};
use crate::process;
use crate::served::{Served, until};

const TASK: &str = "rows/rows";

/// Imports so many pupils of a school whose ids begin like this.
fn import(world: &World, school: &str, prefix: &str, count: u64) {
    world.add_school(school, prefix, count);
}

fn send(world: &World, task: &str) {
    world.run("", &["run", task]).with(0).says("Успешно");
}

fn runs(world: &World, school: &str) -> usize {
    let runs: Vec<Value> = world.run("", &["runs", school, "--json"]).json();
    runs.len()
}

fn start(world: &World, words: &[&str]) -> Child {
    let mut command = process::exchange(&world.path(""));
    command.args(words).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("it starts")
}

#[test]
fn what_came_after_the_backup_is_there_once_when_the_backup_is_put_back() {
    let world = World::new();
    send(&world, TASK);
    let made: Value = world.run("", &["backup", "copy", "--json"]).with(0).json();
    assert_eq!((made["whole"].as_bool(), made["failed"].as_array().map(Vec::len)), (Some(true), Some(0)));
    import(&world, "rows", "p", PUPILS + 100);
    send(&world, TASK);
    assert_eq!((world.arrived(), runs(&world, "rows")), (PUPILS + 100, 2));

    world.run("", &["restore", "copy"]).with(4).says("1 школа").says("--yes");
    assert_eq!(runs(&world, "rows"), 2, "without --yes nothing is done");
    world.run("", &["restore", "copy", "--yes"]).with(0).says("Восстановлено");
    assert_eq!(runs(&world, "rows"), 1);
    world.run("", &["restore", "--end", "rows"]).with(4).complains("ещё не было полной отправки");
    let doctor: Vec<Value> = world.run("", &["doctor", "--offline", "--json"]).with(3).json();
    assert!(doctor.iter().any(|finding| finding["code"] == "doctor-restored"), "{doctor:#?}");

    import(&world, "rows", "p", PUPILS + 200);
    let run: Value = world.run("", &["run", TASK, "--json"]).with(0).json();
    assert_eq!((&run["counts"]["adopted"], &run["counts"]["applied"]), (&100.into(), &100.into()), "{run:#}");
    assert_eq!(world.arrived(), PUPILS + 200, "each once");
    world.run("", &["restore", "--end", "rows"]).with(0).says("завершено");
    send(&world, TASK);
    assert_eq!(world.arrived(), PUPILS + 200);
}

#[test]
fn a_backup_made_while_a_run_sends_is_whole_and_can_be_put_back() {
    let world = World::without_schools(
        Options { latency: Duration::from_millis(300), ..Options::default() },
        "rate = 0\nparallel = 1",
    );
    import(&world, "rows", "p", 2_500);
    let mut run = start(&world, &["run", TASK]);
    until("the run sends", || world.service.tally().posts > 0);
    world.run("", &["backup", "copy.zip"]).with(0).says("copy.zip");
    assert!(world.arrived() < 2_500, "it was in the middle");
    world.run("", &["restore", "copy.zip", "--yes"]).with(1).complains("занята");
    assert!(run.wait().expect("it ends").success());
    assert_eq!(world.arrived(), 2_500);

    world.run("", &["restore", "copy.zip", "--school", "rows", "--yes"]).with(0);
    import(&world, "rows", "p", 2_510);
    send(&world, TASK);
    assert_eq!(world.arrived(), 2_510, "each once");
}

/// Copies a backup, and spoils a byte of one of its files.
fn spoilt(world: &World, file: &str) {
    let to = world.path("spoilt");
    drop(fs::remove_dir_all(&to));
    copy(&world.path("copy"), &to);
    let path = to.join(file);
    let mut bytes = fs::read(&path).expect("a file of the backup");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, bytes).expect("it is spoilt");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).expect("a copy");
        }
    }
}

#[test]
fn a_backup_that_cannot_be_relied_upon_is_refused_and_changes_nothing() {
    let world = World::new();
    world.run("", &["backup", "copy"]).with(0).says("exchange.key");
    world.run("", &["backup", "copy.zip"]).with(0);
    world.run("", &["backup", "copy"]).with(2).complains("уже существует");
    send(&world, TASK);
    for file in ["host.db", "schools/rows.db", "manifest.json"] {
        spoilt(&world, file);
        world.run("", &["restore", "spoilt", "--yes"]).with(1).complains("повреждена");
        assert_eq!(runs(&world, "rows"), 1, "{file}");
    }
    world.run("", &["restore", "copy.zip", "--yes"]).with(0);
    let zip = fs::read(world.path("copy.zip")).expect("the backup");
    fs::write(world.path("cut.zip"), &zip[..zip.len() / 2]).expect("it is cut");
    world.run("", &["restore", "cut.zip", "--yes"]).with(1).complains("повреждена");

    // Another key, or none: refused before anything is touched, and none is made.
    let key = fs::read(world.path("exchange.key")).expect("the key");
    fs::write(world.path("exchange.key"), "0f".repeat(32)).expect("another key");
    world.run("", &["restore", "copy", "--yes"]).with(1).complains("другим ключом");
    fs::remove_file(world.path("exchange.key")).expect("no key");
    world.run("", &["restore", "copy", "--yes"]).with(2).complains("нет файла ключа");
    assert!(!world.path("exchange.key").exists());
    fs::write(world.path("exchange.key"), key).expect("the key");
    let mut private = fs::metadata(world.path("exchange.key")).expect("the key").permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut private, 0o600);
    fs::set_permissions(world.path("exchange.key"), private).expect("it is closed");
    world.run("", &["restore", "copy", "--school", "nobody", "--yes"]).with(2).complains("nobody");
    world.run("", &["run", TASK]).with(0).says("найдено и принято 1200");
    import(&world, "rows", "p", PUPILS + 1);
    send(&world, TASK);
    assert_eq!(world.arrived(), PUPILS + 1);
}

#[test]
fn one_damaged_school_is_put_back_and_the_others_stay_as_they_are() {
    let world = World::without_schools(Options::default(), "rate = 0\nparallel = 1");
    import(&world, "a", "a", 10);
    import(&world, "b", "b", 10);
    world.run("", &["run", "--all"]).with(0);
    world.run("", &["backup", "copy"]).with(0).says("2 школы");
    send(&world, "a/rows");
    for spoil in [0, 4_096] {
        let file = world.path("data/schools/b.db");
        let mut bytes = fs::read(&file).expect("the school's data");
        bytes[spoil..].fill(0xA5);
        fs::write(&file, bytes).expect("it is damaged");
        world.run("", &["backup", "second", "--json"]).with(1).complains("b.db");
        fs::remove_dir_all(world.path("second")).expect("the backup of the others");
        world.run("", &["restore", "copy", "--school", "b", "--yes"]).with(0);
        assert_eq!((runs(&world, "a"), runs(&world, "b")), (2, 1));
    }
    import(&world, "b", "b", 12);
    send(&world, "b/rows");
    assert_eq!(world.arrived(), 22);
}

#[test]
fn nothing_is_put_back_under_a_server_and_a_school_that_is_new_is_not_forgotten() {
    let world = World::without_schools(Options::default(), "rate = 0\nparallel = 1");
    let host = fs::read_to_string(world.path("exchange.toml")).expect("the host's file");
    world.write("exchange.toml", &format!("serve.listen = \"127.0.0.1:0\"\n{host}"));
    import(&world, "a", "a", 10);
    world.run("", &["backup", "copy"]).with(0);
    let served = Served::start(&world);
    world.run("", &["restore", "copy", "--yes"]).with(1).complains(&served.process().to_string());
    world.run("", &["restore", "copy", "--school", "a", "--yes"]).with(0);
    served.stop();
    import(&world, "b", "b", 10);
    world.run("", &["restore", "copy", "--yes"]).with(1).complains("нет школ, которые есть здесь: b");
}

/// Runs this under `strace`, which kills it at the n-th call of this name. Says whether it came to that.
fn killed(world: &World, words: &[&str], call: &str, nth: u32) -> bool {
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qqq", "-o", "/dev/null", "-e", &format!("trace={call}")]);
    strace.args(["-e", &format!("inject={call}:signal=KILL:when={nth}"), "--"]);
    strace.arg(env!("CARGO_BIN_EXE_exchange")).args(words);
    let ended = process::run(process::in_folder(strace, &world.path("")), "");
    assert!(!ended.err.contains("strace:"), "{}", ended.err);
    ended.code.is_none()
}

/// How often it makes this call when nobody kills it.
fn calls(world: &World, words: &[&str], call: &str) -> Option<u32> {
    let to = world.path("calls");
    let mut strace = Command::new("strace");
    strace.args(["-qqq", "-e", &format!("trace={call}")]).arg("-o").arg(&to).arg("--");
    strace.arg(env!("CARGO_BIN_EXE_exchange")).args(words);
    let ended = assert_cmd::Command::from_std(process::in_folder(strace, &world.path(""))).output().ok()?;
    ended.status.success().then(|| fs::read_to_string(to).map_or(0, |text| text.lines().count() as u32))
}

#[test]
fn killed_in_the_middle_it_is_the_old_or_the_new_and_never_a_mix() {
    let world = World::without_schools(Options::default(), "rate = 0\nparallel = 1");
    for school in ["a", "b"] {
        import(&world, school, school, 10);
    }
    world.run("", &["run", "--all"]).with(0);
    world.run("", &["backup", "old"]).with(0);
    for school in ["a", "b"] {
        import(&world, school, school, 15);
    }
    world.run("", &["run", "--all"]).with(0);
    world.run("", &["backup", "new"]).with(0);
    let (mut died, mut kept, mut replaced) = (0, 0, 0);
    for call in ["rename", "fsync", "pwrite64"] {
        let Some(count) = calls(&world, &["restore", "old", "--yes"], call) else {
            return println!("strace is not here or may not trace: nothing is killed");
        };
        world.run("", &["restore", "new", "--yes"]).with(0);
        let each = count.min(5);
        for nth in (0..each).map(|n| (2 * n + 1) * count / (2 * each) + 1) {
            died += u32::from(killed(&world, &["restore", "old", "--yes"], call, nth));
            let runs = (runs(&world, "a"), runs(&world, "b"));
            assert!([(1, 1), (2, 2)].contains(&runs), "{call} {nth}: {runs:?}");
            if runs == (1, 1) {
                replaced += 1
            } else {
                kept += 1
            }
            world.run("", &["doctor", "--offline"]).with(3);
            world.run("", &["restore", "new", "--yes"]).with(0);
        }
    }
    println!("{died} died: {kept} old, {replaced} new");
    assert!(died >= 5 && kept > 0 && replaced > 0, "{died} died: {kept} old, {replaced} new");
    for school in ["a", "b"] {
        import(&world, school, school, 16);
    }
    world.run("", &["run", "--all"]).with(0);
    assert_eq!(world.arrived(), 32, "each once, whatever was put back");
}
