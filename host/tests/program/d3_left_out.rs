//! D3, D4: who does not go is listed, each with the reason.

use std::collections::BTreeSet;

use invented_school::Reason;
use serde_json::Value;

use crate::school::school;
use crate::world::{TASK, World};

#[test]
fn d3_everyone_left_out_is_listed_with_the_reason() {
    let world = World::bound();
    let plan: Value = world.run(&["plan", TASK, "--json"]).json();
    let told = plan["left_out"].as_array().expect("a list");
    let ids = |records: Vec<&str>| records.into_iter().map(str::to_owned).collect::<BTreeSet<_>>();
    let listed = ids(told.iter().map(|left| left["key"].as_str().expect("a key")).collect());
    let left_out = &school().expected.left_out;
    assert_eq!(listed, ids(left_out.iter().map(|left| left.id.as_str()).collect()));
    for left in left_out {
        let row = told.iter().find(|row| row["key"] == *left.id).expect("it is listed");
        let reason = row["reason"].as_str().expect("a text");
        let words = left.reasons.iter().map(|reason| words(*reason)).collect::<Vec<_>>();
        assert!(
            words.iter().any(|words| reason.contains(words)),
            "{}: {reason:?}, expected one of {words:?}",
            left.id
        );
    }
}

#[test]
fn d3_a_run_that_asks_a_few_classes_again_still_counts_the_whole_school() {
    let world = World::bound();
    let (_, first) = world.send();
    world.answer_questions();
    let (_, second) = world.send();
    let left_out = school().expected.left_out.len();
    assert_eq!(
        (&first["counts"]["left_out"], &second["counts"]["left_out"]),
        (&left_out.into(), &left_out.into())
    );
    let all =
        |run: &Value| run["counts"].as_object().map(|c| c.values().filter_map(Value::as_u64).sum::<u64>());
    assert_eq!(all(&first), all(&second), "{first:#} {second:#}");
}

/// What a secretary is told for each reason.
fn words(reason: Reason) -> &'static str {
    match reason {
        Reason::Expelled => "Отчислен",
        Reason::NoOrder => "Нет приказа",
        Reason::NoOrderThisYear => "учебному году",
        Reason::NoLetter => "без литеры",
        Reason::ApplicationWithdrawn => "отозвано",
        Reason::ApplicationRefused => "отказано",
        Reason::ApplicationNotAccepted => "ещё не принято",
        Reason::NoApplication => "Нет заявления",
        Reason::ClassDiffers => "В личной карточке",
        Reason::OtherYear => "учебный год",
    }
}

#[test]
fn d3_people_read_it_too() {
    let world = World::bound();
    let plan = world.run(&["plan", TASK]);
    let number = school().expected.left_out.len();
    let plan = plan.says(&format!("Не подлежат отправке: {number}"));
    assert!(plan.out.contains("Нет приказа"), "{}", plan.out);
}
