//! Answers that no decent connector gives: pages, scopes, observations, effects, steps of a dialogue.

use super::behave::{Settings, unknown};
use super::bindings::exchange::connector::types::{
    Basis, Candidate, Change, DesiredPage, Difference, Effect, Failure, Field, Item, ItemRef, LeftOut, Link,
    Made, NotKnown, Observation, Ownership, Presence, Probe, RecordRef, RecordType, Refusal, Rejection,
    Scope, Step, Stored, TimeWindow, Value,
};
use super::{item, made, note, page, requests};

/// The list of scopes that the settings ask for, if a special one.
pub(crate) fn scopes(settings: &Settings) -> Option<Vec<Scope>> {
    let scope = |id: String| Scope { title: id.clone(), id, group: None };
    let ids: Vec<String> = match settings.behave.as_str() {
        "scope-twice" => vec!["a".into(), "a".into()],
        "two-scopes" => vec!["a".into(), "b".into()],
        "many-scopes" => (0..settings.count).map(|n| n.to_string()).collect(),
        "long-scope" => vec!["s".repeat(settings.count as usize)],
        _ => return None,
    };
    Some(ids.into_iter().map(scope).collect())
}

/// The items that the settings ask for, if special ones.
pub(crate) fn items(settings: &Settings) -> Option<Vec<Item>> {
    let keyed = |n: u32| item(&n.to_string(), "");
    if settings.crowd > 0 {
        return Some((0..settings.crowd).map(keyed).collect());
    }
    Some(match settings.behave.as_str() {
        "same-key" => vec![item("one", ""), item("one", "")],
        "empty-key" => vec![item("", "")],
        "huge-key" => vec![item(&"k".repeat(settings.count as usize), "")],
        "huge-label" => vec![item("one", &"x".repeat(settings.count as usize))],
        "field-twice" => {
            let mut twice = item("one", "");
            twice.fields.push(twice.fields[0].clone());
            vec![twice]
        }
        "many-texts" => {
            let mut heavy = item("one", "");
            heavy.fields[0].value = Value::Texts(vec![String::new(); settings.count as usize]);
            vec![heavy]
        }
        "unknown-kind" => vec![Item { kind: "stranger".into(), ..item("one", "") }],
        "refers" => vec![refers(item("one", ""), &settings.refs)],
        "circle" => (0..settings.count).map(|n| circle(n, settings.count)).collect(),
        "crowd" => (0..settings.count).map(keyed).collect(),
        "texts" => settings.texts.iter().map(|text| labelled(text)).collect(),
        "extremes" => vec![Item {
            window: Some(TimeWindow { not_before: Some(i64::MIN), not_after: Some(i64::MAX) }),
            former_keys: vec!["one".into(); 1_000],
            ..item("one", "")
        }],
        _ => return None,
    })
}

fn refers(mut one: Item, to: &[(String, String)]) -> Item {
    let field = |(n, (kind, key)): (usize, &(String, String))| Field {
        name: format!("ref{n}"),
        value: Value::Reference(ItemRef { kind: kind.clone(), key: key.clone() }),
        ownership: Ownership::Owned,
    };
    one.fields.extend(to.iter().enumerate().map(field));
    one
}

fn circle(n: u32, of: u32) -> Item {
    let next = ((n + 1) % of).to_string();
    refers(item(&n.to_string(), ""), &[("thing".into(), next)])
}

/// The text wherever an item may have one.
fn labelled(text: &str) -> Item {
    let mut one = item(text, text);
    one.group = Some(text.into());
    one.fields[0].value = Value::Text(text.into());
    one
}

/// A page around the items.
pub(crate) fn desired(settings: &Settings, items: Vec<Item>) -> DesiredPage {
    let mut answer = page(items);
    if settings.behave == "texts" {
        answer.left_out = settings.texts.iter().map(|text| left_out(text)).collect();
    }
    if settings.behave == "extremes" {
        answer.valid_until = Some(i64::MAX);
    }
    answer
}

