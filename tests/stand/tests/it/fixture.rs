//! An invented district to ask about, and the steps most tests begin with.

use std::ops::Deref;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use exchange_stand::dnevnik::{Options, Stand};
use serde_json::{Value, json};

use crate::client::{Call, Reply};
use crate::remote::Remote;

pub(crate) const CLIENT: &str = "bafe713c-96a3-42b1-94d0-40392cadf82b";
pub(crate) const SECRET: &str = "6d5e1f3a-0c3f-4c56-8f43-0a1de2b3c4d5";
pub(crate) const REDIRECT: &str = "http://127.0.0.1:8080/callback";
pub(crate) const SCOPE: &str = "CommonInfo,FriendsAndRelatives,EducationalInfo";

/// The school of most tests, and another of the same administrator.
pub(crate) const SCHOOL: u64 = 1000000000101;
pub(crate) const OTHER_SCHOOL: u64 = 1000000000102;
/// A school the administrator has nothing to do with.
pub(crate) const FOREIGN_SCHOOL: u64 = 1000000000103;
/// Ids of classes do not fit into a double.
pub(crate) const CLASS: u64 = 2269999999999999913;
pub(crate) const ARCHIVE_CLASS: u64 = 2269999999999999915;
pub(crate) const FOREIGN_CLASS: u64 = 2269999999999999917;
pub(crate) const ADMIN_USER: u64 = 1000000000201;
pub(crate) const ADMIN: u64 = 1000000000301;
pub(crate) const CHILD: u64 = 1000000000401;
pub(crate) const LEFT: u64 = 1000000000402;
pub(crate) const MOTHER: u64 = 1000000000501;

fn organizations() -> Value {
    let school = |id: u64, name: &str| {
        json!({"id": id, "name": name, "fullName": format!("МБОУ «{name}»"), "city": "Заречный", "municipality": "Заречный район",
            "organizationType": 1, "regionId": 12, "districtId": 34, "cityId": 56, "timeZone": 5})
    };
    json!([
        school(SCHOOL, "Школа № 1"),
        school(OTHER_SCHOOL, "Школа № 2"),
        school(FOREIGN_SCHOOL, "Школа № 3"),
    ])
}

fn people() -> Value {
    json!([
        {"id": CHILD, "lastName": "Вымыслова", "firstName": "Анна", "middleName": "Петровна", "sex": "Female",
            "birthday": "2015-03-08", "snils": "112-233-445 95", "role": "EduStudent", "school": SCHOOL},
        {"id": LEFT, "userId": 1000000000202_u64, "lastName": "Архивов", "firstName": "Иван", "role": "EduStudent", "school": SCHOOL},
        {"id": MOTHER, "userId": 1000000000203_u64, "lastName": "Вымыслова", "firstName": "Ольга", "middleName": "Ивановна",
            "sex": "Female", "role": "EduParent", "school": SCHOOL, "email": "olga@example.org", "phone": "+70000000000"},
        {"id": 1000000000403_u64, "lastName": "Чужаков", "firstName": "Пётр", "role": "EduStudent", "school": FOREIGN_SCHOOL},
    ])
}

fn classes() -> Value {
    let class = |id: u64, school: u64, name: &str, status: &str| json!({"id": id.to_string(), "school": school, "name": name, "parallel": 7, "studyyear": 2026, "status": status});
    json!([
        class(CLASS, SCHOOL, "7-А", "Active"),
        class(ARCHIVE_CLASS, SCHOOL, "7-Б", "Archive"),
        class(FOREIGN_CLASS, FOREIGN_SCHOOL, "7-В", "Active"),
    ])
}

