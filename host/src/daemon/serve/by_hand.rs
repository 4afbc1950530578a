//! Runs that people order and stop in their browsers.
//!
//! An order is taken by the loop, which alone knows what runs: so a second click finds the first. It is kept in memory
//! only. A restart drops it, and whoever gave it sees that nothing is under way.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use super::runs::{Job, Underway};
use super::{BEAT_MS, Server, Settings};
use crate::daemon::orders::{Order, Ordered, UnderWay};
use crate::model::{Extent, Millis, TaskRef};

/// Forms that are remembered; who sends an older one again looks at a page of hours ago.
const FORMS: usize = 1_024;

/// What was ordered and has not begun.
#[derive(Default)]
pub(super) struct Orders {
    waiting: BTreeMap<TaskRef, (Order, Option<Millis>)>,
    /// Tasks whose last order could not be run.
    broken: BTreeSet<TaskRef>,
    forms: VecDeque<String>,
}

impl Orders {
    /// Is this form new?
    fn take_form(&mut self, form: &str) -> bool {
        if self.forms.iter().any(|known| known == form) {
            return false;
        }
        if self.forms.len() >= FORMS {
            self.forms.pop_front();
        }
        self.forms.push_back(form.to_owned());
        true
    }

    /// What was ordered could not be run.
    pub(super) fn broke(&mut self, task: &TaskRef) {
        self.broken.insert(task.clone());
    }
}

impl<S: Settings> Server<S> {
    /// Takes an order, unless it was given before.
    pub(super) fn order(&mut self, order: Order) -> Ordered {
        let Some((_, config)) = self.planner.find(&order.task) else { return Ordered::Nowhere };
        if !config.enabled {
            return Ordered::Off;
        }
        if self.usable(&order.task, &config.connector).is_none() {
            return Ordered::Nowhere;
        }
        if !self.orders.take_form(&order.form) || !self.planner.queue.ask(&order.task) {
            return Ordered::Before;
        }
        self.orders.broken.remove(&order.task);
        self.orders.waiting.insert(order.task.clone(), (order, None));
        Ordered::Taken
    }

    /// What goes on with a task.
    pub(super) fn under_way(&self, task: &TaskRef) -> Option<UnderWay> {
        if let Some(run) = self.runs.of(task) {
            let (running, stopping) = (self.host.live().of(task), run.cancel.is_cancelled());
            return Some(UnderWay::Runs { running, stopping });
        }
        if let Some((_, not_before)) = self.orders.waiting.get(task) {
            let behind = self.planner.queue.running().find(|other| other.school == task.school).cloned();
            return Some(UnderWay::Waits { behind, not_before: *not_before });
        }
        self.orders.broken.contains(task).then_some(UnderWay::Broken)
    }

    /// Asks the run of a task to stop, or takes its order back. `false`: there is none.
    pub(super) fn stop_run(&mut self, task: &TaskRef) -> bool {
        if let Some(run) = self.runs.of(task) {
            tracing::info!(school = %task.school, task = %task.task, "somebody asks the run to stop");
            run.cancel.cancel();
            return true;
        }
        self.planner.queue.unask(task);
        self.orders.waiting.remove(task).is_some()
    }

    /// Begins what was ordered. Its task may have been switched off meanwhile.
    pub(super) fn begin_ordered(&mut self, task: &TaskRef, now: Millis) {
        if self.next_host.is_some() {
            return self.planner.queue.ask_again(task, now.saturating_add(BEAT_MS));
        }
        let order = self.orders.waiting.remove(task);
        let found = self.planner.find(task).filter(|(_, config)| config.enabled);
        let (Some((order, _)), Some((school, config))) = (order, found) else {
            return self.planner.ended(task, 0);
        };
        let (connector, cancel) = (config.connector.clone(), self.cancel.beneath());
        let (selection, began) = (order.selection.clone(), self.clock.steady().ms);
        let run =
            Underway { task: task.clone(), connector, began, order: Some(order), cancel: cancel.clone() };
        match self.settings.package(task, &config.connector) {
            Ok(package) => {
                tracing::info!(school = %task.school, task = %task.task, "a run begins that was ordered");
                let (host, extent) = (Arc::clone(&self.host), Extent::default());
                self.runs.begin(run, Job { host, school, task: config, package, selection, extent, cancel });
            }
            Err(error) => self.ended(&run, Err(error)),
        }
    }

    /// What was ordered waits again.
    pub(super) fn order_again(&mut self, order: &Order, not_before: Millis) {
        self.planner.queue.ask_again(&order.task, not_before);
        self.orders.waiting.insert(order.task.clone(), (order.clone(), Some(not_before)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_orders_once_and_not_all_are_remembered() {
        let mut orders = Orders::default();
        assert!(orders.take_form("a") && !orders.take_form("a") && orders.take_form("b"));
        assert!((0..FORMS).all(|n| orders.take_form(&n.to_string())));
        assert_eq!(orders.forms.len(), FORMS);
    }
}
