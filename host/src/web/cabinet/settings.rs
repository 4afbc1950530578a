//! A task's settings and secrets: a form made of what its connector asks for, the change shown before it is written.
//!
//! Nothing of a draft is kept here: what was filled in goes to the page that shows the change and comes back with the
//! confirmation, and is judged again then.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawForm, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

use super::acting::Acting;
use super::school::{AtSchool, path_of};
use super::settings_change::{self as change, Around};
use super::settings_form::{At, Input, PREFIX, Shown, Texts, Told};
use super::settings_read::Filled;
use super::settings_rows;
use super::settings_secret::{self, Secret};
use super::shell::{Notice, Shell, said, shown};
use super::signed::{fault, own_form, refused, value};
use crate::config::{self, Field, FieldKind, Stated};
use crate::daemon::cabinet::{Draft, Fault, Judged, Person, School, Unsaved};
use crate::daemon::host::Package;
use crate::daemon::page::{Anchor, Mark};
use crate::error::{Error, Kind};
use crate::model::{Message, Param, TaskId};
use crate::report::Catalogue;
use crate::web::language::Spoken;
use crate::web::{Face, params, see, strays};

#[derive(Template)]
#[template(path = "cabinet/settings.html")]
struct Form<'a> {
    shell: Shell,
    person: &'a Person,
    up: Anchor,
    here: String,
    notice: Option<Notice>,
    version: String,
    fields: Vec<Shown>,
    /// What is wrong elsewhere in the file.
    others: Vec<Told>,
    secrets: Vec<Secret>,
    /// Entries can be added.
    grows: bool,
    acts: bool,
}

/// A form as somebody filled it in, over what the file says.
struct Sheet {
    /// What the file says.
    stated: Map<String, Value>,
    /// Which content of the file it is about.
    version: String,
    filled: Filled,
}

/// A task of a school, for one request.
pub(super) struct Place<'a> {
    pub(super) face: &'a Face,
    pub(super) spoken: &'a Spoken,
    pub(super) person: &'a Person,
    pub(super) school: &'a School,
    pub(super) task: &'a TaskId,
    pub(super) package: &'a Package,
}

