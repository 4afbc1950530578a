//! A task of a school that somebody sees, and who may act on it.

use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use super::acting::only_looks;
use super::school::{AtSchool, path_of};
use super::shell::Shell;
use super::signed::{sent, spoken};
use crate::daemon::cabinet::{Person, School};
use crate::daemon::host::Package;
use crate::daemon::page::Anchor;
use crate::model::setup::TaskConfig;
use crate::model::{Message, Param, TaskRef};
use crate::report::{Catalogue, Language, run_report};
use crate::web::language::Spoken;
use crate::web::{Face, strays};

/// Somebody at a task of a school that they see.
pub(super) struct AtTask {
    pub(super) person: Person,
    pub(super) school: School,
    pub(super) task: TaskConfig,
    pub(super) package: Option<Arc<Package>>,
}

/// Somebody who may change something there.
pub(super) struct Acting(pub(super) AtTask);

/// The same, and the form that they sent.
pub(super) struct TaskDeed {
    pub(super) at: AtTask,
    pub(super) values: Vec<Param>,
}

impl FromRequestParts<Arc<Face>> for AtTask {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, face: &Arc<Face>) -> Result<Self, Response> {
        let AtSchool { person, school } = AtSchool::from_request_parts(parts, face).await?;
        let named = RawPathParams::from_request_parts(parts, face).await.ok();
        let named = named.as_ref().and_then(|params| params.iter().find(|(name, _)| *name == "task"));
        let task = named.and_then(|(_, task)| school.config.task(&task.into())).cloned();
        match task {
            Some(task) => Ok(Self { package: school.package(&task.id), person, school, task }),
            None => Err(strays::nowhere(face, &spoken(parts).await).into_response()),
        }
    }
}

impl FromRequestParts<Arc<Face>> for Acting {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, face: &Arc<Face>) -> Result<Self, Response> {
        let at = AtTask::from_request_parts(parts, face).await?;
        if at.may_act() {
            return Ok(Self(at));
        }
        Err(only_looks(face, &spoken(parts).await, &at.path()))
    }
}

impl FromRequest<Arc<Face>> for TaskDeed {
    type Rejection = Response;

    async fn from_request(request: Request, face: &Arc<Face>) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let Acting(at) = Acting::from_request_parts(&mut parts, face).await?;
        let spoken = spoken(&mut parts).await;
        let values = sent(Request::from_parts(parts, body), &at.person, face, &spoken).await?;
        Ok(Self { at, values })
    }
}

impl AtTask {
    /// May this person change something?
    pub(super) fn may_act(&self) -> bool {
        self.person.account.acts(&self.school.config.id)
    }

    /// Proof that a form is ours; nothing for whoever only looks.
    pub(super) fn step(&self) -> Option<String> {
        self.may_act().then(|| self.person.step.clone())
    }

    /// Its whole name.
    pub(super) fn name(&self) -> TaskRef {
        self.school.name(&self.task.id)
    }

    /// Where its page is.
    pub(super) fn path(&self) -> String {
        path_of(&self.school, &self.task.id)
    }

    /// As its connector calls itself.
    pub(super) fn title(&self, language: Language) -> String {
        let title = self.package.as_ref().map(|package| language.of(&package.manifest.title).to_owned());
        title.unwrap_or_else(|| self.task.connector.clone())
    }

    /// The way to its page.
    pub(super) fn up(&self, language: Language) -> Anchor {
        Anchor { address: self.path(), words: self.title(language) }
    }

    /// Around a page of it that is called so.
    pub(super) fn shell(&self, face: &Face, spoken: &Spoken, title: &str) -> Shell {
        Shell::new(face, spoken, Some(&self.person), title)
    }

    /// Texts that know its connector's.
    pub(super) fn texts(&self, face: &Face, spoken: &Spoken) -> Arc<Catalogue> {
        face.texts.of(self.package.as_deref(), spoken.language())
    }

    /// A text of its connector, else of the host.
    pub(super) fn text(&self, texts: &Catalogue, message: &Message) -> String {
        texts.of(self.connector(), message)
    }

    /// What a kind of its connector is called.
    pub(super) fn kind(&self, texts: &Catalogue, kind: &str) -> String {
        let package = self.package.as_ref();
        package
            .map_or_else(|| kind.to_owned(), |package| run_report::kind_title(&package.manifest, kind, texts))
    }

    /// Its connector's id; empty where it cannot be used.
    pub(super) fn connector(&self) -> &str {
        self.package.as_ref().map_or("", |package| package.manifest.id.as_str())
    }
}
