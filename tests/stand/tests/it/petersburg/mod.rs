//! The portal «Петербургское образование» from outside.

mod fixture;

mod documented;
mod faults;
mod lists;
mod restart;
mod sign_in;
