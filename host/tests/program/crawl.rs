//! Every page that can be reached, and every field of every form on it, put wrong in every way: found on the pages
//! themselves, so that a new page or a new field is tried by itself. Over plain HTTP, with the program as it is run.

mod afterwards;
mod forms;
mod hostile;
mod judge;
mod markup;
mod press;
mod reading;
mod routes;
mod school;
mod strike;
mod visitor;
mod walk;
mod wire;

use serde_json::Value;

use crate::cabinet::PASSWORD;
use crate::d1_browser::serve_with;
use crate::process::Ended;
use crate::teachers;
use afterwards::{all_is_well, file_of};
use hostile::{Hostile, How, MARK};
use judge::Judge;
use school::{School, WEB};
use visitor::{Run, Visitor, invite};
use walk::{Fill, Walk};

/// Pages that nobody looks at, with the reason.
const UNSEEN: [(&str, &str); 2] =
    [("/~sign-out", "takes a form and leads on"), ("/~me/end", "takes a form and leads on")];

/// Pages whose form nobody sees, with the reason.
const UNASKED: [(&str, &str); 1] =
    [("/~school/{school}/{task}/{run}/~made", "nothing was written: the other test has it")];

/// Everybody who comes, by their places.
const NOBODY: usize = 0;
const OLGA: usize = 1;
const ROMAN: usize = 2;
const VERA: usize = 3;
const NEWCOMER: usize = 4;

const SCHOOL_57: Option<&str> = Some("school57");

/// What people fill in.
fn fills(file: &str) -> Vec<Fill> {
    let fills = [
        ("reason", "Проверка обмена"),
        ("name", "а"),
        ("confirm", "нет"),
        ("mail", "deputy@school.example"),
        ("value", "тайна-57"),
        ("login", "nobody"),
        ("password", PASSWORD),
        ("again", PASSWORD),
        ("code", "000000"),
        ("q", "а"),
        ("files", file),
    ];
    fills.into_iter().map(|(name, value)| (name, value.to_owned())).collect()
}

/// A table with one pupil whom the school does not have yet.
fn one_more(school: &School) -> String {
    let table = std::fs::read_to_string(school.world.path("exports/records/pupils.csv")).expect("a table");
    let mut lines = table.lines();
    let (head, first) = (lines.next().expect("a heading"), lines.next().expect("somebody"));
    let (_, rest) = first.split_once(';').expect("cells");
    format!("{head}\np-new;{rest}\n")
}

/// Everybody who comes: a stranger, an administrator, the region, somebody who only looks, somebody who never was here.
fn visitors<'a>(run: Run<'a>) -> Vec<Visitor<'a>> {
    let olga = Visitor::signed_in(run, "olga", ("school-administrator", SCHOOL_57));
    let nobody = Visitor::stranger(run, &olga.origin);
    let roman = Visitor::signed_in(run, "roman", ("region-administrator", None));
    let vera = Visitor::signed_in(run, "vera", ("school-viewer", SCHOOL_57));
    let newcomer = Visitor::newcomer(run, &olga.origin);
    vec![nobody, olga, roman, vera, newcomer]
}

/// Where somebody begins who has no account: signing in, invitations, what is open to everybody.
fn doors(school: &School, run: Run<'_>, origin: &str) -> Vec<String> {
    let path = |address: &str| address.strip_prefix(origin).expect("an address here").to_owned();
    let invitation = invite(run, "newcomer", ("school-viewer", SCHOOL_57));
    let bind: Value = school.world.run(&["bind", "school57/dnevnik", "--browser", "--json"]).with(0).json();
    let links: Value = school.world.run(&["links", "--json"]).with(0).json();
    let links = links["addresses"].as_array().expect("a list").iter().map(|one| &one["address"]);
    let addresses =
        links.chain([&bind["address"]]).map(|address| path(address.as_str().expect("an address")));
    ["/~sign-in".to_owned(), path(&invitation), "/nowhere".to_owned()].into_iter().chain(addresses).collect()
}

