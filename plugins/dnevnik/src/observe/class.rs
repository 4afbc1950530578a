//! Classes: one list of the school's classes, matched by year, grade and name.

use exchange_sdk::http::Http;
use exchange_sdk::{Basis, Candidate, Failure, Item, Message, Observation, Presence, Probe};

use super::{pages, same_ids, unknown, unstable};
use crate::names::class_name;
use crate::remote::{Group, Remote};

pub(super) fn observe<H: Http>(
    remote: &Remote<'_, H>,
    probes: &[Probe],
) -> Result<Vec<Observation>, Failure> {
    let groups = remote.groups()?;
    let mut seen = Vec::with_capacity(probes.len());
    for probe in probes {
        seen.push(one(remote, probe, &groups)?);
    }
    confirm_absence(remote, &groups, seen)
}

fn one<H: Http>(remote: &Remote<'_, H>, probe: &Probe, groups: &[Group]) -> Result<Observation, Failure> {
    let alike = alike(&probe.item, groups);
    let Some(handle) = &probe.handle else { return Ok(found(&probe.item, &alike)) };
    if let Some(known) = groups.iter().find(|group| group.id_str == *handle) {
        return Ok(Observation::Present(presence(&probe.item, known, &alike)));
    }
    // Not on the list: archived, or gone.
    match remote.groups_by_id(&[handle]).pop() {
        Some(Ok(Some(known))) => Ok(Observation::Present(presence(&probe.item, &known, &alike))),
        Some(Err(failure)) => unknown(failure),
        _ => Ok(Observation::Absent(Basis::Lookup)),
    }
}

/// Classes of the same year and grade with the same name, however it is written.
fn alike<'a>(item: &Item, groups: &'a [Group]) -> Vec<&'a Group> {
    let name = class_name(item.text("name").unwrap_or_default());
    let mut alike: Vec<&Group> = groups
        .iter()
        .filter(|group| {
            group.kind == "Group"
                && Some(group.studyyear) == item.integer("study-year")
                && Some(group.parallel) == item.integer("parallel")
                && class_name(&group.name) == name
        })
        .collect();
    // A list that shifts between pages names some twice.
    alike.sort_by_key(|group| &group.id_str);
    alike.dedup_by_key(|group| &group.id_str);
    alike
}

fn found(item: &Item, alike: &[&Group]) -> Observation {
    match alike {
        [] => Observation::Absent(Basis::Listing),
        [group] => Observation::Present(presence(item, group, alike)),
        several => Observation::Ambiguous(several.iter().take(10).map(|group| candidate(group)).collect()),
    }
}

fn candidate(group: &Group) -> Candidate {
    Candidate {
        handle: group.id_str.clone(),
        label: group.name.clone(),
        evidence: vec![Message::new("evidence-same-class").arg("year", group.studyyear)],
        link: Some(pages::class(&group.id_str)),
    }
}

fn presence(item: &Item, group: &Group, alike: &[&Group]) -> Presence {
    let mut presence = Presence::new(&group.id_str);
    if item.text("name").is_some_and(|name| class_name(name) != class_name(&group.name)) {
        presence = presence.differs("name", Some(group.name.clone()));
    }
    for (field, there) in [("parallel", group.parallel), ("study-year", group.studyyear)] {
        if item.integer(field).is_some_and(|wanted| wanted != there) {
            presence = presence.differs(field, Some(there.to_string()));
        }
    }
    match alike.iter().any(|other| other.id_str != group.id_str) {
        true => presence.remark(Message::new("twin-class")),
        false => presence,
    }
}

/// Reads the list again before anybody is told that something is not on it.
fn confirm_absence<H: Http>(
    remote: &Remote<'_, H>,
    groups: &[Group],
    seen: Vec<Observation>,
) -> Result<Vec<Observation>, Failure> {
    let missed = |one: &Observation| *one == Observation::Absent(Basis::Listing);
    if !seen.iter().any(missed) {
        return Ok(seen);
    }
    let again = remote.groups()?;
    let ids = |groups: &'_ [Group]| groups.iter().map(|group| group.id_str.clone()).collect::<Vec<_>>();
    let (first, second) = (ids(groups), ids(&again));
    if same_ids(first.iter().map(String::as_str), second.iter().map(String::as_str)) {
        return Ok(seen);
    }
    Ok(seen.into_iter().map(|one| if missed(&one) { unstable() } else { one }).collect())
}
