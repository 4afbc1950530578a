//! Identifiers of teachers come from the portal «Петербургское образование» into the school's records (S2, S3).
//!
//! `portal` reads, `matching` says which teacher of the portal is which employee, `desired` makes identifier records of
//! that; the host itself stores them. `bind` ties the school to its institution, `check` says whether all is ready. Only
//! this file touches the host. Nothing is ever written to the portal.

pub mod bind;
pub mod check;
pub mod desired;
pub mod matching;
pub mod portal;

use std::collections::BTreeSet;

use exchange_sdk::http::Host;
use exchange_sdk::records::{self, Filter};
use exchange_sdk::{
    Change, Connector, DesiredPage, Effect, Failure, Finding, Input, Message, Observation, Probe, Turn,
    clock, context,
};

use desired::{School, There};
use matching::{Person, Told};
use portal::Portal;

/// The connector.
pub struct Petersburg;

fn institution() -> Result<String, Failure> {
    context::fact(bind::fact::INSTITUTION).ok_or_else(|| Failure::Unauthorized(Message::new("not-bound")))
}

fn school() -> Result<School, Failure> {
    let staff: Vec<Person> = records::staff(&Filter::all())?.into_iter().map(Person::from).collect();
    let journals = records::journals(&Filter::of_year(context::study_year()))?;
    let teaching: BTreeSet<String> = journals.into_iter().flat_map(|journal| journal.teacher_ids).collect();
    Ok(School { staff, teaching, told: Told::of(records::identifiers(&Filter::all())?) })
}

impl Connector for Petersburg {
    fn check() -> Result<Vec<Finding>, Failure> {
        check::check(&Host, context::fact(bind::fact::INSTITUTION).as_deref())
    }

    fn desired(_scope: &str, _cursor: Option<&str>) -> Result<DesiredPage, Failure> {
        let institution = institution()?;
        let portal = Portal::new(&Host, &institution);
        let there = There { teachers: portal.teachers()?, vk_ids: portal.vk_ids()? };
        Ok(desired::page(&school()?, &there, clock::now()))
    }

    /// The kinds are inbound: the host looks at the records itself.
    fn observe(_probes: Vec<Probe>) -> Result<Vec<Observation>, Failure> {
        Ok(Vec::new())
    }

    /// The kinds are inbound: the host changes the records itself.
    fn apply(_changes: Vec<Change>) -> Result<Vec<Effect>, Failure> {
        Ok(Vec::new())
    }

    fn interact(dialogue: &str, input: Input, state: &[u8]) -> Result<Turn, Failure> {
        if dialogue != "bind" {
            return Err(Failure::Unavailable(Message::new("no-such-dialogue").arg("dialogue", dialogue)));
        }
        bind::Binding { http: &Host, bound: context::binding() }.turn(&input, state)
    }
}

exchange_sdk::export!(Petersburg);
