//! Listings page by page, and when one is complete.

use std::collections::BTreeSet;

use exchange_sdk::Message;
use exchange_sdk::http::{Http, Request};

use super::Vk;
use super::answers::{Conversation, Entry, Listed, Member, Message as Written};
use crate::messenger::{Each, Fault, Said};

/// Most conversations, messages or calls of a page.
pub(super) const SIZE: usize = 200;
/// Most members of a page.
const MEMBERS: usize = 1_000;
/// Most pages of a listing.
const PAGES: usize = 100;
/// Most pages of what was said in one conversation: five thousand messages.
const HISTORY: usize = 25;
/// So often a listing is read again that changed meanwhile.
const TRIES: usize = 3;

/// All conversations. Who is spoken to moves to the top: one from a page to come may move to a page that was read. So
/// there must be as many as are counted, or it is read again.
pub(super) fn conversations(
    page: impl Fn(usize) -> Result<Listed<Entry>, Fault>,
) -> Result<Vec<Conversation>, Fault> {
    for _ in 0..TRIES {
        if let Some(all) = pass(&page)? {
            return Ok(all);
        }
    }
    Err(Fault::Incomplete(Message::new("listing-moves")))
}

/// One passage; `None`: some are missing.
fn pass(page: impl Fn(usize) -> Result<Listed<Entry>, Fault>) -> Result<Option<Vec<Conversation>>, Fault> {
    let (mut all, mut seen) = (Vec::new(), BTreeSet::new());
    for number in 0..PAGES {
        let listed = page(number * SIZE)?;
        let last = listed.items.is_empty() || ((number + 1) * SIZE) as u64 >= listed.count;
        let entries = listed.items.into_iter().map(|entry| entry.conversation);
        all.extend(entries.filter(|one| seen.insert(one.peer.id)));
        if last {
            return Ok((seen.len() as u64 >= listed.count).then_some(all));
        }
    }
    Err(Fault::Incomplete(Message::new("listing-too-long")))
}

/// The people in these chats.
pub(super) fn members<H: Http>(vk: &Vk<'_, H>, peers: &[i64]) -> Each<Vec<i64>> {
    let request = |peer: i64, offset: usize| {
        vk.of_community("list-members").form("peer_id", peer).form("offset", offset).form("count", MEMBERS)
    };
    let first: Vec<Request> = peers.iter().map(|peer| request(*peer, 0)).collect();
    let first = vk.ask_each::<Listed<Member>>(&first)?;
    let all = peers.iter().zip(first).map(|(peer, first)| {
        let mut page = first?;
        let (mut people, mut read) = (BTreeSet::new(), 0);
        for _ in 0..PAGES {
            read += page.items.len();
            let empty = page.items.is_empty();
            people.extend(page.items.iter().map(|member| member.member_id).filter(|id| *id > 0));
            if empty || read as u64 >= page.count {
                return Ok(people.into_iter().collect());
            }
            page = vk.ask(request(*peer, read))?;
        }
        Err(Fault::Incomplete(Message::new("listing-too-long")))
    });
    super::each(all)
}

/// What the community said in these conversations since a moment, newest first.
pub(super) fn said<H: Http>(vk: &Vk<'_, H>, since: &[(i64, i64)]) -> Each<Vec<Said>> {
    let request = |peer: i64, offset: usize| {
        vk.of_community("get-history").form("peer_id", peer).form("offset", offset).form("count", SIZE)
    };
    let first: Vec<Request> = since.iter().map(|(peer, _)| request(*peer, 0)).collect();
    let first = vk.ask_each::<Listed<Written>>(&first)?;
    let all = since.iter().zip(first).map(|((peer, since), first)| {
        let mut page = first?;
        let (mut own, mut seen, mut read) = (Vec::new(), BTreeSet::new(), 0);
        for left in (0..HISTORY).rev() {
            read += page.items.len();
            let reached = page.items.last().is_none_or(|oldest| oldest.date * 1_000 < *since);
            // A message that came meanwhile shifts the pages: what was read is read once more, never skipped.
            let news = page.items.iter().filter_map(|message| message.own(vk.number));
            own.extend(news.filter(|said| seen.insert(said.id)));
            if reached || read as u64 >= page.count {
                return Ok(own);
            }
            if left > 0 {
                page = vk.ask(request(*peer, read))?;
            }
        }
        Err(Fault::Incomplete(Message::new("history-too-long")))
    });
    super::each(all)
}