/// Nothing was wrong; if anything was, all of it is told.
#[track_caller]
fn nothing_wrong(walk: &Walk<'_>) {
    println!("{:?}", walk.counts);
    let told = walk.wrong.iter();
    let told =
        told.map(|(wrong, (times, example))| format!("{wrong}\n    {times} times, as after {example}"));
    let told: Vec<String> = told.collect();
    assert!(told.is_empty(), "{} faults:\n{}", told.len(), told.join("\n"));
}

#[test]
fn whatever_is_put_into_any_field_stays_a_value() {
    let school = School::served();
    let folder = school.world.path("");
    let before = file_of(&folder);
    let run = |words: &[&str]| -> Ended { school.world.run(words) };
    let visitors = visitors(&run);
    let judge = Judge::of(&visitors[OLGA].origin, &[school.world.stand.url()]);
    let doors = doors(&school, &run, &visitors[OLGA].origin);
    let mut walk = Walk::new(judge, visitors, fills(&one_more(&school)));
    walk.from(OLGA, &["/".to_owned(), school.sheet.clone()]);
    walk.from(NOBODY, &doors);
    [ROMAN, VERA].into_iter().for_each(|who| walk.from(who, &["/".to_owned()]));
    let unseen = routes::unvisited(&walk.visited, &UNSEEN);
    strike::addresses(&mut walk, OLGA, NEWCOMER);
    strike::forms(&mut walk);
    nothing_wrong(&walk);
    assert_eq!(unseen, Vec::<&str>::new(), "pages that the crawl does not find");
    assert_eq!(
        walk.without_form(NEWCOMER),
        UNASKED.map(|(route, _)| route),
        "pages whose forms it does not find"
    );
    all_is_well(&run, &folder, &before);
    let rows: Vec<Value> = run(&["audit", "school57", "--limit", "10000", "--json"]).with(0).json();
    let saved = rows.iter().filter(|row| row["what"] == "settings").count();
    assert!(saved > 60, "what was put into settings was written: {saved}");
    let counts = walk.counts;
    assert!(counts.pages > 300 && counts.forms > 80 && counts.fields > 150, "{counts:?}");
    assert!(counts.requests > 10_000, "{counts:?}");
}

/// Somebody means it, for a reason that means harm.
fn confirmed(walk: &mut Walk<'_>, number: &str) {
    let mut held = walk.held[0].clone();
    walk.refresh(&mut held);
    held.form.set("confirm", number);
    let reason = Hostile { name: "script", how: How::Is(format!("<script>{MARK}()</script>\u{202e}")) };
    walk.send(&mut held, &|form| form.wrong("reason", &reason), "confirmed", None);
}

/// A connector that writes into the school's own records: what it wrote can be taken back.
#[test]
fn whatever_is_put_into_what_takes_back_stays_a_value() {
    let world = teachers::World::bound();
    world.send();
    let _served = serve_with(&world.path(""), WEB);
    let before = file_of(&world.path(""));
    let run = |words: &[&str]| -> Ended { world.run(words) };
    let olga = Visitor::signed_in(&run, "olga", ("school-administrator", SCHOOL_57));
    let judge = Judge::of(&olga.origin, &[]);
    let mut walk = Walk::new(judge, vec![olga], fills(""));
    walk.from(0, &["/~school/school57/petersburg/1/~made".to_owned()]);
    let asks =
        |held: &press::Held| held.form.route().ends_with("/~made") && held.form.names.contains("confirm");
    assert!(walk.held.iter().any(asks), "there is something to take back");
    walk.held.retain(asks);
    strike::forms(&mut walk);
    nothing_wrong(&walk);
    assert_eq!(world.identifiers().len(), 5, "nobody confirmed it");
    walk.held.truncate(1);
    confirmed(&mut walk, "school57-1");
    assert!(world.identifiers().is_empty());
    nothing_wrong(&walk);
    all_is_well(&run, &world.path(""), &before);
}
