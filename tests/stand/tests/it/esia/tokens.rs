//! What tokens say, how they are signed, and the wrong ones a client must not trust.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use exchange_stand::esia::certificate::fingerprint;
use serde_json::{Value, json};

use super::fixture::{CHILD, CONFIRMED, Esia, PARENT, SCOPE, SYSTEM, ask, part, redeem, text};

const GOST: &str = "GOST3410_2012_256";

/// What differs from run to run: times are shown as distances from the time of issue, sessions by name.
fn shown(token: &str) -> String {
    let (mut header, mut claims) = (part(token, 0), part(token, 1));
    if header.get("x5t#St256").is_some() {
        header["x5t#St256"] = json!("<hash>");
    }
    let issued = claims["iat"].as_i64().expect("seconds");
    assert!((issued - jiff::Timestamp::now().as_second()).abs() < 60);
    for name in ["iat", "nbf", "exp"] {
        claims[name] = json!(format!("iat+{}", claims[name].as_i64().expect("seconds") - issued));
    }
    if claims.get("auth_time").is_some() {
        assert!((claims["auth_time"].as_i64().expect("seconds") - issued).abs() < 60);
        claims["auth_time"] = json!("<time>");
    }
    claims["urn:esia:sid"] = json!("<uuid>");
    format!("{header:#}\n{claims:#}\n")
}

#[test]
fn claims_of_all_three() {
    let esia = Esia::new();
    let code = esia.code("confirmed", &ask(&[]));
    let tokens = esia.te(&redeem(&code, &[])).value();
    let all = [&code, &text(&tokens["access_token"]), &text(&tokens["id_token"])];
    insta::assert_snapshot!(all.map(|token| shown(token)).join("\n"));
}

/// `is_tru`, `lvl` and `amr` of somebody.
fn level(esia: &Esia, login: &str) -> String {
    let claims = part(&text(&esia.tokens(login, "openid")["id_token"]), 1);
    let subject = &claims["urn:esia:sbj"];
    let trusted = subject.get("urn:esia:sbj:is_tru").map_or("absent".into(), Value::to_string);
    format!("{trusted} {} {}", text(&subject["urn:esia:sbj:lvl"]), text(&claims["amr"]))
}

#[test]
fn levels_of_accounts() {
    let esia = Esia::new();
    assert_eq!(level(&esia, "confirmed"), "true PR PWD");
    assert_eq!(level(&esia, "signature"), "true PR DS");
    assert_eq!(level(&esia, "standard"), "absent P PWD");
    assert_eq!(level(&esia, "simplified"), "absent P PWD");
    assert_eq!(level(&esia, "child"), "absent KD PWD");
    esia.settings(&json!({"childTrusted": true}));
    assert_eq!(level(&esia, "child"), "true KD PWD");
    esia.settings(&json!({"levelClaim": false, "certificateInHeader": false, "issuer": "http://esia-portal1.test.gosuslugi.ru/"}));
    let token = text(&esia.tokens("child", "openid")["id_token"]);
    assert_eq!(part(&token, 1)["urn:esia:sbj"].get("urn:esia:sbj:lvl"), None);
    assert_eq!(part(&token, 1)["iss"], "http://esia-portal1.test.gosuslugi.ru/");
    assert_eq!(part(&token, 0).get("x5t#St256"), None);
}

#[test]
fn without_openid_there_is_no_id_token() {
    let esia = Esia::new();
    let tokens = esia.tokens("confirmed", "fullname");
    assert_eq!(tokens.get("id_token"), None);
    let scope = part(&text(&tokens["access_token"]), 1)["scope"].clone();
    assert_eq!(scope, format!("fullname?oid={CONFIRMED}"));
}

fn certificates(esia: &Esia) -> Vec<(String, String)> {
    let all = esia.control("GET", "certificates", None).value();
    let all = all.as_array().expect("a list");
    all.iter().map(|one| (text(&one["algorithm"]), text(&one["hash"]))).collect()
}

#[test]
fn headers_name_the_algorithm_and_the_certificate() {
    let esia = Esia::new();
    let header = |esia: &Esia| part(&text(&esia.tokens("confirmed", "openid")["id_token"]), 0);
    let known = certificates(&esia);
    assert_eq!(known.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["RS256", GOST]);
    for (algorithm, hash) in &known {
        esia.register(&json!({"tokenAlgorithm": algorithm}));
        let header = header(&esia);
        assert_eq!((text(&header["alg"]), text(&header["x5t#St256"])), (algorithm.clone(), hash.clone()));
    }
    esia.settings(&json!({"signingKey": 2}));
    let rotated = certificates(&esia);
    assert!(rotated.iter().zip(&known).all(|(new, old)| new.0 == old.0 && new.1 != old.1));
    assert_eq!(text(&header(&esia)["x5t#St256"]), rotated[1].1);
    esia.settings(&json!({"signingKey": 1}));
    assert_eq!(certificates(&esia), known);
    assert_eq!(esia.control("POST", "settings", Some(&json!({"signingKey": 0}))).status, 400);
}

