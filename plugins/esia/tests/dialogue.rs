//! The dialogue as a function: each way through it, with what Госуслуги, the diary and the school answer.

use esia::age::Day;
use esia::dialogue::{Linking, Office};
use esia::level::Level;
use esia::matching::Role;
use esia::people::Person;
use esia::portal::{self, Claims};
use esia::settings::{Rules, Settings};
use exchange_sdk::http::{Body, Request, TextOrSecret};
use exchange_sdk::signing::Signature;
use exchange_sdk::testing::{Answer, Recorded, answer};
use exchange_sdk::{Committed, Effect, Failure, Input, Item, ItemRef, Message, Param, RoundTrip, Step};
use serde_json::{Value, json};

/// 29 November 2026, 17:00:05 in London.
const NOW: i64 = 1_795_971_605_000;
const SUBJECT: &str = "keyed-hash";

/// The host: signs everything, believes tokens, knows a girl, her brother and their mother.
struct Hosted {
    claims: Result<Value, String>,
    signs: bool,
}

fn person(role: Role, id: &str, name: [&str; 3], born: &str, snils: &str) -> Person {
    let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Person {
        role,
        id: id.into(),
        name: name.map(str::to_owned),
        born: text(born),
        snils: text(snils),
        group: text("7-А"),
    }
}

impl Office for Hosted {
    fn sign(&self, template: &str, fields: &[Param]) -> Result<Signature, String> {
        let values: Vec<&str> = fields.iter().map(|field| field.value.as_str()).collect();
        let value = format!("{template}:{}", values.join("|"));
        self.signs
            .then(|| Signature { value, certificate_hash: Some("AB".into()) })
            .ok_or_else(|| "no key".into())
    }

    fn verify(&self, token: &str) -> Result<String, String> {
        assert_eq!(token, "secret:id", "what is verified is a handle");
        self.claims.clone().map(|claims| claims.to_string())
    }

    fn subject(&self, oid: &str) -> Result<String, String> {
        assert_eq!(oid, "1000400004");
        Ok(SUBJECT.into())
    }

    fn uuid(&self) -> String {
        "fresh".into()
    }

    fn now(&self) -> i64 {
        NOW
    }

    fn people(&self, role: Role) -> Result<Vec<Person>, Failure> {
        Ok(match role {
            Role::Pupil => vec![
                person(role, "p1", ["Вымыслова", "Анна", "Петровна"], "2014-05-12", "000-600-004 04"),
                person(role, "p2", ["Вымыслов", "Артём", "Петрович"], "2011-01-25", ""),
                person(role, "p3", ["Вымыслов", "Артём", "Петрович"], "2012-01-25", ""),
            ],
            Role::Guardian => {
                vec![person(role, "g1", ["Вымыслова", "Ольга", "Ивановна"], "", "000-600-005 05")]
            }
            Role::Staff => Vec::new(),
        })
    }
}

fn claims() -> Value {
    json!({"iss": "issuer", "aud": "SYSTEM", "sub": 1000400004u64, "urn:esia:sbj": {
        "urn:esia:sbj:typ": "P", "urn:esia:sbj:oid": 1000400004u64, "urn:esia:sbj:lvl": "KD"}})
}

/// With some members changed.
fn but(mut value: Value, changes: Value) -> Value {
    for (name, change) in changes.as_object().expect("changes") {
        value[name] = change.clone();
    }
    value
}

/// The girl at Госуслуги.
fn girl() -> Value {
    json!({"lastName": "ВЫМЫСЛОВА", "firstName": "АННА", "middleName": "ПЕТРОВНА", "birthDate": "12.05.2014",
        "snils": "000-600-004 04", "trusted": false, "status": "REGISTERED"})
}

/// Her account at the diary.
fn account() -> Value {
    json!({"person_str": "1", "user_str": "7", "lastName": "Вымыслова", "firstName": "Анна", "middleName": "Петровна",
        "birthday": "2014-05-12", "snils": "000-600-004 04", "roles": ["EduStudent"], "link": null})
}

fn rules() -> Rules {
    let (through_esia, transition, yo_is_e) = (true, true, true);
    Rules { through_esia, transition, yo_is_e, under_14: Level::Simplified, from_14: Level::Standard }
}

