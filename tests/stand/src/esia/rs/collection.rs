//! What belongs to a person: contacts, addresses, documents, vehicles, organisations, roles, children.

use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::{Value, json};

use super::bearer::Bearer;
use super::error::Unseen;
use super::person::{day, identity, put};
use super::shape::{Asked, list};
use crate::esia::app::Shared;
use crate::esia::model::{Address, Contact, Document, Oid, Persona, Position};
use crate::esia::token::is_trusted;
use crate::esia::world::World;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Collection {
    Contacts,
    Addresses,
    Documents,
    Vehicles,
    Organizations,
    Roles,
    Kids,
}

/// Types of documents, and the scope that opens each.
const DOCUMENTS: &[(&str, &str)] = &[
    ("RF_PASSPORT", "id_doc"),
    ("FID_DOC", "id_doc"),
    ("FRGN_PASS", "foreign_passport_doc"),
    ("RF_DRIVING_LICENSE", "drivers_licence_doc"),
    ("MLTR_ID", "military_doc"),
    ("MDCL_PLCY", "medical_doc"),
    ("RF_BRTH_CERT", "birth_cert_doc"),
    ("FID_BRTH_CERT", "birth_cert_doc"),
    ("OLD_BRTH_CERT", "birth_cert_doc"),
    ("BRTH_CERT", "birth_cert_doc"),
];

const OF_KIDS: &[&str] = &["kid_fullname", "kid_birthdate", "kid_gender", "kid_snils", "kid_inn"];

impl Collection {
    pub(super) const ALL: [Collection; 7] = [
        Collection::Contacts,
        Collection::Addresses,
        Collection::Documents,
        Collection::Vehicles,
        Collection::Organizations,
        Collection::Roles,
        Collection::Kids,
    ];

    /// As in a path.
    pub(super) fn word(self) -> &'static str {
        match self {
            Collection::Contacts => "ctts",
            Collection::Addresses => "addrs",
            Collection::Documents => "docs",
            Collection::Vehicles => "vhls",
            Collection::Organizations => "orgs",
            Collection::Roles => "roles",
            Collection::Kids => "kids",
        }
    }

    /// As a member of a person, and as a relation of a link.
    pub(super) fn embedded(self) -> &'static str {
        match self {
            Collection::Contacts => "contacts",
            Collection::Addresses => "addresses",
            Collection::Documents => "documents",
            Collection::Vehicles => "vehicles",
            Collection::Organizations => "organizations",
            Collection::Roles => "roles",
            Collection::Kids => "kids",
        }
    }

    fn of_word(word: &str) -> Option<Collection> {
        Collection::ALL.into_iter().find(|one| one.word() == word)
    }

    pub(super) fn is_open(self, bearer: &Bearer) -> bool {
        match self {
            Collection::Contacts => bearer.opens(&["contacts", "email", "mobile"]),
            Collection::Addresses => bearer.opens(&["addresses"]),
            Collection::Documents => DOCUMENTS.iter().any(|(_, scope)| bearer.opens(&[scope])),
            Collection::Vehicles => bearer.opens(&["vehicles"]),
            Collection::Organizations | Collection::Roles => bearer.opens(&["usr_org"]),
            Collection::Kids => bearer.opens(OF_KIDS),
        }
    }

    /// The number of the record at this place in a person's profile.
    pub(super) fn id(self, owner: Oid, at: usize) -> u64 {
        let place = Collection::ALL.iter().position(|one| *one == self).unwrap_or_default();
        owner % 1_000_000 * 10_000 + place as u64 * 1000 + at as u64 + 1
    }
}

