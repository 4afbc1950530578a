//! Pupils and parents: by id where it is known, else by what makes a person the same person (D12).
//!
//! How pupils are judged is in `pupil`. Parents: the same СНИЛС; else
//! full name and birth date *and* a child in common; any other namesake is for a person to decide.
//!
//! Searches never spell out a name part with е or ё: the other side compares letters, and people write both.

use std::collections::BTreeMap;

use exchange_sdk::http::Http;
use exchange_sdk::names::{FullName, Likeness};
use exchange_sdk::{Basis, Candidate, Failure, Item, Message, Observation, Presence, Probe};

use super::pupil::{self, Profiles};
use super::{activation, pages, same_ids, unknown, unstable};
use crate::names::{fold, folded};
use crate::remote::{Person, Remote, Told};
use crate::settings::Evidence;

/// Whose kind the probes are of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    Pupil,
    Guardian,
}

pub(super) fn observe<H: Http>(
    remote: &Remote<'_, H>,
    who: Who,
    adopt_by: &[Evidence],
    probes: &[Probe],
) -> Result<Vec<Observation>, Failure> {
    let known: Vec<&str> = probes.iter().filter_map(|probe| probe.handle.as_deref()).collect();
    let mut known = remote.persons(&known).into_iter();
    let strangers: Vec<&Probe> = probes.iter().filter(|probe| probe.handle.is_none()).collect();
    let mut sought = Search { remote, who, adopt_by }.find(&strangers)?.into_iter();
    let observations = probes.iter().map(|probe| match &probe.handle {
        Some(_) => by_id(&probe.item, known.next()),
        None => sought.next().ok_or_else(|| Failure::Unavailable(Message::new("listing-unstable"))),
    });
    observations.collect()
}

fn by_id(item: &Item, told: Option<Told<Person>>) -> Result<Observation, Failure> {
    match told {
        Some(Ok(Some(person))) => Ok(Observation::Present(presence(item, &person, &[]))),
        Some(Err(failure)) => unknown(failure),
        _ => Ok(Observation::Absent(Basis::Lookup)),
    }
}

pub(super) fn name_of(item: &Item) -> FullName {
    let part = |field| item.text(field).unwrap_or_default();
    FullName::new(part("last-name"), part("first-name"), part("middle-name"))
}

/// A person there that speaks for itself; `seen` are fields that the search proved equal.
fn presence(item: &Item, person: &Person, seen: &[&str]) -> Presence {
    let mut presence = Presence::new(&person.id);
    let sex = person.sex.as_deref().unwrap_or_default().to_lowercase();
    let middle = person.middle_name.clone().unwrap_or_default();
    let there = [
        ("last-name", &person.last_name),
        ("first-name", &person.first_name),
        ("middle-name", &middle),
        ("sex", &sex),
    ];
    for (field, there) in there {
        if item.text(field).is_some_and(|wanted| fold(wanted) != fold(there)) {
            presence = presence.differs(field, Some(there.clone()));
        }
    }
    let hidden = ["birth-date", "snils"].into_iter().filter(|field| item.text(field).is_some());
    hidden.filter(|field| !seen.contains(field)).fold(presence, |presence, field| presence.unseen(field))
}

/// What the searches for one item brought.
#[derive(Default)]
pub(super) struct Found {
    pub(super) by_snils: Vec<Person>,
    /// The same birth date; names as they come.
    pub(super) by_birthday: Vec<Person>,
    /// The same name, as far as it could be spelled.
    pub(super) by_name: Vec<Person>,
    pub(super) in_class: Vec<Person>,
}

struct Search<'a, 'r, H> {
    remote: &'a Remote<'r, H>,
    who: Who,
    adopt_by: &'a [Evidence],
}

/// Folded names of the children of persons there, by id of the parent.
type Children = BTreeMap<String, Result<Vec<String>, Failure>>;

