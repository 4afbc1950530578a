//! Chats of journals and calls of lessons at VK Сферум (S1–S6).
//!
//! `journal` says who belongs where and which lessons matter, by records that `school` reads; `desired` makes items of
//! it, with the words of `wording`. `observe` and `apply` look and write through `messenger`, behind which stands `vk`.
//! `keys`, `mark` and `prints` say how things are known again. Only this file and `school` touch the host.
//!
//! What is written goes to the chat of the journal that the records name, or nowhere: chats are known again by a mark
//! that the host makes, written to only by the ledger's handle, and looked at before.

pub mod apply;
pub mod check;
pub mod desired;
pub mod journal;
pub mod keys;
pub mod mark;
pub mod messenger;
#[cfg(test)]
mod never_elsewhere;
pub mod observe;
pub mod prints;
#[cfg(test)]
mod samples;
pub mod school;
pub mod settings;
pub mod vk;
pub mod wording;
pub mod zone;

use exchange_sdk::http::Host;
use exchange_sdk::records::{self, Filter, Journal, SchoolClass};
use exchange_sdk::{
    Change, Connector, DesiredPage, Effect, Failure, Finding, Message, Observation, Probe, Scope, clock,
    context, secrets,
};

use apply::Hand;
use desired::View;
use journal::Facts;
use observe::Eye;
use settings::Settings;
use vk::Vk;
use zone::Wall;

/// The scope of the accounts of all journals; no id of a record begins like this.
const ACCOUNTS: &str = ":accounts";
/// Before a journal's id: the scope of its lessons.
const LESSONS: &str = ":lessons:";

/// The connector.
pub struct Sferum;

fn print(purpose: &str, value: &str) -> Result<String, Failure> {
    secrets::fingerprint(purpose, value).map_err(|_| Failure::Unavailable(Message::new("no-fingerprint")))
}

/// The journals of the study year that runs.
fn of_this_year() -> Result<Vec<Journal>, Failure> {
    records::journals(&Filter::of_year(context::study_year()))
}

/// The chat of a journal, and its lessons: a journal whose chat is to be left alone may have calls to be closed.
fn scopes_of(journal: Journal, classes: &[SchoolClass]) -> [Scope; 2] {
    let class =
        journal.class_id.as_ref().and_then(|id| classes.iter().find(|class| class.id == *id)).cloned();
    let facts = Facts { journal, class, lessons: vec![], pupils: vec![], staff: vec![], identifiers: vec![] };
    let scope = |id: String| Scope { id, title: wording::label(&facts), group: facts.class_name() };
    [scope(facts.journal.id.clone()), scope(format!("{LESSONS}{}", facts.journal.id))]
}

impl Connector for Sferum {
    fn check() -> Result<Vec<Finding>, Failure> {
        let settings: Settings = context::settings()?;
        check::check(&Vk::new(&Host, &settings.community), &settings)
    }

    /// Journals of past years stay scopes as long as the records know them: they answer that nothing is to be done.
    fn scopes() -> Result<Vec<Scope>, Failure> {
        let accounts = Scope { id: ACCOUNTS.to_owned(), title: "VK ID".to_owned(), group: None };
        let classes = records::classes(&Filter::all())?;
        let journals = school::journals()?.into_iter().flat_map(|journal| scopes_of(journal, &classes));
        Ok(std::iter::once(accounts).chain(journals).collect())
    }

    fn desired(scope: &str, _cursor: Option<&str>) -> Result<DesiredPage, Failure> {
        let settings: Settings = context::settings()?;
        let (now, horizon) = (clock::now(), settings.horizon());
        if scope == ACCOUNTS {
            let journals = of_this_year()?.into_iter().map(school::facts).collect::<Result<Vec<_>, _>>()?;
            return Ok(desired::accounts(&journals, now, horizon));
        }
        let of_lessons = scope.strip_prefix(LESSONS);
        let id = of_lessons.unwrap_or(scope).to_owned();
        let Some(journal) = records::journals(&Filter::by_ids(vec![id]))?.pop() else {
            return Ok(desired::nothing(Vec::new()));
        };
        let wall = Wall::of(&context::school().time_zone);
        let view = View { settings: &settings, wall, now, year: context::study_year(), prints: &print };
        let facts = school::facts(journal)?;
        if of_lessons.is_some() { desired::lessons(&view, &facts) } else { desired::journal(&view, &facts) }
    }

    fn observe(probes: Vec<Probe>) -> Result<Vec<Observation>, Failure> {
        let settings: Settings = context::settings()?;
        let messenger = Vk::new(&Host, &settings.community);
        let journals = || Ok(school::journals()?.into_iter().map(|journal| journal.id).collect());
        let (community, prints) = (settings.community.as_str(), &print);
        observe::observe(&Eye { messenger: &messenger, community, prints, journals: &journals }, &probes)
    }

    fn apply(changes: Vec<Change>) -> Result<Vec<Effect>, Failure> {
        let settings: Settings = context::settings()?;
        let messenger = Vk::new(&Host, &settings.community);
        let named =
            |journal: &str| school::named(journal, context::study_year(), clock::now(), settings.horizon());
        let (community, prints) = (settings.community.as_str(), &print);
        apply::apply(&Hand { messenger: &messenger, community, prints, named: &named }, &changes)
    }
}

exchange_sdk::export!(Sferum);
