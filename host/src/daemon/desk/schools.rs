//! What dialogues at one school have in common: its store, opened once, and their turn at its lane.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, Weak};

use super::lock;
use crate::daemon::asks::Known;
use crate::error::Result;
use crate::model::SchoolId;
use crate::store::SchoolDb;

/// A school that dialogues are at.
pub(super) struct School {
    pub(super) store: Arc<SchoolDb>,
    /// Whoever has it asks for the lane: a class that links at once waits in a row here and does not crowd there.
    pub(super) turn: tokio::sync::Mutex<()>,
}

/// The schools that dialogues are at; closed when nobody is.
#[derive(Default)]
pub(super) struct Schools(Mutex<HashMap<SchoolId, Weak<School>>>);

impl Schools {
    /// A school, opened unless it is open.
    pub(super) fn open(&self, known: &Known) -> Result<Arc<School>> {
        let id = &known.school.id;
        if let Some(school) = self.opened(id) {
            return Ok(school);
        }
        let store = tokio::task::block_in_place(|| known.host.school(&known.school))?;
        let mut schools = lock(&self.0);
        // Somebody else may have been faster.
        if let Some(school) = schools.get(id).and_then(Weak::upgrade) {
            return Ok(school);
        }
        schools.retain(|_, school| school.strong_count() > 0);
        let school = Arc::new(School { store, turn: tokio::sync::Mutex::default() });
        schools.insert(id.clone(), Arc::downgrade(&school));
        Ok(school)
    }

    fn opened(&self, id: &SchoolId) -> Option<Arc<School>> {
        lock(&self.0).get(id).and_then(Weak::upgrade)
    }
}
