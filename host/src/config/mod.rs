//! TOML → checked configuration, positions kept.
//!
//! Three kinds of files: `exchange.toml` ([`load_host`]), a school's file ([`load_school`]) and a connector's manifest
//! ([`load_manifest`]). A file is judged as a whole: everything wrong with it is told at once, each with line, column,
//! caret and hint. Names and types come from one table of keys (`keys`), which the JSON Schemas and the reference
//! are printed from as well; what takes more than one key to judge stands in the readers.

mod allowed;
mod calendar;
mod check;
mod edit;
mod form;
mod grants;
mod host;
mod keys;
mod manifest;
mod nesting;
mod notify;
mod patch;
mod recipients;
mod reference;
mod report;
mod schedule;
mod school;
mod settings;
mod signing;
mod told;
mod units;
mod view;
mod web;

pub use check::is_name;
pub use edit::{
    Edited, FILE_CHANGED, NewTask, Outline, add_task, outline, set_task_enabled, with_enabled, with_settings,
};
pub use form::{Field, Kind as FieldKind, Stated, fields, stated};
pub use host::load_host;
pub use manifest::load_manifest;
pub use nesting::too_deep;
pub use notify::is_mail;
pub use recipients::{stated_recipient, wish_at, wishes, with_mail, with_wishes, without_mail};
pub use reference::{connector_schema, host_schema, markdown, school_schema};
pub use report::{ConfigErrors, OfSetting, Problem};
pub use school::{Manifests, judge_school, load_school, school_files};
pub use settings::fitting;
