//! Budgets in memory, for tests that share none.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use exchange::error::Result;
use exchange::model::budget::Budget;
use exchange::store::{Attendance, BudgetStore};

/// Budgets in memory: everybody is alive for ever.
#[derive(Default)]
pub(crate) struct Memory {
    budgets: Mutex<BTreeMap<String, Budget>>,
    attended: AtomicU64,
}

impl BudgetStore for Memory {
    fn attend(&self) -> Result<Attendance> {
        let number = self.attended.fetch_add(1, Ordering::Relaxed);
        Ok(Attendance::new(number.to_string(), Box::new(())))
    }

    fn change_budget(&self, upstream: &str, _: bool, change: &mut dyn FnMut(&mut Budget)) -> Result<()> {
        let mut budgets = self.budgets.lock().unwrap_or_else(PoisonError::into_inner);
        change(budgets.entry(upstream.to_owned()).or_default());
        Ok(())
    }

    fn budgets(&self) -> Result<BTreeMap<String, Budget>> {
        Ok(self.budgets.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }
}
