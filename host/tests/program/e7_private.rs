//! E7: nothing of a person at Госуслуги stays with us, whatever became of the dialogue: every file of the data folder, a
//! backup, the log at its most talkative, the metrics and what the commands show are searched byte by byte.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::browser::Browser;
use crate::linking::{PASSWORD, World};

/// Invented, and nowhere else: written as no record of the school is.
const LAST: &str = "ЗЮЗЯКОВАНОВСКИЙ";
const FIRST: &str = "ЯРОПОЛКИАН";
const MIDDLE: &str = "ЮВЕНАЛИЕВИЧ";
const SNILS: &str = "000-600-777 77";
const PASSPORT: &str = "987123";
const PLACE: &str = "СЕЛО ЩУЧЬЕОЗЕРЬЕ";
const MAIL: &str = "yaropolk-only-here@example.org";
const OID: &str = "1000477777";
const LOGIN: &str = "wer-da-login";
const WRONG: &str = "ЛишьЗдесьНеверный";

/// All that nobody may find, each as it could be written.
fn values() -> Vec<(&'static str, Vec<Vec<u8>>)> {
    let plain =
        [LAST, FIRST, MIDDLE, SNILS, "00060077777", PASSPORT, PLACE, MAIL, OID, LOGIN, WRONG, PASSWORD];
    // Headers of tokens, as JSON objects begin in base64url, and what a request with a person's token carries.
    let tokens = ["eyJhbGciOi", "eyJ0eXAiOi", "client_secret=", "Bearer ey"];
    plain
        .iter()
        .map(|text| (*text, written(text)))
        .chain(tokens.map(|text| (text, vec![text.into()])))
        .collect()
}

/// UTF-8 in three cases, UTF-16 of both orders, windows-1251, hexadecimal digits, base64 at each place.
fn written(text: &str) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    let (lower, mut title) = (text.to_lowercase(), text.to_lowercase());
    if let Some(first) = title.chars().next() {
        title.replace_range(..first.len_utf8(), &first.to_uppercase().to_string());
    }
    for text in [text.to_owned(), lower, title] {
        let (utf8, units): (Vec<u8>, Vec<u16>) = (text.clone().into_bytes(), text.encode_utf16().collect());
        all.push(units.iter().flat_map(|unit| unit.to_le_bytes()).collect());
        all.push(units.iter().flat_map(|unit| unit.to_be_bytes()).collect());
        all.push(encoding_rs::WINDOWS_1251.encode(&text).0.into_owned());
        let hex: String = utf8.iter().map(|byte| format!("{byte:02x}")).collect();
        all.push(hex.to_uppercase().into_bytes());
        all.push(hex.into_bytes());
        all.push(text.escape_unicode().to_string().replace(['{', '}'], "").into_bytes());
        all.push(url::form_urlencoded::byte_serialize(&utf8).collect::<String>().into_bytes());
        for shift in 0..3 {
            let shifted = [&vec![b'-'; shift][..], &utf8].concat();
            let encoded = STANDARD.encode(shifted).trim_end_matches('=').to_owned();
            // The first and last digits depend on what stands beside.
            let inner = &encoded[(shift * 4).div_ceil(3)..encoded.len() - 2];
            all.push(inner.as_bytes().to_vec());
            all.push(inner.replace('+', "-").replace('/', "_").into_bytes());
        }
        all.push(utf8);
    }
    all.sort();
    all.dedup();
    all
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// Somebody whom nobody knows here, and whom one of the diary's accounts turns out to be.
fn seed(world: &World) {
    let person = json!({"oid": OID.parse::<u64>().unwrap(), "login": "onlyhere", "password": "пароль",
        "level": "confirmed", "lastName": LAST, "firstName": FIRST, "middleName": MIDDLE, "birthDate": "1961-02-13",
        "gender": "M", "snils": SNILS, "birthPlace": PLACE, "contacts": [{"type": "EML", "value": MAIL}],
        "documents": [{"type": "RF_PASSPORT", "series": "0000", "number": PASSPORT}]});
    world.post_portal("seed", &json!({"personas": [person]}));
}

/// Goes to where the diary's password is asked.
fn asked(world: &World, browser: &mut Browser, task: &str) -> crate::browser::Page {
    let page = world.way_a(browser, task, "onlyhere");
    assert_eq!(page.heading(), "Логин и пароль Дневник.ру", "{}", page.text());
    page
}

