//! Whatever a connector puts into a reason, no notification holds it: names, numbers of documents and tokens are fed
//! into everything that a notification is made of, and looked for in everything that leaves or is kept for it.

use exchange::config::load_manifest;
use exchange::model::notify::{Event, Topic};
use exchange::model::{Message, RunCounts, RunId, RunStatus, RunSummary, Selection, TaskRef};
use exchange::report::notify::{changes, letter, reason, short, webhook};
use exchange::report::{Catalogue, Language};
use exchange::store::Standing;
use proptest::prelude::*;

/// Invented; the numbers belong to nobody.
const PERSONAL: [&str; 8] = [
    "Вымышленская",
    "Аполлинария",
    "112-233-445 95",
    "11223344595",
    "+79001234567",
    "token-0123456789abcdef",
    "0123456789abcdef",
    "CpuTimeИванов",
];

fn personal() -> impl Strategy<Value = String> {
    let one = prop::sample::select(PERSONAL.to_vec()).prop_map(str::to_owned);
    prop_oneof![
        one.clone(),
        (one.clone(), "[ -~]{0,8}").prop_map(|(a, b)| format!("{b}{a}")),
        (one, "[0-9]{1,7}").prop_map(|(a, b)| format!("{a}{b}")),
    ]
}

/// Codes of the host that runs end with, of the connector, and of nobody.
fn code() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "host-hold-add",
        "host-hold-remove",
        "host-hold-ambiguous",
        "host-connector-stopped",
        "host-plan-changed",
        "host-busy-there",
        "host-still-needed",
        "host-decision",
        "host-shared-busy",
        "said-by-connector",
        "greeting",
        "plain",
        "nobody-knows-this",
    ])
    .prop_map(str::to_owned)
}

fn argument() -> impl Strategy<Value = (String, String)> {
    let name = prop::sample::select(vec![
        "count", "earlier", "of", "verdict", "plan", "number", "school", "text", "name",
    ]);
    (name.prop_map(str::to_owned), personal())
}

const MANIFEST: &str = r#"
id = "talker"
version = "1.0.0"
contract = "0.1"
title = { ru = "Болтун", en = "Talker" }
[messages.ru]
greeting = "Здравствуйте, { $name }"
plain = "Портал закрыт на ремонт"
[messages.en]
greeting = "Hello, { $name }"
plain = "The portal is closed for repairs"
"#;

/// Everything that leaves this host or is kept for a notification of this run.
fn everything(message: &Message) -> String {
    let manifest = load_manifest(MANIFEST, "connector.toml").unwrap_or_else(|errors| panic!("{errors}"));
    let run = RunSummary {
        id: RunId { school: "school57".into(), number: 1 },
        task: TaskRef { school: "school57".into(), task: "dnevnik".into() },
        started: 0,
        finished: Some(1),
        status: RunStatus::Failed,
        reason: Some(message.clone()),
        verdict: None,
        plan: Some(PERSONAL[5].to_owned()),
        selection: Selection { groups: vec![PERSONAL[0].into()], persons: vec![PERSONAL[3].into()] },
        counts: RunCounts { failed: 3, ..RunCounts::default() },
        requests: (0, 0),
        dropped: None,
    };
    let before = Standing { run: 0, state: Topic::Recovered, cut: false };
    let (_, told) = changes(before, std::slice::from_ref(&run));
    let event = Event {
        topic: told[0].now,
        before: Some(told[0].before),
        at: 1,
        school: "school57".into(),
        school_name: "Школа № 57".into(),
        time_zone: "Europe/Moscow".into(),
        task: Some("dnevnik".into()),
        run: Some(run.id.clone()),
        counts: Some(run.counts),
        reason: reason(message, Some(&manifest)),
        until: None,
    };
    let mut all = vec![serde_json::to_string(&event).expect("JSON")];
    for catalogue in [Language::Ru, Language::En].map(Catalogue::new) {
        let letter = letter(&catalogue, &[&event, &event], None);
        all.extend([letter.subject, letter.body, short(&catalogue, &[&event])]);
        all.push(webhook::payload(&catalogue, &[(1, event.clone())], None).to_string());
    }
    all.join("\n")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_notification_holds_what_a_reason_was_given(
        code in code(),
        arguments in prop::collection::vec(argument(), 1..4),
    ) {
        let with = |message: Message, (name, value): &(String, String)| message.with(name, value);
        let message = arguments.iter().fold(Message::new(code), with);
        let everything = everything(&message);
        for needle in PERSONAL {
            prop_assert!(!everything.contains(needle), "{needle} is in\n{everything}");
        }
        for (_, value) in &arguments {
            prop_assert!(!everything.contains(value.as_str()), "{value} is in\n{everything}");
        }
    }
}

#[test]
fn what_names_nobody_is_told() {
    let told = everything(&Message::new("plain"));
    assert!(told.contains("Портал закрыт на ремонт") && told.contains("closed for repairs"), "{told}");
    let told = everything(&Message::new("host-busy-there"));
    assert!(told.contains("портал занят"), "{told}");
}
