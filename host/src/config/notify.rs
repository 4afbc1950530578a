//! Notifications: `[notify]` of `exchange.toml` and `[[notify]]` of a school's file.
//!
//! Addresses of other systems stand in `exchange.toml` only, as upstreams: a school's file names them, and whoever may
//! write one cannot make this host talk to an address of their choice.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::Time;
use lettre::Address as MailAddress;
use lettre::message::Mailbox;
use url::Url;

use super::host::{certificates, name_fits, only_one};
use super::report::Problem;
use super::schedule::time;
use super::view::{View, Word};
use crate::model::notify::{Address, MailServer, MailTls, Notify, Recipient, SmsGateway, Topic, Webhook};
use crate::model::setup::{Region, TaskConfig, Upstream};

/// How long messages to those who hear of many schools wait for one another: an outage of a portal is one letter.
pub(super) const GATHER_MS: u64 = 15 * 60_000;

/// What a gateway's request may hold in place of values.
const PLACES: [&str; 3] = ["{phone}", "{text}", "{id}"];

/// `[notify]` of `exchange.toml`.
pub(super) fn host(
    view: View<'_>,
    folder: &Path,
    (upstreams, regions): (&BTreeMap<String, Upstream>, &BTreeMap<String, Region>),
    problems: &mut Vec<Problem>,
) -> Notify {
    let default = Notify::default();
    let webhooks = view.each("webhook").into_iter().map(|(name, view)| {
        name_fits("webhook", &name, problems);
        (name.text, webhook(view, upstreams, problems))
    });
    let webhooks: BTreeMap<String, Webhook> = webhooks.collect();
    let mut notify = Notify {
        link: view.word("link").and_then(|word| link(&word, problems)),
        give_up_ms: view.duration("give-up").unwrap_or(default.give_up_ms),
        mail: view.table("mail").map(|view| mail(view, folder, problems)),
        sms: view.table("sms").map(|view| sms(view, upstreams, problems)),
        webhooks,
        recipients: Vec::new(),
    };
    notify.recipients =
        view.tables("to").into_iter().filter_map(|to| common(to, &notify, regions, problems)).collect();
    notify
}

/// `[[notify]]` of a school.
pub(super) fn school(
    view: View<'_>,
    host: &Notify,
    tasks: &[TaskConfig],
    problems: &mut Vec<Problem>,
) -> Vec<Recipient> {
    let read = |view: View<'_>| {
        for task in view.words("tasks").unwrap_or_default() {
            if !tasks.iter().any(|known| known.id.as_str() == task.text) {
                let problem = Problem::at(task.span, format!("there is no task `{}`", task.text));
                let problem = problem.suggest(&task.text, tasks.iter().map(|task| task.id.as_str()));
                problems.push(problem.hint("name the `id` of a `[[task]]` of this file"));
            }
        }
        recipient(view, host, 0, problems)
    };
    view.tables("notify").into_iter().filter_map(read).collect()
}

fn common(
    view: View<'_>,
    host: &Notify,
    known: &BTreeMap<String, Region>,
    problems: &mut Vec<Problem>,
) -> Option<Recipient> {
    for region in view.words("regions").unwrap_or_default() {
        if !known.is_empty() && !known.contains_key(&region.text) {
            let problem = Problem::at(region.span, format!("there is no region `{}`", region.text));
            let problem = problem.suggest(&region.text, known.keys().map(String::as_str));
            problems.push(problem.hint(format!("describe it in `[region.{}]`", region.text)));
        }
    }
    let schools = view.texts("schools").unwrap_or_default();
    let regions = view.texts("regions").unwrap_or_default();
    let gather_ms = if view.has("webhook") { 0 } else { GATHER_MS };
    let recipient = recipient(view, host, gather_ms, problems)?;
    Some(Recipient { schools: schools.into_iter().map(Into::into).collect(), regions, ..recipient })
}

fn recipient(
    view: View<'_>,
    host: &Notify,
    gather_ms: u64,
    problems: &mut Vec<Problem>,
) -> Option<Recipient> {
    let to = address(view, host, problems);
    if view.has("webhook") {
        goes_at_once(view, problems);
    }
    let words = |key| view.texts(key).unwrap_or_default();
    Some(Recipient {
        topics: words("on").iter().filter_map(|name| Topic::by_name(name)).collect(),
        tasks: words("tasks").into_iter().map(Into::into).collect(),
        language: view.text("language").unwrap_or_else(|| "ru".to_owned()),
        quiet: view.word("quiet").and_then(|word| quiet(&word, problems)),
        digest: view.word("digest").and_then(|word| digest(&word, problems)),
        gather_ms: view.duration("gather").unwrap_or(gather_ms),
        ..Recipient::new(to?)
    })
}

