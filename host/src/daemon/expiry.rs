//! Bodies of requests that may be kept no longer are dropped, also where nothing runs: when a school is opened, and by
//! the server now and then. What has ended is shown to nobody before, either.

use std::collections::BTreeSet;

use crate::error::Result;
use crate::model::{Millis, SchoolId};
use crate::store::{DebugStore, LaneStore, SchoolDb, backup};

use super::host::Host;

/// Drops what has ended. A school that somebody works on is left to them: a run drops it when it begins.
///
/// # Errors
/// The store fails.
pub(super) fn expire(store: &SchoolDb, now: Millis) -> Result<()> {
    if !store.has_expired(now)? || store.lane_holder()?.is_some() {
        return Ok(());
    }
    // Somebody who came first meanwhile drops it too.
    let Ok(lane) = store.take_lane("expire", now) else { return Ok(()) };
    let bodies = store.drop_expired(lane.fence(), now)?;
    tracing::info!(school = %store.school(), bodies, "leave to keep bodies has ended: they are dropped");
    Ok(())
}

/// The same for these schools, as far as they have data; a school whose data cannot be read costs only itself.
pub(super) fn sweep(host: &Host, schools: &BTreeSet<SchoolId>) {
    let has_data = |school: &&SchoolId| backup::school_file(&host.config().data, school).exists();
    for school in schools.iter().filter(has_data) {
        if let Err(error) = host.open(school) {
            tracing::error!(%school, ?error, "what may be kept no longer could not be dropped");
        }
    }
}
