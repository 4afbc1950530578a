//! Signing in, consenting, and everything that can go wrong on the way to a token.

use serde_json::{Value, json};

use crate::client::Reply;
use crate::fixture::{ADMIN_USER, CLIENT, REDIRECT, SCOPE, SECRET, World};

/// A browser: one cookie.
struct Browser<'a> {
    world: &'a World,
    cookie: String,
}

impl<'a> Browser<'a> {
    fn signed_in(world: &'a World) -> Browser<'a> {
        let form = [("login", "director"), ("password", "пароль"), ("ReturnUrl", "/oauth2?x=1")];
        let reply = world.call("POST", "/login/").form(&form).send();
        assert_eq!((reply.status, reply.header("location")), (302, Some("/oauth2?x=1")));
        let cookie =
            reply.header("set-cookie").and_then(|line| line.split(';').next()).expect("a cookie").to_owned();
        Browser { world, cookie }
    }

    fn get(&self, path: &str) -> Reply {
        self.world.call("GET", path).header("Cookie", &self.cookie).send()
    }

    fn decide(&self, asking: &[(&str, &str)], granted: &str) -> Reply {
        let form = [asking, &[("is_granted", granted)]].concat();
        self.world.call("POST", "/oauth2").header("Cookie", &self.cookie).form(&form).send()
    }

    /// Consent to the ordinary request, and the code it gives.
    fn code(&self) -> String {
        let reply = self.decide(&asking("code"), "true");
        let location = reply.header("location").expect("a redirect");
        let rest = location.strip_prefix("http://127.0.0.1:8080/callback?code=").expect("code first");
        let (code, state) = rest.split_once('&').expect("then state");
        assert_eq!((code.len(), state), (32, "state=st+1"));
        code.to_owned()
    }
}

fn asking(response_type: &str) -> Vec<(&str, &str)> {
    vec![
        ("response_type", response_type),
        ("client_id", CLIENT),
        ("scope", SCOPE),
        ("redirect_uri", REDIRECT),
        ("state", "st 1"),
    ]
}

fn query(pairs: &[(&str, &str)]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    format!("/oauth2?{query}")
}

fn with<'a>(mut pairs: Vec<(&'a str, &'a str)>, name: &str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    pairs.iter_mut().filter(|(own, _)| *own == name).for_each(|pair| pair.1 = value);
    pairs
}

fn exchange(world: &World, body: &Value) -> Reply {
    world.call("POST", "/v2/authorizations").json(body).send()
}

fn by_code(code: &str) -> Value {
    json!({"code": code, "client_id": CLIENT, "client_secret": SECRET, "grant_type": "AuthorizationCode"})
}

fn by_refresh(refresh: &Value) -> Value {
    json!({"refreshToken": refresh, "client_id": CLIENT, "client_secret": SECRET, "grant_type": "RefreshToken"})
}

/// Secrets differ from run to run.
fn masked(text: &str) -> String {
    let mut out = text.to_owned();
    for word in text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| word.len() == 32) {
        out = out.replace(word, "<32 digits>");
    }
    out
}

#[test]
fn pages_are_plain_forms() {
    let world = World::new();
    insta::assert_snapshot!("login_form", world.call("GET", &query(&asking("code"))).send().shown());
    let browser = Browser::signed_in(&world);
    insta::assert_snapshot!("consent_form", browser.get(&query(&asking("code"))).shown());
}

#[test]
fn a_wrong_password_is_told() {
    let world = World::new();
    let reply = world.call("POST", "/login/").form(&[("login", "director"), ("password", "x")]).send();
    assert_eq!((reply.status, reply.header("set-cookie")), (200, None));
    assert!(reply.body.contains("Неверный логин или пароль"), "{}", reply.body);
}

#[test]
fn the_way_back_never_leads_to_another_host() {
    let world = World::new();
    for (asked, expected) in
        [("https://evil.example/a?b=1", "/a?b=1"), ("//evil.example", "/"), ("evil", "/")]
    {
        let form = [("login", "director"), ("password", "пароль"), ("ReturnUrl", asked)];
        let reply = world.call("POST", "/login/").form(&form).send();
        assert_eq!(reply.header("location"), Some(expected), "{asked}");
    }
}

