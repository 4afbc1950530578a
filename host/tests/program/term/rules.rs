//! The rules, worked out from the term alone: which chats there are, who is in them, which calls are planned, what was
//! said. Shares nothing with the connector.

use std::collections::{BTreeMap, BTreeSet};

use invented_school::Rng;
use invented_school::term::{Journal, Lesson, Term};
use jiff::ToSpan;
use jiff::civil::DateTime;
use serde_json::{Value, json};

use super::life::{COMMUNITY, Life, can_be_invited};

const WEEKDAYS: [&str; 7] =
    ["понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье"];
const MONTHS: [&str; 12] = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
];

/// A chat that is to be there.
#[derive(Default)]
struct Chat {
    /// Who is in it, by number at VK.
    inside: BTreeSet<u64>,
    /// What the community has said, each as long as it matters.
    said: Vec<String>,
    /// The last word about each lesson.
    last: BTreeMap<usize, String>,
    /// Number of the last message that was looked at.
    looked_at: u64,
}

/// What has happened so far: a replay in which nothing happens proves nothing.
#[derive(Default, Debug)]
struct Seen {
    partial: usize,
    joined: usize,
    removed: usize,
    announced: usize,
    cancelled: usize,
    calls: usize,
}

/// What is to be there.
#[derive(Default)]
pub(super) struct Rules {
    chats: BTreeMap<usize, Chat>,
    seen: Seen,
}

impl Rules {
    /// The day has passed and the task has run.
    pub(super) fn pass_evening(&mut self, term: &Term) {
        for (position, journal) in term.journals.iter().enumerate() {
            if wants_chat(term, position) {
                self.follow(term, position, journal);
            }
        }
    }

    fn follow(&mut self, term: &Term, position: usize, journal: &Journal) {
        let named = named(term, position, journal);
        let is_new = !self.chats.contains_key(&position);
        let chat = self.chats.entry(position).or_default();
        if is_new {
            chat.inside = named.iter().copied().filter(|vk| can_be_invited(*vk)).collect();
            self.seen.partial += usize::from(chat.inside.len() < named.len());
        }
        let before = chat.inside.len();
        chat.inside.retain(|vk| named.contains(vk));
        self.seen.removed += before - chat.inside.len();
        for (position, lesson) in lessons_of(term, position) {
            let Some(word) = word(term, lesson) else { continue };
            if chat.last.get(&position) != Some(&word) {
                *if lesson.cancelled { &mut self.seen.cancelled } else { &mut self.seen.announced } += 1;
                chat.said.push(word.clone());
                chat.last.insert(position, word);
            }
        }
    }

    /// Some of those who are named and not in follow the link they were given.
    pub(super) fn join_by_link(&mut self, term: &Term, life: &Life, chance: &mut Rng) {
        let state = life.state();
        for (position, chat) in &mut self.chats {
            let journal = &term.journals[*position];
            let there = chats_of(&state, term, journal);
            let Some(link) = there.first().and_then(|chat| chat["inviteLink"].as_str()) else { continue };
            for vk in named(term, *position, journal).difference(&chat.inside.clone()) {
                if chance.percent(30) {
                    life.act(&json!({"act": "join", "person": vk, "link": link}));
                    chat.inside.insert(*vk);
                    self.seen.joined += 1;
                }
            }
        }
    }

    /// What is there is what is to be there. On a calm evening, of one run, whoever leaves is out before anything is said.
    pub(super) fn hold(&mut self, term: &Term, life: &Life, calm: bool) {
        let state = life.state();
        let all = of_community(&state).count();
        assert_eq!(all, self.chats.len(), "{}: chats\n{}", term.today, titles(&state));
        for (position, chat) in &mut self.chats {
            chat.hold(term, &term.journals[*position], &state, calm);
        }
        self.calls_hold(term, life, &state);
    }

