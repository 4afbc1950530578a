//! Filling the stand-in: communities, people, tokens, chats that were there before.
//!
//! A record whose id is known replaces the one there; chats are always added.

use serde::Deserialize;

use super::model::{Action, Actor, Community, Person, Place, Token};
use super::world::{Said, World};
use crate::serving::clock::Millis;

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub(crate) struct Seed {
    /// Throw away everything there was (settings stay).
    replace: bool,
    communities: Vec<Community>,
    people: Vec<Person>,
    tokens: Vec<Token>,
    chats: Vec<SeedChat>,
}

/// A chat that somebody made before.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SeedChat {
    /// A community with a minus, or a person.
    owner: Actor,
    title: String,
    #[serde(default)]
    members: Vec<Actor>,
    #[serde(default)]
    messages: Vec<SeedMessage>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SeedMessage {
    from: Actor,
    text: String,
}

impl Seed {
    /// Every token has an owner, every chat too.
    pub(crate) fn check(&self, world: &World) -> Result<(), String> {
        let old = |known: bool| known && !self.replace;
        let community = |id: u64| {
            self.communities.iter().any(|own| own.id == id) || old(world.communities.contains_key(&id))
        };
        let person =
            |id: u64| self.people.iter().any(|own| own.id == id) || old(world.people.contains_key(&id));
        let actor = |id: Actor| match id {
            ..0 => community(id.unsigned_abs()),
            _ => person(id.unsigned_abs()),
        };
        for token in &self.tokens {
            use super::model::Kind;
            let owned = match token.kind {
                Kind::Community | Kind::Partner => token.community.is_some_and(community),
                Kind::User => token.user.is_some_and(person),
                Kind::Service => true,
            };
            if !owned {
                return Err("a token names no community or person that there is".into());
            }
        }
        let strangers = |chat: &SeedChat| !actor(chat.owner) || !chat.members.iter().all(|id| actor(*id));
        match self.chats.iter().find(|chat| strangers(chat)) {
            Some(chat) => Err(format!("the chat `{}` names somebody whom there is not", chat.title)),
            None => Ok(()),
        }
    }

    pub(crate) fn sow(self, world: &mut World, now: Millis) {
        if self.replace {
            *world = world.emptied();
        }
        world.communities.extend(self.communities.into_iter().map(|community| (community.id, community)));
        world.people.extend(self.people.into_iter().map(|person| (person.id, person)));
        world.tokens.extend(self.tokens.into_iter().map(|token| (token.token.clone(), token)));
        self.chats.into_iter().for_each(|chat| chat.sow(world, now));
    }
}

impl SeedChat {
    fn sow(self, world: &mut World, now: Millis) {
        let id = world.new_chat(self.owner, &self.title, None);
        world.join(id, self.owner, self.owner, now);
        self.members.into_iter().for_each(|member| world.join(id, member, self.owner, now));
        world.note(id, self.owner, Action::saying("chat_create", &self.title), now);
        for SeedMessage { from, text } in self.messages {
            world.say(Place::Chat(id), Said { from, text, ..Said::default() }, now);
        }
    }
}
