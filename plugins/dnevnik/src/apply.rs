//! From changes to what is written, and from its fate to what the host hears.

use exchange_sdk::http::Http;
use exchange_sdk::{Action, Change, Effect, Failure, Message, NotKnown};
use serde_json::{Value, json};

use crate::desired::kind;
use crate::remote::Remote;
use crate::role;
use crate::transport::{self, Collection, Fate, Members};

/// Makes the changes: as many effects as changes, in their order.
///
/// # Errors
/// When nothing of the batch was stored.
pub fn apply<H: Http>(http: &H, school: &str, changes: &[Change]) -> Result<Vec<Effect>, Failure> {
    let remote = Remote::new(http, school);
    let mut effects = write(http, school, changes).map_err(|failure| role::explained(&remote, failure))?;
    let mut refused: Vec<&mut Message> = effects.iter_mut().filter_map(refusal).collect();
    if !refused.is_empty() && role::is_lost(&remote) {
        // Some were stored before the role went, so the batch has not failed as one.
        refused.iter_mut().for_each(|reason| **reason = role::reason());
    }
    Ok(effects)
}

/// Why a change waits, where it was turned away.
fn refusal(effect: &mut Effect) -> Option<&mut Message> {
    match effect {
        Effect::Postponed(waiting) if role::is_refusal(&waiting.reason) => Some(&mut waiting.reason),
        _ => None,
    }
}

fn write<H: Http>(http: &H, school: &str, changes: &[Change]) -> Result<Vec<Effect>, Failure> {
    let Some(first) = changes.first() else { return Ok(Vec::new()) };
    let what = collection(&first.item.kind);
    match (first.action, what, what.and_then(Collection::update)) {
        (Action::Create, Some(what), _) => create(http, school, what, changes),
        (Action::Update, _, Some(operation)) => update(http, operation, changes),
        // Nothing is ever removed (D10), and links cannot be changed.
        _ => {
            Ok(changes.iter().map(|_| Effect::refused(None, Message::new("rejected-no-way"), None)).collect())
        }
    }
}

fn collection(kind: &str) -> Option<Collection> {
    Some(match kind {
        kind::CLASS => Collection::Classes,
        kind::PUPIL | kind::GUARDIAN => Collection::Persons,
        kind::SCHOOL_MEMBERSHIP => Collection::Memberships,
        kind::CLASS_MEMBERSHIP => Collection::ClassMemberships,
        kind::RELATION => Collection::Relatives,
        _ => return None,
    })
}

fn create<H: Http>(
    http: &H,
    school: &str,
    what: Collection,
    changes: &[Change],
) -> Result<Vec<Effect>, Failure> {
    let items: Vec<(usize, Members)> =
        changes.iter().enumerate().filter_map(|(place, change)| Some((place, members(change)?))).collect();
    let fates = if items.is_empty() { Vec::new() } else { transport::create(http, school, what, &items)? };
    let mut effects: Vec<Effect> = changes.iter().map(|_| unready()).collect();
    for ((place, _), fate) in items.iter().zip(fates) {
        effects[*place] = effect(fate, &changes[*place]);
    }
    Ok(effects)
}

fn update<H: Http>(http: &H, operation: &str, changes: &[Change]) -> Result<Vec<Effect>, Failure> {
    let updates: Vec<(String, usize, Members)> = changes
        .iter()
        .enumerate()
        .filter_map(|(place, change)| Some((change.handle.clone()?, place, members(change)?)))
        .collect();
    let fates = transport::update(http, operation, &updates);
    if let Some(failure) = common_failure(&fates) {
        return Err(failure);
    }
    let mut effects: Vec<Effect> = changes.iter().map(|_| unready()).collect();
    for ((_, place, _), fate) in updates.iter().zip(fates) {
        effects[*place] = effect(fate, &changes[*place]);
    }
    Ok(effects)
}

/// Nothing of anything was stored: then the batch failed as one.
fn common_failure(fates: &[Fate]) -> Option<Failure> {
    let Fate::Nothing(first) = fates.first()? else { return None };
    fates.iter().all(|fate| matches!(fate, Fate::Nothing(_))).then(|| first.clone())
}

/// What it refers to has no id there yet.
fn unready() -> Effect {
    Effect::Postponed(NotKnown { reason: Message::new("reference-not-there"), retry_after: None })
}

/// What is sent of a change; `None` while something it refers to does not exist there.
fn members(change: &Change) -> Option<Members> {
    let mut members = Members::new();
    for (field, member) in names(&change.item.kind) {
        if change.touches(field) {
            let value = value(change, field)?;
            members.insert((*member).to_owned(), value);
        }
    }
    members.retain(|_, value| !value.is_null());
    if change.action == Action::Create && matches!(change.item.kind.as_str(), kind::PUPIL | kind::GUARDIAN) {
        let role = if change.item.kind == kind::PUPIL { "EduStudent" } else { "EduParent" };
        members.insert("role".to_owned(), json!(role));
    }
    Some(members)
}

