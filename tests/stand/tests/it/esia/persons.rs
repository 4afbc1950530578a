//! `/rs`: what is sent to whom.

use serde_json::{Value, json};

use super::fixture::{CHILD, CONFIRMED, Esia, PARENT, text};

const EVERYTHING: &str = "openid fullname birthdate birthplace gender citizenship snils inn id_doc birth_cert_doc \
    contacts addresses usr_org kid_fullname kid_birthdate kid_gender kid_snils kid_birth_cert_doc";

/// An answer without the address of this run.
fn shown(esia: &Esia, body: &Value) -> String {
    format!("{body:#}").replace(&esia.stand.url(), "http://esia")
}

#[test]
fn a_parent_with_everything_let_go() {
    let esia = Esia::new();
    let token = esia.access("parent", EVERYTHING);
    let get = |path: &str| {
        let reply = esia.rs(&token, &format!("/prns/{PARENT}{path}"));
        format!("{path} {} {}\n", reply.status, shown(&esia, &reply.value()))
    };
    let embed = "?embed=(contacts.elements-1,addresses.elements,documents.elements,organizations.elements)";
    let paths = ["", "/ctts", "/addrs?embed=(elements)", "/docs?embed=(elements)", "/vhls", "/orgs", "/kids", "/kids?embed=(elements)"];
    insta::assert_snapshot!(["/", embed].iter().chain(&paths).map(|path| get(path)).collect::<String>());
}

#[test]
fn every_persona_is_what_its_name_says() {
    let esia = Esia::new();
    let mut told = String::new();
    for login in [
        "confirmed", "standard", "simplified", "child", "parent", "teenager", "nopatronymic", "uppercase", "nosnils",
        "deleted", "director", "signature",
    ] {
        let tokens = esia.tokens(login, "openid fullname birthdate snils usr_org");
        let oid = super::fixture::part(&text(&tokens["id_token"]), 1)["sub"].clone();
        let token = text(&tokens["access_token"]);
        let mut person = esia.rs(&token, &format!("/prns/{oid}")).value();
        let members = person.as_object_mut().expect("an object");
        members.retain(|name, _| {
            ["firstName", "lastName", "middleName", "birthDate", "snils", "status", "trusted", "kidAccCreatedByParent"]
                .contains(&name.as_str())
        });
        let organizations = esia.rs(&token, &format!("/prns/{oid}/roles")).value()["size"].clone();
        told += &format!("{login} {oid} {person} organizations={organizations}\n");
    }
    insta::assert_snapshot!(told);
}

#[test]
fn only_what_was_let_go_is_sent() {
    let esia = Esia::new();
    let token = esia.access("parent", "openid fullname kid_snils");
    let person = esia.rs(&token, &format!("/prns/{PARENT}")).value();
    for absent in ["birthDate", "gender", "snils", "inn", "birthPlace", "citizenship", "rIdDoc", "contacts"] {
        assert_eq!(person.get(absent), None, "{absent}");
    }
    assert_eq!((&person["lastName"], &person["trusted"]), (&json!("Вымыслова"), &json!(true)));
    let kids = esia.rs(&token, &format!("/prns/{PARENT}/kids?embed=(elements)")).value();
    let kid = &kids["elements"][0];
    assert_eq!((kid.get("firstName"), kid["snils"].is_string()), (None, true));
    for closed in ["ctts", "addrs", "docs", "vhls", "orgs", "roles"] {
        let reply = esia.rs(&token, &format!("/prns/{PARENT}/{closed}"));
        assert_eq!((reply.status, &reply.value()["code"]), (403, &json!("ESIA-005029")), "{closed}");
    }
    let inside = esia.rs(&token, &format!("/prns/{PARENT}?embed=(contacts.elements)")).value();
    assert_eq!(inside.get("contacts"), None);
}

#[test]
fn contacts_one_kind_at_a_time() {
    let esia = Esia::new();
    let kinds = |scope: &str| {
        let token = esia.access("confirmed", scope);
        let all = esia.rs(&token, &format!("/prns/{CONFIRMED}/ctts?embed=(elements)")).value();
        let all = all["elements"].as_array().expect("a list").clone();
        all.iter().map(|one| text(&one["type"])).collect::<Vec<_>>().join(" ")
    };
    assert_eq!((kinds("email"), kinds("mobile"), kinds("contacts")), ("EML".into(), "MBT".into(), "EML MBT".into()));
}