/// Everything, in the form the stand-in is seeded with.
pub(crate) fn seed() -> Value {
    let roles = json!(["EduStaff", "EduSchoolAdministrator"]);
    json!({
        "replace": true,
        "organizations": organizations(),
        "administrators": [{"login": "director", "password": "пароль", "person": ADMIN, "user": ADMIN_USER,
            "lastName": "Директорова", "firstName": "Мария", "middleName": "Львовна", "sex": "Female",
            "organizations": [{"id": SCHOOL, "roles": roles}, {"id": OTHER_SCHOOL, "roles": roles}]}],
        "persons": people(),
        "eduGroups": classes(),
        "memberships": [
            {"school": SCHOOL, "person": CHILD, "role": "EduStudent", "start": "2026-09-01"},
            {"school": SCHOOL, "person": LEFT, "role": "EduStudent", "status": "Archive"},
            {"school": FOREIGN_SCHOOL, "person": 1000000000403_u64, "role": "EduStudent"}],
        "eduGroupMemberships": [
            {"eduGroup": CLASS, "person": CHILD, "start": "2026-09-02"},
            {"eduGroup": CLASS, "person": LEFT, "status": "Archive"}],
        "relatives": [{"child": CHILD, "relative": MOTHER, "type": "Mother"}],
        "accounts": [{"login": "mother", "password": "пароль", "person": MOTHER}],
        "clients": [
            {"id": CLIENT, "secret": SECRET, "name": "Зачисление в ОО", "redirectUris": [REDIRECT, "https://example.org/back?x=1"],
                "flows": ["code", "token", "password"]},
            {"id": "00000000-0000-0000-0000-00000000000a", "secret": SECRET, "name": "Без прав", "redirectUris": [REDIRECT], "flows": []}],
    })
}

/// A running stand-in that knows the district.
pub(crate) struct World {
    pub(crate) stand: Stand,
    remote: Remote,
}

impl Deref for World {
    type Target = Remote;
    fn deref(&self) -> &Remote {
        &self.remote
    }
}

impl World {
    pub(crate) fn new() -> World {
        World::over(None)
    }

    pub(crate) fn over(data: Option<PathBuf>) -> World {
        let world = World::reopened(data);
        assert_eq!(world.control("POST", "seed", Some(&seed())).status, 200);
        world
    }

    /// Without seeding: what a restart finds.
    pub(crate) fn reopened(data: Option<PathBuf>) -> World {
        let stand = Stand::spawn(Options { data, ..Options::default() }).expect("the stand-in starts");
        World { remote: Remote(stand.addr()), stand }
    }

    /// A token of someone with an account, by the password grant.
    #[track_caller]
    pub(crate) fn token_of(&self, login: &str, scope: &str) -> String {
        let body = json!({"client_id": CLIENT, "client_secret": SECRET, "username": login, "password": "пароль", "scope": scope});
        let reply = self.call("POST", "/v2/authorizations/bycredentials").json(&body).send();
        reply.value()["accessToken"].as_str().unwrap_or_else(|| panic!("no token: {}", reply.body)).to_owned()
    }

    pub(crate) fn token(&self) -> String {
        self.token_of("director", SCOPE)
    }

    pub(crate) fn get(&self, token: &str, path: &str) -> Reply {
        self.call("GET", path).token(token).send()
    }

    /// A write of items into a collection of the school.
    pub(crate) fn post(&self, token: &str, collection: &str, items: &Value) -> Reply {
        self.posting(token, collection, items).send()
    }

    pub(crate) fn posting(&self, token: &str, collection: &str, items: &Value) -> Call {
        let path = format!("/contingent/v1/schools/{SCHOOL}/{collection}");
        self.call("POST", &path).token(token).json(&json!({"items": items}))
    }
}

/// Items of `count` invented pupils.
pub(crate) fn pupils(count: usize) -> Value {
    let pupil = |n: usize| json!({"key": format!("p{n}"), "role": "EduStudent", "lastName": "Новиков", "firstName": format!("Имя{n}")});
    (1..=count).map(pupil).collect()
}

/// Surnames `Новиков` in the state: how many pupils of [`pupils`] were stored.
pub(crate) fn stored(world: &World) -> usize {
    let state = world.state();
    let persons = state["persons"].as_array().expect("a list");
    persons.iter().filter(|person| person["lastName"] == "Новиков").count()
}

/// Polls until the condition holds.
#[track_caller]
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < end, "never happened: {what}");
        std::thread::yield_now();
    }
}
