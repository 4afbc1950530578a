//! What the store promises, back-end by back-end alike: traits and the plain data they speak.

mod audit;
mod budget;
mod checks;
mod debug;
mod dialogues;
mod erase;
mod host;
mod keep;
mod lane;
mod ledger;
mod outbox;
mod records;
mod runs;
mod schedule;
mod scopes;
mod secrets;
mod upgrade;
mod users;

pub use audit::*;
pub use budget::*;
pub use checks::*;
pub use debug::*;
pub use dialogues::*;
pub use erase::*;
pub use host::*;
pub use keep::*;
pub use lane::*;
pub use ledger::*;
pub use outbox::*;
pub use records::*;
pub use runs::*;
pub use schedule::*;
pub use scopes::*;
pub use secrets::*;
pub use upgrade::*;
pub use users::*;
