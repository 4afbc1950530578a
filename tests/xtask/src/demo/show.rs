//! Shows commands as one would type them, runs them for all to see, and insists on how they end.

use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

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
        let mut command = self.command(words);
        println!("$ {}", typed(words));
        let status = process::status(&mut command)?;
        let code = status.code().and_then(|code| u8::try_from(code).ok());
        code.filter(|code| expected.contains(code)).ok_or_else(|| {
            let failure = format!("`{}` ended with {status}, expected {}", typed(words), either(expected));
            Failure::new(failure).code(process::exit_code(status))
        })
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

    fn command(&self, words: &[&str]) -> Command {
        let built = self.programs.join(words[0]);
        let program = if built.is_file() { built } else { PathBuf::from(words[0]) };
        let mut command = Command::new(program);
        command.args(&words[1..]).current_dir(&self.folder);
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
