//! Names, numbers of people and tokens reach no log, journal, metric, span or view, whatever goes wrong meanwhile.
//!
//! Each case invents a person and a token, has them sent by the real program under a server that tells everything it
//! can tell, and looks for them wherever anything is written. Another path of telling is one more line in [`SINKS`].

use std::path::Path;

use exchange_stand::rows::{Fault, Options};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use serde_json::Value;

use crate::collector::Collector;
use crate::h4_rows_to_http::World;
use crate::serve;
use crate::served::{Served, until};
use crate::world::audit;

/// A person and a secret that are nowhere else.
#[derive(Clone, Debug)]
struct Invented {
    last: String,
    first: String,
    snils: String,
    token: String,
}

impl Invented {
    /// As somebody might write them.
    fn written(&self) -> Vec<String> {
        let (a, b) = self.snils.split_at(9);
        let grouped = format!("{}-{}-{} {b}", &a[..3], &a[3..6], &a[6..]);
        let all = [&self.last, &self.first, &self.snils, &grouped, &self.token];
        let escaped = |text: &String| text.escape_unicode().to_string().replace(['{', '}'], "");
        all.iter().flat_map(|text| [text.to_lowercase(), escaped(text)]).collect()
    }
}

fn invented() -> impl Strategy<Value = Invented> {
    let name = || "[А-Я][а-я]{9,14}";
    (name(), name(), 100_000_000u64..999_999_999, "[a-z0-9]{32}").prop_map(|(last, first, number, token)| {
        let digits = number.to_string();
        let sum: u32 =
            digits.bytes().zip((1..=9).rev()).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
        let check = if sum % 101 == 100 { 0 } else { sum % 101 };
        Invented { last, first, snils: format!("{digits}{check:02}"), token }
    })
}

/// What a case leaves to look at.
struct Left<'w> {
    world: &'w World,
    served: &'w Served<'w>,
    collector: &'w Collector,
}

type Sink = (&'static str, fn(&Left<'_>) -> String);

/// Every path by which something is told that is not made for a person who may know.
const SINKS: [Sink; 11] = [
    ("the server's log", |left| read(&left.world.path("serve.log"))),
    ("metrics", |left| left.served.get("/metrics").body),
    ("readiness", |left| left.served.get("/ready").body),
    ("spans", |left| format!("{:?}", left.collector.taken())),
    ("the request journal", |left| shown(left, "requests")),
    ("the connector's diary", |left| shown(left, "log")),
    ("the list of runs", |left| left.world.run("", &["runs", "--json"]).out),
    ("the statuses", |left| left.world.run("", &["status", "--json"]).out),
    ("what people are told", |left| left.world.run("", &["notifications", "--json"]).out),
    ("the audit", |left| format!("{:?}", audit(&left.world.path("data")))),
    ("the host's database", |left| {
        ["data/host.db", "data/host.db-wal"].map(|file| read(&left.world.path(file))).concat()
    }),
];

fn read(file: &Path) -> String {
    String::from_utf8_lossy(&std::fs::read(file).unwrap_or_default()).into_owned()
}

fn shown(left: &Left<'_>, part: &str) -> String {
    let runs: Vec<Value> = left.world.run("", &["runs", "rows", "--json"]).json();
    let run = |run: &Value| run["id"].as_str().expect("a run").to_owned();
    let show = |run: String| {
        let shown: Value = left.world.run("", &["show", &run, "--requests", "--log", "--json"]).json();
        shown[part].to_string()
    };
    runs.iter().map(run).map(show).collect()
}

fn look_for(person: &Invented, fault: Fault) {
    let options = Options { token: Some(person.token.clone()), ..Options::default() };
    let (world, collector) = (serve::listening(options), Collector::start());
    let host = std::fs::read_to_string(world.path("exchange.toml")).expect("the host's file");
    world.write("exchange.toml", &format!("telemetry.otlp = \"{}\"\n{host}", collector.url()));
    serve::add_due(&world, "rows", "p", 5);
    let Invented { last, first, snils, .. } = person;
    let row = format!(
        "id;last-name;first-name;birth-date;class-id;snils\nq1;{last};{first};2015-03-01;c1;{snils}\n"
    );
    world.write("person.csv", &row);
    world.run("", &["import", "rows", "person.csv", "--add"]).with(0);
    world.run("", &["debug", "grant", "rows/rows", "--for", "1h", "--reason", "why"]).with(0);
    world.service.misbehave(fault);
    let served = Served::start_with(&world, |command| {
        command.env("EXCHANGE_LOG", "trace");
    });
    until("a run ended", || served.said("a run ended").is_some());
    until("its span is there", || collector.spans().iter().any(|span| span["name"] == "run"));
    let left = Left { world: &world, served: &served, collector: &collector };
    for (name, sink) in SINKS {
        let told = sink(&left).to_lowercase();
        assert!(told.len() > 1, "{name} tells nothing");
        for text in person.written() {
            assert!(
                !told.contains(&text),
                "{name} tells {text} ({person:?}, {fault:?})",
                fault = world.service.tally()
            );
        }
    }
    served.stop();
}

#[test]
fn nothing_that_is_told_holds_a_name_a_number_or_a_token() {
    let config = Config { rng_seed: RngSeed::Fixed(57), failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new(config);
    for fault in [Fault::None, Fault::BadRow("q1".into()), Fault::Dropped(1)] {
        let person = invented().new_tree(&mut runner).expect("a person").current();
        look_for(&person, fault);
    }
}
