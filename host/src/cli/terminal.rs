//! Questions at a terminal, answered also by a pipe.

use std::io::{BufRead, IsTerminal, Write};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::error::{Context, Error, Kind, Result};

/// Shows a question and stays on the line.
pub(super) fn prompt(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    write!(out, "{text} ").and_then(|()| out.flush()).context(Kind::Failed, "cannot write to the terminal")
}

/// Reads a line.
pub(super) fn read_line_now() -> Result<String> {
    let mut line = String::new();
    let read =
        std::io::stdin().lock().read_line(&mut line).context(Kind::Failed, "cannot read the answer")?;
    if read == 0 {
        return Err(
            Error::waits("there is nobody to answer").hint("run it at a terminal, or pipe the answers in")
        );
    }
    Ok(line.trim_end_matches(['\n', '\r']).to_owned())
}

/// Reads a line beside other work; `secret` switches the terminal's echo off meanwhile.
pub(super) fn read_line(secret: bool) -> oneshot::Receiver<Result<String>> {
    let (sender, receiver) = oneshot::channel();
    tokio::task::spawn_blocking(move || {
        let hidden = secret && std::io::stdin().is_terminal() && echo(false);
        let line = read_line_now();
        if hidden {
            echo(true);
        }
        // The command may have ended meanwhile.
        drop(sender.send(line));
    });
    receiver
}

/// The line that was read.
pub(super) fn received(
    line: std::result::Result<Result<String>, oneshot::error::RecvError>,
) -> Result<String> {
    line.unwrap_or_else(|_| Err(Error::internal("the reader of the terminal ended")))
}

/// Switches the terminal's echo; `stty` is on every system with terminals.
fn echo(on: bool) -> bool {
    let word = if on { "echo" } else { "-echo" };
    std::process::Command::new("stty").arg(word).status().is_ok_and(|status| status.success())
}

/// `90s`, `10m`, `2h`.
pub(super) fn duration(text: &str) -> Result<Duration> {
    let bad = || Error::config(format!("`{text}` is no time")).hint("write it like 90s, 10m or 2h");
    let digits = text.trim_end_matches(char::is_alphabetic);
    let number: u64 = digits.parse().map_err(|_| bad())?;
    let seconds = match &text[digits.len()..] {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return Err(bad()),
    };
    Ok(Duration::from_secs(number.saturating_mul(seconds)))
}
