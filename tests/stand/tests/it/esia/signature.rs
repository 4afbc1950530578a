//! `client_secret` and the hash of the certificate, in the forms clients send them.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use exchange_stand::esia::certificate::{fingerprint, for_client, pem};
use exchange_stand::esia::gost;
use serde_json::json;

use super::fixture::{Esia, Pairs, ask, now, own_key, returned, value, with};

/// `on` when the request leads to the login page, else the code it is refused with.
fn outcome(esia: &Esia, pairs: &Pairs) -> String {
    let reply = esia.ask(pairs);
    let location = reply.header("location").unwrap_or_default();
    match returned(location, "error_description") {
        Some(description) => description.split(':').next().unwrap_or_default().to_owned(),
        None if location.starts_with("/login") => "on".to_owned(),
        None => format!("{} {}", reply.status, reply.body),
    }
}

#[test]
fn padding_and_alphabet_make_no_difference() {
    let esia = Esia::new();
    // Signatures are random; this goes on until one has a character that the alphabets write differently.
    let (request, bytes) = std::iter::repeat_with(|| {
        let request = ask(&[]);
        let bytes = URL_SAFE_NO_PAD.decode(value(&request, "client_secret")).expect("base64url");
        (request, bytes)
    })
    .find(|(request, _)| value(request, "client_secret").contains(['-', '_']))
    .expect("there is no end to them");
    assert_eq!((bytes.len(), value(&request, "client_secret").len()), (64, 86));
    for text in [URL_SAFE.encode(&bytes), STANDARD.encode(&bytes)] {
        assert_eq!(outcome(&esia, &with(request.clone(), &[("client_secret", &text)])), "on", "{text}");
    }
    let lower = value(&request, "client_certificate_hash").to_lowercase();
    assert_eq!(outcome(&esia, &with(request, &[("client_certificate_hash", &lower)])), "on");
}

#[test]
fn other_orders_of_its_bytes_are_no_signature() {
    let esia = Esia::new();
    let request = ask(&[]);
    let bytes = URL_SAFE_NO_PAD.decode(value(&request, "client_secret")).expect("base64url");
    let reversed: Vec<u8> = bytes.iter().rev().copied().collect();
    let swapped = [&bytes[32..], &bytes[..32]].concat();
    for wrong in [reversed, swapped, bytes[..63].to_vec(), Vec::from(*b"x")] {
        let text = URL_SAFE_NO_PAD.encode(wrong);
        assert_eq!(outcome(&esia, &with(request.clone(), &[("client_secret", &text)])), "ESIA-007053");
    }
    assert_eq!(outcome(&esia, &with(request, &[("client_secret", "%%%")])), "ESIA-007053");
}

#[test]
fn the_hash_is_of_the_der_and_of_a_registered_certificate() {
    let esia = Esia::new();
    let of_pem = gost::hash(pem(&own_key().1).as_bytes());
    let of_pem: String = of_pem.iter().map(|byte| format!("{byte:02X}")).collect();
    for wrong in [of_pem.as_str(), &"0".repeat(64), &"A".repeat(40), "x"] {
        let request = with(ask(&[]), &[("client_certificate_hash", wrong)]);
        assert_eq!(outcome(&esia, &request), "ESIA-007053", "{wrong}");
    }
}

#[test]
fn of_two_certificates_the_hash_chooses() {
    let esia = Esia::new();
    let other = gost::PrivateKey::generate().expect("a key");
    let second = for_client(&other, "EXCHANGE_TEST", now() - 1000, now() + 86_400_000).expect("a certificate");
    esia.register(&json!({"certificates": [pem(&second), pem(&own_key().1)]}));
    assert_eq!(outcome(&esia, &ask(&[])), "on");
    let wrong = with(ask(&[]), &[("client_certificate_hash", &fingerprint(&second))]);
    assert_eq!(outcome(&esia, &wrong), "ESIA-007053");
}

#[test]
fn a_certificate_counts_between_its_days_only() {
    let esia = Esia::new();
    for (from, until, expected) in [
        (-86_400_000, 3_600_000, "on"),
        (-86_400_000, -3_600_000, "ESIA-007053"),
        (3_600_000, 86_400_000, "ESIA-007053"),
    ] {
        let der = for_client(&own_key().0, "X", now() + from, now() + until).expect("a certificate");
        esia.register(&json!({"certificates": [pem(&der)]}));
        let request = with(ask(&[]), &[("client_certificate_hash", &fingerprint(&der))]);
        assert_eq!(outcome(&esia, &request), expected);
    }
}

#[test]
fn what_is_no_certificate_is_not_registered() {
    let esia = Esia::new();
    let client = json!({"id": "X", "name": "X", "redirectUris": [], "certificates": ["AAAA"]});
    let reply = esia.control("POST", "seed", Some(&json!({"clients": [client]})));
    assert_eq!(reply.status, 400);
    assert!(reply.body.contains("a certificate of X: not a certificate"), "{}", reply.body);
}
