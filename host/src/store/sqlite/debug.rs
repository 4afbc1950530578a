//! Grants for diagnosis, and bodies of requests, each sealed under the host's key and bound to its place.

use rusqlite::{Row, params};

use crate::error::Result;
use crate::model::{Millis, TaskId};
use crate::store::{Bodies, DebugGrant, DebugStore, Fence};

use super::SchoolDb;
use super::file::Commit;
use super::values::{col, exec, first, int, rows};

impl DebugStore for SchoolDb {
    fn grant_debug(&self, fence: &Fence, grant: &DebugGrant) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO debug_grant (task, since, until, who, reason) VALUES (?1, ?2, ?3, ?4, ?5)";
        let DebugGrant { task, since, until, who, reason } = grant;
        let values = params![task.as_str(), since, until, who, reason];
        self.change(fence, Commit::Durable, |t| exec(t, sql, values).map(drop))
    }

    fn revoke_debug(&self, fence: &Fence, task: &TaskId) -> Result<bool> {
        self.database.overwrite_deleted()?;
        self.change(fence, Commit::Durable, |t| {
            exec(t, "DELETE FROM request_body WHERE task = ?1", [task.as_str()])?;
            Ok(exec(t, "DELETE FROM debug_grant WHERE task = ?1", [task.as_str()])? > 0)
        })
    }

    fn debug_grants(&self, now: Millis) -> Result<Vec<DebugGrant>> {
        let sql = "SELECT * FROM debug_grant WHERE until > ?1 ORDER BY task";
        self.database.read(|t| rows(t, sql, [now], grant))
    }

    fn add_bodies(
        &self,
        fence: &Fence,
        run: u64,
        task: &TaskId,
        until: Millis,
        bodies: &[Bodies],
    ) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO request_body (run, place, task, until, sent, received) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        self.change(fence, Commit::Lazy, |t| {
            bodies.iter().try_for_each(|Bodies { place, sent, received }| {
                let sent = self.seal.seal(&self.body(run, *place, "sent"), sent)?;
                let received = self.seal.seal(&self.body(run, *place, "received"), received)?;
                let values = params![int(run), int(*place), task.as_str(), until, sent, received];
                exec(t, sql, values).map(drop)
            })
        })
    }

    fn bodies(&self, run: u64, now: Millis) -> Result<Vec<Bodies>> {
        let sql = "SELECT * FROM request_body WHERE run = ?1 AND until > ?2 ORDER BY place";
        self.database.read(|t| rows(t, sql, params![int(run), now], |row| self.open_bodies(run, row)))
    }

    fn has_expired(&self, now: Millis) -> Result<bool> {
        let sql = "SELECT 1 FROM request_body WHERE until <= ?1 UNION ALL \
                   SELECT 1 FROM debug_grant WHERE until <= ?1 LIMIT 1";
        Ok(self.database.read(|t| first(t, sql, [now], |_| Ok(())))?.is_some())
    }

    fn drop_expired(&self, fence: &Fence, now: Millis) -> Result<u64> {
        self.database.overwrite_deleted()?;
        self.change(fence, Commit::Durable, |t| {
            exec(t, "DELETE FROM debug_grant WHERE until <= ?1", [now])?;
            Ok(exec(t, "DELETE FROM request_body WHERE until <= ?1", [now])? as u64)
        })
    }
}

impl SchoolDb {
    /// What a body is bound to: moved to another place it does not open.
    fn body(&self, run: u64, place: u64, direction: &str) -> String {
        self.about(&format!("body/{run}/{place}/{direction}"))
    }

    fn open_bodies(&self, run: u64, row: &Row<'_>) -> Result<Bodies> {
        let place = col::<i64>(row, "place")? as u64;
        let open =
            |direction| self.seal.open(&self.body(run, place, direction), &col::<Vec<u8>>(row, direction)?);
        Ok(Bodies { place, sent: open("sent")?, received: open("received")? })
    }
}

fn grant(row: &Row<'_>) -> Result<DebugGrant> {
    Ok(DebugGrant {
        task: col::<String>(row, "task")?.into(),
        since: col(row, "since")?,
        until: col(row, "until")?,
        who: col(row, "who")?,
        reason: col(row, "reason")?,
    })
}
