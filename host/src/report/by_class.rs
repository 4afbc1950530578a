//! How a task stands by class: how many are there, how many are waited for, what is in the way; and for each class a sheet
//! of who has to do what (E9).
//!
//! What is there the ledger says; of everybody else what the last run for the whole school came to. Somebody who was
//! waited for then, and is there now, is there.

use std::collections::{BTreeMap, BTreeSet};

use super::called::{Called, NameOf};
use super::catalogue::Catalogue;
use super::run_report::{self, natural};
use super::table::Sheet;
use super::words::{self, Group};
use crate::model::manifest::Manifest;
use crate::model::{ItemRef, LedgerEntry, Message, Outcome, OutcomeRow};

/// The output by which a connector says how a thing came to be there: the code of one of its texts.
const WAY: &str = "way";

/// A task by class.
#[derive(Debug, Default)]
pub struct ByClass {
    classes: BTreeMap<(u32, String), Class>,
    ways: BTreeSet<String>,
}

/// One class.
#[derive(Debug, Default)]
pub struct Class {
    /// What is there.
    pub there: u64,
    /// Of it, by the way in which it came there, where its connector tells.
    pub ways: BTreeMap<String, u64>,
    /// Somebody has to act first.
    pub waiting: u64,
    /// Not there, for a reason that somebody can remove; or there and not as it should be.
    pub in_the_way: u64,
    /// Of those who are not there as they should be, what became of them.
    pub rows: Vec<OutcomeRow>,
}

impl ByClass {
    /// Out of what the ledger has and what the last whole run came to; of these classes, or of all if none is named.
    pub fn new(entries: Vec<LedgerEntry>, outcomes: Vec<OutcomeRow>, classes: &[String]) -> Self {
        let chosen =
            |group: Option<&String>| classes.is_empty() || group.is_some_and(|g| classes.contains(g));
        let mut picture = Self::default();
        let mut there = BTreeSet::new();
        let is_there = |entry: &LedgerEntry| entry.state.is_there() && entry.gone_since.is_none();
        for entry in entries.into_iter().filter(|entry| is_there(entry) && chosen(entry.group.as_ref())) {
            picture.add_there(&entry);
            there.insert(entry.item);
        }
        let rows = outcomes.into_iter().filter(|row| chosen(row.group.as_ref()));
        rows.for_each(|row| picture.add_outcome(row, &there));
        picture
    }

    fn class(&mut self, group: Option<String>) -> &mut Class {
        self.classes.entry(natural(&group.unwrap_or_default())).or_default()
    }

    fn add_there(&mut self, entry: &LedgerEntry) {
        let way = way_of(entry).map(str::to_owned);
        self.ways.extend(way.clone());
        let class = self.class(entry.group.clone());
        class.there += 1;
        if let Some(way) = way {
            *class.ways.entry(way).or_default() += 1;
        }
    }

    fn add_outcome(&mut self, row: OutcomeRow, there: &BTreeSet<ItemRef>) {
        let class = self.class(row.group.clone());
        match Group::of(&row.outcome) {
            Group::Sent | Group::Accepted | Group::Adopted | Group::Unchanged | Group::Removed => return,
            Group::Told => {}
            _ if there.contains(&row.item) => return,
            _ if is_in_the_way(&row) => {}
            Group::Waiting | Group::Decision => {
                class.waiting += 1;
                return class.rows.push(row);
            }
            Group::Rejected | Group::NotConfirmed | Group::InDoubt | Group::Failed => {}
        }
        class.in_the_way += 1;
        class.rows.push(row);
    }

    /// The classes in their order, by title; things of no class under the empty one.
    pub fn classes(&self) -> impl Iterator<Item = (&str, &Class)> {
        self.classes.iter().map(|((_, title), class)| (&**title, class))
    }