fn address(view: View<'_>, host: &Notify, problems: &mut Vec<Problem>) -> Option<Address> {
    let way = only_one(view, &["mail", "sms", "webhook"], problems)?;
    let word = view.word(way)?;
    match way {
        "mail" => {
            has_way(&word, host.mail.is_some(), "[notify.mail]\nserver = …\nfrom = …", problems);
            mail_address(word, problems)
        }
        "sms" => {
            has_way(&word, host.sms.is_some(), "[notify.sms]\nupstream = …\npath = …", problems);
            phone(word, problems)
        }
        _ => webhook_name(word, host, problems),
    }
}

fn has_way(word: &Word, there: bool, lines: &str, problems: &mut Vec<Problem>) {
    if !there {
        let problem = Problem::at(word.span.clone(), "nothing says how to send this");
        problems.push(problem.hint(format!("add to exchange.toml:\n{lines}")));
    }
}

fn mail_address(word: Word, problems: &mut Vec<Problem>) -> Option<Address> {
    if is_mail(&word.text) {
        return Some(Address::Mail(word.text));
    }
    let problem = Problem::at(word.span, "not an e-mail address");
    problems.push(problem.hint("such as `director@school57.example`"));
    None
}

/// Is this an e-mail address?
pub fn is_mail(text: &str) -> bool {
    text.parse::<MailAddress>().is_ok()
}

fn phone(word: Word, problems: &mut Vec<Problem>) -> Option<Address> {
    let digits = word.text.strip_prefix('+').unwrap_or_default();
    if (8..=15).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return Some(Address::Sms(word.text));
    }
    let problem = Problem::at(word.span, "not a telephone number");
    problems.push(problem.hint("with the country's code and nothing but digits: `+79001234567`"));
    None
}

fn webhook_name(word: Word, host: &Notify, problems: &mut Vec<Problem>) -> Option<Address> {
    if host.webhooks.contains_key(&word.text) {
        return Some(Address::Webhook(word.text));
    }
    let problem = Problem::at(word.span, format!("`exchange.toml` has no webhook `{}`", word.text));
    let problem = problem.suggest(&word.text, host.webhooks.keys().map(String::as_str));
    problems.push(problem.hint(format!("describe it in `[notify.webhook.{}]`", word.text)));
    None
}

/// What is one event a request cannot wait for others.
fn goes_at_once(view: View<'_>, problems: &mut Vec<Problem>) {
    for key in ["quiet", "digest", "gather"].into_iter().filter(|key| view.has(key)) {
        let problem = Problem::at(view.key_span(key), format!("`{key}` does not go with `webhook`"));
        problems.push(problem.hint("take it out: each change is told at once, as a request of its own"));
    }
}

fn quiet(word: &Word, problems: &mut Vec<Problem>) -> Option<(Time, Time)> {
    let ends = word.text.split_once('-').and_then(|(from, to)| time(from).zip(time(to)));
    if ends.is_none_or(|(from, to)| from == to) {
        let problem = Problem::at(word.span.clone(), format!("`{}` are no quiet hours", word.text));
        problems.push(problem.hint("write `22:00-07:00`; an end before the beginning is on the next day"));
    }
    ends
}

fn digest(word: &Word, problems: &mut Vec<Problem>) -> Option<Time> {
    let at = time(&word.text);
    if at.is_none() {
        let problem = Problem::at(word.span.clone(), format!("`{}` is no time of the day", word.text));
        problems.push(problem.hint("write `08:00`"));
    }
    at
}

fn link(word: &Word, problems: &mut Vec<Problem>) -> Option<String> {
    let fits = Url::parse(&word.text).is_ok_and(|url| {
        matches!(url.scheme(), "https" | "http") && url.query().is_none() && url.fragment().is_none()
    });
    if !fits {
        let problem = Problem::at(word.span.clone(), "`link` must be the address of a page");
        problems.push(problem.hint("such as `https://exchange.example.org`"));
    }
    fits.then(|| word.text.trim_end_matches('/').to_owned())
}

