//! A connector's manifest (`connector.toml`): its names refer to something, its templates are well formed, its texts
//! exist in both languages.

mod operations;
mod texts;

use std::collections::{BTreeSet, HashSet};

use super::host::name_fits;
use super::keys::CONNECTOR;
use super::report::{ConfigErrors, Problem, quoted};
use super::settings;
use super::view::{View, not_toml, read_document};
use crate::model::manifest::Manifest;
use crate::model::records::RecordType;

/// Contracts that this host speaks.
const CONTRACTS: [&str; 1] = ["0.1"];

/// Checks a manifest's text; `origin` names it in the errors.
///
/// # Errors
/// Everything that is wrong with it, with places.
pub fn load_manifest(text: &str, origin: &str) -> Result<Manifest, ConfigErrors> {
    read_document(origin, text, &CONNECTOR, |view, problems| {
        judge(view, problems);
        if !problems.is_empty() {
            return None;
        }
        // Names and types are those of the table by now: serde has nothing left to refuse.
        toml::from_str(text).map_err(|refusal| problems.push(not_toml(&refusal))).ok()
    })
}

fn judge(view: View<'_>, problems: &mut Vec<Problem>) {
    version(view, problems);
    contract(view, problems);
    for (key, what) in [
        ("upstream", "upstream"),
        ("operation", "operation"),
        ("secret", "secret"),
        ("dialogue", "dialogue"),
        ("sign", "signature template"),
    ] {
        view.each(key).iter().for_each(|(name, _)| name_fits(what, name, problems));
    }
    kinds(view, problems);
    operations::judge(view, problems);
    records(view, problems);
    dialogues(view, problems);
    signatures(view, problems);
    schema(view, problems);
    texts::judge(view, problems);
}

fn version(view: View<'_>, problems: &mut Vec<Problem>) {
    let Some(version) = view.word("version") else { return };
    let core = version.text.split(['-', '+']).next().unwrap_or_default();
    let numbers: Vec<&str> = core.split('.').collect();
    let fits =
        numbers.len() == 3 && numbers.iter().all(|n| n.parse::<u32>().is_ok_and(|v| v.to_string() == **n));
    if !fits {
        let problem = Problem::at(version.span, "`version` must be a semantic version");
        problems.push(problem.hint("write three numbers: `1.2.0`"));
    }
}

fn contract(view: View<'_>, problems: &mut Vec<Problem>) {
    let Some(contract) = view.word("contract") else { return };
    if !CONTRACTS.contains(&contract.text.as_str()) {
        let problem =
            Problem::at(contract.span, format!("this host does not speak contract `{}`", contract.text));
        problems.push(problem.hint(format!("it speaks: {}", quoted(&CONTRACTS))));
    }
}

fn kinds(view: View<'_>, problems: &mut Vec<Problem>) {
    let mut seen = HashSet::new();
    let mut wholes = BTreeSet::new();
    for kind in view.tables("kind") {
        let inbound = is_inbound(kind);
        problems.extend(impossible_kind(kind, inbound));
        problems.extend(impossible_part(kind, inbound, &wholes));
        let Some(name) = kind.word("name") else { continue };
        if !seen.insert(name.text.clone()) {
            let problem = Problem::at(name.span, format!("a second kind `{}`", name.text));
            problems.push(problem.hint("names of kinds are unique"));
        }
        if !inbound && is_state(kind) {
            wholes.insert(name.text);
        }
    }
}

fn is_inbound(kind: View<'_>) -> bool {
    kind.text("direction").as_deref() == Some("inbound")
}

fn is_state(kind: View<'_>) -> bool {
    kind.text("nature").is_none_or(|nature| nature == "state")
}

