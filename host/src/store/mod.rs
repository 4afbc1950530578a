//! The only SQL: one file per school (records, ledger, journal, runs, decisions), one for the host (what schools share).
//!
//! Callers see traits ([`SchoolStore`], [`HostStore`]): each method is one whole transaction, every change of a
//! school takes the [`Fence`] of the lane it is made under, and the time is an argument. So another back-end can
//! stand in, and a test can hold the clock.

mod api;
pub mod backup;
mod seal;
mod sqlite;

pub use api::*;
pub use seal::{KeyRing, MasterKey, Seal};
pub use sqlite::{
    COMMITS, HostDb, InUse, SchoolDb, SchoolOptions, data_files, destroy_school_files, known_versions,
    rehearse, school_files, upgrade,
};

/// Everything kept for one school.
pub trait SchoolStore:
    LaneStore
    + RecordStore
    + SecretStore
    + BindingStore
    + DialogueStore
    + LedgerStore
    + JournalStore
    + RunStore
    + DecisionStore
    + ScopeStore
    + KeepStore
    + EraseStore
    + DebugStore
{
}

impl<T> SchoolStore for T where
    T: LaneStore
        + RecordStore
        + SecretStore
        + BindingStore
        + DialogueStore
        + LedgerStore
        + JournalStore
        + RunStore
        + DecisionStore
        + ScopeStore
        + KeepStore
        + EraseStore
        + DebugStore
{
}

/// Everything that the runs of schools share.
pub trait HostStore: IdentityStore + HostSecretStore + AuditStore {}

impl<T: IdentityStore + HostSecretStore + AuditStore> HostStore for T {}
