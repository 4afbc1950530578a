//! The `exchange` command.
fn main() {}
