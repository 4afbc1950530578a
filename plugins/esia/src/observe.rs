//! Which accounts are linked, by what way, and what keeps the others from it (E9).
//!
//! Everybody is looked up by full name and СНИЛС, and whoever is found comes with their link. What is known to be linked
//! and is not found so is looked for among all links of the school: its account may bear another name by now. An account that cannot be linked as it stands is answered as *unknown*, with
//! the reason: the contract has no other place where an observation says what is in the way.

use std::collections::BTreeSet;

use exchange_sdk::http::Http;
use exchange_sdk::{Basis, Candidate, Failure, Item, Message, NotKnown, Observation, Presence, Probe};

use crate::diary::{Diary, Found, Link, Wanted};
use crate::settings::Rules;
use crate::snils::Snils;
use exchange_sdk::names::{FullName, Likeness};

/// Most candidates an answer may name.
const MOST_CANDIDATES: usize = 10;

/// Seconds until something is asked again that was not answered, where the other side does not say.
const RETRY_S: u32 = 60;

/// Observes.
///
/// # Errors
/// When the diary accepts us no more, or gives no list of links where one is needed.
pub fn observe<H: Http>(
    diary: &Diary<'_, H>,
    rules: &Rules,
    probes: &[Probe],
) -> Result<Vec<Observation>, Failure> {
    let named: Vec<&Probe> = probes.iter().filter(|probe| is_named(&probe.item)).collect();
    let wanted: Vec<Wanted<'_>> = named.iter().map(|probe| wanted(&probe.item)).collect();
    let looked_up = diary.look_up(&wanted);
    let links = if all_links_needed(probes, &looked_up) { diary.links()? } else { Vec::new() };
    let mut found = looked_up.into_iter();
    let answers = probes.iter().map(|probe| match is_named(&probe.item).then(|| found.next()).flatten() {
        None => Ok(by_handle(probe, &links)),
        Some(Ok(found)) => Ok(one(probe, &links, &found, rules)),
        Some(Err(failure)) => unknown(failure),
    });
    answers.collect()
}

/// Is there something that is known to be linked, and that no look-up has found with its link? The whole list is asked for
/// then only: it is as long as the school, and somebody who links in a dialogue waits for it.
fn all_links_needed(probes: &[Probe], looked_up: &[Result<Vec<Found>, Failure>]) -> bool {
    let seen: BTreeSet<&str> = looked_up
        .iter()
        .flatten()
        .flatten()
        .filter_map(|found| Some(found.link.as_ref()?.id.as_str()))
        .collect();
    let missing = |probe: &Probe| match &probe.handle {
        Some(handle) => !seen.contains(handle.as_str()),
        None => !is_named(&probe.item),
    };
    probes.iter().any(missing)
}

/// Of what leaves only the handle is left.
fn is_named(item: &Item) -> bool {
    item.text("last-name").is_some()
}

fn by_handle(probe: &Probe, links: &[Link]) -> Observation {
    match links.iter().find(|link| Some(link.id.as_str()) == probe.handle.as_deref()) {
        Some(link) => Observation::Present(there(link)),
        None => Observation::Absent(Basis::Listing),
    }
}

fn wanted(item: &Item) -> Wanted<'_> {
    let text = |name| item.text(name).unwrap_or_default();
    Wanted { name: [text("last-name"), text("first-name"), text("middle-name")], snils: item.text("snils") }
}

/// One question without an answer leaves one item unknown; a dead token leaves them all.
fn unknown(failure: Failure) -> Result<Observation, Failure> {
    Ok(match failure {
        Failure::Retry(retry_after) => later(Message::new("try-later"), retry_after),
        Failure::Unavailable(reason) => later(reason, None),
        Failure::Refused(refusal) => later(refusal.reason, None),
        grave => return Err(grave),
    })
}

/// Nothing is said of the account: it is asked for again.
fn later(reason: Message, retry_after: Option<u32>) -> Observation {
    Observation::Unknown(NotKnown { reason, retry_after: Some(retry_after.unwrap_or(RETRY_S)) })
}

fn one(probe: &Probe, links: &[Link], found: &[Found], rules: &Rules) -> Observation {
    let judged: Vec<(&Found, Result<(), Message>)> =
        found.iter().map(|found| (found, compare(&probe.item, found, rules))).collect();
    let of_found = found.iter().filter_map(|found| found.link.as_ref());
    if let Some(link) = of_found.chain(links).find(|link| Some(link.id.as_str()) == probe.handle.as_deref()) {
        return known(link, &judged);
    }
    let fitting: Vec<&Found> =
        judged.iter().filter(|(_, judged)| judged.is_ok()).map(|(found, _)| *found).collect();
    let linked: Vec<&Link> = fitting.iter().filter_map(|found| found.link.as_ref()).collect();
    match linked[..] {
        [link] => Observation::Present(there(link).remark(by_what_way(link))),
        [] => absent(&fitting, judged.into_iter().find_map(|(_, judged)| judged.err())),
        _ => Observation::Ambiguous(linked.into_iter().take(MOST_CANDIDATES).map(candidate).collect()),
    }
}

