//! What somebody who is told of a school's events wishes for: what of, how, when. A form for one of them, the change shown
//! before it is written; by the same fields and words as the settings of a task.

use std::sync::Arc;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

use super::deed::Deed;
use super::notify;
use super::settings_change::{self as change, Around};
use super::settings_form::{At, Input, PREFIX, Shown, Texts, Told};
use super::settings_read::Filled;
use super::shell::{Notice, Shell, said, shown};
use super::signed::{fault, refused};
use crate::config::{Field, Stated};
use crate::daemon::cabinet::{Draft, Fault, Judged, Person, School, Tried, Unsaved};
use crate::daemon::page::{Anchor, Mark};
use crate::error::{Error, Kind};
use crate::model::notify::{Address, Topic};
use crate::model::{Param, TaskId, visible};
use crate::report::notify::topic_word;
use crate::web::language::Spoken;
use crate::web::{Face, see, strays};

/// Says in a query or a form of which recipient it is: its place among those of the school's file, from 1.
pub(super) const ENTRY: &str = "entry";

#[derive(Template)]
#[template(path = "cabinet/wishes.html")]
struct Form<'a> {
    shell: Shell,
    person: &'a Person,
    up: Anchor,
    here: String,
    notice: Option<Notice>,
    /// To whom, and by which way.
    who: String,
    way: &'static str,
    entry: usize,
    version: String,
    fields: Vec<Shown>,
    /// What is wrong elsewhere in the file.
    others: Vec<Told>,
    acts: bool,
    /// A trial can be sent.
    tries: bool,
}

/// A recipient of a school, for one request.
struct Place<'a> {
    face: &'a Face,
    spoken: &'a Spoken,
    person: &'a Person,
    school: &'a School,
    /// From 0.
    number: usize,
}

/// A form as somebody filled it in, over what the file says.
struct Sheet {
    stated: Stated,
    /// Which content of the file it is about.
    version: String,
    values: Map<String, Value>,
}

/// `GET /~school/SCHOOL/~notify?entry=N`: the form, filled in as the file says.
pub(super) async fn form(
    face: &Face,
    spoken: &Spoken,
    (person, school): (&Person, &School),
    entry: &str,
) -> Response {
    let Some(place) = Place::of(face, spoken, (person, school), entry) else {
        return strays::nowhere(face, spoken).into_response();
    };
    match place.stated().await {
        Ok(stated) => {
            let (version, values) = (stated.version.clone(), stated.settings.clone());
            place.form(StatusCode::OK, &Sheet { stated, version, values }, &[], None)
        }
        Err(response) => response,
    }
}

/// `POST /~school/SCHOOL/~notify` with an entry: looked at, saved, or gone back to.
pub(super) async fn answer(face: &Arc<Face>, spoken: &Spoken, acting: &Deed, entry: &str) -> Response {
    let actor = &acting.actor;
    let Some(place) = Place::of(face, spoken, (&actor.person, &actor.school), entry) else {
        return strays::nowhere(face, spoken).into_response();
    };
    if acting.value("answer") == "trial" {
        return place.try_out(face).await;
    }
    let stated = match place.stated().await {
        Ok(stated) => stated,
        Err(response) => return response,
    };
    let mut filled = Filled::read(&place.school.wishes(&stated), &stated.settings, &acting.values);
    // Who ticks nothing wants everything: that is what the file says without the key.
    for value in filled.values.values_mut().filter(|value| value.as_array().is_some_and(Vec::is_empty)) {
        *value = Value::Null;
    }
    let unseen = filled.unseen();
    let sheet = Sheet { stated, version: acting.value("version").to_owned(), values: filled.values };
    match acting.value("answer") {
        _ if !unseen.is_empty() => place.wrong(&sheet, &unseen),
        "look" => place.look(&sheet, &acting.values).await,
        "edit" => place.form(StatusCode::OK, &sheet, &[], None),
        "save" => place.save(face, &sheet).await,
        _ => refused(face, spoken),
    }
}