fn left_out(text: &str) -> LeftOut {
    LeftOut {
        about: RecordRef { record_type: RecordType::Pupil, id: text.into() },
        label: text.into(),
        group: Some(text.into()),
        reason: note(text),
    }
}

/// What the settings have it say that it saw.
pub(crate) fn observations(
    settings: &Settings,
    probes: &[Probe],
    mut decent: Vec<Observation>,
) -> Vec<Observation> {
    let all = |one: &dyn Fn(&Probe) -> Observation| probes.iter().map(one).collect();
    if settings.r#in != "observe" {
        return decent;
    }
    match settings.behave.as_str() {
        "too-few" => drop(decent.pop()),
        "too-many" => decent.extend(decent.last().cloned()),
        "candidates" => return all(&|_| Observation::Ambiguous(candidates(settings))),
        "no-handle" => return all(&|_| presence("", None)),
        "huge-there" => return all(&|_| presence("h", Some("x".repeat(settings.count as usize)))),
        "one-handle" => return all(&|_| presence("h", None)),
        "blind" => return all(&|_| Observation::Absent(Basis::Lookup)),
        "never-knows" => return all(&|_| never(settings)),
        _ => {}
    }
    decent
}

fn never(settings: &Settings) -> Observation {
    Observation::Unknown(NotKnown { reason: note("never"), retry_after: Some(settings.count) })
}

fn candidates(settings: &Settings) -> Vec<Candidate> {
    let text = settings.texts.first().map_or("somebody", String::as_str);
    let candidate = |n| Candidate {
        handle: format!("{text}{n}"),
        label: text.into(),
        evidence: vec![note(text)],
        link: Some(Link {
            upstream: "api".into(),
            path: format!("//evil.example/{text}"),
            query: Vec::new(),
        }),
    };
    (0..settings.count).map(candidate).collect()
}

fn presence(handle: &str, there: Option<String>) -> Observation {
    let differing = there.into_iter().map(|there| Difference { field: "name".into(), there: Some(there) });
    Observation::Present(Presence {
        handle: handle.into(),
        outputs: Vec::new(),
        differing: differing.collect(),
        unseen: Vec::new(),
        remarks: Vec::new(),
    })
}

/// What the settings have it say that became of the changes; `told`: what came of a request it made before.
pub(crate) fn effects(settings: &Settings, changes: &[Change], told: &str) -> Result<Vec<Effect>, Failure> {
    let all = |one: &dyn Fn(&Change) -> Effect| Ok(changes.iter().map(one).collect());
    let written = || requests::write(changes, settings);
    if settings.r#in != "apply" {
        return written();
    }
    match settings.behave.as_str() {
        "lie" => all(&|change| made(&change.item.key)),
        "lie-pending" => all(&|_| Effect::Pending),
        "request" => all(&|_| Effect::Postponed(unknown(told))),
        "reject" => all(&|_| rejection(told, settings)),
        "too-few" => written().map(|mut effects| {
            effects.pop();
            effects
        }),
        "too-many" => written().map(|mut effects| {
            effects.extend(effects.last().cloned());
            effects
        }),
        "no-handle" => {
            written()?;
            all(&|_| Effect::Done(Made { handle: None, outputs: Vec::new() }))
        }
        "one-handle" => {
            written()?;
            all(&|_| made("same"))
        }
        "retry" => Err(Failure::Retry(Some(settings.count))),
        "refuse" => {
            let reason = note(&"x".repeat(settings.count as usize));
            Err(Failure::Refused(Refusal { stored: Stored::Nothing, reason }))
        }
        _ => written(),
    }
}

fn rejection(told: &str, settings: &Settings) -> Effect {
    let text = settings.texts.first().map_or(told, String::as_str);
    Effect::Rejected(Rejection { field: Some(text.into()), reason: note(text), fix: Some(note(text)) })
}

/// The step that the settings ask for, if a special one.
pub(crate) fn step(settings: &Settings) -> Option<Step> {
    let (upstream, path) = settings.refs.first()?.clone();
    (settings.behave == "redirect").then_some(Step::Redirect(Link { upstream, path, query: Vec::new() }))
}
