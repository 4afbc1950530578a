//! A library that other people wrote for the first generation goes from login to person.

use std::process::Command;

use serde_json::{Value, json};

use super::fixture::{Browser, Esia, REDIRECT, SYSTEM, returned, text};
use super::tools::Files;
use crate::python::{CLIENTS, python, run};

const SCOPE: &str = "openid fullname birthdate gender snils inn birthplace contacts addresses id_doc";

/// Runs the script; the library signs with `openssl smime`, in files of its own.
fn script(what: &str, esia: &Esia, files: &Files, more: &[&str]) -> String {
    let (certificate, key) = (files.path("cert.pem"), files.path("key.pem"));
    let mut script = Command::new(python());
    script.args(["esia_person.py", what, &esia.stand.url(), SYSTEM, REDIRECT]).current_dir(CLIENTS);
    run(script.arg(certificate).arg(key).arg(SCOPE).args(more))
}

#[test]
fn a_library_of_others_goes_from_login_to_person() {
    let (esia, files) = (Esia::new(), Files::new());
    files.rsa_client();
    esia.register(&json!({"certificates": [files.read_text("cert.pem")]}));
    esia.settings(&json!({"legacyRsa": true}));
    let address = script("auth", &esia, &files, &[]);
    let path = address.trim().strip_prefix(&esia.stand.url()).expect("an address of the stand-in").to_owned();

    let mut browser = Browser::new(&esia);
    let page = browser.open(&browser.address(browser.open(&path)));
    let consent = browser.address(browser.sign_in(page, "confirmed"));
    let back = browser.address(browser.decide(&browser.open(&consent), true));
    let (code, state) = (returned(&back, "code").expect("a code"), returned(&back, "state").expect("a state"));

    let certificates = esia.control("GET", "certificates", None).value();
    let certificate = files.put("esia.pem", text(&certificates[0]["pem"]));
    files.public_key(&certificate);
    let key = files.path("public.pem");
    let understood = script("person", &esia, &files, &[&key.to_string_lossy(), &code, &state]);
    let mut understood: Value = serde_json::from_str(&understood).expect("JSON");
    assert_eq!(understood["person"], understood["person_by_schema"]);
    understood.as_object_mut().expect("an object").remove("person_by_schema");
    insta::assert_snapshot!(format!("{understood:#}"));
}
