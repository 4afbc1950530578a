//! Questions, answers and approvals as rows.

use rusqlite::{Row, Transaction, params};

use crate::error::{Error, Result};
use crate::model::{ItemRef, Millis, TaskId};
use crate::store::{Answer, Ask, Decision, DecisionStore, Fence, Question};

use super::SchoolDb;
use super::file::Commit;
use super::ledger::item_ref;
use super::values::{col, exec, first, int, json, json_col, json_col_opt, json_opt, number, rows};

impl DecisionStore for SchoolDb {
    fn ask(&self, fence: &Fence, task: &TaskId, asks: &[Ask], now: Millis) -> Result<Vec<u64>> {
        self.change(fence, Commit::Durable, |t| asks.iter().map(|ask| put(t, task, ask, now)).collect())
    }

    fn decisions(&self, task: Option<&TaskId>, open_only: bool) -> Result<Vec<Decision>> {
        let sql = "SELECT * FROM decision WHERE (?1 IS NULL OR task = ?1) AND (NOT ?2 OR answer IS NULL) \
                   ORDER BY number";
        self.database.read(|t| rows(t, sql, params![task.map(TaskId::as_str), open_only], decision))
    }

    fn answer(
        &self,
        fence: &Fence,
        number: u64,
        answer: &Answer,
        who: &str,
        now: Millis,
    ) -> Result<Decision> {
        let find = "SELECT * FROM decision WHERE number = ?1";
        let sql = "UPDATE decision SET answer = ?2, answered = ?3, answered_by = ?4 WHERE number = ?1";
        self.change(fence, Commit::Durable, |t| {
            let known = first(t, find, [int(number)], decision)?;
            let mut known = known.ok_or_else(|| {
                Error::failed(format!("there is no decision {number}"))
                    .hint("it may have settled itself; list the open ones")
            })?;
            check(&known, answer)?;
            exec(t, sql, params![int(number), json(answer)?, now, who])?;
            known.answer = Some(answer.clone());
            known.answered = Some((now, who.to_owned()));
            Ok(known)
        })
    }

    fn drop_decisions(&self, fence: &Fence, task: &TaskId, items: &[ItemRef]) -> Result<()> {
        let sql = "DELETE FROM decision WHERE task = ?1 AND kind = ?2 AND key = ?3";
        self.change(fence, Commit::Durable, |t| {
            items.iter().try_for_each(|id| exec(t, sql, [task.as_str(), &id.kind, &id.key]).map(drop))
        })
    }

    fn approve(&self, fence: &Fence, task: &TaskId, plan: &str, who: &str, now: Millis) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO approval VALUES (?1, ?2, ?3, ?4)";
        self.change(fence, Commit::Durable, |t| {
            exec(t, sql, params![task.as_str(), plan, now, who]).map(drop)
        })
    }

    fn approval(&self, task: &TaskId, plan: &str) -> Result<Option<(String, Millis)>> {
        let sql = "SELECT by, at FROM approval WHERE task = ?1 AND plan = ?2";
        self.database
            .read(|t| first(t, sql, [task.as_str(), plan], |row| Ok((col(row, "by")?, col(row, "at")?))))
    }
}

fn put(t: &Transaction<'_>, task: &TaskId, ask: &Ask, now: Millis) -> Result<u64> {
    // Another question about the item is another decision: its answer must not count for this one.
    let other = "DELETE FROM decision WHERE task = ?1 AND kind = ?2 AND key = ?3 AND question <> ?4";
    let question = json(&ask.question)?;
    exec(t, other, [task.as_str(), &ask.item.kind, &ask.item.key, &question])?;
    let values = params![
        task.as_str(),
        ask.item.kind,
        ask.item.key,
        ask.scope.as_str(),
        ask.group,
        json_opt(ask.about.as_ref())?,
        question,
        json(&ask.candidates)?,
        now,
    ];
    // Not an upsert: that would use up a number each time, and people read them out.
    // Whoever is asked again is asked in earnest: the older answer did not settle it.
    let renew = "UPDATE decision SET scope = ?4, class = ?5, about = ?6, question = ?7, candidates = ?8, \
                 answer = NULL, answered = NULL, answered_by = NULL \
                 WHERE task = ?1 AND kind = ?2 AND key = ?3 AND ?9 IS NOT NULL RETURNING number";
    let insert = "INSERT INTO decision (task, kind, key, scope, class, about, question, candidates, asked) \
                  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) RETURNING number";
    match first(t, renew, values, |row| col::<i64>(row, "number"))? {
        Some(known) => Ok(known as u64),
        None => number(t, insert, values),
    }
}

fn check(decision: &Decision, answer: &Answer) -> Result<()> {
    let Answer::Adopt(handle) = answer else { return Ok(()) };
    let free = decision.ask.question == Question::Arrived;
    if free || decision.ask.candidates.iter().any(|candidate| &candidate.handle == handle) {
        return Ok(());
    }
    Err(Error::config(format!("`{handle}` is not among the candidates of decision {}", decision.number)))
}

fn decision(row: &Row<'_>) -> Result<Decision> {
    let ask = Ask {
        item: item_ref(row)?,
        scope: col::<String>(row, "scope")?.into(),
        group: col(row, "class")?,
        about: json_col_opt(row, "about")?,
        question: json_col(row, "question")?,
        candidates: json_col(row, "candidates")?,
    };
    let at: Option<Millis> = col(row, "answered")?;
    let by: Option<String> = col(row, "answered_by")?;
    Ok(Decision {
        number: col::<i64>(row, "number")? as u64,
        task: col::<String>(row, "task")?.into(),
        ask,
        asked: col(row, "asked")?,
        answer: json_col_opt(row, "answer")?,
        answered: at.zip(by),
    })
}
