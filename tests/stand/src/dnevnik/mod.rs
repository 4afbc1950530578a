//! Дневник.ру: OAuth pages, the read API in the real dialect, and a write half of our own.
//!
//! One listener plays the login host, the API host and, under `/_stand/`, the remote control. What it speaks
//! and how it is told to misbehave stands in `tests/stand/README.md`.

mod admin;
mod answer;
mod app;
mod caller;
mod clock;
mod error;
mod faults;
mod id;
mod journal;
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
mod wire;
mod world;
mod write;

pub use server::{Options, Server, Stand};
