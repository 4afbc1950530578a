//! Memberships: from the extra read with dates; without it from the public reads, where dates stay unseen.

use std::collections::BTreeMap;

use exchange_sdk::http::Http;
use exchange_sdk::{Basis, Failure, Message, Observation, Presence, Probe};

use super::{same_ids, unknown, unstable};
use crate::dates::day;
use crate::remote::{Group, Membership, Person, PersonMemberships, Remote, Told};

/// In what.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    School,
    Class,
}

pub(super) fn observe<H: Http>(
    remote: &Remote<'_, H>,
    of: Of,
    probes: &[Probe],
) -> Result<Vec<Observation>, Failure> {
    match remote.memberships()? {
        Some(listed) => dated(remote, of, probes, &listed),
        None if of == Of::School => public_school(remote, probes),
        None => public_class(remote, probes),
    }
}

fn dated<H: Http>(
    remote: &Remote<'_, H>,
    of: Of,
    probes: &[Probe],
    listed: &[Membership],
) -> Result<Vec<Observation>, Failure> {
    let kind = if of == Of::School { "school" } else { "eduGroup" };
    let mut by_person = ByPerson::new();
    for membership in listed.iter().filter(|membership| membership.kind == kind) {
        by_person.entry(&membership.person_str).or_default().push(membership);
    }
    let groups =
        if of == Of::Class && any_elsewhere(probes, &by_person) { remote.groups()? } else { Vec::new() };
    let seen: Vec<Observation> = probes.iter().map(|probe| one(of, probe, &by_person, &groups)).collect();
    let missed = |one: &Observation| *one == Observation::Absent(Basis::Listing);
    if !seen.iter().any(missed) {
        return Ok(seen);
    }
    let again = remote.memberships()?.unwrap_or_default();
    let ids = |list: &'_ [Membership]| list.iter().map(|m| m.id_str.clone()).collect::<Vec<_>>();
    let (first, second) = (ids(listed), ids(&again));
    let stable = same_ids(first.iter().map(String::as_str), second.iter().map(String::as_str));
    Ok(seen.into_iter().map(|one| if missed(&one) && !stable { unstable() } else { one }).collect())
}

type ByPerson<'a> = BTreeMap<&'a str, Vec<&'a Membership>>;

fn of_person<'a>(probe: &Probe, by_person: &'a ByPerson<'_>) -> &'a [&'a Membership] {
    probe.handle_of("person").and_then(|person| by_person.get(person)).map(Vec::as_slice).unwrap_or_default()
}

/// Is somebody in a class, and not in the one that is asked about? Then the years of classes have to be known.
fn any_elsewhere(probes: &[Probe], by_person: &ByPerson<'_>) -> bool {
    probes.iter().any(|probe| {
        let theirs = of_person(probe, by_person);
        let class = probe.handle_of("class");
        !theirs.is_empty() && theirs.iter().all(|membership| membership.group.as_deref() != class)
    })
}

fn one(of: Of, probe: &Probe, by_person: &ByPerson<'_>, groups: &[Group]) -> Observation {
    // Whoever is not there belongs to nothing there.
    if probe.handle_of("person").is_none() {
        return Observation::Absent(Basis::Lookup);
    }
    let theirs = of_person(probe, by_person);
    let class = probe.handle_of("class");
    let known = theirs.iter().find(|membership| Some(&membership.id_str) == probe.handle.as_ref());
    let fitting = || theirs.iter().find(|one| of == Of::School || one.group.as_deref() == class);
    // In another class of the same year: to be moved, not to be put into a second one.
    let elsewhere = || theirs.iter().find(|one| are_of_one_year(groups, one.group.as_deref(), class));
    match known.or_else(fitting).or_else(elsewhere) {
        Some(membership) => Observation::Present(presence(of, probe, membership, class)),
        None => Observation::Absent(Basis::Listing),
    }
}

fn are_of_one_year(groups: &[Group], one: Option<&str>, other: Option<&str>) -> bool {
    let year = |id: Option<&str>| {
        let group = groups.iter().find(|group| group.kind == "Group" && Some(group.id_str.as_str()) == id);
        group.map(|group| group.studyyear)
    };
    year(one).is_some_and(|known| year(other) == Some(known))
}

fn presence(of: Of, probe: &Probe, membership: &Membership, class: Option<&str>) -> Presence {
    let mut presence = Presence::new(&membership.id_str);
    let there = membership.start.as_deref().map(day);
    if probe.item.text("start") != there {
        presence = presence.differs("start", there.map(crate::dates::shown));
    }
    if of == Of::Class && membership.group.as_deref() != class {
        presence = presence.differs("class", None);
    }
    presence
}

/// There by the public reads: no id and no date of a membership is shown.
fn undated(place: &str, person: &str) -> Observation {
    let presence = Presence::new(format!("{place}/{person}")).unseen("start");
    Observation::Present(presence.remark(Message::new("date-not-shown")))
}

fn public_school<H: Http>(remote: &Remote<'_, H>, probes: &[Probe]) -> Result<Vec<Observation>, Failure> {
    let people: Vec<&str> = probes.iter().filter_map(|probe| probe.handle_of("person")).collect();
    let mut told = remote.memberships_of(&people).into_iter();
    let seen = probes.iter().map(|probe| match probe.handle_of("person") {
        None => Ok(Observation::Absent(Basis::Lookup)),
        Some(person) => in_school(&remote.school, person, told.next()),
    });
    seen.collect()
}

fn in_school(
    school: &str,
    person: &str,
    told: Option<Told<PersonMemberships>>,
) -> Result<Observation, Failure> {
    match told {
        Some(Ok(Some(memberships))) if memberships.names(school) => Ok(undated(school, person)),
        Some(Err(failure)) => unknown(failure),
        _ => Ok(Observation::Absent(Basis::Lookup)),
    }
}

fn public_class<H: Http>(remote: &Remote<'_, H>, probes: &[Probe]) -> Result<Vec<Observation>, Failure> {
    let classes: Vec<&str> = probes.iter().filter_map(|probe| probe.handle_of("class")).collect();
    let (first, second) = (remote.members(&classes), remote.members(&classes));
    let mut told = first.into_iter().zip(second);
    let seen = probes.iter().map(|probe| {
        let Some(class) = probe.handle_of("class") else { return Ok(Observation::Absent(Basis::Lookup)) };
        match told.next() {
            Some((Ok(first), Ok(second))) => Ok(in_class(probe, class, first, second)),
            Some((Err(failure), _) | (_, Err(failure))) => unknown(failure),
            None => Ok(unstable()),
        }
    });
    seen.collect()
}

fn in_class(
    probe: &Probe,
    class: &str,
    first: Option<Vec<Person>>,
    second: Option<Vec<Person>>,
) -> Observation {
    let Some(person) = probe.handle_of("person") else { return Observation::Absent(Basis::Lookup) };
    let (first, second) = (first.unwrap_or_default(), second.unwrap_or_default());
    if first.iter().chain(&second).any(|member| member.id == person) {
        return undated(class, person);
    }
    match same_ids(first.iter().map(|p| p.id.as_str()), second.iter().map(|p| p.id.as_str())) {
        true => Observation::Absent(Basis::Listing),
        false => unstable(),
    }
}
