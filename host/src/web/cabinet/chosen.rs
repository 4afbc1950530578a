//! Classes and persons that somebody ticked: they travel in addresses and forms, and nothing of them is kept.

use crate::model::{Param, Selection};

/// Of each at most; who wants more chooses classes.
pub(super) const MOST: usize = 200;

/// Letters of one.
const LONGEST: usize = 200;

/// What was ticked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Chosen {
    /// Classes.
    pub(super) groups: Vec<String>,
    /// Ids of persons.
    pub(super) persons: Vec<String>,
    /// More was ticked than is taken.
    pub(super) too_many: bool,
}

impl Chosen {
    /// Of a query or a form.
    pub(super) fn of(values: &[Param]) -> Self {
        let (groups, more_groups) = all(values, "group");
        let (persons, more_persons) = all(values, "person");
        Self { groups, persons, too_many: more_groups || more_persons }
    }

    /// Nothing is ticked: everything is sent.
    pub(super) fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.persons.is_empty()
    }

    pub(super) fn has_group(&self, group: &str) -> bool {
        self.groups.iter().any(|chosen| chosen == group)
    }

    pub(super) fn has_person(&self, person: &str) -> bool {
        self.persons.iter().any(|chosen| chosen == person)
    }

    /// As a run takes it.
    pub(super) fn selection(&self) -> Selection {
        Selection { groups: self.groups.clone(), persons: self.persons.clone() }
    }
}

/// The values of this name, each once; and are there more than are taken?
fn all(values: &[Param], name: &str) -> (Vec<String>, bool) {
    let mut all: Vec<String> = Vec::new();
    let named = values.iter().filter(|param| param.name == name && !param.value.is_empty());
    for param in named.filter(|param| param.value.chars().count() <= LONGEST) {
        if all.contains(&param.value) {
            continue;
        }
        if all.len() == MOST {
            return (all, true);
        }
        all.push(param.value.clone());
    }
    (all, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_taken_once_and_not_too_many() {
        let of = |pairs: &[(&str, &str)]| {
            let values: Vec<Param> = pairs.iter().map(|(name, value)| Param::new(*name, *value)).collect();
            Chosen::of(&values)
        };
        let long = "я".repeat(LONGEST + 1);
        let chosen =
            of(&[("group", "5-А"), ("group", "5-А"), ("person", "p1"), ("person", ""), ("person", &long)]);
        assert_eq!(
            (chosen.groups, chosen.persons, chosen.too_many),
            (vec!["5-А".into()], vec!["p1".into()], false)
        );
        assert!(of(&[("q", "x")]).is_empty());
        let many: Vec<String> = (0..=MOST).map(|n| n.to_string()).collect();
        let pairs: Vec<(&str, &str)> = many.iter().map(|id| ("person", id.as_str())).collect();
        let chosen = of(&pairs);
        assert!(chosen.too_many && chosen.persons.len() == MOST);
    }
}
