//! The databases: sound, not newer than the program, not outgrown by their write-ahead files; who works on what; the audit.

use std::path::Path;

use super::Findings;
use crate::cli::app::now;
use crate::cli::backup::size;
use crate::cli::{audit, notify};
use crate::error::Result;
use crate::model::{Message, Millis, SchoolId};
use crate::store::backup;
use crate::store::{AuditCheck, AuditStore, KeepStore, LaneStore, OutboxStore, SchoolDb};

/// SQLite keeps a write-ahead file near 4 MiB; one of this size was not taken in for long.
const WAL: u64 = 64 << 20;

/// No run takes so long.
const LONG: Millis = 6 * HOUR;

/// A message that is due is tried within seconds; whatever keeps it puts its time off.
const UNSENT: Millis = HOUR;

const HOUR: Millis = 3_600_000;

pub(super) fn look(findings: &mut Findings<'_>) {
    let data = findings.app.host.data.clone();
    if backup::restore_folder(&data).join("ready").exists() {
        let about = backup::restore_folder(&data).display().to_string();
        findings.problem(about, Message::new("doctor-restoring"), Message::new("doctor-restoring-cure"));
        return;
    }
    if backup::host_file(&data).exists() {
        host(findings, &data);
    }
    match backup::schools_in(&data) {
        Ok(schools) => schools.iter().for_each(|id| school(findings, &data, id)),
        Err(error) => findings.error(data.display(), &error, Message::new("doctor-data-cure")),
    }
}

fn host(findings: &mut Findings<'_>, data: &Path) {
    let file = backup::host_file(data);
    if !is_sound(findings, data, None, &file) {
        return;
    }
    match findings.app.process().and_then(|host| host.store()).and_then(|store| store.verify_audit()) {
        Ok(AuditCheck { broken: None, .. }) => findings.good(file.display(), "doctor-audit-good"),
        Ok(AuditCheck { broken: Some(at), .. }) => {
            findings.problem(file.display(), audit::broken(at), Message::new("doctor-audit-cure"));
        }
        Err(error) => findings.error(file.display(), &error, Message::new("doctor-audit-cure")),
    }
    if let Err(error) = outbox(findings, &file) {
        findings.error(file.display(), &error, Message::new("doctor-data-cure"));
    }
}

/// Messages that did not reach whom they were for, and such as nobody sends.
fn outbox(findings: &mut Findings<'_>, file: &Path) -> Result<()> {
    let store = findings.app.process()?.store()?;
    let lost = notify::lost(&*store)?;
    if lost > 0 {
        let what = Message::new("notify-undelivered").with("n", lost);
        findings.warn(file.display(), what, Message::new("doctor-undelivered-cure"));
    }
    if let Some(due) = store.next_due()?.filter(|due| now() - due > UNSENT) {
        let what = Message::new("doctor-unsent").with("hours", (now() - due) / HOUR);
        findings.warn(file.display(), what, Message::new("doctor-unsent-cure"));
    }
    Ok(())
}

fn school(findings: &mut Findings<'_>, data: &Path, id: &SchoolId) {
    if !is_sound(findings, data, Some(id), &backup::school_file(data, id)) {
        return;
    }
    let app = findings.app;
    let known =
        crate::config::school_files(&app.host).unwrap_or_default().iter().any(|(known, _)| known == id);
    if !known {
        let what = Message::new("doctor-no-settings").with("dir", app.host.schools.display());
        return findings.warn(id, what, Message::new("doctor-no-settings-cure"));
    }
    // A broken settings file was told already.
    let Ok(config) = app.school(id) else { return };
    if let Err(error) = app.store(&config).and_then(|store| worked_on(findings, id, &store)) {
        findings.error(id, &error, Message::new("doctor-data-cure"));
    }
}

fn worked_on(findings: &mut Findings<'_>, id: &SchoolId, store: &SchoolDb) -> Result<()> {
    if let Some(holder) = store.lane_holder()?
        && now() - holder.since > LONG
    {
        let what = Message::new("doctor-lane")
            .with("pid", holder.pid)
            .with("doing", &holder.doing)
            .with("hours", (now() - holder.since) / HOUR);
        findings.warn(id, what, Message::new("doctor-lane-cure").with("pid", holder.pid));
    }
    if store.restored()?.is_some() {
        let cure = Message::new("doctor-restored-cure").with("school", id);
        findings.warn(id, Message::new("doctor-restored"), cure);
    }
    Ok(())
}

/// Looks at a database without making or changing anything in it.
fn is_sound(findings: &mut Findings<'_>, data: &Path, school: Option<&SchoolId>, file: &Path) -> bool {
    let wal = backup::write_ahead(file);
    if wal > WAL {
        let what = Message::new("doctor-wal").with("size", size(wal));
        findings.warn(file.display(), what, Message::new("doctor-wal-cure"));
    }
    match backup::look_at(data, school) {
        Ok(()) => {
            findings.good(file.display(), "doctor-database-good");
            true
        }
        Err(error) => {
            findings.error(file.display(), &error, Message::new("doctor-database-cure"));
            false
        }
    }
}
