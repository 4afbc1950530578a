//! `exchange upstreams`: how the budgets of the remote systems stand, which all schools and processes share.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::app::{self, App};
use crate::daemon::upstreams::{State, System};
use crate::error::{Error, Result};
use crate::model::budget::Standing;
use crate::model::setup::{TaskConfig, Upstream};
use crate::model::{Message, Millis};

/// Exit code where a system takes no requests at the moment.
const HELD_BACK: u8 = 5;

/// One system.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Row {
    upstream: String,
    state: State,
    /// When requests may go again.
    until: Option<Timestamp>,
    /// For people.
    title: String,
    rate: f64,
    rate_per_school: f64,
    parallel: u32,
    quota: Option<Today>,
    /// Processes that use it at the moment.
    processes: usize,
}

/// A day's requests.
#[derive(Clone, Debug, Serialize)]
struct Today {
    per_day: u64,
    used: u64,
    left: u64,
    renewed: Timestamp,
}

impl Row {
    /// Requests may go.
    pub(super) fn is_ready(&self) -> bool {
        self.state == State::Ready
    }

    /// For people, with its name.
    pub(super) fn told(&self, app: &App) -> String {
        app.text(Message::new("upstream-about").with("upstream", &self.upstream).with("state", &self.title))
    }
}

/// Shows all systems, or one.
pub(super) fn upstreams(app: &App, name: Option<&str>) -> Result<u8> {
    let mut rows = rows(app)?;
    if let Some(name) = name {
        rows.retain(|row| row.upstream == name);
        if rows.is_empty() {
            return Err(Error::config(format!("exchange.toml has no upstream `{name}`"))
                .message(Message::new("error-no-upstream").with("upstream", name))
                .hint("exchange upstreams"));
        }
    }
    let code = if rows.iter().all(Row::is_ready) { 0 } else { HELD_BACK };
    if app.output.json {
        return app.output.print_json(&rows).map(|()| code);
    }
    if rows.is_empty() {
        return app.output.line(app.word("upstream-none")).map(|()| 0);
    }
    let headings = ["column-upstream", "column-state", "column-pace", "column-parallel", "column-quota"];
    let cells: Vec<Vec<String>> = rows.iter().map(|row| cells(app, row)).collect();
    app.output.table(&headings.map(|code| app.word(code)), &cells).map(|()| code)
}

/// All systems of `exchange.toml`.
pub(super) fn rows(app: &App) -> Result<Vec<Row>> {
    let now = app::now();
    let standings = app.process()?.standings()?;
    let row = |(name, standing)| Some(row(app, app.host.upstreams.get(&name)?, name, &standing, now));
    Ok(standings.into_iter().filter_map(row).collect())
}

/// Of these the ones that this task may use and that take no requests at the moment.
pub(super) fn in_the_way<'r>(rows: &'r [Row], task: &TaskConfig) -> impl Iterator<Item = &'r Row> {
    let granted: Vec<&String> = task.grants.upstreams.values().collect();
    rows.iter().filter(move |row| !row.is_ready() && granted.contains(&&row.upstream))
}

fn row(app: &App, config: &Upstream, upstream: String, standing: &Standing, now: Millis) -> Row {
    let system = System::of(&upstream, config, standing, now);
    let (quota, title) = (today(config, standing), system.title(&app.catalogue, &TimeZone::system()));
    let (state, until) = (system.state, system.until.map(moment));
    let Upstream { rate, rate_per_school, parallel, .. } = *config;
    let processes = standing.processes;
    Row { upstream, state, until, title, rate, rate_per_school, parallel, quota, processes }
}

fn today(config: &Upstream, standing: &Standing) -> Option<Today> {
    let (per_day, used) = (config.quota.as_ref()?.per_day, standing.used?);
    let left = per_day.saturating_sub(used);
    Some(Today { per_day, used, left, renewed: moment(standing.renewed?) })
}

fn cells(app: &App, row: &Row) -> Vec<String> {
    let pace = if row.rate > 0.0 { row.rate.to_string() } else { app.word("upstream-unlimited") };
    let of_school = Message::new("upstream-per-school").with("pace", &pace).with("rate", row.rate_per_school);
    let pace = if row.rate_per_school > 0.0 { app.text(of_school) } else { pace };
    let quota = row.quota.as_ref().map_or_else(
        || app.word("upstream-no-quota"),
        |quota| app.text(Message::new("upstream-quota").with("used", quota.used).with("of", quota.per_day)),
    );
    vec![row.upstream.clone(), row.title.clone(), pace, row.parallel.to_string(), quota]
}

fn moment(at: Millis) -> Timestamp {
    Timestamp::from_millisecond(at).unwrap_or(Timestamp::MAX)
}
