//! The dialogue against recorded answers.

use exchange_sdk::http::{Body, Request, TextOrSecret};
use exchange_sdk::testing::{Answer, Recorded, answer};

use super::*;
use crate::settings::{YearSetting, YearWord};

fn settings() -> Settings {
    Settings {
        study_year: YearSetting::Word(YearWord::Current),
        client_id: "our-client".to_owned(),
        scope: vec!["CommonInfo".to_owned(), "EducationalInfo".to_owned()],
        adopt_by: Vec::new(),
    }
}

/// An administrator of two of the three schools that are theirs.
fn fine(request: &Request) -> Answer {
    match request.operation.as_str() {
        "exchange-code" => answer(200, r#"{"accessToken": "handle", "refreshToken": "handle", "user": 5}"#),
        "read-me" => answer(200, r#"{"id": 5, "id_str": "5", "personId": 50, "personId_str": "50"}"#),
        "list-my-roles" => answer(200, r#"["EduSchoolAdministrator"]"#),
        "list-my-organisations" => answer(200, "[1000, 2000, 3000]"),
        "list-my-schools" => answer(
            200,
            r#"[{"id_str": "3000", "name": "Гимназия"}, {"id_str": "1000", "name": "МБОУ «Школа № 57»"},
                {"id_str": "2000", "name": "Лицей"}]"#,
        ),
        "list-administrators" if request.path[0].value == "2000" => answer(200, "[]"),
        _ => answer(200, r#"[{"id_str": "50", "firstName": "Анна", "lastName": "Волкова"}]"#),
    }
}

fn but(operation: &'static str, other: Answer) -> impl Fn(&Request) -> Answer {
    move |request| if request.operation == operation { other.clone() } else { fine(request) }
}

/// One dialogue, turn by turn.
struct Talk<F> {
    http: Recorded<F>,
    bound: Vec<Param>,
    state: Vec<u8>,
}

impl<F: Fn(&Request) -> Answer> Talk<F> {
    fn new(answers: F) -> Self {
        Self { http: Recorded::new(answers), bound: Vec::new(), state: Vec::new() }
    }

    fn bound_to(answers: F, organisation: &str) -> Self {
        let bound = vec![Param::new(fact::ORGANISATION, organisation), Param::new(fact::NAME, "Школа")];
        Self { bound, ..Self::new(answers) }
    }

    fn say(&mut self, input: &Input) -> Step {
        let settings = settings();
        let round_trip = Some(RoundTrip { callback: "http://127.0.0.1:9/back".into(), state: "s".into() });
        let binding =
            Binding { http: &self.http, settings: &settings, round_trip, bound: self.bound.clone() };
        let turn = binding.turn(input, &self.state).expect("a turn");
        self.state = turn.state;
        turn.step
    }

    /// Starts and comes back with a code.
    fn consent(&mut self) -> Step {
        self.say(&Input::Started);
        self.say(&Input::Returned(vec![Param::new("code", "c"), Param::new("state", "s")]))
    }
}

fn failed(step: Step) -> (String, bool) {
    match step {
        Step::Failed(end) => (end.reason.code, end.again),
        other => panic!("not failed: {other:?}"),
    }
}

fn facts_of(step: Step) -> Vec<(String, String)> {
    let Step::Done(ending) = step else { panic!("not done: {step:?}") };
    ending.facts.into_iter().map(|fact| (fact.name, fact.value)).collect()
}

fn name(text: &str) -> Input {
    Input::Form(vec![Param::new("name", text)])
}

#[test]
fn d1_consent_choice_and_the_name_typed_bind_the_school() {
    let mut talk = Talk::new(fine);
    let Step::Redirect(link) = talk.say(&Input::Started) else { panic!("no redirect") };
    assert_eq!((link.upstream.as_str(), link.path.as_str()), ("dnevnik-login", "/oauth2"));
    let query: Vec<&str> = link.query.iter().map(|param| param.value.as_str()).collect();
    assert_eq!(query, ["code", "our-client", "CommonInfo,EducationalInfo", "http://127.0.0.1:9/back", "s"]);

    let back = Input::Returned(vec![Param::new("code", "c"), Param::new("state", "s")]);
    let Step::Choice(choice) = talk.say(&back) else { panic!("no choice") };
    let offered: Vec<&str> = choice.options.iter().map(|option| option.id.as_str()).collect();
    assert_eq!(offered, ["3000", "1000"], "not where they are no administrator");
    assert!(choice.options.iter().all(|option| option.link.is_some()));

    assert!(matches!(talk.say(&Input::Choice("1000".to_owned())), Step::Form(_)));
    let Step::Form(again) = talk.say(&name("Школа 58")) else { panic!("no second form") };
    assert_eq!(again.text[0].code, "confirm-wrong");
    let facts = facts_of(talk.say(&name(" мбоу  \"школа № 57\" ")));
    assert_eq!(facts[0], (fact::ORGANISATION.to_owned(), "1000".to_owned()));
    assert_eq!(facts[2], (fact::ADMINISTRATOR.to_owned(), "5".to_owned()));
}

#[test]
fn d1_one_organisation_is_chosen_explicitly_too() {
    let one = answer(200, r#"[{"id_str": "1000", "name": "Школа"}]"#);
    assert!(matches!(Talk::new(but("list-my-schools", one)).consent(), Step::Choice(_)));
}

#[test]
fn the_code_is_exchanged_with_a_secret_the_connector_never_sees() {
    let mut talk = Talk::new(fine);
    talk.consent();
    let requests = talk.http.requests();
    let Body::Form(values) = &requests[0].body else { panic!("no form") };
    assert_eq!(values[2].value, TextOrSecret::Secret("client-secret".to_owned()));
    assert_eq!(values[3].value, TextOrSecret::Text("AuthorizationCode".to_owned()));
    assert!(!String::from_utf8_lossy(&talk.state).contains("handle"));
}

#[test]
fn d13_every_oauth_error_is_explained() {
    for (error, code, again) in [
        ("unauthorized_client", "oauth-unauthorized-client", false),
        ("access_denied", "oauth-access-denied", true),
        ("invalid_scope", "oauth-invalid-scope", false),
        ("invalid_request", "oauth-invalid-request", false),
        ("unsupported_response_type", "oauth-unsupported", false),
        ("server_error", "oauth-server-error", true),
        ("temporarily_unavailable", "oauth-busy", true),
        ("something_new", "oauth-unknown", true),
    ] {
        let mut talk = Talk::new(fine);
        talk.say(&Input::Started);
        let step = talk.say(&Input::Returned(vec![Param::new("error", error), Param::new("state", "s")]));
        assert_eq!(failed(step), (code.to_owned(), again), "{error}");
    }
}

#[test]
fn d15_an_interrupted_or_repeated_consent_says_how_to_go_on() {
    let interrupted = ("consent-interrupted".to_owned(), true);
    let mut talk = Talk::new(fine);
    talk.say(&Input::Started);
    assert_eq!(failed(talk.say(&Input::Returned(vec![Param::new("state", "s")]))), interrupted);
    assert_eq!(failed(Talk::new(fine).say(&name("Школа"))), interrupted, "a form out of nowhere");
    let mut two_tabs = Talk::new(fine);
    two_tabs.consent();
    let again = two_tabs.say(&Input::Returned(vec![Param::new("code", "c")]));
    assert_eq!(failed(again), interrupted, "the redirect of a second tab");
    let used = but("exchange-code", answer(400, r#"{"type": "authorizationFailed", "description": ""}"#));
    assert_eq!(failed(Talk::new(used).consent()), ("code-refused".to_owned(), true));
}

#[test]
fn d17_another_administrator_of_the_same_organisation_goes_on() {
    let facts = facts_of(Talk::bound_to(fine, "1000").consent());
    assert_eq!(facts[0].1, "1000");
    assert_eq!(facts[2].1, "5");
    assert_eq!(failed(Talk::bound_to(fine, "2000").consent()).0, "bound-to-another");
}

#[test]
fn d18_only_an_administrator_binds() {
    let pupil = but("list-my-roles", answer(200, r#"["EduStudent"]"#));
    assert_eq!(failed(Talk::new(pupil).consent()).0, "not-administrator");
    let nowhere = but("list-administrators", answer(403, "{}"));
    assert_eq!(failed(Talk::new(nowhere).consent()).0, "not-administrator");
    let mut forged = Talk::new(fine);
    forged.consent();
    assert_eq!(failed(forged.say(&Input::Choice("2000".to_owned()))).0, "not-administrator");
}
