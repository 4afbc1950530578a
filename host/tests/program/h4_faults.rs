//! The service misbehaves: nothing is lost, nothing comes twice, and the exit code tells the truth. The same at length,
//! with kills and beside ready-made tools: `cargo xtask bench faults`.

use exchange_stand::rows::Fault;

use crate::h4_rows_to_http::{PUPILS, World};

/// A world whose service has this fault, after a first run that ends with this exit code.
fn struck(fault: Fault, code: i32) -> World {
    let world = World::new();
    world.service.misbehave(fault);
    world.run("", &["run", "rows/rows"]).with(code);
    assert!(world.service.tally().struck > 0, "the fault struck");
    world
}

#[test]
fn h4_a_busy_service_gets_everything_once() {
    assert_eq!(struck(Fault::Busy(2), 0).arrived(), PUPILS);
}

#[test]
fn h4_a_service_that_asks_for_a_pause_gets_it() {
    let world = struck(Fault::Throttled(2), 0);
    assert_eq!((world.arrived(), world.service.tally().early), (PUPILS, 0));
}

#[test]
fn h4_a_lost_answer_makes_no_twins() {
    assert_eq!(struck(Fault::Lost(2), 0).arrived(), PUPILS);
}

#[test]
fn h4_yes_and_nothing_stored_is_noticed_and_made_good_by_the_next_run() {
    let world = struck(Fault::Dropped(2), 3);
    let lost = PUPILS - world.arrived();
    assert!(lost > 0);
    world.service.misbehave(Fault::None);
    world.run("", &["run", "rows/rows"]).with(0);
    assert_eq!(world.arrived(), PUPILS);
    assert_eq!(world.service.tally().posts, 1, "only what was lost is sent again");
}
