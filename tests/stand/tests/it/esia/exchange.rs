//! From the login page to tokens, and everything a token request can be refused for.

use serde_json::{Value, json};

use super::fixture::{
    Browser, CONFIRMED, Esia, Pairs, REDIRECT, SCOPE, SYSTEM, ask, part, query, redeem, refresh, request_of,
    returned, signed, signed_over, text, value, with,
};

/// Code and OAuth error of a refusal.
fn refused(esia: &Esia, pairs: &Pairs) -> String {
    let reply = esia.te(pairs);
    let body = reply.value();
    let description = text(&body["error_description"]);
    format!("{} {} {}", reply.status, text(&body["error"]), description.split(':').next().expect("a code"))
}

const BAD_GRANT: &str = "400 invalid_grant ESIA-007011";

#[test]
fn a_person_signs_in_consents_and_the_system_gets_tokens() {
    let esia = Esia::new();
    let mut browser = Browser::new(&esia);
    let login = browser.address(esia.ask(&ask(&[])));
    assert!(login.starts_with("/login?request="), "{login}");
    let page = browser.open(&login);
    let request = request_of(&page).expect("a form");
    insta::assert_snapshot!("login_page", page.shown().replace(&request, "<request>"));
    let consent = browser.address(browser_signed_in(&mut browser, page));
    let page = browser.open(&consent);
    insta::assert_snapshot!("consent_page", page.shown().replace(&request, "<request>"));
    let back = browser.address(browser.decide(&page, true));
    assert!(back.starts_with(&format!("{REDIRECT}?code=")), "{back}");
    assert_eq!(returned(&back, "state").as_deref(), Some(value(&ask(&[]), "state")));

    let request = redeem(&returned(&back, "code").expect("a code"), &[]);
    let reply = esia.te(&request);
    assert_eq!(reply.header("content-type"), Some("application/json;charset=UTF-8"));
    let tokens = reply.value();
    let names: Vec<&String> = tokens.as_object().expect("an object").keys().collect();
    assert_eq!(names, ["access_token", "expires_in", "id_token", "refresh_token", "state", "token_type"]);
    assert_eq!(tokens["state"], value(&request, "state"));
    assert_eq!((&tokens["token_type"], &tokens["expires_in"]), (&json!("Bearer"), &json!(3600)));
    assert_eq!(part(&text(&tokens["id_token"]), 1)["sub"], CONFIRMED);
}

fn browser_signed_in(browser: &mut Browser<'_>, page: crate::client::Reply) -> crate::client::Reply {
    browser.sign_in(page, "confirmed")
}

#[test]
fn a_code_serves_once_and_for_four_minutes() {
    let esia = Esia::new();
    let code = esia.code("confirmed", &ask(&[]));
    assert_eq!(esia.te(&redeem(&code, &[])).status, 200);
    assert_eq!(refused(&esia, &redeem(&code, &[])), BAD_GRANT);
    let late = esia.code("confirmed", &ask(&[]));
    esia.advance_clock(239_000);
    let in_time = esia.code("confirmed", &ask(&[]));
    esia.advance_clock(2_000);
    assert_eq!(refused(&esia, &redeem(&late, &[])), BAD_GRANT);
    assert_eq!(esia.te(&redeem(&in_time, &[])).status, 200);
}

#[test]
fn a_code_is_bound_to_its_system_address_and_scope() {
    let esia = Esia::new();
    esia.register(&json!({"id": "ANOTHER", "redirectUris": [REDIRECT]}));
    esia.register(&json!({"redirectUris": [REDIRECT, "http://127.0.0.1:8080/other"]}));
    let mut try_with = |changes: &[(&str, &str)]| {
        let code = esia.code("confirmed", &ask(&[]));
        refused(&esia, &redeem(&code, changes))
    };
    assert_eq!(try_with(&[("redirect_uri", "http://127.0.0.1:8080/other")]), BAD_GRANT);
    assert_eq!(try_with(&[("client_id", "ANOTHER")]), BAD_GRANT);
    assert_eq!(try_with(&[("scope", "openid")]), BAD_GRANT);
    esia.settings(&json!({"sameScope": false}));
    let code = esia.code("confirmed", &ask(&[]));
    assert_eq!(esia.te(&redeem(&code, &[("scope", "openid")])).status, 200);
}

