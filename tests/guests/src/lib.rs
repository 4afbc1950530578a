//! A connector that misbehaves on request: one way for each limit of the sandbox.
//!
//! The task's settings say where and how: `{"in": "desired", "behave": "loop"}`. Whatever is not named there does
//! what a decent connector would do, so that every test has a well-behaved call to compare with.

mod behave;
mod hostile;
mod requests;
mod transform;

pub use transform::{students, transform};

#[allow(missing_docs, reason = "generated from the documented contract")]
mod bindings {
    wit_bindgen::generate!({ path: "../../wit", world: "exchange-connector" });
}

use bindings::exchange::connector::types::{
    Basis, Change, DesiredPage, Effect, Ending, Failure, Field, Finding, Input, Item, Made, Message,
    Observation, Ownership, Presence, Probe, Scope, Severity, Step, Turn, Value, WhenGone,
};
use bindings::exports::exchange::connector::connector::Guest;

/// The connector.
#[derive(Debug)]
pub struct Guests;

impl Guest for Guests {
    fn check() -> Result<Vec<Finding>, Failure> {
        let told = behave::act("check");
        Ok(vec![Finding { severity: Severity::Good, what: note(&told), next_step: None }])
    }

    fn scopes() -> Result<Vec<Scope>, Failure> {
        let told = behave::act("scopes");
        let one = || vec![Scope { id: String::new(), title: told, group: None }];
        Ok(hostile::scopes(&behave::settings()).unwrap_or_else(one))
    }

    fn desired(_scope: String, cursor: Option<String>) -> Result<DesiredPage, Failure> {
        let told = behave::act("desired");
        Ok(behave::special_page(cursor.as_deref()).unwrap_or_else(|| page(vec![item("one", &told)])))
    }

    fn observe(probes: Vec<Probe>) -> Result<Vec<Observation>, Failure> {
        // Asked nothing, it does nothing: the empty call that is measured.
        if probes.is_empty() {
            return Ok(Vec::new());
        }
        behave::act("observe");
        let decent = probes.iter().map(seen).collect();
        Ok(hostile::observations(&behave::settings(), &probes, decent))
    }

    fn apply(changes: Vec<Change>) -> Result<Vec<Effect>, Failure> {
        let told = behave::act("apply");
        hostile::effects(&behave::settings(), &changes, &told)
    }

    fn interact(_dialogue: String, input: Input, state: Vec<u8>) -> Result<Turn, Failure> {
        let told = behave::act("interact");
        let told = if told.is_empty() { requests::dialogue(&input, &state) } else { told };
        let text = vec![note(&told)];
        let done = Step::Done(Ending { text, facts: Vec::new(), link: None });
        let step = hostile::step(&behave::settings()).unwrap_or(done);
        Ok(Turn { step, state: behave::state(told) })
    }
}

fn note(text: &str) -> Message {
    let args = vec![bindings::exchange::connector::types::Param { name: "text".into(), value: text.into() }];
    Message { code: "note".into(), args }
}

fn page(items: Vec<Item>) -> DesiredPage {
    DesiredPage { items, left_out: Vec::new(), next: None, complete: true, valid_until: None }
}

fn item(key: &str, label: &str) -> Item {
    let name = Field {
        name: "name".into(),
        value: Value::Text(format!("thing {key}")),
        ownership: Ownership::Owned,
    };
    Item {
        kind: "thing".into(),
        key: key.into(),
        former_keys: Vec::new(),
        label: label.into(),
        group: None,
        about: None,
        fields: vec![name],
        identity: None,
        gone: WhenGone::Report,
        window: None,
        waiting: None,
    }
}

/// What was made is there.
fn seen(probe: &Probe) -> Observation {
    let presence = |handle: &String| Presence {
        handle: handle.clone(),
        outputs: Vec::new(),
        differing: Vec::new(),
        unseen: Vec::new(),
        remarks: Vec::new(),
    };
    let there = probe.handle.as_ref().map(presence);
    there.map_or(Observation::Absent(Basis::Lookup), Observation::Present)
}

fn made(handle: &str) -> Effect {
    Effect::Done(Made { handle: Some(handle.into()), outputs: Vec::new() })
}

#[cfg(target_arch = "wasm32")]
bindings::export!(Guests with_types_in bindings);
