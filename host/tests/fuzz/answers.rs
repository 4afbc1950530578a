//! What other sides may answer, damaged, as the connectors that come with the host read it.
//!
//! An input is a list of answers: a line `== OPERATION STATUS`, then the body. An operation without one answers 404;
//! words in place of the status are what the host says when there is no answer.

mod school;

use std::collections::BTreeMap;

use dnevnik::bind::Binding;
use dnevnik::contingent::Contingent;
use dnevnik::desired::{kind, page};
use dnevnik::observe::observe;
use dnevnik::remote::Remote;
use dnevnik::settings::{Evidence, Settings, Year};
use exchange_sdk::http::{HttpError, Request};
use exchange_sdk::testing::{Answer, Recorded, answer};
use exchange_sdk::{
    Action, Change, Effect, Failure, Input, Item, Observation, Param, Probe, Purpose, RoundTrip, Step, Target,
};

use crate::harness::{Judged, Target as Fuzzed};
use crate::mutate::json;

const WORDS: &[&str] = &[
    "\n== search-persons 200\n",
    "\n== list-classes 200\n",
    "\n== read-class 404\n",
    "\n== list-memberships 200\n",
    "\n== create-persons unanswered\n",
    "\n== create-classes 502\n",
    "\n== look-up 200\n",
    "\n== put-rows 422\n",
    "== read-me 200\n",
    " 200\n",
    " 401\n",
    " 403\n",
    " 429\n",
    " 433\n",
    " 500\n",
    " 503\n",
    " 0\n",
    " too-large\n",
    " not-processed\n",
    "[]",
    "{}",
    "null",
    "\"\"",
    "<html>",
    "[[[[[[",
    "\"id_str\": \"1\"",
    "\"id_str\": null",
    "\"id\": 1e400",
    "\"key\": \"0\"",
    "\"error\": {}",
    "\"items\": []",
    "\"type\": \"apiServerError\"",
    "\"userId_str\"",
    "\"person_str\"",
    "\"errors\"",
    "\"student_id\"",
    "\"relatives\": [",
    "\"schools\": [",
    "\"birthday\": \"2015-03-04T00:00:00\"",
    "\"ё\"",
    "\\ud800",
    "2260000000000000123",
];

#[test]
fn http() {
    let world = World::new();
    Fuzzed { name: "http", also: &[], words: WORDS, memory: 64 << 20 }.run_inside(json::once, |bytes| {
        let told = Told::read(bytes);
        let (there, again) = (world.dnevnik(&told)?, world.rows(&told)?);
        Ok(format!("{there} {again}"))
    });
}

/// The answers of one input.
struct Told(BTreeMap<String, Answer>);

impl Told {
    fn read(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let sections = text.split("\n== ").flat_map(|section| section.strip_prefix("== ").or(Some(section)));
        let section = |section: &str| {
            let (head, body) = section.split_once('\n').unwrap_or((section, ""));
            let (operation, status) = head.split_once(' ').unwrap_or((head, ""));
            (operation.to_owned(), Self::answer(status.trim(), body))
        };
        Self(sections.map(section).collect())
    }

    fn answer(status: &str, body: &str) -> Answer {
        match status {
            "too-large" => Err(HttpError::TooLarge),
            "not-processed" => Err(HttpError::NotProcessed(Some(1))),
            "denied" => Err(HttpError::Denied("no".into())),
            number => number.parse().map_or(Err(HttpError::Unanswered), |status| answer(status, body)),
        }
    }

    fn to(&self, request: &Request) -> Answer {
        self.0.get(&request.operation).cloned().unwrap_or_else(|| answer(404, "{}"))
    }
}

/// A small school, and what should exist of it at both other sides.
struct World {
    items: Vec<Item>,
    rows: Vec<Item>,
    settings: Settings,
}

