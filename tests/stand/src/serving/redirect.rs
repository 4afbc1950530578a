//! Addresses answers are sent to: whether they are registered, and what is put on them.

use url::{Host, Url};

/// Is `asked` one of the registered addresses? The port of a loopback address is free (RFC 8252 §7.3).
pub(crate) fn is_registered(registered: &[String], asked: &str) -> bool {
    registered.iter().any(|known| known == asked || same_loopback(known, asked))
}

fn same_loopback(known: &str, asked: &str) -> bool {
    let (Ok(known), Ok(asked)) = (Url::parse(known), Url::parse(asked)) else { return false };
    is_loopback(&known)
        && known.scheme() == asked.scheme()
        && known.host() == asked.host()
        && known.path() == asked.path()
        && known.query() == asked.query()
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

fn encoded(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// `base` with `pairs` in its query, in this order: clients cut them out by position.
pub(crate) fn with_query(base: &str, pairs: &[(&str, &str)]) -> String {
    let joint = if base.contains('?') { '&' } else { '?' };
    format!("{base}{joint}{}", encoded(pairs))
}

/// `base` with `pairs` behind `#`.
pub(crate) fn with_fragment(base: &str, pairs: &[(&str, &str)]) -> String {
    format!("{base}#{}", encoded(pairs))
}

/// The part of a return address that lies on this host: path and query, never another host.
pub(crate) fn local(return_url: &str) -> String {
    let path = match Url::parse(return_url) {
        Ok(url) => url[url::Position::BeforePath..url::Position::AfterQuery].to_owned(),
        Err(_) => return_url.to_owned(),
    };
    match path.starts_with('/') && !path.starts_with("//") && !path.starts_with("/\\") {
        true => path,
        false => "/".into(),
    }
}
