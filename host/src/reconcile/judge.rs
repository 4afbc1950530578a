//! What follows from an item's situation and what was seen there. Pure: the rules of doubt and adoption stand here.

use crate::model::contract::{Candidate, NotKnown, Observation, Presence};
use crate::model::manifest::{Kind, Nature, Observe};
use crate::model::setup::Changes;
use crate::model::{Action, Doubt, LedgerEntry, Message, Millis, Waiting};
use crate::store::{Answer, Question, Restored};

use super::state::{Next, Situation, Wanted};

/// Everything a judgement rests on.
#[derive(Debug)]
pub(super) struct Case<'a> {
    pub(super) kind: &'a Kind,
    pub(super) wanted: &'a Wanted,
    pub(super) situation: Situation,
    pub(super) entry: Option<&'a LedgerEntry>,
    /// Without what a person said is something else. `None`: nobody looked, because nobody can or need.
    pub(super) seen: Option<&'a Observation>,
    pub(super) answer: Option<&'a Answer>,
    /// The school was restored, and anything may be there that the ledger does not know of.
    pub(super) restored: Option<&'a Restored>,
    pub(super) changes: Changes,
    /// The person whom it is awaited of is doing it.
    pub(super) by_person: bool,
    pub(super) now: Millis,
    /// Milliseconds a request takes at most.
    pub(super) deadline: u64,
}

/// Judges.
pub(super) fn judge(case: &Case<'_>) -> Next {
    match case.situation {
        Situation::Same => Next::Same,
        Situation::New => case.new_item(),
        Situation::Doubt | Situation::Unconfirmed => case.doubtful(),
        Situation::Changed | Situation::Audit => case.known(),
        Situation::Undone => case.undone(),
    }
}

