//! Budgets of remote systems that all processes of a host share.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;

use crate::error::Result;
use crate::model::budget::Budget;

/// A process that takes part in budgets, until this is dropped or the process ends in whatever way: then what it had is
/// free for others.
pub struct Attendance {
    name: String,
    _guard: Box<dyn Any + Send + Sync>,
}

impl Attendance {
    /// With what keeps it. For back-ends.
    pub fn new(name: String, guard: Box<dyn Any + Send + Sync>) -> Self {
        Self { name, _guard: guard }
    }

    /// The process's name in budgets: never used again.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Debug for Attendance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attendance({})", self.name)
    }
}

/// Budgets by upstream.
pub trait BudgetStore: Send + Sync {
    /// Takes part from now on.
    fn attend(&self) -> Result<Attendance>;

    /// Changes a budget that nobody else sees meanwhile, in one transaction; processes that are gone are forgotten
    /// before. `durable`: what it becomes survives a power failure (what was used of a day); else only the death of
    /// processes, which is enough for what is void after the next start of the machine.
    fn change_budget(&self, upstream: &str, durable: bool, change: &mut dyn FnMut(&mut Budget))
    -> Result<()>;

    /// All budgets.
    fn budgets(&self) -> Result<BTreeMap<String, Budget>>;
}
