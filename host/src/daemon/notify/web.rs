//! Webhooks and the gateway for short messages: requests under the one HTTP policy.
//!
//! Each is a request as a connector's would be, by an operation of a manifest that is made here: so the private-network
//! guard, TLS, limits and pauses of the upstream hold for it, and its credential is put on by the same hands.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::Answer;
use crate::capability::http::{
    CredentialSink, HttpParts, RequestEntry, RequestJournal, SecretSource, TaskHttp, retry_after,
};
use crate::capability::{Redactor, Secret};
use crate::daemon::host::Host;
use crate::error::{Error, Result};
use crate::model::manifest::{Access, Manifest, Messages, Operation, SecretNeed, Text, UpstreamNeed};
use crate::model::notify::{SmsGateway, Webhook};
use crate::model::setup::Grants;
use crate::model::{ItemRef, Millis, Param, SchoolId, WriteJournal, WriteTicket};
use crate::report::notify::webhook::signature;
use crate::sandbox::ports::{Body, CallInfo, FormValue, Http, HttpError, Meter, Phase, Request, Response};
use crate::store::{HostDb, HostSecretStore};

/// Most bytes sent and received for one message.
const BYTES: u64 = 32 << 20;
/// Most letters of an answer's body that are told.
const SHOWN: usize = 200;
/// The one operation, and what it calls its upstream.
const SEND: &str = "send";
const THERE: &str = "there";

/// Sends requests.
pub(super) struct Web<'a> {
    host: &'a Host,
    store: Arc<HostDb>,
    redactor: Arc<Redactor>,
}

/// A webhook's request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hooked<'a> {
    /// The message's id, the same at every attempt.
    pub(super) id: &'a str,
    /// What is told.
    pub(super) body: &'a Value,
    /// Now: the signature holds for it.
    pub(super) now: Millis,
}

impl<'a> Web<'a> {
    pub(super) fn new(host: &'a Host, store: Arc<HostDb>, redactor: Arc<Redactor>) -> Self {
        Self { host, store, redactor }
    }

    /// Tells a webhook.
    pub(super) async fn webhook(&self, name: &str, hooked: Hooked<'_>) -> Answer {
        let Some(webhook) = self.host.config().notify.webhooks.get(name) else {
            return Answer::closed(format!("exchange.toml has no [notify.webhook.{name}]"));
        };
        let headers = match self.signed(webhook, hooked) {
            Ok(headers) => headers,
            Err(error) => return Answer::closed(format!("{error:?}")),
        };
        let names = headers.iter().map(|header| header.name.clone()).collect();
        let place = Place { upstream: &webhook.upstream, method: "POST", path: &webhook.path };
        let content = Content { headers, query: Vec::new(), body: Body::Json(hooked.body.to_string()) };
        match self.send(hooked.id, place, names, webhook.credential.as_deref(), content).await {
            Ok(response) if (200..300).contains(&response.status) => Answer::Taken(told(&response)),
            // Whoever receives says so where a webhook is not wanted any more.
            Ok(response) if response.status == 410 => Answer::Refused(told(&response)),
            Ok(response) => later(&response, hooked.now),
            Err(answer) => answer,
        }
    }

    fn signed(&self, webhook: &Webhook, hooked: Hooked<'_>) -> Result<Vec<Param>> {
        let name = &webhook.key;
        let key = self.store.host_secret(name)?.ok_or_else(|| {
            Error::config(format!("the secret `{name}` has no value yet"))
                .hint(format!("exchange secret set {name}"))
        })?;
        self.redactor.know(&Secret::new(key.clone()));
        let (id, seconds) = (format!("msg_{}", hooked.id), hooked.now.div_euclid(1_000));
        let signature = signature(&key, &id, seconds, &hooked.body.to_string());
        Ok(vec![
            Param::new("webhook-id", id),
            Param::new("webhook-timestamp", seconds.to_string()),
            Param::new("webhook-signature", signature),
        ])
    }

    /// Has the gateway send a short message.
    pub(super) async fn sms(&self, id: &str, phone: &str, text: &str) -> Answer {
        let Some(gateway) = &self.host.config().notify.sms else {
            return Answer::closed("exchange.toml has no [notify.sms]");
        };
        let fill = |pattern: &String| filled(pattern, phone, text, id);
        let params = |values: &BTreeMap<String, String>| {
            values.iter().map(|(name, value)| Param::new(name, fill(value))).collect::<Vec<_>>()
        };
        let content =
            Content { headers: Vec::new(), query: params(&gateway.query), body: body(gateway, &fill) };
        let place = Place { upstream: &gateway.upstream, method: &gateway.method, path: &gateway.path };
        let sent = self.send(id, place, Vec::new(), gateway.credential.as_deref(), content).await;
        sent.map_or_else(|answer| answer, |response| judge(gateway, &response))
    }

