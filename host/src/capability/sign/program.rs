//! Programs that sign and verify: bytes on standard input, an answer on standard output. No shell, none of the host's
//! environment but `PATH`, and limits in time and size.

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
    Command::new(name)
        .args(arguments)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .envs(environment.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("the program does not start: {error}"))
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