    /// The numbers: headings, and a row for each class and for all.
    pub fn numbers(&self, connector: &str, catalogue: &Catalogue) -> Sheet {
        let way = |way: &String| plain(&catalogue.of(connector, &Message::new(way)));
        let word = |code: &str| catalogue.word(code);
        let mut headings = vec![word("column-class"), word("column-there")];
        headings.extend(self.ways.iter().map(way));
        headings.extend([word("column-waiting"), word("column-in-the-way")]);
        let mut rows: Vec<Vec<String>> = Vec::new();
        let mut all = vec![0; headings.len() - 1];
        for (title, class) in self.classes() {
            let numbers = self.of_class(class);
            all.iter_mut().zip(&numbers).for_each(|(all, n)| *all += n);
            rows.push(row(class_title(title, catalogue), &numbers));
        }
        rows.push(row(word("by-class-all"), &all));
        Sheet { title: word("by-class-numbers"), headings, rows, own_page: false }
    }

    fn of_class(&self, class: &Class) -> Vec<u64> {
        let ways = self.ways.iter().map(|way| class.ways.get(way).copied().unwrap_or_default());
        std::iter::once(class.there).chain(ways).chain([class.waiting, class.in_the_way]).collect()
    }

    /// The classes in their order: as they are known, and as they are called.
    pub fn titles(&self, catalogue: &Catalogue) -> Vec<(&str, String)> {
        self.classes().map(|(title, _)| (title, class_title(title, catalogue))).collect()
    }

    /// The sheet of one class; nothing where there is no such class. Without rows where nobody has to do anything.
    pub fn sheet_of(
        &self,
        class: &str,
        manifest: &Manifest,
        names: &NameOf<'_>,
        catalogue: &Catalogue,
    ) -> Option<Sheet> {
        let (title, class) = self.classes().find(|(title, _)| *title == class)?;
        Some(self.sheet(title, class, manifest, names, catalogue))
    }

    /// A sheet for each class in which somebody has to do something: who, and what.
    pub fn sheets(&self, manifest: &Manifest, names: &NameOf<'_>, catalogue: &Catalogue) -> Vec<Sheet> {
        let busy = self.classes().filter(|(_, class)| !class.rows.is_empty());
        busy.map(|(title, class)| self.sheet(title, class, manifest, names, catalogue)).collect()
    }

    fn sheet(
        &self,
        title: &str,
        class: &Class,
        manifest: &Manifest,
        names: &NameOf<'_>,
        catalogue: &Catalogue,
    ) -> Sheet {
        let called = Called::in_run(self.classes.values().flat_map(|class| &class.rows), names);
        let line = |row: &OutcomeRow| {
            let (reason, advice) = words::reason_and_advice(catalogue, &manifest.id, row, &called);
            let role = row.about.as_ref().map(|about| catalogue.word(run_report::role(about.record_type)));
            let name = row.about.as_ref().and_then(names).unwrap_or_else(|| row.item.key.to_string());
            vec![name, role.unwrap_or_default(), reason, advice]
        };
        let mut rows: Vec<Vec<String>> = class.rows.iter().map(line).collect();
        rows.sort();
        let headings = ["column-name", "column-role", "column-reason", "column-advice"];
        let headings = headings.map(|code| catalogue.word(code)).to_vec();
        Sheet { title: class_title(title, catalogue), headings, rows, own_page: true }
    }
}

fn is_in_the_way(row: &OutcomeRow) -> bool {
    matches!(&row.outcome, Outcome::Waiting(waiting) if waiting.in_the_way)
}

/// How a thing came to be there: the code of a text, where its connector tells.
pub fn way_of(entry: &LedgerEntry) -> Option<&str> {
    entry.outputs.iter().find(|output| output.name == WAY).map(|output| output.value.as_str())
}

fn row(title: String, numbers: &[u64]) -> Vec<String> {
    std::iter::once(title).chain(numbers.iter().map(u64::to_string)).collect()
}

fn class_title(title: &str, catalogue: &Catalogue) -> String {
    if title.is_empty() { catalogue.word("by-class-none") } else { title.to_owned() }
}

/// A sentence as a heading.
fn plain(text: &str) -> String {
    text.trim_end_matches('.').to_owned()
}
