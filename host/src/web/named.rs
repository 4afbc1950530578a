//! What an address of three parts names: a school, a task, and a dialogue or a secret. Whatever can be the name of none is
//! nowhere: it gets into no link, and nobody is led to it.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;

use super::language::Spoken;
use super::{Face, strays};
use crate::config::is_name;
use crate::daemon::desk::Place;
use crate::daemon::page::Page;

/// The three of them.
pub(super) struct Named(pub(super) [String; 3]);

impl FromRequestParts<Arc<Face>> for Named {
    type Rejection = Page;

    async fn from_request_parts(parts: &mut Parts, face: &Arc<Face>) -> Result<Self, Page> {
        let Ok(spoken): Result<_, Infallible> = Spoken::from_request_parts(parts, face).await;
        let path = Path::<[String; 3]>::from_request_parts(parts, face).await;
        let names = path.ok().map(|Path(names)| names);
        let named = names.filter(|names| names.iter().all(|name| is_name(name)));
        named.map(Self).ok_or_else(|| strays::nowhere(face, &spoken))
    }
}

impl Named {
    /// The dialogue.
    pub(super) fn place(&self) -> Place {
        let [school, task, dialogue] = &self.0;
        Place::new(school, task, dialogue)
    }
}
