//! The scheduler's marks, what people ordered of it, and its rota, an advisory lock of the operating system on `<data>/serve.lane`.

use std::fs::File;
use std::path::{Path, PathBuf};

use rusqlite::{Row, params};

use crate::error::{Error, Result};
use crate::model::timetable::Mark;
use crate::model::{Message, Millis, SchoolId, TaskId, TaskRef};
use crate::store::{MarkStore, Order, OrderStore, Rota};

use super::HostDb;
use super::file::Commit;
use super::lane::{self, Held};
use super::values::{col, exec, json, json_col, rows};

impl MarkStore for HostDb {
    fn take_rota(&self, now: Millis) -> Result<Rota> {
        match lane::lock(&self.rota, "serve", now)? {
            Ok(file) => Ok(Rota::new(Box::new(file))),
            Err(held) => Err(busy(&held)),
        }
    }

    fn marks(&self) -> Result<Vec<(TaskRef, Mark)>> {
        self.database.read(|t| rows(t, "SELECT * FROM mark ORDER BY school, task", [], mark))
    }

    fn put_marks(&self, marks: &[(TaskRef, Mark)]) -> Result<()> {
        let sql =
            "INSERT OR REPLACE INTO mark (school, task, decided, open, schedule) VALUES (?1, ?2, ?3, ?4, ?5)";
        self.database.write(Commit::Durable, |t| {
            marks.iter().try_for_each(|(task, mark)| {
                let (school, task) = (task.school.as_str(), task.task.as_str());
                let open = json(&mark.open)?;
                exec(t, sql, params![school, task, mark.decided, open, mark.schedule]).map(drop)
            })
        })
    }

    fn remove_marks(&self, tasks: &[TaskRef]) -> Result<()> {
        let sql = "DELETE FROM mark WHERE school = ?1 AND task = ?2";
        self.database.write(Commit::Durable, |t| {
            tasks
                .iter()
                .try_for_each(|task| exec(t, sql, [task.school.as_str(), task.task.as_str()]).map(drop))
        })
    }
}

impl OrderStore for HostDb {
    fn orders(&self) -> Result<Vec<Order>> {
        self.database.read(|t| rows(t, "SELECT * FROM ordered ORDER BY at, school, task", [], order))
    }

    fn put_order(&self, order: &Order) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO ordered (school, task, at, selection, form, not_before) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let Order { task, at, selection, form, not_before } = order;
        let selection = json(selection)?;
        self.database.write(Commit::Durable, |t| {
            let (school, task) = (task.school.as_str(), task.task.as_str());
            exec(t, sql, params![school, task, at, selection, form, not_before]).map(drop)
        })
    }

    fn remove_order(&self, task: &TaskRef) -> Result<()> {
        let sql = "DELETE FROM ordered WHERE school = ?1 AND task = ?2";
        self.database
            .write(Commit::Durable, |t| exec(t, sql, [task.school.as_str(), task.task.as_str()]).map(drop))
    }
}

fn mark(row: &Row<'_>) -> Result<(TaskRef, Mark)> {
    let (decided, open) = (col(row, "decided")?, json_col(row, "open")?);
    Ok((task(row)?, Mark { decided, open, schedule: col(row, "schedule")? }))
}

fn order(row: &Row<'_>) -> Result<Order> {
    Ok(Order {
        task: task(row)?,
        at: col(row, "at")?,
        selection: json_col(row, "selection")?,
        form: col(row, "form")?,
        not_before: col(row, "not_before")?,
    })
}

fn task(row: &Row<'_>) -> Result<TaskRef> {
    let school = SchoolId::from(col::<String>(row, "school")?);
    Ok(TaskRef { school, task: TaskId::from(col::<String>(row, "task")?) })
}

/// Holds the rota without looking into the host's file, until what is answered is dropped: no server is at work.
pub(in crate::store) fn hold_rota(data: &Path, doing: &str, now: Millis) -> Result<File> {
    lane::lock(&rota_of(data), doing, now)?.map_err(|held| busy(&held))
}

pub(super) fn rota_of(data: &Path) -> PathBuf {
    data.join("serve.lane")
}

fn busy(held: &Held) -> Error {
    let message = Message::new("host-rota-busy").with("pid", &held.pid).with("since", &held.since);
    Error::failed(format!("process {} serves this data folder since {}", held.pid, held.since))
        .message(message)
        .hint("one `exchange serve` is enough for a data folder; stop the other one first")
}
