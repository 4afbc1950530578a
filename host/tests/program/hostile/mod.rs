//! A hostile connector and its neighbour: whatever the guest of the tests does, it is stopped, refused or harmless, the
//! person reads why, and a run of another school at the same time notices nothing.

mod afterwards;
mod browser;
mod service;
mod start;
mod table;

use std::fs;
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::process::{self, Ended};
use crate::{connector, world};
use afterwards::{afterwards, is_tame};
use service::Service;
use table::{Behaviour, By, chapter, chapters};

const HOSTILE: &str = "hostile/t";
const NEIGHBOUR: &str = "decent/t";
/// How the schools' tokens end.
const TOKEN: &str = "-token-0123456789";

/// Tight limits, so that a test takes seconds.
fn host_file(service: &Service) -> String {
    let upstream = |name: &str| {
        format!(
            "[upstream.{name}]\nbase = [\"http://{}/{name}\"]\nprivate = true\nrate = 0\n\
             credential = {{ header = \"X-Token\", prefix = \"\" }}\n",
            service.address
        )
    };
    format!(
        "data = \"data\"\nschools = \"schools\"\nconnectors = \"connectors\"\n[key]\nfile = \"exchange.key\"\n\
         [limits]\nmemory = \"32MiB\"\ncpu = \"500ms\"\nwall = \"6s\"\nrequests = 50\nbytes = \"1MiB\"\nlog-lines = 10\nscope-items = 2000\n{}{}{}",
        upstream("hostile"),
        upstream("decent"),
        upstream("other")
    )
}

fn school_file(upstream: &str, connector: &str, settings: &str) -> String {
    format!(
        "name = \"Школа {upstream}\"\ntime-zone = \"Europe/Moscow\"\n\n[[task]]\nid = \"t\"\nconnector = \"{connector}\"\n\
         enabled = true\npatience = \"1s\"\n\n[task.settings]\n{settings}\n\n[task.grant]\n\
         upstreams = {{ api = \"{upstream}\" }}\nrecords = {{ pupil = [\"*\"] }}\nsecrets = [\"token\"]\nwrite = true\n"
    )
}

/// The guest's manifest without what the program refuses at once, and without the kind that may read in `desired`.
fn manifest() -> String {
    let text = include_str!("../../../../tests/guests/connector.toml").replace(", \"authorization\"]", "]");
    let (start, rest) = text.split_once("[[kind]]\nname = \"local\"").expect("the inbound kind");
    let (_, rest) = rest.split_once("[[kind]]").expect("another kind");
    format!("{start}[[kind]]{rest}")
}

struct World {
    folder: TempDir,
    service: Service,
}

impl World {
    fn new(behaviour: &Behaviour) -> Self {
        static READY: OnceLock<TempDir> = OnceLock::new();
        let world = Self { folder: TempDir::new().expect("a folder"), service: Service::start() };
        world::copy(READY.get_or_init(Self::ready).path(), world.folder.path());
        world.write("exchange.toml", &host_file(&world.service));
        let (settings, connector) = (&behaviour.settings(), behaviour.start.as_deref().unwrap_or("guests"));
        if let Some(start) = &behaviour.start {
            world.install(start);
        }
        world.write("schools/hostile.toml", &school_file("hostile", connector, settings));
        world
    }

    /// Two schools with a pupil and a token each; the connector compiled.
    fn ready() -> TempDir {
        let world = Self { folder: TempDir::new().expect("a folder"), service: Service::start() };
        world.write("exchange.toml", &host_file(&world.service));
        world.write("connector.toml", &manifest());
        fs::create_dir(world.folder.path().join("connectors")).expect("a folder");
        let guest = connector::file().with_file_name("guests.wasm");
        let guest = guest.to_str().expect("a name");
        let pack =
            ["connector", "pack", guest, "--manifest", "connector.toml", "-o", "connectors/guests.wasm"];
        world.run_with("", &pack).with(0);
        world.run_with("", &["connector", "lock"]).with(0);
        for school in ["hostile", "decent"] {
            world.write(&format!("schools/{school}.toml"), &school_file(school, "guests", ""));
            let pupil = format!("id;last-name;first-name\np-{school};Лисов;Пётр\n");
            world.write("pupils.csv", &pupil);
            world.run_with("", &["import", school, "pupils.csv"]).with(0);
            world
                .run_with(&format!("{school}{TOKEN}"), &["secret", "set", "token", "--school", school])
                .with(0);
        }
        world.run_with("", &["check"]).with(0);
        world.folder
    }

