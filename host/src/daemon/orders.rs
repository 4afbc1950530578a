//! What people order of the server's loop, and what it answers: a run by hand goes through the same loop as those of
//! schedules, so that lanes, places and shutdown are the same for both.

use crate::daemon::live::Running;
use crate::model::{Millis, Selection, TaskRef};

/// A run that somebody wants now.
#[derive(Clone, Debug)]
pub(super) struct Order {
    /// Of which task.
    pub(super) task: TaskRef,
    /// For whom.
    pub(super) selection: Selection,
    /// Names the form that was sent: the same one orders once, however often it comes.
    pub(super) form: String,
}

/// What becomes of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ordered {
    /// It begins when its turn comes.
    Taken,
    /// It was given before, or a run of the task goes on: that one is it.
    Before,
    /// The task is switched off.
    Off,
    /// There is no such task, or its connector cannot be used.
    Nowhere,
}

/// A run that goes on, or is to.
#[derive(Clone, Debug)]
pub enum UnderWay {
    /// Its turn has not come.
    Waits {
        /// The school's other task that runs meanwhile.
        behind: Option<TaskRef>,
        /// It does not begin before.
        not_before: Option<Millis>,
    },
    /// It goes on.
    Runs {
        /// How far it is; nothing before it has a number.
        running: Option<Running>,
        /// It was asked to stop.
        stopping: bool,
    },
    /// What was ordered could not be run, by a fault of ours.
    Broken,
}
