//! What should exist for a journal (S4, S5, S6), and whose accounts are waited for (S3). Pure.

use std::collections::BTreeSet;

use exchange_sdk::records::Lesson;
use exchange_sdk::{
    DesiredPage, Failure, Item, ItemRef, LeftOut, Message, OutputRef, RecordRef, RecordType, TimeWindow,
    Value, Waiting, WhenGone, days,
};

use crate::journal::{Account, Facts, Person, Verdict, is_called_off, is_coming, next_change, verdict};
use crate::mark;
use crate::prints::{CALL, CHAT, LINK, Prints};
use crate::settings::{Calls, Invitations, Settings};
use crate::zone::Wall;
use crate::{keys, wording};

/// Where and when the question is asked.
pub struct View<'a> {
    /// The task's settings.
    pub settings: &'a Settings,
    /// The school's clock.
    pub wall: Wall,
    /// This moment.
    pub now: i64,
    /// The study year that runs.
    pub year: u16,
    /// The host's keyed hashes.
    pub prints: &'a Prints<'a>,
}

/// The chat of a journal and who belongs in it.
///
/// A journal that is to have no chat (any more) answers nothing, and not that this is all: what is there stays.
///
/// # Errors
/// When the host gives no keyed hash.
pub fn journal(view: &View<'_>, facts: &Facts) -> Result<DesiredPage, Failure> {
    if facts.journal.study_year != view.year {
        return Ok(nothing(Vec::new()));
    }
    if let Some(reason) = left_out(verdict(&facts.journal, &facts.lessons)) {
        let about = RecordRef::new(RecordType::Journal, &facts.journal.id);
        let out = LeftOut { group: facts.class_name(), ..LeftOut::new(about, wording::label(facts), reason) };
        return Ok(nothing(vec![out]));
    }
    Ok(DesiredPage {
        items: Wanted { view, facts }.chat_and_members()?,
        valid_until: valid_until(view, facts),
        ..DesiredPage::whole(Vec::new())
    })
}

/// Calls of a journal's lessons, and what is said of them in its chat. This is always all: a lesson that is by video no
/// more has no call, even where its journal is to have no chat any more.
///
/// # Errors
/// When the host gives no keyed hash.
pub fn lessons(view: &View<'_>, facts: &Facts) -> Result<DesiredPage, Failure> {
    let has_chat = verdict(&facts.journal, &facts.lessons) == Verdict::Chat;
    if facts.journal.study_year != view.year || !has_chat {
        return Ok(DesiredPage::whole(Vec::new()));
    }
    let journal = Wanted { view, facts };
    let mut items = Vec::new();
    for lesson in &facts.lessons {
        items.extend(journal.of_lesson(lesson)?);
    }
    let left_out = journal.without_link();
    Ok(DesiredPage { left_out, valid_until: valid_until(view, facts), ..DesiredPage::whole(items) })
}

/// When the answer changes even if no record does.
fn valid_until(view: &View<'_>, facts: &Facts) -> Option<i64> {
    let year_ends = days::earliest_start(&format!("{}-09-01", view.year + 1));
    let next = next_change(&facts.lessons, view.now, view.settings.horizon());
    [next, year_ends].into_iter().flatten().filter(|moment| *moment > view.now).min()
}

/// Nothing is to be done, and what is there stays.
pub fn nothing(left_out: Vec<LeftOut>) -> DesiredPage {
    DesiredPage { left_out, complete: false, ..DesiredPage::whole(Vec::new()) }
}

fn left_out(verdict: Verdict) -> Option<Message> {
    match verdict {
        Verdict::Chat => None,
        Verdict::NotGeneral => Some(Message::new("out-not-general")),
        Verdict::SelectorOff => Some(Message::new("out-selector-off")),
        Verdict::NoVideoLesson => Some(Message::new("out-no-video-lesson")),
    }
}

/// A journal that is to have a chat.
struct Wanted<'a> {
    view: &'a View<'a>,
    facts: &'a Facts,
}

