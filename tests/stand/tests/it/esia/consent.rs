//! The login page and the consent page, and who is not let through.

use serde_json::json;

use super::fixture::{
    Browser, Esia, PASSWORD, REDIRECT, ask, request_of, returned, signed, unsigned_ask, with,
};
use exchange_stand::consent::{Person, play};

/// The error somebody is sent back with.
#[track_caller]
fn error(esia: &Esia, login: &str, changes: &[(&str, &str)]) -> String {
    let back = esia.way_back(login, &ask(changes));
    let description = returned(&back, "error_description").unwrap_or_else(|| panic!("no error: {back}"));
    let error = returned(&back, "error").expect("an error");
    format!("{error} {}", description.split(':').next().expect("a code"))
}

#[test]
fn a_wrong_password_is_told_and_the_request_stays() {
    let esia = Esia::new();
    let mut browser = Browser::new(&esia);
    let page = browser.open(&browser.address(esia.ask(&ask(&[]))));
    let request = request_of(&page).expect("a form");
    for (login, password) in [("confirmed", "другой"), ("nobody", PASSWORD), ("", "")] {
        let reply = browser.enter(&request, login, password);
        assert_eq!((reply.status, reply.header("set-cookie")), (200, None));
        assert!(reply.body.contains("Неверный логин или пароль"), "{}", reply.body);
    }
    assert_eq!(browser.enter(&request, "confirmed", PASSWORD).status, 302);
}

#[test]
fn a_child_without_an_account_cannot_sign_in_without_a_login() {
    let esia = Esia::new();
    let mut browser = Browser::new(&esia);
    let page = browser.open(&browser.address(esia.ask(&ask(&[]))));
    let reply = browser.enter(&request_of(&page).expect("a form"), "", "");
    assert!(reply.body.contains("Неверный логин или пароль"), "{}", reply.body);
}

#[test]
fn who_refuses_is_sent_back_with_it() {
    let esia = Esia::new();
    let mut browser = Browser::new(&esia);
    let page = browser.open(&browser.address(esia.ask(&ask(&[]))));
    let consent = browser.address(browser_in(&mut browser, page));
    let page = browser.open(&consent);
    assert!(page.body.contains("Предоставить") && page.body.contains("Отказать"), "{}", page.body);
    let back = browser.address(browser.decide(&page, false));
    assert_eq!(returned(&back, "error").as_deref(), Some("access_denied"));
    assert!(returned(&back, "error_description").is_some_and(|text| text.starts_with("ESIA-007004: ")));
    // The request is over: pressing again says so.
    let again = browser.decide(&page, true);
    assert_eq!(again.status, 400);
    assert!(again.body.contains("Запрос на вход устарел"), "{}", again.body);
}

fn browser_in(browser: &mut Browser<'_>, page: crate::client::Reply) -> crate::client::Reply {
    browser.sign_in(page, "confirmed")
}

#[test]
fn consent_is_remembered_for_what_it_was_given_for() {
    let esia = Esia::new();
    let mut browser = Browser::new(&esia);
    let mut visit = |scope: &str| {
        let login = browser.address(esia.ask(&ask(&[("scope", scope)])));
        let page = browser.open(&login);
        let consent = match page.status {
            200 => browser.address(browser.sign_in(page, "confirmed")),
            _ => browser.address(page),
        };
        let page = browser.open(&consent);
        let asked = page.status == 200;
        if asked {
            browser.decide(&page, true);
        }
        asked
    };
    assert!(visit("openid fullname"));
    assert!(!visit("openid fullname"), "and nobody has to sign in again");
    assert!(visit("openid fullname snils"), "more is asked for");
    assert!(!visit("openid snils"));
    esia.settings(&json!({"rememberConsent": false}));
    assert!(visit("openid snils"));
}

#[test]
fn a_session_ends_after_three_hours_and_by_leaving() {
    let esia = Esia::new();
    let mut browser = Browser::new(&esia);
    let page = browser.open(&browser.address(esia.ask(&ask(&[]))));
    browser.sign_in(page, "confirmed");
    let is_in = |browser: &Browser<'_>| browser.open(&browser.address(esia.ask(&ask(&[])))).status == 302;
    assert!(is_in(&browser));
    let leave = format!("/idp/ext/Logout?client_id=EXCHANGE_TEST&redirect_url={REDIRECT}");
    let reply = browser.open(&leave);
    assert_eq!((reply.status, reply.header("location")), (302, Some(REDIRECT)));
    assert!(!is_in(&browser));

    let page = browser.open(&browser.address(esia.ask(&ask(&[]))));
    browser.sign_in(page, "confirmed");
    esia.settings(&json!({"timestampWindowS": 20_000}));
    esia.advance_clock(10_801_000);
    assert!(!is_in(&browser));
}

