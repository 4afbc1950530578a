//! The dialogue in which a person links the two accounts (E1–E8).
//!
//! Way A: sign in through Госуслуги; the account at the diary is found by full name and СНИЛС, or the diary's login and
//! password are asked. Way B, in the transition period: sign in at the diary first, then link, or skip. Which account is
//! linked was proved by one of the two: by СНИЛС and name, or by the password.
//!
//! Everything but what [`Office`] offers is here, and pure. The state between turns is the host's to keep, in memory only.

mod ends;
mod record;
mod state;

use exchange_sdk::dialogue::param;
use exchange_sdk::http::Http;
use exchange_sdk::signing::Signature;
use exchange_sdk::{Choice, Failure, Input, Item, Message, Param, RoundTrip, Step, Turn};

use self::ends::{
    diary_silent, done, elsewhere, linked, no_more, nobody_s, not_signed, option, password_form, told, wrong,
};
use self::record::record_of;
use self::state::{SeenState, State};
use crate::age::Day;
use crate::desired;
use crate::diary::{Checked, Diary, Found, Wanted};
use crate::matching::{Account, Role, fits};
use crate::people::Person;
use crate::portal::{self, Claims, Client, Seen};
use crate::settings::{Rules, Settings};
use crate::snils::Snils;
use exchange_sdk::names::FullName;

/// Its name in the manifest.
pub const NAME: &str = "link";

/// What the dialogue needs of the host beside requests.
pub trait Office {
    /// Signs the fields of a template.
    ///
    /// # Errors
    /// Why it cannot be signed.
    fn sign(&self, template: &str, fields: &[Param]) -> Result<Signature, String>;
    /// The claims of a token that is ЕСИА's.
    ///
    /// # Errors
    /// Why it is not.
    fn verify(&self, token: &str) -> Result<String, String>;
    /// What is kept in place of a number at ЕСИА.
    ///
    /// # Errors
    /// Why there is none.
    fn subject(&self, oid: &str) -> Result<String, String>;
    /// A random UUID.
    fn uuid(&self) -> String;
    /// Milliseconds since 1970.
    fn now(&self) -> i64;
    /// Everybody of this role whom the school knows.
    ///
    /// # Errors
    /// When the task does not grant them.
    fn people(&self, role: Role) -> Result<Vec<Person>, Failure>;
}

/// A turn of the dialogue, and what it runs with.
pub struct Linking<'a, O, H> {
    /// The host.
    pub office: &'a O,
    /// The way out.
    pub http: &'a H,
    /// The task's settings.
    pub settings: &'a Settings,
    /// The rules of the region.
    pub rules: Rules,
    /// Where the browser comes back.
    pub round_trip: RoundTrip,
    /// Today at the school.
    pub today: Day,
}

type End<T> = Result<T, Step>;

