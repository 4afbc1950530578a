//! Shows commands as one would type them, runs them for all to see, and insists on how they end.

use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::dialogue::Dialogue;
use crate::failure::{Context, Failure, Outcome};
use crate::process;

/// How long a program in the background may take until it listens.
const PATIENCE: Duration = Duration::from_secs(20);

/// A folder to work in and programs to show; stops what it started when dropped.
#[derive(Debug)]
pub(super) struct Show {
    folder: PathBuf,
    programs: PathBuf,
    background: Vec<Child>,
}

impl Show {
    /// Commands run in `folder`; those found in `programs` are taken from there.
    pub(super) fn new(folder: &Path, programs: &Path) -> Self {
        Self { folder: folder.to_path_buf(), programs: programs.to_path_buf(), background: Vec::new() }
    }

    /// Says what comes next.
    pub(super) fn heading(&self, text: &str) {
        println!("\n── {text} ──");
    }

    /// Shows a command, runs it with inherited output, and gives its exit code.
    ///
    /// # Errors
    /// When it cannot be started or ends with a code that is not among `expected`.
    pub(super) fn run(&self, words: &[&str], expected: &[u8]) -> Outcome<u8> {
        self.run_as(&typed(words), words, expected)
    }

    /// The same, shown in the way one would type it: with `*` for what the shell writes out.
    ///
    /// # Errors
    /// As for [`Show::run`].
    pub(super) fn run_as(&self, shown: &str, words: &[&str], expected: &[u8]) -> Outcome<u8> {
        println!("$ {shown}");
        let status = process::status(&mut self.command(words))?;
        right(words, status, expected)
    }

    /// The same, and says how long it took.
    ///
    /// # Errors
    /// As for [`Show::run`].
    pub(super) fn run_timed(&self, words: &[&str], expected: &[u8]) -> Outcome<u8> {
        let start = Instant::now();
        let code = self.run(words, expected)?;
        println!("({} ms)", start.elapsed().as_millis());
        Ok(code)
    }

    /// Shows a command that reads a value from a pipe, and runs it.
    ///
    /// # Errors
    /// As for [`Show::run`].
    pub(super) fn run_with(&self, value: &str, words: &[&str], expected: &[u8]) -> Outcome<u8> {
        println!("$ {} | {}", typed(&["printf", "%s", value]), typed(words));
        let child = self.command(words).stdin(Stdio::piped()).spawn();
        let mut child = child.context(|| format!("cannot start `{}`", typed(words)))?;
        let mut input = child.stdin.take().expect("it was asked for");
        input.write_all(value.as_bytes()).context(|| "cannot pass the value on".into())?;
        drop(input);
        right(words, child.wait().context(|| "cannot wait for its end".into())?, expected)
    }

    /// Runs a command without showing it, and gives what it says.
    ///
    /// # Errors
    /// As for [`Show::run`].
    pub(super) fn ask(&self, words: &[&str], expected: &[u8]) -> Outcome<String> {
        let output = self.command(words).stderr(Stdio::inherit()).output();
        let output = output.context(|| format!("cannot start `{}`", typed(words)))?;
        right(words, output.status, expected)?;
        String::from_utf8(output.stdout).context(|| format!("cannot read what `{}` says", typed(words)))
    }

    /// Shows a command and starts it as a dialogue.
    ///
    /// # Errors
    /// When it cannot be started.
    pub(super) fn talk(&self, words: &[&str]) -> Outcome<Dialogue> {
        println!("$ {}", typed(words));
        Dialogue::start(&mut self.command(words))
    }

    /// The files of a kind in a folder, by name, as a shell would write out `folder/*.extension`.
    ///
    /// # Errors
    /// When the folder cannot be read or holds none.
    pub(super) fn files(&self, folder: &str, extension: &str) -> Outcome<Vec<String>> {
        let cannot = || format!("cannot read {folder}");
        let mut files = Vec::new();
        for entry in std::fs::read_dir(self.folder.join(folder)).context(cannot)? {
            let name = entry.context(cannot)?.file_name().to_string_lossy().into_owned();
            if name.ends_with(&format!(".{extension}")) {
                files.push(format!("{folder}/{name}"));
            }
        }
        files.sort();
        let none = || Failure::new(format!("no .{extension} files in {folder}"));
        if files.is_empty() { Err(none()) } else { Ok(files) }
    }

