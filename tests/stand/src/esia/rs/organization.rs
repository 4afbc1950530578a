//! An organisation, field by field as the scopes about it allow.

use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::bearer::Bearer;
use super::error::Unseen;
use super::person::put;
use super::shape::Asked;
use crate::esia::app::Shared;
use crate::esia::model::{Oid, Organization};

fn fields(organization: &Organization, scopes: &[&str]) -> Value {
    let mut object = Map::new();
    put(&mut object, "stateFacts", Some(json!(["EntityRoot"])));
    put(&mut object, "oid", Some(organization.oid));
    let all = [
        ("org_shortname", "shortName", &organization.short_name),
        ("org_fullname", "fullName", &organization.full_name),
        ("org_type", "type", &organization.kind),
        ("org_ogrn", "ogrn", &organization.ogrn),
        ("org_inn", "inn", &organization.inn),
        ("org_kpp", "kpp", &organization.kpp),
    ];
    for (scope, name, value) in all {
        if scopes.contains(&scope) {
            put(&mut object, name, Some(value.clone()));
        }
    }
    object.into()
}

/// `GET /rs/orgs/{oid}`: needs a scope about this very organisation.
pub(super) async fn one(
    State(app): State<Shared>,
    bearer: Bearer,
    asked: Asked,
    Path(oid): Path<Oid>,
) -> Response {
    let seen = app.read(|world, _| {
        let scopes = bearer.about_organization(oid);
        if scopes.is_empty() {
            return Err(Unseen::ScopeNotAllowed);
        }
        let organization = world.organizations.get(&oid).ok_or(Unseen::Absent)?;
        let address = format!("{}/orgs/{oid}", asked.base);
        Ok(asked.answer(fields(organization, &scopes), &address, &[]))
    });
    seen.unwrap_or_else(|unseen: Unseen| unseen.answer(&app))
}
