//! Integration tests, a file per feature.

mod capability;
mod config;
mod daemon;
mod fake_clock;
mod foreign;
mod fused_host;
mod http;
mod http_server;
mod power;
mod reconcile;
mod reconcile_additions;
mod reconcile_clock;
mod reconcile_fake;
mod reconcile_leaving;
mod reconcile_properties;
mod reconcile_shared;
mod records;
mod sandbox;
mod sandbox_world;
mod schedule;
mod schedule_month;
mod schedule_properties;
mod store;
mod store_conformance;
mod turns;