/// Criteria of a search.
type Criteria = Vec<(&'static str, String)>;

/// Name parts that both sides spell alike: those without е and ё.
fn spelled(item: &Item) -> Criteria {
    let parts = [("lastName", "last-name"), ("firstName", "first-name")];
    let parts = parts.into_iter().filter_map(|(theirs, ours)| Some((theirs, item.text(ours)?.to_owned())));
    parts.filter(|(_, text)| !fold(text).contains('е')).collect()
}

impl<H: Http> Search<'_, '_, H> {
    fn uses(&self, evidence: Evidence) -> bool {
        self.adopt_by.contains(&evidence)
    }

    /// The searches for one item: by СНИЛС, by birth date, by name.
    fn criteria(&self, item: &Item) -> [Option<Criteria>; 3] {
        let snils = item.text("snils").filter(|_| self.uses(Evidence::Snils));
        let snils = snils.map(|snils| vec![("snils", snils.to_owned())]);
        let birthday = item.text("birth-date").filter(|_| self.uses(Evidence::NameAndBirthday));
        let birthday = birthday.map(|day| {
            let mut criteria = spelled(item);
            criteria.push(("birthday", day.to_owned()));
            criteria
        });
        // Without a birth date there is nothing else to go by; and a parent's namesakes always count.
        let by_name = self.who == Who::Guardian || birthday.is_none();
        let names = [("lastName", "last-name"), ("firstName", "first-name")];
        let names = names.map(|(theirs, ours)| (theirs, item.text(ours).unwrap_or_default().to_owned()));
        [snils, birthday, by_name.then(|| names.to_vec())]
    }

    fn find(&self, probes: &[&Probe]) -> Result<Vec<Observation>, Failure> {
        let criteria: Vec<[Option<Criteria>; 3]> =
            probes.iter().map(|probe| self.criteria(&probe.item)).collect();
        let searches: Vec<Criteria> = criteria.iter().flatten().flatten().cloned().collect();
        let mut answers = self.remote.search(&searches).into_iter();
        let classes = self.classes(probes);
        let mut found = Vec::with_capacity(probes.len());
        for (probe, criteria) in probes.iter().zip(&criteria) {
            let mut next = |asked: &Option<Criteria>| match asked {
                Some(_) => answers.next().unwrap_or(Ok(None)).map(Option::unwrap_or_default),
                None => Ok(Vec::new()),
            };
            let told = (next(&criteria[0]), next(&criteria[1]), next(&criteria[2]));
            found.push(gather(probe, told, &classes));
        }
        self.judge(probes, found, &classes)
    }

    /// Members of the classes that the probes name, each class once.
    fn classes(&self, probes: &[&Probe]) -> BTreeMap<String, Told<Vec<Person>>> {
        if self.who != Who::Pupil || !self.uses(Evidence::NameAndClass) {
            return BTreeMap::new();
        }
        let mut ids: Vec<&str> = probes.iter().filter_map(|probe| probe.handle_of("class")).collect();
        ids.sort_unstable();
        ids.dedup();
        let members = self.remote.members(&ids);
        ids.into_iter().map(str::to_owned).zip(members).collect()
    }

    fn judge(
        &self,
        probes: &[&Probe],
        found: Vec<Result<Found, Failure>>,
        classes: &BTreeMap<String, Told<Vec<Person>>>,
    ) -> Result<Vec<Observation>, Failure> {
        let children = self.children(probes, &found);
        let profiles = self.profiles(probes, &found);
        let mut seen = Vec::with_capacity(probes.len());
        for (probe, found) in probes.iter().zip(found) {
            seen.push(match found {
                Ok(found) if self.who == Who::Pupil => pupil::decide(&probe.item, &found, &profiles)?,
                Ok(found) => match unread(&probe.item, &found, &children) {
                    Some(failure) => unknown(failure)?,
                    None => guardian(&probe.item, &found, &children),
                },
                Err(failure) => unknown(failure)?,
            });
        }
        Ok(self.confirm_absence(probes, seen, classes))
    }

    /// Accounts that may tell the birth dates of classmates with the names of the probes, by id of the account.
    fn profiles(&self, probes: &[&Probe], found: &[Result<Found, Failure>]) -> Profiles {
        let of_pupils = probes.iter().zip(found).filter(|_| self.who == Who::Pupil);
        let found = of_pupils.filter_map(|(probe, found)| Some((&probe.item, found.as_ref().ok()?)));
        let mut users: Vec<&str> = found.flat_map(|(item, found)| pupil::accounts(item, found)).collect();
        users.sort_unstable();
        users.dedup();
        let told = self.remote.users(&users);
        users.into_iter().map(str::to_owned).zip(told).collect()
    }

    /// Children of the namesakes, by id of the namesake: their folded names, or why they could not be read.
    fn children(&self, probes: &[&Probe], found: &[Result<Found, Failure>]) -> Children {
        if self.who != Who::Guardian {
            return BTreeMap::new();
        }
        let mut namesakes: Vec<&str> = Vec::new();
        for (probe, found) in probes.iter().zip(found) {
            let Ok(found) = found else { continue };
            let name = name_of(&probe.item);
            let alike = found.by_birthday.iter().chain(&found.by_name);
            let alike = alike.filter(|person| person.name().likeness(&name, true) != Likeness::Other);
            namesakes.extend(alike.map(|person| person.id.as_str()));
        }
        namesakes.sort_unstable();
        namesakes.dedup();
        let told = self.remote.children(&namesakes);
        let names = |told: Told<Vec<Person>>| {
            let children = told?.unwrap_or_default();
            Ok(children.iter().map(|child| folded(&child.name())).collect())
        };
        namesakes.iter().map(|id| (*id).to_owned()).zip(told.into_iter().map(names)).collect()
    }

    /// A class list that shifts may have hidden the pupil: it is read again before that is called absence.
    fn confirm_absence(
        &self,
        probes: &[&Probe],
        mut seen: Vec<Observation>,
        classes: &BTreeMap<String, Told<Vec<Person>>>,
    ) -> Vec<Observation> {
        let missed = |one: &Observation| *one == Observation::Absent(Basis::Lookup);
        let doubtful: Vec<&Probe> =
            probes.iter().zip(&seen).filter(|(_, one)| missed(one)).map(|(probe, _)| *probe).collect();
        let again = self.classes(&doubtful);
        for (probe, one) in probes.iter().zip(&mut seen) {
            let class = probe.handle_of("class").unwrap_or_default();
            if missed(one) && !agree(classes.get(class), again.get(class)) {
                *one = unstable();
            }
        }
        seen
    }
}

fn agree(first: Option<&Told<Vec<Person>>>, second: Option<&Told<Vec<Person>>>) -> bool {
    same_ids(ids(first), ids(second))
}

fn ids(told: Option<&Told<Vec<Person>>>) -> impl Iterator<Item = &str> {
    let people = match told {
        Some(Ok(Some(people))) => &people[..],
        _ => &[],
    };
    people.iter().map(|person| person.id.as_str())
}

type Three = (Result<Vec<Person>, Failure>, Result<Vec<Person>, Failure>, Result<Vec<Person>, Failure>);

fn gather(
    probe: &Probe,
    (by_snils, by_birthday, by_name): Three,
    classes: &BTreeMap<String, Told<Vec<Person>>>,
) -> Result<Found, Failure> {
    let class = probe.handle_of("class").and_then(|class| classes.get(class));
    let in_class = class.cloned().unwrap_or(Ok(None))?.unwrap_or_default();
    Ok(Found { by_snils: by_snils?, by_birthday: by_birthday?, by_name: by_name?, in_class })
}

/// Those whose name stands to `name` like this, each once.
pub(super) fn named<'a>(
    people: impl IntoIterator<Item = &'a Person>,
    name: &FullName,
    likeness: Likeness,
) -> Vec<&'a Person> {
    unique(people.into_iter().filter(|person| person.name().likeness(name, true) == likeness))
}

