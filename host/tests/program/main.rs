//! The whole program: the real `exchange` binary with the real connector against the stand-in, over a socket.
//!
//! A test is named after the point of the requirements that it shows (`d1_…`, `h2_…`). What is expected comes from
//! the invented school, which puts it down while it is made and shares no code with the host.

mod audit;
mod browser;
mod budgets;
mod cabinet;
mod cabinet_answers;
mod cabinet_hostile_files;
mod cabinet_records;
mod cabinet_settings;
mod chats;
mod chromium;
mod collector;
mod compare;
mod connector;
mod connector_versions;
mod crawl;
mod dialogue;
#[path = "../it/foreign.rs"]
mod foreign;
mod linking;
mod process;
mod school;
mod served;
mod teachers;
mod world;

mod check_good;
mod d10_again;
mod d12_already_there;
mod d13_consent_refused;
mod d14_confirmation;
mod d15_browser;
mod d16_class_list;
mod d17_administrators;
mod d1_binding;
mod d1_browser;
mod d2_study_year;
mod d3_left_out;
mod d6_selection;
mod d7_status;
mod d8_report;
mod d9_first_run;
mod e1_linking;
mod e7_private;
mod e9_links;
mod erase;
mod evening;
mod faults;
mod h1_settings;
mod h2_locked;
mod h3_next;
mod h4_faults;
mod h4_rows_to_http;
mod hostile;
mod import_again;
mod keeping;
mod key_rotation;
mod kills;
mod machine;
mod matrix;
mod notify;
mod private;
mod run_all;
mod s1_import;
mod s1_tokens;
mod s3_person;
mod s3_teachers;
mod s4_chats;
mod s5_calls;
mod s6_members;
mod seeing;
mod serve;
mod term;
mod undo;