impl Wanted<'_> {
    fn chat_and_members(&self) -> Result<Vec<Item>, Failure> {
        let people = self.facts.members(self.view.now, self.view.settings.horizon());
        let known: Vec<(&Person, i64)> = people.iter().filter_map(|p| Some((p, number(p)?))).collect();
        let mut items = vec![self.chat(&known)?];
        items.extend(known.iter().map(|(person, number)| self.member(person, *number)));
        if self.view.settings.invitations == Invitations::Message {
            items.extend(known.iter().map(|(person, number)| self.invitation(person, *number)));
        }
        Ok(items)
    }

    fn id(&self) -> &str {
        &self.facts.journal.id
    }

    fn item(&self, kind: &str, key: impl Into<String>) -> Item {
        Item { group: self.facts.class_name(), ..Item::new(kind, key) }
    }

    fn chat(&self, known: &[(&Person, i64)]) -> Result<Item, Failure> {
        let mark = mark::of(&(self.view.prints)(CHAT, self.id())?);
        let mut members: Vec<String> = known.iter().map(|(_, number)| number.to_string()).collect();
        members.sort();
        members.dedup();
        Ok(self
            .item("chat", self.id())
            .label(wording::label(self.facts))
            .about(RecordType::Journal, self.id())
            .field("title", wording::chat_title(self.facts, &mark))
            .create_only("members", members))
    }

    fn member(&self, person: &Person, number: i64) -> Item {
        self.of_person("member", person).field("vk-id", number).when_gone(WhenGone::Remove)
    }

    fn invitation(&self, person: &Person, number: i64) -> Item {
        self.of_person("invitation", person)
            .create_only("vk-id", number)
            .create_only("text", wording::invitation(self.facts))
            .output("link", ItemRef::new("chat", self.id()), "invite-link")
    }

    fn of_person(&self, kind: &str, person: &Person) -> Item {
        self.item(kind, keys::of_person(self.id(), &key(person)))
            .label(&person.name)
            .about(person.role, &person.id)
            .reference("chat", "chat", self.id())
    }

    fn of_lesson(&self, lesson: &Lesson) -> Result<Vec<Item>, Failure> {
        let (now, horizon) = (self.view.now, self.view.settings.horizon());
        let mut items = Vec::new();
        if is_coming(lesson, now, horizon) {
            items.extend(self.call(lesson)?);
            items.extend(self.announcement(lesson)?);
        }
        if is_called_off(lesson, now, horizon) {
            items.extend(self.cancellation(lesson));
        }
        Ok(items)
    }

    /// The call of a lesson, and its link in the lesson's record.
    fn call(&self, lesson: &Lesson) -> Result<Vec<Item>, Failure> {
        let Some(kind) = self.view.settings.call_kind() else { return Ok(Vec::new()) };
        let when = wording::when(lesson, self.view.wall);
        let mark = mark::of(&(self.view.prints)(CALL, &lesson.id)?);
        // A lesson that ran late keeps its call; nobody starts one for a lesson that is over.
        let window = TimeWindow { not_before: None, not_after: Some(lesson.ends) };
        let call = self.lesson_item(kind, &lesson.id, lesson).window(window).when_gone(WhenGone::Close);
        let call = if kind == "scheduled-call" {
            call.field("title", wording::call_title(self.facts, &mark))
                .field("when", when)
                .field("starts", lesson.starts / 1_000)
                .field("ends", lesson.ends / 1_000)
        } else {
            // A call that is started has no hour: a lesson that is moved keeps its link.
            call.create_only("title", wording::label(self.facts)).create_only("when", when)
        };
        let link = self
            .lesson_item("lesson-link", &lesson.id, lesson)
            .output("call-link", ItemRef::new(kind, &lesson.id), "join-link")
            .when_gone(WhenGone::Remove);
        Ok(vec![call, link])
    }

    fn lesson_item(&self, kind: &str, key: &str, lesson: &Lesson) -> Item {
        let label = format!("{}, {}", wording::label(self.facts), wording::when(lesson, self.view.wall));
        self.item(kind, key).label(label).about(RecordType::Lesson, &lesson.id)
    }

    fn announcement(&self, lesson: &Lesson) -> Result<Option<Item>, Failure> {
        let Some(ahead) = self.view.settings.announce().filter(|_| lesson.ends > self.view.now) else {
            return Ok(None);
        };
        let key = |link: Option<&str>| keys::of_word(self.id(), &lesson.id, lesson.starts, link);
        let (key, link) = match (self.view.settings.calls, self.view.settings.call_kind(), supplied(lesson)) {
            (_, Some(kind), _) => {
                let item = ItemRef::new(kind, &lesson.id);
                (key(None), Some(Value::Output(OutputRef { item, name: "join-link".to_owned() })))
            }
            (Calls::Supplied, None, None) => return Ok(None),
            (Calls::Supplied, None, Some(link)) => {
                // Another link is another message.
                let print = (self.view.prints)(LINK, link)?;
                (key(print.get(..8)), Some(Value::from(link)))
            }
            _ => (key(None), None),
        };
        let text = wording::announcement(self.facts, lesson, self.view.wall);
        let item = self.word("announcement", key, lesson, text, ahead, lesson.ends);
        Ok(Some(match link {
            Some(link) => item.create_only("link", link),
            None => item,
        }))
    }

    fn cancellation(&self, lesson: &Lesson) -> Option<Item> {
        let ahead = self.view.settings.announce()?;
        let key = keys::of_word(self.id(), &lesson.id, lesson.starts, None);
        let text = wording::cancellation(self.facts, lesson, self.view.wall);
        Some(self.word("cancellation", key, lesson, text, ahead, lesson.starts))
    }

    /// Something said in the chat. Forgotten when it is wanted no more: wanted again, the chat itself tells whether it
    /// still is the last word about the lesson.
    fn word(&self, kind: &str, key: String, lesson: &Lesson, text: String, ahead: i64, until: i64) -> Item {
        let window = TimeWindow { not_before: Some(lesson.starts - ahead), not_after: Some(until) };
        self.lesson_item(kind, &key, lesson)
            .reference("chat", "chat", self.id())
            .create_only("text", text)
            .window(window)
            .when_gone(WhenGone::Forget)
    }

    /// Lessons whose link the teacher has to supply.
    fn without_link(&self) -> Vec<LeftOut> {
        let (now, horizon) = (self.view.now, self.view.settings.horizon());
        let lessons = self.facts.lessons.iter().filter(|_| self.view.settings.calls == Calls::Supplied);
        let lessons = lessons.filter(|lesson| is_coming(lesson, now, horizon) && supplied(lesson).is_none());
        lessons
            .map(|lesson| {
                let about = RecordRef::new(RecordType::Lesson, &lesson.id);
                let label =
                    format!("{}, {}", wording::label(self.facts), wording::when(lesson, self.view.wall));
                let out = LeftOut::new(about, label, Message::new("out-no-link"));
                LeftOut { group: self.facts.class_name(), ..out }
            })
            .collect()
    }
}

