//! Pinning a message in a chat.

use serde_json::json;

use super::{Answered, Call, administers};
use crate::vk::error::ApiError;
use crate::vk::model::{Action, FIRST_CHAT_PEER};
use crate::vk::shapes;

/// `messages.pin`: for a community only `cmid` names a message of a chat, whose other number it sees as 0.
pub(super) fn pin(call: &mut Call<'_>) -> Answered {
    let actor = call.actor()?;
    let chat = call.chat_by_peer(actor)?;
    administers(chat, actor, 925)?;
    let (id, cmid) = (call.params.int("message_id")?, call.params.int("cmid")?);
    let found = chat.thread.messages.iter().find(|message| match (cmid, id) {
        (Some(cmid), _) => u64::try_from(cmid) == Ok(message.cmid),
        (None, Some(id)) => actor > 0 && u64::try_from(id) == Ok(message.id),
        (None, None) => false,
    });
    let message = found.cloned().ok_or_else(|| ApiError::invalid("message_id"))?;
    let chat = chat.id;
    if let Some(chat) = call.world.chats.get_mut(&chat) {
        chat.pinned = Some(message.cmid);
    }
    call.world.note(chat, actor, Action::about("chat_pin_message", actor), call.now);
    let number = i64::try_from(call.world.chats[&chat].numbers[&actor]).unwrap_or_default();
    Ok(shapes::pinned(&message, actor, FIRST_CHAT_PEER + number))
}

/// `messages.unpin`.
pub(super) fn unpin(call: &mut Call<'_>) -> Answered {
    let actor = call.actor()?;
    let chat = call.chat_by_peer(actor)?;
    administers(chat, actor, 925)?;
    let id = chat.id;
    if let Some(chat) = call.world.chats.get_mut(&id) {
        chat.pinned = None;
    }
    call.world.note(id, actor, Action::about("chat_unpin_message", actor), call.now);
    Ok(json!(1))
}
