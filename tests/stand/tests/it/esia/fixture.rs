//! A stand-in with one invented system, and the steps most tests begin with: sign, sign in, redeem.

use std::ops::Deref;
use std::sync::OnceLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use exchange_stand::esia::certificate::{fingerprint, for_client, pem};
use exchange_stand::esia::gost::PrivateKey;
use exchange_stand::esia::{Options, Stand};
use serde_json::{Value, json};

use crate::client::Reply;
use crate::remote::Remote;

pub(crate) const SYSTEM: &str = "EXCHANGE_TEST";
pub(crate) const REDIRECT: &str = "http://127.0.0.1:8080/callback";
pub(crate) const SCOPE: &str = "openid fullname birthdate snils";
pub(crate) const PASSWORD: &str = "пароль";

/// Numbers of the people every stand-in begins with.
pub(crate) const CONFIRMED: u64 = 1000400001;
pub(crate) const CHILD: u64 = 1000400004;
pub(crate) const PARENT: u64 = 1000400005;

pub(crate) type Pairs = Vec<(String, String)>;

/// The key and the certificate of the invented system: one for all tests.
pub(crate) fn own_key() -> &'static (PrivateKey, Vec<u8>) {
    static KEY: OnceLock<(PrivateKey, Vec<u8>)> = OnceLock::new();
    KEY.get_or_init(|| {
        let key = PrivateKey::generate().expect("a key");
        let der =
            for_client(&key, SYSTEM, now() - 3_600_000, now() + 365 * 86_400_000).expect("a certificate");
        (key, der)
    })
}

/// Milliseconds since 1970.
pub(crate) fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// A time in the form of the system.
pub(crate) fn time(millis: i64) -> String {
    let time = jiff::Timestamp::from_millisecond(millis).expect("a time").to_zoned(jiff::tz::TimeZone::UTC);
    time.strftime("%Y.%m.%d %H:%M:%S %z").to_string()
}

pub(crate) fn pairs(of: &[(&str, &str)]) -> Pairs {
    of.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The value under a name, or nothing.
pub(crate) fn value<'a>(pairs: &'a Pairs, name: &str) -> &'a str {
    pairs.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value)
}

/// With another value, added where the name was missing; an empty one takes the name out.
pub(crate) fn with(mut pairs: Pairs, changes: &[(&str, &str)]) -> Pairs {
    for (name, value) in changes {
        pairs.retain(|(own, _)| own != name);
        if !value.is_empty() {
            pairs.push(((*name).to_owned(), (*value).to_owned()));
        }
    }
    pairs
}

pub(crate) fn query(pairs: &Pairs) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// Signed as the current generation signs: the six parameters and what comes behind them.
pub(crate) fn signed(pairs: Pairs, behind: &str) -> Pairs {
    let names = ["client_id", "scope", "scope_org", "timestamp", "state", "redirect_uri"];
    let message: String = names.iter().map(|name| value(&pairs, name)).collect();
    signed_over(pairs, &(message + behind))
}

pub(crate) fn signed_over(pairs: Pairs, message: &str) -> Pairs {
    let (key, der) = own_key();
    let secret = URL_SAFE_NO_PAD.encode(key.sign(message.as_bytes()).expect("a signature"));
    with(pairs, &[("client_secret", &secret), ("client_certificate_hash", &fingerprint(der))])
}

/// An authorisation request before it is signed.
pub(crate) fn unsigned_ask() -> Pairs {
    pairs(&[
        ("client_id", SYSTEM),
        ("redirect_uri", REDIRECT),
        ("scope", SCOPE),
        ("response_type", "code"),
        ("state", "0f7b3a80-8f6e-4f7e-9a3e-3c9a2b1d0e5f"),
        ("timestamp", &time(now())),
        ("access_type", "offline"),
    ])
}

/// The same with changes, signed after them.
pub(crate) fn ask(changes: &[(&str, &str)]) -> Pairs {
    signed(with(unsigned_ask(), changes), "")
}

/// A token request for a code, signed after the changes.
pub(crate) fn redeem(code: &str, changes: &[(&str, &str)]) -> Pairs {
    let base = pairs(&[
        ("client_id", SYSTEM),
        ("redirect_uri", REDIRECT),
        ("scope", SCOPE),
        ("state", "5b7e5c1c-6a2c-4d5b-8d6a-0a1b2c3d4e5f"),
        ("timestamp", &time(now())),
        ("grant_type", "authorization_code"),
        ("token_type", "Bearer"),
        ("code", code),
    ]);
    let base = with(base, changes);
    let code = value(&base, "code").to_owned();
    signed(base, &code)
}

/// A refresh request, signed like an authorisation request.
pub(crate) fn refresh(token: &str) -> Pairs {
    let base = with(redeem("", &[]), &[("grant_type", "refresh_token"), ("refresh_token", token)]);
    signed(base, "")
}

/// A part of a JWT: 0 the header, 1 the claims.
#[track_caller]
pub(crate) fn part(token: &str, at: usize) -> Value {
    let text = token.split('.').nth(at).expect("a part");
    let bytes = URL_SAFE_NO_PAD.decode(text).expect("base64url without padding");
    serde_json::from_slice(&bytes).expect("JSON")
}

/// A running stand-in that knows the system.
pub(crate) struct Esia {
    pub(crate) stand: Stand,
    remote: Remote,
}

