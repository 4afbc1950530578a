//! Who is told by themselves what happens at a school: looked at, and e-mail addresses added and taken out. What each of
//! them wishes for is changed in `wishes`.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::deed::Deed;
use super::school::{AtSchool, up};
use super::shell::{Notice, Shell, shown};
use super::signed::{fault, value};
use super::wishes::{self, ENTRY};
use crate::daemon::cabinet::{Person, School, Wish};
use crate::daemon::page::{Anchor, Mark};
use crate::model::notify::{Address, Recipient, Topic};
use crate::model::setup::SchoolConfig;
use crate::model::{Message, Param, visible};
use crate::report::notify::topic_word;
use crate::web::language::Spoken;
use crate::web::{Face, params, see};

/// What somebody is told of who only wants to hear where they have to do something.
const TROUBLE: [Topic; 7] = [
    Topic::NotConfirmed,
    Topic::Waiting,
    Topic::Failed,
    Topic::NotRun,
    Topic::BindingLost,
    Topic::Credential,
    Topic::Certificate,
];

const MINUTE_MS: u64 = 60_000;

/// Who is told.
struct Told {
    address: String,
    way: &'static str,
    /// What, when, in which language.
    wishes: Vec<String>,
    /// Stands in the school's own file.
    own: bool,
    /// An e-mail address that can be taken out here.
    mail: Option<String>,
    /// Where what they wish for is changed.
    edit: Option<String>,
}

#[derive(Template)]
#[template(path = "cabinet/notify.html")]
struct NotifyPage {
    shell: Shell,
    person: Person,
    up: Anchor,
    here: String,
    notice: Option<Notice>,
    told: Vec<Told>,
    topics: Vec<String>,
    acts: bool,
    file: String,
    /// What was filled in to be added.
    mail: String,
    all: bool,
    /// What is wrong with it, and what to do.
    fault: Option<(String, String)>,
}

/// An address that was not added, and why.
#[derive(Default)]
struct NotAdded {
    mail: String,
    /// Of everything.
    all: bool,
    code: &'static str,
}

/// `GET /~school/SCHOOL/~notify`: who is told what by themselves; with an entry, what that one wishes for.
pub(super) async fn page(
    State(face): State<Arc<Face>>,
    AtSchool { person, school }: AtSchool,
    spoken: Spoken,
    RawQuery(query): RawQuery,
) -> Response {
    let query = params(query.unwrap_or_default().as_bytes());
    match value(&query, ENTRY) {
        "" => list(&face, &spoken, (&person, &school), &query, None),
        entry => wishes::form(&face, &spoken, (&person, &school), entry).await,
    }
}

fn list(
    face: &Face,
    spoken: &Spoken,
    (person, school): (&Person, &School),
    query: &[Param],
    not_added: Option<NotAdded>,
) -> Response {
    let shell = Shell::new(face, spoken, Some(person), "notify");
    let told = face.cabinet.recipients(school).iter().map(|one| recipient(&shell, school, one)).collect();
    let fault = not_added
        .as_ref()
        .map(|NotAdded { code, .. }| (shell.word(code), shell.word(&format!("{code}-text"))));
    let NotAdded { mail, all, .. } = not_added.unwrap_or_default();
    let page = NotifyPage {
        acts: person.account.acts(&school.config.id),
        up: up(school),
        here: here(school),
        notice: notice(&shell, query),
        told,
        topics: Topic::ALL.map(|topic| topic_word(&shell.texts, topic)).to_vec(),
        file: format!("schools/{}.toml", school.config.id),
        person: person.clone(),
        mail,
        all,
        shell,
        fault,
    };
    let status = if page.fault.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    shown(status, &page)
}

pub(super) fn here(school: &School) -> String {
    format!("/~school/{}/~notify", school.config.id)
}

/// What became of a wish, as the address says it.
fn notice(shell: &Shell, query: &[Param]) -> Option<Notice> {
    let codes = [
        ("done", "notify-told-done", Mark::Good),
        ("same", "notify-told-same", Mark::Plain),
        ("busy", "lane-busy", Mark::Bad),
        ("taken", "notify-tried-taken", Mark::Good),
        ("later", "notify-tried-later", Mark::Bad),
        ("refused", "notify-tried-refused", Mark::Bad),
        ("soon", "notify-tried-soon", Mark::Plain),
    ];
    let (_, code, mark) = codes.into_iter().find(|(word, ..)| *word == value(query, "told"))?;
    Some(Notice::of(shell, mark, code))
}