fn mail(view: View<'_>, folder: &Path, problems: &mut Vec<Problem>) -> MailServer {
    let default = MailServer::default();
    let tls = view.text("tls").and_then(|name| MailTls::by_name(&name)).unwrap_or_default();
    if let Some(from) = view.word("from")
        && from.text.parse::<Mailbox>().is_err()
    {
        let problem = Problem::at(from.span, "`from` is no sender");
        problems.push(problem.hint("such as `Exchange <exchange@example.org>`"));
    }
    if view.has("user") && tls == MailTls::None {
        let problem = Problem::at(view.key_span("user"), "a password does not travel in the open");
        problems.push(problem.hint("write `tls = \"starttls\"` or `tls = \"tls\"`"));
    }
    MailServer {
        server: view.text("server").unwrap_or_default(),
        port: view.count("port").unwrap_or(tls.port()),
        tls,
        ca: certificates(view, folder, problems),
        from: view.text("from").unwrap_or_default(),
        user: view.text("user"),
        password: view.text("password").unwrap_or(default.password),
        timeout_ms: view.duration("timeout").unwrap_or(default.timeout_ms).max(1),
    }
}

fn webhook(view: View<'_>, upstreams: &BTreeMap<String, Upstream>, problems: &mut Vec<Problem>) -> Webhook {
    Webhook {
        upstream: upstream(view, upstreams, problems),
        path: path(view, problems),
        key: view.text("key").unwrap_or_default(),
        credential: view.text("credential"),
    }
}

fn sms(view: View<'_>, upstreams: &BTreeMap<String, Upstream>, problems: &mut Vec<Problem>) -> SmsGateway {
    let method = view.text("method").unwrap_or_else(|| "POST".to_owned());
    if view.has("form") && view.has("json") {
        let problem = Problem::at(view.key_span("json"), "a request has a form or JSON, not both");
        problems.push(problem.hint("take one of them out"));
    }
    for key in ["form", "json"].into_iter().filter(|key| method == "GET" && view.has(key)) {
        let problem = Problem::at(view.key_span(key), "a request with `method = \"GET\"` has no body");
        problems.push(problem.hint("write `query = { … }`, or take `method` out"));
    }
    let gateway = SmsGateway {
        upstream: upstream(view, upstreams, problems),
        method,
        path: path(view, problems),
        query: view.map("query"),
        form: view.map("form"),
        json: view.map("json"),
        credential: view.text("credential"),
        expect: view.text("expect"),
    };
    let values = || gateway.query.values().chain(gateway.form.values()).chain(gateway.json.values());
    for place in PLACES[..2].iter().filter(|place| !values().any(|value| value.contains(**place))) {
        let problem = Problem::at(view.span(), format!("the request holds no `{place}`"));
        problems.push(problem.hint("such as `form = { to = \"{phone}\", text = \"{text}\" }`"));
    }
    gateway
}

fn upstream(view: View<'_>, known: &BTreeMap<String, Upstream>, problems: &mut Vec<Problem>) -> String {
    let Some(name) = view.word("upstream") else { return String::new() };
    match known.get(&name.text) {
        None => {
            let problem = Problem::at(name.span, format!("there is no upstream `{}`", name.text));
            let problem = problem.suggest(&name.text, known.keys().map(String::as_str));
            problems.push(problem.hint(format!("describe it in `[upstream.{}]`", name.text)));
        }
        Some(upstream) if view.has("credential") && upstream.credential.is_none() => {
            let what = format!("the upstream `{}` does not say where a credential goes", name.text);
            let line = format!("[upstream.{}]\ncredential = {{ header = \"Authorization\" }}", name.text);
            problems.push(Problem::at(view.key_span("credential"), what).hint(format!("add:\n{line}")));
        }
        Some(_) => {}
    }
    name.text
}

fn path(view: View<'_>, problems: &mut Vec<Problem>) -> String {
    let Some(path) = view.word("path") else { return String::new() };
    let segments = || path.text.split('/').any(|segment| matches!(segment, "." | ".."));
    if !path.text.starts_with('/') || path.text.contains(['?', '#', '{', '\\']) || segments() {
        let problem = Problem::at(path.span, "`path` must be an absolute path and nothing more");
        problems.push(problem.hint("such as `/hooks/exchange`; a query goes into `query`"));
    }
    path.text
}
