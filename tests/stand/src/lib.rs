//! Stand-ins of the remote systems, each a real HTTP server with its system's dialect.
//!
//! They run as a program (`exchange-stand`) or inside a test ([`dnevnik::Stand::spawn`], [`rows::Service::spawn`]);
//! both ways the tests talk to them over a socket only. Nothing here imports the host: a stand-in that shared code with
//! what it checks would share its mistakes too.

pub mod consent;
pub mod crowd;
pub mod dnevnik;
pub mod esia;
pub mod html;
pub mod http;
pub mod petersburg;
pub mod rows;
mod serving;
pub mod smtp;
pub mod telephone;
pub mod vk;

pub use serving::{Server, Service, Stand};
