//! The remote control under `/_stand`: no token needed, never struck by faults, never counted.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::Response;
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};

use super::answer::{json, pretty};
use super::app::{Shared, lock};
use super::clock::Millis;
use super::error::{ApiError, Kind};
use super::faults::Rule;
use super::journal::Counters;
use super::model::{Account, EduGroup, GroupMembership, Membership, Organization, Person, Relation};
use super::read::body;
use super::seed::Seed;
use super::settings::Settings;

/// A whole region fits into this many bytes.
const LARGEST_SEED: usize = 256 << 20;

pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/_stand", get(index))
        .route("/_stand/", get(index))
        .route("/_stand/state", get(state))
        .route("/_stand/seed", post(seed))
        .route("/_stand/settings", get(settings).post(set_settings))
        .route("/_stand/faults", get(faults).post(set_faults).delete(clear_faults))
        .route("/_stand/requests", get(requests).delete(clear_requests))
        .route("/_stand/clock", post(advance_clock))
        .layer(DefaultBodyLimit::max(LARGEST_SEED))
}

async fn index() -> Response {
    json(&["state", "seed", "settings", "faults", "requests", "clock"].map(|name| format!("/_stand/{name}")))
}

/// Everything there is, hidden or not, each kind in order of id. Tokens and passwords are left out.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StateOut {
    organizations: Vec<Organization>,
    accounts: Vec<AccountOut>,
    persons: Vec<Person>,
    edu_groups: Vec<EduGroup>,
    memberships: Vec<Membership>,
    edu_group_memberships: Vec<GroupMembership>,
    relatives: Vec<Relation>,
    counters: Counters,
}

#[derive(Serialize)]
struct AccountOut {
    login: String,
    person: super::id::Id,
}

impl From<&Account> for AccountOut {
    fn from(account: &Account) -> Self {
        AccountOut { login: account.login.clone(), person: account.person }
    }
}

async fn state(State(app): State<Shared>) -> Response {
    let counters = lock(&app.journal).counters();
    app.read(|view| {
        let (world, now) = (view.world, view.now);
        pretty(&StateOut {
            organizations: world.organizations.listing(now),
            accounts: world.accounts.values().map(AccountOut::from).collect(),
            persons: world.persons.listing(now),
            edu_groups: world.groups.listing(now),
            memberships: world.memberships.listing(now),
            edu_group_memberships: world.group_memberships.listing(now),
            relatives: world.relations.listing(now),
            counters,
        })
    })
}

#[derive(Serialize)]
struct Done {
    ok: bool,
}

fn done() -> Response {
    json(&Done { ok: true })
}

async fn seed(State(app): State<Shared>, bytes: Bytes) -> Result<Response, ApiError> {
    let seed: Seed = body(&bytes)?;
    app.write(|world, _| seed.sow(world))?;
    Ok(done())
}

async fn settings(State(app): State<Shared>) -> Response {
    app.read(|view| pretty(&view.world.settings))
}

/// Members given replace their settings; the answer is all of them.
async fn set_settings(State(app): State<Shared>, bytes: Bytes) -> Result<Response, ApiError> {
    let patch = body(&bytes)?;
    let settings: Settings = app.write(|world, _| {
        let bad = |error: serde_json::Error| {
            ApiError::new(Kind::ParameterInvalid, format!("Bad settings: {error}"))
        };
        world.settings = world.settings.patched(patch).map_err(bad)?;
        Ok::<_, ApiError>(world.settings.clone())
    })??;
    Ok(pretty(&settings))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewFaults {
    faults: Vec<Rule>,
}

async fn faults(State(app): State<Shared>) -> Response {
    pretty(&lock(&app.faults).rules())
}

/// The list given takes the place of the one in force; its counters begin at nought.
async fn set_faults(State(app): State<Shared>, bytes: Bytes) -> Result<Response, ApiError> {
    let NewFaults { faults } = body(&bytes)?;
    for rule in &faults {
        rule.check().map_err(|text| ApiError::new(Kind::ParameterInvalid, text))?;
    }
    lock(&app.faults).set(faults);
    Ok(done())
}

async fn clear_faults(State(app): State<Shared>) -> Response {
    lock(&app.faults).set(Vec::new());
    done()
}

async fn requests(State(app): State<Shared>) -> Response {
    pretty(&lock(&app.journal).entries())
}

async fn clear_requests(State(app): State<Shared>) -> Response {
    lock(&app.journal).clear();
    done()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Advance {
    advance_ms: Millis,
}

/// Moves the stand-in's clock, so that a test need not wait for an end.
async fn advance_clock(State(app): State<Shared>, bytes: Bytes) -> Result<Response, ApiError> {
    let Advance { advance_ms } = body(&bytes)?;
    app.clock.advance(advance_ms);
    Ok(done())
}
