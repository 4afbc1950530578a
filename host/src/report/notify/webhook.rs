//! What a webhook is sent, and its signature: the scheme of <https://www.standardwebhooks.com>.
//!
//! A request has three headers: `webhook-id` stays the same at every attempt, so that whoever receives it twice knows;
//! `webhook-timestamp` is the time of the attempt in seconds; `webhook-signature` is `v1,` and the base64 of
//! HMAC-SHA256 over `id.timestamp.body`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::letter::{advice, details, line};
use crate::model::Millis;
use crate::model::notify::Event;
use crate::report::catalogue::Catalogue;

/// What begins a key in the form that others hand out: base64 follows.
const PREFIX: &str = "whsec_";

/// The body for these events: one of them, mostly; `number` is that of the cabinet.
pub fn payload(catalogue: &Catalogue, events: &[(u64, Event)], link: Option<&str>) -> Value {
    let told: Vec<Value> =
        events.iter().map(|(number, event)| one(catalogue, *number, event, link)).collect();
    let kind = events.first().map(|(_, event)| format!("exchange.{}", event.topic));
    let at = events.first().map(|(_, event)| moment(event.at));
    match <[Value; 1]>::try_from(told) {
        Ok([data]) => json!({ "type": kind, "timestamp": at, "data": data }),
        Err(told) => {
            json!({ "type": "exchange.several", "timestamp": at, "data": { "notifications": told } })
        }
    }
}

fn one(catalogue: &Catalogue, number: u64, event: &Event, link: Option<&str>) -> Value {
    json!({
        "notification": number,
        "topic": event.topic,
        "before": event.before,
        "at": moment(event.at),
        "school": event.school,
        "school_name": event.school_name,
        "task": event.task,
        "run": event.run,
        "counts": event.counts,
        "reason": event.reason,
        "until": event.until.map(moment),
        "text": line(catalogue, event),
        "advice": advice(catalogue, event),
        "details": details(event, link),
    })
}

fn moment(at: Millis) -> String {
    jiff::Timestamp::from_millisecond(at).map(|at| at.to_string()).unwrap_or_default()
}

/// The signature of a body, as its header has it. `key`: `whsec_…` with base64, or the bytes of any other text.
pub fn signature(key: &str, id: &str, timestamp_s: i64, body: &str) -> String {
    let decoded = key.strip_prefix(PREFIX).and_then(|text| STANDARD.decode(text).ok());
    let key = decoded.unwrap_or_else(|| key.as_bytes().to_vec());
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes keys of any length");
    mac.update(format!("{id}.{timestamp_s}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example that the scheme's own libraries are tested with.
    #[test]
    fn the_signature_is_that_of_the_schemes_own_example() {
        let (key, id) = ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek");
        let signed = signature(key, id, 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert_ne!(signed, signature(key, id, 1_614_265_331, r#"{"test": 2432232314}"#));
    }
}
