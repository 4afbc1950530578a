//! Records, fingerprints, signatures, time: both keys are needed, and what is refused says how to grant it.

use exchange::model::connector::Connector;
use exchange::model::records::RecordType;
use exchange::model::signing::{Program, SignedBy, SigningKey};
use serde_json::json;

use crate::sandbox_world::{FakeClock, World, world};

async fn told(world: &World) -> String {
    world.connector().check().await.unwrap()[0].what.args[0].value.clone()
}

fn pupil(world: World) -> World {
    let record = json!({
        "id": "p1", "last_name": "Образцов", "first_name": "Пётр", "snils": "00000000000",
        "birth_date": "2015-02-03", "sex": "male", "class_id": "c1", "guardian_ids": ["g1", "g2"],
    });
    world.record(RecordType::Pupil, "p1", &record)
}

#[tokio::test]
async fn records_show_granted_fields_and_always_ids() {
    assert_eq!(told(&pupil(world("check", "records"))).await, "p1 Образцов 00000000000 c1 2");
    let fewer = pupil(world("check", "records")).grant(|grants| {
        grants.records.insert(RecordType::Pupil, vec!["last-name".into(), "birth-date".into()]);
    });
    assert_eq!(told(&fewer).await, "p1 Образцов - c1 2");
}

#[tokio::test]
async fn a_record_type_needs_both_keys() {
    let said = told(&world("check", "records").grant(|grants| grants.records.clear())).await;
    assert!(said.contains("[task.grant]\nrecords = { pupil = [\"*\"] }"), "{said}");
    let said = told(&world("check", "classes")).await;
    assert!(said.contains("records = { school-class = [\"*\"] }"), "{said}");
    assert_eq!(
        told(&world("check", "guardians")).await,
        "the record type `guardian` is not in the connector's manifest"
    );
}

#[tokio::test]
async fn records_come_in_pages_and_leave_one_trace() {
    let mut many = world("desired", "records");
    for n in 0..1_201 {
        many = many.record(RecordType::Pupil, &format!("p{n}"), &json!({ "id": format!("p{n}") }));
    }
    let page = many.connector().desired(&"".into(), None).await.unwrap();
    assert_eq!(page.answer.items[0].label.matches(';').count(), 1_200);
    assert_eq!(page.dependencies.len(), 1);
    assert_eq!((page.dependencies[0].record_type, page.dependencies[0].digest), (RecordType::Pupil, [7; 32]));
    assert_eq!(many.ends.digests(), 1, "asked once, whatever the number of pages");
}

#[tokio::test]
async fn observe_leaves_no_trace_of_records() {
    let reading = pupil(world("check", "records"));
    told(&reading).await;
    assert_eq!(reading.ends.digests(), 0);
}

#[tokio::test]
async fn a_fingerprint_is_stable_and_needs_both_keys() {
    let asked = |purpose: &str| world("check", "fingerprint").with("operation", purpose);
    let first = told(&asked("person")).await;
    assert!(first.len() == 64 && first.bytes().all(|byte| byte.is_ascii_hexdigit()), "{first}");
    assert_eq!(told(&asked("person")).await, first);
    assert!(told(&asked("other")).await.contains("not in the connector's manifest"));
    let said = told(&asked("person").grant(|grants| grants.fingerprints.clear())).await;
    assert!(said.contains("fingerprints = [\"person\"]"), "{said}");
}

fn signing(command: &[&str]) -> World {
    let mut world = world("check", "sign")
        .with("operation", "challenge")
        .with("form", json!([["time", "2"], ["client", "1"]]));
    let command = command.iter().map(|part| (*part).to_owned()).collect();
    let by = SignedBy::Program { program: Program { command, timeout_ms: 10_000 }, reversed: false };
    world.keys.signing.insert("key".into(), SigningKey { by, certificate: None });
    world
}

#[tokio::test]
async fn a_command_signs_the_template_s_bytes() {
    assert_eq!(told(&signing(&["cat"])).await, "MTI");
    let said = told(&signing(&["false"])).await;
    assert!(said.starts_with("the key `key` cannot sign: the program failed"), "{said}");
    let said = told(&signing(&["no-such-program-here"])).await;
    assert!(said.contains("the program does not start"), "{said}");
}

#[tokio::test]
async fn a_signature_needs_both_keys() {
    let said = told(&signing(&["cat"]).grant(|grants| grants.signatures.clear())).await;
    assert!(said.contains("sign = { challenge = \"KEY\" }"), "{said}");
    assert!(
        told(&signing(&["cat"]).with("operation", "other")).await.contains("not in the connector's manifest")
    );
}

#[tokio::test]
async fn a_verified_issuer_needs_both_keys() {
    let asked = |issuer: &str| world("check", "verify").with("operation", issuer).with("json", "a.b.c");
    assert_eq!(told(&asked("issuer")).await, "the host has no key `issuer`");
    assert!(told(&asked("other")).await.contains("not in the connector's manifest"));
    let said = told(&asked("issuer").grant(|grants| grants.verify.clear())).await;
    assert!(said.contains("verify = { issuer = \"KEY\" }"), "{said}");
}

#[tokio::test]
async fn today_is_the_school_s_day() {
    // 2026-11-22T22:30:00Z is already the 23rd in Moscow.
    let late = world("check", "now").clock(&FakeClock::at(1_795_386_600_000));
    assert_eq!(told(&late).await, "1795386600000 2026-11-23");
}