/// Elements that the token opens, each with its address.
pub(super) fn elements(
    world: &World,
    persona: &Persona,
    collection: Collection,
    bearer: &Bearer,
    base: &str,
) -> Vec<(String, Value)> {
    let numbered = |at: usize| collection.id(persona.oid, at);
    let addressed = |id: u64, value| {
        (format!("{base}/prns/{}/{}/{id}", persona.oid, collection.word()), value)
    };
    match collection {
        Collection::Contacts => {
            let open = persona.contacts.iter().enumerate().filter(|(_, one)| contact_is_open(one, bearer));
            open.map(|(at, one)| addressed(numbered(at), contact(numbered(at), one))).collect()
        }
        Collection::Addresses => {
            let all = persona.addresses.iter().enumerate();
            all.map(|(at, one)| addressed(numbered(at), address(numbered(at), one))).collect()
        }
        Collection::Documents => documents(persona, |scope| bearer.opens(&[scope]))
            .map(|(at, one)| addressed(numbered(at), document(numbered(at), one)))
            .collect(),
        Collection::Vehicles => Vec::new(),
        Collection::Organizations => {
            let all = persona.organizations.iter();
            all.map(|one| (format!("{base}/orgs/{}", one.oid), role(world, persona, one))).collect()
        }
        Collection::Roles => {
            let all = persona.organizations.iter();
            all.map(|one| addressed(one.oid, role(world, persona, one))).collect()
        }
        Collection::Kids => {
            let all = persona.kids.iter().enumerate();
            let known = all.filter_map(|(at, oid)| Some((at, world.personas.get(oid)?)));
            known
                .map(|(at, kid)| {
                    let id = if world.settings.kid_id_is_oid { kid.oid } else { numbered(at) };
                    addressed(id, child(world, id, kid, bearer))
                })
                .collect()
        }
    }
}

fn contact_is_open(contact: &Contact, bearer: &Bearer) -> bool {
    let own = match contact.kind.as_str() {
        "EML" => "email",
        "MBT" => "mobile",
        _ => "contacts",
    };
    bearer.opens(&["contacts", own])
}

fn verified(is: bool) -> &'static str {
    if is { "VERIFIED" } else { "NOT_VERIFIED" }
}

fn contact(id: u64, contact: &Contact) -> Value {
    json!({
        "stateFacts": ["Identifiable"], "id": id, "type": contact.kind, "value": contact.value,
        "vrfStu": verified(contact.verified), "isCfmCodeExpired": true,
    })
}

fn address(id: u64, address: &Address) -> Value {
    json!({
        "stateFacts": ["Identifiable"], "id": id, "type": address.kind, "addressStr": address.address_str,
        "zipCode": address.zip_code, "countryId": "RUS", "region": address.region, "city": address.city,
        "street": address.street, "house": address.house, "flat": address.flat,
    })
}

/// Documents that the scopes open, with their places in the profile.
fn documents(persona: &Persona, opens: impl Fn(&str) -> bool) -> impl Iterator<Item = (usize, &Document)> {
    let scope = |kind: &str| DOCUMENTS.iter().find(|(own, _)| *own == kind).map(|(_, scope)| *scope);
    let all = persona.documents.iter().enumerate();
    all.filter(move |(_, document)| scope(&document.kind).is_some_and(&opens))
}

fn document(id: u64, document: &Document) -> Value {
    let mut object = serde_json::Map::new();
    put(&mut object, "stateFacts", Some(json!(["EntityRoot"])));
    put(&mut object, "id", Some(id));
    put(&mut object, "type", Some(document.kind.clone()));
    put(&mut object, "vrfStu", Some(verified(document.verified)));
    let given = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    put(&mut object, "series", given(&document.series));
    put(&mut object, "number", given(&document.number));
    put(&mut object, "issueDate", document.issue_date.map(day));
    put(&mut object, "issueId", given(&document.issue_id));
    put(&mut object, "issuedBy", given(&document.issued_by));
    object.into()
}

fn role(world: &World, persona: &Persona, position: &Position) -> Value {
    let organization = world.organizations.get(&position.oid);
    let text = |of: fn(&crate::esia::model::Organization) -> &String| organization.map(of).cloned();
    json!({
        "oid": position.oid, "prnOid": persona.oid, "fullName": text(|one| &one.full_name),
        "shortName": text(|one| &one.short_name), "ogrn": text(|one| &one.ogrn),
        "type": text(|one| &one.kind), "chief": position.chief, "admin": position.admin, "active": true,
    })
}

