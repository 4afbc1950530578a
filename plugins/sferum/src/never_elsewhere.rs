//! Whatever the records are made to say, and whatever people do to the chats: no message, link or member goes to a
//! journal that the records do not name.
//!
//! A host in small runs the connector over records that are edited at random, chats that people rename and answers that
//! are lost. Every request that writes is held against what the records say at that moment.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use exchange_sdk::http::Request;
use exchange_sdk::records::{Journal, LessonMode};
use exchange_sdk::testing::{Recorded, answer};
use exchange_sdk::{
    Action, Change, DesiredPage, Effect, Failure, Item, ItemRef, Observation, Param, Probe, Purpose, Target,
    Value,
};
use proptest::prelude::*;
use serde_json::json;

use crate::apply::{self, Hand};
use crate::desired::{self, View};
use crate::journal::{Account, Facts, Verdict, verdict};
use crate::observe::{self, Eye};
use crate::prints::CHAT;
use crate::samples::{NOW, class, lesson, print, pupil, settings, teacher, vk};
use crate::vk::Vk;
use crate::vk::samples::{COMMUNITY, State, param};
use crate::zone::Wall;
use crate::{mark, wording};

const HORIZON: i64 = 7 * 24 * 3_600_000;
const PUPILS: usize = 4;

/// One edit of the records, or of what is at VK. Numbers are taken modulo what there is.
#[derive(Clone, Debug)]
enum Edit {
    Transfer(usize, usize),
    Account(usize, i64),
    Teacher(usize, usize),
    Substitute(usize, usize),
    MoveLesson(usize, i64),
    Cancel(usize, bool),
    Publish(usize, bool),
    InClass(usize, bool),
    OtherJournal(usize, usize),
    Selector(usize, bool),
    OtherClass(usize, usize),
    List(usize, Vec<usize>),
    Drop(usize, bool),
    /// People give a chat the title of another, or one of their own.
    Rename(usize, usize),
    /// The next write is stored, and its answer lost.
    LoseAnswer,
}

fn edit() -> impl Strategy<Value = Edit> {
    use Edit as E;
    let n = || 0..12_usize;
    prop_oneof![
        (n(), n()).prop_map(|(a, b)| E::Transfer(a, b)),
        (n(), 600..604_i64).prop_map(|(a, b)| E::Account(a, b)),
        (n(), n()).prop_map(|(a, b)| E::Teacher(a, b)),
        (n(), n()).prop_map(|(a, b)| E::Substitute(a, b)),
        (n(), 1..200_i64).prop_map(|(a, b)| E::MoveLesson(a, b)),
        (n(), any::<bool>()).prop_map(|(a, b)| E::Cancel(a, b)),
        (n(), any::<bool>()).prop_map(|(a, b)| E::Publish(a, b)),
        (n(), any::<bool>()).prop_map(|(a, b)| E::InClass(a, b)),
        (n(), n()).prop_map(|(a, b)| E::OtherJournal(a, b)),
        (n(), any::<bool>()).prop_map(|(a, b)| E::Selector(a, b)),
        (n(), n()).prop_map(|(a, b)| E::OtherClass(a, b)),
        (n(), proptest::collection::vec(n(), 0..4)).prop_map(|(a, b)| E::List(a, b)),
        (n(), any::<bool>()).prop_map(|(a, b)| E::Drop(a, b)),
        (n(), n()).prop_map(|(a, b)| E::Rename(a, b)),
        Just(E::LoseAnswer),
    ]
}

/// The school: two classes, four journals (two with the same subject and class), four lessons.
struct School {
    all: Vec<Facts>,
    /// Journals that the export lacks.
    dropped: BTreeSet<String>,
}

impl School {
    fn new() -> Self {
        let pupils: Vec<_> = (0..PUPILS)
            .map(|at| pupil(&format!("p{at}"), Some(if at.is_multiple_of(2) { "c1" } else { "c2" })))
            .collect();
        let accounts = (0..PUPILS).map(|at| vk(&format!("p{at}"), &(600 + at).to_string()));
        let accounts: Vec<_> = accounts.chain([vk("t0", "500"), vk("t1", "501")]).collect();
        let journals = [
            ("j0", "c1", "Алгебра"),
            ("j1", "c2", "Алгебра"),
            ("j2", "c1", "Английский"),
            ("j3", "c1", "Английский"),
        ];
        let all = journals.into_iter().enumerate().map(|(at, (id, in_class, subject))| Facts {
            journal: Journal {
                id: id.into(),
                study_year: 2026,
                class_id: Some(in_class.into()),
                subject: subject.into(),
                teacher_ids: vec![format!("t{}", at % 2)],
                pupil_ids: vec![],
                general: true,
                chat: true,
            },
            class: Some(class(in_class, if in_class == "c1" { "А" } else { "Б" })),
            lessons: vec![exchange_sdk::records::Lesson {
                journal_id: id.into(),
                teacher_id: None,
                ..lesson(&format!("l{at}"), NOW + 3_600_000)
            }],
            pupils: pupils.clone(),
            staff: vec![teacher("t0"), teacher("t1"), teacher("t2")],
            identifiers: accounts.clone(),
        });
        Self { all: all.collect(), dropped: BTreeSet::new() }
    }

