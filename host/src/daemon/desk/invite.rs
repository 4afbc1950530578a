//! One-time addresses for binding: made by an administrator at a terminal, used up by the first browser (D15).
//!
//! The store keeps a hash of the secret in the address, with who made it, until it expires. A page that only looks at
//! the address (a preview in a messenger) uses nothing up.

use std::sync::Arc;

use super::{Closed, fault, sealed, secret, wall};
use crate::daemon::task::Task;
use crate::error::{Error, Result};
use crate::model::web::Web;
use crate::model::{TaskId, hex};
use crate::store::{DialogueStore, LANE_BUSY, LaneStore, SchoolDb};

/// A one-time address at which this task is bound; `who` makes it, and stands in the audit when it is.
///
/// # Errors
/// Somebody else has the lane, or our own store fails.
pub fn invite(web: &Web, task: &Task, who: &str) -> Result<String> {
    let (token, store, name) = (secret()?, &task.store, task.name());
    let lane = store.take_lane("bind", wall())?;
    store.expire_dialogues(lane.fence(), wall())?;
    let expires = wall().saturating_add_unsigned(web.invitation_ms);
    store.put_dialogue(lane.fence(), &id(&token), &name.task, who.as_bytes(), expires)?;
    // No school can be called so.
    Ok(format!("{}/~bind/{}/{}/{token}", web.address, name.school, name.task))
}

/// Uses an address up; who made it.
pub(super) async fn accepted(
    store: Arc<SchoolDb>,
    task: &TaskId,
    token: &str,
) -> std::result::Result<String, Closed> {
    let (id, task) = (id(token), task.clone());
    let take = move || {
        let lane = store.take_lane("bind", wall())?;
        store.take_dialogue(lane.fence(), &id, &task, wall())
    };
    let taken = tokio::task::spawn_blocking(take).await;
    match taken.unwrap_or_else(|broken| Err(Error::internal("taking an address broke off").because(broken))) {
        Ok(Some(who)) => Ok(String::from_utf8_lossy(&who).into_owned()),
        Ok(None) => Err(Closed::Nowhere),
        Err(error) if error.is(LANE_BUSY) => Err(Closed::Busy),
        Err(error) => Err(fault(error)),
    }
}

fn id(token: &str) -> String {
    hex(&sealed(token))
}
