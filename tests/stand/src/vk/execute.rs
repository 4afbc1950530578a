//! `execute`, in the one form that client libraries make: `return [API.a.b({…}), …];`.

use serde_json::{Map, Value, json};

use super::app::App;
use super::caller::Caller;
use super::dispatch;
use super::error::ApiError;
use super::faults::Sum;
use super::params::Params;

/// Calls in one script.
const MOST: usize = 25;

/// One call of a script.
struct Inner<'a> {
    method: &'a str,
    arguments: Map<String, Value>,
}

/// The whole answer: a failed call leaves `false` in its place and an entry in `execute_errors`.
pub(crate) fn run(app: &App, caller: &Caller, params: &Params, sum: &Sum) -> Result<Value, ApiError> {
    let version = params.get("v");
    let calls = parse(params.need("code")?)?;
    if calls.len() > MOST {
        return Err(ApiError::about(13, "too many api calls"));
    }
    let (mut answers, mut errors) = (Vec::new(), Vec::new());
    for Inner { method, arguments } in calls {
        match perform(app, caller, method, &arguments_of(arguments, version), sum) {
            Ok(answer) => answers.push(answer),
            Err(error) => {
                answers.push(json!(false));
                errors.push(json!({ "method": method, "error_code": error.code, "error_msg": error.text }));
            }
        }
    }
    let all_failed = !answers.is_empty() && errors.len() == answers.len();
    let response = if all_failed { Value::Null } else { Value::Array(answers) };
    Ok(match errors.is_empty() {
        true => json!({ "response": response }),
        false => json!({ "response": response, "execute_errors": errors }),
    })
}

/// Frequency is counted once for the whole script; kind and right of the token for each call in it.
fn perform(app: &App, caller: &Caller, name: &str, params: &Params, sum: &Sum) -> Result<Value, ApiError> {
    let method = app.method(name)?;
    dispatch::let_in(app, caller, method)?;
    app.perform(method, caller, params, sum)
}

/// A call without a version of its own has the script's.
fn arguments_of(arguments: Map<String, Value>, version: Option<&str>) -> Params {
    let version = version.map(|version| ("v".to_owned(), version.to_owned()));
    let own = arguments.into_iter().map(|(name, value)| (name, plain(value)));
    Params::of(version.into_iter().chain(own).collect())
}

/// A value as it would stand in a form.
fn plain(value: Value) -> String {
    match value {
        Value::String(text) => text,
        Value::Bool(flag) => u8::from(flag).to_string(),
        Value::Array(items) => items.into_iter().map(plain).collect::<Vec<_>>().join(","),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn parse(code: &str) -> Result<Vec<Inner<'_>>, ApiError> {
    let bad = || ApiError::about(12, "the stand-in knows only `return [API.a.b({…}), …];`");
    let inside =
        code.trim().strip_prefix("return").map(str::trim_start).and_then(|rest| rest.strip_prefix('['));
    let mut rest = inside.ok_or_else(bad)?.trim_start();
    let mut calls = Vec::new();
    while let Some(call) = rest.strip_prefix("API.") {
        let (method, after) = call.split_once('(').ok_or_else(bad)?;
        let (arguments, after) = argument(after).ok_or_else(bad)?;
        calls.push(Inner { method: method.trim(), arguments });
        rest = after.trim_start();
        rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
    }
    match rest.strip_prefix(']').map(|end| end.trim().trim_end_matches(';')) {
        Some("") => Ok(calls),
        _ => Err(bad()),
    }
}

/// The object between the brackets, if there is one, and what follows the closing one.
fn argument(text: &str) -> Option<(Map<String, Value>, &str)> {
    let text = text.trim_start();
    if let Some(after) = text.strip_prefix(')') {
        return Some((Map::new(), after));
    }
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Map<String, Value>>();
    let arguments = values.next()?.ok()?;
    let after = text.get(values.byte_offset()..)?;
    Some((arguments, after.trim_start().strip_prefix(')')?))
}
