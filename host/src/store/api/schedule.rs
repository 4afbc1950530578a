//! What the scheduler remembers over restarts.

use std::any::Any;
use std::fmt;

use crate::error::Result;
use crate::model::timetable::Mark;
use crate::model::{Millis, Selection, TaskRef};

/// The right to decide when tasks run by themselves, until this is dropped or the process ends in whatever way.
pub struct Rota(#[expect(dead_code, reason = "held for its end")] Box<dyn Any + Send + Sync>);

impl Rota {
    /// With what keeps it. For back-ends.
    pub fn new(guard: Box<dyn Any + Send + Sync>) -> Self {
        Self(guard)
    }
}

impl fmt::Debug for Rota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rota")
    }
}

/// A run that a person ordered and that has not come to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Of which task.
    pub task: TaskRef,
    /// When it was ordered.
    pub at: Millis,
    /// For whom.
    pub selection: Selection,
    /// Names the form that was sent: the same one orders once, however often it comes.
    pub form: String,
    /// It does not begin before.
    pub not_before: Option<Millis>,
}

/// What the scheduler remembers.
pub trait MarkStore: Send + Sync {
    /// Takes the rota at once or fails, saying who holds it (catalogue code `host-rota-busy`): two schedulers would
    /// each run what is due.
    fn take_rota(&self, now: Millis) -> Result<Rota>;

    /// The marks of all tasks.
    fn marks(&self) -> Result<Vec<(TaskRef, Mark)>>;

    /// Puts the marks of these tasks in place of what was remembered of them, in one durable transaction. With none it
    /// still fails where nothing could be written.
    fn put_marks(&self, marks: &[(TaskRef, Mark)]) -> Result<()>;

    /// Forgets these tasks, in one durable transaction.
    fn remove_marks(&self, tasks: &[TaskRef]) -> Result<()>;
}

/// What people ordered.
pub trait OrderStore: Send + Sync {
    /// All orders, the first first.
    fn orders(&self) -> Result<Vec<Order>>;

    /// Puts an order in place of what was ordered of its task, durably.
    fn put_order(&self, order: &Order) -> Result<()>;

    /// The order of this task, if there is one, has come to its end.
    fn remove_order(&self, task: &TaskRef) -> Result<()>;
}
