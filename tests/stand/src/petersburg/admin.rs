//! The part of the remote control that knows what is kept: state, seed, settings; and a teacher who links or unlinks.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::Response;
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};

use super::app::Shared;
use super::model::{Account, Institution, Teacher, VkLink};
use super::seed::Seed;
use super::settings::Settings;
use super::world::World;
use crate::serving::answer::pretty;
use crate::serving::clock::Millis;
use crate::serving::control::{Refused, body, done, patched};
use crate::serving::journal::Counters;
use crate::serving::lock;

/// A whole city's teachers fit into this many bytes.
const LARGEST_SEED: usize = 256 << 20;

pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/_stand/state", get(state))
        .route("/_stand/seed", post(seed))
        .route("/_stand/settings", get(settings).post(set_settings))
        .route("/_stand/link", post(link))
        .layer(DefaultBodyLimit::max(LARGEST_SEED))
}

/// Everything there is but secrets.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StateOut {
    institutions: Vec<Institution>,
    teachers: Vec<Teacher>,
    accounts: Vec<Account>,
    /// Tokens alive now.
    sessions: usize,
    counters: Counters,
}

impl StateOut {
    fn of(world: &World, now: Millis, counters: Counters) -> StateOut {
        let bare = |account: &Account| Account { password: String::new(), ..account.clone() };
        StateOut {
            institutions: world.institutions.values().cloned().collect(),
            teachers: world.teachers.values().cloned().collect(),
            accounts: world.accounts.values().map(bare).collect(),
            sessions: world.sessions.values().filter(|session| session.expires > now).count(),
            counters,
        }
    }
}

fn unsaved(text: String) -> Refused {
    Refused::new("serverError", text)
}

async fn state(State(app): State<Shared>) -> Response {
    // Nothing can be written at the portal.
    let counters = lock(&app.controls.journal).counters(|_, _| false);
    app.read(|world, now| pretty(&StateOut::of(world, now, counters)))
}

async fn seed(State(app): State<Shared>, bytes: Bytes) -> Result<Response, Refused> {
    let seed: Seed = body(&bytes)?;
    app.write(|world, _| seed.sow(world)).map_err(unsaved)?;
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
        world.settings = settings.clone();
        Ok(settings)
    });
    Ok(pretty(&settings.map_err(unsaved)??))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Linking {
    teacher: u64,
    /// `null`: the teacher unlinks.
    vk_id: Option<u64>,
}

/// A teacher links a VK ID at the portal, or takes it back.
async fn link(State(app): State<Shared>, bytes: Bytes) -> Result<Response, Refused> {
    let Linking { teacher, vk_id } = body(&bytes)?;
    let linked = app.write(|world, now| {
        let teacher = world.teachers.get_mut(&teacher)?;
        teacher.vk = vk_id.map(|id| VkLink { id, linked_at: now });
        Some(())
    });
    let linked = linked.map_err(unsaved)?;
    linked.map(|()| done()).ok_or_else(|| Refused::invalid(format!("There is no teacher {teacher}")))
}