    fn calls_hold(&mut self, term: &Term, life: &Life, state: &Value) {
        let coming: Vec<&Lesson> = term.lessons.iter().filter(|lesson| is_coming(term, lesson)).collect();
        let coming = coming.into_iter().filter(|lesson| wants_chat(term, lesson.journal));
        let mut expected: BTreeMap<String, &Lesson> = BTreeMap::new();
        for lesson in coming {
            let twice = expected.insert(call_name(term, lesson), lesson);
            assert!(twice.is_none(), "two lessons of a journal at one time");
        }
        let count = planned(state).count();
        let planned: BTreeMap<String, &Value> = planned(state).collect();
        assert_eq!(count, planned.len(), "{}: a lesson has two calls", term.today);
        let (wanted, there): (Vec<_>, Vec<_>) = (expected.keys().collect(), planned.keys().collect());
        assert_eq!(wanted, there, "{}: calls", term.today);
        for (name, lesson) in &expected {
            assert_eq!(
                life.link(&lesson.id).as_deref(),
                planned[name]["joinLink"].as_str(),
                "{}: {name}",
                term.today
            );
        }
        let near = |lesson: &&Lesson| (lesson.starts.date() - term.today).get_days().abs() < 9;
        let without =
            term.lessons.iter().filter(near).filter(|l| !expected.contains_key(&call_name(term, l)));
        without.for_each(|lesson| assert_eq!(life.link(&lesson.id), None, "{}: {}", term.today, lesson.id));
        self.seen.calls += count;
    }

    /// Everything that can happen did.
    pub(super) fn has_seen_everything(&self) -> bool {
        let Seen { partial, joined, removed, announced, cancelled, calls } = self.seen;
        [partial, joined, removed, announced, cancelled, calls].iter().all(|count| *count > 0)
    }

    /// For the message of a failure.
    pub(super) fn seen(&self) -> String {
        format!("{:?}", self.seen)
    }
}

impl Chat {
    fn hold(&mut self, term: &Term, journal: &Journal, state: &Value, calm: bool) {
        let there = chats_of(state, term, journal);
        let name = format!("{}: {}", term.today, title(term, journal));
        let [there] = there[..] else { panic!("{name}: {} chats", there.len()) };
        let members = there["members"].as_array().expect("a list").iter();
        let members: BTreeSet<u64> = members.filter_map(|member| member["id"].as_u64()).collect();
        assert_eq!(members, self.inside, "{name}: members");
        let messages = there["messages"].as_array().expect("a list").iter();
        let texts = messages.filter_map(|message| message["text"].as_str()).filter(|text| !text.is_empty());
        let mut said: Vec<String> = texts.map(essence).collect();
        let mut expected = self.said.clone();
        said.sort();
        expected.sort();
        assert_eq!(said, expected, "{name}: messages");
        let messages = there["messages"].as_array().expect("a list");
        let new = messages.iter().filter(|message| message["cmid"].as_u64() > Some(self.looked_at));
        let mut after_words = new.skip_while(|message| message["text"] == "");
        assert!(
            !calm || after_words.all(|m| m["action"]["kind"] != "chat_kick_user"),
            "{name}: heard by who has left"
        );
        self.looked_at = messages.last().and_then(|message| message["cmid"].as_u64()).unwrap_or_default();
    }
}

/// S4: all three conditions.
fn wants_chat(term: &Term, journal: usize) -> bool {
    let Journal { general, chat, .. } = term.journals[journal];
    general && chat && lessons_of(term, journal).any(|(_, lesson)| lesson.published && lesson.video)
}

fn lessons_of(term: &Term, journal: usize) -> impl Iterator<Item = (usize, &Lesson)> {
    term.lessons.iter().enumerate().filter(move |(_, lesson)| lesson.journal == journal)
}

/// S6: the class, the teacher, and who holds a lesson by video soon.
fn named(term: &Term, position: usize, journal: &Journal) -> BTreeSet<u64> {
    let pupils = term.learners.iter().filter(|learner| learner.class == Some(journal.class));
    let substitutes = lessons_of(term, position).filter(|(_, lesson)| is_coming(term, lesson));
    let teachers = substitutes.map(|(_, lesson)| lesson.teacher).chain([journal.teacher]);
    let teachers = teachers.map(|teacher| &term.teachers[teacher]);
    pupils.map(|learner| &learner.who).chain(teachers).filter_map(|who| who.vk).collect()
}

