//! Identifier records that the school should have of its teachers (S3), and whom there is none for, and why.
//!
//! An inbound kind's item *is* a record of the school: its key is the id, `about` the employee, `system` and `value` the
//! rest. So the two kinds have keys of their own for one employee.

use std::collections::{BTreeMap, BTreeSet};

use exchange_sdk::names::{FullName, Likeness};
use exchange_sdk::{DesiredPage, Item, LeftOut, Message, RecordRef, RecordType, WhenGone};

use crate::matching::{Found, Person, SYSTEM, Told, key, match_all};
use crate::portal::{Teacher, VkId};

/// The kind of numbers at the portal.
pub const TEACHER_ID: &str = "teacher-id";

/// The kind of numbers at VK.
pub const VK_ID: &str = "vk-id";

/// The system under which numbers at VK are recorded, and the beginning of their keys.
pub const VK: &str = "vk";

/// The school as its records have it.
pub struct School {
    /// All employees.
    pub staff: Vec<Person>,
    /// Ids of those who teach in a journal of the year: the others need not be at the portal.
    pub teaching: BTreeSet<String>,
    /// Who is who already.
    pub told: Told,
}

/// The school as the portal has it; both lists are whole.
pub struct There {
    /// All teachers.
    pub teachers: Vec<Teacher>,
    /// All VK ids that they linked.
    pub vk_ids: Vec<VkId>,
}

/// The one page of the one scope. Good for this moment only: what the portal says next is not known to depend on
/// anything of ours.
pub fn page(school: &School, there: &There, now: i64) -> DesiredPage {
    let found = match_all(&school.staff, &school.told, &there.teachers);
    let shared = shared(there);
    let mut page = DesiredPage { valid_until: Some(now), ..DesiredPage::whole(Vec::new()) };
    for person in &school.staff {
        let Found::Teacher(teacher) = found[&person.id] else {
            page.left_out.extend(reason(found[&person.id], school, person).map(|it| left_out(person, it)));
            continue;
        };
        page.items.push(item(TEACHER_ID, key(&person.id), person, SYSTEM, teacher));
        match there.vk_ids.iter().find(|vk| vk.teacher == teacher) {
            None => page.left_out.push(left_out(person, Message::new("waiting-teacher"))),
            Some(vk) if shared.contains(&vk.value) => {
                page.left_out.push(left_out(person, Message::new("vk-id-shared")));
            }
            Some(vk) => {
                page.items.push(item(VK_ID, format!("{VK}:{}", person.id), person, VK, vk.value));
            }
        }
    }
    page
}

fn item(kind: &str, key: String, person: &Person, system: &str, value: u64) -> Item {
    let item = Item::new(kind, key).label(person.shown()).about(RecordType::Staff, &person.id);
    let item = item.field("system", system).field("value", value.to_string());
    Item { gone: WhenGone::Remove, ..item }
}

fn left_out(person: &Person, reason: Message) -> LeftOut {
    LeftOut::new(RecordRef::new(RecordType::Staff, &person.id), person.shown(), reason)
}

/// VK ids that teachers of different names linked: one of them has made a mistake, and nobody knows which.
fn shared(there: &There) -> BTreeSet<u64> {
    let names: BTreeMap<u64, String> =
        there.teachers.iter().map(|teacher| (teacher.id, FullName::key(&teacher.name))).collect();
    let mut owners: BTreeMap<u64, BTreeSet<Option<&String>>> = BTreeMap::new();
    for vk in &there.vk_ids {
        owners.entry(vk.value).or_default().insert(names.get(&vk.teacher));
    }
    owners.into_iter().filter(|(_, names)| names.len() > 1).map(|(value, _)| value).collect()
}

/// Why there is nothing for somebody; `None`: they do not teach, and nobody expects them at the portal.
fn reason(found: Found, school: &School, person: &Person) -> Option<Message> {
    let teaches = school.teaching.contains(&person.id);
    let message = match found {
        Found::Teacher(_) => return None,
        Found::NamesakesHere => Message::new("namesakes-here"),
        Found::NamesakesThere => Message::new("namesakes-there"),
        Found::NoSuchNumber => Message::new("no-such-number"),
        _ if !teaches => return None,
        Found::Nameless => Message::new("nameless"),
        Found::Almost(likeness) => almost(likeness),
        Found::Nobody => Message::new("not-at-portal"),
    };
    Some(message)
}

fn almost(likeness: Likeness) -> Message {
    match likeness {
        Likeness::LookAlike => Message::new("almost-look-alike"),
        Likeness::Hyphens => Message::new("almost-hyphens"),
        Likeness::Patronymic => Message::new("almost-patronymic"),
        Likeness::Same | Likeness::Yo | Likeness::Other => Message::new("not-at-portal"),
    }
}

#[cfg(test)]
mod tests;
