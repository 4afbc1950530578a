//! The stand-in from outside: everything here goes over a socket.

mod client;
mod fixture;
mod python;
mod remote;

mod consent;
mod esia;
mod faults_answers;
mod faults_rights;
mod faults_storing;
mod independent_client;
mod linking;
mod oauth;
mod pages;
mod petersburg;
mod program;
mod read_shapes;
mod readme;
mod restart;
mod rules;
mod settings;
mod smtp;
mod vk;
mod write;
