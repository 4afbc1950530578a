//! Integration tests.

mod store;
mod store_conformance;
mod config;
