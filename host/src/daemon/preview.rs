//! A plan as the serving process keeps it for people to look at: what they read, and nothing of what is only sent.
//!
//! It lives in memory, like any plan, and is bounded there: of a plan that is too long its beginning is kept, its numbers
//! are whole.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::errands::Kept;
use crate::model::{After, Item, LeftOut, Message, Plan, Planned, Shown};
use crate::reconcile::RunReport;
use crate::report::plan_words::{self, Total};
use crate::report::run_report::natural;

/// Bytes of one plan, roughly.
const MOST_BYTES: usize = 16 << 20;

/// Bytes of a line beside its texts, roughly.
const LINE_BYTES: usize = 512;

/// What making a plan came to.
#[derive(Debug)]
pub enum Preview {
    /// A plan.
    Made(Box<Made>),
    /// None could be made: why.
    Stopped(Option<Message>),
}

/// A plan to look at.
#[derive(Debug, Default)]
pub struct Made {
    /// Its lines have no fields; the last ones are missing where there are too many.
    pub plan: Plan,
    /// How many of which kind and action.
    pub totals: Vec<Total>,
    /// Lines that are counted and not kept, and so of those who are left out.
    pub beyond: (usize, usize),
    /// The classes that it names, in their order.
    pub groups: Vec<String>,
    weight: usize,
}

impl Preview {
    /// What a dry run came to.
    pub fn of(report: RunReport) -> Self {
        match report.plan {
            Some(plan) => Self::Made(Box::new(Made::of(plan, MOST_BYTES))),
            None => Self::Stopped(report.reason),
        }
    }
}

impl Kept for Preview {
    fn weight(&self) -> usize {
        match self {
            Self::Made(made) => made.weight,
            Self::Stopped(_) => 0,
        }
    }
}

impl Made {
    fn of(mut plan: Plan, most: usize) -> Self {
        let totals = plan_words::totals(&plan.lines);
        let groups = groups(&plan);
        let (lines, left_out) = (std::mem::take(&mut plan.lines), std::mem::take(&mut plan.left_out));
        let mut room = Room { left: most };
        let (all, all_left_out) = (lines.len(), left_out.len());
        plan.lines = lines.into_iter().map(bare).take_while(|line| room.takes(line_bytes(line))).collect();
        plan.left_out = left_out.into_iter().take_while(|left| room.takes(left_out_bytes(left))).collect();
        let beyond = (all - plan.lines.len(), all_left_out - plan.left_out.len());
        Self { plan, totals, beyond, groups, weight: most - room.left }
    }
}

struct Room {
    left: usize,
}

impl Room {
    fn takes(&mut self, bytes: usize) -> bool {
        let fits = bytes <= self.left;
        self.left = if fits { self.left - bytes } else { 0 };
        fits
    }
}

fn groups(plan: &Plan) -> Vec<String> {
    let lines = plan.lines.iter().filter_map(|line| line.item.group.as_ref());
    let groups: BTreeSet<&String> =
        lines.chain(plan.left_out.iter().filter_map(|left| left.group.as_ref())).collect();
    let mut groups: Vec<String> = groups.into_iter().cloned().collect();
    groups.sort_by_cached_key(|group| natural(group));
    groups
}

/// A line with what is read of it.
fn bare(line: Planned) -> Planned {
    let Item { id, label, group, about, .. } = &*line.item;
    let item = Item {
        id: id.clone(),
        former_keys: Vec::new(),
        label: label.clone(),
        group: group.clone(),
        about: about.clone(),
        fields: Vec::new(),
        identity: None,
        gone: line.item.gone,
        window: None,
        waiting: None,
    };
    Planned { item: Arc::new(item), ..line }
}

fn line_bytes(line: &Planned) -> usize {
    let shown = |shown: &Shown| {
        let after = if let After::Text(text) = &shown.after { text.len() } else { 0 };
        after + shown.before.as_ref().map_or(0, String::len) + shown.field.len()
    };
    let remarks: usize = line.remarks.iter().map(message_bytes).sum();
    LINE_BYTES + line.item.label.len() + line.content.iter().map(shown).sum::<usize>() + remarks
}

fn left_out_bytes(left: &LeftOut) -> usize {
    LINE_BYTES + left.label.len() + message_bytes(&left.reason)
}

fn message_bytes(message: &Message) -> usize {
    message.code.len() + message.args.iter().map(|arg| arg.name.len() + arg.value.len()).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Action, Intent, ItemRef};

    fn line(n: usize, group: &str) -> Planned {
        let id = ItemRef { kind: "pupil".into(), key: n.to_string().into() };
        let item = Item {
            id,
            former_keys: vec!["x".into()],
            label: format!("Ученик {n}"),
            group: Some(group.to_owned()),
            about: None,
            fields: Vec::new(),
            identity: Some("000".into()),
            gone: Default::default(),
            window: None,
            waiting: None,
        };
        let intent = Intent::Apply(Action::Create);
        let (scope, handle) = ("".into(), None);
        let (differing, content, remarks) = (Vec::new(), Vec::new(), Vec::new());
        Planned { item: Arc::new(item), scope, intent, handle, differing, content, remarks }
    }

    #[test]
    fn of_a_long_plan_the_beginning_is_kept_and_the_numbers_are_whole() {
        let lines = (0..100).map(|n| line(n, if n % 2 == 0 { "10-А" } else { "2-А" })).collect();
        let made = Made::of(Plan { lines, ..Plan::default() }, 10 * (LINE_BYTES + 64));
        assert!((9..=11).contains(&made.plan.lines.len()), "{}", made.plan.lines.len());
        assert_eq!(made.beyond.0, 100 - made.plan.lines.len());
        assert_eq!(made.totals, [Total { kind: "pupil".into(), action: "plan-create", count: 100 }]);
        assert_eq!(made.groups, ["2-А", "10-А"]);
        let first = &made.plan.lines[0].item;
        assert!(first.former_keys.is_empty() && first.identity.is_none(), "only what is read");
    }
}
