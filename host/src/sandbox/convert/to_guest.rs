//! What a connector is asked and told.

use super::all;
use crate::model::dialogue::{Input, RoundTrip};
use crate::model::{Action, Change, Probe, Purpose};
use crate::sandbox::bindings::exchange::connector::{context, http, log, signing, types as wit};
use crate::sandbox::ports;

impl From<Probe> for wit::Probe {
    fn from(it: Probe) -> Self {
        let purpose = match it.purpose {
            Purpose::Adopt => wit::Purpose::Adopt,
            Purpose::Confirm => wit::Purpose::Confirm,
            Purpose::Doubt => wit::Purpose::Doubt,
            Purpose::Audit => wit::Purpose::Audit,
        };
        Self { item: it.item.into(), handle: it.handle, targets: all(it.targets), purpose }
    }
}

impl From<Change> for wit::Change {
    fn from(it: Change) -> Self {
        let action = match it.action {
            Action::Create => wit::Action::Create,
            Action::Update => wit::Action::Update,
            Action::Close => wit::Action::Close,
            Action::Remove => wit::Action::Remove,
        };
        Self {
            action,
            item: it.item.into(),
            handle: it.handle,
            fields: it.fields,
            targets: all(it.targets),
            token: it.token,
        }
    }
}

impl From<Input> for wit::Input {
    fn from(it: Input) -> Self {
        match it {
            Input::Started => Self::Started,
            Input::Returned(params) => Self::Returned(all(params)),
            Input::Form(params) => Self::Form(all(params)),
            Input::Choice(id) => Self::Choice(id),
            Input::Committed(list) => {
                let committed = |(item, effect): (crate::model::ItemRef, crate::model::Effect)| {
                    wit::Committed { item: item.into(), effect: effect.into() }
                };
                Self::Committed(list.into_iter().map(committed).collect())
            }
        }
    }
}

impl From<RoundTrip> for wit::RoundTrip {
    fn from(it: RoundTrip) -> Self {
        Self { callback: it.callback, state: it.state }
    }
}

impl From<ports::School> for context::SchoolInfo {
    fn from(it: ports::School) -> Self {
        Self { id: it.id.to_string(), name: it.name, time_zone: it.time_zone, region: it.region }
    }
}

impl From<log::Level> for ports::LogLevel {
    fn from(it: log::Level) -> Self {
        match it {
            log::Level::Debug => Self::Debug,
            log::Level::Info => Self::Info,
            log::Level::Warn => Self::Warn,
            log::Level::Error => Self::Error,
        }
    }
}

impl From<http::Request> for ports::Request {
    fn from(it: http::Request) -> Self {
        Self {
            operation: it.operation,
            path: all(it.path),
            query: all(it.query),
            headers: all(it.headers),
            body: it.body.into(),
            changes: it.changes,
            token: it.token,
            timeout_ms: it.timeout,
        }
    }
}

impl From<http::Body> for ports::Body {
    fn from(it: http::Body) -> Self {
        match it {
            http::Body::None => Self::None,
            http::Body::Json(text) => Self::Json(text),
            http::Body::Form(values) => Self::Form(values.into_iter().map(form_value).collect()),
            http::Body::Bytes(raw) => Self::Bytes { content_type: raw.content_type, content: raw.content },
        }
    }
}

fn form_value(it: http::FormValue) -> (String, ports::FormValue) {
    let value = match it.value {
        http::TextOrSecret::Text(text) => ports::FormValue::Text(text),
        http::TextOrSecret::Secret(name) => ports::FormValue::Secret(name),
    };
    (it.name, value)
}

impl From<ports::Response> for http::Response {
    fn from(it: ports::Response) -> Self {
        Self { status: it.status, headers: all(it.headers), body: it.body }
    }
}

impl From<ports::HttpError> for http::HttpError {
    fn from(it: ports::HttpError) -> Self {
        match it {
            ports::HttpError::Denied(why) => Self::Denied(why),
            ports::HttpError::NotProcessed(after) => Self::NotProcessed(after),
            ports::HttpError::Unanswered => Self::Unanswered,
            ports::HttpError::TooLarge => Self::TooLarge,
        }
    }
}

impl From<ports::Signature> for signing::Signature {
    fn from(it: ports::Signature) -> Self {
        Self { value: it.value, certificate_hash: it.certificate_hash }
    }
}