    /// Installs the guest with such a core module in it, under the name of what it does.
    fn install(&self, start: &str) {
        let path = |name: &str| self.folder.path().join("connectors").join(name);
        let guest = fs::read(path("guests.wasm")).expect("it is installed");
        fs::write(path("started.wasm"), start::with(&guest, start)).expect("a file");
        self.write("started.toml", &manifest().replace("id = \"guests\"", &format!("id = \"{start}\"")));
        let (from, to) = ("connectors/started.wasm", format!("connectors/{start}.wasm"));
        self.run(&["connector", "pack", from, "--manifest", "started.toml", "-o", &to]).with(0);
        fs::remove_file(path("started.wasm")).expect("it was written");
        self.run(&["connector", "lock"]).with(0);
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    #[track_caller]
    fn run_with(&self, input: &str, words: &[&str]) -> Ended {
        let mut command = process::exchange(self.folder.path());
        command.args(words);
        process::run(command, input)
    }

    #[track_caller]
    fn run(&self, words: &[&str]) -> Ended {
        self.run_with("", words)
    }

    fn writes(&self, school: &str) -> usize {
        self.service
            .requests(&format!("/{school}"))
            .iter()
            .filter(|line| line.starts_with("POST") && line.ends_with("/things"))
            .count()
    }
}

/// Plays a behaviour beside a decent run; what is wrong, if anything.
fn play(behaviour: &Behaviour) -> Vec<String> {
    let world = World::new(behaviour);
    let (ended, neighbour) = std::thread::scope(|scope| {
        let neighbour = scope.spawn(|| world.run(&["run", NEIGHBOUR]));
        (world.run(behaviour.command()), neighbour.join().expect("it runs"))
    });
    let said = said(&world, behaviour, &ended);
    let mut wrong = Vec::new();
    if neighbour.code != Some(0) || !neighbour.out.contains("Успешно") || world.writes("decent") != 1 {
        wrong.push(format!("the neighbour noticed: {}{}", neighbour.out, neighbour.err));
    }
    if ended.code != Some(behaviour.code()) {
        wrong.push(format!("it ended with {:?}", ended.code));
    }
    if !said.contains(&behaviour.told) {
        wrong.push(format!("it does not say {:?}", behaviour.told));
    }
    if !is_tame(&said) {
        wrong.push(format!("it steers the terminal: {said:?}"));
    }
    if said.contains(TOKEN) || said.contains("p-decent") {
        wrong.push("it knows the token, or a pupil of the other school".into());
    }
    wrong.extend(there(&world, behaviour));
    if behaviour.by == By::Run {
        wrong.extend(afterwards(&world, behaviour, &ended));
    }
    if !wrong.is_empty() {
        wrong.push(format!("it said:\n{said}"));
    }
    wrong
}

/// What the person reads, also after a run that was not stopped.
fn said(world: &World, behaviour: &Behaviour, ended: &Ended) -> String {
    let shows = behaviour.by == By::Run && behaviour.verdict.is_none();
    let shown = shows.then(|| world.run(&["show", run_of(ended)]).out);
    format!("{}{}{}", ended.out, ended.err, shown.unwrap_or_default())
}

/// What came to the other side and should not have.
fn there(world: &World, behaviour: &Behaviour) -> Vec<String> {
    let mut wrong = Vec::new();
    if world.writes("hostile") != behaviour.writes {
        wrong.push(format!("writes: {:?}", world.service.requests("/hostile")));
    }
    let allowed = |line: &String| line.contains(" /hostile/") || line.contains(" /decent/");
    let strays: Vec<String> = world.service.requests("").into_iter().filter(|line| !allowed(line)).collect();
    if !strays.is_empty() {
        wrong.push(format!("requests elsewhere: {strays:?}"));
    }
    if !world.service.header("x-evil").is_empty() {
        wrong.push("a header was smuggled".into());
    }
    wrong
}

/// The number of the run, with which its first line begins.
fn run_of(ended: &Ended) -> &str {
    ended.out.split_whitespace().next().unwrap_or_default()
}

#[track_caller]
fn play_chapter(title: &str) {
    let behaviours = chapter(title);
    let mut wrong = Vec::new();
    for behaviour in &behaviours {
        let found = play(behaviour);
        if !found.is_empty() {
            wrong.push(format!("a connector that {}:\n{}", behaviour.what, found.join("\n")));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), behaviours.len(), wrong.join("\n\n"));
}

#[test]
fn time_memory_and_stack_have_an_end() {
    play_chapter("Time, memory, stack");
}

#[test]
fn sizes_and_numbers_have_an_end() {
    play_chapter("Sizes and numbers");
}

#[test]
fn answers_that_contradict_end_the_run() {
    play_chapter("Answers that contradict");
}

#[test]
fn lies_about_what_was_written_are_found_out() {
    play_chapter("Lies about what was written");
}

#[test]
fn requests_stay_where_and_when_they_may_be() {
    play_chapter("Requests");
}

#[test]
fn what_is_another_s_stays_another_s() {
    play_chapter("What is not its own");
}

#[test]
fn texts_stay_texts() {
    play_chapter("Texts");
}

#[test]
fn every_chapter_is_played() {
    let titles: Vec<String> = chapters().into_iter().map(|chapter| chapter.title).collect();
    let source = include_str!("mod.rs");
    let forgotten: Vec<&String> =
        titles.iter().filter(|title| !source.contains(&format!("play_chapter({title:?})"))).collect();
    assert!(forgotten.is_empty(), "{forgotten:?}");
}

/// Like the reference of the settings files: printed, kept beside, never edited by hand.
#[test]
fn the_page_is_current() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/hostile-connectors.md");
    let text = table::markdown();
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::create_dir_all(std::path::Path::new(file).parent().expect("a folder")).expect("a folder");
        fs::write(file, &text).expect("a file");
    }
    let stored = fs::read_to_string(file).unwrap_or_default();
    assert!(
        stored == text,
        "docs/hostile-connectors.md is out of date: run the test once with UPDATE_EXPECT=1"
    );
}