impl Deref for Esia {
    type Target = Remote;
    fn deref(&self) -> &Remote {
        &self.remote
    }
}

impl Esia {
    pub(crate) fn new() -> Esia {
        let esia = Esia::reopened(Options::default());
        esia.register(&json!({}));
        esia
    }

    pub(crate) fn reopened(options: Options) -> Esia {
        let stand = Stand::spawn(options).expect("the stand-in starts");
        Esia { remote: Remote(stand.addr()), stand }
    }

    /// The invented system, with some members otherwise.
    #[track_caller]
    pub(crate) fn register(&self, changes: &Value) {
        let mut client = json!({"id": SYSTEM, "name": "Обмен", "redirectUris": [REDIRECT],
            "certificates": [pem(&own_key().1)]});
        for (name, value) in changes.as_object().expect("members") {
            client[name] = value.clone();
        }
        let reply = self.control("POST", "seed", Some(&json!({"clients": [client]})));
        assert_eq!(reply.status, 200, "{}", reply.body);
    }

    /// An authorisation request of the current generation.
    pub(crate) fn ask(&self, pairs: &Pairs) -> Reply {
        self.call("GET", &format!("/aas/oauth2/v2/ac?{}", query(pairs))).send()
    }

    /// A token request of the current generation.
    pub(crate) fn te(&self, pairs: &Pairs) -> Reply {
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (&**name, &**value)).collect();
        self.call("POST", "/aas/oauth2/v3/te").form(&pairs).send()
    }

    /// The whole way of a person who allows, to the address they are sent back to.
    #[track_caller]
    pub(crate) fn way_back(&self, login: &str, pairs: &Pairs) -> String {
        let mut browser = Browser::new(self);
        let mut reply = browser.open(&address(self.ask(pairs)));
        reply = browser.sign_in(reply, login);
        while reply.header("location").is_some_and(|to| to.starts_with('/')) {
            reply = browser.open(&address(reply));
        }
        match reply.header("location") {
            Some(location) => location.to_owned(),
            None => address(browser.decide(&reply, true)),
        }
    }

    #[track_caller]
    pub(crate) fn code(&self, login: &str, pairs: &Pairs) -> String {
        let location = self.way_back(login, pairs);
        returned(&location, "code").unwrap_or_else(|| panic!("no code: {location}"))
    }

    /// Tokens of somebody, with these scopes.
    #[track_caller]
    pub(crate) fn tokens(&self, login: &str, scope: &str) -> Value {
        let code = self.code(login, &ask(&[("scope", scope)]));
        let reply = self.te(&redeem(&code, &[("scope", scope)]));
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.value()
    }

    #[track_caller]
    pub(crate) fn access(&self, login: &str, scope: &str) -> String {
        text(&self.tokens(login, scope)["access_token"])
    }

    pub(crate) fn rs(&self, token: &str, path: &str) -> Reply {
        self.call("GET", &format!("/rs{path}")).header("Authorization", &format!("Bearer {token}")).send()
    }
}

#[track_caller]
pub(crate) fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// A parameter of an address somebody was sent back to.
pub(crate) fn returned(location: &str, name: &str) -> Option<String> {
    let url = url::Url::parse(location).ok()?;
    url.query_pairs().find(|(own, _)| own == name).map(|(_, value)| value.into_owned())
}

/// A browser: one cookie.
pub(crate) struct Browser<'a> {
    esia: &'a Esia,
    cookie: String,
}

impl<'a> Browser<'a> {
    pub(crate) fn new(esia: &'a Esia) -> Browser<'a> {
        Browser { esia, cookie: String::new() }
    }

    pub(crate) fn open(&self, path: &str) -> Reply {
        self.esia.call("GET", path).header("Cookie", &self.cookie).send()
    }

    /// Fills the login form, where there is one.
    pub(crate) fn sign_in(&mut self, page: Reply, login: &str) -> Reply {
        let Some(request) = request_of(&page) else { return page };
        self.enter(&request, login, PASSWORD)
    }

    pub(crate) fn enter(&mut self, request: &str, login: &str, password: &str) -> Reply {
        let form = [("request", request), ("login", login), ("password", password)];
        let reply = self.esia.call("POST", "/login").header("Cookie", &self.cookie).form(&form).send();
        if let Some(cookie) = reply.header("set-cookie").and_then(|line| line.split(';').next()) {
            self.cookie = cookie.to_owned();
        }
        reply
    }

    /// Presses a button of the consent page.
    #[track_caller]
    pub(crate) fn decide(&self, page: &Reply, grants: bool) -> Reply {
        let request = request_of(page).unwrap_or_else(|| panic!("no consent page: {}", page.body));
        let form = [("request", request.as_str()), ("is_granted", if grants { "true" } else { "false" })];
        self.esia.call("POST", "/aas/oauth2/consent").header("Cookie", &self.cookie).form(&form).send()
    }
}

/// Where an answer sends the browser.
#[track_caller]
pub(crate) fn address(reply: Reply) -> String {
    assert_eq!(reply.status, 302, "{} (the connection: {:?})", reply.body, reply.broken);
    reply.header("location").expect("a redirect").to_owned()
}

/// The hidden field of a page's form.
pub(crate) fn request_of(page: &Reply) -> Option<String> {
    let rest = page.body.split_once("name=\"request\" value=\"")?.1;
    Some(rest.split_once('"')?.0.to_owned())
}
