//! What a person reads of messages and of the school's own records before anything is sent or written.

use crate::model::contract::{Difference, Observation};
use crate::model::item::{Field, OutputRef, Value};
use crate::model::manifest::Nature;
use crate::model::{After, Connector, Shown};

use super::image;
use super::run::Run;
use super::state::{Wanted, Work};

impl<C: Connector> Run<'_, C> {
    /// The texts of a message, or the changes of a record; nothing for other kinds.
    pub(super) fn content(&self, wanted: &Wanted, work: &Work) -> Vec<Shown> {
        // Who reads a plan asks for it without a run.
        let kind = self.env.connector.manifest().kind(&wanted.item.id.kind).filter(|_| self.fence.is_none());
        let Some(kind) = kind else { return Vec::new() };
        let fields = wanted.item.fields.iter();
        if kind.nature == Nature::Event {
            return fields.filter_map(|field| self.shown(field, None)).collect();
        }
        if kind.record.is_none() {
            return Vec::new();
        }
        let Some(Observation::Present(presence)) = work.observation() else {
            return fields.filter_map(|field| self.shown(field, None)).collect();
        };
        let change = |field: &Field| {
            let there = presence.differing.iter().find(|differing| *differing.field == *field.name)?;
            self.shown(field, there.there.clone())
        };
        fields.filter_map(change).collect()
    }

    fn shown(&self, field: &Field, before: Option<String>) -> Option<Shown> {
        let after = match &field.value {
            Value::None => After::Empty,
            Value::Text(text) => After::Text(text.clone()),
            Value::Texts(texts) => After::Text(texts.join(", ")),
            Value::Output(wanted) => self.output(wanted),
            Value::Integer(_) | Value::Flag(_) | Value::Reference(_) | Value::References(_) => return None,
        };
        Some(Shown { field: field.name.to_string(), before, after })
    }

    fn output(&self, wanted: &OutputRef) -> After {
        let known = image::output(wanted, &[self.world.target(&wanted.item)]).map(str::to_owned);
        known.map_or(After::Later, After::Text)
    }
}

/// What leaves a record.
pub(super) fn emptied(there: &[Difference]) -> Vec<Shown> {
    let field = |there: &Difference| Shown {
        field: there.field.clone(),
        before: there.there.clone(),
        after: After::Empty,
    };
    there.iter().map(field).collect()
}
