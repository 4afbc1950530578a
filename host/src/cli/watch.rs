//! `exchange status --watch`: what runs now, again and again, as `top` does. For machines: a line of JSON each time.

use std::io::{IsTerminal, Write};
use std::time::Duration;

use serde::Serialize;

use super::app::{App, now};
use super::names::Place;
use super::output::Tone;
use super::terminal;
use crate::daemon::live::{Running, look};
use crate::error::{Error, Result};
use crate::model::{Message, Millis};

/// The terminal's own commands: to the beginning, clear from here, the cursor away and back.
const HOME: &str = "\u{1b}[H\u{1b}[J";
const HIDE: &str = "\u{1b}[?25l";
const SHOW: &str = "\u{1b}[?25h";

#[derive(Serialize)]
struct Line<'a> {
    at: Millis,
    runs: &'a [Running],
}

/// Shows it until Ctrl-C, or until nobody reads any more.
pub(super) async fn watch(app: &App, place: Option<&Place>, every: &str) -> Result<u8> {
    let every = terminal::duration(every)?.max(Duration::from_secs(1));
    let screen = !app.output.json && std::io::stdout().is_terminal();
    let mut next = tokio::time::interval(every);
    if screen {
        write(HIDE)?;
    }
    let seen = loop {
        tokio::select! {
            _ = next.tick() => match show(app, place, screen) {
                Ok(true) => {}
                Ok(false) => break Ok(0),
                Err(error) => break Err(error),
            },
            signal = tokio::signal::ctrl_c() => {
                break signal.map(|()| 0).map_err(|error| Error::failed("cannot wait for Ctrl-C").because(error));
            }
        }
    };
    if screen {
        write(SHOW)?;
    }
    seen
}

/// One picture; `false`: nobody reads.
fn show(app: &App, place: Option<&Place>, screen: bool) -> Result<bool> {
    let wanted = |run: &Running| {
        place.is_none_or(|place| {
            *place.school() == run.task.school && place.task().is_none_or(|task| *task == run.task.task)
        })
    };
    let runs: Vec<Running> = look(&app.host.data)?.into_iter().filter(wanted).collect();
    if app.output.json {
        let line = serde_json::to_string(&Line { at: now(), runs: &runs })
            .map_err(|error| Error::internal("cannot write JSON").because(error))?;
        return write(&format!("{line}\n"));
    }
    let lines = picture(app, &runs).join("\n");
    write(&if screen { format!("{HOME}{lines}\n") } else { format!("{lines}\n\n") })
}

fn picture(app: &App, runs: &[Running]) -> Vec<String> {
    let waiting = runs.iter().filter(|run| run.waiting > 0).count();
    let head = Message::new("watch-head").with("runs", runs.len()).with("waiting", waiting);
    let head = app.output.tone(Tone::Strong, &app.text(head));
    if runs.is_empty() {
        return vec![head, app.output.tone(Tone::Dim, &app.word("watch-nothing"))];
    }
    let headings = ["task", "run", "phase", "done", "requests", "waits", "age", "process"];
    let headings = headings.map(|word| app.word(&format!("watch-{word}")));
    let cells: Vec<Vec<String>> = runs.iter().map(|run| cells(app, run)).collect();
    std::iter::once(head).chain(app.output.table_lines(&headings, &cells)).collect()
}

fn cells(app: &App, run: &Running) -> Vec<String> {
    let phase = match run.phase.as_deref() {
        Some(phase) => app.word(&format!("phase-{phase}")),
        None => app.word("watch-begins"),
    };
    let waits = match &run.waits_for {
        Some(upstream) => format!("{} ({upstream})", run.waiting),
        None => String::new(),
    };
    vec![
        run.task.to_string(),
        run.run.as_ref().map(ToString::to_string).unwrap_or_default(),
        phase,
        if run.total > 0 { format!("{} / {}", run.done, run.total) } else { String::new() },
        run.requests.to_string(),
        waits,
        age(run.ms),
        run.pid.to_string(),
    ]
}

/// `07:03`, `1:07:03`.
fn age(ms: u64) -> String {
    let seconds = ms / 1_000;
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes:02}:{seconds:02}")
    }
}

/// Writes; `false`: nobody reads any more, as when `head` has seen enough.
fn write(text: &str) -> Result<bool> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Error::failed("cannot write the result").because(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_read_as_on_a_stop_watch() {
        assert_eq!([0, 59_999, 60_000, 3_661_000].map(age), ["00:00", "00:59", "01:00", "1:01:01"]);
    }
}
