//! The write half: **an assumption of ours**, kept apart so that a real contract can take its place.
//!
//! No public call of Дневник.ру creates a class, a person, a membership or a link. What is written here is the
//! interface of the stand-in (`/contingent/v1`): up to 100 items a request, each with a key that comes back with
//! the id it was given or with the reason why it was refused. Nothing outside this module knows these paths and
//! names; it is given items and answers what became of each.

use exchange_sdk::failure::{Written, of_write, unknown_outcome};
use exchange_sdk::http::{Http, HttpError, Request, Response};
use exchange_sdk::{Failure, Message};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::remote::optional_id;

/// The members of one thing to write.
pub type Members = Map<String, Value>;

/// What can be written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Collection {
    /// Classes.
    Classes,
    /// Persons.
    Persons,
    /// Memberships in the school.
    Memberships,
    /// Memberships in classes.
    ClassMemberships,
    /// Parent–child links; these can only be made.
    Relatives,
}

impl Collection {
    fn create(self) -> &'static str {
        match self {
            Self::Classes => "create-classes",
            Self::Persons => "create-persons",
            Self::Memberships => "create-memberships",
            Self::ClassMemberships => "create-class-memberships",
            Self::Relatives => "create-relatives",
        }
    }

    /// The operation that changes one; `None` where there is none.
    pub fn update(self) -> Option<&'static str> {
        match self {
            Self::Classes => Some("update-class"),
            Self::Persons => Some("update-person"),
            Self::Memberships => Some("update-membership"),
            Self::ClassMemberships => Some("update-class-membership"),
            Self::Relatives => None,
        }
    }
}

/// What became of one item.
#[derive(Clone, PartialEq, Debug)]
pub enum Fate {
    /// Stored, under this id.
    Stored(String),
    /// Refused; the other side's name of the field at fault. Its description is dropped: it may quote the value.
    Refused {
        /// Where one field is at fault.
        field: Option<String>,
    },
    /// Nothing was stored, for a reason that lies in the request and not in the item.
    Nothing(Failure),
    /// Perhaps stored.
    Unknown(Message),
}

#[derive(Deserialize)]
struct Answer {
    items: Vec<AnswerItem>,
}

#[derive(Deserialize)]
struct AnswerItem {
    key: String,
    #[serde(default, deserialize_with = "optional_id")]
    id_str: Option<String>,
    error: Option<AnswerError>,
}

#[derive(Deserialize)]
struct AnswerError {
    field: Option<String>,
}

/// Creates things in the school `school`: as many fates as items, in their order. `items` carries with each its
/// place in the call's changes.
///
/// # Errors
/// When nothing of the request was stored.
pub fn create<H: Http>(
    http: &H,
    school: &str,
    what: Collection,
    items: &[(usize, Members)],
) -> Result<Vec<Fate>, Failure> {
    let keyed = items.iter().map(|(place, members)| {
        let mut members = members.clone();
        members.insert("key".to_owned(), json!(place.to_string()));
        members
    });
    let request = Request::to(what.create())
        .path("school", school)
        .json(&json!({ "items": keyed.collect::<Vec<_>>() }))
        .changes(items.iter().map(|(place, _)| *place));
    match of_write(http.send(request)) {
        Written::Nothing(failure) => Err(failure),
        Written::InDoubt(why) => Ok(vec![Fate::Unknown(why); items.len()]),
        Written::Answered(response) => Ok(fates(&response, items)),
    }
}

/// An item that the answer does not mention may be stored or not: an answer that lies about one may lie about all.
fn fates(response: &Response, items: &[(usize, Members)]) -> Vec<Fate> {
    let answered = response.json::<Answer>().map(|answer| answer.items).unwrap_or_default();
    let fate = |place: usize| {
        let key = place.to_string();
        let Some(item) = answered.iter().find(|item| item.key == key) else {
            return Fate::Unknown(unknown_outcome(response.status));
        };
        match (&item.id_str, &item.error) {
            (Some(id), None) => Fate::Stored(id.clone()),
            (None, Some(error)) => Fate::Refused { field: error.field.clone() },
            _ => Fate::Unknown(unknown_outcome(response.status)),
        }
    };
    items.iter().map(|(place, _)| fate(*place)).collect()
}

/// Changes one thing each: id, place in the call's changes, the members to replace.
pub fn update<H: Http>(http: &H, operation: &str, updates: &[(String, usize, Members)]) -> Vec<Fate> {
    let request = |(id, place, members): &(String, usize, Members)| {
        Request::to(operation).path("id", id).json(members).changes([*place])
    };
    let requests: Vec<Request> = updates.iter().map(request).collect();
    http.send_all(&requests)
        .into_iter()
        .zip(updates)
        .map(|(answer, (id, _, _))| updated(answer, id))
        .collect()
}