    fn lesson(&mut self, at: usize, change: impl FnOnce(&mut exchange_sdk::records::Lesson)) {
        let mut lessons = self.all.iter_mut().flat_map(|facts| &mut facts.lessons);
        if let Some(lesson) = lessons.nth(at % 4) {
            change(lesson);
        }
    }

    fn edit(&mut self, edit: &Edit, state: &State, lose: &Cell<bool>) {
        let journals = self.all.len();
        let class_of = |at: usize| if at.is_multiple_of(2) { ("c1", "А") } else { ("c2", "Б") };
        match edit {
            Edit::Transfer(at, to) => {
                let to = [Some("c1"), Some("c2"), None][to % 3].map(str::to_owned);
                self.all.iter_mut().for_each(|facts| facts.pupils[at % PUPILS].class_id.clone_from(&to));
            }
            Edit::Account(at, number) => {
                let value = number.to_string();
                self.all.iter_mut().for_each(|facts| facts.identifiers[at % PUPILS].value.clone_from(&value));
            }
            Edit::Teacher(at, who) => {
                self.all[at % journals].journal.teacher_ids = vec![format!("t{}", who % 3)]
            }
            Edit::Substitute(at, who) => {
                self.lesson(*at, |lesson| lesson.teacher_id = Some(format!("t{}", who % 3)))
            }
            Edit::MoveLesson(at, hours) => self.lesson(*at, |lesson| {
                lesson.starts = NOW + hours * 3_600_000;
                lesson.ends = lesson.starts + 2_700_000;
            }),
            Edit::Cancel(at, is) => self.lesson(*at, |lesson| lesson.cancelled = *is),
            Edit::Publish(at, is) => self.lesson(*at, |lesson| lesson.published = *is),
            Edit::InClass(at, is) => self.lesson(*at, |lesson| {
                lesson.mode = if *is { LessonMode::InClass } else { LessonMode::VideoCall };
            }),
            Edit::OtherJournal(from, to) => {
                if let Some(mut lesson) = self.all[from % journals].lessons.pop() {
                    lesson.journal_id.clone_from(&self.all[to % journals].journal.id);
                    self.all[to % journals].lessons.push(lesson);
                }
            }
            Edit::Selector(at, is) => self.all[at % journals].journal.chat = *is,
            Edit::OtherClass(at, to) => {
                let (id, letter) = class_of(*to);
                self.all[at % journals].journal.class_id = Some(id.into());
                self.all[at % journals].class = Some(class(id, letter));
            }
            Edit::List(at, who) => {
                self.all[at % journals].journal.pupil_ids =
                    who.iter().map(|at| format!("p{}", at % PUPILS)).collect();
            }
            Edit::Drop(at, is) => {
                let id = self.all[at % journals].journal.id.clone();
                if *is {
                    self.dropped.insert(id)
                } else {
                    self.dropped.remove(&id)
                };
            }
            Edit::Rename(at, as_of) => {
                let mut rooms = state.rooms.borrow_mut();
                let titles: Vec<String> =
                    rooms.values().map(|room| room.title.clone()).chain(["Наш чат".into()]).collect();
                let count = rooms.len().max(1);
                if let Some(room) = rooms.values_mut().nth(at % count) {
                    room.title.clone_from(&titles[as_of % titles.len()]);
                }
            }
            Edit::LoseAnswer => lose.set(true),
        }
    }

    fn facts(&self, journal: &str) -> Option<&Facts> {
        let known = self.all.iter().find(|facts| facts.journal.id == journal)?;
        (!self.dropped.contains(journal)).then_some(known)
    }

    /// As `school::named` reads it.
    fn named(&self, journal: &str) -> Option<BTreeSet<i64>> {
        let facts = self.facts(journal)?;
        if verdict(&facts.journal, &facts.lessons) != Verdict::Chat {
            return None;
        }
        let accounts = facts.members(NOW, HORIZON).into_iter().filter_map(|person| match person.account {
            Account::Known(number) => Some(number),
            Account::Missing | Account::Wrong => None,
        });
        Some(accounts.collect())
    }
}

