//! A service that keeps rows under their keys: the other side of `examples/rows-to-http`, and of the peers that are
//! measured beside it. It counts what came and can be told to misbehave.
//!
//! What it speaks, and how it misbehaves, stands in `tests/stand/README.md`.

mod edfi;
mod fault;
mod kept;
mod pace;
mod server;

pub use fault::Fault;
pub use kept::Tally;
pub use pace::Pace;
pub use server::{Options, Server, Service};
