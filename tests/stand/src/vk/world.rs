//! Everything that is kept over a restart: records, each caller's numbers of chats, threads.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::error::ApiError;
use super::model::{
    Action, Actor, Chat, ChatId, Community, Gone, Member, Message, Person, Place, Thread, Token, VideoCall,
};
use super::settings::Settings;
use crate::serving::clock::Millis;
use crate::serving::random;

#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct World {
    pub(crate) settings: Settings,
    pub(crate) communities: BTreeMap<u64, Community>,
    pub(crate) people: BTreeMap<u64, Person>,
    /// By the token itself.
    pub(crate) tokens: BTreeMap<String, Token>,
    pub(crate) chats: BTreeMap<ChatId, Chat>,
    /// The chats of each caller; a chat's number is its place, from 1.
    pub(crate) numbering: BTreeMap<Actor, Vec<ChatId>>,
    /// Private conversations of a community (outer key) with people.
    pub(crate) dialogues: BTreeMap<u64, BTreeMap<u64, Thread>>,
    pub(crate) calls: BTreeMap<String, VideoCall>,
    /// The last number over all messages.
    last_message: u64,
    last_chat: ChatId,
}

/// Something about to be said.
#[derive(Clone, Default)]
pub(crate) struct Said {
    pub(crate) from: Actor,
    pub(crate) random_id: i64,
    pub(crate) text: String,
    pub(crate) attachment: String,
    pub(crate) action: Option<Action>,
    pub(crate) hidden_until: Option<Millis>,
}

/// The opaque part of a link: sometimes with `/`, `+` and `=`, as they are.
pub(crate) fn opaque() -> Result<String, ApiError> {
    let bytes = [random(), random()];
    let bytes: Result<Vec<[u8; 16]>, String> = bytes.into_iter().collect();
    bytes.map(|bytes| STANDARD.encode(bytes.concat())).map_err(|trouble| ApiError::fault(&trouble))
}

impl Action {
    pub(crate) fn of(kind: &str) -> Action {
        Action { kind: kind.to_owned(), member: None, text: None }
    }

    pub(crate) fn about(kind: &str, member: Actor) -> Action {
        Action { member: Some(member), ..Action::of(kind) }
    }

    pub(crate) fn saying(kind: &str, text: &str) -> Action {
        Action { text: Some(text.to_owned()), ..Action::of(kind) }
    }
}

impl Chat {
    pub(crate) fn member(&self, actor: Actor) -> Option<&Member> {
        self.members.iter().find(|member| member.id == actor)
    }

    pub(crate) fn is_admin(&self, actor: Actor) -> bool {
        self.member(actor).is_some_and(|member| member.admin)
    }
}

impl World {
    /// A state without records, under the same settings.
    pub(crate) fn emptied(&self) -> World {
        World { settings: self.settings.clone(), ..World::default() }
    }

    /// Takes over the numbering of a copy that will be thrown away, so that numbers it gave stay unused.
    pub(crate) fn skip_numbers_of(&mut self, copy: &World) {
        (self.last_message, self.last_chat) = (copy.last_message, copy.last_chat);
    }

    /// A chat with nobody in it and no number yet.
    pub(crate) fn new_chat(&mut self, owner: Actor, title: &str, hidden_until: Option<Millis>) -> ChatId {
        self.last_chat += 1;
        let chat = Chat {
            id: self.last_chat,
            owner,
            title: title.to_owned(),
            numbers: BTreeMap::new(),
            members: Vec::new(),
            gone: BTreeMap::new(),
            link: None,
            pinned: None,
            disabled: false,
            quiet: false,
            thread: Thread::default(),
            hidden_until,
        };
        self.chats.insert(chat.id, chat);
        self.last_chat
    }

    /// The chat that the actor knows under this number.
    pub(crate) fn numbered(&self, actor: Actor, number: u64) -> Option<&Chat> {
        let place = usize::try_from(number).ok()?.checked_sub(1)?;
        self.chats.get(self.numbering.get(&actor)?.get(place)?)
    }

