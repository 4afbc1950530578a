//! Дневник.ру: OAuth pages, the read API in the real dialect, and a write half of our own.
//!
//! One listener plays the login host, the API host and, under `/_stand/`, the remote control. What it speaks
//! and how it is told to misbehave stands in `tests/stand/README.md`.

mod admin;
mod app;
mod caller;
mod error;
mod faults;
mod id;
mod linking;
mod model;
mod oauth;
mod pages;
mod query;
mod read;
mod seed;
mod server;
mod settings;
mod shapes;
mod table;
mod view;
mod world;
mod write;

pub use crate::serving::{Server, Stand};
pub use server::Options;
