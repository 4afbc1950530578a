//! From a guest's request to one that may leave: every check that needs no network.

use std::sync::Arc;

use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use url::form_urlencoded::Serializer;

use super::guard::Guard;
use super::upstream::Remote;
use super::{TaskHttp, path};
use crate::capability::{Secret, not_asked, not_granted};
use crate::model::ItemRef;
use crate::model::manifest::{Access, Operation};
use crate::model::setup::Placement;
use crate::sandbox::ports::{Body, CallInfo, FormValue, Phase, Request};

/// What marks a handle of something captured.
const HANDLE: &str = "secret:";

/// A request ready to leave.
pub(super) struct Prepared {
    pub(super) operation: String,
    pub(super) upstream: String,
    pub(super) template: String,
    pub(super) remote: Arc<Remote>,
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    pub(super) write: bool,
    pub(super) safe: bool,
    pub(super) token: bool,
    pub(super) items: Vec<ItemRef>,
    pub(super) timeout_ms: u64,
}

type Checked<T> = Result<T, String>;

impl TaskHttp {
    /// Checks everything; the error is the refusal the guest reads.
    pub(super) fn prepare(&self, call: &CallInfo, request: Request) -> Checked<Prepared> {
        let what = format!("the operation `{}`", request.operation.escape_debug());
        let operation = self.manifest.operations.get(&request.operation).ok_or_else(|| not_asked(&what))?;
        self.phase_allows(call.phase, operation, &what)?;
        let (upstream, remote) = self.upstream(operation)?;
        let guard_remote = Arc::clone(&remote);
        let guard = Guard::new(operation, &guard_remote);
        let mut prepared = Prepared {
            upstream,
            template: operation.path.clone(),
            method: Method::from_bytes(operation.method.as_bytes())
                .map_err(|_| format!("{what} has no method"))?,
            path: path::fill(&operation.path, &request.path)?,
            query: guard.query(request.query)?,
            headers: guard.headers(&request.headers)?,
            body: Vec::new(),
            write: operation.access == Access::Write,
            safe: operation.safe.unwrap_or(operation.access == Access::Read),
            token: request.token.is_some() && operation.token_header.is_some(),
            items: items(call, operation, &request.changes)?,
            timeout_ms: timeout(remote.config.timeout_ms, request.timeout_ms),
            operation: request.operation,
            remote,
        };
        guard.token(request.token.as_deref(), &mut prepared.headers)?;
        let credential = self.credential(operation)?;
        self.body(call, request.body, &guard, credential.as_ref(), &mut prepared)?;
        place(credential, &mut prepared)?;
        Ok(prepared)
    }

    fn phase_allows(&self, phase: Phase, operation: &Operation, what: &str) -> Checked<()> {
        let fits = match operation.access {
            Access::Read => !matches!(phase, Phase::Scopes | Phase::Desired { inbound: false }),
            Access::Write => phase == Phase::Apply,
            Access::Dialogue => phase == Phase::Interact,
        };
        if !fits {
            return Err(format!("{what} is not allowed here: {}", where_allowed(operation.access)));
        }
        if operation.access == Access::Write && !self.grants.write {
            return Err(not_granted(&format!("writing ({what})"), "write = true"));
        }
        Ok(())
    }

    fn upstream(&self, operation: &Operation) -> Checked<(String, Arc<Remote>)> {
        let asked = &operation.upstream;
        let granted = self.grants.upstreams.get(asked);
        let granted = granted.ok_or_else(|| {
            not_granted(
                &format!("the upstream `{asked}`"),
                &format!("upstreams = {{ {asked} = \"{asked}\" }}"),
            )
        })?;
        let remote = self.upstreams.get(granted);
        let remote = remote.ok_or_else(|| format!("exchange.toml has no upstream `{granted}`"))?;
        Ok((granted.clone(), Arc::clone(remote)))
    }

    /// The upstream's credential, if the operation sends one.
    fn credential(&self, operation: &Operation) -> Checked<Option<Secret>> {
        let need = self.manifest.upstreams.get(&operation.upstream);
        match need.and_then(|need| need.credential.as_ref()) {
            Some(name) if operation.credential => self.secret(name).map(Some),
            _ => Ok(None),
        }
    }

    /// A secret by name: asked by the manifest, granted by the task, and there.
    fn secret(&self, name: &str) -> Checked<Secret> {
        let what = format!("the secret `{}`", name.escape_debug());
        if !self.manifest.secrets.contains_key(name) {
            return Err(not_asked(&what));
        }
        if !self.grants.secrets.iter().any(|granted| granted == name) {
            return Err(not_granted(&what, &format!("secrets = [\"{name}\"]")));
        }
        let secret = self.secrets.secret(name)?.ok_or_else(|| format!("{what} has no value yet"))?;
        self.redactor.know(&secret);
        Ok(secret)
    }

