//! `exchange audit …`: what people did, whether the chain holds, and the chain as a file that other tools can verify.

use std::fmt::Write as _;
use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::app::{App, here, write_file};
use super::output::Tone;
use super::stores;
use crate::error::{Context, Error, Kind, Result};
use crate::model::{Message, Millis, SchoolId, hex};
use crate::store::{AuditBreak, AuditCheck, AuditFilter, AuditRow, AuditStore};

/// An entry as it is exported: a JSON line, verifiable by itself (`docs/audit.md`).
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Line {
    number: u64,
    /// For people; `at_ms` is what is hashed.
    at: String,
    at_ms: Millis,
    who: String,
    behalf: Option<String>,
    what: String,
    school: Option<String>,
    task: Option<String>,
    about: String,
    chain: u8,
    previous: String,
    hash: String,
}

impl From<&AuditRow> for Line {
    fn from(row: &AuditRow) -> Self {
        let entry = &row.entry;
        Self {
            number: row.number,
            at: Timestamp::from_millisecond(entry.at).map(|at| at.to_string()).unwrap_or_default(),
            at_ms: entry.at,
            who: entry.who.clone(),
            behalf: entry.behalf.clone(),
            what: entry.what.clone(),
            school: entry.school.as_ref().map(SchoolId::to_string),
            task: entry.task.as_ref().map(ToString::to_string),
            about: entry.about.clone(),
            chain: row.chain,
            previous: hex(&row.previous),
            hash: hex(&row.hash),
        }
    }
}

/// Rows as JSON lines.
pub(super) fn lines(rows: &[AuditRow]) -> Result<String> {
    rows.iter().try_fold(String::new(), |mut text, row| {
        let line = serde_json::to_string(&Line::from(row))
            .context(Kind::Internal, "cannot write an entry of the audit")?;
        writeln!(text, "{line}").context(Kind::Internal, "cannot write an entry of the audit")?;
        Ok(text)
    })
}

/// Lists entries, the newest last.
pub(super) fn list(app: &App, school: Option<&str>, since: Option<&str>, limit: u32) -> Result<u8> {
    let filter = AuditFilter {
        school: school.map(SchoolId::from),
        since: since.map(moment).transpose()?,
        limit: Some(limit),
    };
    let rows = app.process()?.store()?.audit_rows(&filter)?;
    if app.output.json {
        return app.output.print_json(&rows.iter().map(Line::from).collect::<Vec<_>>()).map(|()| 0);
    }
    if rows.is_empty() {
        return app.output.line(app.word("audit-none")).map(|()| 0);
    }
    let headings =
        ["column-number", "column-when", "column-who", "column-action", "column-where", "column-details"];
    let cells: Vec<Vec<String>> = rows.iter().map(|row| cells(app, row)).collect();
    app.output.table(&headings.map(|code| app.word(code)), &cells).map(|()| 0)
}

fn cells(app: &App, row: &AuditRow) -> Vec<String> {
    let entry = &row.entry;
    let who = match &entry.behalf {
        Some(behalf) => format!("{} ({behalf})", entry.who),
        None => entry.who.clone(),
    };
    let place = match (&entry.school, &entry.task) {
        (Some(school), Some(task)) => format!("{school}/{task}"),
        (Some(school), None) => school.to_string(),
        _ => String::new(),
    };
    let code = format!("audit-{}", entry.what);
    let what = if app.catalogue.has(&code) { app.word(&code) } else { entry.what.clone() };
    vec![row.number.to_string(), here(entry.at), who, what, place, entry.about.clone()]
}

/// A day or a moment.
fn moment(text: &str) -> Result<Millis> {
    let day = text.parse::<Date>().ok().filter(|_| !text.contains(['T', ' ']));
    let at = match day {
        Some(day) => day.to_zoned(TimeZone::system()).map(|at| at.timestamp()),
        None => text.parse::<Timestamp>(),
    };
    at.map(Timestamp::as_millisecond).map_err(|cause| {
        Error::config(format!("`{text}` is no moment"))
            .because(cause)
            .hint("such as 2026-11-01 or 2026-11-01T08:00:00Z")
    })
}

/// Walks the chain, and compares it with an earlier export. Exit code 1 when it does not hold.
pub(super) fn verify(app: &App, against: Option<&Path>) -> Result<u8> {
    let store = app.process()?.store()?;
    let check = store.verify_audit()?;
    let differs = match against {
        Some(file) => first_difference(&store.audit_rows(&AuditFilter::default())?, file)?,
        None => None,
    };
    let holds = check.broken.is_none() && differs.is_none();
    if app.output.json {
        app.output.print_json(&Verdict { holds, differs, check: &check })?;
    } else {
        tell(app, &check, differs)?;
    }
    Ok(u8::from(!holds))
}

#[derive(Serialize)]
struct Verdict<'a> {
    holds: bool,
    /// The first entry of the earlier export that is not in the chain as it was.
    differs: Option<u64>,
    #[serde(flatten)]
    check: &'a AuditCheck,
}

fn tell(app: &App, check: &AuditCheck, differs: Option<u64>) -> Result<()> {
    let out = app.output;
    let bad = |what: Message| out.line(out.tone(Tone::Bad, &app.text(what)));
    match check.broken {
        None => {
            let message = Message::new("audit-holds").with("n", check.entries).with("hash", &check.last);
            out.line(out.tone(Tone::Good, &app.text(message)))?;
        }
        Some(at) => bad(broken(at))?,
    }
    differs.map_or(Ok(()), |number| bad(Message::new("audit-differs").with("number", number)))
}

/// Where the chain does not hold.
pub(super) fn broken(at: AuditBreak) -> Message {
    match at {
        AuditBreak::Altered(number) => Message::new("audit-altered").with("number", number),
        AuditBreak::Missing(number) => Message::new("audit-missing").with("number", number),
    }
}

/// The first entry of an earlier export that is missing by now, or has another hash.
fn first_difference(rows: &[AuditRow], file: &Path) -> Result<Option<u64>> {
    let text =
        std::fs::read_to_string(file).context(Kind::Config, format!("cannot read {}", file.display()))?;
    for (n, line) in text.lines().enumerate() {
        let line: Line = serde_json::from_str(line)
            .context(Kind::Config, format!("line {} of {} is no entry of an audit", n + 1, file.display()))?;
        let now = rows.iter().find(|row| row.number == line.number);
        if now.is_none_or(|row| hex(&row.hash) != line.hash) {
            return Ok(Some(line.number));
        }
    }
    Ok(None)
}

/// Writes the whole chain, or one school's entries, as JSON lines.
pub(super) fn export(app: &App, file: &Path, school: Option<&str>) -> Result<u8> {
    let store = app.process()?.store()?;
    stores::audit(app, "audit-export", stores::About::school(school.map(SchoolId::from).as_ref()))?;
    let rows =
        store.audit_rows(&AuditFilter { school: school.map(SchoolId::from), ..AuditFilter::default() })?;
    write_file(file, lines(&rows)?.as_bytes())?;
    let message = Message::new("audit-exported").with("n", rows.len()).with("file", file.display());
    app.output.line(app.text(message)).map(|()| 0)
}
