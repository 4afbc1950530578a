//! Undoing a binding, whichever face asks: the regional administrator's, with an audit entry (D1).

use std::sync::Arc;

use super::notify::{Alarm, Teller};
use super::vault::Vault;
use crate::error::Result;
use crate::model::TaskId;
use crate::model::manifest::Manifest;
use crate::model::notify::{Notify, Topic};
use crate::model::setup::SchoolConfig;
use crate::store::{AuditEntry, AuditStore, BindingStore, HostDb, Lane, SchoolDb};

/// A task whose binding is undone.
#[derive(Debug)]
pub struct Bound<'a> {
    /// Its school's store.
    pub store: &'a Arc<SchoolDb>,
    /// What schools share.
    pub shared: &'a Arc<HostDb>,
    /// Who hears of it beside the school's own.
    pub notify: &'a Notify,
    /// Its school.
    pub school: &'a SchoolConfig,
    /// Which task.
    pub task: &'a TaskId,
    /// Its connector.
    pub manifest: &'a Manifest,
}

impl Bound<'_> {
    /// Binding and captured credentials are gone, and whoever hears of the school hears that.
    ///
    /// # Errors
    /// Our own store fails.
    pub fn unbind(&self, lane: &Lane, entry: &AuditEntry) -> Result<()> {
        self.store.unbind(lane.fence(), self.task)?;
        let vault = Vault::new(Arc::clone(self.store), Arc::clone(self.shared), self.task.clone());
        vault.forget(lane.fence(), self.manifest)?;
        self.shared.audit(entry)?;
        let (task, what) = (Some(self.task.clone()), "binding".to_owned());
        let alarm = Alarm { task, what, topic: Topic::BindingLost, until: None };
        Teller::new(self.shared, self.notify, self.school).raise(&alarm, entry.at).map(drop)
    }
}

/// Is this the school's name, as somebody types it? Case and spaces do not matter.
pub fn is_name(typed: &str, name: &str) -> bool {
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    plain(typed) == plain(name)
}
