//! What an operator sees: the live view, the request journal, bodies by leave, spans, broken files, upgrades of data.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use exchange::store::{DebugStore, MasterKey, SchoolDb, SchoolOptions};
use exchange_stand::rows::{Fault, Options};
use serde_json::{Value, json};

use crate::collector::Collector;
use crate::h4_rows_to_http::World;
use crate::process;
use crate::serve;
use crate::served::{Served, until};
use crate::world::audit;

const TASK: &str = "rows/rows";

/// A run that goes on until somebody ends it.
fn endless() -> World {
    let options = Options { latency: Duration::from_secs(3_600), ..Options::default() };
    let world = World::without_schools(options, "rate = 0\nparallel = 1");
    world.add_school("rows", "p", 10);
    world
}

fn quick() -> World {
    let world = World::without_schools(Options::default(), "rate = 0\nparallel = 1");
    world.add_school("rows", "p", 10);
    world
}

/// A command that goes on; killed when the test ends.
struct Going(Child);

impl Going {
    fn start(world: &World, words: &[&str]) -> Self {
        let mut command = process::exchange(&world.path(""));
        command.args(words).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        Self(command.spawn().expect("it starts"))
    }

    fn kill(&mut self) {
        self.0.kill().expect("it is killed");
        self.0.wait().expect("it ends");
    }
}