fn number(person: &Person) -> Option<i64> {
    match person.account {
        Account::Known(number) => Some(number),
        Account::Missing | Account::Wrong => None,
    }
}

/// Ids are unique among pupils and among staff, not across both.
fn key(person: &Person) -> String {
    let role = if person.role == RecordType::Staff { "staff" } else { "pupil" };
    format!("{role}:{}", person.id)
}

fn supplied(lesson: &Lesson) -> Option<&str> {
    lesson.call_link.as_deref().map(str::trim).filter(|link| !link.is_empty())
}

/// Whose accounts are waited for: everybody who belongs into a chat of these journals, once each.
pub fn accounts(journals: &[Facts], now: i64, horizon: i64) -> DesiredPage {
    let mut page = DesiredPage::whole(Vec::new());
    let mut seen = BTreeSet::new();
    for facts in journals.iter().filter(|facts| verdict(&facts.journal, &facts.lessons) == Verdict::Chat) {
        for person in facts.members(now, horizon) {
            let group = facts.class_name().filter(|_| person.role == RecordType::Pupil);
            if !seen.insert(key(&person)) {
                continue;
            }
            match person.account {
                Account::Wrong => page.left_out.push(wrong_account(&person, group)),
                _ => page.items.push(account(&person, group)),
            }
        }
    }
    let lessons = journals.iter().filter_map(|facts| next_change(&facts.lessons, now, horizon));
    page.valid_until = lessons.min();
    page
}

fn wrong_account(person: &Person, group: Option<String>) -> LeftOut {
    let about = RecordRef::new(person.role, &person.id);
    LeftOut { group, ..LeftOut::new(about, &person.name, Message::new("out-vk-id-wrong")) }
}

fn account(person: &Person, group: Option<String>) -> Item {
    let waiting = match person.role {
        RecordType::Staff => {
            Waiting { whom: Message::new("waiting-teacher"), steps: vec![Message::new("step-teacher-links")] }
        }
        _ => Waiting {
            whom: Message::new("waiting-pupil"),
            steps: vec![Message::new("step-pupil-links"), Message::new("step-pupil-by-table")],
        },
    };
    let item = Item::new("account", key(person))
        .label(&person.name)
        .about(person.role, &person.id)
        .field("vk-id", number(person))
        .when_gone(WhenGone::Forget)
        .waiting(waiting);
    Item { group, ..item }
}

#[cfg(test)]
mod tests;
