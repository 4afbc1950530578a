//! VK's stand-in from outside; what it answers is held against VK's own schema.

mod calls;
mod chats;
mod conformance;
mod execute;
mod faults;
mod fixture;
mod independent_client;
mod limits;
mod messages;
mod people;
mod refusals;
mod restart;
mod schema;
