//! `exchange connector compare`: what another version of a connector would do otherwise than the one that runs.
//!
//! Both plan on the same records and the same ledger; nothing is written, here or there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Serialize;

use super::locks::Locks;
use super::{Installed, with_checksum};
use crate::cli::app::App;
use crate::cli::output::Tone;
use crate::cli::plan::watch;
use crate::cli::ready::Ready;
use crate::daemon::host::Package;
use crate::daemon::runtime::interruptible;
use crate::error::{Error, Result};
use crate::model::records::RecordRef;
use crate::model::{Extent, ItemRef, Message, Plan, PlanCounts, Planned, Selection, TaskRef};
use crate::report::plan_words::action_code;
use crate::report::run_report;

/// Lines shown unless all are asked for.
const SHOWN: usize = 20;

/// Exit code when the two would not do the same.
const DIFFERENT: u8 = 3;

#[derive(Serialize)]
struct Comparison {
    task: String,
    old: Side,
    new: Side,
    differences: Vec<Change>,
    /// Left out by one of them only.
    left_out_by_old: Vec<String>,
    left_out_by_new: Vec<String>,
}

#[derive(Serialize)]
struct Side {
    version: String,
    hash: String,
    counts: PlanCounts,
    /// Why a person would have to approve.
    hold: Option<String>,
}

#[derive(Serialize)]
struct Change {
    kind: String,
    key: String,
    label: String,
    group: Option<String>,
    /// What the old version would do: `create`, `update`, …; `None`: nothing.
    old: Option<&'static str>,
    new: Option<&'static str>,
    /// Fields in which what they would send differs.
    fields: Vec<String>,
}

/// Compares. Exit code 3 when they would not do the same.
pub(in crate::cli) async fn compare(app: &App, name: &TaskRef, version: &str, all: bool) -> Result<u8> {
    let old = Ready::open(app, name)?;
    let new = candidate(app, name, version)?;
    let (old_plan, new_plan) = (planned(app, &old).await?, planned(app, &new).await?);
    let comparison = Comparison {
        task: name.to_string(),
        differences: differences(&old_plan, &new_plan),
        left_out_by_old: left_out_only(&old_plan, &new_plan),
        left_out_by_new: left_out_only(&new_plan, &old_plan),
        old: side(&old, &old_plan),
        new: side(&new, &new_plan),
    };
    if app.output.json {
        app.output.print_json(&comparison)?
    } else {
        show(app, &new, &comparison, all)?
    }
    Ok(if comparison.same() { 0 } else { DIFFERENT })
}

impl Comparison {
    fn same(&self) -> bool {
        self.differences.is_empty() && self.left_out_by_old.is_empty() && self.left_out_by_new.is_empty()
    }
}

/// The task with the other version: only one that was added, as it was added.
fn candidate(app: &App, name: &TaskRef, version: &str) -> Result<Ready> {
    let (_, task) = app.task(name)?;
    let id = &task.connector;
    let locks = Locks::read(app)?;
    let sha256 = locks.of(id).and_then(|lock| lock.checksum(version));
    let package = with_checksum(app, id, sha256)?.ok_or_else(|| {
        Error::config(format!("version {version} of connector `{id}` was not added, or its file was altered"))
            .message(Message::new("connector-not-added").with("connector", id).with("version", version))
            .hint(format!("exchange connector add {id}-{version}.wasm"))
    })?;
    ready(app, name, package)
}

fn ready(app: &App, name: &TaskRef, package: Arc<Package>) -> Result<Ready> {
    let instead = Some((&name.task, &*package));
    let school = app.school_with(&Installed { app, school: &name.school, instead })?;
    let task =
        school.task(&name.task).cloned().ok_or_else(|| Error::internal("the task is there no more"))?;
    Ready::with(app, name, school, task, package)
}

async fn planned(app: &App, ready: &Ready) -> Result<Plan> {
    let (watch, cancel) = watch(app);
    let planning = ready.task.plan(Selection::default(), Extent::Everything, watch);
    let report = interruptible(&cancel, planning).await??;
    let version = &ready.manifest().version;
    match report.plan {
        Some(plan) => Ok(plan),
        None => Err(ready
            .stopped(&report)
            .hint(app.text(Message::new("compare-stopped").with("version", version)))),
    }
}

fn side(ready: &Ready, plan: &Plan) -> Side {
    Side {
        version: ready.manifest().version.clone(),
        hash: plan.hash.clone(),
        counts: plan.counts,
        hold: plan.hold.as_ref().map(|hold| ready.text(&hold.reason)),
    }
}

fn differences(old: &Plan, new: &Plan) -> Vec<Change> {
    let by_item = |plan: &'_ Plan| -> BTreeMap<ItemRef, Planned> {
        plan.lines.iter().map(|line| (line.item.id.clone(), line.clone())).collect()
    };
    let (old, new) = (by_item(old), by_item(new));
    let items: BTreeSet<&ItemRef> = old.keys().chain(new.keys()).collect();
    items.into_iter().filter_map(|item| change(old.get(item), new.get(item))).collect()
}

