//! The run: works out what should exist, looks at what does, plans, holds, applies, confirms.
//!
//! Knows the connector as a trait and the time as another, so that everything here is tested without WASM, network
//! and waiting. Rules stand in pure modules (`order`, `select`, `judge`, `adopt`, `hold`, `image`, `status`); the others carry
//! them out. What a run knows is derived from ledger and journal alone: a run after `kill -9` needs nothing else.

mod adopt;
mod anew;
mod apply;
mod by_hand;
mod call;
mod claims;
mod clock;
mod contract;
mod desired;
mod dialogue;
mod diff;
mod env;
mod execute;
mod extent;
mod finish;
mod halt;
mod hash;
mod hold;
mod identity;
mod image;
mod inbound;
mod items;
mod jobs;
mod journal;
mod judge;
mod leave;
mod ledger;
mod look;
mod notes;
mod order;
mod outcomes;
mod pack;
mod patience;
mod plan;
mod preview;
mod repeated;
mod restored;
mod run;
mod scopes;
mod secure;
mod select;
mod state;
mod status;
mod there;
mod timeline;
mod undo;

pub use by_hand::remove_items;
pub use clock::{Clock, Steady, SystemClock};
pub use dialogue::commit_items;
pub use env::{Aside, Cancel, Env, Mode, OnTheSpot, Options, Phase, ProgressSink, RunReport, Silent};
pub use halt::CANCELLED;
pub use outcomes::Outcomes;
pub use run::run;
pub use undo::{Since, Undone, undo};