/// What the systems answer in a case.
#[derive(Clone)]
struct World {
    rules: Rules,
    client: &'static str,
    claims: Result<Value, String>,
    signs: bool,
    tokens: (u16, Value),
    person: (u16, Value),
    found: (u16, Value),
    checked: (u16, Value),
    effect: Effect,
}

fn fine() -> World {
    World {
        rules: rules(),
        client: "SYSTEM",
        claims: Ok(claims()),
        signs: true,
        tokens: (200, json!({"access_token": "secret:a", "id_token": "secret:id", "state": "fresh"})),
        person: (200, girl()),
        found: (200, json!([account()])),
        checked: (200, account()),
        effect: Effect::made("71"),
    }
}

impl World {
    fn answer(&self, request: &Request) -> Answer {
        let (status, body) = match request.operation.as_str() {
            "redeem-code" => &self.tokens,
            "read-person" => &self.person,
            "look-up" => &self.found,
            "check-credentials" => &self.checked,
            other => panic!("{other}"),
        };
        answer(*status, &body.to_string())
    }

    /// Says this, one after the other, and commits what is to be; a word for each step.
    fn walk(&self, inputs: &[Input]) -> (Vec<String>, Vec<Item>, Vec<Request>) {
        let settings: Settings = exchange_sdk::context::parse_settings(
            &json!({"organisation": "1000", "client-id": self.client, "issuer": "issuer", "through-esia": true,
                "transition": true, "yo-is-e": true, "level-under-14": "simplified", "level-from-14": "standard"})
            .to_string(),
        )
        .expect("settings");
        let office = Hosted { claims: self.claims.clone(), signs: self.signs };
        let world = self.clone();
        let http = Recorded::new(move |request: &Request| world.answer(request));
        let round_trip = RoundTrip { callback: "https://us/callback".into(), state: "state".into() };
        let linking = Linking {
            office: &office,
            http: &http,
            settings: &settings,
            rules: self.rules,
            round_trip,
            today: Day::of("2026-11-29").expect("a day"),
        };
        let (mut said, mut state, mut items) = (Vec::new(), Vec::new(), Vec::new());
        let mut inputs = inputs.iter().cloned();
        let mut next = inputs.next();
        while let Some(input) = next {
            let turn = linking.turn(&input, &state);
            state = turn.state;
            said.push(word(&turn.step));
            next = match turn.step {
                Step::Commit(some) => {
                    items.extend(some);
                    let item = ItemRef::new("link", "pupil:p1");
                    Some(Input::Committed(vec![Committed { item, effect: self.effect.clone() }]))
                }
                _ => inputs.next(),
            };
        }
        (said, items, http.requests())
    }
}

fn word(step: &Step) -> String {
    let codes =
        |messages: &[Message]| messages.iter().map(|text| text.code.clone()).collect::<Vec<_>>().join(",");
    match step {
        Step::Redirect(link) => format!("to {}", link.upstream),
        Step::Form(form) => format!("form {} {}", form.title.code, codes(&form.text)),
        Step::Choice(choice) => {
            let ids: Vec<&str> = choice.options.iter().map(|option| option.id.as_str()).collect();
            format!("choice {} {}", choice.title.code, ids.join("|"))
        }
        Step::Commit(items) => format!("commit {}", items[0].key),
        Step::Done(end) => format!("done {}", codes(&end.text)),
        Step::Failed(end) => format!("{} {}", end.reason.code, codes(&end.advice)),
    }
}

fn chosen(id: &str) -> Input {
    Input::Choice(id.to_owned())
}

fn back() -> Input {
    Input::Returned(vec![Param::new("code", "c"), Param::new("state", "state")])
}

fn error(error: &str, description: &str) -> Input {
    Input::Returned(vec![Param::new("error", error), Param::new("error_description", description)])
}

fn password() -> Input {
    Input::Form(vec![Param::new("login", "anna"), Param::new("password", "secret:p")])
}

fn way_a(more: &[Input]) -> Vec<Input> {
    [&[Input::Started, chosen("esia"), back()], more].concat()
}

