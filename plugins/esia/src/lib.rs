//! Accounts at Дневник.ру and at ЕСИА (Госуслуги) find each other (E1–E9).
//!
//! `matching` says whether two accounts are one person's, by `names`, `snils`, `age`, `level` and the rules in `settings`.
//! `people` reads the school, `desired` says who should be linked and who has to do what; `observe` finds who is, through
//! `diary`. `check` says whether all is ready. Only this file touches the host.
//!
//! A link is made by a person, in the diary or in a dialogue; a run only observes. The dialogue is not here yet.

pub mod age;
pub mod check;
pub mod desired;
pub mod diary;
pub mod level;
pub mod matching;
pub mod names;
pub mod observe;
pub mod people;
pub mod settings;
pub mod snils;

use exchange_sdk::http::Host;
use exchange_sdk::{
    Change, Connector, DesiredPage, Effect, Failure, Finding, Message, Observation, Probe, Scope, clock,
    context,
};

use age::Day;
use diary::Diary;
use settings::Settings;

/// The connector.
pub struct Esia;

fn today() -> Result<Day, Failure> {
    Day::of(&clock::today()).ok_or_else(|| Failure::Unavailable(Message::new("no-date")))
}

fn people(scope: &str) -> Result<Vec<people::Person>, Failure> {
    let classes = || people::classes(context::study_year());
    match scope {
        desired::GUARDIANS => people::guardians(&classes()?),
        desired::STAFF => people::staff(),
        other => {
            let id = desired::class_of(other);
            let classes = classes()?;
            let class = classes.iter().find(|class| Some(class.id.as_str()) == id);
            class.map_or(Ok(Vec::new()), people::pupils)
        }
    }
}

impl Connector for Esia {
    fn check() -> Result<Vec<Finding>, Failure> {
        let settings: Settings = context::settings()?;
        check::check(&Diary::new(&Host, &settings.organisation))
    }

    fn scopes() -> Result<Vec<Scope>, Failure> {
        Ok(desired::scopes(&people::classes(context::study_year())?))
    }

    fn desired(scope: &str, cursor: Option<&str>) -> Result<DesiredPage, Failure> {
        Ok(desired::page(&people(scope)?, today()?, cursor))
    }

    fn observe(probes: Vec<Probe>) -> Result<Vec<Observation>, Failure> {
        let settings: Settings = context::settings()?;
        let rules = settings.rules(context::school().region.as_deref());
        observe::observe(&Diary::new(&Host, &settings.organisation), &rules, &probes)
    }

    fn apply(changes: Vec<Change>) -> Result<Vec<Effect>, Failure> {
        let none = |_| Effect::refused(None, Message::new("only-a-person-links"), None);
        Ok(changes.iter().map(none).collect())
    }
}

exchange_sdk::export!(Esia);