fn updated(answer: Result<Response, HttpError>, id: &str) -> Fate {
    if let Ok(response) = &answer
        && matches!(response.status, 400 | 404 | 422)
    {
        return Fate::Refused { field: None };
    }
    match of_write(answer) {
        // An update has no answer worth reading, but HTML is no answer of this interface.
        Written::Answered(response) => match response.json::<Value>() {
            Ok(_) => Fate::Stored(id.to_owned()),
            Err(_) => Fate::Unknown(unknown_outcome(response.status)),
        },
        Written::Nothing(failure) => Fate::Nothing(failure),
        Written::InDoubt(why) => Fate::Unknown(why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use exchange_sdk::http::Body;
    use exchange_sdk::testing::{Answer as Told, Recorded, answer};

    fn items(places: &[usize]) -> Vec<(usize, Members)> {
        places.iter().map(|place| (*place, Members::new())).collect()
    }

    fn created(told: Told, places: &[usize]) -> Result<Vec<Fate>, Failure> {
        let http = Recorded::new(move |_| told.clone());
        create(&http, "1000", Collection::Persons, &items(places))
    }

    fn is_unknown(fate: &Fate) -> bool {
        matches!(fate, Fate::Unknown(_))
    }

    #[test]
    fn each_item_has_its_own_fate_found_by_key() {
        let body = r#"{"items": [
            {"key": "2", "error": {"type": "parameterInvalid", "description": "…", "field": "snils"}},
            {"key": "0", "id": 1000100000001, "id_str": "1000100000001"}]}"#;
        let fates = created(answer(200, body), &[0, 1, 2]).expect("fates");
        assert_eq!(fates[0], Fate::Stored("1000100000001".to_owned()));
        assert!(is_unknown(&fates[1]), "half a batch: what is not mentioned is unknown");
        assert_eq!(fates[2], Fate::Refused { field: Some("snils".to_owned()) });
    }

    #[test]
    fn what_cannot_be_read_leaves_all_in_doubt() {
        for told in [
            answer(200, "<html>"),
            answer(200, r#"{"items": [{"key": "0", "id_s"#),
            answer(200, r#"{"items": [{"key": "0", "id_str": ""}]}"#),
            answer(502, ""),
            answer(503, ""),
            answer(500, r#"{"type": "apiServerError", "description": ""}"#),
            Err(HttpError::Unanswered),
        ] {
            assert!(created(told, &[0, 1]).expect("fates").iter().all(is_unknown));
        }
    }

    #[test]
    fn definite_refusals_say_that_nothing_was_stored() {
        assert!(matches!(created(answer(400, "{}"), &[0]), Err(Failure::Refused(_))));
        assert!(matches!(created(answer(401, "{}"), &[0]), Err(Failure::Unauthorized(_))));
        for limit in [429, 433] {
            assert!(matches!(created(answer(limit, "{}"), &[0]), Err(Failure::Retry(None))));
        }
        assert!(matches!(created(answer(403, "{}"), &[0]), Err(Failure::Forbidden(_))));
    }

    #[test]
    fn a_request_names_its_changes_and_sends_no_personal_keys() {
        let http = Recorded::new(|_| answer(200, r#"{"items": []}"#));
        create(&http, "1000", Collection::Classes, &items(&[3, 7])).expect("fates");
        let request = &http.requests()[0];
        assert_eq!(request.operation, "create-classes");
        assert_eq!(request.changes, [3, 7]);
        let Body::Json(body) = &request.body else { panic!("no JSON") };
        assert_eq!(body, r#"{"items":[{"key":"3"},{"key":"7"}]}"#);
    }

    #[test]
    fn updates_go_one_by_one() {
        let http = Recorded::new(|request| match request.path[0].value.as_str() {
            "1" => answer(200, r#"{"id": 1, "id_str": "1"}"#),
            "2" => answer(400, "{}"),
            "3" => answer(429, ""),
            _ => answer(504, ""),
        });
        let updates: Vec<_> = (1..=4).map(|n: usize| (n.to_string(), n - 1, Members::new())).collect();
        let fates = update(&http, "update-person", &updates);
        assert_eq!(fates[0], Fate::Stored("1".to_owned()));
        assert_eq!(fates[1], Fate::Refused { field: None });
        assert_eq!(fates[2], Fate::Nothing(Failure::Retry(None)));
        assert!(is_unknown(&fates[3]));
        assert_eq!(http.requests()[2].changes, [2]);
    }
}
