//! When tasks were last found good.

use rusqlite::params;

use crate::error::Result;
use crate::model::{Millis, TaskRef};
use crate::store::CheckStore;

use super::HostDb;
use super::file::Commit;
use super::values::{col, exec, first};

impl CheckStore for HostDb {
    fn last_good(&self, task: &TaskRef) -> Result<Option<Millis>> {
        let sql = "SELECT good FROM checked WHERE school = ?1 AND task = ?2";
        self.database
            .read(|t| first(t, sql, [task.school.as_str(), task.task.as_str()], |row| col(row, "good")))
    }

    fn put_good(&self, task: &TaskRef, now: Millis) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO checked (school, task, good) VALUES (?1, ?2, ?3)";
        let row = params![task.school.as_str(), task.task.as_str(), now];
        self.database.write(Commit::Durable, |t| exec(t, sql, row).map(drop))
    }
}
