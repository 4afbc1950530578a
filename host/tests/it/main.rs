//! Integration tests.

mod reconcile;
mod reconcile_fake;
mod store;
mod store_conformance;
