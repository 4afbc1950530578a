//! What the records say of a journal: is it to have a chat, who belongs in it, which lessons matter now. Pure.

use std::collections::{BTreeMap, BTreeSet};

use exchange_sdk::RecordType;
use exchange_sdk::records::{Identifier, Journal, Lesson, LessonMode, Pupil, SchoolClass, Staff};

/// Milliseconds for which a lesson that should be over is left alone: lessons run late.
pub const GRACE: i64 = 30 * 60_000;
/// The system of VK's identifiers in the records.
pub const VK: &str = "vk";

/// A journal with everything that belongs to it.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The journal.
    pub journal: Journal,
    /// Its class, where it has one.
    pub class: Option<SchoolClass>,
    /// All its lessons.
    pub lessons: Vec<Lesson>,
    /// Pupils that may belong to it.
    pub pupils: Vec<Pupil>,
    /// Teachers that may belong to it.
    pub staff: Vec<Staff>,
    /// Identifiers of all these people.
    pub identifiers: Vec<Identifier>,
}

/// Is a journal to have a chat (S4)?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Yes.
    Chat,
    /// It is no journal of general education.
    NotGeneral,
    /// The selector «чат по предмету» is off.
    SelectorOff,
    /// No lesson in video-call mode was published so far.
    NoVideoLesson,
}

/// Judges a journal of this study year. What was published once counts, whatever became of it.
pub fn verdict(journal: &Journal, lessons: &[Lesson]) -> Verdict {
    match journal {
        _ if !journal.general => Verdict::NotGeneral,
        _ if !journal.chat => Verdict::SelectorOff,
        _ if lessons.iter().any(|lesson| lesson.published && is_video(lesson)) => Verdict::Chat,
        _ => Verdict::NoVideoLesson,
    }
}

fn is_video(lesson: &Lesson) -> bool {
    lesson.mode == LessonMode::VideoCall
}

/// Is this a lesson by video that takes place and is not over, within the horizon?
pub fn is_coming(lesson: &Lesson, now: i64, horizon: i64) -> bool {
    lesson.published
        && is_video(lesson)
        && !lesson.cancelled
        && lesson.ends + GRACE > now
        && lesson.starts <= now + horizon
}

/// Is this a lesson by video that was cancelled before it began, within the horizon?
pub fn is_called_off(lesson: &Lesson, now: i64, horizon: i64) -> bool {
    lesson.published
        && is_video(lesson)
        && lesson.cancelled
        && lesson.starts > now
        && lesson.starts <= now + horizon
}

/// The next moment at which time alone changes what follows from these lessons.
pub fn next_change(lessons: &[Lesson], now: i64, horizon: i64) -> Option<i64> {
    let moments = |lesson: &Lesson| {
        [lesson.starts - horizon, lesson.starts, lesson.ends, lesson.ends + GRACE].map(|moment| moment + 1)
    };
    lessons.iter().filter(|lesson| is_video(lesson)).flat_map(moments).filter(|moment| *moment > now).min()
}

/// What is known of a person's account at VK.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Account {
    /// Nothing: it is waited for.
    Missing,
    /// Its number.
    Known(i64),
    /// Several, or no number: the records are wrong.
    Wrong,
}

/// Somebody who belongs into a chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Pupil or staff.
    pub role: RecordType,
    /// The record's id.
    pub id: String,
    /// The full name, for people.
    pub name: String,
    /// The account at VK.
    pub account: Account,
}

impl Facts {
    /// «5-А»; empty for a group of several classes.
    pub fn class_name(&self) -> Option<String> {
        let class = self.class.as_ref()?;
        let letter = class.letter.as_deref().map(|letter| format!("-{letter}")).unwrap_or_default();
        Some(format!("{}{letter}", class.grade))
    }

    /// Everybody who belongs into the chat: teachers of the journal, of its lessons by video that are near, and pupils.
    pub fn members(&self, now: i64, horizon: i64) -> Vec<Person> {
        let accounts = self.accounts();
        let account = |id: &str| accounts.get(id).copied().unwrap_or(Account::Missing);
        let teachers = self.teachers(now, horizon);
        let staff = self.staff.iter().filter(|staff| teachers.contains(staff.id.as_str()));
        let staff = staff.map(|staff| Person {
            role: RecordType::Staff,
            id: staff.id.clone(),
            name: name([&staff.last_name, &staff.first_name, &staff.middle_name]),
            account: account(&staff.id),
        });
        let pupils = self.pupils.iter().filter(|pupil| self.has(pupil));
        let pupils = pupils.map(|pupil| Person {
            role: RecordType::Pupil,
            id: pupil.id.clone(),
            name: name([&pupil.last_name, &pupil.first_name, &pupil.middle_name]),
            account: account(&pupil.id),
        });
        staff.chain(pupils).collect()
    }

    fn teachers(&self, now: i64, horizon: i64) -> BTreeSet<&str> {
        let near = self.lessons.iter().filter(|lesson| is_coming(lesson, now, horizon));
        let substitutes = near.filter_map(|lesson| lesson.teacher_id.as_deref());
        self.journal.teacher_ids.iter().map(String::as_str).chain(substitutes).collect()
    }

    /// Does the pupil belong into the chat? Who has left the school or the class does not, even where the journal still
    /// lists the child.
    fn has(&self, pupil: &Pupil) -> bool {
        let listed = self.journal.pupil_ids.is_empty() || self.journal.pupil_ids.contains(&pupil.id);
        let placed = match &self.journal.class_id {
            Some(class) => pupil.class_id.as_ref() == Some(class),
            None => pupil.class_id.is_some() && !self.journal.pupil_ids.is_empty(),
        };
        listed && placed
    }

