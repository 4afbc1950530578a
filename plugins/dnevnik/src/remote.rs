//! What Дневник.ру can be asked, and the shapes of its answers.
//!
//! Paths and shapes are the public read API, but for [`Remote::memberships`]: dates of memberships are in no public
//! answer, so that read goes with the write half (`transport`), and does without where it is missing.
//!
//! Ids are texts: classes have ids that no double holds, and every number has its `…_str` twin.

use exchange_sdk::Failure;
use exchange_sdk::failure::of_read;
use exchange_sdk::http::{Http, Request, Response};
use exchange_sdk::names::FullName;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};

/// An id. One that is empty names nothing, and what an answer with such an id says cannot be relied upon.
pub(crate) fn id<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let id = String::deserialize(from)?;
    if id.trim().is_empty() { Err(D::Error::custom("an empty id")) } else { Ok(id) }
}

/// An id that may be missing.
pub(crate) fn optional_id<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let id = Option::<String>::deserialize(from)?;
    if id.as_deref().is_some_and(|id| id.trim().is_empty()) {
        return Err(D::Error::custom("an empty id"));
    }
    Ok(id)
}

/// A class or a subgroup.
#[derive(Clone, Deserialize)]
pub struct Group {
    /// Its id.
    #[serde(deserialize_with = "id")]
    pub id_str: String,
    /// «7-А».
    pub name: String,
    /// The grade.
    pub parallel: i64,
    /// First year of its study year.
    pub studyyear: i64,
    /// `Group` or `Subgroup`.
    #[serde(rename = "type")]
    pub kind: String,
}

/// A person. Neither birthday nor СНИЛС is shown; the birthday may be by the account ([`User`]).
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// Their id.
    #[serde(rename = "id_str", deserialize_with = "id")]
    pub id: String,
    /// None: the account was never activated.
    #[serde(default, rename = "userId_str", deserialize_with = "optional_id")]
    pub user: Option<String>,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Patronymic.
    #[serde(default)]
    pub middle_name: Option<String>,
    /// `Male` or `Female`.
    #[serde(default)]
    pub sex: Option<String>,
}

impl Person {
    /// Their name.
    pub fn name(&self) -> FullName {
        FullName::new(&self.last_name, &self.first_name, self.middle_name.as_deref().unwrap_or_default())
    }

    /// «Лисов Пётр Иванович».
    pub fn shown(&self) -> String {
        let middle = self.middle_name.as_deref().unwrap_or_default();
        crate::names::joined([&self.last_name, &self.first_name, middle])
    }
}

/// A parent of somebody.
#[derive(Clone, Deserialize)]
pub struct Relative {
    /// `Mother`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// Who.
    pub person: Person,
}

/// A membership with its date (the extra read).
#[derive(Clone, Deserialize)]
pub struct Membership {
    /// Its id.
    #[serde(deserialize_with = "id")]
    pub id_str: String,
    /// `school` or `eduGroup`.
    pub kind: String,
    /// Whose.
    #[serde(deserialize_with = "id")]
    pub person_str: String,
    /// In which class.
    #[serde(default, rename = "eduGroup_str", deserialize_with = "optional_id")]
    pub group: Option<String>,
    /// Since when.
    #[serde(default)]
    pub start: Option<String>,
}

/// An account.
#[derive(Clone, PartialEq, Deserialize)]
pub struct User {
    /// As a user; nobody without one signs in.
    #[serde(deserialize_with = "id")]
    pub id_str: String,
    /// As a person.
    #[serde(rename = "personId_str", deserialize_with = "id")]
    pub person: String,
    /// Date and time, where it is shown.
    #[serde(default)]
    pub birthday: Option<String>,
}

/// A school.
#[derive(Clone, Deserialize)]
pub struct School {
    /// Its id.
    #[serde(deserialize_with = "id")]
    pub id_str: String,
    /// Its name.
    pub name: String,
}

/// Memberships of a person, as the public read gives them: without dates.
#[derive(Clone, Deserialize)]
pub struct PersonMemberships {
    schools: Vec<InSchool>,
}

#[derive(Clone, Deserialize)]
struct InSchool {
    school: School,
}

impl PersonMemberships {
    /// Is the person in this school?
    pub fn names(&self, school: &str) -> bool {
        self.schools.iter().any(|one| one.school.id_str == school)
    }
}

/// An answer that comes bare from one version and wrapped from another.
#[derive(Clone, Deserialize)]
#[serde(untagged)]
enum Bare<T, W> {
    List(Vec<T>),
    One(W),
}

#[derive(Clone, Deserialize)]
struct Relatives {
    relatives: Vec<Relative>,
}

/// What became of one question; `None` where there is no such thing.
pub type Told<T> = Result<Option<T>, Failure>;

/// The school at the other side.
pub struct Remote<'a, H> {
    http: &'a H,
    /// Its id there.
    pub school: String,
}

impl<'a, H: Http> Remote<'a, H> {
    /// The school with this id.
    pub fn new(http: &'a H, school: impl Into<String>) -> Self {
        Self { http, school: school.into() }
    }

    fn list<T: DeserializeOwned>(&self, request: Request) -> Result<Vec<T>, Failure> {
        Ok(of_read(self.http.send(request))?.json()?)
    }