impl Place<'_> {
    fn fields(&self) -> Vec<Field<'_>> {
        config::fields(&self.package.manifest)
    }

    pub(super) fn here(&self) -> String {
        format!("{}/settings", path_of(self.school, self.task))
    }

    fn catalogue(&self) -> Arc<Catalogue> {
        self.face.texts.of(Some(self.package), self.spoken.language())
    }

    fn shell(&self, title: &str) -> Shell {
        Shell::new(self.face, self.spoken, Some(self.person), title)
    }

    fn up(&self, shell: &Shell) -> Anchor {
        let words = shell.language().of(&self.package.manifest.title).to_owned();
        Anchor { address: path_of(self.school, self.task), words }
    }

    fn file(&self) -> String {
        let name = self.school.config.file.file_name();
        name.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    fn acts(&self) -> bool {
        self.person.account.acts(&self.school.config.id)
    }

    /// The connector's own texts.
    fn own<'c>(&'c self, catalogue: &'c Catalogue) -> impl Fn(&str) -> Option<String> + 'c {
        let manifest = &self.package.manifest;
        move |code: &str| manifest.has_text(code).then(|| catalogue.of(&manifest.id, &Message::new(code)))
    }

    /// The form with this in it.
    async fn form(
        &self,
        status: StatusCode,
        sheet: Sheet,
        faults: &[Fault],
        notice: Option<(Mark, &str)>,
    ) -> Response {
        let (task, manifest) = (self.task.clone(), Arc::clone(&self.package.manifest));
        let secrets = self.school.read(move |school, store| school.secrets(store, &task, &manifest)).await;
        let secrets = match secrets {
            Ok(secrets) => secrets,
            Err(error) => return fault(self.face, self.spoken, &error),
        };
        let (shell, catalogue, file) = (self.shell("cabinet-settings"), self.catalogue(), self.file());
        let own = self.own(&catalogue);
        let texts = Texts { shell: &shell, own: &own, file: &file };
        let fields = self.fields();
        let is_own = |fault: &&Fault| {
            fault.setting.as_deref().is_some_and(|name| fields.iter().any(|field| field.name == name))
        };
        let page = Form {
            person: self.person,
            up: self.up(&shell),
            here: self.here(),
            notice: notice.map(|(mark, code)| Notice::of(&shell, mark, code)),
            fields: fields.iter().map(|field| self.field(&texts, field, &sheet, faults)).collect(),
            version: sheet.version,
            others: faults.iter().filter(|fault| !is_own(fault)).map(|fault| texts.told(fault)).collect(),
            secrets: secrets.iter().map(|secret| Secret::of(&shell, self.school, secret)).collect(),
            grows: fields.iter().any(|field| matches!(field.kind, FieldKind::Entries(_))),
            acts: self.acts(),
            shell,
        };
        shown(status, &page)
    }

    fn field(&self, texts: &Texts<'_>, field: &Field<'_>, sheet: &Sheet, faults: &[Fault]) -> Shown {
        let own: Vec<&Fault> =
            faults.iter().filter(|fault| fault.setting.as_deref() == Some(field.name)).collect();
        let before = sheet.stated.get(field.name);
        if let Some(stated) = settings_rows::stated(field, before) {
            let mut rows = sheet.filled.tables.get(field.name).cloned().unwrap_or_default();
            settings_rows::with_stated(&mut rows, stated);
            return texts.table(field, &rows, before, &own, self.acts());
        }
        let value = sheet.filled.values.get(field.name).filter(|value| !value.is_null());
        let value = value.or(field.default.filter(|_| faults.is_empty()));
        let value = if field.kind == FieldKind::Other { before } else { value };
        texts.shown(At::own(field), format!("{PREFIX}{}", field.name), value, &own)
    }

    /// What the file says now.
    pub(super) async fn as_it_is(&self, status: StatusCode, notice: Option<(Mark, &str)>) -> Response {
        let task = self.task.clone();
        match self.school.read(move |school, _| school.stated(&task)).await {
            Ok(Stated { version, settings }) => {
                let filled = Filled::stated(&self.fields(), &settings);
                self.form(status, Sheet { stated: settings, version, filled }, &[], notice).await
            }
            Err(error) => self.unreadable(&error),
        }
    }

    /// The file is broken by whoever writes it by hand, or it is our own fault.
    pub(super) fn unreadable(&self, error: &Error) -> Response {
        if error.kind() != Kind::Config {
            return fault(self.face, self.spoken, error);
        }
        tracing::warn!(?error, "the settings of a task cannot be changed");
        let back = path_of(self.school, self.task);
        let go = Some((back.as_str(), "cabinet-settings-back"));
        said(self.face, self.spoken, StatusCode::CONFLICT, "cabinet-settings-broken", go)
    }

    /// The change, before it is written.
    fn change(&self, judged: &Judged, sent: &[Param]) -> Response {
        let (shell, catalogue, file) = (self.shell("cabinet-settings-change"), self.catalogue(), self.file());
        let own = self.own(&catalogue);
        let changes = change::told(&Texts { shell: &shell, own: &own, file: &file }, &self.fields(), judged);
        let sent = sent.iter().filter(|param| param.name.starts_with(PREFIX)).cloned().collect();
        let around = Around { person: self.person, up: self.up(&shell), here: self.here(), shell };
        change::page(around, &judged.version, changes, sent)
    }
}

type Names = Path<(String, String)>;

/// `GET /~school/SCHOOL/TASK/settings`: the form, filled in as the file says.
pub(super) async fn form(
    State(face): State<Arc<Face>>,
    AtSchool { person, school }: AtSchool,
    spoken: Spoken,
    Path((_, task)): Names,
    RawQuery(query): RawQuery,
) -> Response {
    let task = TaskId::from(task);
    let Some(package) = school.package(&task) else {
        return strays::nowhere(&face, &spoken).into_response();
    };
    let query = params(query.unwrap_or_default().as_bytes());
    let notices = [
        ("saved", Mark::Good, "cabinet-settings-saved"),
        ("same", Mark::Plain, "cabinet-settings-same"),
        ("secret", Mark::Good, "cabinet-secret-stored"),
    ];
    let notice = notices.into_iter().find(|(name, ..)| query.iter().any(|param| param.name == *name));
    let (face, spoken, person, school, task) = (&face, &spoken, &person, &school, &task);
    let place = Place { face, spoken, person, school, task, package: &package };
    place.as_it_is(StatusCode::OK, notice.map(|(_, mark, code)| (mark, code))).await
}

