//! Runs connectors: wasmtime, what a call may use, and the border between the contract's types and ours.
//!
//! A connector is compiled once (and kept on disk), linked once, and instantiated for every call: nothing survives
//! in a guest's memory, and what a call breaks is thrown away with it. What the guest imports is counted and
//! converted here and done by the ports, which `capability` implements.

mod answers;
mod bindings;
mod cache;
mod call;
mod connector;
mod convert;
mod engine;
mod host;
mod loader;
mod package;
mod pending;
pub mod ports;
mod state;
mod system;
mod turns;
mod written;

pub use cache::Cache;
pub use connector::TaskConnector;
pub use engine::{Engine, TICK, Ticker};
pub use loader::{Loaded, Sandbox};
pub use package::{MANIFEST_SECTION, check_lock, pack, read_manifest, sha256};
pub use system::{SystemClock, SystemRandom};