pub(super) fn unique<'a>(people: impl IntoIterator<Item = &'a Person>) -> Vec<&'a Person> {
    let by_id: BTreeMap<&str, &Person> =
        people.into_iter().map(|person| (person.id.as_str(), person)).collect();
    by_id.into_values().collect()
}

pub(super) fn ambiguous(people: &[&Person], evidence: &[Message]) -> Observation {
    ambiguous_each(people, |_| evidence.to_vec())
}

/// The same, with evidence for each.
pub(super) fn ambiguous_each(people: &[&Person], evidence: impl Fn(&Person) -> Vec<Message>) -> Observation {
    let candidate = |person: &&Person| Candidate {
        handle: person.id.clone(),
        label: person.shown(),
        evidence: evidence(person).into_iter().chain([activation(person)]).collect(),
        link: Some(pages::person(&person.id)),
    };
    Observation::Ambiguous(people.iter().take(10).map(candidate).collect())
}

/// Adopts one person and tells of the twins beside it.
pub(super) fn adopted(item: &Item, person: &Person, seen: &[&str], alike: &[&Person]) -> Observation {
    let twins = alike.iter().filter(|other| other.id != person.id);
    let remark = |twin: &Person| match (person.user.is_some(), twin.user.is_some()) {
        (_, false) => Message::new("twin-not-activated").arg("id", &twin.id),
        (false, true) => Message::new("twin-activated").arg("id", &twin.id),
        (true, true) => Message::new("twin-both-activated").arg("id", &twin.id),
    };
    let found = presence(item, person, seen);
    Observation::Present(twins.fold(found, |found, twin| found.remark(remark(twin))))
}

