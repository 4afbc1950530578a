//! What was said: by pages, and by the numbers inside a conversation.

use serde_json::{Value, json};

use super::conversations::extended;
use super::{Answered, Call};
use crate::vk::error::ApiError;
use crate::vk::model::{Actor, Message, Thread};
use crate::vk::shapes;

/// The thread of this conversation; in a private one nothing may have been said yet.
fn thread(call: &Call<'_>, actor: Actor, peer: i64) -> Result<Thread, ApiError> {
    let place = call.peer(actor, peer)?;
    Ok(call.world.thread(place).cloned().unwrap_or_default())
}

/// `messages.getHistory`: newest first, unless `rev`.
pub(super) fn list(call: &mut Call<'_>) -> Answered {
    let actor = call.actor()?;
    let peer = call.params.int("peer_id")?.or(call.params.int("user_id")?);
    let peer = peer.ok_or_else(|| ApiError::undefined("peer_id"))?;
    let (offset, count) =
        (call.params.number("offset", 0, 0..=usize::MAX)?, call.params.number("count", 20, 0..=200)?);
    let reverse = call.params.flag("rev")?;
    let thread = thread(call, actor, peer)?;
    let mut messages: Vec<&Message> = shapes::visible(&thread, call.now).collect();
    if !reverse {
        messages.reverse();
    }
    let page: Vec<&Message> = messages.iter().copied().skip(offset).take(count).collect();
    answer(call, actor, peer, &page, messages.len())
}

/// `messages.getByConversationMessageId`: those it does not find are left out.
pub(super) fn by_cmid(call: &mut Call<'_>) -> Answered {
    let actor = call.actor()?;
    let peer = call.params.need_int("peer_id")?;
    call.params.need("conversation_message_ids")?;
    let wanted = call.params.ints("conversation_message_ids", 100)?;
    let thread = thread(call, actor, peer)?;
    let wanted = |message: &&Message| wanted.iter().any(|cmid| u64::try_from(*cmid) == Ok(message.cmid));
    let found: Vec<&Message> = shapes::visible(&thread, call.now).filter(wanted).collect();
    answer(call, actor, peer, &found, found.len())
}

fn answer(call: &Call<'_>, actor: Actor, peer: i64, messages: &[&Message], count: usize) -> Answered {
    let shape = |message: &&Message| shapes::message(message, actor, peer);
    let items: Vec<Value> = messages.iter().map(shape).collect();
    let about = messages.iter().map(|message| message.from).collect();
    extended(call, json!({ "count": count, "items": items }), about)
}
