//! `exchange plan`, `run`: what will change, and making it so.

pub(super) mod content;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use super::app::App;
use super::args;
use super::output::Tone;
use super::progress::Bars;
use super::ready::Ready;
use super::status;
use super::stores::{self, About};
use crate::daemon::runtime::interruptible;
use crate::daemon::task::Watch;
use crate::error::{Error, Result};
use crate::model::{Extent, Message, Plan, Planned, RunStatus, Selection, TaskRef, visible};
use crate::reconcile::{Cancel, RunReport};
use crate::report::plan_words::{self, Total, action_code, name};
use crate::report::{Called, run_report, words};

/// Lines shown unless all are asked for.
const SHOWN: usize = 20;

#[derive(Serialize)]
struct PlanJson<'a> {
    hash: &'a str,
    counts: &'a crate::model::PlanCounts,
    hold: Option<String>,
    changes: Vec<LineJson<'a>>,
    left_out: Vec<LeftOutJson<'a>>,
}

#[derive(Serialize)]
struct LineJson<'a> {
    key: &'a str,
    kind: &'a str,
    action: &'static str,
    label: &'a str,
    group: Option<&'a str>,
    fields: Vec<&'a str>,
    notes: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    content: Vec<content::ContentJson<'a>>,
}

#[derive(Serialize)]
struct LeftOutJson<'a> {
    key: &'a str,
    label: &'a str,
    group: Option<&'a str>,
    reason: String,
}

/// Shows what would change. Exit code 4 when a person has to decide first.
pub(super) async fn plan(app: &App, args: &args::Plan) -> Result<u8> {
    let ready = Ready::open(app, &args.task.0)?;
    let selection = selection(&args.classes, &args.persons);
    let (watch, cancel) = watch(app);
    let planned = ready.task.plan(selection, extent(args.additions_only), watch);
    let report = interruptible(&cancel, planned).await??;
    let Some(plan) = &report.plan else { return Err(ready.stopped(&report)) };
    if app.output.json {
        app.output.print_json(&as_json(&ready, plan))?;
    } else {
        show_plan(app, &ready, plan, args.all)?;
    }
    let waits = plan.hold.is_some() || plan.counts.decide > 0;
    Ok(if waits { RunStatus::Waiting.exit_code() } else { 0 })
}

/// Runs a task. The exit code is its status.
pub(super) async fn run(app: &App, task: &TaskRef, args: &args::Run) -> Result<u8> {
    let ready = Ready::open(app, task)?;
    if !ready.task.config.enabled {
        return Err(Error::config(format!("task {} is switched off", ready.name))
            .message(Message::new("error-disabled").with("task", &ready.name))
            .hint(format!("exchange enable {}", ready.name)));
    }
    stores::audit(app, "run", About::from(task).with(args.plan.as_deref().unwrap_or_default()))?;
    let (watch, cancel) = watch(app);
    let (selection, extent) = (selection(&args.classes, &args.persons), extent(args.additions_only));
    let run = ready.task.run(selection, extent, args.plan.as_deref(), watch);
    let report = interruptible(&cancel, run).await??;
    finish(app, &ready, &report)
}

/// Bars where a person looks; Ctrl-C asks the run to stop after the batch in hand.
pub(super) fn watch(app: &App) -> (Watch, Cancel) {
    let cancel = Cancel::default();
    (Watch { progress: Arc::new(Bars::new(app)), cancel: cancel.clone() }, cancel)
}

fn selection(classes: &[String], persons: &[String]) -> Selection {
    Selection { groups: classes.to_vec(), persons: persons.to_vec() }
}

fn extent(additions_only: bool) -> Extent {
    if additions_only { Extent::Additions } else { Extent::Everything }
}

#[derive(Serialize)]
struct RunJson {
    run: Option<String>,
    status: String,
    title: String,
    reason: Option<String>,
    hash: Option<String>,
    counts: crate::model::RunCounts,
    quiet: bool,
}

fn finish(app: &App, ready: &Ready, report: &RunReport) -> Result<u8> {
    let code = report.status.exit_code();
    let reason = report.reason.as_ref().map(|reason| ready.text(reason));
    let title = words::status(&app.catalogue, Some(report.status));
    if app.output.json {
        let run = RunJson {
            run: report.run.as_ref().map(ToString::to_string),
            status: report.status.to_string(),
            title,
            reason,
            hash: report.plan.as_ref().map(|plan| plan.hash.clone()),
            counts: report.counts,
            quiet: report.quiet,
        };
        return app.output.print_json(&run).map(|()| code);
    }
    let run = report.run.as_ref().map(ToString::to_string).unwrap_or_default();
    app.output.line(format!("{run} · {}", app.output.tone(status::tone(report.status), &title)))?;
    if let Some(reason) = reason {
        app.output.line(reason)?;
    }
    if let Some(detail) = &report.detail {
        app.output.line(app.output.tone(Tone::Dim, &visible(detail)))?;
    }
    app.output.line(words::counts(&app.catalogue, &report.counts))?;
    if report.quiet {
        let code = if report.counts.waiting > 0 { "run-quiet-waiting" } else { "run-quiet" };
        app.output.line(app.word(code))?;
    }
    if let Some(plan) = report.plan.as_ref().filter(|plan| plan.hold.is_some()) {
        show_hold(app, ready, plan)?;
    }
    next_steps(app, &run, report).map(|()| code)
}

