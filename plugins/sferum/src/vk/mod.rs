//! VK as a messenger: the methods of `api.vk.ru`, version 5.199.
//!
//! Everything is asked for in the name of the community, with its token; calls with the technical account's. The
//! methods of scheduled calls are VK's own client's, undocumented and without any promise.

mod answers;
mod envelope;
mod fault;
mod pages;
#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;

use std::cell::Cell;

use exchange_sdk::Message;
use exchange_sdk::http::{Http, Request};
use serde::de::DeserializeOwned;

use crate::messenger::{Call, Chat, Each, Fault, Messenger, Rights, Said, Schedule, Scheduled};
use answers::{Allowed, Created, FIRST_CHAT, Groups, InviteLink, Permissions, Planned, Sent, Started, User};
use envelope::{read, to, write};
use fault::{Whose, fault};

/// Most pages of scheduled calls.
const PAGES: usize = 50;

/// VK, in the name of a community.
pub struct Vk<'a, H> {
    http: &'a H,
    community: &'a str,
    number: i64,
    /// Was the token found to be the community's?
    ours: Cell<bool>,
}

impl<'a, H: Http> Vk<'a, H> {
    /// In the name of this community.
    pub fn new(http: &'a H, community: &'a str) -> Self {
        let number = community.parse().unwrap_or_default();
        Self { http, community, number, ours: Cell::new(false) }
    }

    fn of_community(&self, operation: &str) -> Request {
        to(operation).form("group_id", self.community)
    }

    fn ask<T: DeserializeOwned>(&self, request: Request) -> Result<T, Fault> {
        read(self.http.send(request), Whose::Community)
    }

    /// An answer to each request; what concerns all of them ends it.
    fn ask_each<T: DeserializeOwned>(&self, requests: &[Request]) -> Each<T> {
        let answers = self.http.send_all(requests).into_iter();
        each(answers.map(|answer| read(answer, Whose::Community)))
    }

    fn tell<T: DeserializeOwned>(&self, place: usize, request: Request) -> Result<T, Fault> {
        write(self.http.send(request.changes([place])), Whose::Community)
    }

    fn tell_account<T: DeserializeOwned>(&self, place: usize, request: Request) -> Result<T, Fault> {
        write(self.http.send(request.changes([place])), Whose::Account)
    }
}

/// Faults that concern one thing stay with it.
fn each<T>(answers: impl Iterator<Item = Result<T, Fault>>) -> Each<T> {
    answers
        .map(|answer| match answer {
            Err(fault) if !fault.is_of_one() => Err(fault),
            answer => Ok(answer),
        })
        .collect()
}

fn scheduled(request: Request, schedule: &Schedule) -> Request {
    request
        .form("name", &schedule.title)
        .form("time", schedule.starts)
        .form("duration", schedule.ends - schedule.starts)
}