    /// Asks each question once, however often it is in the list; answers in the order of the list.
    fn ask<T: DeserializeOwned + Clone>(&self, questions: &[Request]) -> Vec<Told<T>> {
        let mut unique: Vec<Request> = Vec::new();
        let place =
            |unique: &mut Vec<Request>, question: &Request| match unique.iter().position(|q| q == question) {
                Some(known) => known,
                None => {
                    unique.push(question.clone());
                    unique.len() - 1
                }
            };
        let places: Vec<usize> = questions.iter().map(|question| place(&mut unique, question)).collect();
        let answers: Vec<Told<T>> = self.http.send_all(&unique).into_iter().map(told).collect();
        places.into_iter().map(|place| answers[place].clone()).collect()
    }

    /// Classes of the school.
    ///
    /// # Errors
    /// When there is no readable list.
    pub fn groups(&self) -> Result<Vec<Group>, Failure> {
        self.list(Request::to("list-classes").path("school", &self.school))
    }

    /// Classes by id.
    pub fn groups_by_id(&self, ids: &[&str]) -> Vec<Told<Group>> {
        self.ask(&each("read-class", "class", ids))
    }

    /// Persons by id.
    pub fn persons(&self, ids: &[&str]) -> Vec<Told<Person>> {
        self.ask(&each("read-person", "person", ids))
    }

    /// Users by id.
    pub fn users(&self, ids: &[&str]) -> Vec<Told<User>> {
        self.ask(&each("read-user", "user", ids))
    }

    /// Members of classes.
    pub fn members(&self, groups: &[&str]) -> Vec<Told<Vec<Person>>> {
        self.ask(&each("list-class-members", "class", groups))
    }

    /// Searches; each is a list of criteria.
    pub fn search(&self, searches: &[Vec<(&str, String)>]) -> Vec<Told<Vec<Person>>> {
        let request = |search: &Vec<(&str, String)>| {
            search
                .iter()
                .fold(Request::to("search-persons"), |request, (name, value)| request.query(name, value))
        };
        self.ask(&searches.iter().map(request).collect::<Vec<_>>())
    }

    /// Children of persons, activated or not.
    pub fn children(&self, persons: &[&str]) -> Vec<Told<Vec<Person>>> {
        self.ask(&each("list-children", "person", persons))
    }

    /// Parents of users.
    pub fn relatives(&self, users: &[&str]) -> Vec<Told<Vec<Relative>>> {
        let answers: Vec<Told<Bare<Relative, Relatives>>> = self.ask(&each("list-relatives", "user", users));
        let bare = |answer: Bare<Relative, Relatives>| match answer {
            Bare::List(list) => list,
            Bare::One(wrapped) => wrapped.relatives,
        };
        answers.into_iter().map(|told| told.map(|answer| answer.map(bare))).collect()
    }

    /// Memberships in the school and its classes, with dates; `None` where this extra read does not exist.
    ///
    /// # Errors
    /// When there is no readable list.
    pub fn memberships(&self) -> Told<Vec<Membership>> {
        told(self.http.send(Request::to("list-memberships").path("school", &self.school)))
    }

    /// Memberships of persons, by the public read.
    pub fn memberships_of(&self, persons: &[&str]) -> Vec<Told<PersonMemberships>> {
        let answers: Vec<Told<Bare<PersonMemberships, PersonMemberships>>> =
            self.ask(&each("read-person-memberships", "person", persons));
        let bare = |answer: Bare<PersonMemberships, PersonMemberships>| match answer {
            Bare::List(list) => {
                PersonMemberships { schools: list.into_iter().flat_map(|m| m.schools).collect() }
            }
            Bare::One(one) => one,
        };
        answers.into_iter().map(|told| told.map(|answer| answer.map(bare))).collect()
    }

    /// Who signed in.
    ///
    /// # Errors
    /// When the token is dead or there is no readable answer.
    pub fn me(&self) -> Result<User, Failure> {
        Ok(of_read(self.http.send(Request::to("read-me")))?.json()?)
    }

    /// Roles of who signed in.
    ///
    /// # Errors
    /// As for [`Remote::me`].
    pub fn my_roles(&self) -> Result<Vec<String>, Failure> {
        self.list(Request::to("list-my-roles"))
    }

    /// Schools of who signed in, with their names.
    ///
    /// # Errors
    /// As for [`Remote::me`].
    pub fn my_schools(&self) -> Result<Vec<School>, Failure> {
        self.list(Request::to("list-my-schools"))
    }

    /// Ids of the organisations of who signed in.
    ///
    /// # Errors
    /// As for [`Remote::me`].
    pub fn my_organisations(&self) -> Result<Vec<u64>, Failure> {
        self.list(Request::to("list-my-organisations"))
    }

    /// Administrators of schools.
    pub fn administrators(&self, schools: &[&str]) -> Vec<Told<Vec<Person>>> {
        let requests = each("list-administrators", "school", schools).into_iter();
        self.ask(&requests.map(|request| request.query("schoolMembershipType", "Admins")).collect::<Vec<_>>())
    }
}

fn each(operation: &str, place: &str, values: &[&str]) -> Vec<Request> {
    values.iter().map(|value| Request::to(operation).path(place, value)).collect()
}

fn told<T: DeserializeOwned>(answer: Result<Response, exchange_sdk::http::HttpError>) -> Told<T> {
    match answer {
        Ok(response) if response.status == 404 => Ok(None),
        answer => Ok(Some(of_read(answer)?.json()?)),
    }
}