fn broken_and_finished(world: &World) {
    // Left at each step.
    let mut browser = Browser::default();
    let first = world.begin(&mut browser, "usual");
    browser.send(&first, &[("choice", "esia")]);
    asked(world, &mut Browser::default(), "usual");
    // Refused, wrong, somebody else's account, faults in the middle.
    let mut browser = Browser::default();
    let first = world.begin(&mut browser, "usual");
    let portal = browser.send(&first, &[("choice", "esia")]);
    world.at_portal(&mut browser, &portal, "onlyhere", false);
    let mut browser = Browser::default();
    let page = asked(world, &mut browser, "strict");
    let page = world.at_diary(&mut browser, &page, LOGIN, WRONG);
    let page = world.at_diary(&mut browser, &page, "user3", PASSWORD);
    assert!(page.heading().contains("разные"), "{}", page.text());
    for (system, template, effect) in [
        ("esia", "/rs/prns/{oid}", json!({"kind": "truncatedJson"})),
        ("esia", "/rs/prns/{oid}", json!({"kind": "status", "status": 500})),
        ("esia", "/aas/oauth2/v3/te", json!({"kind": "truncatedJson"})),
        ("esia", "/aas/oauth2/v3/te", json!({"kind": "wrongToken", "wrong": "foreignKey"})),
        ("diary", "/linking/v1/schools/{school}/lookup", json!({"kind": "resetAfter"})),
    ] {
        let faults = json!({"faults": [{"match": {"template": template}, "effect": effect}]});
        if system == "esia" {
            world.post_portal("faults", &faults)
        } else {
            world.post_diary("faults", &faults)
        }
        world.way_a(&mut Browser::default(), "usual", "onlyhere");
        world.post_portal("faults", &json!({"faults": []}));
        world.post_diary("faults", &json!({"faults": []}));
    }
    // Finished: children and parents whose numbers there are theirs alone.
    let done = world.way_a(&mut Browser::default(), "usual", "child");
    assert_eq!(done.heading().trim_start_matches("✓ "), "Готово");
    let mut browser = Browser::default();
    let page = world.way_a(&mut browser, "usual", "teenager");
    let done = world.at_diary(&mut browser, &page, "user2", PASSWORD);
    assert_eq!(done.heading().trim_start_matches("✓ "), "Готово");
}

#[test]
fn e7_nothing_of_a_person_at_gosuslugi_stays() {
    let Some(mut world) = World::made("") else { return };
    world.serve(|command| {
        command.env("EXCHANGE_LOG", "trace");
    });
    seed(&world);
    broken_and_finished(&world);
    world.run("", &["run", "s/usual"]);
    world.run("", &["backup", "copy"]).with(0);
    let told = [
        world.metrics(),
        world.run("", &["show", "s-1", "--requests", "--log", "--json"]).out,
        world.run("", &["audit", "--json"]).out,
        world.run("", &["status", "--json"]).out,
    ];
    // Dialogues that were left are still in the server's memory, and a power cut leaves what it leaves.
    world.cut();
    let mut found = vec![world.path("serve.log")];
    files(&world.path("data"), &mut found);
    files(&world.path("copy"), &mut found);
    assert!(found.len() > 6, "{found:?}");
    let mut places: Vec<(String, Vec<u8>)> =
        found.iter().map(|file| (file.display().to_string(), fs::read(file).expect("readable"))).collect();
    places.extend(
        told.into_iter().enumerate().map(|(n, text)| (format!("what is told, {n}"), text.into_bytes())),
    );
    // The search finds what is there: a pupil's name stands in the school's records, and in the backup of them.
    let known = |text: &str| places.iter().filter(|(_, bytes)| contains(bytes, text.as_bytes())).count();
    assert!(known("Вымыслова") >= 2 && known("a dialogue's turn") == 1);
    let mut values = values();
    // Numbers at Госуслуги of those who were linked: only their keyed hashes are known to us.
    values.extend(["1000400004", "1000400006"].map(|oid| (oid, written(oid))));
    for (place, bytes) in &places {
        for (value, forms) in &values {
            let form = forms.iter().position(|form| contains(bytes, form));
            assert_eq!(form, None, "{value} stands in {place} in its form {form:?}");
        }
    }
}
