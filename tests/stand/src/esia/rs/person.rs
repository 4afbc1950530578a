//! A person, field by field as the scopes allow.

use axum::extract::{Path, State};
use axum::response::Response;
use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::bearer::Bearer;
use super::collection::{Collection, elements};
use super::error::Unseen;
use super::shape::{Asked, list};
use crate::esia::app::Shared;
use crate::esia::model::{Level, Oid, Persona};
use crate::esia::token::is_trusted;
use crate::esia::world::World;

/// When every invented profile was last changed: 1 January 2026, seconds since 1970.
const UPDATED_ON: i64 = 1_767_214_800;

/// `dd.MM.yyyy`.
pub(super) fn day(date: Date) -> String {
    format!("{:02}.{:02}.{}", date.day(), date.month(), date.year())
}

/// Puts in what is there.
pub(super) fn put(object: &mut Map<String, Value>, name: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        object.insert(name.to_owned(), value.into());
    }
}

/// Who it is: fields of the scopes `fullname`, `birthdate` …, or of `kid_fullname` … for a child in a parent's profile.
pub(super) fn identity(persona: &Persona, opens: impl Fn(&str) -> bool) -> Map<String, Value> {
    let mut object = Map::new();
    if opens("fullname") {
        put(&mut object, "firstName", Some(persona.first_name.clone()));
        put(&mut object, "lastName", Some(persona.last_name.clone()));
        put(&mut object, "middleName", persona.middle_name.clone());
    }
    put(&mut object, "birthDate", opens("birthdate").then(|| day(persona.birth_date)));
    put(&mut object, "gender", opens("gender").then(|| persona.gender.clone()));
    put(&mut object, "snils", persona.snils.clone().filter(|_| opens("snils")));
    put(&mut object, "inn", persona.inn.clone().filter(|_| opens("inn")));
    object
}

fn fields(world: &World, persona: &Persona, bearer: &Bearer) -> Value {
    let opens = |scope: &str| bearer.opens(&[scope]);
    let mut object = identity(persona, opens);
    put(&mut object, "birthPlace", persona.birth_place.clone().filter(|_| opens("birthplace")));
    put(&mut object, "citizenship", opens("citizenship").then(|| persona.citizenship.clone()));
    let main = persona.documents.iter().position(|document| document.kind == "RF_PASSPORT");
    let main = main.filter(|_| opens("id_doc"));
    put(&mut object, "rIdDoc", main.map(|at| Collection::Documents.id(persona.oid, at)));
    let always = json!({
        "stateFacts": ["EntityRoot"],
        "trusted": is_trusted(&world.settings, persona),
        "updatedOn": UPDATED_ON,
        "status": persona.status,
        "verifying": false,
        "rfgUOperatorCheck": false,
        "containsUpCfmCode": false,
        "kidAccCreatedByParent": persona.level == Level::Child,
    });
    object.extend(always.as_object().cloned().unwrap_or_default());
    object.into()
}

/// `GET /rs/prns/{oid}`, with `embed=(contacts.elements,…)` the collections inside.
pub(super) async fn one(
    State(app): State<Shared>,
    bearer: Bearer,
    asked: Asked,
    Path(oid): Path<Oid>,
) -> Response {
    let seen = app.read(|world, _| {
        bearer.is(oid)?;
        let persona = world.personas.get(&oid).ok_or(Unseen::Absent)?;
        let address = format!("{}/prns/{oid}", asked.base);
        let mut object = fields(world, persona, &bearer);
        for collection in Collection::ALL {
            let wanted = asked.embeds(&format!("{}.elements", collection.embedded()));
            if wanted && collection.is_open(&bearer) {
                let elements = elements(world, persona, collection, &bearer, &asked.base);
                object[collection.embedded()] = list(elements, true);
            }
        }
        let links = Collection::ALL.map(|one| (one.embedded(), format!("{address}/{}", one.word())));
        Ok(asked.answer(object, &address, &links))
    });
    seen.unwrap_or_else(|unseen: Unseen| unseen.answer(&app))
}