impl<'a> Place<'a> {
    fn of(
        face: &'a Face,
        spoken: &'a Spoken,
        (person, school): (&'a Person, &'a School),
        entry: &str,
    ) -> Option<Self> {
        let number = entry.parse::<usize>().ok()?.checked_sub(1)?;
        Some(Self { face, spoken, person, school, number })
    }

    /// What the file says of the recipient; where it says nothing, or cannot be read, the page about that.
    async fn stated(&self) -> Result<Stated, Response> {
        let number = self.number;
        match self.school.read(move |school, _| school.recipient(number)).await {
            Ok(Some(stated)) => Ok(stated),
            Ok(None) => Err(strays::nowhere(self.face, self.spoken).into_response()),
            Err(error) => Err(self.unreadable(&error)),
        }
    }

    /// The file is broken by whoever writes it by hand, or it is our own fault.
    fn unreadable(&self, error: &Error) -> Response {
        if error.kind() != Kind::Config {
            return fault(self.face, self.spoken, error);
        }
        tracing::warn!(?error, "the wishes of a recipient cannot be changed");
        let go = notify::here(self.school);
        let go = Some((go.as_str(), "notify"));
        said(self.face, self.spoken, StatusCode::CONFLICT, "cabinet-settings-broken", go)
    }

    fn shell(&self, title: &str) -> Shell {
        Shell::new(self.face, self.spoken, Some(self.person), title)
    }

    fn up(&self, shell: &Shell) -> Anchor {
        Anchor { address: notify::here(self.school), words: shell.word("notify") }
    }

    /// What fields and their words are called.
    fn own(&self, shell: &Shell, code: &str) -> Option<String> {
        let name = code.strip_prefix("setting-")?;
        let topic = name.strip_prefix("on-").and_then(Topic::by_name);
        let task = name.strip_prefix("tasks-").and_then(|task| self.school.package(&TaskId::from(task)));
        let title = task.map(|package| shell.language().of(&package.manifest.title).to_owned());
        let code = format!("notify-{code}");
        let text = || shell.texts.has(&code).then(|| shell.word(&code));
        topic.map(|topic| topic_word(&shell.texts, topic)).or(title).or_else(text)
    }

