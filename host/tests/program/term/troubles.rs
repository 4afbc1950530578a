//! What goes wrong on an evening.

use invented_school::Rng;
use serde_json::{Value, json};

/// Something that happens once, at the n-th request of the run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trouble {
    /// Beginning of the methods that count.
    prefix: &'static str,
    nth: usize,
    what: What,
    /// The process dies of it.
    pub(super) kills: bool,
}

#[derive(Clone, Copy, Debug)]
enum What {
    /// Nothing is stored.
    Refused(u32),
    /// A status of a gateway; nothing stored.
    Status(u16),
    /// A status of a gateway; stored.
    StatusStored(u16),
    ResetBefore,
    ResetAfter,
    HtmlStored,
    Truncated,
    /// Held before storing.
    Held,
    /// Stored and held.
    Lost,
}

const WHAT: [What; 10] = [
    What::Refused(6),
    What::Refused(10),
    What::Status(503),
    What::StatusStored(502),
    What::ResetBefore,
    What::ResetAfter,
    What::HtmlStored,
    What::Truncated,
    What::Held,
    What::Lost,
];

/// Methods that write; the rest reads.
const PREFIXES: [&str; 8] = [
    "",
    "messages.createChat",
    "messages.removeChatUser",
    "messages.send",
    "calls.start",
    "messages.editCall",
    "messages.deleteScheduledCall",
    "messages.get",
];

impl Trouble {
    /// On two evenings of three.
    pub(super) fn some(chance: &mut Rng) -> Option<Self> {
        if chance.percent(33) {
            return None;
        }
        let (prefix, what) = (chance.pick(&PREFIXES), chance.pick(&WHAT));
        let nth = 1 + chance.below(if prefix.is_empty() { 40 } else { 4 });
        let kills = matches!(what, What::Held | What::Lost) && chance.percent(70);
        Some(Self { prefix, nth, what, kills })
    }

    /// As the stand-in is told.
    pub(super) fn fault(&self) -> Value {
        // Longer than the program waits for an answer; where it is killed, for ever.
        let held = if self.kills { 3_600_000 } else { 4_000 };
        let effect = match self.what {
            What::Refused(code) => json!({"kind": "error", "code": code}),
            What::Status(status) => json!({"kind": "status", "status": status}),
            What::StatusStored(status) => json!({"kind": "status", "status": status, "stored": true}),
            What::ResetBefore => json!({"kind": "resetBefore"}),
            What::ResetAfter => json!({"kind": "resetAfter"}),
            What::HtmlStored => json!({"kind": "htmlPage", "stored": true}),
            What::Truncated => json!({"kind": "truncatedJson"}),
            What::Held => json!({"kind": "latency", "ms": held}),
            What::Lost => json!({"kind": "loseAnswer"}),
        };
        json!({"match": {"prefix": self.prefix, "nth": self.nth}, "effect": effect})
    }
}
