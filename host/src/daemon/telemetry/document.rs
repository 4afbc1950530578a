//! Finished spans as the JSON document that OTLP's HTTP form takes: ids in hexadecimal, 64-bit numbers as texts.
//!
//! Source: OpenTelemetry protocol specification 1.x, "OTLP/HTTP", "JSON Protobuf Encoding"; message
//! `ExportTraceServiceRequest`.

use serde_json::{Value as Json, json};

use super::span::{Finished, Happened, Value};

/// `SPAN_KIND_INTERNAL` and `SPAN_KIND_CLIENT`.
const INTERNAL: u8 = 1;
const CLIENT: u8 = 3;
/// `STATUS_CODE_ERROR`.
const FAILED: u8 = 2;
/// The span of one attempt at a remote system.
const REQUEST: &str = "request";

/// The request's body.
pub(super) fn document(spans: &[Finished]) -> Vec<u8> {
    let about = [
        ("service.name", Value::Text("exchange".to_owned())),
        ("service.version", Value::Text(env!("CARGO_PKG_VERSION").to_owned())),
        ("process.pid", Value::Whole(i64::from(std::process::id()))),
    ];
    let spans: Vec<Json> = spans.iter().map(span).collect();
    let scope = json!({"name": "exchange", "version": env!("CARGO_PKG_VERSION")});
    let resource = json!({"attributes": attributes(&about)});
    let all = json!({"resourceSpans": [{
        "resource": resource,
        "scopeSpans": [{"scope": scope, "spans": spans}],
    }]});
    all.to_string().into_bytes()
}

fn span(span: &Finished) -> Json {
    let kind = if span.name == REQUEST { CLIENT } else { INTERNAL };
    let events: Vec<Json> = span.happened.iter().map(event).collect();
    let mut json = json!({
        "traceId": format!("{:032x}", span.trace),
        "spanId": format!("{:016x}", span.id),
        "name": span.name,
        "kind": kind,
        "startTimeUnixNano": span.began.to_string(),
        "endTimeUnixNano": span.ended.to_string(),
        "attributes": attributes(&span.fields),
        "events": events,
    });
    if let Some(parent) = span.parent {
        json["parentSpanId"] = format!("{parent:016x}").into();
    }
    if span.failed {
        json["status"] = json!({"code": FAILED});
    }
    json
}

fn event(happened: &Happened) -> Json {
    json!({
        "timeUnixNano": happened.at.to_string(),
        "name": happened.text,
        "attributes": attributes(&happened.fields),
    })
}

fn attributes(fields: &[(&'static str, Value)]) -> Vec<Json> {
    let one = |(name, value): &(&'static str, Value)| {
        let value = match value {
            Value::Text(text) => json!({"stringValue": text}),
            Value::Whole(number) => json!({"intValue": number.to_string()}),
            Value::Fraction(number) => json!({"doubleValue": number}),
            Value::Truth(truth) => json!({"boolValue": truth}),
        };
        json!({"key": name, "value": value})
    };
    fields.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::daemon::telemetry::span::Fields;

    #[test]
    fn a_span_is_written_as_the_specification_has_it() {
        let fields: Fields = vec![
            ("upstream", Value::Text("rows".into())),
            ("status", Value::Whole(503)),
            ("share", Value::Fraction(0.5)),
            ("safe", Value::Truth(true)),
        ];
        let happened = vec![Happened { at: 7, text: "lost".into(), fields: Vec::new() }];
        let span = Finished {
            trace: 0xab,
            id: 0xcd,
            parent: Some(1),
            name: REQUEST,
            began: 1_700_000_000_000_000_001,
            ended: 1_700_000_000_000_000_002,
            fields,
            happened,
            failed: true,
        };
        let told: Json = serde_json::from_slice(&document(&[span])).unwrap();
        let told = &told["resourceSpans"][0];
        assert_eq!(
            told["resource"]["attributes"][0],
            json!({"key": "service.name", "value": {"stringValue": "exchange"}})
        );
        assert_eq!(
            told["scopeSpans"][0]["spans"][0],
            json!({
                "traceId": "000000000000000000000000000000ab",
                "spanId": "00000000000000cd",
                "parentSpanId": "0000000000000001",
                "name": "request",
                "kind": 3,
                "startTimeUnixNano": "1700000000000000001",
                "endTimeUnixNano": "1700000000000000002",
                "attributes": [
                    {"key": "upstream", "value": {"stringValue": "rows"}},
                    {"key": "status", "value": {"intValue": "503"}},
                    {"key": "share", "value": {"doubleValue": 0.5}},
                    {"key": "safe", "value": {"boolValue": true}},
                ],
                "events": [{"timeUnixNano": "7", "name": "lost", "attributes": []}],
                "status": {"code": 2},
            })
        );
    }
}
