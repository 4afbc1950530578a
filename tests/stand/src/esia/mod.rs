//! ЕСИА (Госуслуги): sign-in by OAuth of both generations, tokens, persons.
//!
//! One listener plays the login host, the token endpoint, the REST root `/rs` and, under `/_stand/`, the remote control.
//! Signatures of clients are really verified and tokens are really signed. What is known about the system and what is
//! our assumption stands in `tests/stand/README.md`.

mod admin;
mod app;
mod authorize;
pub mod certificate;
mod client;
mod consent;
mod encoding;
mod error;
mod faults;
pub mod gost;
mod keys;
mod login;
mod model;
mod openssl;
mod pages;
mod params;
mod pkce;
mod public;
mod rs;
mod scope;
mod seed;
mod server;
mod session;
mod settings;
mod te;
mod token;
mod world;

pub use crate::serving::{Server, Stand};
pub use server::Options;