impl World {
    fn new() -> Self {
        let records = school::records();
        let year = Year { first: 2026, next: false };
        let contingent = Contingent::of(&records, year, "2026-10-01");
        let items = page(&contingent, None).items;
        assert!(items.len() >= 10, "{} items make no school", items.len());
        let pupils = exchange_sdk::records::Page { items: records.pupils.clone(), next: None };
        let settings = rows_to_http::Settings { with_birth_dates: true };
        let rows = rows_to_http::desired(pupils, &records.classes, &settings).items;
        let settings = serde_json::json!({
            "study-year": "current", "client-id": "exchange", "scope": ["a"],
            "adopt-by": ["snils", "name-and-birthday", "name-and-class"],
        });
        Self { items, rows, settings: serde_json::from_value(settings).expect("settings") }
    }

    fn of(&self, kind: &str) -> Vec<&Item> {
        self.items.iter().filter(|item| item.kind == kind).collect()
    }

    fn dnevnik(&self, told: &Told) -> Judged {
        let http = Recorded::new(|request| told.to(request));
        let mut sort = sort(dnevnik::check::check(&http, Some("1000")), |found| found.len().to_string());
        let by = [Evidence::Snils, Evidence::NameAndBirthday, Evidence::NameAndClass];
        for kind in [
            kind::CLASS,
            kind::PUPIL,
            kind::GUARDIAN,
            kind::SCHOOL_MEMBERSHIP,
            kind::CLASS_MEMBERSHIP,
            kind::RELATION,
        ] {
            for handle in [None, Some("1000100000001")] {
                let probes: Vec<Probe> = self.of(kind).into_iter().map(|item| probe(item, handle)).collect();
                sort += &seen(&probes, observe(&Remote::new(&http, "1000"), &by, &probes))?;
                let changes: Vec<Change> =
                    self.of(kind).into_iter().map(|item| change(item, handle)).collect();
                sort += &applied(&changes, |http| dnevnik::apply::apply(http, "1000", &changes), told)?;
            }
        }
        sort += &self.bound(told);
        Ok(sort)
    }

    /// The dialogue, as far as it goes: consent, choice, name.
    fn bound(&self, told: &Told) -> String {
        let http = Recorded::new(|request| told.to(request));
        let round_trip = RoundTrip { callback: "http://127.0.0.1:1/".into(), state: "s".into() };
        let binding = Binding {
            http: &http,
            settings: &self.settings,
            round_trip: Some(round_trip),
            bound: Vec::new(),
        };
        let (mut input, mut state, mut sort) = (Input::Started, Vec::new(), String::new());
        for _ in 0..4 {
            let Ok(turn) = binding.turn(&input, &state) else { return sort + "!" };
            state = turn.state;
            input = match turn.step {
                Step::Redirect(_) => Input::Returned(vec![Param { name: "code".into(), value: "c".into() }]),
                Step::Choice(choice) => {
                    Input::Choice(choice.options.first().map_or(String::new(), |one| one.id.clone()))
                }
                Step::Form(form) => Input::Form(
                    form.fields
                        .into_iter()
                        .map(|field| Param { name: field.name, value: "Школа".into() })
                        .collect(),
                ),
                _ => return sort + ".",
            };
            sort.push('>');
        }
        sort
    }

    fn rows(&self, told: &Told) -> Judged {
        let http = Recorded::new(|request| told.to(request));
        let probes: Vec<Probe> = self.rows.iter().map(|item| probe(item, None)).collect();
        let seen = seen(&probes, rows_to_http::observe(&http, &probes))?;
        let changes: Vec<Change> = self.rows.iter().map(|item| change(item, None)).collect();
        Ok(seen + &applied(&changes, |http| rows_to_http::apply(http, &changes), told)?)
    }
}

fn sort<T>(answer: Result<T, Failure>, told: impl Fn(&T) -> String) -> String {
    answer.as_ref().map_or_else(|failure| failure_sort(failure).to_owned(), told)
}

