//! The command line: one of the two faces.

pub mod args;
mod help;
pub mod names;