    /// What a form's value stands for.
    fn form_value(&self, call: &CallInfo, value: FormValue) -> Checked<String> {
        let name = match value {
            FormValue::Text(text) => return Ok(text),
            FormValue::Secret(name) => name,
        };
        if !name.starts_with(HANDLE) {
            return self.secret(&name).map(|secret| secret.expose().to_owned());
        }
        if call.phase != Phase::Interact {
            return Err("handles are known inside their dialogue only".into());
        }
        let secret = self.secrets.by_handle(&name).ok_or("the handle is not of this dialogue")?;
        self.redactor.know(&secret);
        Ok(secret.expose().to_owned())
    }

    /// JSON with what was captured in place of the handles of this dialogue. What merely looks like a handle is data.
    fn json(&self, call: &CallInfo, text: String) -> Checked<String> {
        if call.phase != Phase::Interact || !text.contains(HANDLE) {
            return Ok(text);
        }
        let mut json: Value = serde_json::from_str(&text).map_err(|_| "the body is not JSON")?;
        self.reveal(&mut json);
        Ok(json.to_string())
    }

    fn reveal(&self, json: &mut Value) {
        match json {
            Value::String(text) if text.starts_with(HANDLE) => {
                if let Some(secret) = self.secrets.by_handle(text) {
                    self.redactor.know(&secret);
                    secret.expose().clone_into(text);
                }
            }
            Value::Array(list) => list.iter_mut().for_each(|value| self.reveal(value)),
            Value::Object(members) => members.values_mut().for_each(|value| self.reveal(value)),
            _ => {}
        }
    }

    fn body(
        &self,
        call: &CallInfo,
        body: Body,
        guard: &Guard<'_>,
        credential: Option<&Secret>,
        prepared: &mut Prepared,
    ) -> Checked<()> {
        let in_form = match (guard.placement, credential) {
            (Some(Placement::Form(name)), Some(secret)) => Some((name.clone(), secret.expose().to_owned())),
            _ => None,
        };
        let (content_type, content) = match body {
            Body::None if in_form.is_none() => return Ok(()),
            Body::None => (FORM.to_owned(), form(in_form)),
            Body::Form(values) => {
                (FORM.to_owned(), form(self.form(call, values, guard)?.into_iter().chain(in_form)))
            }
            _ if in_form.is_some() => {
                return Err("this upstream takes its credential in a form: send a form".into());
            }
            Body::Json(text) => {
                guard.json(text.as_bytes())?;
                ("application/json".to_owned(), self.json(call, text)?.into_bytes())
            }
            Body::Bytes { content_type, content } => {
                guard.raw(&content_type, &content)?;
                (content_type, content)
            }
        };
        let content_type =
            HeaderValue::from_str(&content_type).map_err(|_| "the content type is no header value")?;
        prepared.headers.insert(CONTENT_TYPE, content_type);
        prepared.body = content;
        Ok(())
    }

    fn form(
        &self,
        call: &CallInfo,
        values: Vec<(String, FormValue)>,
        guard: &Guard<'_>,
    ) -> Checked<Vec<(String, String)>> {
        let one = |(name, value): (String, FormValue)| {
            if matches!(value, FormValue::Text(_)) {
                guard.parameter(&name)?;
            }
            Ok((name, self.form_value(call, value)?))
        };
        values.into_iter().map(one).collect()
    }
}

const FORM: &str = "application/x-www-form-urlencoded";

fn form(values: impl IntoIterator<Item = (String, String)>) -> Vec<u8> {
    Serializer::new(String::new()).extend_pairs(values).finish().into_bytes()
}

fn where_allowed(access: Access) -> &'static str {
    match access {
        Access::Read => "reads pass in check, observe, apply and dialogues, and in desired of inbound kinds",
        Access::Write => "writes pass in apply only",
        Access::Dialogue => "it belongs to dialogues",
    }
}

/// The items a write carries: at least one, all of this call.
fn items(call: &CallInfo, operation: &Operation, positions: &[u32]) -> Checked<Vec<ItemRef>> {
    if operation.access != Access::Write {
        return Ok(Vec::new());
    }
    if positions.is_empty() {
        return Err("a write has to name the changes it carries".into());
    }
    let item = |position: &u32| call.changes.get(*position as usize).cloned();
    let items: Option<Vec<ItemRef>> = positions.iter().map(item).collect();
    items.ok_or_else(|| {
        format!("a write names a change that this call does not have ({} are there)", call.changes.len())
    })
}

fn timeout(most: u64, wanted: Option<u32>) -> u64 {
    wanted.map_or(most, |wanted| u64::from(wanted).min(most))
}

/// Puts the credential on the request where the upstream wants it; forms are done with the body.
fn place(credential: Option<Secret>, prepared: &mut Prepared) -> Checked<()> {
    let (Some(secret), Some(placement)) = (credential, &prepared.remote.config.credential) else {
        return Ok(());
    };
    match placement {
        Placement::Form(_) => {}
        Placement::Query(name) => prepared.query.push((name.clone(), secret.expose().to_owned())),
        Placement::Header { name, prefix } => {
            let unfit = |_| "the credential does not fit a header".to_owned();
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|error| unfit(error.to_string()))?;
            let value = HeaderValue::from_str(&format!("{prefix}{}", secret.expose()));
            let mut value = value.map_err(|error| unfit(error.to_string()))?;
            value.set_sensitive(true);
            prepared.headers.insert(name, value);
        }
    }
    Ok(())
}
