//! Running a shell line and measuring it: wall time, processor time, memory, read from `/proc`.

use std::collections::HashMap;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::failure::{Context, Outcome};
use crate::process;

/// Between two looks at memory.
const STRIDE: Duration = Duration::from_millis(10);
/// The unit of `/proc`'s processor times on every Linux of today, in seconds.
const TICK: f64 = 0.01;
/// The size of a page there, in bytes.
const PAGE: u64 = 4096;

/// A shell line with its surroundings.
#[derive(Clone, Debug)]
pub(super) struct Job {
    /// What bash gets.
    pub(super) line: String,
    /// Where.
    pub(super) folder: PathBuf,
    /// Beside what is inherited.
    pub(super) environment: Vec<(&'static str, String)>,
    /// What it says, both streams.
    pub(super) output: PathBuf,
}

/// What a run came to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measured {
    /// Exit code; none after a signal.
    pub(super) exit: Option<i32>,
    /// Seconds on the wall.
    pub(super) wall: f64,
    /// Seconds of processor time, of all its processes; a hundredth is the finest.
    pub(super) cpu: f64,
    /// Most memory of all its processes together, in bytes.
    pub(super) memory: u64,
}

impl Job {
    /// Starts it as the leader of a group of processes.
    ///
    /// # Errors
    /// When bash cannot be started or the output's file not be made.
    pub(super) fn start(&self) -> Outcome<Child> {
        let said = || format!("cannot write {}", self.output.display());
        let output = fs::File::create(&self.output).context(said)?;
        let errors = output.try_clone().context(said)?;
        let mut command = Command::new("bash");
        command.args(["-o", "pipefail", "-c", &self.line]).current_dir(&self.folder);
        command.stdin(Stdio::null()).stdout(output).stderr(errors).process_group(0);
        for name in ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "EXCHANGE_CONFIG"] {
            command.env_remove(name);
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.spawn().context(|| "cannot start bash".into())
    }

    /// Runs it to its end.
    ///
    /// # Errors
    /// As for [`Job::start`].
    pub(super) fn run(&self) -> Outcome<Measured> {
        let before = children_time()?;
        let began = Instant::now();
        let mut child = self.start()?;
        let watch = Watch::over(child.id());
        let status = child.wait().context(|| format!("cannot wait for `{}`", self.line))?;
        let wall = began.elapsed().as_secs_f64();
        let memory = watch.end();
        let cpu = children_time()? - before;
        Ok(Measured { exit: status.code(), wall, cpu, memory })
    }
}

/// Ends a group of processes with SIGKILL.
///
/// # Errors
/// When `kill` cannot be started or finds no such group.
pub(super) fn kill(mut leader: Child) -> Outcome {
    process::run(Command::new("kill").args(["-9", "--", &format!("-{}", leader.id())]))?;
    leader.wait().map(drop).context(|| "cannot wait for what was killed".into())
}

/// Processor time of all ended children of this process, in seconds.
fn children_time() -> Outcome<f64> {
    let text = fs::read_to_string("/proc/self/stat").context(|| "cannot read /proc/self/stat".into())?;
    let fields = fields(&text);
    let ticks =
        |place: usize| fields.get(place).and_then(|field| field.parse::<f64>().ok()).unwrap_or_default();
    Ok((ticks(13) + ticks(14)) * TICK)
}

/// What stands behind the name, which may hold blanks: the state is number 0, the parent 1.
fn fields(stat: &str) -> Vec<&str> {
    stat.rsplit_once(')').map_or_else(Vec::new, |(_, rest)| rest.split_ascii_whitespace().collect())
}

/// Looks at the memory of a process and of all that it started.
struct Watch {
    over: Arc<AtomicBool>,
    thread: std::thread::JoinHandle<u64>,
}

impl Watch {
    fn over(process: u32) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&over);
        let thread = std::thread::spawn(move || {
            let mut most = 0;
            while !told.load(Ordering::Relaxed) {
                most = most.max(memory(process));
                std::thread::sleep(STRIDE);
            }
            most
        });
        Self { over, thread }
    }

    fn end(self) -> u64 {
        self.over.store(true, Ordering::Relaxed);
        self.thread.join().unwrap_or_default()
    }
}

/// Resident bytes of a process and its descendants; processes that end meanwhile count nothing.
fn memory(process: u32) -> u64 {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    let mut pages: HashMap<u32, u64> = HashMap::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(number) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        let Ok(text) = fs::read_to_string(entry.path().join("stat")) else { continue };
        let fields = fields(&text);
        let parent = fields.get(1).and_then(|field| field.parse().ok()).unwrap_or_default();
        children.entry(parent).or_default().push(number);
        pages.insert(number, fields.get(21).and_then(|field| field.parse().ok()).unwrap_or_default());
    }
    let (mut open, mut sum) = (vec![process], 0);
    while let Some(next) = open.pop() {
        sum += pages.get(&next).copied().unwrap_or_default();
        open.extend(children.remove(&next).unwrap_or_default());
    }
    sum * PAGE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(folder: &std::path::Path, line: &str) -> Job {
        let (folder, output) = (folder.to_path_buf(), folder.join("output"));
        Job { line: line.into(), folder, environment: vec![("GREETING", "hello".into())], output }
    }

    #[test]
    fn a_line_is_measured_with_all_that_it_starts() {
        let folder = tempfile::tempdir().unwrap();
        let busy = "echo $GREETING; (i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done); exit 3";
        let job = job(folder.path(), busy);
        let measured = job.run().unwrap();
        assert_eq!(measured.exit, Some(3));
        assert!(measured.cpu > 0.0 && measured.wall > 0.0 && measured.memory > 0, "{measured:?}");
        assert_eq!(fs::read_to_string(&job.output).unwrap(), "hello\n");
    }

    #[test]
    fn what_is_killed_is_gone_with_all_that_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let child = job(folder.path(), "sleep 600 | sleep 600").start().unwrap();
        let leader = child.id();
        kill(child).unwrap();
        assert_eq!(memory(leader), 0);
    }

    #[test]
    fn a_name_with_blanks_and_brackets_is_passed_over() {
        assert_eq!(fields("7 (a (b) c) S 1 7"), ["S", "1", "7"]);
    }
}