    fn form(
        &self,
        status: StatusCode,
        sheet: &Sheet,
        faults: &[Fault],
        notice: Option<(Mark, &str)>,
    ) -> Response {
        let (shell, file) = (self.shell("notify-wishes"), format!("{}.toml", self.school.config.id));
        let own = |code: &str| self.own(&shell, code);
        let texts = Texts { shell: &shell, own: &own, file: &file };
        let fields = self.school.wishes(&sheet.stated);
        let is_of = |fault: &Fault, field: &Field<'_>| fault.setting.as_deref() == Some(field.name);
        let of = |field: &Field<'_>| {
            let value = sheet.values.get(field.name).filter(|value| !value.is_null());
            let own: Vec<&Fault> = faults.iter().filter(|fault| is_of(fault, field)).collect();
            texts.shown(At::own(field), format!("{PREFIX}{}", field.name), value, &own)
        };
        let others = faults.iter().filter(|fault| !fields.iter().any(|field| is_of(fault, field)));
        let (way, who) = to_whom(&sheet.stated);
        let acts = self.person.account.acts(&self.school.config.id);
        let page = Form {
            person: self.person,
            up: self.up(&shell),
            here: notify::here(self.school),
            notice: notice.map(|(mark, code)| Notice::of(&shell, mark, code)),
            who,
            way,
            entry: self.number + 1,
            version: sheet.version.clone(),
            fields: fields.iter().map(of).collect(),
            others: others.map(|fault| texts.told(fault)).collect(),
            acts,
            tries: acts && sheet.stated.settings.contains_key("mail"),
            shell,
        };
        shown(status, &page)
    }

    /// The form with what was filled in, and what is wrong with it.
    fn wrong(&self, sheet: &Sheet, faults: &[Fault]) -> Response {
        let notice = Some((Mark::Bad, "cabinet-settings-wrong"));
        self.form(StatusCode::UNPROCESSABLE_ENTITY, sheet, faults, notice)
    }

    /// Somebody else has changed the file meanwhile. What was filled in stays; what it would change is shown anew. The
    /// recipient is another one where somebody was taken out before: it is said above the fields who it is.
    async fn late(&self, sheet: &Sheet) -> Response {
        match self.stated().await {
            Ok(stated) => {
                let (version, values) = (stated.version.clone(), sheet.values.clone());
                let notice = Some((Mark::Bad, "cabinet-settings-late"));
                self.form(StatusCode::CONFLICT, &Sheet { stated, version, values }, &[], notice)
            }
            Err(response) => response,
        }
    }

    async fn look(&self, sheet: &Sheet, sent: &[Param]) -> Response {
        let (number, draft) = (self.number, sheet.draft());
        match self.school.read(move |school, _| school.judge_wishes(number, &draft)).await {
            Ok(judged) if judged.version != sheet.version => self.late(sheet).await,
            Ok(judged) if judged.changes.is_empty() => {
                see(&format!("{}?told=same", notify::here(self.school)))
            }
            Ok(judged) if judged.faults.is_empty() => self.change(sheet, &judged, sent),
            Ok(judged) => self.wrong(sheet, &judged.faults),
            Err(error) => self.unreadable(&error),
        }
    }

    /// The change, before it is written.
    fn change(&self, sheet: &Sheet, judged: &Judged, sent: &[Param]) -> Response {
        let shell = self.shell("notify-wishes-change");
        let own = |code: &str| self.own(&shell, code);
        let texts = Texts { shell: &shell, own: &own, file: "" };
        let changes = change::told(&texts, &self.school.wishes(&sheet.stated), judged);
        let is_ours = |param: &&Param| param.name.starts_with(PREFIX) || param.name == ENTRY;
        let sent = sent.iter().filter(is_ours).cloned().collect();
        let (up, here) = (self.up(&shell), notify::here(self.school));
        change::page(Around { person: self.person, up, here, shell }, &judged.version, changes, sent)
    }

    async fn try_out(&self, face: &Arc<Face>) -> Response {
        let told = match face.cabinet.try_out(self.person, self.school, self.number).await {
            Ok(Some(Tried::Taken)) => "taken",
            Ok(Some(Tried::Later)) => "later",
            Ok(Some(Tried::Refused)) => "refused",
            Ok(Some(Tried::Soon)) => "soon",
            Ok(None) => return strays::nowhere(face, self.spoken).into_response(),
            Err(error) => return fault(face, self.spoken, &error),
        };
        see(&format!("{}?told={told}", notify::here(self.school)))
    }

    async fn save(&self, face: &Arc<Face>, sheet: &Sheet) -> Response {
        let (cabinet, person) = (Arc::clone(&face.cabinet), self.person.clone());
        let (number, draft) = (self.number, sheet.draft());
        let saved =
            self.school.read(move |school, _| Ok(cabinet.save_wishes(&person, school, number, &draft)));
        match saved.await {
            Ok(Ok(())) => {
                face.cabinet.take_over().await;
                see(&format!("{}?told=done", notify::here(self.school)))
            }
            Ok(Err(Unsaved::Changed)) => self.late(sheet).await,
            Ok(Err(Unsaved::Wrong(judged))) => self.wrong(sheet, &judged.faults),
            Ok(Err(Unsaved::Fault(error))) | Err(error) => self.unreadable(&error),
        }
    }
}

impl Sheet {
    fn draft(&self) -> Draft {
        Draft { version: self.version.clone(), wanted: self.values.clone() }
    }
}

/// By which way, and to which address, as far as the file says it.
fn to_whom(stated: &Stated) -> (&'static str, String) {
    let text = |channel: &&str| stated.settings.get(*channel).and_then(Value::as_str).map(str::to_owned);
    let found = Address::CHANNELS.iter().find_map(|channel| Address::of(channel, text(channel)?));
    let way = found.as_ref().map_or("notify-way-mail", notify::way);
    (way, found.map(|address| visible(address.text()).into_owned()).unwrap_or_default())
}