/// A link that is there; does it still fit?
fn known(link: &Link, judged: &[(&Found, Result<(), Message>)]) -> Observation {
    let no_longer = |field: &str, why: Message| {
        there(link).differs(field, None).remark(Message::new("link-no-longer-fits")).remark(why)
    };
    let its = judged.iter().find(|(found, _)| found.link.as_ref().is_some_and(|its| its.id == link.id));
    Observation::Present(match its {
        Some((_, Ok(()))) => there(link).remark(by_what_way(link)),
        Some((_, Err(why))) if why.code.starts_with("in-the-way-snils") => no_longer("snils", why.clone()),
        Some((_, Err(why))) => no_longer("last-name", why.clone()),
        None => no_longer("last-name", Message::new("in-the-way-names")),
    })
}

/// Nobody is linked. Is there an account that could be?
fn absent(fitting: &[&Found], in_the_way: Option<Message>) -> Observation {
    let active = fitting.iter().any(|found| found.user.is_some());
    match (fitting.is_empty(), active, in_the_way) {
        (false, true, _) => Observation::Absent(Basis::Lookup),
        (false, false, _) => Observation::unknown(Message::new("in-the-way-not-activated")),
        (true, _, Some(why)) => Observation::unknown(why),
        (true, _, None) => Observation::unknown(Message::new("in-the-way-no-account")),
    }
}

/// Is this the account of the item's person?
///
/// # Errors
/// Why it is not, or not certainly.
fn compare(item: &Item, found: &Found, rules: &Rules) -> Result<(), Message> {
    let Wanted { name: [last, first, middle], snils } = wanted(item);
    let there = FullName::new(&found.last_name, &found.first_name, &found.middle_name);
    match FullName::new(last, first, middle).likeness(&there, rules.yo_is_e) {
        Likeness::Same => {}
        other => return Err(of_names(other)),
    }
    match (Snils::of(snils), Snils::of(found.snils.as_deref())) {
        (_, Snils::Wrong) => Err(Message::new("in-the-way-snils-wrong")),
        (Snils::Digits(ours), Snils::Digits(theirs)) if ours != theirs => {
            Err(Message::new("in-the-way-snils"))
        }
        _ => Ok(()),
    }
}

fn of_names(likeness: Likeness) -> Message {
    match likeness {
        Likeness::Yo => Message::new("in-the-way-yo"),
        Likeness::LookAlike => Message::new("in-the-way-look-alike"),
        Likeness::Hyphens => Message::new("in-the-way-hyphens"),
        Likeness::Patronymic => Message::new("in-the-way-patronymic"),
        Likeness::Same | Likeness::Other => Message::new("in-the-way-names"),
    }
}

/// A link that is there, with the way it came about: the school counts them by it.
fn there(link: &Link) -> Presence {
    Presence::new(&link.id).output("way", &by_what_way(link).code)
}

fn by_what_way(link: &Link) -> Message {
    match link.source.as_str() {
        "signIn" => Message::new("linked-by-itself"),
        _ => Message::new("linked-by-hand"),
    }
}

fn candidate(link: &Link) -> Candidate {
    let evidence = vec![Message::new("evidence-same-name"), by_what_way(link)];
    Candidate { handle: link.id.clone(), label: link.id.clone(), evidence, link: None }
}

#[cfg(test)]
mod tests {
    use exchange_sdk::Purpose;
    use exchange_sdk::testing::{Recorded, answer};
    use serde_json::{Value, json};

    use super::*;
    use crate::level::Level;

    const SNILS: &str = "11223344595";

    fn usual() -> Rules {
        let (through_esia, transition, yo_is_e) = (true, false, true);
        Rules { through_esia, transition, yo_is_e, under_14: Level::Simplified, from_14: Level::Standard }
    }

    fn probe(handle: Option<&str>) -> Probe {
        let item = Item::new("link", "pupil:p1")
            .field("last-name", "Вымыслова")
            .field("first-name", "Анна")
            .field("middle-name", "Петровна")
            .field("snils", SNILS);
        Probe { item, handle: handle.map(str::to_owned), targets: Vec::new(), purpose: Purpose::Adopt }
    }

    fn link(id: &str, source: &str) -> Value {
        json!({"id_str": id, "source": source})
    }

    /// An account that fits, changed.
    fn account(changes: Value) -> Value {
        let mut account = json!({"user_str": "7", "lastName": "ВЫМЫСЛОВА", "firstName": "Анна",
            "middleName": "Петровна", "snils": "112-233-445 95", "roles": ["EduStudent"], "link": null});
        for (name, value) in changes.as_object().unwrap() {
            account[name] = value.clone();
        }
        account
    }

