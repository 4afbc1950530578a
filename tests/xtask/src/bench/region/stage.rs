//! A region: a folder with so many schools, bound and imported, and the two services that they talk to.
//!
//! Everything is done as people would do it, by the programs: files are exported, imported, and every school is bound by
//! its own administrator in a dialogue. Only the first sending is left to be measured.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::super::service::Service;
use super::super::{Ground, folder};
use super::Size;
use super::tables::{renamed, with_own_ids};
use crate::demo::dialogue::{Dialogue, address, option_number};
use crate::failure::{Context, Failure, Outcome};
use crate::{connectors, process};

/// The school's file that all are copies of.
const MODEL: &str = "examples/first-school/schools/school57.toml";
/// The name in it.
const MODEL_NAME: &str = "Школа № 57 (вымышленная)";
/// The application's id in it, and what the services know it by.
const CLIENT: &str = "00000000-0000-4000-8000-000000000057";
const CLIENT_SECRET: &str = "demo-client-secret";
const PASSWORD: &str = "demo-password";
/// Tasks of each school beside the diary.
const ROWS_TASKS: usize = 3;
/// Schools made ready at once.
const HANDS: usize = 4;
/// What it takes to be handled, at both services.
const LATENCY_MS: &str = "50";

/// How many tasks a school has.
pub(super) const TASKS: usize = 1 + ROWS_TASKS;

/// A region made ready.
pub(super) struct Stage<'a> {
    ground: &'a Ground<'a>,
    size: Size,
    pub(super) folder: PathBuf,
    diary: Service,
    rows: Service,
}

impl<'a> Stage<'a> {
    /// Makes it; takes a second or so a school.
    ///
    /// # Errors
    /// When a program refuses something.
    pub(super) fn set(ground: &'a Ground<'a>, size: Size) -> Outcome<Self> {
        let folder = ground.scratch.join("region");
        folder::empty(&folder)?;
        let diary = Service::serve(ground, &["dnevnik", "--latency", LATENCY_MS])?;
        let rows = Service::serve(ground, &["rows", "--latency", LATENCY_MS])?;
        let stage = Self { ground, size, folder, diary, rows };
        stage.furnish()?;
        each(size.schools, |n| stage.school(n))?;
        Ok(stage)
    }

