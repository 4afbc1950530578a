//! Contingent of a school → Дневник.ру (D1–D18).
//!
//! `enrolment` decides who goes, `guardians` whose parent is whose, `desired` makes items of that; `observe` finds
//! what is there already through `remote`; `apply` turns changes into what `transport` writes. `bind` and `oauth`
//! tie the school to its profile, `check` says whether all is ready, `role` why access was refused. Only this file touches the host.

pub mod apply;
pub mod bind;
pub mod check;
pub mod contingent;
pub mod dates;
pub mod desired;
pub mod enrolment;
pub mod guardians;
pub mod names;
pub mod oauth;
pub mod observe;
pub mod remote;
pub mod role;
#[cfg(test)]
mod samples;
pub mod settings;
pub mod transport;

use exchange_sdk::http::Host;
use exchange_sdk::{
    Change, Connector, DesiredPage, Effect, Failure, Finding, Input, Message, Observation, Probe, Scope,
    Turn, clock, context,
};

use contingent::{Contingent, Records};
use remote::Remote;
use settings::Settings;

/// The connector.
pub struct Dnevnik;

fn organisation() -> Result<String, Failure> {
    context::fact(bind::fact::ORGANISATION).ok_or_else(|| Failure::Unauthorized(Message::new("not-bound")))
}

impl Connector for Dnevnik {
    fn check() -> Result<Vec<Finding>, Failure> {
        let settings: Settings = context::settings()?;
        settings.year(context::study_year())?;
        check::check(&Host, context::fact(bind::fact::ORGANISATION).as_deref())
    }

    fn scopes() -> Result<Vec<Scope>, Failure> {
        Ok(desired::scopes())
    }

    fn desired(_scope: &str, cursor: Option<&str>) -> Result<DesiredPage, Failure> {
        let settings: Settings = context::settings()?;
        let year = settings.year(context::study_year())?;
        let records = Records::read()?;
        Ok(desired::page(&Contingent::of(&records, year, &clock::today()), cursor))
    }

    fn observe(probes: Vec<Probe>) -> Result<Vec<Observation>, Failure> {
        let settings: Settings = context::settings()?;
        observe::observe(&Remote::new(&Host, organisation()?), &settings.adopt_by, &probes)
    }

    fn apply(changes: Vec<Change>) -> Result<Vec<Effect>, Failure> {
        apply::apply(&Host, &organisation()?, &changes)
    }

    fn interact(dialogue: &str, input: Input, state: &[u8]) -> Result<Turn, Failure> {
        if dialogue != "bind" {
            return Err(Failure::Unavailable(Message::new("no-such-dialogue").arg("dialogue", dialogue)));
        }
        let settings: Settings = context::settings()?;
        let (round_trip, bound) = (context::dialogue_round_trip(), context::binding());
        bind::Binding { http: &Host, settings: &settings, round_trip, bound }.turn(&input, state)
    }
}

exchange_sdk::export!(Dnevnik);