#[test]
fn what_a_token_request_lacks_is_named() {
    let esia = Esia::new();
    let mut told = String::new();
    for name in ["client_id", "grant_type", "code", "redirect_uri", "scope", "state", "timestamp", "token_type"] {
        let reply = esia.te(&redeem("x", &[(name, "")]));
        told += &format!("{name}: {} {}\n", reply.status, reply.body);
    }
    for name in ["client_secret", "client_certificate_hash"] {
        let reply = esia.te(&with(redeem("x", &[]), &[(name, "")]));
        told += &format!("{name}: {} {}\n", reply.status, reply.body);
    }
    for (name, value) in [
        ("client_id", "NOBODY"),
        ("grant_type", "password"),
        ("token_type", "MAC"),
        ("timestamp", "2026-11-22 08:00:00 +0300"),
        ("timestamp", "2020.11.22 08:00:00 +0300"),
        ("code", "unknown"),
    ] {
        let reply = esia.te(&redeem("x", &[(name, value)]));
        told += &format!("{name}={value}: {} {}\n", reply.status, reply.body);
    }
    let mut twice = redeem("x", &[]);
    twice.push(("state".into(), "again".into()));
    let reply = esia.te(&twice);
    told += &format!("state twice: {} {}\n", reply.status, reply.body);
    insta::assert_snapshot!(told);
}

#[test]
fn the_code_is_signed_too() {
    let esia = Esia::new();
    let code = esia.code("confirmed", &ask(&[]));
    let without = signed(redeem(&code, &[]), "");
    assert_eq!(refused(&esia, &without), "400 access_denied ESIA-007053");
}

#[test]
fn fields_may_stand_in_the_query() {
    let esia = Esia::new();
    let request = redeem(&esia.code("confirmed", &ask(&[])), &[]);
    let reply = esia.call("POST", &format!("/aas/oauth2/v3/te?{}", query(&request))).send();
    assert_eq!(reply.status, 200, "{}", reply.body);
}