fn failure_sort(failure: &Failure) -> &'static str {
    match failure {
        Failure::Retry(_) => "retry",
        Failure::Unauthorized(_) => "unauthorized",
        Failure::Forbidden(_) => "forbidden",
        Failure::InvalidConfig(_) => "config",
        Failure::Refused(_) => "refused",
        Failure::Unavailable(_) => "unavailable",
        Failure::Cancelled => "cancelled",
    }
}

/// As many answers as probes, each of which the host would take.
fn seen(probes: &[Probe], answer: Result<Vec<Observation>, Failure>) -> Judged {
    let seen = match answer {
        Ok(seen) => seen,
        Err(failure) => return Ok(failure_sort(&failure).to_owned()),
    };
    if seen.len() != probes.len() {
        return Err(format!("{} answers to {} probes", seen.len(), probes.len()));
    }
    let one = |one: &Observation| match one {
        Observation::Absent(_) => Ok('a'),
        Observation::Present(presence) if presence.handle.is_empty() => {
            Err("found something without a handle")
        }
        Observation::Present(_) => Ok('p'),
        Observation::Ambiguous(found) if found.is_empty() || found.len() > 10 => {
            Err("not 1 to 10 candidates")
        }
        Observation::Ambiguous(_) => Ok('m'),
        Observation::Pending => Ok('w'),
        Observation::Unknown(_) => Ok('u'),
    };
    seen.iter().map(one).collect::<Result<String, _>>().map_err(str::to_owned)
}

/// As many answers as changes; what is said to be made was sent, and can be found again.
fn applied<F>(changes: &[Change], apply: F, told: &Told) -> Judged
where
    F: Fn(&Recorded<&dyn Fn(&Request) -> Answer>) -> Result<Vec<Effect>, Failure>,
{
    let answer: &dyn Fn(&Request) -> Answer = &|request| told.to(request);
    let http = Recorded::new(answer);
    let effects = match apply(&http) {
        Ok(effects) => effects,
        Err(failure) => return Ok(failure_sort(&failure).to_owned()),
    };
    if effects.len() != changes.len() {
        return Err(format!("{} answers to {} changes", effects.len(), changes.len()));
    }
    let requests = http.requests();
    let sent = |place: usize| requests.iter().any(|request| request.changes.contains(&(place as u32)));
    let one = |(place, (change, effect)): (usize, (&Change, &Effect))| match effect {
        Effect::Done(_) | Effect::Pending if !sent(place) => {
            Err("says that something was made and never sent it")
        }
        Effect::Done(made)
            if change.action == Action::Create && made.handle.as_ref().is_none_or(String::is_empty) =>
        {
            Err("created something without a handle")
        }
        Effect::Done(_) => Ok('d'),
        Effect::Rejected(_) => Ok('r'),
        Effect::Waiting(_) => Ok('w'),
        Effect::Pending => Ok('p'),
        Effect::Postponed(_) => Ok('l'),
        Effect::InDoubt(_) => Ok('?'),
    };
    changes.iter().zip(&effects).enumerate().map(one).collect::<Result<String, _>>().map_err(str::to_owned)
}

/// What the item refers to is there.
fn targets(item: &Item) -> Vec<Target> {
    let refs = item.fields.iter().filter_map(|field| item.referred(&field.name));
    refs.map(|item| Target { item: item.clone(), handle: Some("1000200000001".into()), outputs: Vec::new() })
        .collect()
}

fn probe(item: &Item, handle: Option<&str>) -> Probe {
    let purpose = if handle.is_some() { Purpose::Confirm } else { Purpose::Adopt };
    Probe { item: item.clone(), handle: handle.map(str::to_owned), targets: targets(item), purpose }
}

fn change(item: &Item, handle: Option<&str>) -> Change {
    Change {
        action: if handle.is_some() { Action::Update } else { Action::Create },
        item: item.clone(),
        handle: handle.map(str::to_owned),
        fields: Vec::new(),
        targets: targets(item),
        token: format!("token of {}", item.key),
    }
}
