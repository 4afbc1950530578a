//! The server drops what was kept long enough, and `exchange keep` says what would go.

use serde_json::Value;

use crate::h4_rows_to_http::World;
use crate::served::{Served, until};

/// Adds runs that ended so many days ago, each with a request and a log line.
fn old_runs(world: &World, count: u32, days: i64) {
    let file = rusqlite::Connection::open(world.path("data/schools/rows.db")).expect("the school's data");
    let at = jiff::Timestamp::now().as_millisecond() - days * 86_400_000;
    for _ in 0..count {
        let run = "INSERT INTO run (task, started, finished, status, selection, counts) VALUES ('rows', ?1, ?1, \
                   '\"success\"', '{\"groups\":[],\"persons\":[]}', (SELECT counts FROM run LIMIT 1)) RETURNING number";
        let number: i64 = file.query_row(run, [at], |row| row.get(0)).expect("a run");
        file.execute(
            "INSERT INTO request VALUES (?1, ?2, 'rows', 'look-up', 'POST', 0, 200, NULL, 1, 1, 1, 1, '/rows')",
            [number, at],
        )
        .expect("a request");
        file.execute("INSERT INTO log VALUES (?1, ?2, 'info', 'x')", [number, at]).expect("a line");
    }
}

fn would_go(world: &World) -> Value {
    world.run("", &["keep", "--dry-run", "--json"]).with(0).json()
}

#[test]
fn the_server_drops_what_is_old() {
    let world = World::new();
    let host = std::fs::read_to_string(world.path("exchange.toml")).expect("the host's file");
    world.write("exchange.toml", &format!("serve.listen = \"127.0.0.1:0\"\n{host}"));
    world.run("", &["run", "rows/rows"]).with(0);
    world.run("", &["keep"]).with(0).says("Удалять нечего");
    old_runs(&world, 12, 100);
    let would = would_go(&world);
    let rows: Vec<(&str, u64)> = would["dropped"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|row| (row["kept"].as_str().expect("a kind"), row["rows"].as_u64().expect("a number")))
        .collect();
    // The first run is recent, the last ten stay.
    assert_eq!(rows, [("requests", 2), ("log", 2)], "{would:#}");
    world.run("", &["keep", "rows", "--dry-run"]).with(0).says("журнал запросов").says("Ничего не тронуто");
    let served = Served::start(&world);
    until("old data are dropped", || served.said("old data dropped").is_some());
    until("that is remembered", || would_go(&world)["dropped"].as_array().is_some_and(Vec::is_empty));
    served.stop();
    world.run("", &["show", "rows-2"]).with(0).says("срок их хранения истёк");
    let served = Served::start(&world);
    served.stop();
    let log = std::fs::read_to_string(world.path("serve.log")).expect("its log");
    assert!(!log.contains("old data"), "once a day: {log}");
}

#[test]
fn settings_that_keep_too_little_are_refused() {
    let world = World::without_schools(Default::default(), "rate = 0");
    let host = std::fs::read_to_string(world.path("exchange.toml")).expect("the host's file");
    world.write("exchange.toml", &format!("{host}\n[keep]\nlog = \"1h\"\nat = \"25:00\"\n"));
    world.run("", &["keep"]).with(2).complains("must be kept for a day").complains("`at` must be a time");
}