impl<O: Office, H: Http> Linking<'_, O, H> {
    /// The next step.
    pub fn turn(&self, input: &Input, state: &[u8]) -> Turn {
        let state = serde_json::from_slice(state).ok();
        let turn = match (input, state) {
            (Input::Started, _) => self.start(),
            (Input::Choice(id), Some(State::Ways)) => self.way(id),
            (Input::Form(values), Some(State::Diary)) => self.signed_in(values),
            (Input::Choice(id), Some(State::Offer { account })) => self.offered(id, account),
            (Input::Returned(params), Some(State::Portal { account })) => self.returned(params, account),
            (Input::Form(values), Some(State::Password { seen })) => self.proved(values, seen),
            (Input::Committed(done), Some(State::Link { role })) => Err(linked(done, role)),
            _ => Err(portal::interrupted()),
        };
        turn.unwrap_or_else(Turn::end)
    }

    /// Who should sign in, in plain words; and whether there is a way at all (E4).
    fn start(&self) -> End<Turn> {
        if !self.rules.through_esia {
            return Err(Step::fail(
                Message::new("no-such-way"),
                vec![Message::new("advice-no-such-way")],
                false,
            ));
        }
        if self.settings.client_id.is_empty() {
            return Err(Step::fail(
                Message::new("not-set-up"),
                vec![Message::new("advice-tell-school")],
                false,
            ));
        }
        let mut options = vec![option("esia", "way-esia")];
        if self.rules.transition {
            options.push(option("diary", "way-diary"));
        }
        let text = ["who-signs-in", "who-signs-in-child", "advice-child-account", "what-is-kept"];
        let step = Step::Choice(Choice {
            title: Message::new("link-title"),
            text: text.map(Message::new).to_vec(),
            options,
        });
        Ok(turn(step, &State::Ways))
    }

    fn way(&self, id: &str) -> End<Turn> {
        match id {
            "esia" => self.to_portal(None),
            "diary" if self.rules.transition => Ok(turn(password_form("diary-title", &[]), &State::Diary)),
            _ => Err(portal::interrupted()),
        }
    }

    fn client(&self) -> Client<'_> {
        let timestamp = portal::timestamp(self.office.now());
        Client { id: &self.settings.client_id, callback: &self.round_trip.callback, timestamp }
    }

    fn to_portal(&self, account: Option<Found>) -> End<Turn> {
        let (client, state) = (self.client(), &self.round_trip.state);
        let signature = self.office.sign("ask", &client.fields(state, None)).map_err(|_| not_signed())?;
        Ok(turn(Step::Redirect(client.sign_in(state, &signature)), &State::Portal { account }))
    }

    fn diary(&self) -> Diary<'_, H> {
        Diary::new(self.http, &self.settings.organisation)
    }

    /// Way B: whoever signs in at the diary is offered to link, or to skip (E3).
    fn signed_in(&self, values: &[Param]) -> End<Turn> {
        let account = match self.check(values)? {
            Ok(account) => account,
            Err(wrong) => return Ok(turn(password_form("diary-title", &[wrong]), &State::Diary)),
        };
        if account.link.is_some() {
            return Err(done("linked-before"));
        }
        let options = vec![option("link", "offer-link"), option("skip", "offer-skip")];
        let (title, text) =
            (Message::new("offer-title"), vec![Message::new("offer-text"), Message::new("what-is-kept")]);
        Ok(turn(Step::Choice(Choice { title, text, options }), &State::Offer { account: *account }))
    }

    fn offered(&self, id: &str, account: Found) -> End<Turn> {
        match id {
            "link" => self.to_portal(Some(account)),
            "skip" => Err(done("skipped")),
            _ => Err(portal::interrupted()),
        }
    }

    /// The diary's word on a login and a password, of which the latter is a handle: the account, or that it is wrong.
    fn check(&self, values: &[Param]) -> End<Result<Box<Found>, Message>> {
        let (login, password) = (param(values, "login"), param(values, "password"));
        let checked = self.diary().check(login.unwrap_or_default(), password.unwrap_or_default());
        match checked {
            Ok(Checked::Wrong { left: 0 }) => Err(no_more("passwords-used-up")),
            // After too many wrong passwords for this login, whoever tried them.
            Err(Failure::Retry(_)) => Err(no_more("try-later")),
            Ok(Checked::Foreign) => Err(nobody_s()),
            Ok(Checked::Right(account)) => Ok(Ok(account)),
            Ok(Checked::Wrong { left }) => Ok(Err(wrong(left))),
            Err(failure) => Err(diary_silent(failure)),
        }
    }

    fn returned(&self, params: &[Param], account: Option<Found>) -> End<Turn> {
        let seen = self.who(portal::code(params)?)?;
        match account {
            Some(account) => self.link(&seen, &account),
            None => self.find(seen),
        }
    }

    /// Who has signed in.
    fn who(&self, code: &str) -> End<Seen> {
        let (client, state) = (self.client(), self.office.uuid());
        let signature =
            self.office.sign("redeem", &client.fields(&state, Some(code))).map_err(|_| not_signed())?;
        let token = client.redeem(self.http, &state, code, &signature)?;
        let claims = self.office.verify(&token).map_err(|_| portal::untrusted())?;
        portal::person(self.http, Claims::of(&claims, &self.settings.client_id, &self.settings.issuer)?)
    }

    /// Way A: by full name and СНИЛС. What only bears the same name may be a namesake's: its password is asked (E1, E8).
    fn find(&self, seen: Seen) -> End<Turn> {
        let [last, first, middle] = seen.profile.name.parts();
        let wanted = Wanted { name: [last, first, middle], snils: seen.profile.snils.digits() };
        let found =
            self.diary().look_up(&[wanted]).pop().unwrap_or_else(|| Ok(Vec::new())).map_err(diary_silent)?;
        let certain = |found: &&Found| {
            let theirs = Snils::of(found.snils.as_deref());
            theirs.digits().is_some() && theirs == seen.profile.snils
        };
        let mut same: Vec<&Found> = found.iter().filter(certain).collect();
        // Whoever has two accounts there means the one in use.
        if same.len() > 1 {
            same.retain(|found| found.user.is_some());
        }
        match same[..] {
            [account] => self.link(&seen, account),
            _ => {
                let texts = [Message::new("not-found"), Message::new("not-found-whose")];
                Ok(turn(
                    password_form("password-title", &texts),
                    &State::Password { seen: SeenState::of(&seen) },
                ))
            }
        }
    }

    /// Nobody was found, and the diary's password says which account it is.
    fn proved(&self, values: &[Param], seen: SeenState) -> End<Turn> {
        match self.check(values)? {
            Ok(account) => self.link(&seen.back(), &account),
            Err(wrong) => Ok(turn(password_form("password-title", &[wrong]), &State::Password { seen })),
        }
    }

    /// Links these two, if they are one person's (E5, E6).
    fn link(&self, seen: &Seen, account: &Found) -> End<Turn> {
        let Some(role) = account.role() else { return Err(nobody_s()) };
        let there = Account {
            role,
            name: FullName::new(&account.last_name, &account.first_name, &account.middle_name),
            born: account.birthday.as_deref().and_then(Day::of),
            snils: Snils::of(account.snils.as_deref()),
        };
        fits(&seen.profile, &there, &self.rules, self.today)
            .map_err(|obstacle| told(obstacle, seen.profile.born, self.today))?;
        if account.user.is_none() {
            return Err(Step::fail(
                Message::new("not-activated"),
                vec![Message::new("advice-invitation")],
                true,
            ));
        }
        let subject = self.office.subject(&seen.oid).map_err(|_| not_signed())?;
        match &account.link {
            Some(link) if link.subject.as_deref() == Some(subject.as_str()) => {
                return Err(done("linked-before"));
            }
            Some(_) => return Err(elsewhere("account-linked-elsewhere")),
            None => {}
        }
        let item = self
            .item(role, account)?
            .create_only("account", account.person.as_str())
            .create_only("subject", subject);
        Ok(turn(Step::Commit(vec![item]), &State::Link { role: role.into() }))
    }

    /// The item that a run has for this person, so that its picture and ours are one.
    fn item(&self, role: Role, account: &Found) -> End<Item> {
        let people = self.office.people(role).map_err(|_| not_signed())?;
        let person = record_of(account, &people, self.rules.yo_is_e).ok_or_else(nobody_s)?;
        Ok(desired::item(person, self.today))
    }
}

fn turn(step: Step, state: &State) -> Turn {
    Turn::new(step, serde_json::to_vec(state).expect("the state has a JSON form"))
}
