//! `exchange erase`: a school's data, or a person's, is destroyed, and an act says what, when, by whom and why
//! (152-ФЗ, article 21; order 179 of Roskomnadzor of 28.10.2022).
//!
//! The act goes to a file of the caller's; nothing in the data folder names an erased person afterwards. The audit
//! holds a keyed hash, which the act repeats, so that the two belong together.

mod act;
mod person;
mod school;

use std::path::{Path, PathBuf};

use super::app::{App, now};
use super::args::Erase;
use super::audit;
use super::output::Tone;
use super::terminal;
use crate::error::{Context, Error, Kind, Result};
use crate::model::{Message, SchoolId};
use crate::store::{AuditFilter, AuditRow, AuditStore, HostDb};

use self::act::Act;

/// Erases a school, or a person of it.
pub(super) fn erase(app: &App, args: &Erase) -> Result<u8> {
    let school = SchoolId::from(args.school.as_str());
    match (&args.person, args.lift) {
        (Some(id), true) => person::lift(app, &school, id),
        (Some(id), false) => person::erase(app, &school, id, args),
        (None, _) => school::erase(app, &school, args),
    }
}

/// Why: asked of everybody who really erases.
fn reason(args: &Erase) -> Result<&str> {
    let given = args.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
    given.ok_or_else(|| {
        Error::config("an erasure needs a reason")
            .message(Message::new("erase-no-reason"))
            .hint("--reason \"…\"")
    })
}

/// What is erased is typed once more.
fn confirm(app: &App, args: &Erase, id: &str) -> Result<()> {
    let typed = match &args.confirm {
        Some(typed) => typed.clone(),
        None => {
            terminal::prompt(&app.text(Message::new("erase-confirm").with("id", id)))?;
            terminal::read_line_now()?
        }
    };
    if typed.trim() == id {
        return Ok(());
    }
    Err(Error::config("what was typed is not what is to be erased")
        .message(Message::new("erase-other").with("id", id)))
}

/// Where the act goes: where it was asked for, else into the folder of the caller.
fn act_file(args: &Erase, what: &str) -> PathBuf {
    let stamp = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ");
    args.act.clone().unwrap_or_else(|| format!("erasure-{what}-{stamp}.json").into())
}

/// Writes the act, and beside it the entries of the audit that belong to it.
fn write_act(app: &App, host: &HostDb, act: &mut Act, file: &Path) -> Result<()> {
    let filter = AuditFilter { school: Some(act.school.clone()), ..AuditFilter::default() };
    let mut rows: Vec<AuditRow> = host.audit_rows(&filter)?;
    let keys = act.keys();
    if !keys.is_empty() {
        rows.retain(|row| keys.iter().any(|key| row.entry.about.contains(key)));
    }
    let mut beside = file.as_os_str().to_owned();
    beside.push(".audit.jsonl");
    let beside = PathBuf::from(beside);
    private_file(&beside, audit::lines(&rows)?.as_bytes())?;
    act.close(&rows, &beside);
    let text = serde_json::to_string_pretty(act).context(Kind::Internal, "cannot write the act")?;
    private_file(file, format!("{text}\n").as_bytes())?;
    if app.output.json {
        return app.output.line(text);
    }
    let told = Message::new("erase-act").with("file", file.display()).with("audit", beside.display());
    app.output.line(app.text(told))
}

/// The act names the person: for its owner only.
fn private_file(path: &Path, bytes: &[u8]) -> Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = std::fs::File::options();
    options.write(true).create(true).truncate(true).mode(0o600);
    let written = options.open(path).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.context(Kind::Failed, format!("cannot write {}", path.display()))
}

/// Says in a dry run, or before the question, what would go.
fn show(app: &App, act: &Act, dry: bool) -> Result<()> {
    let out = app.output;
    if out.json {
        return if dry { out.print_json(act) } else { Ok(()) };
    }
    let head = if dry { "erase-would" } else { "erase-will" };
    out.line(out.tone(Tone::Strong, &app.text(Message::new(head).with("what", act.subject.to_string()))))?;
    let headings = ["erase-column", "column-count"].map(|code| app.word(code));
    let rows: Vec<Vec<String>> =
        act.erased.iter().map(|(what, n)| vec![act::category(app, what), n.to_string()]).collect();
    out.table(&headings, &rows)?;
    out.line("")?;
    out.line(out.tone(Tone::Strong, &app.word("erase-remains")))?;
    act.remains.iter().try_for_each(|remain| out.line(format!("  {}", remain.text)))
}

/// Reads nothing that the settings do not say; the time is this moment.
fn begin(app: &App, school: &SchoolId, subject: act::Subject, reason: &str) -> Act {
    Act::new(app, school, subject, reason, now())
}
