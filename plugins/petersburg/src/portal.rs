//! What the portal answers, for one institution.
//!
//! Sign-in, envelope and lists are known from clients that parents wrote: there is no public API. **The list of VK ids
//! is an assumption of ours** (`/api/exchange/teacher/vk-list`): that teachers link a VK ID at the portal is public, no
//! call for it is. Nothing outside this module knows its paths and members.

use std::collections::BTreeSet;

use exchange_sdk::failure::{of_read, of_status, refused};
use exchange_sdk::http::{Http, HttpError, Request, Response};
use exchange_sdk::names::FullName;
use exchange_sdk::{Failure, Message};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

/// Items on a page; more than a school has teachers makes more pages.
const LIMIT: u64 = 100;

/// Most pages of one list: what claims to have more is not the list of one school.
const MOST_PAGES: u64 = 50;

/// How often a list is read that changes while it is.
const READINGS: usize = 3;

/// A school.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Institution {
    /// Its number.
    pub id: u64,
    /// Its name, for people.
    pub name: String,
}

/// A teacher of the school.
#[derive(Clone)]
pub struct Teacher {
    /// Their number at the portal.
    pub id: u64,
    /// What they are called.
    pub name: FullName,
}

/// A VK ID that a teacher linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VkId {
    /// Number of the teacher at the portal.
    pub teacher: u64,
    /// Number at VK.
    pub value: u64,
}

/// What became of a login and a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignIn {
    /// They are right; the host has the token.
    Done,
    /// They are not.
    Wrong,
}

/// The portal, for one institution.
pub struct Portal<'a, H> {
    http: &'a H,
    institution: &'a str,
}

impl<'a, H: Http> Portal<'a, H> {
    /// Of the institution with this number; any, where only [`sign_in`](Self::sign_in) and
    /// [`institutions`](Self::institutions) are asked.
    pub fn new(http: &'a H, institution: &'a str) -> Self {
        Self { http, institution }
    }

    /// Signs in; `password` is a handle, in whose place the host puts what was typed.
    ///
    /// # Errors
    /// What the missing answer means.
    pub fn sign_in(&self, login: &str, password: &str) -> Result<SignIn, Failure> {
        let body = json!({"type": "email", "login": login, "password": password, "activation_code": null,
            "_isEmpty": false});
        let answer = self.http.send(Request::to("sign-in").json(&body));
        if answer.as_ref().is_ok_and(|response| response.status == 400) {
            return Ok(SignIn::Wrong);
        }
        read::<TokenOut>(answer).map(|_| SignIn::Done)
    }

    /// The schools that whoever signed in is related to.
    ///
    /// # Errors
    /// What the missing answer means.
    pub fn institutions(&self) -> Result<Vec<Institution>, Failure> {
        let found: Vec<InstitutionOut> = self.all(|| Request::to("list-institutions"), read)?;
        Ok(found.into_iter().map(|it| Institution { id: it.identity.id, name: it.name }).collect())
    }

    /// The school's teachers, all of them.
    ///
    /// # Errors
    /// What the missing answer means.
    pub fn teachers(&self) -> Result<Vec<Teacher>, Failure> {
        let found: Vec<TeacherOut> = self.all(|| self.of_school("list-teachers"), read)?;
        let teacher = |it: TeacherOut| Teacher {
            id: it.identity.id,
            name: FullName::new(&it.surname, &it.firstname, &it.middlename.unwrap_or_default()),
        };
        Ok(found.into_iter().map(teacher).collect())
    }

    /// The VK ids that the school's teachers linked, all of them.
    ///
    /// # Errors
    /// What the missing answer means.
    pub fn vk_ids(&self) -> Result<Vec<VkId>, Failure> {
        let found: Vec<VkIdOut> = self.all(|| self.of_school("list-vk-ids"), read_assumed)?;
        Ok(found.into_iter().map(|it| VkId { teacher: it.identity.id, value: it.vk_id }).collect())
    }

