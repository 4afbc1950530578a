//! How long the cabinet's pages take in a region with a past: many schools, each with years of runs and a month of their
//! outcomes. Prints for each page what half, 95 of 100 and all requests took at most, seen from the browser's side of the
//! loopback, and how heavy it is.
//!
//! Goal: 95 of 100 within 50 ms with 4,000 schools and 6,000,000 runs:
//! `EXCHANGE_PAGES=4000x1500 cargo bench --package exchange --bench pages`. Without that it is 50 schools with 100 runs.
//! With `EXCHANGE_PAGES_WRK=5s` the program `wrk` asks for each page so long instead, without a pause: what it says is printed.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use exchange::model::records::{RecordRef, RecordType};
use exchange::model::{Action, ItemRef, Outcome, OutcomeRow, RunCounts, RunStatus, Selection, TaskId};
use exchange::store::{
    Lane, LaneStore, LedgerStore, MasterKey, Progress, RunEnd, RunStore, SchoolDb, SchoolOptions,
};
use exchange_stand::http;
use exchange_stand::telephone::{self, Newcomer};
use serde::Deserialize;
use tempfile::TempDir;

const PUPILS: usize = 1_000;
/// Runs of the last month, four an evening; of these the outcomes are there.
const TOLD: usize = 120;
/// Outcomes of each of them.
const OUTCOMES: usize = 40;
/// Requests for each page, so many at once.
const REQUESTS: usize = 400;
const AT_ONCE: usize = 4;
const EVENING_MS: i64 = 6 * 3_600_000;
const KEY: [u8; 32] = [7; 32];
const PASSWORD: &str = "лошадь скрепка батарея";

const SCHOOL: &str = "name = \"Школа (вымышленная)\"\ntime-zone = \"Europe/Moscow\"\n\n[[task]]\nid = \"rows\"\n\
    connector = \"rows-to-http\"\nenabled = false\n\n[task.settings]\nwith-birth-dates = true\n\n[task.grant]\n\
    upstreams = { rows = \"rows\" }\nrecords = { school-class = [\"*\"], pupil = [\"*\"] }\nsecrets = [\"token\"]\n\
    write = true\n";

fn main() {
    let (schools, runs) = size();
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let port = free_port();
    let began = Instant::now();
    prepare(folder.path(), port);
    fill(folder.path(), runs);
    multiply(folder.path(), schools);
    println!("{schools} schools with {runs} runs each, made in {:.0} s", began.elapsed().as_secs_f64());
    let began = Instant::now();
    let _server = serve(&folder, port);
    println!("served after {:.1} s", began.elapsed().as_secs_f64());
    let newcomer = sign_in(folder.path());
    if let Ok(time) = std::env::var("EXCHANGE_PAGES_WRK") {
        println!("{:<44} {:>9} {:>9} {:>9}", "page", "half", "p99", "a second");
        // Files are rationed: a person gets no thousands of them.
        return pages(runs)
            .iter()
            .filter(|page| !page.ends_with(".xlsx"))
            .for_each(|page| println!("{}", wrk(&folder, port, &newcomer, page, &time, schools)));
    }
    println!("{:<44} {:>9} {:>9} {:>9} {:>8}", "page", "half, ms", "p95, ms", "most, ms", "KiB");
    for page in pages(runs) {
        println!("{}", measure(port, &newcomer, page, schools));
    }
}

/// Schools and runs of each.
fn size() -> (usize, usize) {
    let Ok(size) = std::env::var("EXCHANGE_PAGES") else { return (50, 100) };
    let (schools, runs) = size.split_once('x').expect("SCHOOLSxRUNS");
    (schools.parse().expect("a number of schools"), runs.parse().expect("a number of runs"))
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port()
}