#[test]
fn e1_way_a_from_the_first_page_to_the_link() {
    let (said, items, requests) = fine().walk(&way_a(&[]));
    assert_eq!(said, ["choice link-title esia|diary", "to esia", "commit pupil:p1", "done linked-pupil"]);
    let item = &items[0];
    assert_eq!(
        (item.text("account"), item.text("subject"), item.text("last-name")),
        (Some("1"), Some(SUBJECT), Some("Вымыслова"))
    );
    assert!(!format!("{item:?}").contains("1000400004"), "the number at Госуслуги is kept as a hash only");
    let operations: Vec<&str> = requests.iter().map(|request| request.operation.as_str()).collect();
    assert_eq!(operations, ["redeem-code", "read-person", "look-up"]);
    let Body::Form(values) = &requests[0].body else { panic!("no form") };
    let secret = values.iter().find(|value| value.name == "client_secret").expect("signed");
    let signed = "redeem:SYSTEM|openid fullname birthdate snils id_doc||2026.11.29 17:00:05 +0000|fresh|https://us/callback|c";
    assert_eq!(secret.value, TextOrSecret::Text(signed.into()), "a state of its own, and the code");
}

#[test]
fn e3_way_b_links_or_skips() {
    let start = [Input::Started, chosen("diary"), password()];
    let (said, _, _) = fine().walk(&[&start[..], &[chosen("skip")]].concat());
    let offered = "choice offer-title link|skip";
    assert_eq!(said[1..], ["form diary-title advice-recover", offered, "done skipped"]);
    let (said, items, requests) = fine().walk(&[&start[..], &[chosen("link"), back()]].concat());
    assert_eq!(
        (said[3..].to_vec(), items.len()),
        (vec!["to esia".into(), "commit pupil:p1".into(), "done linked-pupil".into()], 1)
    );
    assert!(
        requests.iter().all(|request| request.operation != "look-up"),
        "the password has said which account"
    );
    let Body::Form(values) = &requests[0].body else { panic!("no form") };
    assert_eq!(values[1].value, TextOrSecret::Secret("secret:p".into()), "the password is never ours");
}