#[test]
fn listed_addresses_lead_to_their_elements() {
    let esia = Esia::new();
    let token = esia.access("parent", EVERYTHING);
    for collection in ["ctts", "addrs", "docs", "kids"] {
        let listed = esia.rs(&token, &format!("/prns/{PARENT}/{collection}")).value();
        let embedded = esia.rs(&token, &format!("/prns/{PARENT}/{collection}?embed=(elements)")).value();
        assert_eq!(listed["size"], embedded["size"]);
        for (address, element) in listed["elements"].as_array().into_iter().flatten().zip(embedded["elements"].as_array().expect("a list")) {
            let path = text(address).replace(&format!("{}/rs", esia.stand.url()), "");
            assert_eq!(&esia.rs(&token, &path).value(), element);
        }
    }
    assert_eq!(esia.rs(&token, &format!("/prns/{PARENT}/ctts/1")).status, 404);
    assert_eq!(esia.rs(&token, &format!("/prns/{PARENT}/pets")).status, 404);
}

#[test]
fn documents_of_a_child_and_its_two_numbers() {
    let esia = Esia::new();
    let token = esia.access("parent", "kid_fullname kid_birth_cert_doc");
    let kids = || esia.rs(&token, &format!("/prns/{PARENT}/kids?embed=(elements)")).value();
    let id = kids()["elements"][0]["id"].clone();
    assert_ne!(id, CHILD);
    let documents = esia.rs(&token, &format!("/prns/{PARENT}/kids/{id}/docs?embed=(elements)")).value();
    assert_eq!(documents["elements"][0]["type"], "RF_BRTH_CERT");
    esia.settings(&json!({"kidIdIsOid": true}));
    assert_eq!(kids()["elements"][0]["id"], CHILD);
    assert_eq!(esia.rs(&token, &format!("/prns/{PARENT}/kids/{CHILD}/docs")).value()["size"], 1);
    assert_eq!(esia.rs(&token, &format!("/prns/{PARENT}/kids/{id}/docs")).status, 404);
    let without = esia.access("parent", "kid_fullname");
    assert_eq!(esia.rs(&without, &format!("/prns/{PARENT}/kids/{CHILD}/docs")).status, 403);
}

#[test]
fn the_head_tells_schema_fingerprint_and_links() {
    let esia = Esia::new();
    let token = esia.access("confirmed", "fullname");
    let schema = "https://esia-portal1.test.gosuslugi.ru/rs/model/prn/Person-3";
    let reply = esia
        .call("GET", &format!("/rs/prns/{CONFIRMED}"))
        .header("Authorization", &format!("Bearer {token}"))
        .header("Accept", &format!("application/json; schema=\"{schema}\""))
        .send();
    let expected = format!("application/json; schema=\"{schema}\"");
    assert_eq!(reply.header("content-type"), Some(expected.as_str()));
    let tag = text(&reply.value()["eTag"]);
    assert_eq!((reply.header("etag"), tag.len()), (Some(format!("\"{tag}\"").as_str()), 40));
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    let links: Vec<&str> = reply.headers.iter().filter(|(name, _)| name == "link").map(|(_, value)| value.as_str()).collect();
    assert_eq!(links.len(), 7);
    assert_eq!(links[6], format!("<{}/rs/prns/{CONFIRMED}/kids>;rel=\"kids\"", esia.stand.url()));
}

#[test]
fn a_token_opens_its_own_person_while_it_lives() {
    let esia = Esia::new();
    let token = esia.access("confirmed", "fullname");
    let path = format!("/prns/{CONFIRMED}");
    assert_eq!(esia.rs(&token, &path).status, 200);
    assert_eq!(esia.rs(&token, &format!("/prns/{PARENT}")).status, 403);
    assert_eq!(esia.rs(&format!("{token}x"), &path).status, 401);
    assert_eq!(esia.call("GET", &format!("/rs{path}")).send().status, 401);
    let basic = esia.call("GET", &format!("/rs{path}")).header("Authorization", &format!("Basic {token}")).send();
    assert_eq!((basic.status, basic.header("www-authenticate")), (401, Some("Bearer")));
    esia.advance_clock(3_600_000);
    let late = esia.rs(&token, &path);
    assert_eq!((late.status, &late.value()["code"]), (401, &json!("ESIA-005013")));
    esia.settings(&json!({"restErrorsInArray": true}));
    assert_eq!(esia.rs(&token, &path).value()[0]["message"], "SecurityErrorEnum.expiredToken");
}

#[test]
fn the_status_of_a_closed_scope_is_a_setting() {
    let esia = Esia::new();
    esia.settings(&json!({"scopeNotAllowedStatus": 401}));
    let token = esia.access("confirmed", "fullname");
    assert_eq!(esia.rs(&token, &format!("/prns/{CONFIRMED}/docs")).status, 401);
}