/// Our fields and the members they become.
fn names(kind: &str) -> &'static [(&'static str, &'static str)] {
    match kind {
        kind::CLASS => &[("name", "name"), ("parallel", "parallel"), ("study-year", "studyyear")],
        kind::PUPIL | kind::GUARDIAN => &[
            ("last-name", "lastName"),
            ("first-name", "firstName"),
            ("middle-name", "middleName"),
            ("birth-date", "birthday"),
            ("sex", "sex"),
            ("snils", "snils"),
        ],
        kind::SCHOOL_MEMBERSHIP => &[("person", "person"), ("start", "start")],
        kind::CLASS_MEMBERSHIP => &[("person", "person"), ("class", "eduGroup"), ("start", "start")],
        kind::RELATION => &[("child", "child"), ("relative", "relative"), ("type", "type")],
        _ => &[],
    }
}

/// A field as a member; null where it has no value. `None`: it names something without an id.
fn value(change: &Change, field: &str) -> Option<Value> {
    let item = &change.item;
    Some(match (item.text(field), item.integer(field)) {
        _ if item.referred(field).is_some() => json!(change.handle_of(field)?),
        (Some("male"), _) if field == "sex" => json!("Male"),
        (Some("female"), _) if field == "sex" => json!("Female"),
        (Some(text), _) => json!(text),
        (_, Some(number)) => json!(number),
        _ => Value::Null,
    })
}

fn effect(fate: Fate, change: &Change) -> Effect {
    match fate {
        Fate::Stored(_) if change.action == Action::Update => Effect::changed(),
        Fate::Stored(id) => Effect::made(handle(change, id)),
        Fate::Refused { field } => rejected(&change.item.kind, field.as_deref()),
        Fate::Unknown(why) => Effect::InDoubt(why),
        Fate::Nothing(failure) => postponed(failure),
    }
}

/// A link is known by whom it joins: no read tells its id.
fn handle(change: &Change, id: String) -> String {
    match (change.handle_of("child"), change.handle_of("relative")) {
        (Some(child), Some(relative)) => link_handle(child, relative),
        _ => id,
    }
}

/// The handle of the link between a child and a relative.
pub fn link_handle(child: &str, relative: &str) -> String {
    format!("{child}/{relative}")
}

fn postponed(failure: Failure) -> Effect {
    let (reason, retry_after) = match failure {
        Failure::Retry(after) => (Message::new("try-later"), after),
        Failure::Unauthorized(reason) | Failure::Forbidden(reason) | Failure::Unavailable(reason) => {
            (reason, None)
        }
        Failure::Refused(refusal) => (refusal.reason, None),
        Failure::InvalidConfig(bad) => (bad.reason, None),
        Failure::Cancelled => (Message::new("try-later"), None),
    };
    Effect::Postponed(NotKnown { reason, retry_after })
}

/// Which field, why, and how the school mends it.
fn rejected(kind: &str, member: Option<&str>) -> Effect {
    let field = names(kind).iter().find(|(_, theirs)| Some(*theirs) == member).map(|(ours, _)| *ours);
    let (reason, fix) = match field {
        Some("snils") => (Message::new("rejected-snils"), Message::new("fix-snils")),
        Some("birth-date") => (Message::new("rejected-birthday"), Message::new("fix-birthday")),
        Some("last-name" | "first-name" | "middle-name") => {
            (Message::new("rejected-name"), Message::new("fix-name"))
        }
        Some("start") => (Message::new("rejected-start"), Message::new("fix-start")),
        _ => (Message::new("rejected-other"), Message::new("fix-other")),
    };
    Effect::refused(field.map(str::to_owned), reason, Some(fix))
}

#[cfg(test)]
mod tests {
    use super::*;
    use exchange_sdk::http::{Body, Request};
    use exchange_sdk::testing::{Answer, Recorded, answer};
    use exchange_sdk::{Item, ItemRef, Target};

    fn change(item: Item, targets: &[(&str, &str, Option<&str>)]) -> Change {
        let target = |(kind, key, handle): &(&str, &str, Option<&str>)| Target {
            item: ItemRef::new(kind, key),
            handle: handle.map(str::to_owned),
            outputs: Vec::new(),
        };
        Change {
            action: Action::Create,
            item,
            handle: None,
            fields: Vec::new(),
            targets: targets.iter().map(target).collect(),
            token: "t".to_owned(),
        }
    }