#[test]
fn each_turn_of_events_ends_on_its_page() {
    let person = |changes| World { person: (200, but(girl(), changes)), ..fine() };
    let found = |changes| World { found: (200, json!([but(account(), changes)])), ..fine() };
    let token = |changes| World { claims: Ok(but(claims(), changes)), ..fine() };
    let none = World { found: (200, json!([])), ..fine() };
    let asked = "form password-title not-found,not-found-whose,advice-recover";
    let wrong = |left: u32| World { checked: (400, json!({"attemptsLeft": left})), ..none.clone() };
    let proved = |changes| World { checked: (200, but(account(), changes)), ..none.clone() };
    let strict = Rules { yo_is_e: false, under_14: Level::Confirmed, from_14: Level::Confirmed, ..rules() };
    let link = |subject: &str| json!({"link": {"id_str": "7", "source": "dialogue", "subject": subject}});
    let untrusted = "token-not-trusted advice-tell-school";
    let silent = "esia-no-answer advice-later";
    for (world, inputs, expected) in [
        (
            World { rules: Rules { through_esia: false, ..rules() }, ..fine() },
            vec![Input::Started],
            "no-such-way advice-no-such-way",
        ),
        (
            World { rules: Rules { transition: false, ..rules() }, ..fine() },
            vec![Input::Started],
            "choice link-title esia",
        ),
        (
            World { rules: Rules { transition: false, ..rules() }, ..fine() },
            vec![Input::Started, chosen("diary")],
            "interrupted advice-one-tab",
        ),
        (World { client: "", ..fine() }, vec![Input::Started], "not-set-up advice-tell-school"),
        (
            World { signs: false, ..fine() },
            vec![Input::Started, chosen("esia")],
            "not-set-up advice-tell-school",
        ),
        (fine(), vec![Input::Started, chosen("evil")], "interrupted advice-one-tab"),
        (fine(), vec![password()], "interrupted advice-one-tab"),
        (fine(), vec![Input::Started, chosen("esia"), chosen("esia")], "interrupted advice-one-tab"),
        (fine(), vec![Input::Started, chosen("esia"), Input::Returned(vec![])], "interrupted advice-one-tab"),
        // What Госуслуги say on the way back.
        (
            fine(),
            vec![Input::Started, chosen("esia"), error("access_denied", "ESIA-007004: no")],
            "consent-refused advice-consent",
        ),
        (
            fine(),
            vec![Input::Started, chosen("esia"), error("access_denied", "ESIA-007055: no")],
            "level-too-low advice-level,advice-child-account",
        ),
        (
            fine(),
            vec![Input::Started, chosen("esia"), error("temporarily_unavailable", "ESIA-007008: x")],
            silent,
        ),
        (
            fine(),
            vec![Input::Started, chosen("esia"), error("invalid_request", "<b>ESIA-1</b>")],
            "esia-refused advice-tell-school",
        ),
        // What they say to the code.
        (
            World { tokens: (400, json!({"error_description": "ESIA-007011: old"})), ..fine() },
            way_a(&[]),
            "interrupted advice-one-tab",
        ),
        (
            World { tokens: (400, json!({"error_description": "ESIA-007053: no"})), ..fine() },
            way_a(&[]),
            "esia-refused advice-tell-school",
        ),
        (World { tokens: (503, json!("<html>")), ..fine() }, way_a(&[]), silent),
        (World { tokens: (200, json!("<html>")), ..fine() }, way_a(&[]), silent),
        (
            World { tokens: (200, json!({"id_token": "secret:id", "state": "other"})), ..fine() },
            way_a(&[]),
            untrusted,
        ),
        (World { tokens: (200, json!({"state": "fresh"})), ..fine() }, way_a(&[]), untrusted),
        // What the token says.
        (World { claims: Err("foreign".into()), ..fine() }, way_a(&[]), untrusted),
        (token(json!({"aud": "OTHER"})), way_a(&[]), untrusted),
        (token(json!({"iss": "other"})), way_a(&[]), untrusted),
        (token(json!({"sub": 7})), way_a(&[]), untrusted),
        (token(json!({"sub": "../7"})), way_a(&[]), untrusted),
        (token(json!({"urn:esia:sbj": {}})), way_a(&[]), untrusted),
        // The person.
        (World { person: (500, json!({})), ..fine() }, way_a(&[]), silent),
        (World { person: (403, json!({})), ..fine() }, way_a(&[]), untrusted),
        (person(json!({"status": "DELETED"})), way_a(&[]), "account-not-usable advice-portal"),
        (person(json!({"lastName": "Лисова"})), way_a(&[]), "names-differ advice-names"),
        (person(json!({"middleName": null})), way_a(&[]), "names-patronymic advice-names"),
        (person(json!({"firstName": "AННА"})), way_a(&[]), "names-look-alike advice-names"),
        (
            World { rules: strict, ..person(json!({"lastName": "Вымыслёва"})) },
            way_a(&[]),
            "names-differ advice-names",
        ),
        (
            person(json!({"birthDate": "12.05.1980", "lastName": "Лисова"})),
            way_a(&[]),
            "parent-for-child advice-child-signs-in,advice-child-account",
        ),
        (person(json!({"birthDate": "12.05.2010"})), way_a(&[]), "level-standard advice-level"),
        // The account.
        (none.clone(), way_a(&[]), asked),
        (found(json!({"snils": null})), way_a(&[]), asked),
        (found(json!({"snils": "000-600-005 05"})), way_a(&[]), asked),
        (found(json!({"user_str": null})), way_a(&[]), "not-activated advice-invitation"),
        (found(json!({"roles": []})), way_a(&[]), "not-of-the-school advice-tell-school"),
        (
            found(json!({"roles": ["EduParent"], "lastName": "Лисова"})),
            way_a(&[]),
            "child-for-parent advice-parent-signs-in",
        ),
        (found(link(SUBJECT)), way_a(&[]), "done linked-before"),
        (found(link("another")), way_a(&[]), "account-linked-elsewhere advice-tell-school"),
        (World { found: (500, json!({})), ..fine() }, way_a(&[]), "diary-no-answer advice-later"),
        (World { found: (401, json!({})), ..fine() }, way_a(&[]), "not-set-up advice-tell-school"),
        // Its password.
        (none.clone(), way_a(&[password()]), "done linked-pupil"),
        (wrong(2), way_a(&[password()]), "form password-title wrong-password,advice-recover"),
        (wrong(0), way_a(&[password()]), "passwords-used-up advice-recover,advice-wait"),
        (
            World { checked: (403, json!({})), ..none.clone() },
            way_a(&[password()]),
            "not-of-the-school advice-tell-school",
        ),
        (
            World { checked: (500, json!({})), ..none.clone() },
            way_a(&[password()]),
            "diary-no-answer advice-later",
        ),
        (proved(json!({"snils": null})), way_a(&[password()]), "done linked-pupil"),
        (proved(json!({"snils": "000-600-005 05"})), way_a(&[password()]), "snils-differs advice-names"),
        (proved(json!({"snils": "1"})), way_a(&[password()]), "snils-wrong advice-names"),
        (
            proved(json!({"roles": ["EduParent"]})),
            way_a(&[password()]),
            "not-of-the-school advice-tell-school",
        ),
        // The link.
        (
            World {
                effect: Effect::refused(None, Message::new("identity-linked-elsewhere"), None),
                ..fine()
            },
            way_a(&[]),
            "identity-linked-elsewhere advice-tell-school",
        ),
        (
            World { effect: Effect::InDoubt(Message::new("x")), ..fine() },
            way_a(&[]),
            "not-certain advice-not-certain",
        ),
        (World { effect: Effect::Pending, ..fine() }, way_a(&[]), "not-certain advice-not-certain"),
    ] {
        let (said, _, _) = world.walk(&inputs);
        assert_eq!(said.last().map(String::as_str), Some(expected), "{said:?}");
    }
}

