//! A plan in the words that a person reads before anything is sent, whichever face shows it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::called::Called;
use super::catalogue::Catalogue;
use crate::model::{Action, After, Intent, Message, Planned, Shown};

/// How many of a kind are dealt with in one way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Total {
    /// The kind.
    pub kind: Arc<str>,
    /// The code of what is done with them.
    pub action: &'static str,
    /// How many.
    pub count: u64,
}

/// How many of which kind and action, in the order of the plan.
pub fn totals(lines: &[Planned]) -> Vec<Total> {
    let mut order: Vec<Total> = Vec::new();
    let mut places: BTreeMap<(Arc<str>, &'static str), usize> = BTreeMap::new();
    for line in lines {
        let (kind, action) = (Arc::clone(&line.item.id.kind), action_code(&line.intent));
        let place = *places.entry((Arc::clone(&kind), action)).or_insert(order.len());
        if place == order.len() {
            order.push(Total { kind, action, count: 0 });
        }
        order[place].count += 1;
    }
    order
}

/// What people call it.
pub fn name(line: &Planned) -> &str {
    if line.item.label.is_empty() { &line.item.id.key } else { &line.item.label }
}

/// What is to be said of a line beside what is done.
pub fn notes(texts: &Catalogue, connector: &str, line: &Planned, called: &Called) -> Vec<String> {
    let text = |message: &Message| texts.of(connector, message);
    let mut notes = Vec::new();
    match &line.intent {
        Intent::Wait(waiting) => notes.push(text(&waiting.whom)),
        Intent::Unknown(reason) => notes.push(text(reason)),
        Intent::Blocked(item) => {
            notes.push(texts.text(&Message::new("reason-blocked").with("item", called.of(item))));
        }
        _ => {}
    }
    if !line.differing.is_empty() {
        let fields: Vec<&str> = line.differing.iter().map(|difference| difference.field.as_str()).collect();
        notes.push(texts.text(&Message::new("reason-differs").with("fields", fields.join(", "))));
    }
    notes.extend(line.remarks.iter().map(text));
    notes
}

/// Code of what a line means to do: `plan-create`, …; its ending is the word in `--json`.
pub fn action_code(intent: &Intent) -> &'static str {
    match intent {
        Intent::Apply(Action::Create) => "plan-create",
        Intent::Apply(Action::Update) => "plan-update",
        Intent::Apply(Action::Close) => "plan-close",
        Intent::Apply(Action::Remove) => "plan-remove",
        Intent::Adopt(_) => "plan-adopt",
        Intent::ReportChange => "plan-report-change",
        Intent::ReportGone => "plan-report-gone",
        Intent::Forget => "plan-forget",
        Intent::Decide(_) => "plan-decide",
        Intent::Wait(_) => "plan-wait",
        Intent::InDoubt => "plan-in-doubt",
        Intent::Blocked(_) => "plan-blocked",
        Intent::Expired => "plan-expired",
        Intent::Unknown(_) => "plan-unknown",
    }
}

/// What will stand in a field, and what stands there now.
pub fn field(texts: &Catalogue, shown: &Shown) -> String {
    let after = match &shown.after {
        After::Text(text) => text.clone(),
        After::Empty => texts.word("plan-empty"),
        After::Later => texts.word("plan-later"),
    };
    let Some(before) = &shown.before else { return format!("{}: {after}", shown.field) };
    let change = Message::new("plan-change").with("field", &shown.field);
    texts.text(&change.with("before", before).with("after", after))
}