/// A kind that is a part of what has no parts. `wholes`: the kinds before it that can have some.
fn impossible_part(kind: View<'_>, inbound: bool, wholes: &BTreeSet<String>) -> Option<Problem> {
    let whole = kind.word("part-of")?;
    if inbound || !is_state(kind) {
        let problem =
            Problem::at(whole.span, "only an outbound kind of the nature `state` is a part of another");
        return Some(problem.hint("take it out"));
    }
    if wholes.contains(&whole.text) {
        return None;
    }
    let what = format!("no kind `{}` of the nature `state` on the other side comes before it", whole.text);
    let problem = Problem::at(whole.span, what).suggest(&whole.text, wholes.iter().map(String::as_str));
    Some(problem.hint("name such a kind that stands before it, or take it out"))
}

/// A combination of keys that no kind can have.
fn impossible_kind(kind: View<'_>, inbound: bool) -> Option<Problem> {
    let nature = kind.text("nature").unwrap_or_default();
    let at = |key: &str, what: &str, hint: &str| Some(Problem::at(kind.value_span(key), what).hint(hint));
    if inbound && !kind.has("record") {
        let what = "an inbound kind names the `record` it changes";
        return at("direction", what, "add `record = …`");
    }
    if inbound && !is_state(kind) {
        let what = "records are kept true: an inbound kind has the nature `state`";
        return at("nature", what, "take it out");
    }
    if inbound && kind.text("observe").as_deref() == Some("none") {
        return at("observe", "the school's own records can always be seen", "take it out");
    }
    if !inbound && kind.has("record") {
        let what = "only an inbound kind changes a record";
        return at("record", what, "take it out, or add `direction = \"inbound\"`");
    }
    if nature == "awaited" && kind.text("observe").as_deref() == Some("none") {
        let what = "what is awaited can only be known by observing";
        return at("observe", what, "write `\"bulk\"` or `\"each\"`");
    }
    if nature == "event" && kind.flag("removal") == Some(true) {
        return at("removal", "what has happened cannot be removed", "write `false`");
    }
    None
}

fn records(view: View<'_>, problems: &mut Vec<Problem>) {
    let Some(records) = view.table("records") else { return };
    for name in records.keys() {
        let Some(kind) = RecordType::by_name(&name.text) else { continue };
        let known = kind.top_fields();
        for field in records.words(&name.text).unwrap_or_default() {
            if !known.contains(&field.text.as_str()) {
                let problem = Problem::at(field.span, format!("`{kind}` has no field `{}`", field.text));
                problems.push(problem.suggest(&field.text, known.iter().copied()));
            }
        }
    }
}

/// What is open to everybody binds nothing, and leaves nothing of a stranger behind.
fn dialogues(view: View<'_>, problems: &mut Vec<Problem>) {
    for (_, dialogue) in view.each("dialogue") {
        if dialogue.flag("open") != Some(true) {
            continue;
        }
        if dialogue.flag("binds") == Some(true) {
            let problem =
                Problem::at(dialogue.value_span("open"), "what binds a school is not open to everybody");
            problems.push(problem.hint("write `open = false`"));
        }
        if dialogue.flag("memory-only") != Some(true) {
            let problem =
                Problem::at(dialogue.value_span("open"), "what is open to everybody is kept in memory only");
            problems.push(problem.hint("add `memory-only = true`"));
        }
    }
}

fn signatures(view: View<'_>, problems: &mut Vec<Problem>) {
    for (_, template) in view.each("sign") {
        let fields = template.words("fields").unwrap_or_default();
        if fields.is_empty() && template.has("fields") {
            let problem = Problem::at(template.value_span("fields"), "a signature needs at least one field");
            problems.push(problem.hint("name what is signed, in its order"));
        }
        let mut seen = HashSet::new();
        for field in fields {
            if !seen.insert(field.text.clone()) {
                let problem = Problem::at(field.span, format!("a second field `{}`", field.text));
                problems.push(problem.hint("each field is signed once"));
            }
        }
    }
}

fn schema(view: View<'_>, problems: &mut Vec<Problem>) {
    let Some(settings) = view.table("settings") else { return };
    if let Some(fault) = settings::schema_faults(&settings::object(settings.raw())) {
        let problem = Problem::at(view.value_span("settings"), fault);
        problems.push(problem.hint("`[settings]` is a JSON Schema, draft 7, written as TOML"));
    }
}