    #[test]
    fn d9_a_person_is_sent_with_role_and_what_is_known() {
        let item = Item::new(kind::GUARDIAN, "g1")
            .field("last-name", "Лисова")
            .field("first-name", "Мария")
            .field("sex", "female")
            .create_only("children", vec!["лисов петр".to_owned()]);
        let http = Recorded::new(|_| answer(200, r#"{"items":[{"key":"0","id":5,"id_str":"5"}]}"#));
        let effects = apply(&http, "1000", &[change(item, &[])]).expect("effects");
        assert_eq!(effects, [Effect::made("5")]);
        let Body::Json(body) = &http.requests()[0].body else { panic!("no JSON") };
        let body: Value = serde_json::from_str(body).expect("JSON");
        let expected = json!({"items": [
            {"key": "0", "role": "EduParent", "lastName": "Лисова", "firstName": "Мария", "sex": "Female"}]});
        assert_eq!(body, expected);
    }

    #[test]
    fn what_refers_to_nothing_there_waits_and_is_not_sent() {
        let membership = |pupil| {
            let item = Item::new(kind::SCHOOL_MEMBERSHIP, pupil).reference("person", kind::PUPIL, pupil);
            item.field("start", "2026-09-01")
        };
        let http = Recorded::new(|_| answer(200, r#"{"items":[{"key":"1","id":7,"id_str":"7"}]}"#));
        let changes = [
            change(membership("p1"), &[(kind::PUPIL, "p1", None)]),
            change(membership("p2"), &[(kind::PUPIL, "p2", Some("500"))]),
        ];
        let effects = apply(&http, "1000", &changes).expect("effects");
        assert!(matches!(effects[0], Effect::Postponed(_)));
        assert_eq!(effects[1], Effect::made("7"));
        assert_eq!(http.requests()[0].changes, [1]);
    }

    #[test]
    fn a_link_is_known_by_whom_it_joins() {
        let item = Item::new(kind::RELATION, "p1:g1").reference("child", kind::PUPIL, "p1").reference(
            "relative",
            kind::GUARDIAN,
            "g1",
        );
        let targets = [(kind::PUPIL, "p1", Some("10")), (kind::GUARDIAN, "g1", Some("20"))];
        let http = Recorded::new(|_| answer(200, r#"{"items":[{"key":"0","id":7,"id_str":"7"}]}"#));
        let effects = apply(&http, "1000", &[change(item, &targets)]).expect("effects");
        assert_eq!(effects, [Effect::made("10/20")]);
    }

    #[test]
    fn a_bad_field_is_named_in_our_words_with_a_fix() {
        let Effect::Rejected(rejection) = rejected(kind::PUPIL, Some("snils")) else {
            panic!("not rejected")
        };
        assert_eq!(rejection.field.as_deref(), Some("snils"));
        assert_eq!(rejection.reason.code, "rejected-snils");
        assert_eq!(rejection.fix.map(|fix| fix.code).as_deref(), Some("fix-snils"));
    }

    #[test]
    fn an_update_sends_only_the_fields_to_put_right() {
        let item = Item::new(kind::CLASS, "c1").field("name", "5-А").field("parallel", 5);
        let mut change = change(item, &[]);
        (change.action, change.handle, change.fields) =
            (Action::Update, Some("77".to_owned()), vec!["name".to_owned()]);
        let http = Recorded::new(|_| answer(200, r#"{"id":77,"id_str":"77"}"#));
        assert_eq!(apply(&http, "1000", &[change]), Ok(vec![Effect::changed()]));
        let Body::Json(body) = &http.requests()[0].body else { panic!("no JSON") };
        assert_eq!(body, r#"{"name":"5-А"}"#);
    }
    /// An administrator whose role is gone: changes of class 1 are stored, all other writes refused.
    fn demoted(request: &Request) -> Answer {
        match request.operation.as_str() {
            "list-my-roles" => answer(200, r#"["EduStaff"]"#),
            _ if request.path.iter().any(|place| place.value == "1") => answer(200, "{}"),
            _ => answer(403, "{}"),
        }
    }

    fn renamed(handle: &str) -> Change {
        let mut change = change(Item::new(kind::CLASS, handle).field("name", "5-А"), &[]);
        (change.action, change.handle, change.fields) =
            (Action::Update, Some(handle.to_owned()), vec!["name".to_owned()]);
        change
    }

    #[test]
    fn d18_a_write_refused_for_want_of_the_role_says_so() {
        let http = Recorded::new(demoted);
        let created = apply(&http, "1000", &[change(Item::new(kind::CLASS, "c").field("name", "5-А"), &[])]);
        assert_eq!(created, Err(role::lost()));
        assert_eq!(apply(&http, "1000", &[renamed("2")]), Err(role::lost()));
        let waiting = Effect::Postponed(NotKnown { reason: role::reason(), retry_after: None });
        assert_eq!(apply(&http, "1000", &[renamed("1"), renamed("2")]), Ok(vec![Effect::changed(), waiting]));
    }
}