    /// Writes `exchange.toml` anew. `rate`: requests a second that all schools share at each service; 0: no limit.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn limit(&self, rate: u32, parallel: usize) -> Outcome {
        let upstream = |name: &str, url: &str, limits: bool, credential: &str| {
            let (rate, parallel) = if limits { (rate, parallel) } else { (0, 8) };
            format!(
                "[upstream.{name}]\nbase = [\"{url}\"]\nprivate = true\nrate = {rate}\nparallel = {parallel}\n\
                 {credential}\n"
            )
        };
        let (diary, rows) = (self.diary.url(), self.rows.url());
        let bearer = "credential = { header = \"Authorization\", prefix = \"Bearer \" }";
        let service = |n: usize| upstream(&format!("rows-{n}"), &format!("{rows}/{n}"), true, bearer);
        let text = [
            "[key]\nfile = \"exchange.key\"\n\n".to_owned(),
            upstream("dnevnik", diary, true, "credential = { header = \"Access-Token\", prefix = \"\" }"),
            upstream("dnevnik-login", diary, false, ""),
            upstream("dnevnik-site", diary, false, ""),
        ];
        let text: String = text.into_iter().chain((1..=ROWS_TASKS).map(service)).collect();
        self.write("exchange.toml", &text)
    }

    /// The next day's files: in each school the names of so many in a thousand pupils are others than they were.
    ///
    /// # Errors
    /// When a file cannot be read or is refused.
    pub(super) fn next_day(&self, day: usize, per_mille: usize) -> Outcome {
        each(self.size.schools, |n| {
            let file = self.exports(n).join("pupils.csv");
            let text = fs::read_to_string(&file).context(|| format!("cannot read {}", file.display()))?;
            let changed = (self.size.pupils * per_mille).div_ceil(1_000);
            let text = renamed(&text, day, changed)?;
            fs::write(&file, text).context(|| format!("cannot write {}", file.display()))?;
            self.exchange(&["import", &id(n), &file.display().to_string()], "").map(drop)
        })
    }

    /// Bytes of all data of the schools.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub(super) fn bytes(&self) -> Outcome<u64> {
        let folder = self.folder.join("data/schools");
        let entries = fs::read_dir(&folder).and_then(|entries| entries.collect::<Result<Vec<_>, _>>());
        let entries = entries.context(|| format!("cannot read {}", folder.display()))?;
        Ok(entries.iter().filter_map(|entry| entry.metadata().ok()).map(|file| file.len()).sum())
    }

    /// Configuration, connectors and secrets, and the services' side.
    fn furnish(&self) -> Outcome {
        for made in ["schools", "connectors"] {
            fs::create_dir(self.folder.join(made)).context(|| format!("cannot make `{made}`"))?;
        }
        self.limit(0, 64)?;
        for connector in ["dnevnik.wasm", "rows-to-http.wasm"] {
            let from = connectors::folder(self.ground.workspace).join(connector);
            fs::copy(&from, self.folder.join("connectors").join(connector))
                .context(|| format!("cannot copy {}", from.display()))?;
        }
        self.exchange(&["connector", "lock"], "")?;
        self.exchange(&["secret", "set", "client-secret"], CLIENT_SECRET)?;
        self.exchange(&["secret", "set", "token"], "rows-token")?;
        let seed = self.folder.join("seed.json");
        self.write("seed.json", &seed_of(self.size.schools).to_string())?;
        let mut sow = Command::new(self.ground.programs.join("exchange-stand"));
        process::run(sow.arg("seed").arg(&seed).args(["--at", self.diary.url()]))
    }

    /// A school: its file, its exports, its records, its binding.
    fn school(&self, n: usize) -> Outcome {
        let model = self.ground.workspace.root.join(MODEL);
        let model = fs::read_to_string(&model).context(|| format!("cannot read {}", model.display()))?;
        self.write(&format!("schools/{}.toml", id(n)), &school_file(&model, n))?;
        let output = self.folder.join("exports").join(id(n));
        let (seed, pupils) = (n.to_string(), self.size.pupils.to_string());
        let mut invent = Command::new(self.ground.programs.join("invented-school"));
        invent.args(["generate", "--seed", &seed, "--pupils", &pupils, "--output"]).arg(output);
        process::run(&mut invent)?;
        self.number_records(n)?;
        let tables = ["classes", "staff", "guardians", "pupils", "applications", "orders"];
        let tables = tables.map(|table| self.exports(n).join(format!("{table}.csv")).display().to_string());
        let id = id(n);
        let words: Vec<&str> =
            ["import", id.as_str()].into_iter().chain(tables.iter().map(String::as_str)).collect();
        self.exchange(&words, "")?;
        self.bind(n)
    }

    /// Ids of records are a school's own; the services of rows keep those of all schools side by side.
    fn number_records(&self, n: usize) -> Outcome {
        for table in ["pupils", "applications", "orders"] {
            let file = self.exports(n).join(format!("{table}.csv"));
            // One of the tables is in windows-1251.
            let text = fs::read(&file).context(|| format!("cannot read {}", file.display()))?;
            fs::write(&file, with_own_ids(&text, n))
                .context(|| format!("cannot write {}", file.display()))?;
        }
        Ok(())
    }

    fn exports(&self, n: usize) -> PathBuf {
        self.folder.join("exports").join(id(n)).join("records")
    }

    /// The administrator of the school signs in, chooses it, and types its name.
    fn bind(&self, n: usize) -> Outcome {
        let task = format!("{}/dnevnik", id(n));
        let mut talk = Dialogue::quietly(folder::command(self.ground, &self.folder).args(["bind", &task]))?;
        let page = talk.until("the address of the consent page", address)?;
        let mut browser = Command::new(self.ground.programs.join("exchange-stand"));
        browser.args(["consent", &page, "--login", &id(n), "--password", PASSWORD]).stdout(Stdio::null());
        process::run(&mut browser)?;
        let name = name(n);
        let asked = |said: &str| said.ends_with(": ").then(|| option_number(said, &name)).flatten();
        let number = talk.until("the choice of the school", asked)?;
        talk.say(&number)?;
        talk.until("the school's name", |said| said.ends_with(' ').then_some(()))?;
        talk.say(&name)?;
        match talk.end()? {
            0 => Ok(()),
            code => Err(Failure::new(format!("the binding of {task} ended with {code}"))),
        }
    }

    fn exchange(&self, words: &[&str], input: &str) -> Outcome {
        folder::exchange(self.ground, &self.folder, words, input)
    }

    fn write(&self, name: &str, text: &str) -> Outcome {
        folder::write(&self.folder.join(name), text)
    }
}