/// How two lines about one item differ; `None`: they mean the same.
fn change(old: Option<&Planned>, new: Option<&Planned>) -> Option<Change> {
    let line = new.or(old)?;
    let action =
        |line: Option<&Planned>| line.map(|line| action_code(&line.intent).trim_start_matches("plan-"));
    let (before, after) = (action(old), action(new));
    let fields = old.zip(new).map(|(old, new)| fields(old, new)).unwrap_or_default();
    (before != after || !fields.is_empty()).then(|| Change {
        kind: line.item.id.kind.to_string(),
        key: line.item.id.key.to_string(),
        label: line.item.label.clone(),
        group: line.item.group.clone(),
        old: before,
        new: after,
        fields,
    })
}

/// Fields whose content is not the same.
fn fields(old: &Planned, new: &Planned) -> Vec<String> {
    let names = old.item.fields.iter().chain(&new.item.fields).map(|field| &*field.name);
    let names: BTreeSet<&str> = names.collect();
    let differs = |name: &&str| {
        let value = |line: &Planned| line.item.field(name).map(|field| field.value.clone());
        value(old) != value(new)
    };
    names.into_iter().filter(differs).map(str::to_owned).collect()
}

fn left_out_only(one: &Plan, other: &Plan) -> Vec<String> {
    let there: BTreeSet<&RecordRef> = other.left_out.iter().map(|left| &left.about).collect();
    let only = one.left_out.iter().filter(|left| !there.contains(&left.about));
    only.map(|left| format!("{} {}", left.about.record_type, left.about.id)).collect()
}

fn show(app: &App, ready: &Ready, comparison: &Comparison, all: bool) -> Result<()> {
    let out = app.output;
    let versions = Message::new("compare-head")
        .with("task", &comparison.task)
        .with("old", &comparison.old.version)
        .with("new", &comparison.new.version);
    out.line(app.text(versions))?;
    if comparison.same() {
        return out.line(out.tone(Tone::Good, &app.word("compare-same")));
    }
    let shown = if all { comparison.differences.len() } else { SHOWN.min(comparison.differences.len()) };
    let headings =
        ["column-class", "column-kind", "column-name", "column-old", "column-new", "column-fields"];
    let rows: Vec<Vec<String>> =
        comparison.differences[..shown].iter().map(|change| cells(app, ready, change)).collect();
    out.table(&headings.map(|code| app.word(code)), &rows)?;
    if shown < comparison.differences.len() {
        out.line(app.text(Message::new("plan-more").with("n", comparison.differences.len() - shown)))?;
    }
    for (code, left) in
        [("compare-left-old", &comparison.left_out_by_old), ("compare-left-new", &comparison.left_out_by_new)]
    {
        if !left.is_empty() {
            out.line(app.text(Message::new(code).with("n", left.len())))?;
        }
    }
    if let Some(hold) = &comparison.new.hold {
        out.line(out.tone(Tone::Warn, &app.text(Message::new("compare-held").with("reason", hold))))?;
    }
    out.line(app.word("compare-nothing-applied"))
}

fn cells(app: &App, ready: &Ready, change: &Change) -> Vec<String> {
    let word = |action: Option<&str>| {
        action.map_or_else(|| app.word("compare-nothing"), |action| app.word(&format!("plan-{action}")))
    };
    let name = if change.label.is_empty() { &change.key } else { &change.label };
    vec![
        change.group.clone().unwrap_or_default(),
        run_report::kind_title(ready.manifest(), &change.kind, &app.catalogue),
        name.clone(),
        word(change.old),
        word(change.new),
        change.fields.join(", "),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Action, Field, Intent, Item, Ownership, ScopeId, Value, WhenGone};

    fn line(action: Action, title: &str) -> Planned {
        let value = Value::Text(title.to_owned());
        let fields = vec![Field { name: "title".into(), value, ownership: Ownership::Owned }];
        let item = Item {
            id: ItemRef::new("class", "c1"),
            former_keys: Vec::new(),
            label: "5-А".to_owned(),
            group: None,
            about: None,
            fields,
            identity: None,
            gone: WhenGone::default(),
            window: None,
            waiting: None,
        };
        Planned {
            item: Arc::new(item),
            scope: ScopeId::from(""),
            intent: Intent::Apply(action),
            handle: None,
            differing: Vec::new(),
            content: Vec::new(),
            remarks: Vec::new(),
        }
    }

    fn told(
        old: Option<&Planned>,
        new: Option<&Planned>,
    ) -> Option<(Option<&'static str>, Option<&'static str>, String)> {
        change(old, new).map(|change| (change.old, change.new, change.fields.join(",")))
    }

    #[test]
    fn lines_differ_in_what_is_done_or_in_what_is_sent() {
        let (create, renamed) = (line(Action::Create, "5-А"), line(Action::Create, "5 «А»"));
        let remove = line(Action::Remove, "5-А");
        assert_eq!(told(Some(&create), Some(&create)), None);
        assert_eq!(
            told(Some(&create), Some(&renamed)),
            Some((Some("create"), Some("create"), "title".to_owned()))
        );
        assert_eq!(told(Some(&create), None), Some((Some("create"), None, String::new())));
        assert_eq!(told(None, Some(&remove)), Some((None, Some("remove"), String::new())));
    }
}
