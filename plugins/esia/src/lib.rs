//! Accounts at Дневник.ру and at ЕСИА (Госуслуги) find each other (E1–E9).
//!
//! `matching` says whether two accounts are one person's, by name, `snils`, `age`, `level` and the rules in `settings`.
//! `people` reads the school, `desired` says who should be linked and who has to do what; `observe` finds who is, through
//! `diary`. `check` says whether all is ready. Only this file touches the host.
//!
//! A link is made by a person, in the diary or in our `dialogue`, with ЕСИА's side of it in `portal`; what a dialogue
//! commits, `apply` writes. A run only observes.

pub mod age;
pub mod apply;
pub mod check;
pub mod desired;
pub mod dialogue;
pub mod diary;
pub mod level;
pub mod matching;
pub mod observe;
pub mod people;
pub mod portal;
pub mod settings;
pub mod snils;

use exchange_sdk::http::Host;
use exchange_sdk::signing::{self, Signature};
use exchange_sdk::{
    Change, Connector, DesiredPage, Effect, Failure, Finding, Input, Message, Observation, Param, Probe,
    Scope, Turn, clock, context, random, secrets,
};

use age::Day;
use dialogue::{Linking, Office};
use diary::Diary;
use matching::Role;
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

/// The host behind a dialogue.
struct Hosted;

impl Office for Hosted {
    fn sign(&self, template: &str, fields: &[Param]) -> Result<Signature, String> {
        signing::sign(template, fields)
    }

    fn verify(&self, token: &str) -> Result<String, String> {
        signing::verify_token("esia", token)
    }

    fn subject(&self, oid: &str) -> Result<String, String> {
        secrets::fingerprint("esia-subject", oid)
    }

    fn uuid(&self) -> String {
        let mut bytes = random::bytes(16);
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-")
    }

    fn now(&self) -> i64 {
        clock::now()
    }

    fn people(&self, role: Role) -> Result<Vec<people::Person>, Failure> {
        let classes = || people::classes(context::study_year());
        match role {
            Role::Pupil => people::all_pupils(&classes()?),
            Role::Guardian => people::guardians(&classes()?),
            Role::Staff => people::staff(),
        }
    }
}

impl Connector for Esia {
    fn check() -> Result<Vec<Finding>, Failure> {
        let settings: Settings = context::settings()?;
        let rules = settings.rules(context::school().region.as_deref());
        let mut findings = check::check(&Diary::new(&Host, &settings.organisation))?;
        findings.extend(check::dialogue(&settings, &rules));
        Ok(findings)
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
        let settings: Settings = context::settings()?;
        apply::apply(&Diary::new(&Host, &settings.organisation), &changes)
    }

    fn interact(name: &str, input: Input, state: &[u8]) -> Result<Turn, Failure> {
        let round_trip = context::dialogue_round_trip().filter(|_| name == dialogue::NAME);
        let Some(round_trip) = round_trip else {
            return Err(Failure::Unavailable(Message::new("no-such-dialogue").arg("dialogue", name)));
        };
        let settings: Settings = context::settings()?;
        let rules = settings.rules(context::school().region.as_deref());
        let (office, http, today) = (&Hosted, &Host, today()?);
        Ok(Linking { office, http, settings: &settings, rules, round_trip, today }.turn(&input, state))
    }
}

exchange_sdk::export!(Esia);