/// A child as it stands in its parent's profile.
fn child(world: &World, id: u64, kid: &Persona, bearer: &Bearer) -> Value {
    let mut object = identity(kid, |scope| bearer.opens(&[&format!("kid_{scope}")]));
    put(&mut object, "stateFacts", Some(json!(["EntityRoot"])));
    put(&mut object, "id", Some(id));
    put(&mut object, "trusted", Some(is_trusted(&world.settings, kid)));
    object.into()
}

/// `GET /rs/prns/{oid}/{collection}`: addresses of the elements, with `embed=(elements)` the elements.
pub(super) async fn all(
    State(app): State<Shared>,
    bearer: Bearer,
    asked: Asked,
    Path((oid, word)): Path<(Oid, String)>,
) -> Response {
    let seen = app.read(|world, _| {
        let (persona, collection) = open(world, &bearer, oid, &word)?;
        // Roles are always told in full.
        let embedded = asked.embeds("elements") || collection == Collection::Roles;
        let listed = list(elements(world, persona, collection, &bearer, &asked.base), embedded);
        Ok(asked.answer(listed, &format!("{}/prns/{oid}/{word}", asked.base), &[]))
    });
    seen.unwrap_or_else(|unseen: Unseen| unseen.answer(&app))
}

fn open<'a>(
    world: &'a World,
    bearer: &Bearer,
    oid: Oid,
    word: &str,
) -> Result<(&'a Persona, Collection), Unseen> {
    let collection = Collection::of_word(word).ok_or(Unseen::Absent)?;
    bearer.is(oid)?;
    if !collection.is_open(bearer) {
        return Err(Unseen::ScopeNotAllowed);
    }
    Ok((world.personas.get(&oid).ok_or(Unseen::Absent)?, collection))
}

/// `GET /rs/prns/{oid}/{collection}/{id}`: one element.
pub(super) async fn one(
    State(app): State<Shared>,
    bearer: Bearer,
    asked: Asked,
    Path((oid, word, id)): Path<(Oid, String, u64)>,
) -> Response {
    let seen = app.read(|world, _| {
        let (persona, collection) = open(world, &bearer, oid, &word)?;
        let address = format!("{}/prns/{oid}/{word}/{id}", asked.base);
        let all = elements(world, persona, collection, &bearer, &asked.base);
        let (_, value) = all.into_iter().find(|(own, _)| *own == address).ok_or(Unseen::Absent)?;
        Ok(asked.answer(value, &address, &[]))
    });
    seen.unwrap_or_else(|unseen: Unseen| unseen.answer(&app))
}

/// `GET /rs/prns/{oid}/kids/{kid}/docs`.
pub(super) async fn documents_of_kid(
    State(app): State<Shared>,
    bearer: Bearer,
    asked: Asked,
    Path((oid, id)): Path<(Oid, u64)>,
) -> Response {
    let seen = app.read(|world, _| {
        bearer.is(oid)?;
        if !bearer.opens(&["kid_birth_cert_doc", "kid_medical_doc"]) {
            return Err(Unseen::ScopeNotAllowed);
        }
        let parent = world.personas.get(&oid).ok_or(Unseen::Absent)?;
        let mut kids = parent.kids.iter().enumerate();
        let is_meant = |at: usize, kid: Oid| match world.settings.kid_id_is_oid {
            true => kid == id,
            false => Collection::Kids.id(oid, at) == id,
        };
        let (_, kid) = kids.find(|(at, kid)| is_meant(*at, **kid)).ok_or(Unseen::Absent)?;
        let kid = world.personas.get(kid).ok_or(Unseen::Absent)?;
        let address = format!("{}/prns/{oid}/kids/{id}/docs", asked.base);
        let open = documents(kid, |scope| bearer.opens(&[&format!("kid_{scope}")]));
        let numbered = open.map(|(at, one)| (Collection::Documents.id(kid.oid, at), one));
        let all = numbered.map(|(id, one)| (format!("{address}/{id}"), document(id, one))).collect();
        Ok(asked.answer(list(all, asked.embeds("elements")), &address, &[]))
    });
    seen.unwrap_or_else(|unseen: Unseen| unseen.answer(&app))
}
