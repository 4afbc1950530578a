//! The dialogue that binds the school to its profile (D1, D13, D15, D17, D18).
//!
//! Started → consent → code → token → *which of your organisations?* → *type its name* → bound. A school that is
//! bound already only gives consent anew: by any administrator of the same organisation, and of no other.

use exchange_sdk::dialogue::param;
use exchange_sdk::http::Http;
use exchange_sdk::{ChoiceOption, Failure, Input, Message, Param, RoundTrip, Step, Turn};
use serde::{Deserialize, Serialize};

use crate::check::{ADMINISTRATOR, administers};
use crate::names::fold;
use crate::oauth;
use crate::observe::organisation_page;
use crate::remote::{Remote, School};
use crate::settings::Settings;

/// Facts of the binding.
pub mod fact {
    /// Id of the organisation.
    pub const ORGANISATION: &str = "organisation-id";
    /// Its name, for people.
    pub const NAME: &str = "organisation-name";
    /// The user who gave consent last.
    pub const ADMINISTRATOR: &str = "administrator-user-id";
}

/// What a turn leaves for the next.
#[derive(Serialize, Deserialize)]
#[serde(tag = "after", rename_all = "kebab-case")]
enum State {
    /// The consent page was shown.
    Consent,
    /// The list of organisations was shown.
    Organisations { user: String, person: String },
    /// The name was asked for.
    Chosen { user: String, id: String, name: String },
}

/// A turn of the dialogue, and what it runs with.
pub struct Binding<'a, H> {
    /// The way out.
    pub http: &'a H,
    /// The task's settings.
    pub settings: &'a Settings,
    /// Where the browser comes back.
    pub round_trip: Option<RoundTrip>,
    /// Facts of a binding made earlier.
    pub bound: Vec<Param>,
}

impl<H: Http> Binding<'_, H> {
    /// The next step.
    ///
    /// # Errors
    /// When Дневник.ру gives no answer that a person could be shown.
    pub fn turn(&self, input: &Input, state: &[u8]) -> Result<Turn, Failure> {
        let state = serde_json::from_slice(state).ok();
        match (input, state) {
            (Input::Started, _) => Ok(self.start()),
            (Input::Returned(params), Some(State::Consent)) => match oauth::code(params) {
                Ok(code) => self.with_code(code),
                Err(end) => Ok(Turn::end(end)),
            },
            (Input::Choice(id), Some(State::Organisations { user, person })) => {
                self.chosen(user, &person, id)
            }
            (Input::Form(values), Some(State::Chosen { user, id, name })) => {
                Ok(confirmed(user, id, name, values))
            }
            _ => Ok(Turn::end(oauth::interrupted())),
        }
    }

    fn start(&self) -> Turn {
        match &self.round_trip {
            Some(round_trip) => {
                turn(Step::Redirect(oauth::consent(self.settings, round_trip)), &State::Consent)
            }
            None => Turn::end(oauth::interrupted()),
        }
    }

    fn with_code(&self, code: &str) -> Result<Turn, Failure> {
        if let Err(end) = oauth::exchange(self.http, self.settings, code)? {
            return Ok(Turn::end(end));
        }
        let remote = Remote::new(self.http, "");
        let me = remote.me()?;
        if !remote.my_roles()?.iter().any(|role| role == ADMINISTRATOR) {
            return Ok(Turn::end(not_administrator()));
        }
        match param(&self.bound, fact::ORGANISATION) {
            Some(bound) => self.consent_anew(&remote, bound, me.id_str, &me.person),
            None => self.offer(&remote, me.id_str, me.person),
        }
    }

    /// The binding belongs to the school, the token to a person (D17).
    fn consent_anew(
        &self,
        remote: &Remote<'_, H>,
        bound: &str,
        user: String,
        person: &str,
    ) -> Result<Turn, Failure> {
        if !administers(remote, bound, person)? {
            let advice = vec![Message::new("advice-same-organisation")];
            return Ok(Turn::end(Step::fail(Message::new("bound-to-another"), advice, true)));
        }
        let name = param(&self.bound, fact::NAME).unwrap_or_default();
        Ok(Turn::end(Step::finish(vec![Message::new("consent-renewed")], facts(bound, name, user))))
    }

    fn offer(&self, remote: &Remote<'_, H>, user: String, person: String) -> Result<Turn, Failure> {
        let schools = administered(remote, &person)?;
        if schools.is_empty() {
            return Ok(Turn::end(not_administrator()));
        }
        let options = schools.into_iter().map(option).collect();
        let title = Message::new("choose-organisation");
        let step = Step::choose(title, vec![Message::new("choose-organisation-text")], options);
        Ok(turn(step, &State::Organisations { user, person }))
    }

    /// Asks Дневник.ру again: what comes back from a browser proves nothing.
    fn chosen(&self, user: String, person: &str, id: &str) -> Result<Turn, Failure> {
        let remote = Remote::new(self.http, id);
        let found = administered(&remote, person)?.into_iter().find(|school| school.id_str == id);
        Ok(match found {
            None => Turn::end(not_administrator()),
            Some(school) => ask_name(user, school.id_str, school.name, false),
        })
    }
}