/// What one would do now, as commands.
fn next_steps(app: &App, run: &str, report: &RunReport) -> Result<()> {
    let code = match report.status {
        RunStatus::Running | RunStatus::Success | RunStatus::Postponed => return Ok(()),
        RunStatus::Waiting if report.plan.as_ref().is_some_and(|plan| plan.hold.is_some()) => return Ok(()),
        RunStatus::Waiting => "next-decide",
        RunStatus::WithRemarks | RunStatus::NotConfirmed | RunStatus::Failed => "next-show",
    };
    app.output.line(app.text(Message::new(code).with("run", run)))
}

fn show_hold(app: &App, ready: &Ready, plan: &Plan) -> Result<()> {
    let Some(hold) = &plan.hold else { return Ok(()) };
    let out = app.output;
    out.line(
        out.tone(Tone::Warn, &app.text(Message::new("plan-held").with("reason", ready.text(&hold.reason)))),
    )?;
    out.line(app.text(Message::new("plan-cause").with("cause", ready.text(&hold.cause))))?;
    out.line(app.text(Message::new("plan-approve").with("task", &ready.name).with("hash", &plan.hash)))
}

fn show_plan(app: &App, ready: &Ready, plan: &Plan, all: bool) -> Result<()> {
    let out = app.output;
    out.line(app.text(Message::new("plan-head").with("task", &ready.name).with("hash", &plan.hash)))?;
    let totals = totals(app, ready, plan);
    if totals.is_empty() {
        out.line(app.word("plan-nothing"))?;
    } else {
        let headings = ["column-kind", "column-action", "column-count"].map(|code| app.word(code));
        out.table(&headings, &totals)?;
    }
    out.line(app.text(Message::new("plan-unchanged").with("n", plan.counts.unchanged)))?;
    let shown = if all { plan.lines.len() } else { SHOWN.min(plan.lines.len()) };
    if shown > 0 {
        out.line("")?;
        let headings = ["column-class", "column-kind", "column-name", "column-action", "column-reason"];
        let called = Called::in_plan(&plan.lines);
        let row = |line| cells(app, ready, line, &called);
        let rows: Vec<Vec<String>> = plan.lines[..shown].iter().map(row).collect();
        out.table(&headings.map(|code| app.word(code)), &rows)?;
    }
    content::show(app, ready, &plan.lines[..shown])?;
    if shown < plan.lines.len() {
        out.line(app.text(Message::new("plan-more").with("n", plan.lines.len() - shown)))?;
    }
    show_left_out(app, ready, plan, all)?;
    show_hold(app, ready, plan)
}

/// How many of which kind and action.
fn totals(app: &App, ready: &Ready, plan: &Plan) -> Vec<Vec<String>> {
    let kind = |kind: &str| run_report::kind_title(ready.manifest(), kind, &app.catalogue);
    let row = |total: Total| vec![kind(&total.kind), app.word(total.action), total.count.to_string()];
    plan_words::totals(&plan.lines).into_iter().map(row).collect()
}

fn cells(app: &App, ready: &Ready, line: &Planned, called: &Called) -> Vec<String> {
    vec![
        line.item.group.clone().unwrap_or_default(),
        run_report::kind_title(ready.manifest(), &line.item.id.kind, &app.catalogue),
        name(line).to_owned(),
        app.word(action_code(&line.intent)),
        notes(ready, line, called).join("; "),
    ]
}

fn notes(ready: &Ready, line: &Planned, called: &Called) -> Vec<String> {
    plan_words::notes(&ready.catalogue, &ready.manifest().id, line, called)
}

fn show_left_out(app: &App, ready: &Ready, plan: &Plan, all: bool) -> Result<()> {
    if plan.left_out.is_empty() {
        return Ok(());
    }
    let out = app.output;
    out.line("")?;
    out.line(app.text(Message::new("plan-left-out").with("n", plan.left_out.len())))?;
    if all {
        let headings = ["column-class", "column-name", "column-reason"].map(|code| app.word(code));
        let row = |left: &crate::model::LeftOut| {
            vec![left.group.clone().unwrap_or_default(), left.label.clone(), ready.text(&left.reason)]
        };
        return out.table(&headings, &plan.left_out.iter().map(row).collect::<Vec<_>>());
    }
    let mut reasons: BTreeMap<String, u64> = BTreeMap::new();
    for left in &plan.left_out {
        *reasons.entry(ready.text(&left.reason)).or_default() += 1;
    }
    let rows: Vec<Vec<String>> = reasons.into_iter().map(|(reason, n)| vec![n.to_string(), reason]).collect();
    out.table(&["column-count", "column-reason"].map(|code| app.word(code)), &rows)
}

fn as_json<'a>(ready: &Ready, plan: &'a Plan) -> PlanJson<'a> {
    let called = Called::in_plan(&plan.lines);
    let line = |line: &'a Planned| LineJson {
        key: &line.item.id.key,
        kind: &line.item.id.kind,
        action: action_code(&line.intent).trim_start_matches("plan-"),
        label: &line.item.label,
        group: line.item.group.as_deref(),
        fields: line.differing.iter().map(|difference| difference.field.as_str()).collect(),
        notes: notes(ready, line, &called),
        content: content::as_json(&line.content),
    };
    let left_out = |left: &'a crate::model::LeftOut| LeftOutJson {
        key: &left.about.id,
        label: &left.label,
        group: left.group.as_deref(),
        reason: ready.text(&left.reason),
    };
    PlanJson {
        hash: &plan.hash,
        counts: &plan.counts,
        hold: plan.hold.as_ref().map(|hold| ready.text(&hold.reason)),
        changes: plan.lines.iter().map(line).collect(),
        left_out: plan.left_out.iter().map(left_out).collect(),
    }
}