#[test]
fn code_flow_ends_in_a_token_of_the_camel_case_form() {
    let world = World::new();
    let code = Browser::signed_in(&world).code();
    let reply = exchange(&world, &by_code(&code));
    insta::assert_snapshot!(masked(&reply.shown()));
    let token = reply.value()["accessToken"].as_str().expect("a token").to_owned();
    assert_eq!(world.get(&token, "/v2/users/me").value()["id"], json!(ADMIN_USER));
}

#[test]
fn forms_old_versions_and_rfc_words_are_taken_too() {
    let world = World::new();
    let browser = Browser::signed_in(&world);
    let plain = CLIENT.replace('-', "").to_uppercase();
    for (path, grant) in [
        ("/v2.0/authorizations", Some("authorization_code")),
        ("/v1/authorizations", None),
        ("/v2/authorizations", Some("AuthorizationCode")),
    ] {
        let code = browser.code();
        let mut form = vec![
            ("code", code.as_str()),
            ("client_id", &plain),
            ("client_secret", SECRET),
            ("refreshToken", ""),
        ];
        form.extend(grant.map(|grant| ("grant_type", grant)));
        assert_eq!(world.call("POST", path).form(&form).send().status, 200, "{path}");
    }
}

#[test]
fn a_code_serves_once_and_not_for_long() {
    let world = World::new();
    let browser = Browser::signed_in(&world);
    let code = browser.code();
    assert_eq!(exchange(&world, &by_code(&code)).status, 200);
    insta::assert_snapshot!(exchange(&world, &by_code(&code)).shown());
    let late = browser.code();
    world.advance_clock(601_000);
    assert_eq!(exchange(&world, &by_code(&late)).status, 400);
}

#[test]
fn refresh_rotates_both_tokens() {
    let world = World::new();
    let first = exchange(&world, &by_code(&Browser::signed_in(&world).code())).value();
    let second = exchange(&world, &by_refresh(&first["refreshToken"]));
    assert_eq!(second.status, 200, "{}", second.body);
    let second = second.value();
    assert_ne!(first["refreshToken"], second["refreshToken"]);
    let status =
        |answer: &Value| world.get(answer["accessToken"].as_str().expect("a token"), "/v2/users/me").status;
    assert_eq!((status(&first), status(&second)), (401, 200));
    assert_eq!(exchange(&world, &by_refresh(&first["refreshToken"])).status, 400);
}

#[test]
fn tokens_run_out() {
    let world = World::new();
    world.settings(&json!({"tokenLifetimeS": 60}));
    let token = world.token();
    assert_eq!(world.get(&token, "/v2/users/me").status, 200);
    world.advance_clock(60_000);
    assert_eq!(world.get(&token, "/v2/users/me").status, 401);
}

#[test]
fn implicit_flow_puts_the_token_behind_the_hash() {
    let world = World::new();
    let browser = Browser::signed_in(&world);
    let reply = browser.decide(&asking("token"), "true");
    let location = masked(reply.header("location").expect("a redirect"));
    assert_eq!(location, format!("{REDIRECT}#access_token=<32 digits>&state=st+1"));
}

#[test]
fn without_an_address_the_implicit_flow_ends_on_our_result_page() {
    let world = World::new();
    let browser = Browser::signed_in(&world);
    let plain = CLIENT.replace('-', "");
    let asking = [("response_type", "token"), ("client_id", plain.as_str()), ("scope", "EducationalInfo")];
    let location = browser.decide(&asking, "true").header("location").map(String::from).expect("a redirect");
    let expected = format!(
        "/oauth2/Authorization/Result?response_type=token&client_id={CLIENT}&scope=EducationalInfo&is_granted=False\
         &result=success#access_token=<32 digits>&state="
    );
    assert_eq!(masked(&location), expected);
    assert_eq!(browser.get(location.split('#').next().expect("a path")).status, 200);
}