/// `POST /~school/SCHOOL/~notify`: an address is told from now on, or no longer, or wishes for something else.
pub(super) async fn change(State(face): State<Arc<Face>>, spoken: Spoken, acting: Deed) -> Response {
    match acting.value(ENTRY) {
        "" => tell(&face, &spoken, &acting).await,
        entry => wishes::answer(&face, &spoken, &acting, entry).await,
    }
}

async fn tell(face: &Arc<Face>, spoken: &Spoken, acting: &Deed) -> Response {
    let actor = &acting.actor;
    let add = acting.value("remove").is_empty();
    let mail = if add { acting.value("mail").trim() } else { acting.value("remove") }.to_owned();
    let all = acting.value("on") != "trouble";
    let topics = if all { Vec::new() } else { TROUBLE.to_vec() };
    let wish = add.then(|| (topics.clone(), spoken.language().tag().to_owned()));
    let not_added = |code| {
        let not_added = NotAdded { mail: visible(&mail).into_owned(), all, code };
        list(face, spoken, (&actor.person, &actor.school), &[], Some(not_added))
    };
    match actor.tell(&mail, wish).await {
        Ok(Some(Wish::Written)) => {}
        Ok(Some(Wish::NoAddress)) => return not_added("notify-told-address"),
        Ok(Some(Wish::NoWay)) => return not_added("notify-told-way"),
        Ok(None) => return see(&format!("{}?told=busy", here(&actor.school))),
        Err(error) => return fault(face, spoken, &error),
    }
    let holds = |school: &SchoolConfig| {
        let known = school.notify.iter().find(|one| is_of(&one.to, &mail));
        known.map(|known| &known.topics) == add.then_some(&topics)
    };
    face.cabinet.settled(&actor.school.config.id, holds).await;
    see(&format!("{}?told=done", here(&actor.school)))
}

fn is_of(address: &Address, mail: &str) -> bool {
    matches!(address, Address::Mail(known) if known.eq_ignore_ascii_case(mail))
}

/// By which way somebody is told, as a code of the catalogue.
pub(super) fn way(address: &Address) -> &'static str {
    match address.channel() {
        "mail" => "notify-way-mail",
        "sms" => "notify-way-sms",
        _ => "notify-way-webhook",
    }
}

fn recipient(shell: &Shell, school: &School, one: &Recipient) -> Told {
    let own = school.config.notify.iter().position(|own| own == one);
    let mail = match &one.to {
        Address::Mail(mail) => own.map(|_| mail.clone()),
        _ => None,
    };
    Told {
        address: visible(one.to.text()).into_owned(),
        way: way(&one.to),
        wishes: wishes_of(shell, one),
        own: own.is_some(),
        mail,
        edit: own.map(|at| format!("{}?{ENTRY}={}", here(school), at + 1)),
    }
}

fn wishes_of(shell: &Shell, one: &Recipient) -> Vec<String> {
    let list = |code: &str, words: Vec<String>| shell.text(Message::new(code).with("list", words.join(", ")));
    let topics = || one.topics.iter().map(|topic| topic_word(&shell.texts, *topic)).collect();
    let what =
        if one.topics.is_empty() { shell.word("notify-everything") } else { list("notify-topics", topics()) };
    let tasks: Vec<String> = one.tasks.iter().map(ToString::to_string).collect();
    let tasks = (!tasks.is_empty()).then(|| list("notify-tasks", tasks));
    let quiet = one.quiet.map(|(from, until)| {
        let time = |time: jiff::civil::Time| time.strftime("%H:%M").to_string();
        shell.text(Message::new("notify-quiet").with("from", time(from)).with("until", time(until)))
    });
    let digest = one
        .digest
        .map(|at| shell.text(Message::new("notify-digest").with("at", at.strftime("%H:%M").to_string())));
    let gather = (one.gather_ms > 0)
        .then(|| shell.text(Message::new("notify-gather").with("n", one.gather_ms.div_ceil(MINUTE_MS))));
    let language = (one.language != "ru").then(|| {
        let word = shell.word(&format!("notify-setting-language-{}", one.language));
        shell.text(Message::new("notify-language").with("language", word))
    });
    [Some(what), tasks, quiet, digest, gather, language].into_iter().flatten().collect()
}
