//! What exists at Дневник.ру already (D12, D14).
//!
//! Absence is said only of what was looked up by key, or missed in a list that came out the same twice: lists may
//! shift while they are read, and a twin is worse than asking again.

mod class;
mod membership;
mod person;
mod pupil;
mod relation;

use exchange_sdk::http::Http;
use exchange_sdk::{Failure, Link, Message, NotKnown, Observation, Probe};

use crate::desired::kind;
use crate::remote::{Person, Remote};
use crate::role;
use crate::settings::Evidence;

/// As many observations as probes, in their order.
///
/// # Errors
/// When nothing could be learnt; when something was refused because who signed in no longer administers the school.
pub fn observe<H: Http>(
    remote: &Remote<'_, H>,
    adopt_by: &[Evidence],
    probes: &[Probe],
) -> Result<Vec<Observation>, Failure> {
    let seen = by_kind(remote, adopt_by, probes);
    let refused = |seen: &[Observation]| seen.iter().filter_map(not_known).any(role::is_refusal);
    match seen {
        Ok(seen) if refused(&seen) && role::is_lost(remote) => Err(role::lost()),
        Ok(seen) => Ok(seen),
        Err(failure) => Err(role::explained(remote, failure)),
    }
}

/// Why nothing could be learnt of one item.
fn not_known(observation: &Observation) -> Option<&Message> {
    match observation {
        Observation::Unknown(unknown) => Some(&unknown.reason),
        _ => None,
    }
}

fn by_kind<H: Http>(
    remote: &Remote<'_, H>,
    adopt_by: &[Evidence],
    probes: &[Probe],
) -> Result<Vec<Observation>, Failure> {
    let Some(first) = probes.first() else { return Ok(Vec::new()) };
    match first.item.kind.as_str() {
        kind::CLASS => class::observe(remote, probes),
        kind::PUPIL => person::observe(remote, person::Who::Pupil, adopt_by, probes),
        kind::GUARDIAN => person::observe(remote, person::Who::Guardian, adopt_by, probes),
        kind::SCHOOL_MEMBERSHIP => membership::observe(remote, membership::Of::School, probes),
        kind::CLASS_MEMBERSHIP => membership::observe(remote, membership::Of::Class, probes),
        kind::RELATION => relation::observe(remote, probes),
        _ => Ok(probes.iter().map(|_| Observation::unknown(Message::new("kind-unknown"))).collect()),
    }
}

/// One question without an answer leaves one item unknown; a dead token leaves them all.
fn unknown(failure: Failure) -> Result<Observation, Failure> {
    Ok(match failure {
        Failure::Retry(retry_after) => {
            Observation::Unknown(NotKnown { reason: Message::new("try-later"), retry_after })
        }
        Failure::Forbidden(reason) | Failure::Unavailable(reason) => Observation::unknown(reason),
        Failure::Refused(refusal) => Observation::unknown(refusal.reason),
        grave => return Err(grave),
    })
}

/// A list came out otherwise when it was read again.
fn unstable() -> Observation {
    Observation::unknown(Message::new("listing-unstable"))
}

/// Were the same things listed both times, in whatever order and however often?
fn same_ids<'a>(first: impl Iterator<Item = &'a str>, second: impl Iterator<Item = &'a str>) -> bool {
    let sorted = |ids: Vec<&'a str>| {
        let mut ids = ids;
        ids.sort_unstable();
        ids
    };
    sorted(first.collect()) == sorted(second.collect())
}

/// The pages of the site. No public source fixes their addresses; these are where they are today.
mod pages {
    use exchange_sdk::Link;

    /// The site itself, as an upstream that is only ever linked to.
    const SITE: &str = "dnevnik-site";

    pub(crate) fn class(id: &str) -> Link {
        Link::to(SITE, "/admin/class").query("class", id)
    }

    pub(crate) fn person(id: &str) -> Link {
        Link::to(SITE, "/admin/persons/person").query("person", id)
    }

    pub(crate) fn organisation(id: &str) -> Link {
        Link::to(SITE, format!("/organizations/{id}"))
    }
}

/// The page of an organisation's profile.
pub fn organisation_page(id: &str) -> Link {
    pages::organisation(id)
}

/// Is the account in use? What speaks for keeping this one of two twins.
fn activation(person: &Person) -> Message {
    Message::new(if person.user.is_some() { "evidence-activated" } else { "evidence-not-activated" })
}

#[cfg(test)]
mod tests;
