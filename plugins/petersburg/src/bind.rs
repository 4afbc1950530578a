//! The dialogue that binds the school to its institution at the portal (S2).
//!
//! Login and password → token → *which of your schools?* → bound. The password goes from the person through the host to
//! the portal and is kept nowhere. A school that is bound already only signs in anew: by anybody of the same institution.

use exchange_sdk::dialogue::param;
use exchange_sdk::http::Http;
use exchange_sdk::{ChoiceOption, Failure, Form, FormField, FormKind, Input, Message, Param, Step, Turn};
use serde::{Deserialize, Serialize};

use crate::check;
use crate::portal::{Institution, Portal, SignIn};

/// Facts of the binding.
pub mod fact {
    /// Number of the institution.
    pub const INSTITUTION: &str = "institution-id";
    /// Its name, for people.
    pub const NAME: &str = "institution-name";
}

/// What a turn leaves for the next.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum State {
    /// Login and password were asked for.
    SignIn,
    /// The schools were shown.
    Institutions,
}

/// A turn of the dialogue, and what it runs with.
pub struct Binding<'a, H> {
    /// The way out.
    pub http: &'a H,
    /// Facts of a binding made earlier.
    pub bound: Vec<Param>,
}

impl<H: Http> Binding<'_, H> {
    /// The next step.
    ///
    /// # Errors
    /// When the portal gives no answer that a person could be shown.
    pub fn turn(&self, input: &Input, state: &[u8]) -> Result<Turn, Failure> {
        match (input, serde_json::from_slice(state).ok()) {
            (Input::Started, _) => Ok(ask(false)),
            (Input::Form(values), Some(State::SignIn)) => self.signed_in(values),
            (Input::Choice(id), Some(State::Institutions)) => self.chosen(id),
            _ => Ok(Turn::end(failed("interrupted", "advice-start-anew"))),
        }
    }

    fn signed_in(&self, values: &[Param]) -> Result<Turn, Failure> {
        let (login, password) = (param(values, "login"), param(values, "password"));
        let portal = Portal::new(self.http, "");
        match portal.sign_in(login.unwrap_or_default().trim(), password.unwrap_or_default())? {
            SignIn::Wrong => Ok(ask(true)),
            SignIn::Done => match param(&self.bound, fact::INSTITUTION) {
                Some(bound) => self.chosen(bound),
                None => Ok(offer(portal.institutions()?)),
            },
        }
    }

    /// Asks the portal again: what comes back from a browser proves nothing.
    fn chosen(&self, id: &str) -> Result<Turn, Failure> {
        let portal = Portal::new(self.http, id);
        let found = portal.institutions()?.into_iter().find(|one| one.id.to_string() == id);
        let Some(institution) = found else {
            let advice = "step-same-institution";
            return Ok(Turn::end(failed("other-institution", advice)));
        };
        match check::seen(&portal) {
            Ok((teachers, linked)) => Ok(Turn::end(bound(&institution, teachers, linked))),
            Err(Failure::Forbidden(reason)) if reason.code == "not-allowed" => {
                Ok(Turn::end(failed("not-employee", "step-employee")))
            }
            Err(failure) => Err(failure),
        }
    }
}

fn ask(wrong: bool) -> Turn {
    let field =
        |name: &str, label: &str, kind| FormField { name: name.to_owned(), label: Message::new(label), kind };
    let mut text = vec![Message::new("sign-in-whose"), Message::new("sign-in-kept")];
    if wrong {
        text.insert(0, Message::new("wrong-password"));
    }
    let fields = vec![
        field("login", "label-login", FormKind::Text),
        field("password", "label-password", FormKind::Password),
    ];
    turn(Step::Form(Form { title: Message::new("sign-in-title"), text, fields }), &State::SignIn)
}

fn offer(mut institutions: Vec<Institution>) -> Turn {
    if institutions.is_empty() {
        return Turn::end(failed("no-institutions", "step-employee"));
    }
    institutions.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    let option = |one: Institution| ChoiceOption {
        details: vec![Message::new("institution-id").arg("id", one.id)],
        link: None,
        id: one.id.to_string(),
        label: one.name,
    };
    let options = institutions.into_iter().map(option).collect();
    let text = vec![Message::new("choose-institution-text")];
    turn(Step::choose(Message::new("choose-institution"), text, options), &State::Institutions)
}

fn bound(institution: &Institution, teachers: usize, linked: usize) -> Step {
    let text = vec![
        Message::new("bound-text").arg("name", &institution.name),
        Message::new("check-teachers").arg("teachers", teachers).arg("linked", linked),
        Message::new("bound-next"),
    ];
    let facts = [(fact::INSTITUTION, institution.id.to_string()), (fact::NAME, institution.name.clone())];
    Step::finish(text, facts.map(|(name, value)| Param::new(name, value)).to_vec())
}

fn turn(step: Step, state: &State) -> Turn {
    Turn::new(step, serde_json::to_vec(state).expect("the state has a JSON form"))
}

fn failed(reason: &str, advice: &str) -> Step {
    Step::fail(Message::new(reason), vec![Message::new(advice)], true)
}

#[cfg(test)]
mod tests;
