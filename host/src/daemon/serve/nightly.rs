//! Once a day, at the time of `[keep]`, what was kept long enough is dropped, beside everything else.

use std::sync::Arc;

use futures_util::FutureExt;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::task::JoinHandle;

use crate::daemon::host::Host;
use crate::daemon::keep;
use crate::error::Result;
use crate::model::Millis;
use crate::model::setup::SchoolConfig;
use crate::reconcile::{Cancel, Clock};
use crate::store::HostKeepStore;

/// The daily work, under way or not.
pub(super) struct Nightly {
    /// When it was begun last.
    last: Option<Millis>,
    job: Option<JoinHandle<()>>,
}

impl Nightly {
    /// `last` is what was remembered.
    pub(super) fn new(last: Option<Millis>) -> Self {
        Self { last, job: None }
    }

    /// Is it time? What was missed while no server ran is made up for.
    pub(super) fn is_due(&mut self, host: &Host, now: Millis) -> bool {
        if let Some(mut job) = self.job.take() {
            match (&mut job).now_or_never() {
                None => self.job = Some(job),
                Some(Ok(())) => {}
                Some(Err(broken)) => tracing::error!(%broken, "dropping old data broke off"),
            }
        }
        self.job.is_none() && is_due(self.last, now, host.config().keep.at, &TimeZone::system())
    }

    /// Begins.
    pub(super) fn begin(
        &mut self,
        host: Arc<Host>,
        schools: Vec<Arc<SchoolConfig>>,
        clock: Arc<dyn Clock>,
        cancel: Cancel,
    ) {
        self.last = Some(clock.now());
        self.job = Some(tokio::task::spawn_blocking(move || work(&host, &schools, &*clock, &cancel)));
    }
}

/// Does the minute of the day lie between the last time and now? A last time in the future was a wrong clock's.
fn is_due(last: Option<Millis>, now: Millis, minute: u16, zone: &TimeZone) -> bool {
    let Some(last) = last.filter(|last| *last <= now) else { return true };
    let since = (now - last) / DAY_MS;
    since > 0 || crossed(last, now, minute, zone)
}

const DAY_MS: Millis = 24 * 3_600_000;

fn crossed(last: Millis, now: Millis, minute: u16, zone: &TimeZone) -> bool {
    let Ok(today) = Timestamp::from_millisecond(now) else { return false };
    let today = today.to_zoned(zone.clone()).date();
    let (hour, minute) = ((minute / 60) as i8, (minute % 60) as i8);
    let time =
        |day: jiff::civil::Date| Some(day.at(hour, minute, 0, 0).to_zoned(zone.clone()).ok()?.timestamp());
    let yesterday = today.yesterday().ok();
    let times = [yesterday.and_then(time), time(today)];
    times.into_iter().flatten().any(|at| last < at.as_millisecond() && at.as_millisecond() <= now)
}

fn work(host: &Host, schools: &[Arc<SchoolConfig>], clock: &dyn Clock, cancel: &Cancel) {
    for school in schools {
        match of_school(host, school, clock, cancel) {
            Ok(dropped) if dropped.rows.is_empty() && !dropped.busy => {}
            Ok(dropped) => {
                let rows: u64 = dropped.rows.iter().map(|(_, count)| count).sum();
                tracing::info!(school = %school.id, rows, busy = dropped.busy, "old data dropped");
            }
            Err(error) => tracing::error!(school = %school.id, ?error, "old data cannot be dropped"),
        }
    }
    if let Err(error) = of_host(host, clock, cancel) {
        tracing::error!(
            ?error,
            "the daily work cannot be ended: old notifications, or noting that it was done"
        );
    }
}

/// What all schools have in common; then it is noted that the work is done.
fn of_host(host: &Host, clock: &dyn Clock, cancel: &Cancel) -> Result<()> {
    let store = host.store()?;
    let rows = keep::drop_notices(&store, &host.config().keep, clock.now(), cancel)?;
    if rows > 0 {
        tracing::info!(rows, "old notifications dropped");
    }
    if cancel.is_cancelled() { Ok(()) } else { store.note_kept(clock.now()) }
}

fn of_school(
    host: &Host,
    school: &SchoolConfig,
    clock: &dyn Clock,
    cancel: &Cancel,
) -> Result<keep::Dropped> {
    keep::drop_excess(&*host.school(school)?, &host.config().keep, clock, cancel)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn once_a_day_and_what_was_missed_once() {
        let zone = TimeZone::get("Europe/Moscow").unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap().as_millisecond();
        let due = |last: &str, now: &str| is_due(Some(at(last)), at(now), 3 * 60 + 40, &zone);
        assert!(is_due(None, at("2026-11-01T12:00:00Z"), 220, &zone), "never before");
        assert!(!due("2026-11-01T00:41:00Z", "2026-11-02T00:39:00Z"));
        assert!(due("2026-11-01T00:41:00Z", "2026-11-02T00:40:00Z"));
        assert!(due("2026-11-01T12:00:00Z", "2026-11-02T09:00:00Z"), "the server was down at night");
        assert!(due("2026-11-01T12:00:00Z", "2026-11-09T00:00:00Z"));
        assert!(due("2030-01-01T00:00:00Z", "2026-11-02T09:00:00Z"), "that clock was wrong");
    }
}
