//! Bindings, and sealed states of dialogues.

use rusqlite::params;

use crate::error::Result;
use crate::model::{Millis, Param, TaskId};
use crate::store::{BindingStore, DialogueStore, Fence};

use super::SchoolDb;
use super::file::Commit;
use super::values::{col, exec, first, json, json_col};

impl BindingStore for SchoolDb {
    fn binding(&self, task: &TaskId) -> Result<Option<Vec<Param>>> {
        let sql = "SELECT facts FROM binding WHERE task = ?1";
        self.database.read(|t| first(t, sql, [task.as_str()], |row| json_col(row, "facts")))
    }

    fn bind(&self, fence: &Fence, task: &TaskId, facts: &[Param], now: Millis) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO binding VALUES (?1, ?2, ?3)";
        let facts = json(facts)?;
        self.change(fence, Commit::Durable, |t| exec(t, sql, params![task.as_str(), facts, now]).map(drop))
    }

    fn unbind(&self, fence: &Fence, task: &TaskId) -> Result<bool> {
        let sql = "DELETE FROM binding WHERE task = ?1";
        self.change(fence, Commit::Durable, |t| Ok(exec(t, sql, [task.as_str()])? > 0))
    }
}

impl SchoolDb {
    fn about_dialogue(&self, task: &TaskId, id: &str) -> String {
        self.about(&format!("dialogue/{task}/{id}"))
    }
}

impl DialogueStore for SchoolDb {
    fn put_dialogue(
        &self,
        fence: &Fence,
        id: &str,
        task: &TaskId,
        state: &[u8],
        expires: Millis,
    ) -> Result<()> {
        let sealed = self.seal.seal(&self.about_dialogue(task, id), state)?;
        let sql = "INSERT OR REPLACE INTO dialogue VALUES (?1, ?2, ?3, ?4)";
        self.change(fence, Commit::Durable, |t| {
            exec(t, sql, params![id, task.as_str(), sealed, expires]).map(drop)
        })
    }

    fn take_dialogue(&self, fence: &Fence, id: &str, task: &TaskId, now: Millis) -> Result<Option<Vec<u8>>> {
        let sql = "DELETE FROM dialogue WHERE id = ?1 AND task = ?2 RETURNING state, expires";
        let taken = self.change(fence, Commit::Durable, |t| {
            first(t, sql, [id, task.as_str()], |row| {
                Ok((col::<Vec<u8>>(row, "state")?, col::<Millis>(row, "expires")?))
            })
        })?;
        let live = taken.filter(|(_, expires)| *expires > now);
        live.map(|(sealed, _)| self.seal.open(&self.about_dialogue(task, id), &sealed)).transpose()
    }

    fn expire_dialogues(&self, fence: &Fence, now: Millis) -> Result<u64> {
        let sql = "DELETE FROM dialogue WHERE expires <= ?1";
        self.change(fence, Commit::Lazy, |t| Ok(exec(t, sql, [now])? as u64))
    }
}