impl Case<'_> {
    fn new_item(&self) -> Next {
        if self.answer == Some(&Answer::Skip) {
            return Next::Unknown(Message::new("host-skipped-by-decision"));
        }
        match self.seen {
            None if self.is_awaited() => self.wait(),
            None => self.perhaps_sent().unwrap_or_else(|| self.create(None)),
            Some(Observation::Present(presence)) => Next::Adopt(Box::new(presence.clone())),
            Some(Observation::Absent(_) | Observation::Pending) if self.is_awaited() => self.wait(),
            Some(Observation::Absent(_)) => self.absent_new(),
            Some(Observation::Ambiguous(candidates)) => self.ambiguous(candidates),
            Some(Observation::Pending) => Next::Unknown(Message::new("host-pending-there")),
            Some(Observation::Unknown(NotKnown { reason, retry_after: None })) if self.is_awaited() => {
                self.in_the_way(reason)
            }
            Some(Observation::Unknown(NotKnown { reason, .. })) => Next::Unknown(reason.clone()),
        }
    }

    /// It may have been sent by a past that the ledger does not know of: what nobody can look at, and what must not
    /// happen twice, a person knows; of the rest an absence is certain when nothing can arrive any more.
    fn perhaps_sent(&self) -> Option<Next> {
        let person = self.kind.observe == Observe::None || self.kind.nature == Nature::Event;
        if let (Some(Answer::Adopt(handle)), true) = (self.answer, person) {
            return Some(Next::Believed(Some(handle.clone()).filter(|handle| !handle.is_empty())));
        }
        let restored = self.restored?;
        if self.seen.is_some() && !self.settled(&restored.doubt) {
            return Some(Next::InDoubt);
        }
        // What could not be sent before was not, and what is over will not be.
        let window = self.wanted.item.window.unwrap_or_default();
        let later = window.not_before > Some(restored.at);
        let over = window.not_after.is_some_and(|end| end < self.now);
        let ask = person && !later && !over && self.answer.is_none();
        ask.then(|| Next::Decide(Question::Arrived, Vec::new()))
    }

    fn absent_new(&self) -> Next {
        if let Some(next) = self.perhaps_sent() {
            return next;
        }
        match self.answer {
            // The person chose something that has disappeared meanwhile: what they said no longer counts.
            Some(Answer::Adopt(_)) => Next::Unknown(Message::new("host-decision-outdated")),
            _ => self.create(None),
        }
    }

    fn ambiguous(&self, candidates: &[Candidate]) -> Next {
        match self.answer {
            Some(Answer::Adopt(handle)) if candidates.iter().any(|c| &c.handle == handle) => {
                Next::Adopt(Box::new(self.unseen(handle)))
            }
            _ => Next::Decide(Question::Which, candidates.to_vec()),
        }
    }

    /// A person says that it is this one; how it looks there is not known.
    fn unseen(&self, handle: &str) -> Presence {
        let unseen = self.wanted.item.fields.iter().map(|field| field.name.to_string()).collect();
        Presence { handle: handle.to_owned(), unseen, ..Presence::default() }
    }

    /// Somebody else makes it.
    fn is_awaited(&self) -> bool {
        self.kind.nature == Nature::Awaited && !self.by_person
    }

    fn wait(&self) -> Next {
        let default = || Waiting::of(Message::new("host-waiting"));
        Next::Wait(Box::new(self.wanted.item.waiting.clone().unwrap_or_else(default)))
    }

    /// Whoever makes it cannot, until somebody removes what the connector names.
    fn in_the_way(&self, what: &Message) -> Next {
        Next::Wait(Box::new(Waiting { whom: what.clone(), steps: Vec::new(), in_the_way: true }))
    }

    fn create(&self, token: Option<String>) -> Next {
        let window = self.wanted.item.window.unwrap_or_default();
        if window.not_after.is_some_and(|end| end < self.now) {
            return Next::Expired;
        }
        if let Some(start) = window.not_before.filter(|start| *start > self.now) {
            return Next::NotYet(start);
        }
        Next::Apply { action: Action::Create, fields: Vec::new(), token }
    }

    fn doubtful(&self) -> Next {
        let Some(doubt) = self.entry.and_then(|entry| entry.doubt.as_ref()) else {
            return Next::InDoubt;
        };
        if self.kind.observe == Observe::None {
            return self.unseeable(doubt);
        }
        match self.seen {
            Some(Observation::Present(presence)) => self.doubt_present(doubt, presence),
            Some(Observation::Absent(_)) => self.doubt_absent(doubt),
            Some(Observation::Ambiguous(candidates)) => self.doubt_ambiguous(candidates),
            Some(Observation::Pending) => Next::InDoubt,
            Some(Observation::Unknown(_)) | None => self.repeat(doubt).unwrap_or(Next::InDoubt),
        }
    }

    /// Has enough time passed that what is not there now never will be?
    fn settled(&self, doubt: &Doubt) -> bool {
        self.now >= doubt.until.saturating_add_unsigned(self.kind.settle_ms)
    }

    /// The same change again under the same token, while the token protects. The request must arrive inside the
    /// window, not only leave in it.
    fn repeat(&self, doubt: &Doubt) -> Option<Next> {
        let window = self.kind.token_window_ms;
        let end = doubt.sent.saturating_add_unsigned(window);
        let arrives = self.now.saturating_add_unsigned(self.deadline);
        if window == 0 || self.situation == Situation::Unconfirmed || arrives >= end {
            return None;
        }
        match doubt.action {
            Action::Create => {
                let next = self.create(Some(doubt.token.clone()));
                matches!(next, Next::Apply { .. }).then_some(next)
            }
            Action::Update => {
                let fields = self.entry.map(|entry| self.wanted.changed(&entry.fields)).unwrap_or_default();
                (!fields.is_empty()).then(|| self.apply_update(fields, Some(doubt.token.clone())))
            }
            Action::Close | Action::Remove => None,
        }
    }

    fn doubt_present(&self, doubt: &Doubt, presence: &Presence) -> Next {
        let differing = self.wanted.owned(&presence.differing);
        match doubt.action {
            Action::Create => found(presence),
            Action::Update if differing.is_empty() => found(presence),
            Action::Update if self.settled(doubt) => self.differs(differing, presence),
            Action::Update => self.repeat(doubt).unwrap_or(Next::InDoubt),
            Action::Close | Action::Remove if self.settled(doubt) => self.differs(differing, presence),
            Action::Close | Action::Remove => Next::InDoubt,
        }
    }

    fn doubt_absent(&self, doubt: &Doubt) -> Next {
        let certain = self.settled(doubt);
        match doubt.action {
            Action::Create if certain => {
                // An answered write that left nothing would be answered the same way under the same token.
                let token = (self.situation == Situation::Doubt).then(|| doubt.token.clone());
                self.create(token)
            }
            Action::Create => self.repeat(doubt).unwrap_or(Next::InDoubt),
            Action::Update if certain => self.lost(),
            Action::Close | Action::Remove if certain => self.create(None),
            Action::Update | Action::Close | Action::Remove => Next::InDoubt,
        }
    }

    fn doubt_ambiguous(&self, candidates: &[Candidate]) -> Next {
        match self.answer {
            Some(Answer::Adopt(handle)) if candidates.iter().any(|c| &c.handle == handle) => {
                Next::Found(Box::new(self.unseen(handle)))
            }
            _ => Next::Decide(Question::Which, candidates.to_vec()),
        }
    }

    /// A doubt about something that nobody can look at: the token, or a person.
    fn unseeable(&self, doubt: &Doubt) -> Next {
        if let Some(again) = self.repeat(doubt) {
            return again;
        }
        match self.answer {
            Some(Answer::Adopt(handle)) => Next::Believed(Some(handle.clone()).filter(|h| !h.is_empty())),
            Some(Answer::Create) if doubt.action == Action::Update => {
                self.apply_update(self.wanted.hashes.iter().map(|h| h.name.to_string()).collect(), None)
            }
            Some(Answer::Create) => self.create(None),
            Some(Answer::Skip) => Next::InDoubt,
            None => Next::Decide(Question::Arrived, Vec::new()),
        }
    }

    /// Something that was there, now changed or looked at again.
    fn known(&self) -> Next {
        let changed = self.entry.map(|entry| self.wanted.changed(&entry.fields)).unwrap_or_default();
        match self.seen {
            None if changed.is_empty() => Next::Same,
            None => self.change(changed, None),
            Some(Observation::Present(presence)) => self.known_present(changed, presence),
            Some(Observation::Absent(_)) if self.restored.is_some_and(|mark| !self.settled(&mark.doubt)) => {
                Next::InDoubt
            }
            Some(Observation::Absent(_)) => self.lost(),
            Some(Observation::Ambiguous(candidates)) => Next::Decide(Question::Which, candidates.to_vec()),
            Some(Observation::Pending) => Next::Unknown(Message::new("host-pending-there")),
            Some(Observation::Unknown(not_known)) => Next::Unknown(not_known.reason.clone()),
        }
    }

    /// What a person has undone stays so, unless somebody has made it true otherwise.
    fn undone(&self) -> Next {
        match self.seen {
            Some(Observation::Present(there)) if self.wanted.owned(&there.differing).is_empty() => {
                found(there)
            }
            _ => Next::LeftAlone,
        }
    }

    fn known_present(&self, changed: Vec<String>, presence: &Presence) -> Next {
        let mut differing = self.wanted.owned(&presence.differing);
        // What cannot be read there is judged by what was written last.
        differing.extend(changed.into_iter().filter(|name| presence.unseen.contains(name)));
        differing.sort();
        differing.dedup();
        self.differs(differing, presence)
    }

    fn differs(&self, fields: Vec<String>, presence: &Presence) -> Next {
        let presence_there = || Some(Box::new(presence.clone()));
        match self.kind.nature {
            _ if fields.is_empty() => found(presence),
            Nature::Event => found(presence),
            // Somebody else made it, and has to mend it.
            Nature::Awaited => Next::Tell { fields, presence: presence_there() },
            Nature::State => self.change(fields, presence_there()),
        }
    }

    fn change(&self, fields: Vec<String>, presence: Option<Box<Presence>>) -> Next {
        match self.changes {
            Changes::Update => self.apply_update(fields, None),
            Changes::Report => Next::Tell { fields, presence },
        }
    }

    fn apply_update(&self, fields: Vec<String>, token: Option<String>) -> Next {
        Next::Apply { action: Action::Update, fields, token }
    }

    fn lost(&self) -> Next {
        match (self.kind.nature, self.changes) {
            (Nature::Event, _) => Next::Same,
            (Nature::Awaited, _) if self.by_person => self.create(None),
            (Nature::Awaited, _) => self.wait(),
            (Nature::State, Changes::Update) => self.create(None),
            (Nature::State, Changes::Report) => Next::Lost,
        }
    }
}

