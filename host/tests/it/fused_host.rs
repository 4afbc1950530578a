//! The host's store, at each of whose steps a run may be killed.

use std::sync::Arc;

use exchange::error::Result;
use exchange::model::{Millis, TaskId, TaskRef};
use exchange::store::*;

use super::fake_clock::FakeClock;

/// A host store at each of whose steps a run may be killed.
pub(crate) struct FusedHost(pub(crate) HostDb, pub(crate) Arc<FakeClock>);

impl FusedHost {
    fn step(&self) -> &HostDb {
        self.1.step();
        &self.0
    }
}

impl IdentityStore for FusedHost {
    fn identity_key(&self) -> Result<[u8; 32]> {
        self.step().identity_key()
    }
    fn identity(&self, id: &IdentityRef) -> Result<Option<Claim>> {
        self.step().identity(id)
    }
    fn claim_identities(&self, fence: &Fence, task: &TaskId, wishes: &[Wish]) -> Result<Vec<Claim>> {
        self.step().claim_identities(fence, task, wishes)
    }
    fn settle_identities(&self, fence: &Fence, task: &TaskId, held: &[Held]) -> Result<()> {
        self.step().settle_identities(fence, task, held)
    }
    fn hold_identities(&self, fence: &Fence, task: &TaskId, held: &[Held]) -> Result<Vec<Option<TaskRef>>> {
        self.step().hold_identities(fence, task, held)
    }
    fn leave_identity(&self, fence: &Fence, task: &TaskId, id: &IdentityRef) -> Result<bool> {
        self.step().leave_identity(fence, task, id)
    }
    fn hand_over_identity(&self, fence: &Fence, task: &TaskId, held: &Held) -> Result<bool> {
        self.step().hand_over_identity(fence, task, held)
    }
    fn keep_identity(&self, fence: &Fence, task: &TaskId, id: &IdentityRef) -> Result<()> {
        self.step().keep_identity(fence, task, id)
    }
    fn leaving(&self, task: &TaskRef) -> Result<Vec<IdentityRef>> {
        self.step().leaving(task)
    }
    fn release_identity(&self, fence: &Fence, task: &TaskId, id: &IdentityRef) -> Result<()> {
        self.step().release_identity(fence, task, id)
    }
    fn claims(&self, task: &TaskRef) -> Result<Vec<IdentityRef>> {
        self.step().claims(task)
    }
    fn holdings(&self, task: &TaskRef) -> Result<Vec<IdentityRef>> {
        self.step().holdings(task)
    }
    fn holders(&self, id: &IdentityRef) -> Result<Vec<TaskRef>> {
        self.step().holders(id)
    }
    fn unhold_identity(&self, fence: &Fence, task: &TaskId, id: &IdentityRef, removed: bool) -> Result<()> {
        self.step().unhold_identity(fence, task, id, removed)
    }
}

impl HostSecretStore for FusedHost {
    fn set_host_secret(&self, name: &str, value: &str, now: Millis) -> Result<()> {
        self.0.set_host_secret(name, value, now)
    }
    fn host_secret(&self, name: &str) -> Result<Option<String>> {
        self.0.host_secret(name)
    }
    fn host_secret_names(&self) -> Result<Vec<(String, Millis)>> {
        self.0.host_secret_names()
    }
    fn remove_host_secret(&self, name: &str) -> Result<bool> {
        self.0.remove_host_secret(name)
    }
}

impl AuditStore for FusedHost {
    fn audit(&self, entry: &AuditEntry) -> Result<AuditRow> {
        self.0.audit(entry)
    }
    fn audit_rows(&self, filter: &AuditFilter) -> Result<Vec<AuditRow>> {
        self.0.audit_rows(filter)
    }
    fn verify_audit(&self) -> Result<AuditCheck> {
        self.0.verify_audit()
    }
}