    fn seen(handle: Option<&str>, links: &[Value], accounts: &[Value]) -> Observation {
        let http = Recorded::new(|request| match request.operation.as_str() {
            "list-links" => answer(200, &json!(links).to_string()),
            _ => answer(200, &json!(accounts).to_string()),
        });
        let rules = usual();
        let mut seen = observe(&Diary::new(&http, "1000"), &rules, &[probe(handle)]).expect("an answer");
        let listed =
            handle.is_some_and(|handle| !accounts.iter().any(|account| account["link"]["id_str"] == handle));
        assert_eq!(
            (seen.len(), http.count("list-links"), http.count("look-up")),
            (1, usize::from(listed), 1)
        );
        seen.remove(0)
    }

    fn told(observation: Observation) -> String {
        match observation {
            Observation::Absent(basis) => format!("absent {basis:?}"),
            Observation::Present(presence) => {
                let remarks: Vec<String> = presence.remarks.into_iter().map(|remark| remark.code).collect();
                format!("{} {}", presence.handle, remarks.join(" "))
            }
            Observation::Ambiguous(candidates) => format!("{} candidates", candidates.len()),
            Observation::Unknown(unknown) => unknown.reason.code,
            Observation::Pending => "pending".to_owned(),
        }
    }

    #[test]
    fn e9_who_is_linked_and_what_keeps_the_others() {
        let by_itself = link("71", "signIn");
        for (handle, links, accounts, expected) in [
            (None, vec![], vec![account(json!({}))], "absent Basis::Lookup"),
            (None, vec![], vec![], "in-the-way-no-account"),
            (None, vec![], vec![account(json!({"user_str": null}))], "in-the-way-not-activated"),
            (None, vec![], vec![account(json!({"lastName": "Лисова"}))], "in-the-way-names"),
            (None, vec![], vec![account(json!({"middleName": ""}))], "in-the-way-patronymic"),
            (None, vec![], vec![account(json!({"firstName": "Aнна"}))], "in-the-way-look-alike"),
            (None, vec![], vec![account(json!({"snils": "000-600-005 05"}))], "in-the-way-snils"),
            (None, vec![], vec![account(json!({"snils": "1"}))], "in-the-way-snils-wrong"),
            (None, vec![], vec![account(json!({"snils": null}))], "absent Basis::Lookup"),
            (None, vec![by_itself.clone()], vec![account(json!({"link": by_itself}))], "71 linked-by-itself"),
            (
                Some("71"),
                vec![link("71", "dialogue")],
                vec![account(json!({"link": link("71", "dialogue")}))],
                "71 linked-by-hand",
            ),
            // Renamed at the diary, at the school, unlinked there, linked anew there.
            (
                Some("71"),
                vec![by_itself.clone()],
                vec![account(json!({"lastName": "Лисова", "link": by_itself}))],
                "71 link-no-longer-fits in-the-way-names",
            ),
            (Some("71"), vec![by_itself.clone()], vec![], "71 link-no-longer-fits in-the-way-names"),
            (Some("71"), vec![], vec![account(json!({}))], "absent Basis::Lookup"),
            (
                Some("71"),
                vec![link("72", "signIn")],
                vec![account(json!({"link": link("72", "signIn")}))],
                "72 linked-by-itself",
            ),
            // One fits, another with the same СНИЛС does not.
            (
                None,
                vec![],
                vec![account(json!({"lastName": "Лисова"})), account(json!({}))],
                "absent Basis::Lookup",
            ),
            (
                None,
                vec![by_itself.clone(), link("72", "signIn")],
                vec![account(json!({"link": by_itself})), account(json!({"link": link("72", "signIn")}))],
                "2 candidates",
            ),
        ] {
            let shown = format!("{handle:?} {links:?} {accounts:?}");
            assert_eq!(told(seen(handle, &links, &accounts)), expected, "{shown}");
        }
    }

    #[test]
    fn what_is_asked_holds_name_and_snils_in_the_body_only() {
        let http = Recorded::new(|_| answer(200, "[]"));
        let rules = usual();
        observe(&Diary::new(&http, "1000"), &rules, &[probe(None)]).unwrap();
        let request = http.requests().pop().unwrap();
        assert!(request.query.is_empty());
        let exchange_sdk::http::Body::Json(body) = request.body else { panic!("no JSON") };
        let body: Value = serde_json::from_str(&body).unwrap();
        let expected =
            json!({"lastName": "Вымыслова", "firstName": "Анна", "middleName": "Петровна", "snils": SNILS});
        assert_eq!(body, expected);
    }

    #[test]
    fn one_look_up_that_fails_leaves_one_unknown() {
        let http = Recorded::new(|request| match request.operation.as_str() {
            "list-links" => answer(200, "[]"),
            _ => answer(500, "{}"),
        });
        let rules = usual();
        let seen = observe(&Diary::new(&http, "1000"), &rules, &[probe(None)]).unwrap();
        assert_eq!(seen.into_iter().map(told).collect::<Vec<_>>(), ["server-error"]);
        let dead = Recorded::new(|_| answer(401, "{}"));
        assert!(matches!(
            observe(&Diary::new(&dead, "1000"), &rules, &[probe(None)]),
            Err(Failure::Unauthorized(_))
        ));
    }
}