    /// Puts somebody into a chat, where they are not there already; the first time it gets their next number.
    pub(crate) fn join(&mut self, id: ChatId, actor: Actor, invited_by: Actor, now: Millis) {
        let admin = self.rules(id, actor);
        let Some(chat) = self.chats.get_mut(&id) else { return };
        if chat.member(actor).is_some() {
            return;
        }
        chat.gone.remove(&actor);
        chat.members.push(Member { id: actor, invited_by, joined: now, admin });
        let own = self.numbering.entry(actor).or_default();
        chat.numbers.entry(actor).or_insert_with(|| {
            own.push(id);
            own.len() as u64
        });
    }

    /// Is the actor an administrator of the chat by what they are: its owner, or a manager of the community it is of?
    fn rules(&self, id: ChatId, actor: Actor) -> bool {
        let Some(chat) = self.chats.get(&id) else { return false };
        let manages = |community: &Community| {
            u64::try_from(actor).is_ok_and(|person| community.managers.contains(&person))
        };
        chat.owner == actor || self.community_of(chat).is_some_and(manages)
    }

    /// The community whose chat this is; none: a person's.
    pub(crate) fn community_of(&self, chat: &Chat) -> Option<&Community> {
        u64::try_from(-chat.owner).ok().and_then(|id| self.communities.get(&id))
    }

    /// Takes somebody out of a chat; false: they were not in it.
    pub(crate) fn part(&mut self, id: ChatId, actor: Actor, how: Gone) -> bool {
        let Some(chat) = self.chats.get_mut(&id) else { return false };
        let before = chat.members.len();
        chat.members.retain(|member| member.id != actor);
        let was_in = chat.members.len() < before;
        if was_in {
            chat.gone.insert(actor, how);
        }
        was_in
    }

    /// What was said in one place; none: there is no such chat, or nothing was said in private yet.
    pub(crate) fn thread(&self, place: Place) -> Option<&Thread> {
        match place {
            Place::Chat(id) => self.chats.get(&id).map(|chat| &chat.thread),
            Place::Private { community, person } => self.dialogues.get(&community)?.get(&person),
        }
    }

    fn thread_mut(&mut self, place: Place) -> Option<&mut Thread> {
        match place {
            Place::Chat(id) => self.chats.get_mut(&id).map(|chat| &mut chat.thread),
            Place::Private { community, person } => {
                Some(self.dialogues.entry(community).or_default().entry(person).or_default())
            }
        }
    }

    /// Adds a message; none: there is no such chat.
    pub(crate) fn say(&mut self, place: Place, said: Said, now: Millis) -> Option<Message> {
        let id = self.last_message + 1;
        let thread = self.thread_mut(place)?;
        thread.last_cmid += 1;
        let cmid = thread.last_cmid;
        let Said { from, random_id, text, attachment, action, hidden_until } = said;
        let message =
            Message { cmid, id, from, random_id, text, date: now, attachment, action, hidden_until };
        thread.messages.push(message.clone());
        self.last_message = id;
        Some(message)
    }

    /// Notes among the messages of a chat that something happened there.
    pub(crate) fn note(&mut self, id: ChatId, from: Actor, action: Action, now: Millis) {
        self.say(Place::Chat(id), Said { from, action: Some(action), ..Said::default() }, now);
    }

    /// The chat behind a link that is alive.
    pub(crate) fn linked(&self, link: &str) -> Option<&Chat> {
        let opaque = link.trim().split_once("/join/")?.1;
        self.chats.values().find(|chat| chat.link.as_deref() == Some(opaque))
    }

    pub(crate) fn person(&self, id: i64) -> Option<&Person> {
        u64::try_from(id).ok().and_then(|id| self.people.get(&id))
    }

    /// By number, by screen name, or by the screen name that everybody has.
    pub(crate) fn person_named(&self, name: &str) -> Option<&Person> {
        let by_number =
            name.strip_prefix("id").unwrap_or(name).parse().ok().and_then(|id| self.people.get(&id));
        let by_name = || self.people.values().find(|person| person.screen_name.as_deref() == Some(name));
        by_number.or_else(by_name)
    }

    pub(crate) fn community(&self, id: i64) -> Option<&Community> {
        u64::try_from(id).ok().and_then(|id| self.communities.get(&id))
    }

    /// May this person be in chats of this kind at all?
    pub(crate) fn is_let_in(&self, chat: &Chat, person: i64) -> bool {
        let person = u64::try_from(person).unwrap_or_default();
        self.community_of(chat).is_none_or(|community| {
            !community.closed || community.members.contains(&person) || community.managers.contains(&person)
        })
    }
}