#[test]
fn two_records_that_fit_alike_are_none_and_the_birth_date_tells_them_apart() {
    let boy = json!({"firstName": "Артём", "lastName": "Вымыслов", "middleName": "Петрович", "snils": null});
    let at_portal = json!({"firstName": "Артём", "lastName": "Вымыслов", "middleName": "Петрович", "snils": "000-600-006 06",
        "birthDate": "25.01.2011", "trusted": true});
    let world = |born: Value| World {
        person: (200, but(girl(), at_portal.clone())),
        found: (200, json!([])),
        checked: (200, but(but(account(), boy.clone()), json!({"birthday": born}))),
        ..fine()
    };
    let (said, items, _) = world(json!("2011-01-25")).walk(&way_a(&[password()]));
    assert_eq!(
        (said.last().map(String::as_str), items[0].key.as_str()),
        (Some("done linked-pupil"), "pupil:p2")
    );
    let (said, _, _) = world(Value::Null).walk(&way_a(&[password()]));
    assert_eq!(said.last().map(String::as_str), Some("not-of-the-school advice-tell-school"));
}

#[test]
fn times_are_written_as_esia_reads_them() {
    for (ms, expected) in [
        (0, "1970.01.01 00:00:00 +0000"),
        (NOW, "2026.11.29 17:00:05 +0000"),
        (1_709_164_799_999, "2024.02.28 23:59:59 +0000"),
        (1_709_164_800_000, "2024.02.29 00:00:00 +0000"),
        (4_107_542_400_000, "2100.03.01 00:00:00 +0000"),
    ] {
        assert_eq!(portal::timestamp(ms), expected);
    }
}

#[test]
fn e6_a_token_tells_the_level() {
    let of = |about: Value| {
        Claims::of(&but(claims(), json!({"urn:esia:sbj": about})).to_string(), "SYSTEM", "issuer")
    };
    let about = |rest: Value| but(json!({"urn:esia:sbj:typ": "P", "urn:esia:sbj:oid": "1000400004"}), rest);
    let levels = |rest| of(about(rest)).map(|claims| (claims.trusted, claims.child)).ok();
    assert_eq!(levels(json!({})), Some((false, false)));
    assert_eq!(levels(json!({"urn:esia:sbj:is_tru": true})), Some((true, false)));
    assert_eq!(levels(json!({"urn:esia:sbj:lvl": "PR"})), Some((true, false)));
    assert_eq!(levels(json!({"urn:esia:sbj:lvl": "KD"})), Some((false, true)));
    assert_eq!(levels(json!({"urn:esia:sbj:typ": "L"})), None, "no person");
}
