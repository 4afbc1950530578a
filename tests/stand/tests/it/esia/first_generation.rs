//! `/ac` and `/te`: CMS signatures in every form clients make them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use serde_json::json;

use super::fixture::{Esia, Pairs, SCOPE, query, redeem, returned, unsigned_ask, value, with};
use super::tools::{Files, gost_engine_or_word};
use crate::client::Reply;

/// Signs scope, timestamp, client_id and state with these words of `openssl cms -sign`.
fn signed_by(files: &Files, pairs: Pairs, how: &str) -> Pairs {
    let names = ["scope", "timestamp", "client_id", "state"];
    files.put("message", names.iter().map(|name| value(&pairs, name)).collect::<String>());
    files.openssl(&format!("cms -sign -in message -signer cert.pem -inkey key.pem -outform DER -out cms {how}"));
    with(pairs, &[("client_secret", &URL_SAFE.encode(files.read("cms")))])
}

fn ask(esia: &Esia, pairs: &Pairs) -> Reply {
    esia.call("GET", &format!("/aas/oauth2/ac?{}", query(pairs))).send()
}

/// `on`, or the code of the refusal.
fn outcome(reply: &Reply) -> String {
    let location = reply.header("location").unwrap_or_default();
    match returned(location, "error_description") {
        Some(description) => description.split(':').next().unwrap_or_default().to_owned(),
        None if location.starts_with("/login") => "on".to_owned(),
        None => reply.body.clone(),
    }
}

const DETACHED: &str = "-md sha256 -binary";

fn with_rsa() -> (Esia, Files) {
    let (esia, files) = (Esia::new(), Files::new());
    files.rsa_client();
    esia.register(&json!({"certificates": [files.read_text("cert.pem")]}));
    esia.settings(&json!({"legacyRsa": true}));
    (esia, files)
}

#[test]
fn a_signature_may_be_detached_or_not_with_attributes_or_without() {
    let (esia, files) = with_rsa();
    for how in [DETACHED, "-md sha256 -binary -nodetach", "-md sha256 -binary -noattr", "-md sha256 -binary -nocerts"] {
        let reply = ask(&esia, &signed_by(&files, unsigned_ask(), how));
        assert_eq!(outcome(&reply), "on", "{how}");
    }
}

#[test]
fn what_was_signed_has_to_be_what_was_sent() {
    let (esia, files) = with_rsa();
    let good = signed_by(&files, unsigned_ask(), DETACHED);
    assert_eq!(outcome(&ask(&esia, &with(good.clone(), &[("scope", "openid")]))), "ESIA-007005");
    // Inside of an attached message stands what was signed: it does not speak for other parameters.
    let attached = signed_by(&files, unsigned_ask(), "-md sha256 -binary -nodetach");
    assert_eq!(outcome(&ask(&esia, &with(attached, &[("scope", "openid")]))), "ESIA-007005");
    assert_eq!(outcome(&ask(&esia, &with(good, &[("client_secret", "AAAA")]))), "ESIA-007005");
    // The certificate inside of the message is not the registered one.
    let other = Files::new();
    other.rsa_client();
    assert_eq!(outcome(&ask(&esia, &signed_by(&other, unsigned_ask(), DETACHED))), "ESIA-007005");
}

#[test]
fn rsa_and_the_whole_generation_can_be_switched_off() {
    let (esia, files) = with_rsa();
    let request = signed_by(&files, unsigned_ask(), DETACHED);
    esia.settings(&json!({"legacyRsa": false}));
    assert_eq!(outcome(&ask(&esia, &request)), "ESIA-007005");
    esia.settings(&json!({"legacyRsa": true, "v1": false}));
    assert!(outcome(&ask(&esia, &request)).contains("ESIA-007005"));
    assert!(esia.call("POST", "/aas/oauth2/te").form(&[("client_id", "EXCHANGE_TEST")]).send().body.contains("ESIA-007005"));
}

#[test]
fn an_rsa_certificate_signs_nothing_in_the_current_generation() {
    let (esia, files) = with_rsa();
    files.put("message", "x");
    files.openssl("dgst -sha256 -sign key.pem -out signature message");
    files.openssl("x509 -in cert.pem -outform DER -out cert.der");
    let hash = exchange_stand::esia::certificate::fingerprint(&files.read("cert.der"));
    let secret = URL_SAFE.encode(files.read("signature"));
    let request = with(unsigned_ask(), &[("client_secret", &secret), ("client_certificate_hash", &hash)]);
    assert_eq!(outcome(&esia.ask(&request)), "ESIA-007053");
}

/// A code of one generation is not redeemed in the other.
#[test]
fn from_login_to_tokens() {
    let (esia, files) = with_rsa();
    let code = |esia: &Esia| {
        let request = signed_by(&files, unsigned_ask(), DETACHED);
        let mut browser = super::fixture::Browser::new(esia);
        let page = browser.open(&browser.address(ask(esia, &request)));
        let consent = browser.address(browser.sign_in(page, "confirmed"));
        let page = browser.open(&consent);
        let reply = if page.status == 200 { browser.decide(&page, true) } else { page };
        returned(&browser.address(reply), "code").expect("a code")
    };
    let te = |pairs: &Pairs| {
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (&**name, &**value)).collect();
        esia.call("POST", "/aas/oauth2/te").form(&pairs).send()
    };
    // Of this generation it is known that the scope need not be the same.
    let less = with(redeem(&code(&esia), &[]), &[("scope", "openid")]);
    assert_eq!(te(&signed_by(&files, less, DETACHED)).status, 200);
    let twice = signed_by(&files, redeem(&code(&esia), &[]), DETACHED);
    assert_eq!((te(&twice).status, te(&twice).status), (200, 400));
    let refresh = with(twice, &[("grant_type", "refresh_token")]);
    assert!(te(&refresh).body.contains("ESIA-007009"));

    esia.register(&json!({}));
    let current = redeem(&code_of_current(&esia), &[]);
    esia.register(&json!({"certificates": [files.read_text("cert.pem")]}));
    assert!(te(&signed_by(&files, current, DETACHED)).body.contains("ESIA-007011"));
}

fn code_of_current(esia: &Esia) -> String {
    esia.code("confirmed", &super::fixture::ask(&[("scope", SCOPE)]))
}

#[test]
fn gost_is_what_this_generation_takes_today() {
    if !gost_engine_or_word() {
        return;
    }
    let (esia, files) = (Esia::new(), Files::new());
    files.gost_client("A");
    esia.register(&json!({"certificates": [files.read_text("cert.pem")]}));
    for how in ["-engine gost -md md_gost12_256 -binary", "-engine gost -md md_gost12_256 -binary -noattr"] {
        assert_eq!(outcome(&ask(&esia, &signed_by(&files, unsigned_ask(), how))), "on", "{how}");
    }
    let request = signed_by(&files, unsigned_ask(), "-engine gost -md md_gost12_256 -binary");
    assert_eq!(outcome(&ask(&esia, &with(request, &[("state", "another")]))), "ESIA-007005");
}
