//! Programs that sign and verify: bytes on standard input, an answer on standard output. No shell, none of the host's
//! environment but `PATH`, and limits in time and size.

use std::env::split_paths;
use std::ffi::OsStr;
use std::path::{MAIN_SEPARATOR, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};

use super::MAX_BYTES;
use crate::model::signing::Program;

/// Runs it and answers what it printed. The error names no bytes of either.
pub(super) async fn run(
    program: &Program,
    environment: &[(&str, &str)],
    input: &[u8],
) -> Result<Vec<u8>, String> {
    let child = start(program, environment)?;
    let limit = Duration::from_millis(program.timeout_ms);
    // Whoever gives up waiting drops the child, and so kills it.
    let ended = tokio::time::timeout(limit, talk(child, input)).await;
    ended.unwrap_or_else(|_| Err("the program took too long".into()))
}

fn start(program: &Program, environment: &[(&str, &str)]) -> Result<Child, String> {
    let (name, arguments) = program.command.split_first().ok_or("the command is empty")?;
    let path = std::env::var_os("PATH").unwrap_or_default();
    Command::new(found(name, &path))
        .args(arguments)
        .env_clear()
        .env("PATH", path)
        .envs(environment.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("the program does not start: {error}"))
}

/// The file that a name means. A bare name and a `PATH` of its own make the standard library fork, and forking copies the
/// page tables of everything that the sandbox has mapped: of a linking's processor time that was three fifths.
fn found(name: &str, path: &OsStr) -> PathBuf {
    let bare = !name.contains(MAIN_SEPARATOR);
    let file = bare.then(|| split_paths(path).map(|folder| folder.join(name)).find(|file| file.is_file()));
    file.flatten().unwrap_or_else(|| name.into())
}

async fn talk(mut child: Child, input: &[u8]) -> Result<Vec<u8>, String> {
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let (Some(mut stdin), Some(stdout)) = (stdin, stdout) else {
        return Err("the program has no pipes".into());
    };
    // A program that does not read to the end fails by its status or its empty output, not by this pipe.
    let feed = async move { drop(stdin.write_all(input).await) };
    let (mut printed, mut stdout) = (Vec::new(), stdout.take(MAX_BYTES as u64 + 1));
    let ((), read) = tokio::join!(feed, stdout.read_to_end(&mut printed));
    read.map_err(|error| format!("the program cannot be read: {error}"))?;
    if printed.len() > MAX_BYTES {
        return Err(format!("the program printed more than {MAX_BYTES} bytes"));
    }
    let status = child.wait().await.map_err(|error| format!("the program cannot be waited for: {error}"))?;
    if status.success() { Ok(printed) } else { Err(format!("the program failed ({status})")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_name_is_looked_for_in_every_folder_and_a_path_is_left_alone() {
        let folders = tempfile::tempdir().unwrap();
        let (first, second) = (folders.path().join("a"), folders.path().join("b"));
        for folder in [&first, &second] {
            std::fs::create_dir(folder).unwrap();
        }
        std::fs::write(second.join("signer"), "").unwrap();
        let path = std::env::join_paths([&first, &second]).unwrap();
        assert_eq!(found("signer", &path), second.join("signer"));
        assert_eq!(found("./signer", &path), PathBuf::from("./signer"));
        assert_eq!(found("none", &path), PathBuf::from("none"), "the error names what was asked for");
    }
}