    /// The text of a file in the folder.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn text(&self, file: &str) -> Outcome<String> {
        std::fs::read_to_string(self.folder.join(file)).context(|| format!("cannot read {file}"))
    }

    /// Shows a command, starts it in the background and waits until it listens.
    ///
    /// # Errors
    /// When it cannot be started, ends, or does not listen in time.
    pub(super) fn start(&mut self, words: &[&str], address: SocketAddr) -> Outcome {
        println!("$ {} &", typed(words));
        let child = self.command(words).stdin(Stdio::null()).spawn();
        self.background.push(child.context(|| format!("cannot start `{}`", typed(words)))?);
        let child = self.background.last_mut().expect("a child was just added");
        await_listening(child, address).map_err(|failure| failure.within(format_args!("`{}`", typed(words))))
    }

    /// Waits until what was started last has ended, or was stopped.
    ///
    /// # Errors
    /// When it ended badly.
    pub(super) fn wait(mut self) -> Outcome {
        let Some(mut child) = self.background.pop() else { return Ok(()) };
        let status = child.wait().context(|| "cannot wait for its end".into())?;
        if status.success() { Ok(()) } else { Err(Failure::new(format!("it ended with {status}"))) }
    }

    /// The program that is meant by this word.
    pub(super) fn program(&self, word: &str) -> PathBuf {
        let built = self.programs.join(word);
        if built.is_file() { built } else { PathBuf::from(word) }
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(self.program(words[0]));
        command.args(&words[1..]).current_dir(&self.folder).env("EXCHANGE_LANG", "ru");
        command
    }
}

impl Drop for Show {
    fn drop(&mut self) {
        for child in &mut self.background {
            // It may have ended by itself; then there is nothing to stop.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// The exit code, if it is one of those expected.
fn right(words: &[&str], status: ExitStatus, expected: &[u8]) -> Outcome<u8> {
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    code.filter(|code| expected.contains(code)).ok_or_else(|| {
        let failure = format!("`{}` ended with {status}, expected {}", typed(words), either(expected));
        Failure::new(failure).code(process::exit_code(status))
    })
}

fn typed(words: &[&str]) -> String {
    let mut command = Command::new(words[0]);
    process::line(command.args(&words[1..]))
}

fn either(codes: &[u8]) -> String {
    codes.iter().map(u8::to_string).collect::<Vec<_>>().join(" or ")
}

fn await_listening(child: &mut Child, address: SocketAddr) -> Outcome {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().context(|| "cannot watch it".into())? {
            return Err(Failure::new(format!("ended with {status} before it listened on {address}")));
        }
        if TcpStream::connect_timeout(&address, Duration::from_millis(200)).is_ok() {
            return Ok(());
        }
        if start.elapsed() > PATIENCE {
            return Err(Failure::new(format!("does not listen on {address} after {} s", PATIENCE.as_secs())));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    fn show(folder: &Path) -> Show {
        Show::new(folder, &folder.join("programs"))
    }

    #[test]
    fn the_expected_exit_codes_are_right_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let show = show(folder.path());
        assert_eq!(show.run(&["sh", "-c", "exit 3"], &[0, 3]).unwrap(), 3);
        let failure = show.run(&["sh", "-c", "exit 4"], &[0, 3]).unwrap_err();
        assert_eq!(failure.exit_code(), 4);
        assert!(
            failure.to_string().contains("`sh -c 'exit 4'` ended with exit status: 4, expected 0 or 3"),
            "{failure}"
        );
        assert!(show.run(&["sh", "-c", "exit 0"], &[4]).is_err(), "a success may be wrong too");
    }

    #[test]
    fn commands_run_in_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        show(folder.path()).run(&["sh", "-c", "echo here > made"], &[0]).unwrap();
        assert!(folder.path().join("made").is_file());
    }

    #[test]
    fn what_was_built_comes_before_what_is_installed() {
        let folder = tempfile::tempdir().unwrap();
        let programs = folder.path().join("programs");
        std::fs::create_dir_all(&programs).unwrap();
        std::os::unix::fs::symlink("/bin/false", programs.join("true")).unwrap();
        assert_eq!(show(folder.path()).run(&["true"], &[1]).unwrap(), 1);
    }

    #[test]
    fn a_program_in_the_background_is_awaited_and_stopped() {
        let folder = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut show = show(folder.path());
        show.start(&["sleep", "600"], listener.local_addr().unwrap()).unwrap();
        let id = show.background[0].id();
        assert!(Path::new(&format!("/proc/{id}")).exists());
        drop(show);
        assert!(!Path::new(&format!("/proc/{id}")).exists());
    }

    #[test]
    fn a_program_that_ends_at_once_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let nobody_listens = SocketAddr::from(([127, 0, 0, 1], 1));
        let failure =
            show(folder.path()).start(&["sh", "-c", "exit 7"], nobody_listens).unwrap_err().to_string();
        assert!(failure.contains("ended with exit status: 7 before it listened"), "{failure}");
    }
}
