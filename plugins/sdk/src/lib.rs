//! The SDK for connectors in Rust.
#![allow(missing_docs, reason = "replaced by the SDK proper")]
wit_bindgen::generate!({ path: "../../wit", world: "exchange-connector" });