fn found(presence: &Presence) -> Next {
    Next::Found(Box::new(presence.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::contract::Basis;
    use crate::model::{ItemRef, LedgerState, Origin, WhenGone};

    const SENT: Millis = 1_000_000;
    const UNTIL: Millis = SENT + 30_000;
    const SETTLE: u64 = 5_000;

    fn kind(observe: Observe, window: u64) -> Kind {
        let text = r#"{"name":"k","title":{"ru":"","en":""}}"#;
        let kind: Kind = serde_json::from_str(text).expect("the smallest kind");
        Kind { observe, settle_ms: SETTLE, token_window_ms: window, ..kind }
    }

    fn wanted() -> Wanted {
        let item = crate::model::Item {
            id: ItemRef::new("k", "1"),
            former_keys: vec![],
            label: String::new(),
            group: None,
            about: None,
            fields: vec![],
            identity: None,
            gone: WhenGone::Report,
            window: None,
            waiting: None,
        };
        Wanted { item: std::sync::Arc::new(item), scope: "s".into(), hashes: vec![], identity: None }
    }

    fn doubtful() -> LedgerEntry {
        LedgerEntry {
            item: ItemRef::new("k", "1"),
            scope: "s".into(),
            group: None,
            about: None,
            handle: None,
            outputs: vec![],
            refs: vec![],
            fields: vec![],
            origin: Origin::Created,
            state: LedgerState::InDoubt,
            gone: WhenGone::Report,
            identity: None,
            doubt: Some(Doubt {
                action: Action::Create,
                token: "t".into(),
                sent: SENT,
                until: UNTIL,
                scale: None,
            }),
            confirmed: None,
            gone_since: None,
        }
    }

    /// Something new that was looked at.
    fn new<'a>(kind: &'a Kind, wanted: &'a Wanted, seen: Option<&'a Observation>) -> Case<'a> {
        Case {
            kind,
            wanted,
            situation: Situation::New,
            entry: None,
            seen,
            answer: None,
            restored: None,
            changes: Changes::Report,
            by_person: false,
            now: SENT,
            deadline: 10_000,
        }
    }

    fn word(kind: &Kind, seen: Option<&Observation>, answer: Option<&Answer>, now: Millis) -> &'static str {
        let (wanted, entry) = (wanted(), doubtful());
        let doubt = Case { situation: Situation::Doubt, entry: Some(&entry), ..new(kind, &wanted, seen) };
        match judge(&Case { answer, now, ..doubt }) {
            Next::Found(_) => "found",
            Next::Apply { token: Some(_), .. } => "again, same token",
            Next::Apply { token: None, .. } => "again",
            Next::InDoubt => "in doubt",
            Next::Decide(..) => "ask",
            Next::Believed(_) => "believed",
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_in_the_way_of_a_person_is_waited_for_and_no_failure() {
        let kind = Kind { nature: Nature::Awaited, ..kind(Observe::Bulk, 0) };
        let (wanted, reason) = (wanted(), Message::new("names-differ"));
        let next = |retry_after| {
            let unknown = Observation::Unknown(NotKnown { reason: reason.clone(), retry_after });
            judge(&new(&kind, &wanted, Some(&unknown)))
        };
        assert!(matches!(next(None), Next::Wait(waiting) if waiting.in_the_way && waiting.whom == reason));
        assert!(matches!(next(Some(60)), Next::Unknown(why) if why == reason), "nobody answered");
    }

    #[test]
    fn doubt_ends_by_sight_by_time_by_token_or_by_a_person() {
        let absent = Observation::Absent(Basis::Listing);
        let unknown = Observation::Unknown(NotKnown { reason: Message::new("x"), retry_after: None });
        let present = Observation::Present(Presence { handle: "1".into(), ..Presence::default() });
        let certain = UNTIL + SETTLE as Millis;
        let (plain, token, blind) =
            (kind(Observe::Bulk, 0), kind(Observe::Bulk, 60_000), kind(Observe::None, 0));
        let cases = [
            (&plain, Some(&present), None, SENT, "found"),
            (&plain, Some(&absent), None, certain - 1, "in doubt"),
            (&plain, Some(&absent), None, certain, "again, same token"),
            (&plain, Some(&unknown), None, certain + 1_000_000, "in doubt"),
            (&plain, Some(&Observation::Pending), None, certain + 1_000_000, "in doubt"),
            (&token, Some(&absent), None, SENT + 1, "again, same token"),
            (&token, Some(&unknown), None, SENT + 49_999, "again, same token"),
            (&token, Some(&unknown), None, SENT + 50_000, "in doubt"),
            (&blind, None, None, certain, "ask"),
            (&blind, None, Some(&Answer::Create), certain, "again"),
            (&blind, None, Some(&Answer::Adopt(String::new())), certain, "believed"),
            (&blind, None, Some(&Answer::Skip), certain, "in doubt"),
        ];
        for (kind, seen, answer, now, expected) in cases {
            assert_eq!(word(kind, seen, answer, now), expected, "{seen:?} {answer:?} {}", now - SENT);
        }
    }
}