/// `POST /~school/SCHOOL/TASK/settings`: looked at, saved, gone back to, or a secret put in.
pub(super) async fn answer(
    State(face): State<Arc<Face>>,
    Acting { person, school }: Acting,
    spoken: Spoken,
    Path((_, task)): Names,
    sent: RawForm,
) -> Response {
    let Some(sent) = own_form(&person, &sent) else { return refused(&face, &spoken) };
    let task = TaskId::from(task);
    let Some(package) = school.package(&task) else {
        return strays::nowhere(&face, &spoken).into_response();
    };
    let (face, spoken, person, school, task) = (&face, &spoken, &person, &school, &task);
    let place = Place { face, spoken, person, school, task, package: &package };
    match value(&sent, "answer") {
        "secret" => settings_secret::put(&place, &sent).await,
        "look" => judged(&place, &sent, Wanted::Look).await,
        "edit" | "more" => judged(&place, &sent, Wanted::Edit).await,
        "save" => judged(&place, &sent, Wanted::Save).await,
        _ => refused(face, spoken),
    }
}

/// What somebody wants with a draft.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Look,
    Edit,
    Save,
}

async fn judged(place: &Place<'_>, sent: &[Param], wants: Wanted) -> Response {
    let task = place.task.clone();
    let stated = match place.school.read(move |school, _| school.stated(&task)).await {
        Ok(stated) => stated.settings,
        Err(error) => return place.unreadable(&error),
    };
    let (fields, version) = (place.fields(), value(sent, "version").to_owned());
    let mut filled = Filled::read(&fields, &stated, sent);
    let draft = Draft { version: version.clone(), wanted: filled.wanted(&fields) };
    let unseen = filled.unseen();
    let is_wrong = wants != Wanted::Edit && filled.has_bad_names(&fields);
    let sheet = Sheet { stated, version, filled };
    if is_wrong || !unseen.is_empty() {
        return place.wrong(sheet, &unseen).await;
    }
    match wants {
        Wanted::Edit => place.form(StatusCode::OK, sheet, &[], None).await,
        Wanted::Save => save(place, sheet, draft).await,
        Wanted::Look => look(place, sheet, draft, sent).await,
    }
}

async fn look(place: &Place<'_>, sheet: Sheet, draft: Draft, sent: &[Param]) -> Response {
    let (task, seen) = (place.task.clone(), draft.version.clone());
    match place.school.read(move |school, _| school.judge(&task, &draft)).await {
        Ok(judged) if judged.changes.is_empty() => see(&format!("{}?same", place.here())),
        Ok(judged) if judged.version != seen => place.late(sheet).await,
        Ok(judged) if judged.faults.is_empty() => place.change(&judged, sent),
        Ok(judged) => place.wrong(sheet, &judged.faults).await,
        Err(error) => place.unreadable(&error),
    }
}

impl Place<'_> {
    /// The form with what was filled in, and what is wrong with it.
    async fn wrong(&self, sheet: Sheet, faults: &[Fault]) -> Response {
        let notice = Some((Mark::Bad, "cabinet-settings-wrong"));
        self.form(StatusCode::UNPROCESSABLE_ENTITY, sheet, faults, notice).await
    }

    /// Somebody else has changed the file meanwhile. What was filled in stays; what it would change is shown anew.
    async fn late(&self, sheet: Sheet) -> Response {
        let task = self.task.clone();
        match self.school.read(move |school, _| school.stated(&task)).await {
            Ok(Stated { version, settings }) => {
                let notice = Some((Mark::Bad, "cabinet-settings-late"));
                let sheet = Sheet { stated: settings, version, ..sheet };
                self.form(StatusCode::CONFLICT, sheet, &[], notice).await
            }
            Err(error) => self.unreadable(&error),
        }
    }
}

async fn save(place: &Place<'_>, sheet: Sheet, draft: Draft) -> Response {
    let cabinet = Arc::clone(&place.face.cabinet);
    let (person, task) = (place.person.clone(), place.task.clone());
    let saved = place.school.read(move |school, _| Ok(cabinet.save(&person, school, &task, &draft))).await;
    match saved {
        Ok(Ok(())) => see(&format!("{}?saved", place.here())),
        Ok(Err(Unsaved::Changed)) => place.late(sheet).await,
        Ok(Err(Unsaved::Wrong(judged))) => place.wrong(sheet, &judged.faults).await,
        Ok(Err(Unsaved::Fault(error))) | Err(error) => place.unreadable(&error),
    }
}
