//! The part of the remote control that knows what is kept: state, seed, settings.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::Response;
use axum::routing::{get, post};
use serde::Serialize;

use super::app::Shared;
use super::error::{ApiError, Kind};
use super::linking::sign_in;
use super::model::{Account, EduGroup, GroupMembership, Link, Membership, Organization, Person, Relation};
use super::read::body;
use super::seed::Seed;
use super::settings::Settings;
use crate::serving::answer::pretty;
use crate::serving::control::{done, patched};
use crate::serving::journal::Counters;
use crate::serving::lock;

/// A whole region fits into this many bytes.
const LARGEST_SEED: usize = 256 << 20;

pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/_stand/state", get(state))
        .route("/_stand/seed", post(seed))
        .route("/_stand/sign-in", post(sign_in))
        .route("/_stand/settings", get(settings).post(set_settings))
        .layer(DefaultBodyLimit::max(LARGEST_SEED))
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
    links: Vec<Link>,
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

/// Writes are the changing calls of our own halves; everything else only reads.
fn is_write(method: &str, template: &str) -> bool {
    let collections = ["/contingent/", "/linking/v1/schools/{school}/links", "/linking/v1/links/"];
    method != "GET" && collections.iter().any(|prefix| template.starts_with(prefix))
}

async fn state(State(app): State<Shared>) -> Response {
    let counters = lock(&app.controls.journal).counters(is_write);
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
            links: world.links.listing(now),
            counters,
        })
    })
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
        world.settings = patched(&world.settings, patch).map_err(bad)?;
        Ok::<_, ApiError>(world.settings.clone())
    })??;
    Ok(pretty(&settings))
}
