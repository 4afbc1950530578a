//! A hostile connector and its neighbour: whatever the guest of the tests does, it is stopped, refused or harmless, the
//! person reads why, and a run of another school at the same time notices nothing.

mod service;
mod start;
mod table;

use std::fs;
use std::sync::OnceLock;

use calamine::{DataType, Reader};
use serde_json::Value;
use tempfile::TempDir;

use crate::process::{self, Ended};
use crate::{connector, world};
use service::Service;
use table::{Behaviour, By, End, chapter, chapters};

const HOSTILE: &str = "hostile/t";
const NEIGHBOUR: &str = "decent/t";

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
         [limits]\nmemory = \"32MiB\"\ncpu = \"500ms\"\nwall = \"6s\"\nrequests = 50\nlog-lines = 10\nscope-items = 2000\n{}{}{}",
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
                .run_with(
                    &format!("{school}-token-0123456789"),
                    &["secret", "set", "token", "--school", school],
                )
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
    let command: &[&str] = match behaviour.by {
        By::Check => &["check", HOSTILE],
        By::Bind => &["bind", HOSTILE, "--wait", "2s"],
        By::Plan => &["plan", HOSTILE, "--all"],
        By::Run => &["run", HOSTILE],
    };
    let (ended, neighbour) = std::thread::scope(|scope| {
        let neighbour = scope.spawn(|| world.run(&["run", NEIGHBOUR]));
        (world.run(command), neighbour.join().expect("it runs"))
    });
    let mut wrong = Vec::new();
    let mut hold = |holds: bool, what: String| {
        if !holds {
            wrong.push(what);
        }
    };
    hold(
        neighbour.code == Some(0) && neighbour.out.contains("Успешно") && world.writes("decent") == 1,
        format!("the neighbour noticed: {}{}", neighbour.out, neighbour.err),
    );
    hold(ended.code == Some(code(behaviour)), format!("it ended with {:?}", ended.code));
    let mut said = format!("{}{}", ended.out, ended.err);
    if behaviour.by == By::Run && behaviour.verdict.is_none() {
        let shown = world.run(&["show", run_of(&ended)]);
        said.push_str(&shown.out);
    }
    hold(said.contains(&behaviour.told), format!("it does not say {:?}", behaviour.told));
    hold(is_tame(&said), format!("it steers the terminal: {said:?}"));
    hold(
        world.writes("hostile") == behaviour.writes,
        format!("writes: {:?}", world.service.requests("/hostile")),
    );
    let strays: Vec<String> = world
        .service
        .requests("")
        .into_iter()
        .filter(|line| !line.contains(" /hostile/") && !line.contains(" /decent/"))
        .collect();
    hold(strays.is_empty(), format!("requests elsewhere: {strays:?}"));
    hold(world.service.header("x-evil").is_empty(), "a header was smuggled".into());
    if behaviour.by == By::Run {
        wrong.extend(afterwards(&world, behaviour, &ended));
    }
    if !wrong.is_empty() {
        wrong.push(format!("it said:\n{said}"));
    }
    wrong
}

/// The number of the run, with which its first line begins.
fn run_of(ended: &Ended) -> &str {
    ended.out.split_whitespace().next().unwrap_or_default()
}

/// What is kept of a run: the verdict, and reports that are harmless.
fn afterwards(world: &World, behaviour: &Behaviour, ended: &Ended) -> Vec<String> {
    let mut wrong = Vec::new();
    let run = run_of(ended);
    let shown = world.run(&["show", run, "--log", "--json"]);
    let shown: Value = serde_json::from_str(&shown.out).unwrap_or_default();
    let verdict = behaviour.verdict.as_deref().map_or(Value::Null, Value::from);
    if shown["verdict"] != verdict {
        wrong.push(format!("the verdict kept is {}", shown["verdict"]));
    }
    if shown["log"].as_array().is_none_or(|lines| lines.len() > 60) {
        wrong.push(format!("its log: {}", shown["log"]));
    }
    if behaviour.has_texts() {
        wrong.extend(faces(world, run));
        wrong.extend(reports(world, run));
    }
    wrong
}

/// Commands that show texts of the run and steer the terminal by it.
fn faces(world: &World, run: &str) -> Vec<String> {
    let commands = [&["show", run, "--log"][..], &["decide", HOSTILE], &["status"], &["runs"]];
    let said = commands.map(|words| (words[0], world.run(words)));
    let steering = said.into_iter().filter(|(_, said)| !is_tame(&format!("{}{}", said.out, said.err)));
    steering.map(|(command, said)| format!("`{command}` steers the terminal: {:?}", said.out)).collect()
}

/// What is not harmless about the run's reports: formulas, markup, characters that steer.
fn reports(world: &World, run: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let written = |name: &str| {
        world.run(&["report", run, "-o", name]).with(0);
        world.folder.path().join(name)
    };
    let page = fs::read_to_string(written("r.html")).expect("a page");
    let body = page.split_once("</style>").expect("a style").1;
    if ["<script", "<img", "\"onmouse"].iter().any(|bad| body.contains(bad)) || !is_tame(body) {
        wrong.push(format!("the page is not harmless: {body}"));
    }
    let table = fs::read(written("r.csv")).expect("a table");
    let mut rows =
        csv::ReaderBuilder::new().delimiter(b';').flexible(true).has_headers(false).from_reader(&table[3..]);
    for cell in
        rows.records().flat_map(|row| row.expect("a row").iter().map(str::to_owned).collect::<Vec<_>>())
    {
        let formula = cell.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
        if formula || !is_tame(&cell) {
            wrong.push(format!("a cell is not harmless: {cell:?}"));
        }
    }
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(written("r.xlsx")).expect("a workbook");
    for sheet in book.sheet_names() {
        let formulas = book.worksheet_formula(&sheet).expect("a sheet");
        let cells = book.worksheet_range(&sheet).expect("a sheet");
        let texts =
            cells.cells().all(|(_, _, cell)| cell.is_empty() || cell.get_string().is_some_and(is_tame));
        if !formulas.is_empty() || !texts {
            wrong.push(format!("the sheet {sheet} is not harmless"));
        }
    }
    wrong
}

/// No control character but the end of a line, and none that turns a line around.
fn is_tame(said: &str) -> bool {
    let turns = |c| matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    !said.chars().any(|c| (c.is_control() && c != '\n') || turns(c))
}

fn code(behaviour: &Behaviour) -> i32 {
    match (behaviour.end, behaviour.by) {
        (None | Some(End::Fails), _) => 1,
        (Some(End::Misconfigured), _) => 2,
        (Some(End::Refused | End::Told | End::Doubted), By::Run) => 3,
        (Some(End::Held | End::Asked), _) => 4,
        _ => 0,
    }
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