impl Drop for Going {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// The live view's lines as they come.
struct View {
    _watching: Going,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl View {
    fn of(world: &World) -> Self {
        let mut watching = Going::start(world, &["status", "--watch", "--json"]);
        let lines = BufReader::new(watching.0.stdout.take().expect("its output")).lines();
        Self { _watching: watching, lines }
    }

    /// The first line that shows so many runs.
    fn with(&mut self, count: usize) -> Vec<Value> {
        let mut lines = self.lines.by_ref().map(|line| line.expect("a line"));
        let found = lines.find_map(|line| {
            let line: Value = serde_json::from_str(&line).expect("JSON");
            let runs = line["runs"].as_array().expect("runs").clone();
            (line["at"].is_i64() && runs.len() == count).then_some(runs)
        });
        found.expect("it goes on")
    }
}

#[test]
fn what_runs_is_seen_while_it_runs_and_a_dead_process_shows_nothing() {
    let world = endless();
    let mut view = View::of(&world);
    assert_eq!(view.with(0), [] as [Value; 0]);
    let mut by_hand = Going::start(&world, &["run", TASK, "--quiet"]);
    let runs = view.with(1);
    assert_eq!(
        (&runs[0]["task"], &runs[0]["connector"]),
        (&json!(TASK), &json!("rows-to-http")),
        "{runs:#?}"
    );
    assert_eq!(runs[0]["pid"], by_hand.0.id());
    by_hand.kill();
    view.with(0);
    let left = std::fs::read_dir(world.path("data/live")).expect("a folder").count();
    assert_eq!(left, 0, "what the dead process left is cleared away");
}

#[test]
fn runs_of_the_server_are_seen_too_and_people_read_a_table() {
    let world = serve::due(Options { latency: Duration::from_secs(3_600), ..Options::default() });
    let served = Served::start(&world);
    until("a run is under way", || served.number("exchange_runs_running") == Some(1.0));
    assert_eq!(View::of(&world).with(1)[0]["pid"], served.process());
    let mut watching = Going::start(&world, &["status", "--watch"]);
    let lines = BufReader::new(watching.0.stdout.take().expect("its output")).lines();
    let told: Vec<String> = lines.take(3).map(|line| line.expect("a line")).collect();
    assert!(told[0].starts_with("Сейчас идёт 1 отправка") && told[2].starts_with(TASK), "{told:#?}");
}

#[test]
fn a_broken_file_is_a_line_among_the_others() {
    let world = quick();
    world.write("schools/broken.toml", "name = \"cut sho");
    let rows: Vec<Value> = world.run("", &["status", "--json"]).with(1).json();
    let shown: BTreeMap<&str, &str> =
        rows.iter().filter_map(|row| Some((row["school"].as_str()?, row["status"].as_str()?))).collect();
    assert_eq!(shown, [("broken", "broken"), ("rows", "none")].into(), "{rows:#?}");
    world.run("", &["status"]).with(1).says("Ошибка в файле школы").says("exchange check broken").says(TASK);
    world.run("", &["runs"]).with(2).complains("cut sho");
    world.run("", &["status", "rows"]).with(0);
}

/// The journal's lines of the last run.
fn journal(world: &World, more: &[&str]) -> (i32, Vec<Value>) {
    let runs: Vec<Value> = world.run("", &["runs", "rows", "--json"]).json();
    let run = runs[0]["run"].as_str().or_else(|| runs[0]["id"].as_str()).expect("a run").to_owned();
    let ended = world.run("", &[&["show", &run, "--requests", "--json"], more].concat());
    let code = ended.code.expect("a code");
    if ended.out.is_empty() {
        return (code, Vec::new());
    }
    let shown: Value = ended.json();
    (code, shown["requests"].as_array().expect("a journal").clone())
}

#[test]
fn the_journal_tells_of_every_attempt() {
    let world = quick();
    world.service.misbehave(Fault::Busy(1));
    let mut by_hand = Going::start(&world, &["run", TASK, "--quiet"]);
    until("it was refused twice", || world.service.tally().posts > 1);
    world.service.misbehave(Fault::None);
    assert!(by_hand.0.wait().expect("it ends").success());
    let (code, lines) = journal(&world, &[]);
    assert_eq!(code, 0);
    let writes: Vec<&Value> = lines.iter().filter(|line| line["write"] == true).collect();
    assert!(writes.len() > 2, "{lines:#?}");
    assert_eq!((&writes[0]["status"], &writes[0]["attempt"]), (&json!(503), &json!(1)), "{writes:#?}");
    let last = writes.last().expect("a line");
    assert_eq!(
        (&last["status"], &last["method"], &last["upstream"]),
        (&json!(200), &json!("POST"), &json!("rows"))
    );
    assert!(last["path"].as_str().is_some_and(|path| path.starts_with('/')), "{last}");
    assert!(lines.iter().all(|line| line.get("request_body").is_none()), "no leave was given");
    let times: Vec<i64> = lines.iter().filter_map(|line| line["at"].as_i64()).collect();
    assert!(times.len() == lines.len() && times.is_sorted(), "{times:?}");
}

/// The school's store; this key opens nothing that is sealed.
fn school(world: &World) -> SchoolDb {
    let options = SchoolOptions { key: MasterKey([0; 32]), time_zone: jiff::tz::TimeZone::UTC };
    SchoolDb::open(&world.path("data"), &"rows".into(), options).expect("the school's store")
}

/// What was done about leave.
fn audited(world: &World) -> Vec<String> {
    audit(&world.path("data"))
        .into_iter()
        .map(|entry| entry.what)
        .filter(|what| what.starts_with("debug-"))
        .collect()
}

#[test]
fn bodies_are_kept_by_leave_only_sealed_and_go_when_it_ends() {
    let world = quick();
    world.run("", &["run", TASK]).with(0);
    assert_eq!(journal(&world, &["--bodies"]).0, 2, "there was no leave");
    world.run("", &["debug", "grant", TASK, "--for", "200h", "--reason", "why"]).with(2).complains("недел");
    world.run("", &["debug", "grant", TASK, "--for", "2h", "--reason", " "]).with(2).complains("причина");
    world.run("", &["debug", "grant", TASK, "--for", "2h", "--reason", "ticket 17"]).with(0).says(TASK);
    let grants: Vec<Value> = world.run("", &["debug", "list", "--json"]).with(0).json();
    assert_eq!((&grants[0]["task"], &grants[0]["reason"]), (&json!(TASK), &json!("ticket 17")));

    world.write(
        "more.csv",
        "id;last-name;first-name;birth-date;class-id\nq1;Щукоедова;Бланка;2015-03-01;c1\n",
    );
    world.run("", &["import", "rows", "more.csv", "--add"]).with(0);
    world.run("", &["run", TASK]).with(0);
    let (code, lines) = journal(&world, &["--bodies"]);
    assert_eq!(code, 0);
    let sent = lines.iter().find(|line| line["write"] == true).expect("a write");
    let body = sent["request_body"].as_str().expect("its body");
    assert!(body.contains("Щукоедова"), "{body}");
    assert!(!body.contains("rows-token") && sent["response_body"].is_string(), "{sent:#}");
    for file in ["rows.db", "rows.db-wal"] {
        let bytes = std::fs::read(world.path("data/schools").join(file)).unwrap_or_default();
        let found = bytes.windows(body.len()).any(|window| window == body.as_bytes());
        assert!(!found, "{file} holds a body as it stands");
    }

    world.run("", &["debug", "revoke", TASK]).with(0);
    assert_eq!(journal(&world, &["--bodies"]).0, 2, "what was kept went with the leave");
    let expected = ["debug-grant", "debug-read", "debug-revoke"];
    assert_eq!(audited(&world), expected);
}

#[test]
fn bodies_go_when_their_time_is_over_also_where_nothing_runs() {
    let world = quick();
    world.run("", &["debug", "grant", TASK, "--for", "3s", "--reason", "ticket 17"]).with(0);
    world.run("", &["run", TASK]).with(0);
    let end = |now| school(&world).has_expired(now).expect("readable");
    assert!(end(i64::MAX), "bodies were kept");
    until("the time is over", || end(jiff::Timestamp::now().as_millisecond()));
    world.run("", &["status"]).with(0);
    assert!(!end(i64::MAX), "opening the school has dropped them");
}

fn collected(world: &World, collector: &Collector) {
    let host = std::fs::read_to_string(world.path("exchange.toml")).expect("the host's file");
    world.write("exchange.toml", &format!("telemetry.otlp = \"{}\"\n{host}", collector.url()));
}

fn attribute<'v>(span: &'v Value, name: &str) -> Option<&'v Value> {
    let attributes = span["attributes"].as_array().expect("attributes");
    let found = attributes.iter().find(|attribute| attribute["key"] == name)?;
    found["value"].as_object()?.values().next()
}