    async fn send(
        &self,
        id: &str,
        place: Place<'_>,
        headers: Vec<String>,
        credential: Option<&str>,
        content: Content,
    ) -> std::result::Result<Response, Answer> {
        let http = self.way(place, headers, credential);
        let http = http.map_err(|error| Answer::closed(format!("{error:?}")))?;
        let mut call = CallInfo::new(Phase::Apply, Meter::new(BYTES, u32::MAX, 0));
        call.changes = vec![ItemRef::new("notification", id)];
        call.journal = Some(Arc::new(Noted));
        let request = Request {
            operation: SEND.to_owned(),
            path: Vec::new(),
            query: content.query,
            headers: content.headers,
            body: content.body,
            changes: vec![0],
            token: None,
            timeout_ms: None,
        };
        http.send(Arc::new(call), request).await.map_err(|error| unanswered(&error))
    }

    /// The way to this place, and nowhere else.
    fn way(&self, place: Place<'_>, headers: Vec<String>, credential: Option<&str>) -> Result<Arc<TaskHttp>> {
        let grants = Grants {
            upstreams: [(THERE.to_owned(), place.upstream.to_owned())].into(),
            secrets: credential.map(str::to_owned).into_iter().collect(),
            write: true,
            ..Grants::default()
        };
        Ok(Arc::new(TaskHttp::new(HttpParts {
            upstreams: self.host.upstreams()?,
            // Messages of all schools wait for their turn together, as those of one more school, whose id no other has.
            school: SchoolId::from(""),
            manifest: Arc::new(manifest(place, headers, credential)),
            grants,
            secrets: Arc::new(Secrets(Arc::clone(&self.store))),
            sink: Arc::new(Secrets(Arc::clone(&self.store))),
            journal: Arc::new(Noted),
            redactor: Arc::clone(&self.redactor),
        })))
    }
}

/// Where a request goes.
#[derive(Clone, Copy)]
struct Place<'a> {
    upstream: &'a str,
    method: &'a str,
    path: &'a str,
}

/// What a request carries.
struct Content {
    headers: Vec<Param>,
    query: Vec<Param>,
    body: Body,
}

/// A manifest that asks for this one operation. It is a write: no redirect is followed, and nothing is repeated that may
/// have arrived.
fn manifest(place: Place<'_>, headers: Vec<String>, credential: Option<&str>) -> Manifest {
    let operation = Operation {
        upstream: THERE.to_owned(),
        access: Access::Write,
        method: place.method.to_owned(),
        path: place.path.to_owned(),
        safe: None,
        token_header: None,
        headers,
        credential: true,
        capture: BTreeMap::new(),
    };
    let need = UpstreamNeed { title: Text::default(), credential: credential.map(str::to_owned) };
    let secret = |name: &str| (name.to_owned(), SecretNeed { title: Text::default(), captured: false });
    Manifest {
        id: "notifications".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        contract: String::new(),
        title: Text::default(),
        description: Text::default(),
        help: Text::default(),
        kinds: Vec::new(),
        upstreams: [(THERE.to_owned(), need)].into(),
        operations: [(SEND.to_owned(), operation)].into(),
        records: BTreeMap::new(),
        secrets: credential.map(secret).into_iter().collect(),
        dialogues: BTreeMap::new(),
        signatures: BTreeMap::new(),
        verify: Vec::new(),
        fingerprints: Vec::new(),
        settings: serde_json::Map::new(),
        messages: Messages::default(),
    }
}

fn body(gateway: &SmsGateway, fill: &impl Fn(&String) -> String) -> Body {
    if !gateway.json.is_empty() {
        let members = gateway.json.iter().map(|(name, value)| (name.clone(), Value::String(fill(value))));
        return Body::Json(Value::Object(members.collect()).to_string());
    }
    if gateway.form.is_empty() {
        return Body::None;
    }
    let fields = gateway.form.iter().map(|(name, value)| (name.clone(), FormValue::Text(fill(value))));
    Body::Form(fields.collect())
}

