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
use super::settings_form::{Input, Shown, Texts, Told};
use super::settings_read;
use super::settings_secret::{self, Secret};
use super::shell::{Notice, Shell, said, shown};
use super::signed::{fault, own_form, refused, value};
use crate::config::{self, Field};
use crate::daemon::cabinet::{Change, Draft, Fault, Judged, Person, School, Unsaved};
use crate::daemon::host::Package;
use crate::daemon::page::{Anchor, Mark};
use crate::error::{Error, Kind};
use crate::model::{Param, TaskId};
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
    acts: bool,
}

/// A setting that would be other than it is.
struct Changed {
    label: String,
    before: String,
    after: String,
}

#[derive(Template)]
#[template(path = "cabinet/settings_change.html")]
struct ChangePage<'a> {
    shell: Shell,
    person: &'a Person,
    up: Anchor,
    here: String,
    version: String,
    changes: Vec<Changed>,
    /// What was filled in, to be sent again with the confirmation.
    sent: Vec<Param>,
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

    /// The form with these values in it.
    async fn form(
        &self,
        status: StatusCode,
        version: String,
        values: &Map<String, Value>,
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
        let texts =
            Texts { shell: &shell, catalogue: &catalogue, manifest: &self.package.manifest, file: &file };
        let fields = self.fields();
        let is_own = |fault: &&Fault| {
            fault.setting.as_deref().is_some_and(|name| fields.iter().any(|field| field.name == name))
        };
        let of = |field: &Field<'_>| {
            let value = values.get(field.name).filter(|value| !value.is_null());
            texts.shown(field, value.or(field.default.filter(|_| faults.is_empty())), faults)
        };
        let page = Form {
            person: self.person,
            up: self.up(&shell),
            here: self.here(),
            notice: notice.map(|(mark, code)| Notice::of(&shell, mark, code)),
            version,
            fields: fields.iter().map(of).collect(),
            others: faults.iter().filter(|fault| !is_own(fault)).map(|fault| texts.told(fault)).collect(),
            secrets: secrets.iter().map(|secret| Secret::of(&shell, self.school, secret)).collect(),
            acts: self.person.account.acts(&self.school.config.id),
            shell,
        };
        shown(status, &page)
    }

    /// What the file says now.
    pub(super) async fn as_it_is(&self, status: StatusCode, notice: Option<(Mark, &str)>) -> Response {
        let task = self.task.clone();
        match self.school.read(move |school, _| school.stated(&task)).await {
            Ok(stated) => self.form(status, stated.version, &stated.settings, &[], notice).await,
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
        let texts =
            Texts { shell: &shell, catalogue: &catalogue, manifest: &self.package.manifest, file: &file };
        let fields = self.fields();
        let changed = |change: &Change| {
            let field = fields.iter().find(|field| field.name == change.name)?;
            Some(Changed {
                label: texts.label(field),
                before: texts.value(field, change.before.as_ref()),
                after: texts.value(field, change.after.as_ref()),
            })
        };
        let page = ChangePage {
            person: self.person,
            up: self.up(&shell),
            here: self.here(),
            version: judged.version.clone(),
            changes: judged.changes.iter().filter_map(changed).collect(),
            sent: sent.iter().filter(|param| param.name.starts_with("s.")).cloned().collect(),
            shell,
        };
        shown(StatusCode::OK, &page)
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
        "edit" => judged(&place, &sent, Wanted::Edit).await,
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
        Ok(stated) => stated,
        Err(error) => return place.unreadable(&error),
    };
    let wanted = settings_read::read(&place.fields(), &stated.settings, sent);
    let draft = Draft { version: value(sent, "version").to_owned(), wanted };
    let unseen = settings_read::unseen(&draft.wanted);
    if !unseen.is_empty() {
        return place.wrong(&draft, &unseen).await;
    }
    if wants == Wanted::Edit {
        return place.form(StatusCode::OK, draft.version, &draft.wanted, &[], None).await;
    }
    if wants == Wanted::Save {
        return save(place, draft).await;
    }
    let (task, of) = (place.task.clone(), draft.clone());
    match place.school.read(move |school, _| school.judge(&task, &of)).await {
        Ok(judged) if judged.changes.is_empty() => see(&format!("{}?same", place.here())),
        Ok(judged) if judged.version != draft.version => place.late(&draft).await,
        Ok(judged) if judged.faults.is_empty() => place.change(&judged, sent),
        Ok(judged) => place.wrong(&draft, &judged.faults).await,
        Err(error) => place.unreadable(&error),
    }
}

impl Place<'_> {
    /// The form with what was filled in, and what is wrong with it.
    async fn wrong(&self, draft: &Draft, faults: &[Fault]) -> Response {
        let notice = Some((Mark::Bad, "cabinet-settings-wrong"));
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        self.form(status, draft.version.clone(), &draft.wanted, faults, notice).await
    }

    /// Somebody else has changed the file meanwhile. What was filled in stays; what it would change is shown anew.
    async fn late(&self, draft: &Draft) -> Response {
        let task = self.task.clone();
        match self.school.read(move |school, _| school.stated(&task)).await {
            Ok(stated) => {
                let notice = Some((Mark::Bad, "cabinet-settings-late"));
                self.form(StatusCode::CONFLICT, stated.version, &draft.wanted, &[], notice).await
            }
            Err(error) => self.unreadable(&error),
        }
    }
}

async fn save(place: &Place<'_>, draft: Draft) -> Response {
    let cabinet = Arc::clone(&place.face.cabinet);
    let (person, task, of) = (place.person.clone(), place.task.clone(), draft.clone());
    let saved = place.school.read(move |school, _| Ok(cabinet.save(&person, school, &task, &of))).await;
    match saved {
        Ok(Ok(())) => see(&format!("{}?saved", place.here())),
        Ok(Err(Unsaved::Changed)) => place.late(&draft).await,
        Ok(Err(Unsaved::Wrong(judged))) => place.wrong(&draft, &judged.faults).await,
        Ok(Err(Unsaved::Fault(error))) | Err(error) => place.unreadable(&error),
    }
}