/// Everyone found by СНИЛС; `None` where there is nobody.
pub(super) fn by_snils(item: &Item, found: &Found, alike: &[&Person]) -> Option<Observation> {
    let people = unique(&found.by_snils);
    let same = Message::new("evidence-same-snils");
    Some(match people[..] {
        [] => return None,
        [person] if person.name().is_stranger_to(&name_of(item)) => {
            ambiguous(&people, &[same, Message::new("evidence-other-name")])
        }
        [person] => adopted(item, person, &["snils"], alike),
        _ => ambiguous(&people, &[same]),
    })
}

/// Why the children of a namesake could not be read: then nobody knows whether they share one.
fn unread(item: &Item, found: &Found, children: &Children) -> Option<Failure> {
    if !unique(&found.by_snils).is_empty() {
        return None;
    }
    let name = name_of(item);
    let namesakes = found.by_birthday.iter().chain(&found.by_name);
    let mut namesakes = namesakes.filter(|person| person.name().likeness(&name, true) != Likeness::Other);
    namesakes.find_map(|person| children.get(&person.id)?.as_ref().err().cloned())
}

fn guardian(item: &Item, found: &Found, children: &Children) -> Observation {
    let name = name_of(item);
    let alike = named(&found.by_birthday, &name, Likeness::Same);
    if let Some(decided) = by_snils(item, found, &alike) {
        return decided;
    }
    let ours = item.texts("children");
    let shares = |person: &&Person| {
        let theirs = children.get(&person.id).and_then(|told| told.as_ref().ok());
        theirs.is_some_and(|theirs| theirs.iter().any(|child| ours.contains(child)))
    };
    let related: Vec<&Person> = alike.iter().copied().filter(shares).collect();
    match related[..] {
        [] => {}
        [person] => return adopted(item, person, &["birth-date"], &related),
        _ => {
            let evidence =
                [Message::new("evidence-same-name-birthday"), Message::new("evidence-shared-child")];
            return ambiguous(&related, &evidence);
        }
    }
    let namesakes: Vec<&Person> = unique(
        found
            .by_birthday
            .iter()
            .chain(&found.by_name)
            .filter(|person| person.name().likeness(&name, true) != Likeness::Other),
    );
    match &namesakes[..] {
        [] => Observation::Absent(Basis::Lookup),
        namesakes if namesakes.iter().any(shares) => {
            ambiguous(namesakes, &[Message::new("evidence-same-name"), Message::new("evidence-shared-child")])
        }
        namesakes => ambiguous(
            namesakes,
            &[Message::new("evidence-same-name"), Message::new("evidence-no-shared-child")],
        ),
    }
}