/// The first school, by the program itself.
fn prepare(folder: &Path, port: u16) {
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).expect("a file");
    for name in ["schools", "connectors"] {
        std::fs::create_dir(folder.join(name)).expect("a folder");
    }
    let host = format!(
        "[key]\nenv = \"BENCH_KEY\"\n[web]\nrequests-per-client = 1000000\nlisten = \"127.0.0.1:{port}\"\naddress = \"http://127.0.0.1:{port}\"\n\
         [upstream.rows]\nbase = [\"http://127.0.0.1:1\"]\nprivate = true\n\
         credential = {{ header = \"Authorization\", prefix = \"Bearer \" }}\n"
    );
    write("exchange.toml", &host);
    write("schools/s0.toml", SCHOOL);
    let class = |n: usize| format!("c{n};2026;{};{}\n", n % 11 + 1, ['А', 'Б', 'В', 'Г'][n / 11]);
    write("classes.csv", &format!("id;study_year;grade;letter\n{}", (0..44).map(class).collect::<String>()));
    let row = |n: usize| format!("p{n};Вымышленный;Пётр;2015-03-{:02};c{}\n", n % 28 + 1, n % 44);
    let rows: String = (0..PUPILS).map(row).collect();
    write("pupils.csv", &format!("id;last-name;first-name;birth-date;class-id\n{rows}"));
    let program = Path::new(env!("CARGO_BIN_EXE_exchange"));
    let target = program.ancestors().nth(2).expect("target/PROFILE/exchange");
    std::fs::copy(target.join("connectors/rows-to-http.wasm"), folder.join("connectors/rows-to-http.wasm"))
        .expect("it is built");
    say(folder, &["connector", "lock"]);
    say(folder, &["import", "s0", "classes.csv", "pupils.csv"]);
}

fn exchange(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_exchange"));
    let key: String = KEY.iter().map(|byte| format!("{byte:02x}")).collect();
    command.current_dir(folder).env("BENCH_KEY", key).env("EXCHANGE_LANG", "ru").args(words);
    command
}

fn say(folder: &Path, words: &[&str]) -> String {
    let output = exchange(folder, words).output().expect("it runs");
    let said = String::from_utf8(output.stdout).expect("text");
    assert!(output.status.success(), "{words:?}: {said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

/// The first school's past.
fn fill(folder: &Path, runs: usize) {
    let store = SchoolDb::open(&folder.join("data"), &"s0".into(), options()).expect("the school's file");
    let now = jiff::Timestamp::now().as_millisecond();
    let lane = store.take_lane("bench", now).expect("the lane");
    for back in (1..=runs).rev() {
        let back = i64::try_from(back).expect("few runs");
        past_run(&store, &lane, now - back * EVENING_MS, usize::try_from(back).expect("few") <= TOLD);
    }
}

fn past_run(store: &SchoolDb, lane: &Lane, at: i64, told: bool) {
    let task = TaskId::from("rows");
    let run = store.begin_run(lane.fence(), &task, &Selection::default(), at).expect("a run").number;
    if told {
        let outcomes = (0..OUTCOMES).map(outcome).collect();
        let progress = Progress { outcomes, ..Progress::default() };
        store.record(lane.fence(), &task, Some(run), &progress).expect("it is written");
    }
    let counts = RunCounts { applied: OUTCOMES as u64, unchanged: 900, ..RunCounts::default() };
    let end = RunEnd { status: RunStatus::Success, reason: None, verdict: None, plan: None, counts };
    store.end_run(lane.fence(), run, &end, at + 60_000).expect("it ends");
}

fn outcome(n: usize) -> OutcomeRow {
    OutcomeRow {
        item: ItemRef::new("row", format!("p{n}").as_str()),
        group: Some("5-А".to_owned()),
        about: Some(RecordRef { record_type: RecordType::Pupil, id: format!("p{n}") }),
        outcome: Outcome::Applied,
        action: Some(Action::Create),
        remarks: Vec::new(),
    }
}

/// All other schools are like the first.
fn multiply(folder: &Path, schools: usize) {
    let copy = |from: &str, to: String| {
        std::fs::copy(folder.join(from), folder.join(to)).expect("a copy");
    };
    for n in 1..schools {
        copy("schools/s0.toml", format!("schools/s{n}.toml"));
        copy("data/schools/s0.db", format!("data/schools/s{n}.db"));
        with_own_key(folder, n);
    }
}

/// What the first school has sealed nobody else can open: the copy makes a key of its own with its first lane.
fn with_own_key(folder: &Path, n: usize) {
    let file = rusqlite::Connection::open(folder.join(format!("data/schools/s{n}.db"))).expect("the file");
    file.execute("DELETE FROM meta WHERE name = 'hash-key'", []).expect("it is forgotten");
    drop(file);
    let school = format!("s{n}").as_str().into();
    let store = SchoolDb::open(&folder.join("data"), &school, options()).expect("the school's file");
    drop(store.take_lane("bench", jiff::Timestamp::now().as_millisecond()).expect("the lane"));
}

fn options() -> SchoolOptions {
    SchoolOptions { key: MasterKey(KEY), time_zone: jiff::tz::TimeZone::UTC }
}

/// The server; stopped when dropped.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn serve(folder: &TempDir, port: u16) -> Server {
    let mut command = exchange(folder.path(), &["serve", "--quiet"]);
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let mut server = Server(command.spawn().expect("it starts"));
    let end = Instant::now() + Duration::from_secs(120);
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(server.0.try_wait().expect("it can be watched").is_none(), "the server has ended");
        assert!(Instant::now() < end, "the server does not listen");
        std::thread::sleep(Duration::from_millis(20));
    }
    server
}