fn turn(step: Step, state: &State) -> Turn {
    Turn::new(step, serde_json::to_vec(state).expect("the state has a JSON form"))
}

fn not_administrator() -> Step {
    Step::fail(Message::new("not-administrator"), vec![Message::new("step-administrator")], true)
}

/// The organisations in which this person is an administrator, by name.
fn administered<H: Http>(remote: &Remote<'_, H>, person: &str) -> Result<Vec<School>, Failure> {
    let own: Vec<String> = remote.my_organisations()?.iter().map(u64::to_string).collect();
    let mut schools = remote.my_schools()?;
    schools.retain(|school| own.contains(&school.id_str));
    let ids: Vec<&str> = schools.iter().map(|school| school.id_str.as_str()).collect();
    let told = remote.administrators(&ids);
    let mut administered = Vec::new();
    for (school, told) in schools.into_iter().zip(told) {
        match told {
            Ok(Some(people)) if people.iter().any(|one| one.id == person) => administered.push(school),
            Ok(_) | Err(Failure::Forbidden(_)) => {}
            Err(failure) => return Err(failure),
        }
    }
    administered.sort_by(|a, b| (&a.name, &a.id_str).cmp(&(&b.name, &b.id_str)));
    Ok(administered)
}

fn option(school: School) -> ChoiceOption {
    ChoiceOption {
        details: vec![Message::new("organisation-id").arg("id", &school.id_str)],
        link: Some(organisation_page(&school.id_str)),
        id: school.id_str,
        label: school.name,
    }
}

/// The binding cannot be undone by the school: it is confirmed by typing the name.
fn ask_name(user: String, id: String, name: String, wrong: bool) -> Turn {
    let asked = Message::new("confirm-text").arg("name", &name);
    let text = match wrong {
        true => vec![Message::new("confirm-wrong"), asked],
        false => vec![asked],
    };
    let step = Step::ask(Message::new("confirm-title"), text, "name", Message::new("confirm-label"));
    turn(step, &State::Chosen { user, id, name })
}

fn confirmed(user: String, id: String, name: String, values: &[Param]) -> Turn {
    let typed = param(values, "name").unwrap_or_default();
    if bare(typed) != bare(&name) {
        return ask_name(user, id, name, true);
    }
    let text = vec![Message::new("bound-text").arg("name", &name), Message::new("bound-next")];
    Turn::end(Step::finish(text, facts(&id, &name, user)))
}

/// Quotes have too many forms to be typed twice alike.
fn bare(name: &str) -> String {
    fold(&name.replace(['"', '«', '»', '„', '“', '”', '\''], ""))
}

fn facts(id: &str, name: &str, user: String) -> Vec<Param> {
    let facts = [(fact::ORGANISATION, id), (fact::NAME, name), (fact::ADMINISTRATOR, &user)];
    facts.map(|(name, value)| Param::new(name, value)).to_vec()
}

#[cfg(test)]
mod tests;