#[derive(Clone, Debug)]
struct Entry {
    scope: String,
    handle: String,
    outputs: Vec<Param>,
}

/// The host in small: a ledger, no other memory.
#[derive(Default)]
struct Host {
    ledger: BTreeMap<(String, String), Entry>,
    doubts: BTreeSet<(String, String)>,
}

impl Host {
    fn targets(&self, item: &Item) -> Vec<Target> {
        let refs = item.fields.iter().filter_map(|field| match &field.value {
            Value::Reference(item) => Some(item.clone()),
            Value::Output(output) => Some(output.item.clone()),
            _ => None,
        });
        let refs: BTreeMap<(String, String), ItemRef> =
            refs.map(|item| ((item.kind.clone(), item.key.clone()), item)).collect();
        let target = |(id, item): (&(String, String), &ItemRef)| {
            let known = self.ledger.get(id);
            let (handle, outputs) =
                known.map(|known| (Some(known.handle.clone()), known.outputs.clone())).unwrap_or_default();
            Target { item: item.clone(), handle, outputs }
        };
        refs.iter().map(target).collect()
    }

    /// What is to be done for an item that is not known to be there.
    fn make(
        &mut self,
        scope: &str,
        item: &Item,
        see: &dyn Fn(Probe) -> Observation,
        do_it: &dyn Fn(Change) -> Effect,
    ) {
        let id = (item.kind.clone(), item.key.clone());
        let targets = self.targets(item);
        let in_doubt = self.doubts.contains(&id);
        let probe = |purpose| Probe { item: item.clone(), handle: None, targets: targets.clone(), purpose };
        let first = if in_doubt { Purpose::Doubt } else { Purpose::Adopt };
        if self.take(scope, &id, see(probe(first))) {
            return;
        }
        if item.kind != "chat" && targets.iter().any(|target| target.handle.is_none()) {
            return;
        }
        let change = Change {
            action: Action::Create,
            item: item.clone(),
            handle: None,
            fields: vec![],
            targets: targets.clone(),
            token: "t".into(),
        };
        match do_it(change) {
            Effect::Done(_) => {
                self.take(scope, &id, see(probe(Purpose::Confirm)));
            }
            Effect::InDoubt(_) => {
                self.doubts.insert(id.clone());
                self.take(scope, &id, see(probe(Purpose::Doubt)));
            }
            _ => {}
        }
    }

    /// Notes what is there; whether nothing more is to be done.
    fn take(&mut self, scope: &str, id: &(String, String), seen: Observation) -> bool {
        match seen {
            Observation::Present(there) => {
                let entry = Entry { scope: scope.to_owned(), handle: there.handle, outputs: there.outputs };
                self.ledger.insert(id.clone(), entry);
                self.doubts.remove(id);
                true
            }
            Observation::Absent(_) => {
                self.doubts.remove(id);
                false
            }
            _ => true,
        }
    }
}

