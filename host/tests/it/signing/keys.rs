//! What signs: the key that belongs to its certificate, a program inside its limits, files that are replaced.

use std::os::unix::fs::PermissionsExt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use exchange::model::signing::SignedBy;

use super::world::World;

const FIELDS: [(&str, &str); 2] = [("header", "a"), ("claims", "b")];

async fn refused(world: &World) -> String {
    world.sign("token", &FIELDS).await.unwrap_err()
}

#[tokio::test]
async fn an_rsa_key_signs_in_this_process() {
    let mut world = World::new();
    world.rsa("one");
    world.sign_with_rsa("one");
    let signed = world.sign("token", &FIELDS).await.unwrap();
    assert_eq!(signed.certificate_hash, None, "the template asks for none");
    world.put("signature", URL_SAFE_NO_PAD.decode(signed.value).unwrap());
    world.put("message", "a.b");
    assert!(world.openssl("x509 -in one.crt -noout -pubkey -out one.pub"));
    assert!(world.openssl("dgst -sha256 -verify one.pub -signature signature message"));
}

#[tokio::test]
async fn a_key_that_others_can_read_does_not_sign() {
    let mut world = World::new();
    world.rsa("one");
    world.sign_with_rsa("one");
    std::fs::set_permissions(world.path("one.key"), PermissionsExt::from_mode(0o644)).unwrap();
    assert!(refused(&world).await.contains("others can read the key\nhint: "));
}

#[tokio::test]
async fn a_replaced_key_signs_at_once_and_only_with_its_certificate() {
    let mut world = World::new();
    world.rsa("one");
    world.rsa("two");
    world.sign_with_rsa("one");
    let fields = ["client", "scope", "scope-org", "timestamp", "state", "redirect"].map(|name| (name, "x"));
    let before = world.sign("ask", &fields).await.unwrap().certificate_hash;
    std::fs::rename(world.path("two.key"), world.path("one.key")).unwrap();
    assert!(refused(&world).await.contains("do not belong together"));
    std::fs::rename(world.path("two.crt"), world.path("one.crt")).unwrap();
    let after = world.sign("ask", &fields).await.unwrap().certificate_hash;
    assert!(after.is_some() && after != before, "{before:?} {after:?}");
    world.put("one.crt", "nothing");
    assert!(refused(&world).await.contains("holds no certificates"));
}

#[tokio::test]
async fn a_certificate_signs_in_its_time_only() {
    let mut world = World::new();
    world.rsa("one");
    world.sign_with_rsa("one");
    world.clock = crate::sandbox_world::FakeClock::at(4_000_000_000_000);
    let said = world.sign("token", &FIELDS).await.unwrap_err();
    assert!(said.ends_with("one.crt is no longer good"), "{said}");
    world.clock = crate::sandbox_world::FakeClock::at(1_000_000_000_000);
    assert!(refused(&world).await.ends_with("one.crt is not good yet"));
}

#[tokio::test]
async fn a_program_is_held_to_its_limits() {
    let mut world = World::new();
    for (line, told) in [
        ("false", "the program failed"),
        ("true", "the program printed nothing"),
        ("yes", "printed more than"),
        ("no-such-program-here", "the program does not start"),
    ] {
        world.sign_by(line, None);
        let said = refused(&world).await;
        assert!(said.starts_with("the key `key` cannot sign: ") && said.contains(told), "{line}: {said}");
    }
    world.sign_by("sleep 600", None);
    let key = world.host.signing.get_mut("key").unwrap();
    let SignedBy::Program { program, .. } = &mut key.by else { unreachable!("just set") };
    program.timeout_ms = 20;
    assert!(refused(&world).await.ends_with("the program took too long"));
}

#[tokio::test]
async fn bytes_that_a_provider_turns_round_are_turned_back() {
    let mut world = World::new();
    world.sign_by("cat", None);
    let key = world.host.signing.get_mut("key").unwrap();
    let SignedBy::Program { reversed, .. } = &mut key.by else { unreachable!("just set") };
    *reversed = true;
    let signed = world.sign("token", &FIELDS).await.unwrap();
    assert_eq!(URL_SAFE_NO_PAD.decode(signed.value).unwrap(), b"b.a");
}

#[tokio::test]
async fn a_bare_signature_of_another_length_is_none() {
    let mut world = World::new();
    if world.gost("one").is_none() {
        return;
    }
    world.sign_by("cat", Some("one.crt"));
    assert!(refused(&world).await.contains("printed 3 bytes, and not a bare signature of 64"));
}

#[tokio::test]
async fn a_hash_needs_a_certificate_and_a_key_its_grant() {
    let mut world = World::new();
    world.sign_by("cat", None);
    let fields = ["client", "scope", "scope-org", "timestamp", "state", "redirect"].map(|name| (name, "x"));
    assert_eq!(world.sign("ask", &fields).await.unwrap_err(), "the key `key` has no certificate");
    world.host.signing.clear();
    assert_eq!(refused(&world).await, "the host has no key `key`");
    world.grants.signatures.clear();
    assert!(refused(&world).await.contains("sign = { token = \"KEY\" }"));
}
