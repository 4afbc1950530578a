//! Portal «Петербургское образование»: sign-in, the school's teachers, and a list of their VK ids.
//!
//! Stands on clients that parents and pupils wrote; the portal has no public API. **The list of VK ids is our own
//! design**: that teachers link a VK ID there is public, no call for it is. `tests/stand/README.md` says which is which.

mod admin;
mod app;
mod envelope;
mod faults;
mod lists;
mod login;
mod model;
mod pages;
mod seed;
mod server;
mod session;
mod settings;
mod world;

pub use crate::serving::{Server, Stand};
pub use server::Options;