fn now(term: &Term) -> DateTime {
    term.today.at(21, 0, 0, 0)
}

/// S5: by video, published, not cancelled, not over for more than half an hour, within a week.
fn is_coming(term: &Term, lesson: &Lesson) -> bool {
    let now = now(term);
    lesson.video
        && lesson.published
        && !lesson.cancelled
        && lesson.ends() + 30.minutes() > now
        && lesson.starts <= now + 7.days()
}

/// What is to have been said of a lesson by this evening: from a day before it on; of a cancelled one until it would have
/// begun, of another one until it is over.
fn word(term: &Term, lesson: &Lesson) -> Option<String> {
    let now = now(term);
    let until = if lesson.cancelled { lesson.starts } else { lesson.ends() };
    let due = lesson.video && lesson.published && lesson.starts - 24.hours() <= now && now < until;
    let what = if lesson.cancelled { "отменён" } else { "урок" };
    due.then(|| format!("{what} {}", when(lesson)))
}

/// «вторник, 12 января, 10:00–10:45».
fn when(lesson: &Lesson) -> String {
    let starts = lesson.starts;
    let weekday = WEEKDAYS[starts.weekday().to_monday_zero_offset() as usize];
    let month = MONTHS[starts.month() as usize - 1];
    format!(
        "{weekday}, {} {month}, {}–{}",
        starts.day(),
        starts.strftime("%H:%M"),
        lesson.ends().strftime("%H:%M")
    )
}

/// The part of a message that `word` foretells.
fn essence(text: &str) -> String {
    let what = if text.contains("отменён") { "отменён" } else { "урок" };
    let from = WEEKDAYS
        .iter()
        .filter_map(|day| text.find(day))
        .min()
        .unwrap_or_else(|| panic!("no day in {text:?}"));
    let dash = from + text[from..].find('–').unwrap_or_else(|| panic!("no time in {text:?}"));
    format!("{what} {}", &text[from..dash + '–'.len_utf8() + 5])
}

/// «Алгебра · 5-А»
fn title(term: &Term, journal: &Journal) -> String {
    format!("{} · {}", journal.subject, term.classes[journal.class].name())
}

fn call_name(term: &Term, lesson: &Lesson) -> String {
    let at = lesson.starts.in_tz("Europe/Moscow").expect("a moment").timestamp().as_second();
    format!("{} {at}", title(term, &term.journals[lesson.journal]))
}

fn of_community(state: &Value) -> impl Iterator<Item = &Value> {
    let owner = -i64::try_from(COMMUNITY).expect("a small number");
    state["chats"].as_array().expect("a list").iter().filter(move |chat| chat["owner"] == owner)
}

fn chats_of<'a>(state: &'a Value, term: &Term, journal: &Journal) -> Vec<&'a Value> {
    let beginning = format!("{} · ", title(term, journal));
    of_community(state)
        .filter(|chat| chat["title"].as_str().is_some_and(|t| t.starts_with(&beginning)))
        .collect()
}

fn titles(state: &Value) -> String {
    of_community(state).map(|chat| chat["title"].to_string()).collect::<Vec<_>>().join("\n")
}

/// Calls that are planned or go on, by «Алгебра · 5-А» and second.
fn planned(state: &Value) -> impl Iterator<Item = (String, &Value)> {
    let calls = state["calls"].as_array().expect("a list").iter();
    calls.filter(|call| ["planned", "running"].iter().any(|word| call["state"] == *word)).map(|call| {
        let name = call["name"].as_str().expect("a name");
        let (name, _mark) = name.rsplit_once(" · ").expect("a mark");
        (format!("{name} {}", call["time"]), call)
    })
}
