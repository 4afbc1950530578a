//! VK: the methods around community chats, messages and video calls that a school's exchange needs.
//!
//! One listener plays the API host and, under `/_stand/`, the remote control, with the people whom no API moves. What is
//! known about the system and what is our assumption stands in `tests/stand/README.md`.

mod admin;
mod app;
mod caller;
mod dispatch;
mod error;
mod execute;
mod faults;
mod form;
mod limits;
mod methods;
mod model;
mod params;
mod people;
mod seed;
mod server;
mod settings;
mod shapes;
mod world;

pub use crate::serving::{Server, Stand};
pub use server::Options;
