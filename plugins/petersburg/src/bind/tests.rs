use exchange_sdk::http::Request;
use exchange_sdk::testing::{Answer, Recorded, answer};

use super::*;

/// An employee of two schools, of which the second has no teachers; the password is `secret:right`.
fn fine(request: &Request) -> Answer {
    let list = |items: &str, total: usize| {
        answer(200, &format!(r#"{{"data": {{"items": {items}, "total_pages": 1, "total_items": {total}}}}}"#))
    };
    match request.operation.as_str() {
        "sign-in" => {
            let exchange_sdk::http::Body::Json(body) = &request.body else { panic!("no JSON") };
            match body.contains("secret:right") {
                true => answer(200, r#"{"data": {"token": "secret:token"}}"#),
                false => answer(400, "{}"),
            }
        }
        "list-institutions" => list(
            r#"[{"identity": {"id": 9102}, "name": "Школа № 2"}, {"identity": {"id": 9101}, "name": "Школа № 1"}]"#,
            2,
        ),
        "list-teachers" => {
            list(r#"[{"identity": {"id": 1}, "surname": "А", "firstname": "Б", "middlename": null}]"#, 1)
        }
        _ => list("[]", 0),
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

    fn bound_to(answers: F, institution: &str) -> Self {
        Self { bound: vec![Param::new(fact::INSTITUTION, institution)], ..Self::new(answers) }
    }

    fn hear(&mut self, input: &Input) -> Result<Step, Failure> {
        let binding = Binding { http: &self.http, bound: self.bound.clone() };
        let turn = binding.turn(input, &self.state)?;
        self.state = turn.state;
        Ok(turn.step)
    }

    fn say(&mut self, input: &Input) -> Step {
        self.hear(input).expect("a turn")
    }

    fn sign_in(&mut self, password: &str) -> Step {
        self.say(&Input::Started);
        self.say(&form(password))
    }
}

fn form(password: &str) -> Input {
    Input::Form(vec![Param::new("login", " a@example.org "), Param::new("password", password)])
}

fn failed_with(step: Step) -> String {
    match step {
        Step::Failed(end) if end.again => end.reason.code,
        other => panic!("not failed: {other:?}"),
    }
}

fn facts(step: Step) -> Vec<(String, String)> {
    let Step::Done(ending) = step else { panic!("not done: {step:?}") };
    ending.facts.into_iter().map(|fact| (fact.name, fact.value)).collect()
}

#[test]
fn s2_password_and_choice_bind_the_school() {
    let mut talk = Talk::new(fine);
    let Step::Form(form) = talk.say(&Input::Started) else { panic!("no form") };
    let kinds: Vec<_> = form.fields.iter().map(|field| (field.name.as_str(), field.kind)).collect();
    assert_eq!(kinds, [("login", FormKind::Text), ("password", FormKind::Password)]);
    let Step::Choice(choice) = talk.say(&self::form("secret:right")) else { panic!("no choice") };
    let offered: Vec<&str> = choice.options.iter().map(|option| option.id.as_str()).collect();
    assert_eq!(offered, ["9101", "9102"], "by name");
    assert!(!String::from_utf8_lossy(&talk.state).contains("secret"), "no handle is kept");
    let facts = facts(talk.say(&Input::Choice("9101".into())));
    assert_eq!(facts[0], (fact::INSTITUTION.to_owned(), "9101".to_owned()));
    assert_eq!(facts[1], (fact::NAME.to_owned(), "Школа № 1".to_owned()));
}

#[test]
fn s2_a_wrong_password_asks_again() {
    let mut talk = Talk::new(fine);
    let Step::Form(again) = talk.sign_in("secret:wrong") else { panic!("no form") };
    assert_eq!(again.text[0].code, "wrong-password");
    assert!(matches!(talk.say(&form("secret:right")), Step::Choice(_)));
}

#[test]
fn s2_one_school_is_chosen_explicitly_too_and_none_is_told() {
    let list = |items: &str, n: usize| {
        answer(200, &format!(r#"{{"data": {{"items": {items}, "total_pages": 1, "total_items": {n}}}}}"#))
    };
    let one = list(r#"[{"identity": {"id": 1}, "name": "Школа"}]"#, 1);
    assert!(matches!(Talk::new(but("list-institutions", one)).sign_in("secret:right"), Step::Choice(_)));
    let none = but("list-institutions", list("[]", 0));
    assert_eq!(failed_with(Talk::new(none).sign_in("secret:right")), "no-institutions");
}

#[test]
fn s2_a_parent_binds_nothing() {
    let mut parent = Talk::new(but("list-vk-ids", answer(403, "{}")));
    parent.sign_in("secret:right");
    assert_eq!(failed_with(parent.say(&Input::Choice("9101".into()))), "not-employee");
}

#[test]
fn s2_what_was_never_offered_is_not_chosen() {
    let mut talk = Talk::new(fine);
    talk.sign_in("secret:right");
    assert_eq!(failed_with(talk.say(&Input::Choice("7777".into()))), "other-institution");
    assert_eq!(
        failed_with(Talk::new(fine).say(&form("secret:right"))),
        "interrupted",
        "a form out of nowhere"
    );
    assert_eq!(failed_with(Talk::new(fine).say(&Input::Choice("9101".into()))), "interrupted");
}

#[test]
fn s2_who_is_bound_signs_in_anew_to_the_same_school_only() {
    let renewed = Talk::bound_to(fine, "9102").sign_in("secret:right");
    assert_eq!(facts(renewed)[0].1, "9102");
    assert_eq!(failed_with(Talk::bound_to(fine, "5").sign_in("secret:right")), "other-institution");
}

#[test]
fn silence_is_a_failure_and_not_a_wrong_password() {
    for told in [answer(502, ""), Err(exchange_sdk::http::HttpError::Unanswered)] {
        let mut talk = Talk::new(but("sign-in", told));
        talk.say(&Input::Started);
        assert!(matches!(talk.hear(&form("secret:right")), Err(Failure::Unavailable(_))));
    }
}
