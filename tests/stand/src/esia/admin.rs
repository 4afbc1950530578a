//! The part of the remote control that knows what is kept: state, seed, settings, certificates.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::Response;
use axum::routing::{get, post};
use serde::Serialize;

use super::app::Shared;
use super::certificate::{Certificate, fingerprint};
use super::error::Refusal;
use super::model::{Client, Organization, Persona};
use super::public;
use super::seed::Seed;
use super::settings::Settings;
use super::world::World;
use crate::serving::answer::pretty;
use crate::serving::control::{Refused, body, done, patched};
use crate::serving::journal::Counters;
use crate::serving::lock;

/// A whole region's parents fit into this many bytes.
const LARGEST_SEED: usize = 256 << 20;

pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/_stand/state", get(state))
        .route("/_stand/seed", post(seed))
        .route("/_stand/settings", get(settings).post(set_settings))
        .route("/_stand/certificates", get(public::listed))
        .layer(DefaultBodyLimit::max(LARGEST_SEED))
}

/// Everything there is but secrets: passwords, tokens, codes, keys are left out or counted.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StateOut {
    personas: Vec<Persona>,
    organizations: Vec<Organization>,
    clients: Vec<ClientOut>,
    /// System and person → what was let go.
    consents: BTreeMap<String, Vec<String>>,
    /// Alive now.
    sessions: usize,
    codes: usize,
    access_tokens: usize,
    refresh_tokens: usize,
    counters: Counters,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ClientOut {
    id: String,
    name: String,
    redirect_uris: Vec<String>,
    certificates: Vec<String>,
}

impl From<&Client> for ClientOut {
    fn from(client: &Client) -> Self {
        let parsed = client.certificates.iter().filter_map(|text| Certificate::parse(text).ok());
        ClientOut {
            id: client.id.clone(),
            name: client.name.clone(),
            redirect_uris: client.redirect_uris.clone(),
            certificates: parsed.map(|certificate| fingerprint(&certificate.der)).collect(),
        }
    }
}

fn without_password(persona: &Persona) -> Persona {
    Persona { password: String::new(), ..persona.clone() }
}

impl StateOut {
    fn of(world: &World, now: i64, counters: Counters) -> StateOut {
        let words = |all: &std::collections::BTreeSet<String>| all.iter().cloned().collect();
        StateOut {
            personas: world.personas.values().map(without_password).collect(),
            organizations: world.organizations.values().cloned().collect(),
            clients: world.clients.values().map(ClientOut::from).collect(),
            consents: world.consents.iter().map(|(key, all)| (key.clone(), words(all))).collect(),
            sessions: world.sessions.values().filter(|session| session.expires > now).count(),
            codes: world.codes.values().filter(|code| code.expires > now).count(),
            access_tokens: world.access.values().filter(|access| access.expires > now).count(),
            refresh_tokens: world.refresh.values().filter(|token| !token.used && token.expires > now).count(),
            counters,
        }
    }
}

async fn state(State(app): State<Shared>) -> Response {
    let counters = lock(&app.controls.journal).counters(|_, _| false);
    app.read(|world, now| pretty(&StateOut::of(world, now, counters)))
}

fn refused(refusal: Refusal) -> Refused {
    Refused::new("serverError", refusal.description())
}

async fn seed(State(app): State<Shared>, bytes: Bytes) -> Result<Response, Refused> {
    let seed: Seed = body(&bytes)?;
    seed.check().map_err(Refused::invalid)?;
    app.write(|world, _| seed.sow(world)).map_err(refused)?;
    Ok(done())
}

async fn settings(State(app): State<Shared>) -> Response {
    app.read(|world, _| pretty(&world.settings))
}

/// Members given replace their settings; the answer is all of them.
async fn set_settings(State(app): State<Shared>, bytes: Bytes) -> Result<Response, Refused> {
    let patch = body(&bytes)?;
    let settings = app.write(|world, _| {
        let settings: Settings = patched(&world.settings, patch)
            .map_err(|error| Refused::invalid(format!("Bad settings: {error}")))?;
        if settings.signing_key == 0 {
            return Err(Refused::invalid("Bad settings: keys are numbered from 1"));
        }
        world.settings = settings.clone();
        Ok(settings)
    });
    Ok(pretty(&settings.map_err(refused)??))
}
