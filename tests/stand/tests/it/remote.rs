//! A running stand-in from outside: requests, and its remote control.

use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::client::{Call, Reply};

/// Where one listens.
pub(crate) struct Remote(pub(crate) SocketAddr);

impl Remote {
    pub(crate) fn call(&self, method: &str, path: &str) -> Call {
        Call::new(self.0, method, path)
    }

    pub(crate) fn control(&self, method: &str, what: &str, body: Option<&Value>) -> Reply {
        let call = self.call(method, &format!("/_stand/{what}"));
        match body {
            Some(body) => call.json(body).send(),
            None => call.send(),
        }
    }

    #[track_caller]
    pub(crate) fn settings(&self, patch: &Value) {
        let reply = self.control("POST", "settings", Some(patch));
        assert_eq!(reply.status, 200, "{}", reply.body);
    }

    /// One fault: a matcher and an effect.
    #[track_caller]
    pub(crate) fn fault(&self, matching: &Value, effect: &Value) {
        let reply =
            self.control("POST", "faults", Some(&json!({"faults": [{"match": matching, "effect": effect}]})));
        assert_eq!(reply.status, 200, "{}", reply.body);
    }

    pub(crate) fn state(&self) -> Value {
        self.control("GET", "state", None).value()
    }

    pub(crate) fn requests(&self) -> Vec<Value> {
        self.control("GET", "requests", None).value().as_array().cloned().expect("a list")
    }

    pub(crate) fn advance_clock(&self, ms: i64) {
        assert_eq!(self.control("POST", "clock", Some(&json!({"advanceMs": ms}))).status, 200);
    }
}
