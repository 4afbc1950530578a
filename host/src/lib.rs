//! The host of exchange tasks: runs sandboxed connectors, keeps the ledger, tells the school what happened.
//!
//! Modules import only from those above them in this list; a test enforces it. See `ARCHITECTURE.md`.

pub mod model;

pub mod error;

pub mod config;

pub mod records;

pub mod store;

pub mod sandbox;

pub mod capability;

pub mod reconcile;

pub mod schedule;

pub mod report;

pub mod daemon;

pub mod cli;

pub mod web;
