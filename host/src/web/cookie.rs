//! The one cookie: unguessable, out of reach of scripts, not sent with requests that other sites make in the background.

use axum::http::{HeaderMap, header};

use crate::model::web::Web;

/// Over TLS browsers hold a cookie with this name to our very host.
const SECURE: &str = "__Host-exchange";
const PLAIN: &str = "exchange";

fn name(web: &Web) -> &'static str {
    if web.is_secure() { SECURE } else { PLAIN }
}

/// What is told a browser to keep.
pub(super) fn set(value: &str, web: &Web) -> String {
    let secure = if web.is_secure() { "; Secure" } else { "" };
    format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}", name(web))
}

/// What a browser has kept.
pub(super) fn of(headers: &HeaderMap, web: &Web) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let value = pairs.find(|(own, _)| *own == name(web)).map(|(_, value)| value.to_owned());
    value.filter(|value| !value.is_empty() && value.len() <= 128)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_held_to_our_host_over_tls() {
        let listen = "127.0.0.1:1".parse().unwrap();
        let (plain, secure) =
            (Web::at(listen, "http://127.0.0.1:1".into()), Web::at(listen, "https://x".into()));
        assert_eq!(set("a", &plain), "exchange=a; Path=/; HttpOnly; SameSite=Lax");
        assert_eq!(set("a", &secure), "__Host-exchange=a; Path=/; HttpOnly; SameSite=Lax; Secure");
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, "a=1; exchange=b; __Host-exchange=c".parse().unwrap());
        assert_eq!(of(&headers, &plain).as_deref(), Some("b"));
        assert_eq!(of(&headers, &secure).as_deref(), Some("c"));
    }
}
