//! Catalogues with the texts of each connector that has dialogues, in both languages; each is made once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::daemon::host::Package;
use crate::report::{Catalogue, Language};

/// Versions of connectors that are kept; more are of the past.
const MOST: usize = 32;

/// A connector's checksum (none: the host's texts only), and a language.
type Key = (Option<String>, &'static str);

/// Catalogues, each made once.
#[derive(Default)]
pub(super) struct Texts(Mutex<HashMap<Key, Arc<Catalogue>>>);

impl Texts {
    /// The catalogue for what a connector says.
    pub(super) fn of(&self, package: Option<&Package>, language: Language) -> Arc<Catalogue> {
        let key = (package.map(|package| package.sha256.clone()), language.tag());
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST * 2 && !known.contains_key(&key) {
            known.clear();
        }
        let made = || {
            let mut catalogue = Catalogue::new(language);
            package.into_iter().for_each(|package| catalogue.add_connector(&package.manifest));
            Arc::new(catalogue)
        };
        Arc::clone(known.entry(key).or_insert_with(made))
    }
}
