//! H4: a connector of one's own, written on the SDK alone, runs in the host as it is.

use std::fs;

use exchange::store::{Lane, LaneStore, MasterKey, SchoolDb, SchoolOptions};
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
        let world = Self::without_schools(Options::default(), "rate = 0\nparallel = 1");
        world.add_school("rows", "p", PUPILS);
        world
    }

    /// No school yet. `limits`: of the one upstream.
    pub(crate) fn without_schools(options: Options, limits: &str) -> Self {
        let token = options.token.clone().unwrap_or_else(|| "rows-token".to_owned());
        let options = Options { token: Some(token.clone()), ..options };
        let service = Service::spawn(options).expect("the service starts");
        let world = Self { folder: TempDir::new().expect("a folder"), service };
        let address = world.service.addr();
        world.write(
            "exchange.toml",
            &format!(
                "data = \"data\"\nschools = \"schools\"\nconnectors = \"connectors\"\n[key]\nfile = \"exchange.key\"\n\
                 [upstream.rows]\nbase = [\"http://{address}\"]\nprivate = true\n{limits}\n\
                 credential = {{ header = \"Authorization\", prefix = \"Bearer \" }}\n"
            ),
        );
        let classes = format!("id;study_year;grade;letter\nc1;{};5;А\n", school::study_year());
        world.write("classes.csv", &classes);
        let packed = connector::file().with_file_name("rows-to-http.wasm");
        fs::create_dir(world.folder.path().join("connectors")).expect("a folder");
        fs::copy(packed, world.folder.path().join("connectors/rows-to-http.wasm")).expect("it is built");
        world.run("", &["connector", "lock"]).with(0);
        world.run(&token, &["secret", "set", "token"]).with(0);
        world
    }

    /// A school with so many pupils, whose ids begin like this, and one task: to deliver them.
    pub(crate) fn add_school(&self, school: &str, prefix: &str, count: u64) {
        self.write(&format!("schools/{school}.toml"), SCHOOL);
        self.write("pupils.csv", &pupils(prefix, count));
        self.run("", &["import", school, "classes.csv", "pupils.csv"]).with(0);
    }

    /// A school's lane, as a run has it.
    pub(crate) fn lane(&self, school: &str) -> Lane {
        let options = SchoolOptions { key: MasterKey([0; 32]), time_zone: jiff::tz::TimeZone::UTC };
        let store = SchoolDb::open(&self.path("data"), &school.into(), options).expect("the school's store");
        store.take_lane("run", 0).expect("it is free")
    }

    /// A path in the folder.
    pub(crate) fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
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

fn pupils(prefix: &str, count: u64) -> String {
    let row = |n: u64| format!("{prefix}{n};Петров;Пётр;2015-03-{:02};c1\n", n % 28 + 1);
    let rows: String = (1..=count).map(row).collect();
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
