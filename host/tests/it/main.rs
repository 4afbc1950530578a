//! Integration tests.

mod store;
mod store_conformance;
mod config;
mod capability;
mod http;
mod http_server;
mod sandbox;
mod sandbox_world;
