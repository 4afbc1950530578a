//! Runs that people order and stop in their browsers.
//!
//! An order is taken by the loop, which alone knows what runs: so a second click finds the first. It is stored before it
//! is taken and until its run has come to an end, so that a server that is started anew goes on with it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use super::runs::{Job, Underway};
use super::{BEAT_MS, Server, Settings};
use crate::daemon::orders::{Ordered, UnderWay};
use crate::error::Result;
use crate::model::{Extent, Millis, TaskRef};
use crate::store::{Order, OrderStore};

/// Orders that are older when a server starts are let go: whoever gave them has seen long ago that nothing came of them.
const OLDEST_MS: Millis = 24 * 3_600_000;

/// Forms that are remembered; who sends an older one again looks at a page of hours ago.
const FORMS: usize = 1_024;

/// What was ordered and has not begun.
#[derive(Default)]
pub(super) struct Orders {
    waiting: BTreeMap<TaskRef, Order>,
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
    ///
    /// # Errors
    /// It cannot be stored: nothing is ordered.
    pub(super) fn order(&mut self, order: Order) -> Result<Ordered> {
        let Some((_, config)) = self.planner.find(&order.task) else { return Ok(Ordered::Nowhere) };
        if !config.enabled {
            return Ok(Ordered::Off);
        }
        if self.usable(&order.task, &config.connector).is_none() {
            return Ok(Ordered::Nowhere);
        }
        if !self.orders.take_form(&order.form) || !self.planner.queue.ask(&order.task, Millis::MIN) {
            return Ok(Ordered::Before);
        }
        if let Err(error) = self.store.put_order(&order) {
            self.planner.queue.unask(&order.task);
            self.orders.forms.pop_back();
            return Err(error);
        }
        self.orders.broken.remove(&order.task);
        self.orders.waiting.insert(order.task.clone(), order);
        Ok(Ordered::Taken)
    }

    /// Goes on with what was ordered before the start.
    ///
    /// # Errors
    /// The store cannot be read.
    pub(super) fn take_up_orders(&mut self) -> Result<()> {
        let oldest = self.clock.now().saturating_sub(OLDEST_MS);
        for order in self.store.orders()? {
            if order.at < oldest || !self.planner.queue.ask(&order.task, order.not_before.unwrap_or_default())
            {
                self.order_over(&order.task);
                continue;
            }
            self.orders.take_form(&order.form);
            self.orders.waiting.insert(order.task.clone(), order);
        }
        Ok(())
    }

    /// An order has come to its end. What cannot be stored of that is run once more after a restart: it finds nothing to
    /// do.
    pub(super) fn order_over(&self, task: &TaskRef) {
        if let Err(error) = self.store.remove_order(task) {
            tracing::error!(school = %task.school, task = %task.task, ?error, "the end of an order cannot be stored");
        }
    }

    /// What goes on with a task.
    pub(super) fn under_way(&self, task: &TaskRef) -> Option<UnderWay> {
        if let Some(run) = self.runs.of(task) {
            let (running, stopping) = (self.host.live().of(task), run.cancel.is_cancelled());
            return Some(UnderWay::Runs { running, stopping });
        }
        if let Some(order) = self.orders.waiting.get(task) {
            let behind = self.planner.queue.running().find(|other| other.school == task.school).cloned();
            return Some(UnderWay::Waits { behind, not_before: order.not_before });
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
        let waited = self.orders.waiting.remove(task).is_some();
        if waited {
            self.order_over(task);
        }
        waited
    }

    /// Begins what was ordered. Its task may have been switched off meanwhile.
    pub(super) fn begin_ordered(&mut self, task: &TaskRef, now: Millis) {
        if self.next_host.is_some() {
            return self.planner.queue.ask_again(task, now.saturating_add(BEAT_MS));
        }
        let order = self.orders.waiting.remove(task);
        let found = self.planner.find(task).filter(|(_, config)| config.enabled);
        let (Some(order), Some((school, config))) = (order, found) else {
            self.order_over(task);
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
        let order = Order { not_before: Some(not_before), ..order.clone() };
        if let Err(error) = self.store.put_order(&order) {
            let task = &order.task;
            tracing::error!(school = %task.school, task = %task.task, ?error, "until when an order waits cannot be stored");
        }
        self.orders.waiting.insert(order.task.clone(), order);
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