impl<H: Http> Messenger for Vk<'_, H> {
    fn is_ours(&self) -> Result<(), Fault> {
        if self.ours.get() {
            return Ok(());
        }
        // Without a number it is the token's own community.
        let groups: Groups = self.ask(to("get-community"))?;
        if !groups.into_list().iter().any(|group| group.id == self.number) {
            return Err(Fault::Community(Message::new("other-community")));
        }
        self.ours.set(true);
        Ok(())
    }

    fn rights(&self) -> Result<Rights, Fault> {
        let answer: Permissions = self.ask(to("get-token-permissions"))?;
        let has = |name: &str| answer.permissions.iter().any(|right| right.name == name);
        Ok(Rights { messages: has("messages"), manage: has("manage") })
    }

    fn account(&self) -> Result<bool, Fault> {
        let answer: Result<Vec<User>, Fault> = read(self.http.send(to("get-account")), Whose::Account);
        match answer {
            Ok(users) => Ok(!users.is_empty()),
            Err(Fault::Item(..)) => Ok(false),
            Err(fault) => Err(fault),
        }
    }

    fn all_chats(&self) -> Result<Vec<Chat>, Fault> {
        self.is_ours()?;
        pages::conversations(|offset| {
            self.ask(
                self.of_community("list-conversations").form("offset", offset).form("count", pages::SIZE),
            )
        })
        .map(|all| all.into_iter().filter_map(|one| one.chat(self.number)).collect())
    }

    fn chats(&self, peers: &[i64]) -> Result<Vec<Chat>, Fault> {
        self.is_ours()?;
        let requests: Vec<Request> = peers
            .chunks(100)
            .map(|peers| self.of_community("get-conversations").form("peer_ids", comma(peers)))
            .collect();
        let answers: Vec<Result<answers::Listed<answers::Conversation>, Fault>> = self.ask_each(&requests)?;
        let mut chats = Vec::new();
        for answer in answers {
            match answer {
                Ok(listed) => chats.extend(listed.items.into_iter().filter_map(|one| one.chat(self.number))),
                // One that is not to be had may spoil the answer for all: the listing tells.
                Err(Fault::Lost) => return self.among_all(peers),
                Err(fault) => return Err(fault),
            }
        }
        // Of a chat that the community does not administer nothing may be told here.
        if peers.iter().all(|peer| chats.iter().any(|chat| chat.peer == *peer)) {
            return Ok(chats);
        }
        self.among_all(peers)
    }

    fn members(&self, peers: &[i64]) -> Each<Vec<i64>> {
        if peers.is_empty() {
            return Ok(Vec::new());
        }
        self.is_ours()?;
        pages::members(self, peers)
    }

    fn invite_links(&self, peers: &[i64]) -> Each<String> {
        if peers.is_empty() {
            return Ok(Vec::new());
        }
        self.is_ours()?;
        let request = |peer: &i64| self.of_community("get-invite-link").form("peer_id", peer);
        let links = self.ask_each::<InviteLink>(&peers.iter().map(request).collect::<Vec<_>>())?;
        Ok(links.into_iter().map(|link| link.map(|link| link.link)).collect())
    }

    fn said(&self, since: &[(i64, i64)]) -> Each<Vec<Said>> {
        if since.is_empty() {
            return Ok(Vec::new());
        }
        self.is_ours()?;
        pages::said(self, since)
    }

    fn may_write(&self, people: &[i64]) -> Each<bool> {
        if people.is_empty() {
            return Ok(Vec::new());
        }
        self.is_ours()?;
        let request = |person: &i64| self.of_community("may-write").form("user_id", person);
        let answers = self.ask_each::<Allowed>(&people.iter().map(request).collect::<Vec<_>>())?;
        Ok(answers.into_iter().map(|answer| answer.map(|answer| answer.is_allowed == 1)).collect())
    }

    fn create_chat(&self, place: usize, title: &str, people: &[String]) -> Result<i64, Fault> {
        self.is_ours()?;
        let request = self.of_community("create-chat").form("title", title);
        let request = if people.is_empty() { request } else { request.form("user_ids", people.join(",")) };
        self.tell(place, request).map(|created: Created| created.peer())
    }

    fn rename(&self, place: usize, peer: i64, title: &str) -> Result<(), Fault> {
        let request =
            self.of_community("rename-chat").form("chat_id", peer - FIRST_CHAT).form("title", title);
        self.tell(place, request).map(|_: u8| ())
    }

    fn remove(&self, place: usize, peer: i64, person: i64) -> Result<(), Fault> {
        let request = self.of_community("remove-member").form("chat_id", peer - FIRST_CHAT);
        match self.tell::<u8>(place, request.form("member_id", person)) {
            // Whom VK no longer knows is in no chat.
            Err(Fault::Item(why, _)) if why.code == "person-unknown" => Err(Fault::Absent),
            answer => answer.map(|_| ()),
        }
    }

    fn say(&self, place: usize, peer: i64, number: i64, text: &str) -> Result<i64, Fault> {
        let request = self
            .of_community("send-message")
            .form("peer_ids", peer)
            .form("random_id", number)
            .form("message", text);
        let sent: Vec<Sent> = self.tell(place, request)?;
        match sent.as_slice() {
            [Sent { error: Some(refused), .. }] => Err(fault(refused.code, Whose::Community)),
            [Sent { conversation_message_id: Some(id), .. }] => Ok(*id),
            _ => Err(Fault::Broken(exchange_sdk::failure::unknown_outcome(200))),
        }
    }

    fn start_call(&self, place: usize, schedule: Option<&Schedule>) -> Result<Call, Fault> {
        let request = self.of_community("start-call");
        let request = match schedule {
            Some(schedule) => scheduled(request, schedule),
            None => request,
        };
        self.tell_account(place, request).map(Started::call)
    }

    fn end_call(&self, place: usize, id: &str) -> Result<(), Fault> {
        self.tell_account(place, to("end-call").form("call_id", id)).map(|_: u8| ())
    }

    fn scheduled_calls(&self) -> Result<Vec<Scheduled>, Fault> {
        let (mut all, mut from) = (Vec::new(), None::<String>);
        for _ in 0..PAGES {
            let request = to("list-scheduled-calls").form("count", pages::SIZE);
            let request = match &from {
                Some(from) => request.form("start_from", from),
                None => request,
            };
            let page: Planned = read(self.http.send(request), Whose::Account)?;
            all.extend(page.items.into_iter().map(answers::PlannedCall::scheduled));
            match page.next_from.filter(|next| !next.is_empty()) {
                Some(next) => from = Some(next),
                None => return Ok(all),
            }
        }
        Err(Fault::Incomplete(Message::new("listing-too-long")))
    }

    fn move_call(&self, place: usize, id: &str, schedule: &Schedule) -> Result<(), Fault> {
        let request = scheduled(to("edit-scheduled-call").form("call_id", id), schedule);
        self.tell_account(place, request).map(|_: u8| ())
    }

    fn delete_call(&self, place: usize, id: &str) -> Result<(), Fault> {
        self.tell_account(place, to("delete-scheduled-call").form("call_id", id)).map(|_: u8| ())
    }
}

impl<H: Http> Vk<'_, H> {
    fn among_all(&self, peers: &[i64]) -> Result<Vec<Chat>, Fault> {
        Ok(self.all_chats()?.into_iter().filter(|chat| peers.contains(&chat.peer)).collect())
    }
}

fn comma(numbers: &[i64]) -> String {
    numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(",")
}
