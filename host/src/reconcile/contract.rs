//! Does an answer of the connector fit the contract? What does not ends the run with a verdict.

use std::collections::BTreeSet;

use crate::model::contract::{DesiredPage, Observation, Scope};
use crate::model::manifest::Manifest;
use crate::model::{Item, ItemRef};

use super::halt::Stop;

/// Longest key of an item and id of a scope, in bytes.
const KEY: usize = 200;
/// Most items of a page.
const PAGE: usize = 5_000;

/// Checks the list of scopes.
pub(super) fn scopes(scopes: &[Scope]) -> Result<(), Stop> {
    let ids: BTreeSet<_> = scopes.iter().map(|scope| &scope.id).collect();
    if ids.len() != scopes.len() {
        return Err(Stop::contract("`scopes` names a scope twice"));
    }
    match scopes.iter().find(|scope| scope.id.as_str().len() > KEY) {
        Some(_) => Err(Stop::contract(format!("the id of a scope is longer than {KEY} bytes"))),
        None => Ok(()),
    }
}

/// Checks a page of `desired`.
pub(super) fn page(manifest: &Manifest, page: &DesiredPage) -> Result<(), Stop> {
    if page.items.len() > PAGE {
        return Err(Stop::contract(format!("a page of `desired` holds more than {PAGE} items")));
    }
    page.items.iter().try_for_each(|wanted| item(manifest, wanted))
}

/// Checks an item.
pub(super) fn item(manifest: &Manifest, item: &Item) -> Result<(), Stop> {
    reference(manifest, &item.id)?;
    if item.has_a_field_twice() {
        return Err(Stop::contract(format!("{} has a field twice", item.id)));
    }
    if let Some(own) = item.refs().find(|target| **target == item.id) {
        return Err(Stop::contract(format!("references go in a circle: {own} → {own}")));
    }
    item.refs().try_for_each(|target| reference(manifest, target))
}

fn reference(manifest: &Manifest, id: &ItemRef) -> Result<(), Stop> {
    if manifest.kind(&id.kind).is_none() {
        return Err(Stop::contract(format!("the kind `{}` is not in the manifest", id.kind)));
    }
    if id.key.is_empty() || id.key.len() > KEY {
        return Err(Stop::contract(format!("a key of the kind `{}` is not 1 to {KEY} bytes long", id.kind)));
    }
    Ok(())
}

/// Checks that an answer has as many members as the question.
pub(super) fn count(call: &str, asked: usize, answered: usize) -> Result<(), Stop> {
    if asked == answered {
        return Ok(());
    }
    Err(Stop::contract(format!("`{call}` answered {answered} for {asked}")))
}

/// Checks what was observed.
pub(super) fn observations(observations: &[Observation]) -> Result<(), Stop> {
    observations.iter().try_for_each(|observation| match observation {
        Observation::Ambiguous(candidates) if candidates.is_empty() || candidates.len() > 10 => {
            Err(Stop::contract("`observe` answered ambiguous without one to ten candidates"))
        }
        Observation::Present(presence) if presence.handle.is_empty() => {
            Err(Stop::contract("`observe` answered present without a handle"))
        }
        _ => Ok(()),
    })
}