/// One run over all journals.
fn run(
    host: &mut Host,
    school: &School,
    see: &dyn Fn(Probe) -> Observation,
    do_it: &dyn Fn(Change) -> Effect,
) {
    let settings = settings(json!({"invitations": "message"}));
    let view =
        View { settings: &settings, wall: Wall::of("Europe/Moscow"), now: NOW, year: 2026, prints: &print };
    type Ask = fn(&View<'_>, &Facts) -> Result<DesiredPage, Failure>;
    let scopes = school.all.iter().map(|facts| facts.journal.id.as_str()).flat_map(|journal| {
        [
            (journal, journal.to_owned(), desired::journal as Ask),
            (journal, format!(":lessons:{journal}"), desired::lessons),
        ]
    });
    for (journal, scope, ask) in scopes {
        let scope = scope.as_str();
        let page = school.facts(journal).map(|facts| ask(&view, facts).expect("a page"));
        // A scope that is no more was complete when it was asked last: its items are gone.
        let complete = page.as_ref().is_none_or(|page| page.complete);
        let items = page.map(|page| page.items).unwrap_or_default();
        let wanted: BTreeSet<(String, String)> =
            items.iter().map(|item| (item.kind.clone(), item.key.clone())).collect();
        for item in &items {
            if !host.ledger.contains_key(&(item.kind.clone(), item.key.clone())) {
                host.make(scope, item, see, do_it);
            }
        }
        let gone: Vec<((String, String), Entry)> = host
            .ledger
            .iter()
            .filter(|(id, entry)| complete && entry.scope == scope && !wanted.contains(*id))
            .map(|(id, entry)| (id.clone(), entry.clone()))
            .collect();
        for ((kind, key), entry) in gone {
            let removed = kind != "member" || {
                let item = Item::new("member", key.clone());
                let handle = Some(entry.handle);
                let change = Change {
                    action: Action::Remove,
                    item,
                    handle,
                    fields: vec![],
                    targets: vec![],
                    token: "t".into(),
                };
                matches!(do_it(change), Effect::Done(_) | Effect::InDoubt(_))
            };
            if removed && kind != "chat" {
                host.ledger.remove(&(kind, key));
            }
        }
    }
}

/// Holds a request that writes against the records. `rooms`: whose chat each one was made as.
fn check(request: &Request, school: &School, rooms: &mut BTreeMap<i64, String>) {
    let number =
        |name: &str| param(request, name).and_then(|text| text.parse::<i64>().ok()).expect("a number");
    let journal_of = |marked: &str| {
        let mark = mark::split(marked).1.expect("a mark").to_owned();
        let all = school.all.iter().map(|facts| facts.journal.id.clone());
        all.into_iter().find(|id| mark::of(&print(CHAT, id).expect("a hash")) == mark).expect("a journal")
    };
    match request.operation.as_str() {
        "create-chat" => {
            let journal = journal_of(&param(request, "title").expect("a title"));
            let named = school.named(&journal).expect("a journal that is to have a chat");
            let people = param(request, "user_ids").unwrap_or_default();
            for person in people.split(',').filter(|person| !person.is_empty()) {
                assert!(named.contains(&person.parse().expect("a number")), "{person} is not of {journal}");
            }
            assert!(!rooms.values().any(|other| *other == journal), "a second chat of {journal}");
            rooms.insert(2_000_000_001 + rooms.len() as i64, journal);
        }
        "remove-member" => {
            let journal = &rooms[&(2_000_000_000 + number("chat_id"))];
            let named = school.named(journal).expect("nobody is removed without a journal");
            assert!(!named.contains(&number("member_id")), "removed though {journal} names them");
        }
        "send-message" if number("peer_ids") < 2_000_000_000 => {
            let text = param(request, "message").expect("a text");
            let peer: i64 = text.rsplit_once('/').and_then(|(_, peer)| peer.parse().ok()).expect("a link");
            let named = school.named(&rooms[&peer]).expect("a journal");
            assert!(named.contains(&number("peer_ids")), "invited without being named");
        }
        "send-message" => {
            let journal = &rooms[&number("peer_ids")];
            let facts = school.facts(journal).expect("a journal that is there");
            let text = param(request, "message").expect("a text");
            let said = |lesson| {
                let wall = Wall::of("Europe/Moscow");
                let texts =
                    [wording::announcement(facts, lesson, wall), wording::cancellation(facts, lesson, wall)];
                texts.contains(&text)
            };
            assert!(facts.lessons.iter().any(said), "{text:?} is about no lesson of {journal}");
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 250, fork: false, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_goes_to_a_journal_that_the_records_do_not_name(edits in proptest::collection::vec(proptest::collection::vec(edit(), 0..4), 1..12)) {
        let state = State { date: NOW / 1_000, ..State::default() };
        let (mut school, mut host) = (School::new(), Host::default());
        let (rooms, lose) = (RefCell::new(BTreeMap::new()), Cell::new(false));
        for step in &edits {
            step.iter().for_each(|edit| school.edit(edit, &state, &lose));
            let http = Recorded::new(|request: &Request| {
                check(request, &school, &mut rooms.borrow_mut());
                let stored = state.answer(request);
                let lost = !request.changes.is_empty() && lose.take();
                if lost { answer(502, "") } else { stored }
            });
            let journals = || Ok(school.all.iter().map(|facts| facts.journal.id.clone()).collect());
            let named = |journal: &str| Ok(school.named(journal));
            let see = |probe: Probe| {
                let vk = Vk::new(&http, COMMUNITY);
                let eye = Eye { messenger: &vk, community: COMMUNITY, prints: &print, journals: &journals };
                observe::observe(&eye, &[probe]).expect("an answer").pop().expect("one")
            };
            let do_it = |change: Change| {
                let vk = Vk::new(&http, COMMUNITY);
                let hand = Hand { messenger: &vk, community: COMMUNITY, prints: &print, named: &named };
                apply::apply(&hand, &[change]).expect("an effect").pop().expect("one")
            };
            run(&mut host, &school, &see, &do_it);
            // Nothing changed: nothing is written again.
            if !lose.get() {
                let before = http.requests().iter().filter(|request| !request.changes.is_empty()).count();
                run(&mut host, &school, &see, &do_it);
                let after = http.requests().iter().filter(|request| !request.changes.is_empty()).count();
                prop_assert_eq!(before, after, "written again without a reason");
            }
        }
    }
}
