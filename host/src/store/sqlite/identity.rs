//! Who may create, and who holds, what several schools share.

use rusqlite::{Connection, Row, params};

use crate::error::Result;
use crate::model::{SchoolId, TaskId, TaskRef};
use crate::store::{Claim, Fence, Held, IdentityRef, IdentityStore, Wish};

use super::HostDb;
use super::values::{bytes32, col, exec, first, number, rows};

/// A row of `identity`.
struct Known {
    handle: Option<String>,
    created: bool,
    creating: Option<TaskRef>,
}

impl Known {
    fn claim(self) -> Option<Claim> {
        let created = self.created;
        let known = self.handle.map(|handle| Claim::Known { handle, created });
        known.or(self.creating.map(Claim::Busy))
    }
}

impl IdentityStore for HostDb {
    fn identity_key(&self) -> Result<[u8; 32]> {
        if let Some(known) = self.identity_key.get() {
            return Ok(*known);
        }
        let key = self.own_key("identity-key")?;
        Ok(*self.identity_key.get_or_init(|| key))
    }

    fn identity(&self, id: &IdentityRef) -> Result<Option<Claim>> {
        Ok(self.database.read(|t| known(t, id))?.and_then(Known::claim))
    }

    fn claim_identities(&self, fence: &Fence, task: &TaskId, wishes: &[Wish]) -> Result<Vec<Claim>> {
        let asker = TaskRef { school: fence.school.clone(), task: task.clone() };
        self.change(fence, |t| wishes.iter().map(|wish| grant(t, wish, &asker)).collect())
    }

    fn settle_identities(&self, fence: &Fence, task: &TaskId, held: &[Held]) -> Result<()> {
        let asker = TaskRef { school: fence.school.clone(), task: task.clone() };
        self.change(fence, |t| held.iter().try_for_each(|held| settle(t, held, &asker)))
    }

    fn hold_identities(&self, fence: &Fence, task: &TaskId, held: &[Held]) -> Result<Vec<Option<TaskRef>>> {
        let asker = TaskRef { school: fence.school.clone(), task: task.clone() };
        let hold = |t: &Connection, held: &Held| {
            let creating = known(t, &held.id)?.and_then(|known| known.creating);
            match creating.or(leaving(t, &held.id)?).filter(|other| *other != asker) {
                Some(other) => Ok(Some(other)),
                None => settle(t, held, &asker).map(|()| None),
            }
        };
        self.change(fence, |t| held.iter().map(|held| hold(t, held)).collect())
    }

    fn leave_identity(&self, fence: &Fence, task: &TaskId, id: &IdentityRef) -> Result<bool> {
        let mark = "INSERT OR REPLACE INTO identity_leaving VALUES (?1, ?2, ?3, ?4)";
        self.change(fence, |t| {
            if held_by_others(t, id, &fence.school, task)? {
                return Ok(false);
            }
            exec(t, mark, params![id.space, id.hash.as_slice(), fence.school.as_str(), task.as_str()])
                .map(|_| true)
        })
    }

    fn hand_over_identity(&self, fence: &Fence, task: &TaskId, held: &Held) -> Result<bool> {
        let asker = TaskRef { school: fence.school.clone(), task: task.clone() };
        self.change(fence, |t| {
            if !held_by_others(t, &held.id, &fence.school, task)? {
                return Ok(false);
            }
            settle(t, held, &asker)?;
            stays(t, &held.id, &fence.school, task)?;
            unhold(t, &held.id, &fence.school, task).map(|()| true)
        })
    }

    fn keep_identity(&self, fence: &Fence, task: &TaskId, id: &IdentityRef) -> Result<()> {
        self.change(fence, |t| stays(t, id, &fence.school, task))
    }

    fn leaving(&self, task: &TaskRef) -> Result<Vec<IdentityRef>> {
        let sql =
            "SELECT space, hash FROM identity_leaving WHERE school = ?1 AND task = ?2 ORDER BY space, hash";
        self.database.read(|t| rows(t, sql, [task.school.as_str(), task.task.as_str()], identity))
    }

    fn release_identity(&self, fence: &Fence, task: &TaskId, id: &IdentityRef) -> Result<()> {
        let sql = "UPDATE identity SET creating_school = NULL, creating_task = NULL WHERE space = ?1 AND hash = ?2 \
                   AND creating_school = ?3 AND creating_task = ?4";
        let school = fence.school.as_str();
        self.change(fence, |t| {
            exec(t, sql, params![id.space, id.hash.as_slice(), school, task.as_str()])?;
            forget_empty(t, id)
        })
    }

    fn claims(&self, task: &TaskRef) -> Result<Vec<IdentityRef>> {
        let sql = "SELECT space, hash FROM identity WHERE creating_school = ?1 AND creating_task = ?2 \
                   ORDER BY space, hash";
        self.database.read(|t| rows(t, sql, [task.school.as_str(), task.task.as_str()], identity))
    }

    fn holdings(&self, task: &TaskRef) -> Result<Vec<IdentityRef>> {
        let sql =
            "SELECT space, hash FROM identity_holder WHERE school = ?1 AND task = ?2 ORDER BY space, hash";
        self.database.read(|t| rows(t, sql, [task.school.as_str(), task.task.as_str()], identity))
    }

    fn holders(&self, id: &IdentityRef) -> Result<Vec<TaskRef>> {
        let sql =
            "SELECT school, task FROM identity_holder WHERE space = ?1 AND hash = ?2 ORDER BY school, task";
        self.database.read(|t| {
            rows(t, sql, params![id.space, id.hash.as_slice()], |row| {
                Ok(TaskRef {
                    school: col::<String>(row, "school")?.into(),
                    task: col::<String>(row, "task")?.into(),
                })
            })
        })
    }

