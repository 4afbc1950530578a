//! The loop: cases, watchdog, memory, and what is kept of a failure.

mod measure;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use invented_school::Rng;

use self::measure::{Memory, processor_time};
use crate::mutate::Damage;

/// What a case came to: its sort (new sorts join the inputs that are damaged further), or what is wrong.
pub(crate) type Judged = Result<String, String>;

/// Seconds of an ordinary run of a target.
const ORDINARY: u64 = 1;
/// A case that takes longer of the processor has hung: a thousand times what the slowest honest one takes.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often the watchdog looks.
const LOOK: Duration = Duration::from_secs(1);
/// A case that is still there after so many looks waits for something that does not come.
const LOOKS: u32 = 300;
/// Inputs kept for further damage.
const POOL: usize = 2_000;
/// Longest input that is damaged further.
const LONGEST: usize = 256 << 10;
/// Attempts at making a failing input smaller.
const ATTEMPTS: usize = 400;

/// A target.
pub(crate) struct Target {
    /// Its name, and the folder of its corpus.
    pub(crate) name: &'static str,
    /// Inputs that other tests have: a folder of this crate, and how their names end.
    pub(crate) also: &'static [(&'static str, &'static str)],
    /// Words that mean something in its inputs.
    pub(crate) words: &'static [&'static str],
    /// Most bytes of memory that one case may take.
    pub(crate) memory: u64,
}

impl Target {
    /// The files of its corpus and those it borrows, by path.
    pub(crate) fn corpus(&self) -> Vec<Vec<u8>> {
        let own = format!("tests/fuzz/corpus/{}", self.name);
        let folders = [(own.as_str(), "")];
        let folders = folders.iter().copied().chain(self.also.iter().copied());
        let mut paths = Vec::new();
        for (folder, ending) in folders {
            files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), ending, &mut paths);
        }
        paths.sort();
        paths.into_iter().map(|path| std::fs::read(path).expect("a file")).collect()
    }

    /// Judges the corpus, then damaged inputs until the time is over.
    pub(crate) fn run(&self, judge: impl Fn(&[u8]) -> Judged) {
        let damage = Damage { words: self.words };
        self.run_with(self.corpus(), |pool, rng| damage.damaged(pool, rng), judge);
    }

    /// The same, but most inputs are damaged by `inside`, which knows how they are built.
    pub(crate) fn run_inside(&self, inside: fn(&mut Vec<u8>, &mut Rng), judge: impl Fn(&[u8]) -> Judged) {
        let damage = Damage { words: self.words };
        self.run_with(self.corpus(), |pool, rng| damage.damaged_inside(inside, pool, rng), judge);
    }

    /// Judges these inputs, then what `next` makes of them until the time is over.
    pub(crate) fn run_with(
        &self,
        mut pool: Vec<Vec<u8>>,
        next: impl Fn(&[Vec<u8>], &mut Rng) -> Vec<u8>,
        judge: impl Fn(&[u8]) -> Judged,
    ) {
        // One target at a time: what memory has grown by is then this one's.
        static ALONE: Mutex<()> = Mutex::new(());
        let (_alone, seconds) = (lock(&ALONE), seconds());
        let (mut rng, began) = (Rng::new(seed()), processor_time());
        let case = Case { target: self, watched: watch(self.name), slowest: Cell::default() };
        let mut sorts: BTreeSet<String> = pool.iter().map(|input| case.judged(input, &judge)).collect();
        let (mut cases, mut told) = (pool.len(), 0);
        while processor_time() - began < seconds {
            let input = next(&pool, &mut rng);
            let sort = case.judged(&input, &judge);
            cases += 1;
            if input.len() <= LONGEST && sorts.insert(sort) {
                join(&mut pool, input, &mut rng);
            }
            let minutes = (processor_time() - began).as_secs() / 60;
            if minutes > told {
                told = minutes;
                case.tell(cases, sorts.len(), began);
            }
        }
        case.tell(cases, sorts.len(), began);
    }
}

/// Keeps an input for further damage; in a full pool it takes the place of another one.
fn join(pool: &mut Vec<Vec<u8>>, input: Vec<u8>, rng: &mut Rng) {
    if pool.len() < POOL {
        pool.push(input);
    } else {
        pool[rng.below(POOL)] = input;
    }
}

fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    // Nothing was found yet that is worth keeping.
    if !folder.exists() {
        return;
    }
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for path in entries.map(|entry| entry.expect("an entry").path()) {
        if path.is_dir() {
            files(&path, ending, found);
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn asked(name: &str) -> Option<u64> {
    std::env::var(name)
        .ok()
        .map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is not a number: {text}")))
}

fn seconds() -> Duration {
    Duration::from_secs(asked("EXCHANGE_FUZZ_SECONDS").unwrap_or(ORDINARY))
}

/// The same cases in every ordinary run, others in every long one.
fn seed() -> u64 {
    match asked("EXCHANGE_FUZZ_SECONDS") {
        None => 0,
        Some(_) => {
            let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
            since.map_or(1, |since| since.as_micros() as u64)
        }
    }
}

/// The case under way and the processor time when it began.
type Watched = Arc<Mutex<Option<(Duration, Vec<u8>)>>>;

/// Watches from a thread of its own: a case that does not come back ends the process.
fn watch(name: &'static str) -> Watched {
    let watched = Watched::default();
    let seen = Arc::downgrade(&watched);
    std::thread::spawn(move || {
        let (mut last, mut looks) = (None, 0);
        while let Some(watched) = seen.upgrade() {
            if let Some((began, input)) = lock(&watched).as_ref() {
                looks = if last == Some(*began) { looks + 1 } else { 0 };
                last = Some(*began);
                if processor_time() - *began > PATIENCE || looks > LOOKS {
                    hung(name, input);
                }
            }
            drop(watched);
            std::thread::park_timeout(LOOK);
        }
    });
    watched
}

fn hung(name: &str, input: &[u8]) -> ! {
    let file = keep(name, input);
    eprintln!("{name}: a case has hung; it is kept in {}", file.display());
    std::process::exit(101)
}

struct Case<'a> {
    target: &'a Target,
    watched: Watched,
    /// The longest time a case has taken, and its length.
    slowest: Cell<(Duration, usize)>,
}

impl Case<'_> {
    /// Says how far the target is.
    fn tell(&self, cases: usize, sorts: usize, began: Duration) {
        let (name, spent, (slowest, size)) =
            (self.target.name, (processor_time() - began).as_secs(), self.slowest.get());
        eprintln!(
            "{name}: {cases} cases of {sorts} sorts in {spent} s; the slowest took {slowest:?} for {size} bytes"
        );
    }

    /// The sort of a case. One that fails is made smaller, kept, and ends the test.
    #[track_caller]
    fn judged(&self, input: &[u8], judge: &impl Fn(&[u8]) -> Judged) -> String {
        match self.judge(input, judge) {
            Ok(sort) => sort,
            Err(_) => {
                let small = self.smaller(input, judge);
                let why = self.judge(&small, judge).err().unwrap_or_default();
                let file = keep(self.target.name, &small);
                panic!(
                    "{}: {why}\nthe input is kept in {}; mend the fault and move it to the corpus",
                    self.target.name,
                    file.display()
                );
            }
        }
    }

    fn judge(&self, input: &[u8], judge: &impl Fn(&[u8]) -> Judged) -> Judged {
        // What ends the process at once, as memory that is not to be had does, leaves its input here.
        let under_way = write(self.target.name, "under-way", input);
        let began = processor_time();
        *lock(&self.watched) = Some((began, input.to_vec()));
        let before = Memory::begin();
        let judged = catch_unwind(AssertUnwindSafe(|| judge(input)));
        let grown = before.grown();
        drop(std::fs::remove_file(under_way));
        *lock(&self.watched) = None;
        self.slowest.set(self.slowest.get().max((processor_time() - began, input.len())));
        if grown > self.target.memory {
            return Err(format!("{} bytes of input took {} MiB of memory", input.len(), grown >> 20));
        }
        judged.unwrap_or_else(|panic| Err(format!("panicked: {}", said(&*panic))))
    }

    /// Takes pieces out for as long as it still fails.
    fn smaller(&self, input: &[u8], judge: &impl Fn(&[u8]) -> Judged) -> Vec<u8> {
        let (mut input, mut attempts) = (input.to_vec(), 0);
        let mut piece = input.len() / 2;
        while piece > 0 && attempts < ATTEMPTS {
            let mut at = 0;
            while at < input.len() && attempts < ATTEMPTS {
                let end = (at + piece).min(input.len());
                let less = [&input[..at], &input[end..]].concat();
                attempts += 1;
                if self.judge(&less, judge).is_err() {
                    input = less;
                } else {
                    at = end;
                }
            }
            piece /= 2;
        }
        input
    }
}

fn said(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without a word")
}

/// Writes a failing input where the next build does not wipe it out.
fn keep(name: &str, input: &[u8]) -> PathBuf {
    let hash = input.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    write(name, &format!("{hash:016x}"), input)
}

fn write(name: &str, file: &str, input: &[u8]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz").join(name);
    let file = folder.join(file);
    std::fs::create_dir_all(&folder)
        .and_then(|()| std::fs::write(&file, input))
        .expect("a folder to write to");
    file
}
