//! Integration tests.

mod config;
mod records;