/// The pattern with its places filled. What fills one place is not looked through for others.
fn filled(pattern: &str, phone: &str, text: &str, id: &str) -> String {
    let (mut out, mut rest) = (String::new(), pattern);
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let places = [("{phone}", phone), ("{text}", text), ("{id}", id)];
        let (place, value) =
            places.into_iter().find(|(place, _)| from.starts_with(place)).unwrap_or(("{", "{"));
        out.push_str(value);
        rest = &from[place.len()..];
    }
    out + rest
}

/// What a gateway's answer says of the message.
fn judge(gateway: &SmsGateway, response: &Response) -> Answer {
    let said = told(response);
    let as_expected = || {
        let body = String::from_utf8_lossy(&response.body);
        gateway.expect.as_ref().is_none_or(|expected| body.contains(expected.as_str()))
    };
    match response.status {
        200..300 if as_expected() => Answer::Taken(said),
        // A definite answer: sent again, the message might arrive twice and would cost twice.
        200..300 => Answer::Refused(said),
        401 | 403 | 407 | 408 | 425 | 429 | 500.. => Answer::Later {
            after_ms: retry_after(response, jiff::Timestamp::now().as_millisecond()),
            said,
            way_closed: true,
        },
        _ => Answer::Refused(said),
    }
}

fn later(response: &Response, now: Millis) -> Answer {
    Answer::Later { after_ms: retry_after(response, now), said: told(response), way_closed: true }
}

/// Status and the beginning of the body.
fn told(response: &Response) -> String {
    let body = String::from_utf8_lossy(&response.body);
    let body: String = body.chars().take(SHOWN).collect();
    format!("{} {body}", response.status).trim_end().to_owned()
}

fn unanswered(error: &HttpError) -> Answer {
    let closed = |after_ms, said: &str| Answer::Later { after_ms, said: said.to_owned(), way_closed: true };
    match error {
        HttpError::Denied(why) => closed(None, why),
        HttpError::NotProcessed(after) => {
            closed(after.map(|seconds| u64::from(seconds) * 1_000), "not reached, or busy")
        }
        HttpError::Unanswered => closed(None, "no definite answer; the request may have arrived"),
        HttpError::TooLarge => closed(None, "the answer is too long"),
    }
}

/// Secrets of the host, by name.
struct Secrets(Arc<HostDb>);

impl SecretSource for Secrets {
    fn secret(&self, name: &str) -> std::result::Result<Option<Secret>, String> {
        let found = self.0.host_secret(name);
        found.map(|value| value.map(Secret::new)).map_err(|error| {
            tracing::error!(name, ?error, "a secret cannot be read");
            format!("the secret `{name}` cannot be read")
        })
    }

    fn by_handle(&self, _: &str) -> Option<Secret> {
        None
    }
}

impl CredentialSink for Secrets {
    fn capture(&self, _: &str, _: Secret) -> std::result::Result<String, String> {
        Err("a notification captures nothing".to_owned())
    }
}

/// The outbox has noted durably that an attempt begins before any request is made: there is nothing left to note.
struct Noted;

impl WriteJournal for Noted {
    fn sent(&self, _: &str, _: &[ItemRef]) -> std::result::Result<WriteTicket, String> {
        Ok(WriteTicket(0))
    }

    fn answered(&self, _: WriteTicket, _: Option<u16>) {}
}

impl RequestJournal for Noted {
    fn request(&self, entry: RequestEntry) {
        let RequestEntry { upstream, status, attempt, ms, .. } = entry;
        tracing::debug!(upstream, status, attempt, ms, "a request of a notification");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_once_and_what_is_no_place_stays() {
        assert_eq!(filled("{phone}: {text} {x} {", "+7900", "{id}{phone}", "1"), "+7900: {id}{phone} {x} {");
        assert_eq!(filled("no place", "", "", ""), "no place");
    }

    #[test]
    fn a_gateway_says_yes_with_its_status_and_what_is_expected() {
        let gateway = SmsGateway { expect: Some("\"OK\"".into()), ..SmsGateway::default() };
        let judged = |status, body: &str| {
            let response = Response { status, headers: Vec::new(), body: body.into() };
            judge(&gateway, &response)
        };
        assert_eq!(judged(200, r#"{"status":"OK"}"#), Answer::Taken(r#"200 {"status":"OK"}"#.into()));
        assert!(matches!(judged(200, r#"{"status":"ERROR"}"#), Answer::Refused(_)));
        assert!(matches!(judged(400, ""), Answer::Refused(_)));
        assert!(matches!(judged(503, ""), Answer::Later { way_closed: true, .. }));
        assert!(matches!(judged(401, ""), Answer::Later { .. }), "a key can be mended");
    }
}
