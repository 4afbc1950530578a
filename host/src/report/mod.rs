//! What people read: texts in their language, tables in files, lists of a run.
//!
//! Owns the one catalogue of messages and the writers of XLSX, CSV and HTML. Takes plain data; reads no store, so that
//! a report can be tested from rows written down in a test.

pub mod by_class;
mod called;
pub mod catalogue;
mod csv_file;
mod html_file;
pub mod import;
pub mod notify;
pub mod plan_words;
pub mod run_report;
pub mod table;
pub mod words;
mod xlsx_file;

pub use called::{Called, NameOf};
pub use catalogue::{Catalogue, Language};
pub use run_report::run_sheets;
pub use table::{Format, Sheet, write};