#[test]
fn errors_go_back_by_redirect() {
    let world = World::new();
    let browser = Browser::signed_in(&world);
    let ask = |pairs: &[(&str, &str)]| {
        let reply = browser.get(&query(pairs));
        assert_eq!(reply.status, 302, "{}", reply.body);
        reply.header("location").expect("a redirect").to_owned()
    };
    let no_rights = with(asking("code"), "client_id", "00000000-0000-0000-0000-00000000000a");
    assert_eq!(ask(&no_rights), format!("{REDIRECT}?error=unauthorized_client&state=st+1"));
    assert_eq!(ask(&asking("device")), format!("{REDIRECT}?error=unsupported_response_type&state=st+1"));
    let scope = with(asking("code"), "scope", "CommonInfo,Import");
    assert_eq!(ask(&scope), format!("{REDIRECT}?error=invalid_scope&state=st+1"));
    let refused = browser.decide(&asking("code"), "false");
    let expected = format!("{REDIRECT}?error=access_denied&state=st+1");
    assert_eq!(refused.header("location"), Some(expected.as_str()));
    let refused = browser.decide(&asking("token"), "false");
    let expected = format!("{REDIRECT}#error=access_denied&state=st+1");
    assert_eq!(refused.header("location"), Some(expected.as_str()));
}

#[test]
fn an_unknown_address_or_client_is_never_redirected_to() {
    let world = World::new();
    for (name, value) in [
        ("redirect_uri", "http://127.0.0.1:8080/other"),
        ("redirect_uri", "https://evil.example/"),
        ("client_id", "x"),
    ] {
        let reply = world.call("GET", &query(&with(asking("code"), name, value))).send();
        assert_eq!((reply.status, reply.header("location")), (400, None), "{value}");
    }
}

#[test]
fn the_port_of_a_loopback_address_is_free_and_a_query_is_continued() {
    let world = World::new();
    let browser = Browser::signed_in(&world);
    let to = |uri: &str| {
        masked(
            browser
                .decide(&with(asking("code"), "redirect_uri", uri), "true")
                .header("location")
                .unwrap_or(""),
        )
    };
    assert_eq!(
        to("http://127.0.0.1:49152/callback"),
        "http://127.0.0.1:49152/callback?code=<32 digits>&state=st+1"
    );
    assert_eq!(
        to("https://example.org/back?x=1"),
        "https://example.org/back?x=1&code=<32 digits>&state=st+1"
    );
}

#[test]
fn consent_is_remembered_where_the_settings_say_so() {
    let world = World::new();
    let browser = Browser::signed_in(&world);
    browser.code();
    assert_eq!(browser.get(&query(&asking("code"))).status, 200);
    world.settings(&json!({"rememberConsent": true}));
    assert_eq!(browser.get(&query(&asking("code"))).status, 302);
}

#[test]
fn leaving_ends_the_session() {
    let world = World::new();
    let browser = Browser::signed_in(&world);
    assert_eq!(browser.get("/logout").status, 302);
    let page = browser.get(&query(&asking("code")));
    assert!(page.body.contains("name=\"password\""), "{}", page.body);
    let decided = browser.decide(&asking("code"), "true");
    assert!(decided.body.contains("name=\"password\""), "{}", decided.body);
}

#[test]
fn refusals_of_the_token_endpoint() {
    let world = World::new();
    let mut text = String::new();
    let mut show =
        |name: &str, body: &Value| text += &format!("{name}: {}\n", exchange(&world, body).shown());
    let with = |name: &str, value: &str| {
        let mut body = by_code("0");
        body[name] = json!(value);
        body
    };
    show("unknown code", &by_code("0"));
    show("wrong secret", &with("client_secret", "0"));
    show("unknown client", &with("client_id", "0"));
    show("client without this flow", &with("client_id", "00000000-0000-0000-0000-00000000000a"));
    show("default grant type of the docs", &with("grant_type", "NotSet"));
    show("unknown refresh token", &by_refresh(&json!("0")));
    let wrong = json!({"client_id": CLIENT, "client_secret": SECRET, "username": "director", "password": "x", "scope": SCOPE});
    let reply = world.call("POST", "/v2/authorizations/bycredentials").json(&wrong).send();
    text += &format!("wrong password: {}\n", reply.shown());
    insta::assert_snapshot!(text);
}
