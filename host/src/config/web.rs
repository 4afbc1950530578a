//! `[web]` of `exchange.toml`: where people reach the host, and what one of them may use of it.

use std::net::{IpAddr, SocketAddr};

use url::{Host, Url};

use super::host::{is_token, listen, positive};
use super::report::Problem;
use super::view::{View, Word};
use crate::model::web::Web;

/// `[web]`; `None` where it cannot be one.
pub(super) fn web(view: View<'_>, others: Option<SocketAddr>, problems: &mut Vec<Problem>) -> Option<Web> {
    let address = view.word("address").and_then(|word| address(&word, problems));
    let listens = view.word("listen").and_then(|word| listen(&word, problems));
    if listens.is_some() && listens == others && listens.is_some_and(|address| address.port() != 0) {
        let problem = Problem::at(view.value_span("listen"), "`[serve]` listens there already");
        problems.push(problem.hint("what operators ask and what people open are two addresses"));
    }
    let proxies = view.words("proxies").unwrap_or_default();
    let proxies = proxies.iter().filter_map(|word| proxy(word, problems)).collect();
    let default = Web::at(listens?, address?);
    let mut time = |key, default| positive(view, key, problems).unwrap_or(default);
    Some(Web {
        proxies,
        idle_ms: time("idle", default.idle_ms),
        life_ms: time("life", default.life_ms),
        cool_down_ms: time("cool-down", default.cool_down_ms),
        invitation_ms: time("invitation", default.invitation_ms),
        account_invitation_ms: time("account-invitation", default.account_invitation_ms),
        session_idle_ms: time("session-idle", default.session_idle_ms),
        session_life_ms: time("session-life", default.session_life_ms),
        upload_kept_ms: time("upload-kept", default.upload_kept_ms),
        client_header: client_header(view, problems).unwrap_or(default.client_header),
        dialogues: view.count("dialogues").unwrap_or(default.dialogues),
        dialogues_per_client: view.count("dialogues-per-client").unwrap_or(default.dialogues_per_client),
        requests_per_client: view.count("requests-per-client").unwrap_or(default.requests_per_client),
        starts_per_client: view.count("starts-per-client").unwrap_or(default.starts_per_client),
        starts_per_school: view.count("starts-per-school").unwrap_or(default.starts_per_school),
        passwords: view.count("passwords").unwrap_or(default.passwords),
        ..Web::at(default.listen, default.address)
    })
}

/// The origin, as browsers write it.
fn address(word: &Word, problems: &mut Vec<Problem>) -> Option<String> {
    let url = Url::parse(&word.text).ok();
    let bare = |url: &Url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none()
    };
    let Some(url) = url.filter(bare) else {
        let problem = Problem::at(word.span.clone(), "`address` must be scheme, host and perhaps a port");
        problems.push(problem.hint("such as `https://exchange.example.ru`"));
        return None;
    };
    if url.scheme() == "http" && !is_this_computer(&url) {
        let problem = Problem::at(word.span.clone(), "people reach the host over https only").label("http");
        problems.push(problem.hint("write `https://…`, and let a proxy in front do TLS"));
    }
    Some(url.origin().ascii_serialization())
}

fn is_this_computer(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

fn proxy(word: &Word, problems: &mut Vec<Problem>) -> Option<IpAddr> {
    let parsed = word.text.parse().ok();
    if parsed.is_none() {
        problems.push(Problem::at(word.span.clone(), "not an IP address").hint("such as `10.0.0.5`"));
    }
    parsed
}

fn client_header(view: View<'_>, problems: &mut Vec<Problem>) -> Option<String> {
    let name = view.word("client-header")?;
    if !is_token(&name.text) {
        let problem = Problem::at(name.span.clone(), "not the name of a header");
        problems.push(problem.hint("such as `X-Forwarded-For`"));
    }
    Some(name.text)
}
