//! Integration tests.

mod capability;
mod http;
mod http_server;
mod sandbox;
mod sandbox_world;
mod store;
mod store_conformance;
