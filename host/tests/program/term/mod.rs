//! Terms of school life, replayed day by day with the real program against the stand-in of VK (S4, S5, S6): every
//! evening the tables are imported and the task is run, while requests fail, answers are lost and the process is killed.
//! At the end of each evening chats, members, calls, links and messages are what the rules of `docs/sferum.md` say, worked
//! out here anew from the term alone.
//!
//! The program's wall clock is set by `faketime` (Debian), so that a term passes in minutes.

mod life;
mod rules;
mod troubles;

use std::time::Instant;

use invented_school::Rng;
use invented_school::term::{Term, TermParams};
use jiff::civil::date;
use serde_json::json;

use self::life::{Life, Pace};
use self::rules::Rules;
use self::troubles::Trouble;

/// Replays the term to its end.
fn replay(params: TermParams) {
    let Some(life) = Life::start(Pace::Free) else { return };
    let mut term = Term::new(params);
    let mut rules = Rules::default();
    let mut chance = Rng::new(params.seed);
    term.publish_week();
    for _ in 0..params.weeks * 7 {
        term.pass_day();
        life.people(&term);
        rules.join_by_link(&term, &life, &mut chance);
        life.import(&term);
        let trouble = Trouble::some(&mut chance);
        life.evening(&term, trouble);
        rules.pass_evening(&term);
        rules.hold(&term, &life, trouble.is_none());
    }
    assert!(rules.has_seen_everything(), "{}", rules.seen());
}

#[test]
fn s6_three_weeks_of_school_life_with_faults_and_kills() {
    replay(TermParams { seed: 57, classes: 6, pupils: 4, weeks: 3, monday: date(2027, 1, 11) });
}

#[test]
#[ignore = "sixteen weeks of forty classes take half an hour"]
fn s6_a_term_of_school_life_with_faults_and_kills() {
    replay(TermParams { seed: 1, classes: 40, pupils: 4, weeks: 16, monday: date(2027, 1, 11) });
}

/// Forty classes with 1,100 pupils: how many requests the first run takes within VK's limits, how many the next one,
/// before which nothing has changed, and how many the next evening, when what is there is looked at again and the lessons
/// of the day after are announced.
#[test]
fn s4_a_large_school_is_synchronised_within_limits_and_then_only_looked_at() {
    let Some(life) = Life::start(Pace::Limited) else { return };
    let mut term =
        Term::new(TermParams { seed: 57, classes: 40, pupils: 27, weeks: 1, monday: date(2027, 1, 11) });
    term.publish_week();
    life.people(&term);
    life.import(&term);
    let began = Instant::now();
    let (first, requests) = life.counted(&term);
    println!("first: {:.1?}, {first}, {requests:?}", began.elapsed());
    let chats = requests["messages.createChat"];
    assert!(chats > 20, "{requests:?}");
    // One creation, one link, who is in, what was said; the rest by listings and pages.
    let all: usize = requests.values().sum();
    assert!(all < 12 * chats, "{all} requests for {chats} chats: {requests:?}");
    // What the first run put into the lessons are records that changed: who is in the chats is read once more.
    life.let_pass(10);
    let (links, requests) = life.counted(&term);
    println!("links in lessons: {links}, {requests:?}");
    let all: usize = requests.values().sum();
    assert!(links["applied"] == 0 && all < 3 * chats, "{all} requests for {chats} chats: {requests:?}");
    life.let_pass(10);
    let (again, requests) = life.counted(&term);
    println!("again: {again}, {requests:?}");
    assert_eq!(again["waiting"], first["waiting"], "whoever is waited for is told again");
    assert_eq!((&again["applied"], requests.len()), (&json!(0), 0), "nothing has changed: {requests:?}");
    term.today = term.today.tomorrow().expect("a day");
    let (audit, requests) = life.counted(&term);
    println!("audit: {audit}, {requests:?}");
    let reads: usize = requests.iter().filter(|(method, _)| method.contains(".get")).map(|(_, n)| n).sum();
    let over = requests["messages.deleteScheduledCall"];
    let written = requests.values().sum::<usize>() - reads;
    assert_eq!(
        audit["applied"],
        written - over,
        "nothing is written but what is announced, or over: {audit}"
    );
    assert!(reads > chats && reads < 8 * chats, "{reads} reads for {chats} chats: {requests:?}");
}
