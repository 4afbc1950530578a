//! Outcomes of runs as rows.

use rusqlite::{Connection, Row, params};

use crate::error::Result;
use crate::model::{Action, Outcome, OutcomeRow};

use super::file::broken;
use super::ledger::item_ref;
use super::values::{col, int, json, json_col, json_col_opt, json_opt};

/// Puts outcomes, each in place of an older one of its item.
pub(super) fn put_outcomes(t: &Connection, run: u64, outcomes: &[OutcomeRow]) -> Result<()> {
    let sql = "INSERT OR REPLACE INTO outcome VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let mut statement = t.prepare_cached(sql).map_err(broken)?;
    let mut plain = Plain::default();
    outcomes.iter().try_for_each(|row| {
        let (outcome, action) = plain.of(row)?;
        let remarks = if row.remarks.is_empty() { "[]".to_owned() } else { json(&row.remarks)? };
        let about = json_opt(row.about.as_ref())?;
        let values =
            params![int(run), row.item.kind, row.item.key, row.group, about, outcome, action, remarks];
        statement.execute(values).map(drop).map_err(broken)
    })
}

/// An outcome out of all columns, by name.
pub(super) fn outcome(row: &Row<'_>) -> Result<OutcomeRow> {
    Ok(OutcomeRow {
        item: item_ref(row)?,
        group: col(row, "class")?,
        about: json_col_opt(row, "about")?,
        outcome: json_col(row, "outcome")?,
        action: json_col_opt(row, "action")?,
        remarks: json_col(row, "remarks")?,
    })
}

/// The last outcome and action as JSON: thousands alike follow each other.
#[derive(Default)]
struct Plain(Option<(Outcome, Option<Action>)>, String, Option<String>);

impl Plain {
    fn of(&mut self, row: &OutcomeRow) -> Result<(&str, Option<&str>)> {
        let same =
            self.0.as_ref().is_some_and(|(outcome, action)| (outcome, action) == (&row.outcome, &row.action));
        if !same {
            *self = Self(
                Some((row.outcome.clone(), row.action)),
                json(&row.outcome)?,
                json_opt(row.action.as_ref())?,
            );
        }
        Ok((&self.1, self.2.as_deref()))
    }
}
