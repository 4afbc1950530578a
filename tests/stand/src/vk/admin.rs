//! The part of the remote control that knows what is kept: state, seed, settings.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::Response;
use axum::routing::{get, post};
use serde::Serialize;

use super::app::Shared;
use super::error::ApiError;
use super::methods::is_write;
use super::model::{
    Action, Actor, Chat, ChatId, Community, FIRST_CHAT_PEER, Gone, Kind, Member, Message, Person, Right,
    Token, VideoCall,
};
use super::seed::Seed;
use super::settings::Settings;
use super::shapes;
use super::world::World;
use crate::serving::answer::pretty;
use crate::serving::control::{Refused, body, done, patched};
use crate::serving::journal::Counters;
use crate::serving::lock;

/// A whole region fits into this many bytes.
const LARGEST_SEED: usize = 256 << 20;

pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/_stand/state", get(state))
        .route("/_stand/seed", post(seed))
        .route("/_stand/settings", get(settings).post(set_settings))
        .layer(DefaultBodyLimit::max(LARGEST_SEED))
}

/// Everything there is, hidden or not; of tokens only whose they are.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StateOut {
    communities: Vec<Community>,
    people: Vec<Person>,
    tokens: Vec<TokenOut>,
    chats: Vec<ChatOut>,
    dialogues: Vec<DialogueOut>,
    calls: Vec<CallOut>,
    counters: Counters,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TokenOut {
    kind: Kind,
    community: Option<u64>,
    user: Option<u64>,
    rights: Vec<Right>,
    revoked: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ChatOut {
    /// The stand-in's own number, for `/_stand/act`.
    id: ChatId,
    title: String,
    owner: Actor,
    /// Who calls it by which peer.
    peers: BTreeMap<Actor, i64>,
    members: Vec<Member>,
    gone: BTreeMap<Actor, Gone>,
    invite_link: Option<String>,
    pinned: Option<u64>,
    disabled: bool,
    quiet: bool,
    messages: Vec<MessageOut>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DialogueOut {
    community: u64,
    person: u64,
    messages: Vec<MessageOut>,
}

/// What was said; what happened has `action` instead of a text.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MessageOut {
    cmid: u64,
    from: Actor,
    random_id: i64,
    text: String,
    date: i64,
    #[serde(skip_serializing_if = "String::is_empty")]
    attachment: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<Action>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CallOut {
    join_link: String,
    #[serde(flatten)]
    call: VideoCall,
}

impl From<&Token> for TokenOut {
    fn from(token: &Token) -> Self {
        let Token { kind, community, user, revoked, .. } = *token;
        TokenOut { kind, community, user, rights: token.rights.clone(), revoked }
    }
}

impl From<&Message> for MessageOut {
    fn from(message: &Message) -> Self {
        let Message { cmid, from, random_id, date, .. } = *message;
        let (text, attachment) = (message.text.clone(), message.attachment.clone());
        MessageOut { cmid, from, random_id, text, date, attachment, action: message.action.clone() }
    }
}

impl From<&Chat> for ChatOut {
    fn from(chat: &Chat) -> Self {
        let peer = |number: &u64| FIRST_CHAT_PEER + i64::try_from(*number).unwrap_or_default();
        ChatOut {
            id: chat.id,
            title: chat.title.clone(),
            owner: chat.owner,
            peers: chat.numbers.iter().map(|(actor, number)| (*actor, peer(number))).collect(),
            members: chat.members.clone(),
            gone: chat.gone.clone(),
            invite_link: chat.link.as_deref().map(shapes::invite_link),
            pinned: chat.pinned,
            disabled: chat.disabled,
            quiet: chat.quiet,
            messages: chat.thread.messages.iter().map(MessageOut::from).collect(),
        }
    }
}

impl From<&VideoCall> for CallOut {
    fn from(call: &VideoCall) -> Self {
        CallOut { join_link: shapes::join_link(call), call: call.clone() }
    }
}

fn dialogues(world: &World) -> Vec<DialogueOut> {
    let all = world
        .dialogues
        .iter()
        .flat_map(|(community, own)| own.iter().map(|(person, thread)| (*community, *person, thread)));
    let shown = all.map(|(community, person, thread)| {
        let messages = thread.messages.iter().map(MessageOut::from).collect();
        DialogueOut { community, person, messages }
    });
    shown.collect()
}

async fn state(State(app): State<Shared>) -> Response {
    let counters = lock(&app.controls.journal).counters(|_, method| is_write(method));
    app.read(|world, _| {
        pretty(&StateOut {
            communities: world.communities.values().cloned().collect(),
            people: world.people.values().cloned().collect(),
            tokens: world.tokens.values().map(TokenOut::from).collect(),
            chats: world.chats.values().map(ChatOut::from).collect(),
            dialogues: dialogues(world),
            calls: world.calls.values().map(CallOut::from).collect(),
            counters,
        })
    })
}

fn refused(error: ApiError) -> Refused {
    Refused::new("serverError", error.text)
}

async fn seed(State(app): State<Shared>, bytes: Bytes) -> Result<Response, Refused> {
    let seed: Seed = body(&bytes)?;
    let sown = app.write(|world, now| seed.check(world).map(|()| seed.sow(world, now)));
    sown.map_err(refused)?.map_err(Refused::invalid)?;
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
    Ok(pretty(&settings.map_err(refused)??))
}
