//! Memory of scopes and tasks, and tallies, as rows.

use rusqlite::{Row, params};

use crate::error::Result;
use crate::model::{LeftOutRow, Millis, ScopeId, TaskId};
use crate::store::{Fence, ScopeMemory, ScopeStore, Tally, TaskMemory};

use super::SchoolDb;
use super::file::Commit;
use super::values::{col, exec, first, int, json, json_col, rows};

impl ScopeStore for SchoolDb {
    fn task_memory(&self, task: &TaskId) -> Result<Option<TaskMemory>> {
        let sql = "SELECT memory FROM task_memory WHERE task = ?1";
        self.database.read(|t| first(t, sql, [task.as_str()], |row| json_col(row, "memory")))
    }

    fn remember_task(&self, fence: &Fence, task: &TaskId, memory: &TaskMemory) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO task_memory VALUES (?1, ?2)";
        let memory = json(memory)?;
        self.change(fence, Commit::Durable, |t| exec(t, sql, [task.as_str(), &memory]).map(drop))
    }

    fn scopes(&self, task: &TaskId) -> Result<Vec<ScopeMemory>> {
        let sql = "SELECT memory FROM scope WHERE task = ?1 ORDER BY id";
        self.database.read(|t| rows(t, sql, [task.as_str()], |row| json_col(row, "memory")))
    }

    fn remember_scopes(&self, fence: &Fence, task: &TaskId, scopes: &[ScopeMemory]) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO scope VALUES (?1, ?2, ?3)";
        self.change(fence, Commit::Durable, |t| {
            scopes.iter().try_for_each(|memory| {
                exec(t, sql, [task.as_str(), memory.scope.id.as_str(), &json(memory)?]).map(drop)
            })
        })
    }

    fn forget_scopes(&self, fence: &Fence, task: &TaskId, scopes: &[ScopeId]) -> Result<()> {
        let sql = "DELETE FROM scope WHERE task = ?1 AND id = ?2";
        self.change(fence, Commit::Durable, |t| {
            scopes.iter().try_for_each(|id| exec(t, sql, [task.as_str(), id.as_str()]).map(drop))
        })
    }

    fn left_out(&self, task: &TaskId) -> Result<Vec<LeftOutRow>> {
        Ok(self.scopes(task)?.into_iter().flat_map(|memory| memory.left_out).collect())
    }

    fn add_tally(&self, fence: &Fence, task: &TaskId, tally: Tally, now: Millis) -> Result<()> {
        let sql = "INSERT INTO tally VALUES (?1, ?2, ?3, ?4, ?5)";
        let values = params![task.as_str(), now, int(tally.added), int(tally.changed), int(tally.removed)];
        self.change(fence, Commit::Durable, |t| exec(t, sql, values).map(drop))
    }

    fn tally(&self, task: &TaskId, since: Millis, until: Millis) -> Result<Tally> {
        let sql = "SELECT coalesce(sum(added), 0) AS added, coalesce(sum(changed), 0) AS changed, \
                   coalesce(sum(removed), 0) AS removed FROM tally WHERE task = ?1 \
                   AND at BETWEEN ?2 AND ?3";
        let sums = self.database.read(|t| first(t, sql, params![task.as_str(), since, until], sums))?;
        Ok(sums.unwrap_or_default())
    }
}

fn sums(row: &Row<'_>) -> Result<Tally> {
    Ok(Tally {
        added: col::<i64>(row, "added")? as u64,
        changed: col::<i64>(row, "changed")? as u64,
        removed: col::<i64>(row, "removed")? as u64,
    })
}