#[test]
fn leaving_leads_to_registered_addresses_only() {
    let esia = Esia::new();
    let leave = |query: &str| esia.call("GET", &format!("/idp/ext/Logout?{query}")).send();
    let elsewhere = leave("client_id=EXCHANGE_TEST&redirect_url=https://evil.example/");
    assert_eq!((elsewhere.status, elsewhere.header("location")), (400, None));
    assert!(elsewhere.body.contains("ESIA-007023"), "{}", elsewhere.body);
    assert_eq!(leave("client_id=NOBODY&redirect_url=https://evil.example/").status, 400);
    assert!(leave("").body.contains("Вы вышли из Госуслуг"));
}

#[test]
fn accounts_of_the_wrong_kind_are_turned_away() {
    let esia = Esia::new();
    let unconfirmed = "access_denied ESIA-007055";
    for login in ["standard", "simplified", "teenager", "child"] {
        assert_eq!(error(&esia, login, &[("person_filter", "conf_acc")]), unconfirmed, "{login}");
    }
    assert_eq!(error(&esia, "confirmed", &[("person_filter", "acc_kid")]), unconfirmed);
    assert_eq!(error(&esia, "child", &[("person_filter", "acc_not_kid")]), unconfirmed);
    assert_eq!(error(&esia, "parent", &[("person_filter", "acc_not_kid acc_kid")]), unconfirmed);
    esia.code("parent", &ask(&[("person_filter", "conf_acc acc_not_kid")]));
    esia.code("child", &ask(&[("person_filter", "acc_kid")]));
    esia.settings(&json!({"childTrusted": true}));
    esia.code("child", &ask(&[("person_filter", "conf_acc")]));
    esia.register(&json!({"confirmedOnly": true}));
    assert_eq!(error(&esia, "standard", &[]), unconfirmed);
    esia.code("confirmed", &ask(&[]));
}

#[test]
fn only_members_let_a_system_see_their_organisation() {
    let esia = Esia::new();
    let scope = [("scope_org", "org_ogrn?org_oid=1000500001 org_shortname?org_oid=1000500001")];
    assert_eq!(error(&esia, "confirmed", &scope), "access_denied ESIA-007194");
    let code = esia.code("director", &ask(&scope));
    let tokens = esia.te(&super::fixture::redeem(&code, &scope)).value();
    let token = super::fixture::text(&tokens["access_token"]);
    let organization = esia.rs(&token, "/orgs/1000500001").value();
    assert_eq!(organization["shortName"], "МБОУ «Школа № 1»");
    assert_eq!((organization.get("inn"), esia.rs(&token, "/orgs/1000500002").status), (None, 403));
}

#[test]
fn consents_of_the_digital_profile_are_shown_and_stand_in_the_token() {
    use base64::Engine;
    let esia = Esia::new();
    let wanted = json!([{"sysname": "LINK_ACCOUNT", "expire": 5, "scopes": [{"sysname": "link"}],
        "purposes": [{"sysname": "LINK_ACCOUNT"}], "actions": [{"sysname": "USE_DATA"}]}]);
    let permissions = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(wanted.to_string());
    let asked = ask(&[("scope", "openid"), ("permissions", &permissions)]);
    let code = esia.code("confirmed", &asked);
    let tokens = esia.te(&super::fixture::redeem(&code, &[("scope", "openid")])).value();
    let claims = super::fixture::part(&super::fixture::text(&tokens["access_token"]), 1);
    assert_eq!(claims["permissions"], wanted);
    let with_scope = esia.ask(&ask(&[("permissions", &permissions)]));
    let told = returned(with_scope.header("location").expect("a redirect"), "error_description");
    assert!(told.is_some_and(|text| text.starts_with("ESIA-036700")));
}

#[test]
fn the_player_of_a_browser_goes_through_these_pages_too() {
    let esia = Esia::new();
    let request = signed(with(unsigned_ask(), &[("redirect_uri", "http://127.0.0.1:9/callback")]), "");
    let page = format!("{}/aas/oauth2/v2/ac?{}", esia.stand.url(), super::fixture::query(&request));
    let person = Person { login: "confirmed", password: PASSWORD, allows: true };
    // Nobody waits at that address: the last step fails there and nowhere earlier.
    let told = play(&page, person).err().expect("nobody waits").to_string();
    assert!(told.starts_with("nobody answers at 127.0.0.1:9"), "{told}");
    assert_eq!(esia.control("GET", "state", None).value()["codes"], 1);
}
