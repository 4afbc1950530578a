//! What a connector in Rust is written with.
//!
//! A connector answers three questions and keeps no state: what *should* exist on the other side
//! ([`Connector::desired`]), what *does* exist there ([`Connector::observe`]), and it makes the changes it is
//! given ([`Connector::apply`]). The host does the rest. The contract with every promise is `wit/*.wit`; its types
//! are re-exported here under their own names, with constructors and builders beside them.
//!
//! # A whole connector
//!
//! It keeps a list of classes true at a service with two calls. Its `connector.toml` names one kind, `class`
//! (`observe = "bulk"`, `batch = 50`), and two operations, `list-rooms` and `add-rooms`.
//!
//! ```rust
#![doc = include_str!("../examples/smallest.rs")]
//! ```
//!
//! # How the pieces are meant
//!
//! - Every call gets a fresh instance: nothing survives in memory, so nothing is kept there.
//! - [`desired`](Connector::desired) is pure: records and settings in, items out. Write it as a function over plain
//!   data and test that function on the machine you work on.
//! - Requests go through [`http::Http`], so the code that talks to the other side runs in tests against
//!   [`testing::Recorded`] answers. [`http::Host`] is the real thing.
//! - [`failure`] turns statuses and missing answers into what the contract wants to hear. After a *write* ask
//!   [`failure::of_write`]: it tells *nothing stored* from *in doubt*, and only that keeps twins away.
//! - Texts for people are [`Message`]s: codes whose patterns stand in `connector.toml` in Russian and English.
//!   [`failure`] lists the codes that the SDK itself uses; a connector that uses those helpers has them too.
//! - On this machine the imports of the contract panic when called: there is no host behind them.

mod adapter;
pub mod change;
mod connector;
pub mod context;
pub mod days;
pub mod dialogue;
pub mod failure;
pub mod http;
mod item;
mod message;
pub mod names;
pub mod records;
pub mod testing;

#[allow(missing_docs, reason = "generated; documented in wit/*.wit")]
#[allow(clippy::all, reason = "generated")]
#[allow(unsafe_op_in_unsafe_fn, unreachable_pub, reason = "generated")]
#[allow(clippy::undocumented_unsafe_blocks, reason = "generated")]
#[doc(hidden)]
pub mod bindings {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "exchange-connector",
        pub_export_macro: true,
        additional_derives: [PartialEq],
    });
}

pub use adapter::Adapter;
pub use bindings::exchange::connector::{clock, log, random, secrets, signing};
pub use connector::Connector;

/// The words of the contract, from `wit/types.wit`.
pub use bindings::exchange::connector::types::{
    Action, BadSetting, Basis, Candidate, Change, Choice, ChoiceOption, Committed, DeadEnd, DesiredPage,
    Difference, Effect, Ending, Failure, Field, Finding, Form, FormField, FormKind, Input, Item, ItemRef,
    LeftOut, Link, Made, Message, NotKnown, Observation, OutputRef, Ownership, Param, Presence, Probe,
    Purpose, RecordRef, RecordType, Refusal, Rejection, RoundTrip, Scope, Severity, Step, Stored, Target,
    TimeWindow, Turn, Value, Waiting, WhenGone,
};

/// Makes a [`Connector`] the one of this component. Once per crate, at its top level.
///
/// Exports only where there is a component to export from: the names of the contract are no symbols that a
/// linker of this machine accepts, and tests build the crate here too.
#[macro_export]
macro_rules! export {
    ($connector:ty) => {
        const _: () = {
            type Exported = $crate::Adapter<$connector>;
            #[cfg(target_arch = "wasm32")]
    $crate::bindings::export!(Exported with_types_in $crate::bindings);
            #[cfg(not(target_arch = "wasm32"))]
            const _: fn() -> usize = $crate::size_of_exported::<Exported>;
        };
    };
}

/// Holds [`export!`]'s argument to the contract where nothing is exported.
#[doc(hidden)]
pub fn size_of_exported<E: bindings::exports::exchange::connector::connector::Guest>() -> usize {
    size_of::<E>()
}