    fn accounts(&self) -> BTreeMap<&str, Account> {
        let mut accounts = BTreeMap::new();
        for identifier in self.identifiers.iter().filter(|identifier| identifier.system == VK) {
            let read = account_of(&identifier.value);
            let known = accounts.entry(identifier.about.id.as_str()).or_insert(read);
            if *known != read {
                *known = Account::Wrong;
            }
        }
        accounts
    }
}

/// Numbers of people are positive; an address of a page is no number.
fn account_of(value: &str) -> Account {
    match value.trim().parse::<i64>() {
        Ok(number) if number > 0 => Account::Known(number),
        _ => Account::Wrong,
    }
}

fn name(parts: [&Option<String>; 3]) -> String {
    let parts: Vec<&str> = parts.iter().filter_map(|part| part.as_deref()).collect();
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{NOW, facts, lesson, pupil, vk};

    const WEEK: i64 = 7 * 24 * 3_600_000;

    #[test]
    fn s4_a_chat_is_wanted_by_three_conditions() {
        let video = |change: fn(&mut Lesson)| {
            let mut lesson = lesson("l1", NOW + 1_000);
            change(&mut lesson);
            lesson
        };
        let cases: [(&str, bool, bool, Vec<Lesson>, Verdict); 8] = [
            ("all", true, true, vec![video(|_| ())], Verdict::Chat),
            ("cancelled counts", true, true, vec![video(|l| l.cancelled = true)], Verdict::Chat),
            ("past counts", true, true, vec![lesson("l1", NOW - WEEK)], Verdict::Chat),
            ("in class", true, true, vec![video(|l| l.mode = LessonMode::InClass)], Verdict::NoVideoLesson),
            ("not published", true, true, vec![video(|l| l.published = false)], Verdict::NoVideoLesson),
            ("no lesson", true, true, vec![], Verdict::NoVideoLesson),
            ("selector", true, false, vec![video(|_| ())], Verdict::SelectorOff),
            ("not general", false, true, vec![video(|_| ())], Verdict::NotGeneral),
        ];
        for (name, general, chat, lessons, expected) in cases {
            let journal = Journal { general, chat, ..facts().journal };
            assert_eq!(verdict(&journal, &lessons), expected, "{name}");
        }
    }

    #[test]
    fn s5_a_lesson_matters_from_the_horizon_to_its_end() {
        let coming = |starts: i64| is_coming(&lesson("l", starts), NOW, WEEK);
        assert!(coming(NOW) && coming(NOW + WEEK) && coming(NOW - 2_700_000));
        assert!(!coming(NOW + WEEK + 1), "beyond the horizon");
        assert!(!coming(NOW - 2_700_000 - GRACE), "over");
        let called_off =
            |starts: i64| is_called_off(&Lesson { cancelled: true, ..lesson("l", starts) }, NOW, WEEK);
        assert!(called_off(NOW + 1));
        assert!(!called_off(NOW), "it would have begun");
        assert!(!is_called_off(&lesson("l", NOW + 1), NOW, WEEK));
    }

    #[test]
    fn time_alone_changes_the_answer_at_known_moments() {
        let far = lesson("l", NOW + 2 * WEEK);
        assert_eq!(next_change(std::slice::from_ref(&far), NOW, WEEK), Some(NOW + WEEK + 1));
        assert!(!is_coming(&far, NOW + WEEK - 1, WEEK) && is_coming(&far, NOW + WEEK + 1, WEEK));
        let past = lesson("l", NOW - WEEK);
        assert_eq!(next_change(&[past], NOW, WEEK), None);
    }

    #[test]
    fn s6_members_follow_the_class_the_journal_and_the_timetable() {
        let ids = |facts: &Facts| -> Vec<String> {
            facts.members(NOW, WEEK).into_iter().map(|person| person.id).collect()
        };
        let mut facts = facts();
        assert_eq!(ids(&facts), ["t1", "p1", "p2"]);
        facts.lessons[0].teacher_id = Some("t2".into());
        assert_eq!(ids(&facts), ["t1", "t2", "p1", "p2"], "a substitute while the lesson is near");
        facts.lessons[0].starts = NOW - WEEK;
        facts.lessons[0].ends = NOW - WEEK;
        assert_eq!(ids(&facts), ["t1", "p1", "p2"], "and not after it");
        facts.journal.pupil_ids = vec!["p1".into(), "p3".into()];
        assert_eq!(ids(&facts), ["t1", "p1"], "p3 is listed and in another class");
        facts.pupils[0].class_id = None;
        assert_eq!(ids(&facts), ["t1"], "p1 has left");
        facts.journal.class_id = None;
        facts.pupils = vec![pupil("p3", Some("c2")), pupil("p4", Some("c2"))];
        assert_eq!(ids(&facts), ["t1", "p3"], "a group of several classes lists its pupils");
    }

    #[test]
    fn s3_an_account_is_one_number() {
        let account = |identifiers: Vec<Identifier>| {
            let facts = Facts { identifiers, ..facts() };
            facts.members(NOW, WEEK)[0].account
        };
        assert_eq!(account(vec![]), Account::Missing);
        assert_eq!(account(vec![vk("t1", "501")]), Account::Known(501));
        assert_eq!(account(vec![vk("t1", "501"), vk("t1", " 501 ")]), Account::Known(501));
        assert_eq!(account(vec![vk("t1", "501"), vk("t1", "502")]), Account::Wrong);
        for value in ["id501", "https://vk.com/id501", "-5", "0", ""] {
            assert_eq!(account(vec![vk("t1", value)]), Account::Wrong, "{value}");
        }
        let foreign = Identifier { system: "dnevnik".into(), ..vk("t1", "501") };
        assert_eq!(account(vec![foreign]), Account::Missing);
    }
}
