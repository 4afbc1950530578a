//! `exchange enable`, `disable`: edits the school's file, comments kept, and says so in the audit.

use super::app::App;
use super::stores;
use crate::config;
use crate::error::Result;
use crate::model::{Message, TaskRef};

/// Switches a task on or off.
pub(super) fn set_enabled(app: &App, name: &TaskRef, enabled: bool) -> Result<u8> {
    let (school, task) = app.task(name)?;
    let words = if enabled { ("task-on", "enable") } else { ("task-off", "disable") };
    if task.enabled != enabled {
        config::set_task_enabled(&school.file, &name.task, enabled)?;
        stores::audit(app, words.1, name)?;
    }
    app.output.line(app.text(Message::new(words.0).with("task", name))).map(|()| 0)
}
