//! Integration tests.

mod reconcile;
mod reconcile_fake;
mod reconcile_properties;
mod store;
mod store_conformance;
