//! Pages that come at more than one place of the dialogue, most of them ends.

use exchange_sdk::{
    ChoiceOption, Committed, Effect, Ending, Failure, Form, FormField, FormKind, Link, Message, Step,
};

use super::state::RoleState;
use crate::age::{Day, OWN_ACCOUNT};
use crate::level::Level;
use crate::matching::Obstacle;
use exchange_sdk::names::Likeness;

/// Its label is one of our texts.
pub(super) fn option(id: &str, label: &str) -> ChoiceOption {
    ChoiceOption { id: id.to_owned(), label: label.to_owned(), details: Vec::new(), link: None }
}

/// «Восстановите доступ» stands beside.
pub(super) fn password_form(title: &str, text: &[Message]) -> Step {
    let field =
        |name: &str, label: &str, kind| FormField { name: name.to_owned(), label: Message::new(label), kind };
    let fields = vec![
        field("login", "label-login", FormKind::Text),
        field("password", "label-password", FormKind::Password),
    ];
    let text = text.iter().cloned().chain([Message::new("advice-recover")]).collect();
    Step::Form(Form { title: Message::new(title), text, fields })
}

pub(super) fn no_more(reason: &str) -> Step {
    Step::fail(Message::new(reason), vec![Message::new("advice-recover"), Message::new("advice-wait")], true)
}

pub(super) fn wrong(left: u32) -> Message {
    Message::new("wrong-password").arg("left", left)
}

/// A good end: «Перейти в Дневник.ру».
pub(super) fn done(code: &str) -> Step {
    let link = Some(Link::to("dnevnik-site", "/"));
    Step::Done(Ending { text: vec![Message::new(code)], facts: Vec::new(), link })
}

pub(super) fn linked(done_items: &[Committed], role: RoleState) -> Step {
    match done_items.first().map(|committed| &committed.effect) {
        Some(Effect::Done(_)) => done(match role {
            RoleState::Pupil => "linked-pupil",
            RoleState::Guardian => "linked-parent",
            RoleState::Staff => "linked-staff",
        }),
        Some(Effect::Rejected(rejection)) => elsewhere(&rejection.reason.code),
        _ => Step::fail(Message::new("not-certain"), vec![Message::new("advice-not-certain")], true),
    }
}

pub(super) fn elsewhere(code: &str) -> Step {
    Step::fail(Message::new(code), vec![Message::new("advice-tell-school")], false)
}

/// There is no record that this could be.
pub(super) fn nobody_s() -> Step {
    Step::fail(Message::new("not-of-the-school"), vec![Message::new("advice-tell-school")], false)
}

/// The task is not set up for this: keys, grants.
pub(super) fn not_signed() -> Step {
    Step::fail(Message::new("not-set-up"), vec![Message::new("advice-tell-school")], true)
}

/// The diary gives no answer, or does not answer this school any more.
pub(super) fn diary_silent(failure: Failure) -> Step {
    match failure {
        Failure::Unauthorized(_) | Failure::Forbidden(_) | Failure::InvalidConfig(_) => not_signed(),
        _ => Step::fail(Message::new("diary-no-answer"), vec![Message::new("advice-later")], true),
    }
}

fn names(likeness: Likeness) -> &'static str {
    match likeness {
        Likeness::Yo => "names-yo",
        Likeness::LookAlike => "names-look-alike",
        Likeness::Hyphens => "names-hyphens",
        Likeness::Patronymic => "names-patronymic",
        Likeness::Same | Likeness::Other => "names-differ",
    }
}

/// Why these two are not linked, and who can do something about it.
pub(super) fn told(obstacle: Obstacle, born: Option<Day>, today: Day) -> Step {
    let end = |reason: &str, advice: &[&str]| {
        Step::fail(Message::new(reason), advice.iter().copied().map(Message::new).collect(), true)
    };
    match obstacle {
        Obstacle::ParentForChild => {
            end("parent-for-child", &["advice-child-signs-in", "advice-child-account"])
        }
        Obstacle::ChildForParent => end("child-for-parent", &["advice-parent-signs-in"]),
        Obstacle::Names(likeness) => end(names(likeness), &["advice-names"]),
        Obstacle::SnilsWrong => end("snils-wrong", &["advice-names"]),
        Obstacle::SnilsDiffers => end("snils-differs", &["advice-names"]),
        Obstacle::Level { needed } => {
            let young = born.is_some_and(|born| born.years_until(today) < OWN_ACCOUNT);
            let how = if young { "advice-child-account" } else { "advice-level" };
            match needed {
                Level::Confirmed => end("level-confirmed", &[how]),
                Level::Standard | Level::Simplified => end("level-standard", &[how]),
            }
        }
    }
}
