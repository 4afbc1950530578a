//! Dropping what was kept long enough: every night by the server, or by hand.
//!
//! The lane of a school is held for a moment only, and given back before the next one is taken: a run that is due waits no
//! longer than that, and while a run goes on its school is left for the next night.

use crate::error::Result;
use crate::model::setup::Keep;
use crate::model::{Millis, SchoolId};
use crate::reconcile::{Cancel, Clock};
use crate::store::{HostDb, HostKeepStore, KeepStore, Kept, LANE_BUSY, LaneStore};

/// Rows dropped in one transaction: some ten milliseconds.
const ROWS: u32 = 1_000;

/// Milliseconds for which a lane is held at a time.
const TURN_MS: Millis = 500;

/// Thresholds look a day back, and by a wrong clock a day ahead.
const TALLY_MS: u64 = 8 * 86_400_000;

/// What goes, or would go, from one school.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// The school.
    pub school: SchoolId,
    /// Rows by kind; kinds without any are left out.
    pub rows: Vec<(Kept, u64)>,
    /// A run goes on: the school was left as it is, or as far as one had come.
    pub busy: bool,
}

/// What is older than this may go.
pub fn before(keep: &Keep, kept: Kept, now: Millis) -> Millis {
    // A run goes after its details.
    let details = |age: u64| age.min(keep.runs_ms);
    let age = match kept {
        Kept::Requests => details(keep.requests_ms),
        Kept::Log => details(keep.log_ms),
        Kept::Outcomes => details(keep.outcomes_ms),
        Kept::Before => details(keep.before_ms),
        Kept::Writes => keep.writes_ms,
        Kept::Tally => TALLY_MS,
        Kept::Runs | Kept::Approvals => keep.runs_ms,
        Kept::Dialogues => 0,
    };
    now.saturating_sub_unsigned(age)
}

/// What would go from a school.
pub fn excess<S: KeepStore + LaneStore>(store: &S, keep: &Keep, now: Millis) -> Result<Dropped> {
    let mut rows = Vec::new();
    for kept in Kept::ALL {
        let count = store.excess(kept, before(keep, kept, now))?;
        rows.extend((count > 0).then_some((kept, count)));
    }
    Ok(Dropped { school: store.school().clone(), rows, busy: false })
}

/// Drops it, in turns between which others may work on the school.
pub fn drop_excess<S: KeepStore + LaneStore>(
    store: &S,
    keep: &Keep,
    clock: &dyn Clock,
    cancel: &Cancel,
) -> Result<Dropped> {
    let mut dropped = Dropped { school: store.school().clone(), rows: Vec::new(), busy: false };
    let mut left = excess(store, keep, clock.now())?.rows;
    while !left.is_empty() && !cancel.is_cancelled() {
        match turn(store, keep, clock, &mut left, &mut dropped) {
            Err(error) if error.is(LANE_BUSY) => {
                dropped.busy = true;
                break;
            }
            ended => ended?,
        }
    }
    Ok(dropped)
}

/// Notifications that would go.
pub fn old_notices(store: &HostDb, keep: &Keep, now: Millis) -> Result<u64> {
    store.old_notices(now.saturating_sub_unsigned(keep.notifications_ms))
}

/// Drops them; answers how many.
pub fn drop_notices(store: &HostDb, keep: &Keep, now: Millis, cancel: &Cancel) -> Result<u64> {
    let before = now.saturating_sub_unsigned(keep.notifications_ms);
    let mut dropped = 0;
    while !cancel.is_cancelled() {
        match store.drop_notices(before, ROWS)? {
            0 => break,
            rows => dropped += rows,
        }
    }
    Ok(dropped)
}

fn turn<S: KeepStore + LaneStore>(
    store: &S,
    keep: &Keep,
    clock: &dyn Clock,
    left: &mut Vec<(Kept, u64)>,
    dropped: &mut Dropped,
) -> Result<()> {
    let lane = store.take_lane("keep", clock.now())?;
    let end = clock.steady().ms + TURN_MS;
    while let Some((kept, _)) = left.first().copied() {
        let now = clock.now();
        let rows = store.drop_excess(lane.fence(), kept, before(keep, kept, now), ROWS, now)?;
        if rows == 0 {
            left.remove(0);
        } else {
            count(&mut dropped.rows, kept, rows);
        }
        if clock.steady().ms >= end {
            break;
        }
    }
    Ok(())
}

fn count(rows: &mut Vec<(Kept, u64)>, kept: Kept, more: u64) {
    match rows.last_mut().filter(|(last, _)| *last == kept) {
        Some((_, count)) => *count += more,
        None => rows.push((kept, more)),
    }
}
