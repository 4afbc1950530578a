//! H4: a connector of one's own, written on the SDK alone, runs in the host as it is.

use std::fs;

use exchange_stand::rows::{Fault, Options, Service};
use serde_json::Value;
use tempfile::TempDir;

use crate::connector;
use crate::process::{self, Ended};
use crate::school;

const SCHOOL: &str = "name = \"Школа строк\"\ntime-zone = \"Europe/Moscow\"\n\n\
    [[task]]\nid = \"rows\"\nconnector = \"rows-to-http\"\nenabled = true\npatience = \"20s\"\n\n\
    [task.settings]\nwith-birth-dates = true\n\n\
    [task.grant]\nupstreams = { rows = \"rows\" }\nrecords = { school-class = [\"*\"], pupil = [\"*\"] }\n\
    secrets = [\"token\"]\nwrite = true\n";

/// More than one batch of 500.
pub(crate) const PUPILS: u64 = 1_200;

/// A folder with pupils to deliver, and the service they go to.
pub(crate) struct World {
    folder: TempDir,
    pub(crate) service: Service,
}

impl World {
    pub(crate) fn new() -> Self {
        let token = Some("rows-token".to_owned());
        let service = Service::spawn(Options { token, ..Options::default() }).expect("the service starts");
        let world = Self { folder: TempDir::new().expect("a folder"), service };
        let address = world.service.addr();
        world.write(
            "exchange.toml",
            &format!(
                "data = \"data\"\nschools = \"schools\"\nconnectors = \"connectors\"\n[key]\nfile = \"exchange.key\"\n\
                 [upstream.rows]\nbase = [\"http://{address}\"]\nprivate = true\nrate = 0\nparallel = 1\n\
                 credential = {{ header = \"Authorization\", prefix = \"Bearer \" }}\n"
            ),
        );
        world.write("schools/rows.toml", SCHOOL);
        let classes = format!("id;study_year;grade;letter\nc1;{};5;А\n", school::study_year());
        world.write("classes.csv", &classes);
        world.write("pupils.csv", &pupils());
        let packed = connector::file().with_file_name("rows-to-http.wasm");
        fs::create_dir(world.folder.path().join("connectors")).expect("a folder");
        fs::copy(packed, world.folder.path().join("connectors/rows-to-http.wasm")).expect("it is built");
        world.run("", &["connector", "lock"]).with(0);
        world.run("rows-token", &["secret", "set", "token", "--school", "rows"]).with(0);
        world.run("", &["import", "rows", "classes.csv", "pupils.csv"]).with(0);
        world
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    pub(crate) fn run(&self, input: &str, words: &[&str]) -> Ended {
        let mut command = process::exchange(self.folder.path());
        command.args(words);
        process::run(command, input)
    }

    fn writes(&self) -> u64 {
        self.service.tally().posts
    }

    /// Different rows there; none came twice.
    pub(crate) fn arrived(&self) -> u64 {
        let tally = self.service.tally();
        assert_eq!((tally.rows, tally.unreadable), (tally.distinct, 0), "a row came twice: {tally:?}");
        tally.distinct
    }
}

fn pupils() -> String {
    let row = |n: u64| format!("p{n};Петров;Пётр;2015-03-{:02};c1\n", n % 28 + 1);
    let rows: String = (1..=PUPILS).map(row).collect();
    format!("id;last-name;first-name;birth-date;class-id\n{rows}")
}

#[test]
fn h4_rows_arrive_once_and_a_second_run_sends_nothing() {
    let world = World::new();
    let plan: Value = world.run("", &["plan", "rows/rows", "--json"]).with(0).json();
    assert_eq!(plan["counts"]["create"], PUPILS);
    assert_eq!(world.writes(), 0, "a plan writes nothing");
    world.run("", &["run", "rows/rows"]).with(0).says("Успешно");
    assert_eq!((world.arrived(), world.writes()), (PUPILS, 3));
    world.run("", &["run", "rows/rows"]).with(0).says("Успешно");
    assert_eq!(world.writes(), 3);
}

#[test]
fn h4_one_bad_row_costs_one_row_and_is_named() {
    let world = World::new();
    world.service.misbehave(Fault::BadRow("p77".into()));
    let run: Value = world.run("", &["run", "rows/rows", "--json"]).with(3).json();
    assert_eq!(run["counts"]["rejected"], 1, "{run:#}");
    assert_eq!(world.arrived(), PUPILS - 1);
    let shown: Value = world
        .run("", &["show", run["run"].as_str().expect("a run"), "--outcome", "rejected", "--json"])
        .with(3)
        .json();
    assert_eq!(shown["outcomes"][0]["key"], "p77");
}
