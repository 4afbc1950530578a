//! The diary's side of linking. That Дневник.ру links accounts is public, the calls by which it does are not: the paths
//! and shapes here (`/linking/v1`) are **our own assumption**, and nothing outside this module knows them.

use exchange_sdk::Failure;
use exchange_sdk::failure::of_read;
use exchange_sdk::http::{Http, Request, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

/// An account that a look-up has found.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Found {
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

/// A link with an account at ЕСИА.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Link {
    /// Its id.
    #[serde(rename = "id_str")]
    pub id: String,
    /// `dialogue`: made by hand; `signIn`: by itself.
    pub source: String,
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

fn read<T: DeserializeOwned>(answer: Result<Response, exchange_sdk::http::HttpError>) -> Result<T, Failure> {
    Ok(of_read(answer)?.json()?)
}
