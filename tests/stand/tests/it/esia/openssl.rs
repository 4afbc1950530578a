//! The GOST signatures of both sides against OpenSSL's engine, which shares nothing with the stand-in.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use exchange_stand::esia::certificate::fingerprint;
use serde_json::{Value, json};

use super::fixture::{Esia, Pairs, SCOPE, redeem, text, unsigned_ask, value, with};
use super::tools::{Files, gost_engine_or_word};

/// Signs like the current generation, by the engine.
fn signed_by_engine(files: &Files, pairs: Pairs, behind: &str) -> Pairs {
    let names = ["client_id", "scope", "scope_org", "timestamp", "state", "redirect_uri"];
    let message: String = names.iter().map(|name| value(&pairs, name)).collect();
    files.put("message", message + behind);
    files.openssl("dgst -engine gost -md_gost12_256 -sign key.pem -out signature message");
    let secret = URL_SAFE_NO_PAD.encode(files.read("signature"));
    let hash = files.openssl("dgst -engine gost -md_gost12_256 -r cert.der");
    let hash = hash.split(' ').next().expect("digits").to_uppercase();
    assert_eq!(hash, fingerprint(&files.read("cert.der")), "Streebog of both is one");
    with(pairs, &[("client_secret", &secret), ("client_certificate_hash", &hash)])
}

#[test]
fn what_the_engine_signs_opens_the_way_to_tokens() {
    if !gost_engine_or_word() {
        return;
    }
    // CryptoPro-A, its name for exchange, and both curves of the later standard.
    for curve in ["A", "XA", "TCA", "TCB"] {
        let (esia, files) = (Esia::new(), Files::new());
        files.gost_client(curve);
        esia.register(&json!({"certificates": [files.read_text("cert.pem")]}));
        let code = esia.code("confirmed", &signed_by_engine(&files, unsigned_ask(), ""));
        let reply = esia.te(&signed_by_engine(&files, redeem(&code, &[]), &code));
        assert_eq!(reply.status, 200, "{curve}: {}", reply.body);
    }
}

#[test]
fn the_engine_verifies_what_the_stand_in_signs() {
    if !gost_engine_or_word() {
        return;
    }
    let (esia, files) = (Esia::new(), Files::new());
    esia.register(&json!({"tokenAlgorithm": "GOST3410_2012_256"}));
    let tokens = esia.tokens("confirmed", SCOPE);
    let certificates = esia.control("GET", "certificates", None).value();
    let certificate = files.put("esia.pem", text(&certificates[1]["pem"]));
    files.public_key(&certificate);
    assert!(files.agrees("verify -engine gost -CAfile esia.pem esia.pem"), "the certificate signs itself");
    for name in ["access_token", "id_token"] {
        verify(&files, &tokens[name], "dgst -engine gost -md_gost12_256");
    }
}

#[test]
fn openssl_verifies_tokens_signed_with_rsa() {
    let (esia, files) = (Esia::new(), Files::new());
    let tokens = esia.tokens("confirmed", SCOPE);
    let certificates = esia.control("GET", "certificates", None).value();
    let certificate = files.put("esia.pem", text(&certificates[0]["pem"]));
    files.public_key(&certificate);
    assert!(files.agrees("verify -CAfile esia.pem esia.pem"), "the certificate signs itself");
    for name in ["access_token", "id_token"] {
        verify(&files, &tokens[name], "dgst -sha256");
    }
}

/// The token is right as it is, and wrong with one letter changed.
#[track_caller]
fn verify(files: &Files, token: &Value, digest: &str) {
    let token = text(token);
    let (message, signature) = token.rsplit_once('.').expect("three parts");
    files.put("signature", URL_SAFE_NO_PAD.decode(signature).expect("base64url"));
    let line = format!("{digest} -verify public.pem -signature signature message");
    files.put("message", message);
    assert!(files.agrees(&line));
    files.put("message", message.replacen('e', "f", 1));
    assert!(!files.agrees(&line));
}
