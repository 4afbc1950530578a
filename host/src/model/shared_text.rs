//! Texts that many values share: kept once, and in JSON plain strings. (`serde` can do the latter by a feature that all
//! its users would be compiled with.)

use std::collections::HashSet;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serializer};

/// Texts met so far: each is kept once, however often it is met.
#[derive(Clone, Debug, Default)]
pub struct SharedTexts(HashSet<Arc<str>>);

impl SharedTexts {
    /// The one copy of this text.
    pub fn of(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.0.get(text) {
            return Arc::clone(known);
        }
        let new: Arc<str> = text.into();
        self.0.insert(Arc::clone(&new));
        new
    }
}

pub(super) fn serialize<S: Serializer>(text: &Arc<str>, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(text)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Arc<str>, D::Error> {
    String::deserialize(from).map(Into::into)
}