    fn of_school(&self, operation: &str) -> Request {
        Request::to(operation).query("p_institutions[]", self.institution)
    }

    /// A list that is whole: as many items as it says, each once. One that changes while it is read is read again.
    fn all<T: Numbered>(
        &self,
        request: impl Fn() -> Request,
        read: Read<PageOut<T>>,
    ) -> Result<Vec<T>, Failure> {
        for _ in 0..READINGS {
            let items = self.pages(&request, read)?;
            if let Some(items) = items {
                return Ok(items);
            }
        }
        Err(Failure::Unavailable(Message::new("listing-unstable")))
    }

    /// One reading of all pages; `None`: they do not fit together.
    fn pages<T: Numbered>(
        &self,
        request: impl Fn() -> Request,
        read: Read<PageOut<T>>,
    ) -> Result<Option<Vec<T>>, Failure> {
        let page = |number: u64| request().query("p_page", number).query("p_limit", LIMIT);
        let first = read(self.http.send(page(1)))?;
        let (last, total) = (first.total_pages, first.total_items);
        if last > MOST_PAGES {
            return Err(refused(Message::new("list-too-long").arg("n", total)));
        }
        let mut items = first.items;
        for answer in self.http.send_all(&(2..=last).map(page).collect::<Vec<_>>()) {
            let next = read(answer)?;
            if next.total_items != total {
                return Ok(None);
            }
            items.extend(next.items);
        }
        let distinct: BTreeSet<u64> = items.iter().map(T::number).collect();
        Ok((distinct.len() == items.len() && items.len() as u64 == total).then_some(items))
    }
}

type Read<T> = fn(Result<Response, HttpError>) -> Result<T, Failure>;

#[derive(Deserialize)]
struct Envelope<T> {
    data: T,
}

#[derive(Deserialize)]
struct TokenOut {
    #[serde(rename = "token")]
    _token: String,
}

#[derive(Deserialize)]
struct PageOut<T> {
    items: Vec<T>,
    total_pages: u64,
    total_items: u64,
}

#[derive(Deserialize)]
struct Identity {
    id: u64,
}

#[derive(Deserialize)]
struct InstitutionOut {
    identity: Identity,
    name: String,
}

#[derive(Deserialize)]
struct TeacherOut {
    identity: Identity,
    surname: String,
    firstname: String,
    middlename: Option<String>,
}

#[derive(Deserialize)]
struct VkIdOut {
    identity: Identity,
    vk_id: u64,
}

/// What a list is counted by.
trait Numbered: DeserializeOwned {
    fn number(&self) -> u64;
}

macro_rules! numbered {
    ($($kind:ty),*) => {$(impl Numbered for $kind {
        fn number(&self) -> u64 {
            self.identity.id
        }
    })*};
}

numbered!(InstitutionOut, TeacherOut, VkIdOut);

fn read<T: DeserializeOwned>(answer: Result<Response, HttpError>) -> Result<T, Failure> {
    let response = of_read(answer)?;
    if is_page(&response) {
        return Err(Failure::Unauthorized(Message::new("page-instead-of-data")));
    }
    Ok(response.json::<Envelope<T>>()?.data)
}

/// The same of what only we assume to be there.
fn read_assumed<T: DeserializeOwned>(answer: Result<Response, HttpError>) -> Result<T, Failure> {
    match answer {
        Ok(response) if response.status == 404 => Err(refused(Message::new("no-vk-list"))),
        Ok(response) if !response.is_success() => Err(of_status(&response)),
        other => read(other),
    }
}

/// Whoever is not signed in gets a page for people, with 200.
fn is_page(response: &Response) -> bool {
    let html = response.header("content-type").is_some_and(|kind| kind.starts_with("text/html"));
    html || response.body.trim_ascii_start().starts_with(b"<")
}

#[cfg(test)]
mod tests;
