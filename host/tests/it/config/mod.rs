//! Configuration files: whole refusals compared, edits, the generated schemas and reference.

mod cases;
mod edits;
mod files;
mod hostile;
