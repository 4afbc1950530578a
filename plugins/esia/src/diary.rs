//! The diary's side of linking. That Дневник.ру links accounts is public, the calls by which it does are not: the paths
//! and shapes here (`/linking/v1`) are **our own assumption**, and nothing outside this module knows them.

use exchange_sdk::Failure;
use exchange_sdk::failure::of_read;
use exchange_sdk::http::{Http, HttpError, Request, Response};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::matching::Role;

/// An account that a look-up has found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Found {
    /// Its person's number there.
    #[serde(default, rename = "person_str")]
    pub person: String,
    /// None: never activated.
    #[serde(default, rename = "user_str")]
    pub user: Option<String>,
    /// Family name.
    pub last_name: String,
    /// Given name.
    pub first_name: String,
    /// Patronymic.
    #[serde(default)]
    pub middle_name: String,
    /// Birth date.
    #[serde(default)]
    pub birthday: Option<String>,
    /// СНИЛС.
    #[serde(default)]
    pub snils: Option<String>,
    /// Roles there.
    #[serde(default)]
    pub roles: Vec<String>,
    /// Its link, if it is linked.
    #[serde(default)]
    pub link: Option<Link>,
}

impl Found {
    /// Whose account it is. Who works at the school and has a child there signs in for the work.
    pub fn role(&self) -> Option<Role> {
        let has = |word: &str| self.roles.iter().any(|role| role == word);
        match () {
            () if has("EduStudent") => Some(Role::Pupil),
            () if ["EduStaff", "OrganizationStaff", "EduSchoolAdministrator"]
                .iter()
                .any(|word| has(word)) =>
            {
                Some(Role::Staff)
            }
            () if has("EduParent") => Some(Role::Guardian),
            () => None,
        }
    }
}

/// A link with an account at ЕСИА.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Link {
    /// Its id.
    #[serde(rename = "id_str")]
    pub id: String,
    /// `dialogue`: made by hand; `signIn`: by itself.
    pub source: String,
    /// The account at ЕСИА, as whoever linked it names it.
    #[serde(default)]
    pub subject: Option<String>,
}

/// What the diary says to a login and a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checked {
    /// They are right, and this is the account.
    Right(Box<Found>),
    /// They are right, perhaps, but the account is none of the school's.
    Foreign,
    /// They are not; so many more tries are taken.
    Wrong {
        /// How many.
        left: u32,
    },
}

/// What became of a link that was to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Made {
    /// It is there, under this id.
    Link(String),
    /// It was refused, for what stands in this field.
    Refused {
        /// Which.
        field: Option<String>,
    },
}

impl Made {
    /// Of the answer to one item.
    pub fn of(response: &Response) -> Option<Self> {
        #[derive(Deserialize)]
        struct Answer {
            items: [ItemOut; 1],
        }
        #[derive(Deserialize)]
        struct ItemOut {
            id_str: Option<String>,
            error: Option<Refusal>,
        }
        #[derive(Deserialize)]
        struct Refusal {
            field: Option<String>,
        }
        let Answer { items: [item] } = response.json().ok()?;
        match (item.id_str, item.error) {
            (Some(id), None) => Some(Self::Link(id)),
            (None, Some(refusal)) => Some(Self::Refused { field: refusal.field }),
            _ => None,
        }
    }
}

/// Whom to look for.
pub struct Wanted<'a> {
    /// Family name, given name, patronymic.
    pub name: [&'a str; 3],
    /// СНИЛС.
    pub snils: Option<&'a str>,
}

/// The diary, for one school.
pub struct Diary<'a, H> {
    http: &'a H,
    school: &'a str,
}

impl<'a, H: Http> Diary<'a, H> {
    /// Of the school with this number there.
    pub fn new(http: &'a H, school: &'a str) -> Self {
        Self { http, school }
    }

    /// All links of people of the school.
    ///
    /// # Errors
    /// What the missing answer means.
    pub fn links(&self) -> Result<Vec<Link>, Failure> {
        let request = Request::to("list-links").path("school", self.school);
        read(self.http.send(request))
    }

    /// The accounts with this full name and those with this СНИЛС, for each of them.
    pub fn look_up(&self, wanted: &[Wanted<'_>]) -> Vec<Result<Vec<Found>, Failure>> {
        let request = |wanted: &Wanted<'_>| {
            let [last, first, middle] = wanted.name;
            let mut body = json!({ "lastName": last, "firstName": first, "middleName": middle });
            if let Some(snils) = wanted.snils {
                body["snils"] = snils.into();
            }
            Request::to("look-up").path("school", self.school).json(&body)
        };
        let requests: Vec<Request> = wanted.iter().map(request).collect();
        self.http.send_all(&requests).into_iter().map(read).collect()
    }
}

impl<H: Http> Diary<'_, H> {
    /// Has a login and a password checked; `password` is a handle.
    ///
    /// # Errors
    /// What the missing answer means.
    pub fn check(&self, login: &str, password: &str) -> Result<Checked, Failure> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Refusal {
            attempts_left: u32,
        }
        let request = Request::to("check-credentials")
            .path("school", self.school)
            .form("login", login)
            .form_secret("password", password);
        let answer = self.http.send(request);
        if let Ok(response) = &answer
            && let 400 | 429 = response.status
            && let Ok(Refusal { attempts_left }) = response.json()
        {
            return Ok(Checked::Wrong { left: attempts_left });
        }
        if answer.as_ref().is_ok_and(|response| response.status == 403) {
            return Ok(Checked::Foreign);
        }
        read(answer).map(|found| Checked::Right(Box::new(found)))
    }

    /// Links an account with what stands for one at ЕСИА. A write: its fate is the caller's to judge.
    ///
    /// # Errors
    /// There is no answer.
    pub fn link(
        &self,
        place: usize,
        key: &str,
        account: &str,
        subject: &str,
        token: &str,
    ) -> Result<Response, HttpError> {
        let body = json!({ "items": [{ "key": key, "person": account, "subject": subject }] });
        let request = Request::to("create-links").path("school", self.school).json(&body);
        self.http.send(request.changes([place]).token(token))
    }

    /// Takes a link away. A write: its fate is the caller's to judge.
    ///
    /// # Errors
    /// No answer came.
    pub fn unlink(&self, place: usize, link: &str) -> Result<Response, HttpError> {
        self.http.send(Request::to("remove-link").path("link", link).changes([place]))
    }
}

fn read<T: DeserializeOwned>(answer: Result<Response, HttpError>) -> Result<T, Failure> {
    Ok(of_read(answer)?.json()?)
}
