//! Programs of other people: an environment with their libraries, made once and kept under the target folder.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) const CLIENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/clients");

/// Runs a program to its end and gives what it printed.
///
/// # Panics
/// When it cannot be started or fails.
#[track_caller]
pub(crate) fn run(command: &mut Command) -> String {
    let output = command.output().expect("the program is there");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} failed:\n{errors}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The interpreter of an environment with the libraries.
pub(crate) fn python() -> PathBuf {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("independent-clients");
    let requirements =
        std::fs::read_to_string(Path::new(CLIENTS).join("requirements.txt")).expect("the list");
    let python = home.join("bin/python3");
    let ready = home.join("installed.txt");
    // Two test runs at once must not install into each other's environment.
    let lock = File::create(home.with_extension("lock")).expect("a lock file");
    lock.lock().expect("the lock");
    if std::fs::read_to_string(&ready).is_ok_and(|installed| installed == requirements) {
        return python;
    }
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&home));
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", "requirements.txt"];
    run(Command::new(&python).args(pip).current_dir(CLIENTS));
    std::fs::write(&ready, requirements).expect("the mark");
    python
}
