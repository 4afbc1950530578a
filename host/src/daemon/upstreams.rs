//! How the remote systems stand, whichever face shows it: may requests go, and if not, until when.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::host::Host;
use crate::error::Result;
use crate::model::budget::Standing;
use crate::model::setup::{TaskConfig, Upstream};
use crate::model::{Message, Millis};
use crate::report::Catalogue;

/// Whether requests may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// They may.
    Ready,
    /// The system asked for a pause.
    Paused,
    /// It does not answer.
    Open,
    /// The next request tries whether it lives.
    Probe,
    /// There are no more for today.
    UsedUp,
}

/// One system.
#[derive(Clone, Debug)]
pub struct System {
    /// Its name in `exchange.toml`.
    pub name: String,
    /// Whether requests may go.
    pub state: State,
    /// When they may again.
    pub until: Option<Millis>,
    /// Where its day begins at midnight.
    zone: Option<TimeZone>,
}

impl System {
    /// A system with this budget.
    pub fn of(name: &str, config: &Upstream, standing: &Standing, now: Millis) -> Self {
        let later = |ms: &u64| Some(now.saturating_add_unsigned(*ms));
        let used_up =
            config.quota.as_ref().zip(standing.used).is_some_and(|(quota, used)| used >= quota.per_day);
        let (state, until) = match standing {
            _ if used_up => (State::UsedUp, standing.renewed),
            Standing { paused_ms: Some(ms), .. } => (State::Paused, later(ms)),
            Standing { open_ms: Some(ms @ 1..), .. } => (State::Open, later(ms)),
            Standing { open_ms: Some(0), .. } => (State::Probe, None),
            _ => (State::Ready, None),
        };
        let zone = config.quota.as_ref().filter(|_| used_up);
        let zone = zone.map(|quota| TimeZone::get(&quota.time_zone).unwrap_or(TimeZone::UTC));
        Self { name: name.to_owned(), state, until, zone }
    }

    /// Requests may go.
    pub fn is_ready(&self) -> bool {
        self.state == State::Ready
    }

    /// How it stands, with times in this zone.
    pub fn title(&self, texts: &Catalogue, zone: &TimeZone) -> String {
        let code = match self.state {
            State::Ready => "upstream-ready",
            State::Paused => "upstream-paused",
            State::Open => "upstream-open",
            State::Probe => "upstream-probe",
            State::UsedUp => "upstream-used-up",
        };
        let zone = self.zone.as_ref().unwrap_or(zone).clone();
        let until =
            self.until.map(|until| moment(until).to_zoned(zone).strftime("%d.%m.%Y %H:%M:%S").to_string());
        texts.text(&Message::new(code).with("until", until.unwrap_or_default()))
    }

    /// The same with its name.
    pub fn told(&self, texts: &Catalogue, zone: &TimeZone) -> String {
        let state = self.title(texts, zone);
        texts.text(&Message::new("upstream-about").with("upstream", &self.name).with("state", state))
    }
}

/// Of the systems that this task may use the ones that take no requests at the moment.
///
/// # Errors
/// The host's store fails.
pub fn in_the_way(host: &Host, task: &TaskConfig, now: Millis) -> Result<Vec<System>> {
    let config = &host.config().upstreams;
    let granted = |name: &String| task.grants.upstreams.values().any(|granted| granted == name);
    let system =
        |(name, standing): (String, Standing)| Some(System::of(&name, config.get(&name)?, &standing, now));
    let all = host.standings()?.into_iter().filter(|(name, _)| granted(name)).filter_map(system);
    Ok(all.filter(|system| !system.is_ready()).collect())
}

fn moment(at: Millis) -> Timestamp {
    Timestamp::from_millisecond(at).unwrap_or(Timestamp::MAX)
}
