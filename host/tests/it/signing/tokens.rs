//! Tokens that are believed, and every kind of token that is not.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::world::{HANDLE, World};

const RS256: &str = "RS256";

fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

fn claims(changes: &Value) -> Value {
    let mut claims = json!({"sub": 1, "exp": now() + 600, "nbf": now(), "iat": now()});
    let members = claims.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        members.insert(name.clone(), value.clone());
    }
    members.retain(|_, value| !value.is_null());
    claims
}

/// A token, signed by the world's own key.
async fn token(world: &World, header: &Value, changes: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let (header, claims) = (part(header), part(&claims(changes)));
    let signed = world.sign("token", &[("header", &header), ("claims", &claims)]).await.unwrap();
    format!("{header}.{claims}.{}", signed.value)
}

fn rsa() -> World {
    let mut world = World::new();
    world.rsa("one");
    world.sign_with_rsa("one");
    world.trust(&["one.crt"]);
    world
}

#[tokio::test]
async fn a_token_of_a_pinned_issuer_is_believed() {
    let mut world = rsa();
    let token = token(&world, &json!({"alg": RS256, "typ": "JWT"}), &json!({"name": "Ёж"})).await;
    let told: Value = serde_json::from_str(&world.verify(&token).await.unwrap()).unwrap();
    assert_eq!((&told["sub"], &told["name"]), (&json!(1), &json!("Ёж")));
    assert!(
        world.verify(HANDLE).await.unwrap_err().ends_with("it has not three parts"),
        "nothing is captured"
    );
    world.captured = Some(token);
    assert!(world.verify(HANDLE).await.is_ok());
}

#[tokio::test]
async fn what_is_wrong_with_a_token_is_told() {
    let world = rsa();
    let right = json!({"alg": RS256});
    let none = json!({});
    for (header, changes, told) in [
        (&json!({"alg": "none"}), &none, "its algorithm is not RS256"),
        (&json!({"alg": "GOST3410_2012_256"}), &none, "its algorithm is not RS256"),
        (&json!({"alg": "HS256"}), &none, "its algorithm is not RS256"),
        (&none, &none, "its algorithm is not RS256"),
        (&json!({"alg": RS256, "crit": ["exp"]}), &none, "it demands extensions"),
        (&right, &json!({"exp": now() - 61}), "its time is over"),
        (&right, &json!({"exp": null}), "it has no end"),
        (&right, &json!({"exp": "tomorrow"}), "`exp` is no time"),
        (&right, &json!({"nbf": now() + 120}), "its time has not come"),
        (&right, &json!({"iat": now() + 120}), "its time has not come"),
    ] {
        let token = token(&world, header, changes).await;
        assert_eq!(world.verify(&token).await.unwrap_err(), format!("the token is not trusted: {told}"));
    }
    for changes in [json!({"exp": now() - 30}), json!({"nbf": now() + 30}), json!({"nbf": null, "iat": null})]
    {
        let token = token(&world, &right, &changes).await;
        assert!(world.verify(&token).await.is_ok(), "clocks differ: {changes}");
    }
}

#[tokio::test]
async fn what_is_no_token_is_none() {
    let world = rsa();
    let token = token(&world, &json!({"alg": RS256}), &json!({})).await;
    let (message, signature) = token.rsplit_once('.').unwrap();
    let (header, claims) = message.split_once('.').unwrap();
    let other = URL_SAFE_NO_PAD.encode(self::claims(&json!({"sub": 2})).to_string());
    for (wrong, told) in [
        (String::new(), "it has not three parts"),
        (message.to_owned(), "it has not three parts"),
        (format!("{token}.x"), "it has not three parts"),
        (format!("{message}."), "the signature is wrong"),
        (format!("{header}.{other}.{signature}"), "the signature is wrong"),
        (format!("{message}.{}", &signature[4..]), "the signature is wrong"),
        (format!("{message}.+"), "its signature is no base64url"),
        (format!("{header}=.{claims}.{signature}"), "it is no base64url"),
        (format!("{}.{claims}.{signature}", URL_SAFE_NO_PAD.encode("[]")), "it is no JSON object"),
        ("x".repeat(70_000), "it is longer than 65536 bytes"),
    ] {
        let said = world.verify(&wrong).await.unwrap_err();
        assert_eq!(said, format!("the token is not trusted: {told}"));
    }
}

#[tokio::test]
async fn old_and_new_certificate_hold_side_by_side_while_one_is_replaced() {
    let mut world = rsa();
    world.rsa("two");
    let header = json!({"alg": RS256});
    let old = token(&world, &header, &json!({})).await;
    world.sign_with_rsa("two");
    let new = token(&world, &header, &json!({})).await;
    assert!(world.verify(&new).await.unwrap_err().ends_with("the signature is wrong"));
    world.trust(&["one.crt", "two.crt"]);
    assert!(world.verify(&old).await.is_ok() && world.verify(&new).await.is_ok());
    world.trust(&["two.crt"]);
    assert!(world.verify(&old).await.is_err() && world.verify(&new).await.is_ok());
    world.trust(&["missing.crt", "two.crt"]);
    assert!(world.verify(&new).await.is_ok(), "one that cannot be read takes nothing from the other");
    world.clock = crate::sandbox_world::FakeClock::at(4_000_000_000_000);
    assert!(world.verify(&new).await.unwrap_err().ends_with("two.crt is no longer good"));
}

#[tokio::test]
async fn an_issuer_needs_both_keys() {
    let mut world = rsa();
    assert!(world.verify_as("other", "a.b.c").await.unwrap_err().contains("not in the connector's manifest"));
    world.host.verification.clear();
    assert_eq!(world.verify("a.b.c").await.unwrap_err(), "the host has no key `issuer`");
    world.grants.verify.clear();
    assert!(world.verify("a.b.c").await.unwrap_err().contains("verify = { issuer = \"KEY\" }"));
}

#[tokio::test]
async fn gost_is_verified_by_the_program() {
    let mut world = World::new();
    if world.gost("one").is_none() {
        return;
    }
    world.gost("two");
    world.sign_with_gost("one");
    world.trust_gost(&["two.crt", "one.crt"]);
    let header = json!({"alg": "GOST3410_2012_256"});
    let right = token(&world, &header, &json!({})).await;
    assert!(world.verify(&right).await.is_ok());
    let rsa = token(&world, &json!({"alg": RS256}), &json!({})).await;
    assert!(world.verify(&rsa).await.unwrap_err().ends_with("its algorithm is not GOST3410_2012_256"));
    let forged = right.replacen('.', ".e30", 1);
    assert!(world.verify(&forged).await.is_err());
    world.trust_gost(&["two.crt"]);
    assert!(world.verify(&right).await.unwrap_err().contains("the program failed"));
    world.trust(&["one.crt"]);
    assert!(world.verify(&right).await.unwrap_err().ends_with("its algorithm is not RS256"));
}
