//! ЕСИА from outside.

mod fixture;
mod tools;

mod consent;
mod exchange;
mod faults;
mod first_generation;
mod independent_client;
mod openssl;
mod persons;
mod refusals;
mod restart;
mod signature;
mod tokens;
