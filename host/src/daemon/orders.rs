//! What people order of the server's loop, and what it answers: a run by hand goes through the same loop as those of
//! schedules, so that lanes, places and shutdown are the same for both.

use crate::daemon::live::Running;
use crate::model::{Millis, TaskRef};

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
    /// It goes on in another process, begun by a command there.
    Elsewhere(Running),
    /// What was ordered could not be run, by a fault of ours.
    Broken,
}