#[test]
fn certificates_are_downloaded_as_a_zip() {
    let esia = Esia::new();
    let url = url::Url::parse(&format!("{}/public/esia.zip", esia.stand.url())).expect("an address");
    let bytes = raw_body(&url);
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a zip");
    for (algorithm, hash) in certificates(&esia) {
        let mut der = Vec::new();
        zip.by_name(&format!("{algorithm}.cer")).expect("a file").read_to_end(&mut der).expect("it is read");
        assert_eq!(fingerprint(&der), hash);
    }
}

/// The body of an answer, byte by byte: the tests' client knows text only.
fn raw_body(url: &url::Url) -> Vec<u8> {
    use std::io::Write;
    let address = (url.host_str().expect("a host"), url.port().expect("a port"));
    let mut stream = std::net::TcpStream::connect(address).expect("it listens");
    write!(stream, "GET {} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", url.path()).expect("it is taken");
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).expect("an answer");
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
    bytes.split_off(end + 4)
}

/// Is this token signed by the RSA key in use?
fn is_signed_by(esia: &Esia, token: &str) -> bool {
    let files = super::tools::Files::new();
    let certificates = esia.control("GET", "certificates", None).value();
    let certificate = files.put("esia.pem", text(&certificates[0]["pem"]));
    files.public_key(&certificate);
    let (message, signature) = token.rsplit_once('.').expect("three parts");
    files.put("message", message);
    files.put("signature", URL_SAFE_NO_PAD.decode(signature).expect("base64url"));
    files.agrees("dgst -sha256 -verify public.pem -signature signature message")
}

#[test]
fn wrong_tokens_are_wrong_in_one_thing() {
    let esia = Esia::new();
    let ordered = |token: &str, wrong: &str| {
        let effect = json!({"kind": "wrongToken", "token": token, "wrong": wrong});
        esia.fault(&json!({"template": "/aas/oauth2/v3/te"}), &effect);
        let tokens = esia.tokens("confirmed", "openid");
        (text(&tokens["id_token"]), text(&tokens["access_token"]))
    };
    let now = jiff::Timestamp::now().as_second();
    let id = |wrong: &str| ordered("id", wrong).0;
    let claim = |token: &str, name: &str| part(token, 1)[name].clone();
    let token = id("expired");
    assert!(claim(&token, "exp").as_i64().expect("seconds") < now && is_signed_by(&esia, &token));
    assert!(claim(&id("notYetValid"), "nbf").as_i64().expect("seconds") > now);
    assert_eq!(claim(&id("otherIssuer"), "iss"), "http://esia.example.org/");
    assert_eq!(claim(&id("otherAudience"), "aud"), "ANOTHER_SYSTEM");
    let other = id("otherPerson");
    assert_eq!((claim(&other, "sub"), &claim(&other, "urn:esia:sbj")["urn:esia:sbj:nam"]), (json!(999999999), &json!("OID.999999999")));
    assert_eq!(part(&id("otherKind"), 0)["sbt"], "access");
    let unsigned = id("unsigned");
    assert_eq!((part(&unsigned, 0)["alg"].clone(), unsigned.ends_with('.')), (json!("none"), true));
    assert_eq!(part(&id("otherAlgorithm"), 0)["alg"], GOST);
    for wrong in ["foreignKey", "brokenSignature"] {
        let token = id(wrong);
        assert_eq!(part(&token, 0)["x5t#St256"], certificates(&esia)[0].1, "{wrong}");
        assert!(!is_signed_by(&esia, &token), "{wrong}");
    }
    let (good, bad) = ordered("access", "otherAudience");
    assert_eq!((claim(&good, "aud"), claim(&bad, "client_id")), (json!(SYSTEM), json!("ANOTHER_SYSTEM")));
    let (id, access) = ordered("both", "expired");
    assert!([id, access].iter().all(|token| claim(token, "exp").as_i64().expect("seconds") < now));
}

#[test]
fn two_people_are_two() {
    let esia = Esia::new();
    for (login, oid) in [("parent", PARENT), ("child", CHILD)] {
        let tokens = esia.tokens(login, SCOPE);
        assert_eq!(part(&text(&tokens["id_token"]), 1)["sub"], oid);
        assert_eq!(part(&text(&tokens["access_token"]), 1)["urn:esia:sbj_id"], oid);
    }
}
