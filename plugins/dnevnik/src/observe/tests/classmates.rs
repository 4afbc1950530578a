//! Two children of one class with one full name: the account tells them apart.

use super::*;

/// `rest`, and what account 500 is answered with.
fn with_account(rest: impl Fn(&Request) -> Answer, account: Answer) -> impl Fn(&Request) -> Answer {
    move |request| match request.operation.as_str() {
        "read-user" => {
            assert_eq!(request.path[0].value, "500");
            account.clone()
        }
        _ => rest(request),
    }
}

/// What becomes of our pupil, in whose class is an activated one of the same full name with this account.
fn beside(account: Answer) -> Result<Observation, Failure> {
    let there = [person("10", PYOTR, Some("500"))];
    seen(with_account(world(&[], &[], &[], &there), account), stranger(pupil()))
}

fn born(birthday: &str) -> Answer {
    answer(200, &format!(r#"{{"id_str": "500", "personId_str": "10", "birthday": {birthday}}}"#))
}

#[test]
fn d12_a_classmate_of_the_same_name_with_another_birth_date_is_a_decision() {
    let (handles, evidence) = candidates(beside(born(r#""2014-08-09T00:00:00""#)));
    assert_eq!(handles, ["10"]);
    assert_eq!(evidence, ["evidence-same-name-class", "evidence-other-birthday", "evidence-activated"]);
}

#[test]
fn d12_a_classmate_whose_birth_date_agrees_or_is_not_shown_is_adopted() {
    let same = present(beside(born(r#""2014-02-03T00:00:00""#)));
    assert_eq!((same.handle.as_str(), &same.unseen[..]), ("10", &["snils".to_owned()][..]));
    for hidden in [born("null"), answer(404, "{}")] {
        let found = present(beside(hidden));
        assert_eq!(found.unseen, ["birth-date", "snils"]);
    }
}

#[test]
fn d12_a_classmate_whose_account_cannot_be_read_now_stays_unknown() {
    assert_eq!(reason(beside(answer(429, ""))), "try-later");
    let dead = beside(answer(401, ""));
    assert!(matches!(dead, Err(Failure::Unauthorized(_))));
}

#[test]
fn d12_only_a_classmate_with_another_birth_date_is_no_twin() {
    let (ours, namesake) = ([person("11", PYOTR, None)], [person("10", PYOTR, Some("500"))]);
    let remarks = |birthday| {
        let searches = with_account(world(&ours, &[], &[], &namesake), born(birthday));
        let found = present(seen(searches, stranger(pupil())));
        assert_eq!(found.handle, "11");
        found.remarks.into_iter().map(|remark| remark.code).collect::<Vec<_>>()
    };
    assert_eq!(remarks(r#""2014-08-09T00:00:00""#), Vec::<String>::new());
    assert_eq!(remarks("null"), ["twin-activated"]);
}

#[test]
fn accounts_are_read_only_where_nothing_surer_is_known() {
    let there = [person("10", PYOTR, Some("500"))];
    let found = present(seen(world(&[], &there, &[], &there), stranger(pupil())));
    assert_eq!(found.unseen, ["snils"]);
}
