//! When the machine under the program fails: two processes at once, a full disk, a folder that cannot be written, a
//! damaged file. Nothing is lost, it is said plainly, and other schools go on.

use std::fs;
use std::process::Command;
use std::time::Instant;

use serde_json::{Value, json};

use crate::compare::{all_there, nobody_twice};
use crate::process::{Ended, PATIENCE};
use crate::world::{TASK, World};

/// Holds every sending of persons so long that others come while it goes on.
fn slow_writing(world: &World) {
    let matching = json!({"method": "POST", "template": "/contingent/v1/schools/{school}/persons", "nth": 1});
    world.fault(matching, json!({"kind": "latency", "ms": 1_500}));
}

#[test]
fn two_processes_never_serve_one_school_at_once() {
    let world = World::bound();
    slow_writing(&world);
    let first = world.start(&["run", TASK, "--quiet"]);
    let end = Instant::now() + PATIENCE;
    while world.writes().is_empty() {
        assert!(Instant::now() < end, "the first run sends nothing");
        std::thread::yield_now();
    }
    let number = first.process().to_string();
    for words in [&["run", TASK][..], &["import", "school57", "exports/records/pupils.csv"]] {
        let refused = world.run(words);
        assert_eq!(refused.code, Some(1), "{}", refused.err);
        // Who holds it, what it does, and since when.
        assert!(refused.err.contains(&number) && refused.err.contains("«run»"), "{}", refused.err);
    }
    // Looking is free.
    world.run(&["status"]).with(0);
    world.run(&["plan", TASK, "--classes", "5-А", "--json"]);
    assert_eq!(first.end().code, Some(4));
    world.run_until_done();
    all_there(world.state());
}

#[test]
fn many_processes_at_once_send_each_object_once() {
    let world = World::bound();
    let runs: Vec<_> = (0..6).map(|_| world.start(&["run", TASK, "--quiet"])).collect();
    let codes: Vec<Option<i32>> = runs.into_iter().map(|run| run.end().code).collect();
    assert!(codes.contains(&Some(4)), "somebody served the school: {codes:?}");
    assert!(codes.iter().all(|code| matches!(code, Some(1 | 4))), "{codes:?}");
    nobody_twice(&world.state());
    world.run_until_done();
    all_there(world.state());
}

/// The task, run where no file may grow beyond so many KiB.
fn run_with_files_up_to(world: &World, kib: u64) -> Ended {
    let mut shell = Command::new("sh");
    // The shell counts in 512 bytes. Ignored, the signal becomes an error of the write, as on a full disk.
    let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" run {TASK} --quiet", kib * 2);
    shell.args(["-c", &script, env!("CARGO_BIN_EXE_exchange")]);
    world.run_by(shell)
}

#[test]
fn a_full_disk_loses_nothing_and_is_said() {
    let world = World::bound();
    let size = |name: &str| fs::metadata(world.path(name)).map_or(0, |file| file.len());
    let now = size("data/schools/school57.db").max(size("data/host.db")) / 1024;
    for more in [16, 64, 256, 1024] {
        let ended = run_with_files_up_to(&world, now + more);
        if ended.code != Some(1) {
            assert!([Some(0), Some(3), Some(4)].contains(&ended.code), "{:?} {}", ended.code, ended.err);
            continue;
        }
        assert!(ended.err.contains("место на диске"), "{}", ended.err);
        nobody_twice(&world.state());
    }
    world.run_until_done();
    all_there(world.state());
}

/// As somebody who may read everything and write nothing: for the superuser a folder is never read-only.
fn run_as_reader(world: &World, words: &[&str]) -> Ended {
    let mut permissions = Command::new("sh");
    let script = "if [ \"$(id -u)\" = 0 ]; then chown -R 65534 .; chmod -R a-w data; exec setpriv --reuid 65534 --regid 65534 \
                  --clear-groups -- \"$0\" \"$@\"; else chmod -R a-w data; exec \"$0\" \"$@\"; fi";
    permissions.args(["-c", script, env!("CARGO_BIN_EXE_exchange")]).args(words);
    world.run_by(permissions)
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let world = World::bound();
    let ended = run_as_reader(&world, &["run", TASK, "--quiet"]);
    assert!([Some(1), Some(2)].contains(&ended.code), "{:?} {}", ended.code, ended.err);
    assert!(ended.err.contains("data"), "{}", ended.err);
    assert_eq!(world.writes(), Vec::<Value>::new());
}

/// A second school beside the first, whose file is then overwritten from byte 4,096 on.
fn with_a_damaged_school() -> World {
    let world = World::bound();
    let text = world.school_file();
    world.write("schools/school58.toml", &text);
    world.import_to("school58").with(0);
    let file = world.path("data/schools/school58.db");
    let mut bytes = fs::read(&file).expect("the school's data");
    bytes[4_096..].fill(0xA5);
    fs::write(&file, bytes).expect("it is damaged");
    world
}

#[test]
fn a_damaged_file_of_one_school_leaves_the_others_alone() {
    let world = with_a_damaged_school();
    let ended = world.run(&["run", "school58/dnevnik"]);
    assert_eq!(ended.code, Some(1), "{}", ended.err);
    assert!(ended.err.contains("school58.db"), "{}", ended.err);
    let status = world.run(&["status"]);
    assert!(status.out.contains("school57/dnevnik"), "{}\n{}", status.out, status.err);
    assert!(format!("{}{}", status.out, status.err).contains("school58"), "{}\n{}", status.out, status.err);
    world.send_all();
    all_there(world.state());
}
