//! What the things are called that others wait for: a reader knows «Иванова Анна» and not «pupil:P-00132».

use std::collections::{HashMap, HashSet};

use super::plan_words::name;
use crate::model::records::RecordRef;
use crate::model::{Intent, ItemRef, Outcome, OutcomeRow, Planned, visible};

/// Looks a record's name up: «Иванов Пётр Сергеевич».
pub type NameOf<'a> = dyn Fn(&RecordRef) -> Option<String> + 'a;

/// Names of things that others wait for. What has no name here is called by its kind and key.
#[derive(Default)]
pub struct Called(HashMap<ItemRef, String>);

impl Called {
    /// Of what became of the things of a run; their names come from the records, as the journal has none.
    pub fn in_run<'a>(outcomes: impl Iterator<Item = &'a OutcomeRow> + Clone, names: &NameOf<'_>) -> Self {
        let target = |row: &'a OutcomeRow| match &row.outcome {
            Outcome::Blocked(target) => Some(target),
            _ => None,
        };
        let targets: HashSet<&ItemRef> = outcomes.clone().filter_map(target).collect();
        let rows = outcomes.filter(|row| targets.contains(&row.item));
        Self(rows.filter_map(|row| Some((row.item.clone(), names(row.about.as_ref()?)?))).collect())
    }

    /// Of the lines of a plan, which have their names with them.
    pub fn in_plan(lines: &[Planned]) -> Self {
        let target = |line: &'_ Planned| match &line.intent {
            Intent::Blocked(target) => Some(target.clone()),
            _ => None,
        };
        let targets: HashSet<ItemRef> = lines.iter().filter_map(target).collect();
        let lines = lines.iter().filter(|line| targets.contains(&line.item.id));
        Self(lines.map(|line| (line.item.id.clone(), visible(name(line)).into_owned())).collect())
    }

    /// What one of them is called.
    pub(super) fn of(&self, item: &ItemRef) -> String {
        self.0.get(item).cloned().unwrap_or_else(|| item.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Message;
    use crate::model::records::RecordType;

    fn row(key: &str, outcome: Outcome) -> OutcomeRow {
        let about = Some(RecordRef { record_type: RecordType::Pupil, id: key.to_owned() });
        let item = ItemRef::new("pupil", key);
        OutcomeRow { item, group: None, about, outcome, action: None, remarks: Vec::new() }
    }

    #[test]
    fn d8_whoever_is_waited_for_is_called_by_their_name() {
        let waits = |key: &str, target: &str| row(key, Outcome::Blocked(ItemRef::new("pupil", target)));
        let refused = |key: &str| row(key, Outcome::Failed(Message::new("refused")));
        let rows = [refused("1"), waits("2", "1"), waits("3", "9"), refused("4"), waits("5", "2")];
        let names = |about: &RecordRef| Some(format!("Имя {}", about.id));
        let called = Called::in_run(rows.iter(), &names);
        let told: Vec<String> = ["1", "2", "9"].map(|key| called.of(&ItemRef::new("pupil", key))).into();
        assert_eq!(told, ["Имя 1", "Имя 2", "pupil:9"]);
        assert_eq!(called.0.len(), 2, "only those who are waited for are looked up");
    }
}
