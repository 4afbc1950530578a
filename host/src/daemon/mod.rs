//! What lives longer than a call: the runtime, the ticker of the sandbox, the page a browser comes back to, a task with
//! all its parts.
//!
//! The only module that spawns, so that whoever looks for what runs in the background looks here.

pub mod callback;
pub mod dialogue;
pub mod journal;
pub mod lazy;
pub mod page;
mod records;
pub mod runtime;
pub mod task;
pub mod vault;
