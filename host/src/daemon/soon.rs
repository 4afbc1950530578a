//! A school's lane for somebody before a page: another person's step is over in a moment, a run is not, and nobody waits
//! for that before a page.

use std::time::{Duration, Instant};

use crate::error::Result;
use crate::model::Millis;
use crate::store::{LANE_BUSY, Lane, LaneStore, SchoolDb};

/// How long somebody waits.
const PATIENCE: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_millis(50);

/// Takes the lane as soon as it is free; `None`: it is not, for longer than anybody waits. Blocks.
///
/// # Errors
/// Our own store fails.
pub(super) fn lane_soon(store: &SchoolDb, doing: &str, now: Millis) -> Result<Option<Lane>> {
    let until = Instant::now() + PATIENCE;
    loop {
        match store.take_lane(doing, now) {
            Err(error) if !error.is(LANE_BUSY) => return Err(error),
            Err(_) if Instant::now() >= until => return Ok(None),
            Err(_) => std::thread::sleep(PAUSE),
            Ok(lane) => return Ok(Some(lane)),
        }
    }
}
