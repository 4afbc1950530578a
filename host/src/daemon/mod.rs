//! What lives longer than a call: the runtime, the ticker of the sandbox, the page a browser comes back to.
//!
//! The only module that spawns, so that whoever looks for what runs in the background looks here.

pub mod callback;
pub mod page;
