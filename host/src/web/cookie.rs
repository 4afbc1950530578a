//! Cookies: unguessable, out of reach of scripts, not sent with requests that other sites make in the background.

use axum::http::{HeaderMap, header};

use crate::model::web::Web;

/// A cookie by its two names.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cookie {
    /// Over TLS: browsers hold a cookie with such a name to our very host.
    secure: &'static str,
    plain: &'static str,
}

/// By which a dialogue knows its browser.
pub(super) const DIALOGUE: Cookie = Cookie { secure: "__Host-exchange", plain: "exchange" };

/// By which the cabinet knows who is signed in.
pub(super) const SESSION: Cookie = Cookie { secure: "__Host-exchange-session", plain: "exchange-session" };

impl Cookie {
    fn name(self, web: &Web) -> &'static str {
        if web.is_secure() { self.secure } else { self.plain }
    }

    /// What is told a browser to keep until it is closed.
    pub(super) fn set(self, value: &str, web: &Web) -> String {
        let secure = if web.is_secure() { "; Secure" } else { "" };
        format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}", self.name(web))
    }

    /// What is told a browser to keep no longer.
    pub(super) fn forget(self, web: &Web) -> String {
        format!("{}; Max-Age=0", self.set("", web))
    }

    /// What a browser has kept.
    pub(super) fn of(self, headers: &HeaderMap, web: &Web) -> Option<String> {
        let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
        let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let value = pairs.find(|(own, _)| *own == self.name(web)).map(|(_, value)| value.to_owned());
        value.filter(|value| !value.is_empty() && value.len() <= 128)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_held_to_our_host_over_tls() {
        let listen = "127.0.0.1:1".parse().unwrap();
        let (plain, secure) =
            (Web::at(listen, "http://127.0.0.1:1".into()), Web::at(listen, "https://x".into()));
        assert_eq!(DIALOGUE.set("a", &plain), "exchange=a; Path=/; HttpOnly; SameSite=Lax");
        assert_eq!(DIALOGUE.set("a", &secure), "__Host-exchange=a; Path=/; HttpOnly; SameSite=Lax; Secure");
        assert_eq!(
            SESSION.forget(&secure),
            "__Host-exchange-session=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0"
        );
        let mut headers = HeaderMap::new();
        headers.insert(
            header::COOKIE,
            "a=1; exchange=b; exchange-session=d; __Host-exchange=c".parse().unwrap(),
        );
        assert_eq!(DIALOGUE.of(&headers, &plain).as_deref(), Some("b"));
        assert_eq!(SESSION.of(&headers, &plain).as_deref(), Some("d"));
        assert_eq!(SESSION.of(&headers, &secure), None);
        assert_eq!(DIALOGUE.of(&headers, &secure).as_deref(), Some("c"));
    }
}