#[test]
fn a_collector_gets_the_run_with_everything_below_it() {
    let (world, collector) = (quick(), Collector::start());
    collected(&world, &collector);
    world.run("", &["run", TASK]).with(0);
    let spans = collector.spans();
    let run = spans.iter().find(|span| span["name"] == "run").expect("the run");
    let expected = [("school", "rows"), ("task", "rows"), ("connector", "rows-to-http"), ("run", "rows-1")];
    for (name, value) in expected {
        assert_eq!(attribute(run, name), Some(&json!(value)), "{run:#}");
    }
    let requests: Vec<&Value> = spans.iter().filter(|span| span["name"] == "request").collect();
    assert!(!requests.is_empty(), "{spans:#?}");
    for request in requests {
        assert_eq!(request["traceId"], run["traceId"]);
        assert_eq!(attribute(request, "attempt"), Some(&json!("1")), "{request:#}");
        let above = spans.iter().find(|span| span["spanId"] == request["parentSpanId"]).expect("a call");
        assert_eq!(above["parentSpanId"], run["spanId"], "{above:#}");
    }
}

#[test]
fn a_collector_that_is_not_there_costs_nothing() {
    let world = quick();
    let host = std::fs::read_to_string(world.path("exchange.toml")).expect("the host's file");
    world.write("exchange.toml", &format!("telemetry.otlp = \"http://127.0.0.1:9\"\n{host}"));
    world.run("", &["run", TASK]).with(0).says("Успешно");
    assert_eq!(world.arrived(), 10);
    world.write("exchange.toml", &format!("telemetry.otlp = \"somewhere\"\n{host}"));
    world.run("", &["run", TASK]).with(2).complains("otlp");
}

#[test]
fn data_are_looked_at_before_another_version_takes_over() {
    let world = quick();
    let known = world.run("", &["migrate", "--known"]).with(0).out.trim().to_owned();
    assert!(known.starts_with("host=") && known.contains(" school="), "{known}");
    let rows: Vec<Value> = world.run("", &["migrate", "--check", "--json"]).with(0).json();
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| row["what"] == "current"), "{rows:#?}");
    world.run("", &["migrate", "--fits", &known]).with(0);
    world.run("", &["migrate", "--fits", "host=1 school=0"]).with(1).complains("более новой программой");
    world.run("", &["migrate", "--fits", "nonsense"]).with(2);
}

#[test]
fn there_is_a_manual_page_for_every_command() {
    let world = quick();
    world.run("", &["man", "pages"]).with(0);
    let page = std::fs::read_to_string(world.path("pages/exchange-debug-grant.1")).expect("a page");
    assert!(page.contains("Разрешить на время"), "{page}");
    let rendered =
        Command::new("man").args(["--local-file", "--warnings"]).arg(world.path("pages/exchange.1")).output();
    let Ok(rendered) = rendered else { return eprintln!("man is not installed: pages are not rendered") };
    assert!(rendered.status.success(), "{}", String::from_utf8_lossy(&rendered.stderr));
}