#[derive(Deserialize)]
struct Invited {
    address: String,
}

fn sign_in(folder: &Path) -> Newcomer {
    let told = say(folder, &["user", "invite", "olga", "--role", "region-administrator", "--json"]);
    let invited: Invited = serde_json::from_str(&told).expect("JSON");
    telephone::accept(&invited.address, PASSWORD).expect("an account")
}

/// Pages, each for another school at each request.
fn pages(runs: usize) -> Vec<String> {
    let school = "/~school/{school}";
    let [run, file, made] = ["", "/report.xlsx", "/~made"].map(|what| format!("/rows/{runs}{what}"));
    let pages = ["", "/rows", "/rows?page=3", &run, &file, &made];
    let records = ["/~records", "/~people", "/~people/pupil:p1", "/~classes", "/rows/settings"];
    let evening = ["/~inbox", "/~notify", "/rows/~send", "/rows/~questions", "/rows/~classes"];
    let pages = pages.iter().chain(&records).chain(&evening).map(|page| format!("{school}{page}"));
    ["/", "/~me"].map(str::to_owned).into_iter().chain(pages).collect()
}

/// A line about a page.
fn measure(port: u16, newcomer: &Newcomer, page: String, schools: usize) -> String {
    let ask = |n: usize| {
        let page = page.replace("{school}", &format!("s{}", n * 7 % schools));
        let url = format!("http://127.0.0.1:{port}{page}").parse().expect("an address");
        let began = Instant::now();
        let answer = http::send("GET", &url, &[("Cookie", &newcomer.cookie)], "").expect("an answer");
        assert_eq!(answer.status, 200, "{page}");
        (began.elapsed(), answer.body.len())
    };
    let person = |first: usize| move || (first..REQUESTS).step_by(AT_ONCE).map(ask).collect::<Vec<_>>();
    let mut all: Vec<(Duration, usize)> = std::thread::scope(|scope| {
        let persons: Vec<_> = (0..AT_ONCE).map(|first| scope.spawn(person(first))).collect();
        persons.into_iter().flat_map(|person| person.join().expect("it ends")).collect()
    });
    all.sort_unstable();
    let ms = |share: usize| all[(all.len() - 1) * share / 100].0.as_secs_f64() * 1_000.0;
    let weight = all.iter().map(|(_, bytes)| *bytes).max().unwrap_or_default();
    format!("{page:<44} {:>9.1} {:>9.1} {:>9.1} {:>8.1}", ms(50), ms(95), ms(100), weight as f64 / 1_024.0)
}

/// What `wrk` says of a page, at each request of another school.
fn wrk(folder: &TempDir, port: u16, newcomer: &Newcomer, page: &str, time: &str, schools: usize) -> String {
    let script = folder.path().join("schools.lua");
    let text = format!(
        "local n = 0\nrequest = function()\n  n = (n + 7) % {schools}\n  \
         return wrk.format('GET', (string.gsub('{page}', '{{school}}', 's' .. n)))\nend\n"
    );
    std::fs::write(&script, text).expect("a file");
    let mut command = Command::new("wrk");
    command.args(["--threads", "1", "--latency", "--duration", time]).arg(format!("--connections={AT_ONCE}"));
    command.arg("--script").arg(&script).arg("--header").arg(format!("Cookie: {}", newcomer.cookie));
    let output = command.arg(format!("http://127.0.0.1:{port}")).output().expect("wrk is installed");
    let said = String::from_utf8(output.stdout).expect("text");
    assert!(output.status.success() && !said.contains("Non-2xx"), "{page}: {said}");
    let after =
        |label: &str| said.split(label).nth(1).and_then(|rest| rest.split_whitespace().next()).unwrap_or("?");
    format!("{page:<44} {:>9} {:>9} {:>9}", after("50%"), after("99%"), after("Requests/sec:"))
}