#[test]
fn the_proof_of_a_code_fits_or_does_not() {
    let esia = Esia::new();
    let challenge = ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    let verifier = ("code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    let code = || esia.code("confirmed", &ask(&[challenge, ("code_challenge_method", "S256")]));
    assert_eq!(esia.te(&redeem(&code(), &[verifier])).status, 200);
    assert_eq!(refused(&esia, &redeem(&code(), &[])), "400 invalid_request ESIA-007040");
    assert_eq!(refused(&esia, &redeem(&code(), &[("code_verifier", "x")])), "400 invalid_request ESIA-007040");
    let without = esia.code("confirmed", &ask(&[]));
    assert_eq!(refused(&esia, &redeem(&without, &[verifier])), "400 invalid_request ESIA-007039");
}

#[test]
fn the_state_may_have_to_be_fresh() {
    let esia = Esia::new();
    let asked = ask(&[]);
    let state = value(&asked, "state").to_owned();
    assert_eq!(esia.te(&redeem(&esia.code("confirmed", &asked), &[("state", &state)])).status, 200);
    esia.settings(&json!({"freshState": true}));
    let again = redeem(&esia.code("confirmed", &asked), &[("state", &state)]);
    assert_eq!(refused(&esia, &again), "400 invalid_request ESIA-007003");
}

#[test]
fn a_refresh_token_comes_offline_only() {
    let esia = Esia::new();
    let code = esia.code("confirmed", &ask(&[("access_type", "online")]));
    assert_eq!(esia.te(&redeem(&code, &[])).value()["refresh_token"], Value::Null);
}

#[test]
fn refresh_tokens_rotate_and_a_stolen_one_takes_all_with_it() {
    let esia = Esia::new();
    let first = esia.tokens("confirmed", SCOPE);
    let old = text(&first["refresh_token"]);
    let second = esia.te(&refresh(&old)).value();
    let fresh = text(&second["refresh_token"]);
    assert_ne!(old, fresh);
    let person = format!("/prns/{CONFIRMED}");
    let access = text(&second["access_token"]);
    assert_eq!(esia.rs(&access, &person).status, 200);
    assert_eq!(refused(&esia, &refresh(&old)), BAD_GRANT);
    assert_eq!(refused(&esia, &refresh(&fresh)), BAD_GRANT, "it came of the same sign-in");
    assert_eq!(esia.rs(&access, &person).status, 401);
}

#[test]
fn reuse_may_go_unnoticed_and_tokens_may_stay() {
    let esia = Esia::new();
    esia.settings(&json!({"reuseRevokes": false}));
    let old = text(&esia.tokens("confirmed", SCOPE)["refresh_token"]);
    let fresh = text(&esia.te(&refresh(&old)).value()["refresh_token"]);
    assert_eq!(refused(&esia, &refresh(&old)), BAD_GRANT);
    assert_eq!(esia.te(&refresh(&fresh)).status, 200);
    esia.settings(&json!({"rotateRefresh": false}));
    let kept = text(&esia.tokens("confirmed", SCOPE)["refresh_token"]);
    assert_eq!(text(&esia.te(&refresh(&kept)).value()["refresh_token"]), kept);
    assert_eq!(esia.te(&refresh(&kept)).status, 200);
}

#[test]
fn refresh_asks_for_no_more_than_was_let_go() {
    let esia = Esia::new();
    let token = text(&esia.tokens("confirmed", SCOPE)["refresh_token"]);
    let less = signed(with(refresh(&token), &[("scope", "openid fullname")]), "");
    let answer = esia.te(&less).value();
    assert_eq!(
        part(&text(&answer["access_token"]), 1)["scope"],
        format!("openid fullname?oid={CONFIRMED}")
    );
    let more = signed(with(refresh(&text(&answer["refresh_token"])), &[("scope", "openid inn")]), "");
    assert_eq!(refused(&esia, &more), BAD_GRANT);
}

#[test]
fn both_ways_to_sign_a_refresh_are_known() {
    let esia = Esia::new();
    let with_token = |token: &str| {
        let pairs = refresh(token);
        let names = ["client_id", "scope", "timestamp", "state", "refresh_token"];
        let message: String = names.iter().map(|name| value(&pairs, name)).collect();
        with(signed_over(pairs, &message), &[("redirect_uri", ""), ("client_certificate_hash", "")])
    };
    let token = || text(&esia.tokens("confirmed", SCOPE)["refresh_token"]);
    assert_eq!(refused(&esia, &with_token(&token())), "400 invalid_request ESIA-007014");
    esia.settings(&json!({"refreshSigning": "withToken"}));
    assert_eq!(esia.te(&with_token(&token())).status, 200);
    assert_eq!(refused(&esia, &refresh(&token())), "400 access_denied ESIA-007053");
    esia.settings(&json!({"refreshSigning": "either"}));
    assert_eq!(esia.te(&with_token(&token())).status, 200);
    assert_eq!(esia.te(&refresh(&token())).status, 200);
}

#[test]
fn a_system_in_its_own_name() {
    let esia = Esia::new();
    let changes = [("grant_type", "client_credentials"), ("scope", "org_ogrn?org_oid=1000500001")];
    let request = signed(with(redeem("", &[]), &changes), "");
    let tokens = esia.te(&request).value();
    let claims = part(&text(&tokens["access_token"]), 1);
    assert_eq!((&claims["client_id"], claims.get("urn:esia:sbj_id")), (&json!(SYSTEM), None));
    assert_eq!(tokens.get("id_token").or(tokens.get("refresh_token")), None);
    let token = text(&tokens["access_token"]);
    let organization = esia.rs(&token, "/orgs/1000500001");
    assert_eq!(organization.value()["ogrn"], "1020000000010");
    assert_eq!(esia.rs(&token, "/orgs/1000500002").status, 403);
    assert_eq!(esia.rs(&token, &format!("/prns/{CONFIRMED}")).status, 403);
}
