//! What a call does, as the task's settings say.

use std::hint::black_box;

use serde::Deserialize;

use super::bindings::exchange::connector::types::DesiredPage;
use super::bindings::exchange::connector::{clock, context, log, random, records, secrets, signing, types};
use super::{hostile, item, page, requests};

/// The settings.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub(crate) struct Settings {
    /// The export that misbehaves.
    pub(crate) r#in: String,
    /// How.
    pub(crate) behave: String,
    /// How often, how much.
    pub(crate) count: u32,
    /// A request to make: the operation …
    pub(crate) operation: String,
    /// … and its parts.
    pub(crate) path: Vec<(String, String)>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) form: Vec<(String, String)>,
    pub(crate) json: Option<String>,
    pub(crate) raw: Option<(String, String)>,
    pub(crate) token: Option<String>,
    pub(crate) timeout: Option<u32>,
    pub(crate) changes: Vec<u32>,
    /// So many items are desired.
    pub(crate) crowd: u32,
    /// Texts to put wherever one fits.
    pub(crate) texts: Vec<String>,
    /// Other items, by kind and key; or a page, by upstream and path.
    pub(crate) refs: Vec<(String, String)>,
    /// A line to write after the request.
    log: Option<String>,
}

/// The task's settings; what cannot be read counts as none.
pub(crate) fn settings() -> Settings {
    serde_json::from_str(&context::settings()).unwrap_or_default()
}

/// Does what the settings say for this export and tells what came of it.
pub(crate) fn act(export: &str) -> String {
    let settings = settings();
    if settings.r#in != export {
        return String::new();
    }
    match settings.behave.as_str() {
        "loop" => spin(),
        "memory" => eat(settings.count),
        "recursion" => format!("{}", recurse(u64::from(settings.count))),
        "panic" => panic!("a panic on request"),
        "log" => flood_log(settings.count),
        "random" => format!("{} bytes", random::bytes(settings.count).len()),
        "now" => format!("{} {}", clock::now(), clock::today()),
        "requests" => requests::flood(&settings),
        "pending" => requests::start_many(&settings),
        "parallel" => requests::all_at_once(&settings),
        "request" => request(&settings),
        "records" => read_records(),
        "classes" => read_classes(),
        "guardians" => read_guardians(),
        "fingerprint" => fingerprint(&settings),
        "sign" => sign(&settings),
        "verify" => verify(&settings),
        "transform" => super::transform(settings.json.as_deref().unwrap_or_default()).to_string(),
        "transform-students" => super::transform(&super::students(settings.count)).to_string(),
        _ => String::new(),
    }
}

fn spin() -> ! {
    let mut n = 0_u64;
    loop {
        n = black_box(n.wrapping_add(1));
    }
}

/// Takes `count` MiB and touches every page.
fn eat(count: u32) -> String {
    let blocks: Vec<Vec<u8>> = (0..count).map(|n| vec![n as u8 | 1; 1 << 20]).collect();
    format!("{} blocks", black_box(blocks).len())
}

#[inline(never)]
fn recurse(depth: u64) -> u64 {
    let here = black_box([depth; 64]);
    if depth == 0 { 0 } else { recurse(depth - 1) + black_box(here)[1] % 2 }
}

fn flood_log(count: u32) -> String {
    (0..count).for_each(|n| log::write(log::Level::Info, &format!("line {n}")));
    String::new()
}

fn request(settings: &Settings) -> String {
    let told = requests::one(settings);
    settings.log.iter().for_each(|text| log::write(log::Level::Warn, text));
    told
}

fn all() -> records::Filter {
    records::Filter {
        ids: None,
        class_id: None,
        without_class: false,
        person_ids: None,
        study_year: None,
        since: None,
        until: None,
        journal_id: None,
    }
}

fn read_records() -> String {
    let (mut told, mut cursor) = (Vec::new(), None);
    loop {
        match records::pupils(&all(), cursor.as_deref()) {
            Ok(answer) => {
                told.extend(answer.items.iter().map(pupil));
                cursor = answer.next;
            }
            Err(refused) => return refused,
        }
        if cursor.is_none() {
            return told.join(";");
        }
    }
}

fn pupil(pupil: &records::Pupil) -> String {
    let show = |text: &Option<String>| text.clone().unwrap_or("-".into());
    format!(
        "{} {} {} {} {}",
        pupil.id,
        show(&pupil.last_name),
        show(&pupil.snils),
        show(&pupil.class_id),
        pupil.guardian_ids.len()
    )
}

fn read_classes() -> String {
    match records::school_classes(&all(), None) {
        Ok(answer) => {
            answer.items.iter().map(|class| format!("{}{:?};", class.grade, class.letter)).collect()
        }
        Err(refused) => refused,
    }
}

fn read_guardians() -> String {
    records::guardians(&all(), None).map_or_else(|refused| refused, |_| "read".into())
}

fn fingerprint(settings: &Settings) -> String {
    let purpose = settings.operation.as_str();
    secrets::fingerprint(purpose, "value").unwrap_or_else(|refused| refused)
}

fn sign(settings: &Settings) -> String {
    let fields: Vec<_> = settings.form.iter().map(requests::param).collect();
    match signing::sign(&settings.operation, &fields) {
        Ok(signature) => signature.value,
        Err(refused) => refused,
    }
}

fn verify(settings: &Settings) -> String {
    let token = settings.json.as_deref().unwrap_or_default();
    signing::verify_token(&settings.operation, token).unwrap_or_else(|refused| refused)
}

/// The page of `desired` that the settings ask for, if a special one.
pub(crate) fn special_page(cursor: Option<&str>) -> Option<DesiredPage> {
    let settings = settings();
    if let Some(items) = hostile::items(&settings) {
        return Some(hostile::desired(&settings, items));
    }
    let mut answer = page(Vec::new());
    match settings.behave.as_str() {
        "endless-pages" => {
            let at: u64 = cursor.and_then(|text| text.parse().ok()).unwrap_or(0);
            answer.items = (0..u64::from(settings.count)).map(|n| item(&format!("{at}-{n}"), "")).collect();
            answer.next = Some((at + 1).to_string());
            answer.complete = false;
        }
        "same-cursor" => (answer.next, answer.complete) = (Some("here".into()), false),
        "last-and-next" => answer.next = Some("more".into()),
        "inbound" => {
            let told = requests::one(&settings);
            let mut local = item("one", &told);
            local.kind = if settings.count == 0 { "local".into() } else { "thing".into() };
            answer.items = vec![local];
        }
        _ => return None,
    }
    Some(answer)
}

/// Nothing definite.
pub(crate) fn unknown(told: &str) -> types::NotKnown {
    types::NotKnown { reason: super::note(told), retry_after: None }
}

/// The dialogue's state.
pub(crate) fn state(told: String) -> Vec<u8> {
    let settings = settings();
    if settings.behave == "huge-state" { vec![0; settings.count as usize] } else { told.into_bytes() }
}