/// A school's id, also its administrator's login.
fn id(n: usize) -> String {
    format!("s{n:05}")
}

fn name(n: usize) -> String {
    format!("Школа № {} (вымышленная)", 10_000 + n)
}

/// The model's file under another name, with further tasks. The other side is put right.
fn school_file(model: &str, n: usize) -> String {
    let mut text =
        model.replace(MODEL_NAME, &name(n)).replace("changes = \"report\"", "changes = \"update\"");
    for task in 1..=ROWS_TASKS {
        text.push_str(&format!(
            "\n[[task]]\nid = \"rows-{task}\"\nconnector = \"rows-to-http\"\nenabled = true\nchanges = \"update\"\n\n\
             [task.settings]\nwith-birth-dates = true\n\n[task.grant]\nupstreams = {{ rows = \"rows-{task}\" }}\n\
             records = {{ school-class = [\"*\"], pupil = [\"*\"] }}\nsecrets = [\"token\"]\nwrite = true\n"
        ));
    }
    text
}

/// What the diary knows before anybody sends anything: the schools, each with its own administrator.
fn seed_of(schools: usize) -> Value {
    let number = |base: u64, n: usize| (base + n as u64).to_string();
    let organisation = |n: usize| json!({"id": number(1_000_000_000_000, n), "name": name(n), "timeZone": 3});
    let administrator = |n: usize| {
        json!({"login": id(n), "password": PASSWORD, "person": number(1_000_050_000_000, n),
               "user": number(1_000_060_000_000, n), "lastName": "Примерова", "firstName": "Анна",
               "organizations": [{"id": number(1_000_000_000_000, n)}]})
    };
    json!({
        "organizations": (1..=schools).map(organisation).collect::<Vec<_>>(),
        "administrators": (1..=schools).map(administrator).collect::<Vec<_>>(),
        "clients": [{"id": CLIENT, "secret": CLIENT_SECRET, "name": "Exchange",
                     "redirectUris": ["http://127.0.0.1/callback"], "flows": ["code"]}],
    })
}

/// Does it for each number from 1, several at once; stops at the first failure.
pub(super) fn each(count: usize, work: impl Fn(usize) -> Outcome + Sync) -> Outcome {
    let (next, failed) = (AtomicUsize::new(1), Mutex::new(Ok(())));
    let hand = || {
        while let n @ 1.. = next.fetch_add(1, Ordering::Relaxed)
            && n <= count
        {
            if let Err(failure) = work(n) {
                next.store(count + 1, Ordering::Relaxed);
                *failed.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Err(failure);
            }
        }
    };
    std::thread::scope(|scope| (0..HANDS).for_each(|_| drop(scope.spawn(hand))));
    failed.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_done_once_and_a_failure_ends_it() {
        let done = Mutex::new(Vec::new());
        each(20, |n| {
            done.lock().unwrap().push(n);
            Ok(())
        })
        .unwrap();
        let mut done = done.into_inner().unwrap();
        done.sort_unstable();
        assert_eq!(done, (1..=20).collect::<Vec<_>>());
        let failure = each(1_000, |n| if n == 3 { Err(Failure::new("three")) } else { Ok(()) });
        assert!(failure.unwrap_err().to_string().contains("three"));
    }

    #[test]
    fn a_school_has_its_own_name_and_all_its_tasks() {
        let model = format!("name = \"{MODEL_NAME}\"\n[[task]]\nid = \"dnevnik\"\nchanges = \"report\"\n");
        let text = school_file(&model, 7);
        assert!(text.contains("Школа № 10007") && !text.contains("report"), "{text}");
        assert_eq!(text.matches("[[task]]").count(), TASKS);
    }
}
