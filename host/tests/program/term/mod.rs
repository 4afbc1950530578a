//! Terms of school life, replayed day by day with the real program against the stand-in of VK (S4, S5, S6): every
//! evening the tables are imported and the task is run, while requests fail, answers are lost and the process is killed.
//! At the end of each evening chats, members, calls, links and messages are what the rules of `docs/sferum.md` say, worked
//! out here anew from the term alone.
//!
//! The program's wall clock is set by `faketime` (Debian), so that a term passes in minutes.

mod life;
mod rules;
mod troubles;

use invented_school::Rng;
use invented_school::term::{Term, TermParams};
use jiff::civil::date;

use self::life::Life;
use self::rules::Rules;
use self::troubles::Trouble;

/// Replays the term to its end.
fn replay(params: TermParams) {
    let Some(life) = Life::start() else { return };
    let mut term = Term::new(params);
    let mut rules = Rules::default();
    let mut chance = Rng::new(params.seed);
    term.publish_week();
    for _ in 0..params.weeks * 7 {
        term.pass_day();
        life.people(&term);
        rules.join_by_link(&term, &life, &mut chance);
        life.import(&term);
        life.evening(&term, Trouble::some(&mut chance));
        rules.pass_evening(&term);
        rules.hold(&term, &life);
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
