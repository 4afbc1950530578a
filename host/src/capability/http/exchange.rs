//! One attempt: connects, sends, follows allowed redirects, reads the answer under its caps.

use std::error::Error as _;
use std::time::Duration;

use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, LOCATION};
use reqwest::{Method, StatusCode};
use url::Url;

use super::TaskHttp;
use super::address::Blocked;
use super::again::Outcome;
use super::path;
use super::prepare::Prepared;
use crate::model::Param;
use crate::model::manifest::Access;
use crate::model::setup::Placement;
use crate::sandbox::ports::{CallInfo, Response};

/// What an attempt moved and came to.
pub(super) struct Attempt {
    pub(super) outcome: Outcome,
    pub(super) sent: u64,
    pub(super) received: u64,
}

/// A hop of an attempt: redirects change address, method and body.
struct Hop {
    url: Url,
    method: Method,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl TaskHttp {
    /// Makes the attempt within the request's time, the answer read.
    pub(super) async fn attempt(&self, call: &CallInfo, prepared: &Prepared) -> Attempt {
        let (number, base) = prepared.remote.base();
        let mut attempt = Attempt { outcome: Outcome::Lost, sent: 0, received: 0 };
        let hop = Hop {
            url: address(base, prepared),
            method: prepared.method.clone(),
            headers: prepared.headers.clone(),
            body: prepared.body.clone(),
        };
        let time = Duration::from_millis(prepared.timeout_ms);
        let whole = tokio::time::timeout(time, self.follow(call, prepared, hop, &mut attempt));
        let outcome = whole.await.unwrap_or(Outcome::Lost);
        if matches!(outcome, Outcome::NotSent) {
            prepared.remote.unreachable(number);
        }
        Attempt { outcome, ..attempt }
    }

    async fn follow(
        &self,
        call: &CallInfo,
        prepared: &Prepared,
        mut hop: Hop,
        attempt: &mut Attempt,
    ) -> Outcome {
        for _ in 0..=prepared.remote.config.redirects {
            if let Err(blocked) = prepared.remote.literal(&hop.url) {
                return Outcome::Refused(private(&blocked, &prepared.upstream));
            }
            let answer = match self.one_hop(call, prepared, &hop, attempt).await {
                Ok(answer) => answer,
                Err(outcome) => return outcome,
            };
            let status = answer.status();
            if prepared.write || !redirects(status) || !answer.headers().contains_key(LOCATION) {
                return read(call, prepared, answer, attempt).await;
            }
            hop = match self.next_hop(prepared, hop, status, answer.headers()) {
                Ok(hop) => hop,
                Err(why) => return Outcome::Refused(why),
            };
        }
        Outcome::Refused(format!("more than {} redirects", prepared.remote.config.redirects))
    }

    async fn one_hop(
        &self,
        call: &CallInfo,
        prepared: &Prepared,
        hop: &Hop,
        attempt: &mut Attempt,
    ) -> Result<reqwest::Response, Outcome> {
        let size = hop.url.as_str().len() + hop.body.len();
        if !call.meter.charge(size as u64) {
            return Err(Outcome::Refused("the call has used up its bytes".into()));
        }
        let request = prepared.remote.client.request(hop.method.clone(), hop.url.clone());
        let request = request.headers(hop.headers.clone());
        let request = if hop.body.is_empty() { request } else { request.body(hop.body.clone()) };
        let answer = request.send().await.map_err(|error| failed(&error, prepared))?;
        attempt.sent += size as u64;
        Ok(answer)
    }

    /// Where a redirect leads, if it may be followed.
    fn next_hop(
        &self,
        prepared: &Prepared,
        hop: Hop,
        status: StatusCode,
        headers: &HeaderMap,
    ) -> Result<Hop, String> {
        let location = headers.get(LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let url = hop.url.join(location).map_err(|_| "a redirect leads to no address".to_owned())?;
        if !prepared.remote.owns(&url) {
            // The address itself may carry a secret in its query: only the origin is told.
            let to = url.origin().ascii_serialization();
            return Err(format!("a redirect leads away from the upstream `{}`, to {to}", prepared.upstream));
        }
        let get = !matches!(status, StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT);
        let mut next = Hop { url, ..hop };
        if get && next.method != Method::HEAD {
            next.method = Method::GET;
            next.body.clear();
            next.headers.remove(CONTENT_TYPE);
        }
        if self.is_write(prepared, &next) {
            return Err("a redirect of a read leads to an operation that writes".into());
        }
        keep_query_credential(prepared, &mut next.url);
        Ok(next)
    }

    /// Whether the manifest knows this method and path as a write.
    fn is_write(&self, prepared: &Prepared, hop: &Hop) -> bool {
        let prefixes = prepared.remote.bases.iter().map(|base| base.path().trim_end_matches('/'));
        let mut paths = prefixes.filter_map(|prefix| hop.url.path().strip_prefix(prefix));
        paths.any(|path| {
            self.manifest.operations.values().any(|operation| {
                operation.access == Access::Write
                    && operation.method == hop.method.as_str()
                    && path::matches(&operation.path, path)
            })
        })
    }
}

/// The credential goes along inside the upstream, also where it travels in the query.
fn keep_query_credential(prepared: &Prepared, url: &mut Url) {
    let Some(Placement::Query(name)) = &prepared.remote.config.credential else { return };
    let credential = prepared.query.iter().rev().find(|(param, _)| param == name);
    if let Some((name, value)) = credential
        && !url.query_pairs().any(|(param, _)| param == name.as_str())
    {
        url.query_pairs_mut().append_pair(name, value);
    }
}

fn redirects(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// The base's prefix, the filled path, the query.
fn address(base: &Url, prepared: &Prepared) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}{}", base.path().trim_end_matches('/'), prepared.path));
    if !prepared.query.is_empty() {
        url.query_pairs_mut().extend_pairs(&prepared.query);
    }
    url
}

/// Reads an answer piece by piece; what passes the caps is not kept.
async fn read(
    call: &CallInfo,
    prepared: &Prepared,
    mut answer: reqwest::Response,
    attempt: &mut Attempt,
) -> Outcome {
    let status = answer.status().as_u16();
    let most = prepared.remote.config.max_response;
    let announced =
        answer.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|size| size > most) {
        return Outcome::TooLarge(status);
    }
    let headers = answer
        .headers()
        .iter()
        .map(|(name, value)| Param::new(name.as_str(), String::from_utf8_lossy(value.as_bytes())));
    let headers = headers.collect();
    let mut body = Vec::new();
    loop {
        match answer.chunk().await {
            Ok(None) => return Outcome::Answered(Response { status, headers, body }),
            Err(_) => return Outcome::Lost,
            Ok(Some(chunk)) => {
                attempt.received += chunk.len() as u64;
                if !call.meter.charge(chunk.len() as u64) || (body.len() + chunk.len()) as u64 > most {
                    return Outcome::TooLarge(status);
                }
                body.extend_from_slice(&chunk);
            }
        }
    }
}

/// A connection that never came about sent nothing; everything else may have arrived.
fn failed(error: &reqwest::Error, prepared: &Prepared) -> Outcome {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if let Some(blocked) = inner.downcast_ref::<Blocked>() {
            return Outcome::Refused(private(blocked, &prepared.upstream));
        }
        cause = inner.source();
    }
    if error.is_connect() || error.is_builder() { Outcome::NotSent } else { Outcome::Lost }
}

fn private(blocked: &Blocked, upstream: &str) -> String {
    format!("{blocked}\nhint: if that is meant, add to exchange.toml:\n[upstream.{upstream}]\nprivate = true")
}
