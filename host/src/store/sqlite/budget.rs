//! Budgets, and the signs of life of the processes that share them: a locked file each, `<data>/budgets/<process>.lane`.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};

use crate::error::Result;
use crate::model::budget::Budget;
use crate::store::seal::random;
use crate::store::{Attendance, BudgetStore};

use super::HostDb;
use super::file::{Commit, no_file};
use super::values::{col, exec, first, json, json_col, rows};

/// A process's file, locked; it goes when the process does so in good order.
struct Sign {
    path: PathBuf,
    _file: File,
}

impl Drop for Sign {
    fn drop(&mut self) {
        // What is left behind is taken away by whoever finds it unlocked.
        drop(std::fs::remove_file(&self.path));
    }
}

impl HostDb {
    fn sign(&self, process: &str) -> PathBuf {
        self.signs.join(format!("{process}.lane"))
    }
}

impl BudgetStore for HostDb {
    fn attend(&self) -> Result<Attendance> {
        let mut bytes = [0; 8];
        random(&mut bytes)?;
        let name = format!("{:016x}", u64::from_be_bytes(bytes));
        let path = self.sign(&name);
        std::fs::create_dir_all(&self.signs).map_err(|cause| no_file(cause, &self.signs))?;
        let file = File::create_new(&path).map_err(|cause| no_file(cause, &path))?;
        file.lock().map_err(|cause| no_file(cause, &path))?;
        Ok(Attendance::new(name, Box::new(Sign { path, _file: file })))
    }

    fn change_budget(
        &self,
        upstream: &str,
        durable: bool,
        change: &mut dyn FnMut(&mut Budget),
    ) -> Result<()> {
        let commit = if durable { Commit::Durable } else { Commit::Lazy };
        self.database.write(commit, |t| {
            let mut budget = budget(t, upstream)?.unwrap_or_default();
            let gone: Vec<String> = budget
                .processes()
                .filter(|process| is_gone(&self.sign(process)))
                .map(ToOwned::to_owned)
                .collect();
            gone.iter().for_each(|process| budget.forget(process));
            change(&mut budget);
            let sql = "INSERT OR REPLACE INTO budget (upstream, state) VALUES (?1, ?2)";
            exec(t, sql, params![upstream, json(&budget)?]).map(drop)
        })
    }

    fn budgets(&self) -> Result<BTreeMap<String, Budget>> {
        let all = |t: &rusqlite::Transaction<'_>| {
            rows(t, "SELECT * FROM budget", [], |row| Ok((col(row, "upstream")?, json_col(row, "state")?)))
        };
        Ok(self.database.read(all)?.into_iter().collect())
    }
}

fn budget(t: &Connection, upstream: &str) -> Result<Option<Budget>> {
    first(t, "SELECT state FROM budget WHERE upstream = ?1", [upstream], |row| json_col(row, "state"))
}

/// Nobody holds the file any more. One that cannot be judged is taken for alive.
fn is_gone(sign: &Path) -> bool {
    match File::open(sign) {
        Ok(file) => {
            let gone = file.try_lock_shared().is_ok();
            if gone {
                drop(std::fs::remove_file(sign));
            }
            gone
        }
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    }
}
