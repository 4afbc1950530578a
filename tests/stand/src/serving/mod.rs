//! What stand-ins with pages, faults and a remote control have in common.
//!
//! Listening and breaking connections, the clock that tests move, the log of requests, misbehaviour on order, the
//! remote control under `/_stand`, the state on disk. A stand-in brings its dialect: routes, refusals, effects of its own.

pub(crate) mod answer;
pub(crate) mod clock;
pub(crate) mod control;
pub(crate) mod cookie;
pub(crate) mod faults;
pub(crate) mod journal;
pub(crate) mod redirect;
pub(crate) mod saved;
mod server;
pub(crate) mod wire;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use server::{Server, Service, Stand};

/// A lock that outlives a panic of another handler: the data behind it are whole after each statement.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// 16 random bytes.
///
/// # Errors
/// The machine gives no randomness.
pub(crate) fn random() -> Result<[u8; 16], String> {
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes).map_err(|error| format!("no randomness: {error}"))?;
    Ok(bytes)
}

/// Hexadecimal digits in lower case.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
