//! What a run costs that finds nothing to do: lane, run, memory of scopes, journal, all durable; no guest is started.
//!
//! Goal: ahead of the nearest ready-made tool, which needs 1.8 ms each and does 1,900 a second with 32 at once.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use exchange::daemon::host::{Host, Package};
use exchange::daemon::task::{Task, Watch};
use exchange::model::manifest::Manifest;
use exchange::model::{Extent, RunStatus, Selection};
use exchange::reconcile::Cancel;
use exchange::{config, sandbox};
use exchange_stand::rows::{Options, Service};

/// Schools that run at once.
const SCHOOLS: usize = 32;
/// Pupils of each.
const PUPILS: usize = 100;
/// The key of the bench's folder.
const KEY: [u8; 32] = [7; 32];

const SCHOOL: &str = "name = \"Школа строк\"\ntime-zone = \"Europe/Moscow\"\n\n\
    [[task]]\nid = \"rows\"\nconnector = \"rows-to-http\"\nenabled = true\n\n[task.settings]\n\
    with-birth-dates = true\n\n[task.grant]\nupstreams = { rows = \"rows\" }\n\
    records = { school-class = [\"*\"], pupil = [\"*\"] }\nsecrets = [\"token\"]\nwrite = true\n";

/// A run as every face of the program makes it.
fn run(task: &Task) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let run = task.run(Selection::default(), Extent::default(), None, Watch::silent(Cancel::default()));
    let report = runtime.block_on(run).expect("a report");
    assert_eq!((report.status, report.quiet), (RunStatus::Success, true), "{report:?}");
}

struct Known(Arc<Manifest>);

impl config::Manifests for Known {
    fn manifest(&self, id: &str) -> Option<Arc<Manifest>> {
        (id == "rows-to-http").then(|| self.0.clone())
    }
}

/// Files, imports and first runs, by the program itself.
fn prepare(folder: &Path, service: &Service) {
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).expect("a file");
    for name in ["schools", "connectors"] {
        std::fs::create_dir(folder.join(name)).expect("a folder");
    }
    let host = format!(
        "data = \"data\"\nschools = \"schools\"\nconnectors = \"connectors\"\n[key]\nenv = \"BENCH_KEY\"\n\
         [upstream.rows]\nbase = [\"http://{}\"]\nprivate = true\nrate = 0\n\
         credential = {{ header = \"Authorization\", prefix = \"Bearer \" }}\n",
        service.addr()
    );
    write("exchange.toml", &host);
    write("classes.csv", "id;study_year;grade;letter\nc1;2026;5;А\n");
    let row = |n: usize| format!("p{n};Петров;Пётр;2015-03-{:02};c1\n", n % 28 + 1);
    let rows: String = (1..=PUPILS).map(row).collect();
    write("pupils.csv", &format!("id;last-name;first-name;birth-date;class-id\n{rows}"));
    let packed = component();
    std::fs::copy(packed, folder.join("connectors/rows-to-http.wasm")).expect("it is built");
    say(folder, "", &["connector", "lock"]);
    for n in 0..SCHOOLS {
        write(&format!("schools/s{n}.toml"), SCHOOL);
        let school = format!("s{n}");
        say(folder, "rows-token", &["secret", "set", "token", "--school", &school]);
        say(folder, "", &["import", &school, "classes.csv", "pupils.csv"]);
        say(folder, "", &["run", &format!("{school}/rows"), "--quiet"]);
    }
}

fn component() -> std::path::PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_exchange"));
    let target = program.ancestors().nth(2).expect("target/PROFILE/exchange");
    target.join("connectors/rows-to-http.wasm")
}

fn say(folder: &Path, input: &str, words: &[&str]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_exchange"));
    let key: String = KEY.iter().map(|byte| format!("{byte:02x}")).collect();
    command.current_dir(folder).env("BENCH_KEY", key).args(words);
    let output =
        assert_cmd::Command::from_std(command).write_stdin(input.to_owned()).output().expect("it runs");
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// The task of each school, opened from one host.
fn tasks(folder: &Path) -> Vec<Task> {
    let config = config::load_host(&folder.join("exchange.toml")).expect("the settings");
    let bytes = std::fs::read(component()).expect("the component");
    let text = sandbox::read_manifest(&bytes).expect("a manifest");
    let manifest = Arc::new(config::load_manifest(&text, "rows-to-http").expect("a manifest"));
    let known = Known(Arc::clone(&manifest));
    let package = Arc::new(Package { sha256: sandbox::sha256(&bytes), bytes, manifest });
    let files = config::school_files(&config).expect("the schools");
    let host = Host::new(config, KEY);
    let task = |(_, path): &(_, std::path::PathBuf)| {
        let school = Arc::new(config::load_school(path, host.config(), &known).expect("a school"));
        let store = host.school(&school).expect("the school's file");
        let task = school.tasks[0].clone();
        host.task(school, task, Arc::clone(&package), store).expect("the host's file")
    };
    files.iter().map(task).collect()
}

fn quiet_runs(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let token = Some("rows-token".to_owned());
    let service = Service::spawn(Options { token, ..Options::default() }).expect("the service starts");
    prepare(folder.path(), &service);
    let tasks = tasks(folder.path());
    let mut group = criterion.benchmark_group("quiet runs");
    group.sample_size(20);
    group.bench_function("one", |bencher| bencher.iter(|| run(&tasks[0])));
    group.throughput(Throughput::Elements(SCHOOLS as u64));
    group.bench_function("32 at once", |bencher| {
        bencher.iter_custom(|times| {
            let start = Instant::now();
            std::thread::scope(|scope| {
                for task in &tasks {
                    scope.spawn(move || (0..times).for_each(|_| run(task)));
                }
            });
            start.elapsed()
        });
    });
    group.finish();
}

criterion_group!(benches, quiet_runs);
criterion_main!(benches);
