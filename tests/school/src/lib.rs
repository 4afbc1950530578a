//! An invented school: the files a Russian school would export, and what a correct exchange makes of them.
//!
//! The same parameters give the same bytes, for ever: chance is a generator of our own with a seed, and what is
//! expected is put down while the school is made, never worked out by rules. Nobody in it is real: names are
//! combined from lists of common ones, СНИЛС come from numbers never issued, telephones have a city code that does
//! not exist, addresses end in example.org.
//!
//! ```
//! use invented_school::{Params, School};
//!
//! let school = School::generate(Params { pupils: 200, ..Params::default() })?;
//! assert_eq!(school.records.pupils.len(), 200);
//! assert!(school.expected.pupils.len() < 200);
//! # Ok::<(), invented_school::Invalid>(())
//! ```

mod book;
pub mod by_hand;
mod cast;
pub mod expected;
mod files;
mod json;
pub mod model;
mod more;
mod names;
mod plan;
mod rng;
mod school;
pub mod snils;
mod stories;
pub mod term;

pub use by_hand::StandOptions;
pub use expected::Expected;
pub use files::Files;
pub use rng::Rng;
pub use school::{DEFAULT_PUPILS, DEFAULT_YEAR, Invalid, Params, School};
pub use stories::Reason;