    fn unhold_identity(&self, fence: &Fence, task: &TaskId, id: &IdentityRef, removed: bool) -> Result<()> {
        let clear = "UPDATE identity SET handle = NULL WHERE space = ?1 AND hash = ?2 AND ?3";
        self.change(fence, |t| {
            unhold(t, id, &fence.school, task)?;
            stays(t, id, &fence.school, task)?;
            exec(t, clear, params![id.space, id.hash.as_slice(), removed])?;
            forget_empty(t, id)
        })
    }
}

/// The columns `space` and `hash`.
fn identity(row: &Row<'_>) -> Result<IdentityRef> {
    Ok(IdentityRef { space: col(row, "space")?, hash: bytes32(&col::<Vec<u8>>(row, "hash")?)? })
}

/// It is there, and the asker holds it.
fn settle(t: &Connection, held: &Held, asker: &TaskRef) -> Result<()> {
    let sql = "INSERT INTO identity VALUES (?1, ?2, ?3, ?4, NULL, NULL) ON CONFLICT (space, hash) DO UPDATE SET \
               created = CASE WHEN handle IS excluded.handle THEN max(created, excluded.created) \
               ELSE excluded.created END, handle = excluded.handle, creating_school = NULL, \
               creating_task = NULL";
    let hold = "INSERT OR IGNORE INTO identity_holder VALUES (?1, ?2, ?3, ?4)";
    let Held { id, handle, created } = held;
    exec(t, sql, params![id.space, id.hash.as_slice(), handle, created])?;
    let (school, task) = (asker.school.as_str(), asker.task.as_str());
    exec(t, hold, params![id.space, id.hash.as_slice(), school, task]).map(drop)
}

/// Who is about to remove it.
fn leaving(t: &Connection, id: &IdentityRef) -> Result<Option<TaskRef>> {
    let sql = "SELECT school, task FROM identity_leaving WHERE space = ?1 AND hash = ?2";
    first(t, sql, params![id.space, id.hash.as_slice()], |row| {
        Ok(TaskRef { school: col::<String>(row, "school")?.into(), task: col::<String>(row, "task")?.into() })
    })
}

fn held_by_others(t: &Connection, id: &IdentityRef, school: &SchoolId, task: &TaskId) -> Result<bool> {
    let sql = "SELECT count(*) FROM identity_holder WHERE space = ?1 AND hash = ?2 AND NOT (school = ?3 AND \
               task = ?4)";
    Ok(number(t, sql, params![id.space, id.hash.as_slice(), school.as_str(), task.as_str()])? > 0)
}

fn unhold(t: &Connection, id: &IdentityRef, school: &SchoolId, task: &TaskId) -> Result<()> {
    let sql = "DELETE FROM identity_holder WHERE space = ?1 AND hash = ?2 AND school = ?3 AND task = ?4";
    exec(t, sql, params![id.space, id.hash.as_slice(), school.as_str(), task.as_str()]).map(drop)
}

/// This task removes it no longer.
fn stays(t: &Connection, id: &IdentityRef, school: &SchoolId, task: &TaskId) -> Result<()> {
    let sql = "DELETE FROM identity_leaving WHERE space = ?1 AND hash = ?2 AND school = ?3 AND task = ?4";
    exec(t, sql, params![id.space, id.hash.as_slice(), school.as_str(), task.as_str()]).map(drop)
}

fn known(t: &Connection, id: &IdentityRef) -> Result<Option<Known>> {
    let sql = "SELECT * FROM identity WHERE space = ?1 AND hash = ?2";
    first(t, sql, params![id.space, id.hash.as_slice()], |row| {
        Ok(Known { handle: col(row, "handle")?, created: col(row, "created")?, creating: creating(row)? })
    })
}

fn creating(row: &Row<'_>) -> Result<Option<TaskRef>> {
    let school: Option<String> = col(row, "creating_school")?;
    let task: Option<String> = col(row, "creating_task")?;
    Ok(school.zip(task).map(|(school, task)| TaskRef { school: school.into(), task: task.into() }))
}

/// Answers one wish.
fn grant(t: &Connection, wish: &Wish, asker: &TaskRef) -> Result<Claim> {
    if let Some(other) = leaving(t, &wish.id)?.filter(|other| other != asker) {
        return Ok(Claim::Busy(other));
    }
    let mut row = known(t, &wish.id)?.unwrap_or(Known { handle: None, created: false, creating: None });
    if wish.gone.is_some() && row.handle == wish.gone {
        row.handle = None;
    }
    match row.claim() {
        Some(Claim::Busy(holder)) if holder != *asker => Ok(Claim::Busy(holder)),
        Some(claim @ Claim::Known { .. }) => Ok(claim),
        _ => claim(t, &wish.id, asker),
    }
}

fn claim(t: &Connection, id: &IdentityRef, asker: &TaskRef) -> Result<Claim> {
    let sql = "INSERT OR REPLACE INTO identity VALUES (?1, ?2, NULL, 0, ?3, ?4)";
    exec(t, sql, params![id.space, id.hash.as_slice(), asker.school.as_str(), asker.task.as_str()])?;
    Ok(Claim::Yours)
}

/// Drops a thing that nobody holds, creates or knows the handle of.
fn forget_empty(t: &Connection, id: &IdentityRef) -> Result<()> {
    let held = "SELECT count(*) FROM identity_holder WHERE space = ?1 AND hash = ?2";
    if number(t, held, params![id.space, id.hash.as_slice()])? > 0 {
        return Ok(());
    }
    let sql =
        "DELETE FROM identity WHERE space = ?1 AND hash = ?2 AND handle IS NULL AND creating_school IS NULL";
    exec(t, sql, params![id.space, id.hash.as_slice()]).map(drop)
}
