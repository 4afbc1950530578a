//! Who is told by themselves what happens at a school: looked at, and e-mail addresses added and taken out. What else there
//! is to be wished for stands in the school's file.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::deed::Deed;
use super::school::{AtSchool, up};
use super::shell::{Notice, Shell, shown};
use super::signed::{fault, value};
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
}

/// `GET /~school/SCHOOL/~notify`: who is told what by themselves.
pub(super) async fn page(
    State(face): State<Arc<Face>>,
    AtSchool { person, school }: AtSchool,
    spoken: Spoken,
    RawQuery(query): RawQuery,
) -> Response {
    let shell = Shell::new(&face, &spoken, Some(&person), "notify");
    let query = params(query.unwrap_or_default().as_bytes());
    let told = face.cabinet.recipients(&school).iter().map(|one| recipient(&shell, &school, one)).collect();
    let page = NotifyPage {
        acts: person.account.acts(&school.config.id),
        up: up(&school),
        here: here(&school),
        notice: notice(&shell, &query),
        told,
        topics: Topic::ALL.map(|topic| topic_word(&shell.texts, topic)).to_vec(),
        file: format!("schools/{}.toml", school.config.id),
        person,
        shell,
    };
    shown(StatusCode::OK, &page)
}

fn here(school: &School) -> String {
    format!("/~school/{}/~notify", school.config.id)
}

/// What became of a wish, as the address says it.
fn notice(shell: &Shell, query: &[Param]) -> Option<Notice> {
    let codes = [
        ("done", "notify-told-done", Mark::Good),
        ("address", "notify-told-address", Mark::Bad),
        ("way", "notify-told-way", Mark::Bad),
        ("busy", "lane-busy", Mark::Bad),
    ];
    let (_, code, mark) = codes.into_iter().find(|(word, ..)| *word == value(query, "told"))?;
    Some(Notice::of(shell, mark, code))
}

/// `POST /~school/SCHOOL/~notify`: an address is told from now on, or no longer.
pub(super) async fn change(State(face): State<Arc<Face>>, spoken: Spoken, acting: Deed) -> Response {
    let here = here(&acting.actor.school);
    let add = acting.value("remove").is_empty();
    let mail = if add { acting.value("mail").trim() } else { acting.value("remove") }.to_owned();
    let topics = if acting.value("on") == "trouble" { TROUBLE.to_vec() } else { Vec::new() };
    let wish = add.then(|| (topics.clone(), spoken.language().tag().to_owned()));
    let told = match acting.actor.tell(&mail, wish).await {
        Ok(Some(Wish::Written)) => "done",
        Ok(Some(Wish::NoAddress)) => "address",
        Ok(Some(Wish::NoWay)) => "way",
        Ok(None) => "busy",
        Err(error) => return fault(&face, &spoken, &error),
    };
    if told == "done" {
        let holds = move |school: &SchoolConfig| {
            let known = school.notify.iter().find(|one| is_of(&one.to, &mail));
            known.map(|known| &known.topics) == add.then_some(&topics)
        };
        face.cabinet.settled(&acting.actor.school.config.id, holds).await;
    }
    see(&format!("{here}?told={told}"))
}

fn is_of(address: &Address, mail: &str) -> bool {
    matches!(address, Address::Mail(known) if known.eq_ignore_ascii_case(mail))
}

fn recipient(shell: &Shell, school: &School, one: &Recipient) -> Told {
    Told {
        address: visible(one.to.text()).into_owned(),
        way: match one.to.channel() {
            "mail" => "notify-way-mail",
            "sms" => "notify-way-sms",
            _ => "notify-way-webhook",
        },
        wishes: wishes(shell, one),
        own: school.config.notify.iter().any(|own| own.to == one.to),
        mail: match &one.to {
            Address::Mail(mail) if school.config.notify.iter().any(|own| own.to == one.to) => {
                Some(mail.clone())
            }
            _ => None,
        },
    }
}

fn wishes(shell: &Shell, one: &Recipient) -> Vec<String> {
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
    [Some(what), tasks, quiet, digest].into_iter().flatten().collect()
}
