//! What happened to a child at the school: applications, orders, the card, and therefore whether the child goes.
//!
//! Each story is told together with its end. The end is not worked out from the orders: whoever works it out (the
//! connector) is what the school is there to check.

use std::ops::RangeInclusive;

use jiff::civil::{Date, date};
use serde::Serialize;

use crate::model::{Kind, Place, State};
use crate::rng::Rng;

/// Why a child is left out. The first one of a list is the one a secretary would name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The last order is one «Об отчислении».
    Expelled,
    /// No order at all.
    NoOrder,
    /// Orders of earlier years only.
    NoOrderThisYear,
    /// Enrolled into a parallel, classes not formed.
    NoLetter,
    /// The application was taken back.
    ApplicationWithdrawn,
    /// The application was refused.
    ApplicationRefused,
    /// The application is not decided yet.
    ApplicationNotAccepted,
    /// An order, but no application.
    NoApplication,
    /// The card names another class than the last order.
    ClassDiffers,
    /// Application and order are of the year after.
    OtherYear,
}

impl Reason {
    /// As in `expected.json`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Expelled => "expelled",
            Self::NoOrder => "no-order",
            Self::NoOrderThisYear => "no-order-this-year",
            Self::NoLetter => "no-letter",
            Self::ApplicationWithdrawn => "application-withdrawn",
            Self::ApplicationRefused => "application-refused",
            Self::ApplicationNotAccepted => "application-not-accepted",
            Self::NoApplication => "no-application",
            Self::ClassDiffers => "class-differs",
            Self::OtherYear => "other-year",
        }
    }
}

impl Serialize for Reason {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

/// What is special about a child's way; everybody else's is [`Case::Usual`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Case {
    /// As most children of the grade.
    Usual,
    /// Came from another school in September.
    Newcomer,
    /// Moved to another class in September.
    Moved,
    /// Moved, and back again.
    MovedTwice,
    /// Left in an earlier year and was enrolled again in this one.
    Returned,
    /// Has an order that is no matter for classes, later than those that are.
    OtherOrder,
    /// Left in September.
    Expelled,
    /// Left in summer.
    ExpelledBefore,
    /// Application accepted, order not written yet.
    NoOrder,
    /// Enrolled into a parallel only.
    NoLetter,
    /// Application taken back before an order.
    Withdrawn,
    /// Application taken back after the order.
    WithdrawnWithOrder,
    /// Application not decided.
    NotDecided,
    /// Application refused.
    Refused,
    /// No application on file.
    NoApplication,
    /// Card and order name different classes.
    ClassDiffers,
    /// Forgotten in this year's order.
    NotPromoted,
    /// Enrolled for the next study year.
    NextYear,
}

impl Case {
    /// As in `expected.json`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Usual => "usual",
            Self::Newcomer => "newcomer",
            Self::Moved => "moved",
            Self::MovedTwice => "moved-twice",
            Self::Returned => "returned",
            Self::OtherOrder => "other-order",
            Self::Expelled => "expelled",
            Self::ExpelledBefore => "expelled-before",
            Self::NoOrder => "no-order",
            Self::NoLetter => "no-letter",
            Self::Withdrawn => "withdrawn",
            Self::WithdrawnWithOrder => "withdrawn-with-order",
            Self::NotDecided => "not-decided",
            Self::Refused => "refused",
            Self::NoApplication => "no-application",
            Self::ClassDiffers => "class-differs",
            Self::NotPromoted => "not-promoted",
            Self::NextYear => "next-year",
        }
    }
}

/// How many of a school of 1,100 have a case, and in which grades.
pub(crate) const QUOTAS: &[(Case, usize, RangeInclusive<u8>)] = &[
    (Case::Newcomer, 25, 2..=9),
    (Case::Moved, 12, 1..=9),
    (Case::MovedTwice, 3, 2..=9),
    (Case::Returned, 4, 3..=9),
    (Case::OtherOrder, 15, 1..=11),
    (Case::Expelled, 10, 2..=11),
    (Case::ExpelledBefore, 4, 3..=9),
    (Case::NoOrder, 8, 1..=10),
    (Case::NoLetter, 10, 1..=1),
    (Case::Withdrawn, 5, 1..=1),
    (Case::WithdrawnWithOrder, 2, 1..=1),
    (Case::NotDecided, 3, 1..=9),
    (Case::Refused, 2, 1..=9),
    (Case::NoApplication, 4, 2..=9),
    (Case::ClassDiffers, 6, 1..=9),
    (Case::NotPromoted, 5, 2..=9),
    (Case::NextYear, 4, 1..=1),
];

/// The class a child sits in (or would), and another class of the same grade.
#[derive(Clone, Copy)]
pub(crate) struct Home {
    pub(crate) place: Place,
    pub(crate) other: Place,
}

/// An application.
pub(crate) struct Claim {
    pub(crate) year: i16,
    pub(crate) grade: u8,
    pub(crate) submitted: Date,
    pub(crate) state: State,
}

/// A line of an order.
#[derive(Clone, Copy)]
pub(crate) struct Step {
    pub(crate) kind: Kind,
    pub(crate) year: i16,
    pub(crate) signed: Date,
    pub(crate) effective: Date,
    pub(crate) place: Option<Place>,
}

/// How it ends.
#[derive(Clone)]
pub(crate) enum End {
    Goes { place: Place, school_start: Date, class_start: Date },
    LeftOut(Vec<Reason>),
}

pub(crate) struct Story {
    pub(crate) claims: Vec<Claim>,
    pub(crate) steps: Vec<Step>,
    pub(crate) card: Option<Place>,
    pub(crate) end: End,
}

/// Tells the story of a child.
pub(crate) fn tell(case: Case, home: Home, rng: &mut Rng) -> Story {
    match case {
        Case::Usual => usual(home.place, rng),
        Case::Newcomer => newcomer(home.place, rng),
        Case::Moved => moved(home, rng),
        Case::MovedTwice => moved_twice(home, rng),
        Case::Returned => returned(home.place, rng),
        Case::OtherOrder => other_order(home.place, rng),
        Case::Expelled => expelled(home.place, rng),
        Case::ExpelledBefore => expelled_before(home.place, rng),
        Case::NoOrder => claim_only(home.place, State::Accepted, vec![Reason::NoOrder], rng),
        Case::NoLetter => no_letter(home.place, rng),
        Case::Withdrawn => {
            claim_only(home.place, State::Withdrawn, vec![Reason::ApplicationWithdrawn, Reason::NoOrder], rng)
        }
        Case::WithdrawnWithOrder => withdrawn_with_order(home.place, rng),
        Case::NotDecided => claim_only(
            home.place,
            State::Submitted,
            vec![Reason::ApplicationNotAccepted, Reason::NoOrder],
            rng,
        ),
        Case::Refused => {
            claim_only(home.place, State::Refused, vec![Reason::ApplicationRefused, Reason::NoOrder], rng)
        }
        Case::NoApplication => no_application(home.place, rng),
        Case::ClassDiffers => class_differs(home, rng),
        Case::NotPromoted => not_promoted(home.place, rng),
        Case::NextYear => next_year(home.place, rng),
    }
}

/// First day of a study year.
fn september(year: i16) -> Date {
    date(year, 9, 1)
}

fn parallel(place: Place) -> Place {
    Place { letter: None, ..place }
}

/// An application of spring or summer.
fn claim(place: Place, state: State, rng: &mut Rng) -> Claim {
    let submitted = rng.day(date(place.year, 4, 1), date(place.year, 6, 10));
    Claim { year: place.year, grade: place.grade, submitted, state }
}

fn step(kind: Kind, place: Place, signed: Date, effective: Date) -> Step {
    Step { kind, year: place.year, signed, effective, place: Some(place) }
}

/// «О зачислении» into a lettered class from the first day of the year.
fn enrolment(place: Place) -> Step {
    step(Kind::Enrolment, place, date(place.year, 8, 21), september(place.year))
}

fn transfer(to: Place, signed: Date, effective: Date) -> Step {
    step(Kind::Transfer, to, signed, effective)
}

fn goes(place: Place, start: Date) -> End {
    End::Goes { place, school_start: start, class_start: start }
}

/// The class in which a child who is in `now` this year began here: the first grade, or a later one.
fn beginning(now: Place, rng: &mut Rng) -> Place {
    let grade = match now.grade {
        11 => 10,
        later if rng.percent(30) => 1 + rng.below(usize::from(later) - 1) as u8,
        _ => 1,
    };
    Place { year: now.year - i16::from(now.grade - grade), grade, letter: now.letter }
}

fn usual(place: Place, rng: &mut Rng) -> Story {
    match place.grade {
        1 => first_grade(place, rng),
        5 => continues(place, Kind::Formation, date(place.year, 8, 27), rng),
        10 => tenth_grade(place, rng),
        _ => continues(place, Kind::Promotion, date(place.year, 5, 29), rng),
    }
}

fn first_grade(place: Place, rng: &mut Rng) -> Story {
    if rng.percent(60) { by_parallel(place, rng) } else { directly(place, rng) }
}

fn directly(place: Place, rng: &mut Rng) -> Story {
    Story {
        claims: vec![claim(place, State::Accepted, rng)],
        steps: vec![enrolment(place)],
        card: Some(place),
        end: goes(place, september(place.year)),
    }
}

/// One of the days in summer on which children are enrolled into a parallel.
fn summer_day(year: i16, rng: &mut Rng) -> Date {
    let (month, day) = rng.pick(&[(6, 17), (7, 8), (7, 29), (8, 19)]);
    date(year, month, day)
}

/// «О зачислении» into the parallel, in force at once; «О формировании классов» for 1 September. Both dates of the
/// end are those of the first order.
fn by_parallel(place: Place, rng: &mut Rng) -> Story {
    let day = summer_day(place.year, rng);
    let formation = step(Kind::Formation, place, date(place.year, 8, 28), september(place.year));
    Story {
        claims: vec![claim(place, State::Accepted, rng)],
        steps: vec![step(Kind::Enrolment, parallel(place), day, day), formation],
        card: Some(place),
        end: goes(place, day),
    }
}

/// Of an earlier year's enrolment, brought into this year's class by one order for 1 September.
fn continues(place: Place, kind: Kind, signed: Date, rng: &mut Rng) -> Story {
    let began = beginning(place, rng);
    let start = september(place.year);
    Story {
        claims: vec![claim(began, State::Accepted, rng)],
        steps: vec![enrolment(began), step(kind, place, signed, start)],
        card: Some(place),
        end: goes(place, start),
    }
}

/// The tenth grade is applied for anew; most were pupils here before.
fn tenth_grade(place: Place, rng: &mut Rng) -> Story {
    let mut story = first_grade(place, rng);
    if rng.percent(70) {
        let began = beginning(place, rng);
        story.claims.insert(0, claim(began, State::Accepted, rng));
        story.steps.insert(0, enrolment(began));
    }
    story
}

fn newcomer(place: Place, rng: &mut Rng) -> Story {
    let signed = rng.day(date(place.year, 9, 1), date(place.year, 9, 21));
    let effective = signed.saturating_add(jiff::Span::new().days(1));
    let submitted = rng.day(date(place.year, 8, 10), date(place.year, 8, 31));
    Story {
        claims: vec![Claim { year: place.year, grade: place.grade, submitted, state: State::Accepted }],
        steps: vec![step(Kind::Enrolment, place, signed, effective)],
        card: Some(place),
        end: goes(place, effective),
    }
}

/// The same end in another class: dates stay those of the first order.
fn ends_in(end: End, now: Place) -> End {
    match end {
        End::Goes { school_start, class_start, .. } => End::Goes { place: now, school_start, class_start },
        left_out => left_out,
    }
}

fn moved(home: Home, rng: &mut Rng) -> Story {
    let mut story = usual(home.other, rng);
    let year = home.place.year;
    story.steps.push(transfer(home.place, date(year, 9, 11), date(year, 9, 14)));
    Story { card: Some(home.place), end: ends_in(story.end, home.place), ..story }
}

fn moved_twice(home: Home, rng: &mut Rng) -> Story {
    let mut story = usual(home.place, rng);
    let year = home.place.year;
    story.steps.push(transfer(home.other, date(year, 9, 4), date(year, 9, 7)));
    story.steps.push(transfer(home.place, date(year, 9, 18), date(year, 9, 21)));
    story
}

fn expulsion(year: i16, day: Date) -> Step {
    Step { kind: Kind::Expulsion, year, signed: day, effective: day, place: None }
}

fn returned(place: Place, rng: &mut Rng) -> Story {
    // One year is missing between: began in the first grade, left after it, is back now.
    let began = Place { year: place.year - i16::from(place.grade - 1), grade: 1, letter: place.letter };
    let mut story = directly(place, rng);
    story.claims.insert(0, claim(began, State::Accepted, rng));
    story.steps.insert(0, enrolment(began));
    story.steps.insert(1, expulsion(began.year, date(began.year + 1, 6, 25)));
    story
}

fn other_order(place: Place, rng: &mut Rng) -> Story {
    let mut story = usual(place, rng);
    let kind = rng.pick(&[Kind::NewSurname, Kind::HomeSchooling]);
    let (signed, effective) = (date(place.year, 9, 22), date(place.year, 9, 24));
    story.steps.push(Step { kind, year: place.year, signed, effective, place: None });
    story
}

fn left_out(story: Story, card: Option<Place>, reasons: Vec<Reason>) -> Story {
    Story { card, end: End::LeftOut(reasons), ..story }
}

fn expelled(place: Place, rng: &mut Rng) -> Story {
    let mut story = usual(place, rng);
    story.steps.push(expulsion(place.year, date(place.year, 9, 16)));
    left_out(story, None, vec![Reason::Expelled])
}

/// Only what was before this year.
fn earlier_years(place: Place, rng: &mut Rng) -> Story {
    let mut story = continues(place, Kind::Promotion, date(place.year, 5, 29), rng);
    story.steps.pop();
    story
}

fn expelled_before(place: Place, rng: &mut Rng) -> Story {
    let mut story = earlier_years(place, rng);
    story.steps.push(expulsion(place.year - 1, date(place.year, 6, 25)));
    left_out(story, None, vec![Reason::Expelled, Reason::NoOrderThisYear])
}

fn not_promoted(place: Place, rng: &mut Rng) -> Story {
    left_out(earlier_years(place, rng), Some(place), vec![Reason::NoOrderThisYear])
}

fn claim_only(place: Place, state: State, reasons: Vec<Reason>, rng: &mut Rng) -> Story {
    Story {
        claims: vec![claim(place, state, rng)],
        steps: Vec::new(),
        card: None,
        end: End::LeftOut(reasons),
    }
}

fn no_letter(place: Place, rng: &mut Rng) -> Story {
    let mut story = by_parallel(place, rng);
    story.steps.pop();
    left_out(story, Some(parallel(place)), vec![Reason::NoLetter])
}

fn withdrawn_with_order(place: Place, rng: &mut Rng) -> Story {
    let mut story = directly(place, rng);
    story.claims = vec![claim(place, State::Withdrawn, rng)];
    left_out(story, Some(place), vec![Reason::ApplicationWithdrawn])
}

fn no_application(place: Place, rng: &mut Rng) -> Story {
    let mut story = usual(place, rng);
    story.claims.clear();
    left_out(story, Some(place), vec![Reason::NoApplication])
}

fn class_differs(home: Home, rng: &mut Rng) -> Story {
    left_out(usual(home.place, rng), Some(home.other), vec![Reason::ClassDiffers])
}

/// An early application and order for the first grade of the year after.
fn next_year(place: Place, rng: &mut Rng) -> Story {
    let next = Place { year: place.year + 1, letter: None, ..place };
    let submitted = rng.day(date(place.year, 9, 7), date(place.year, 9, 18));
    Story {
        claims: vec![Claim { year: next.year, grade: next.grade, submitted, state: State::Accepted }],
        steps: vec![step(Kind::Enrolment, next, date(place.year, 9, 23), september(next.year))],
        card: Some(next),
        end: End::LeftOut(vec![Reason::OtherYear]),
    }
}

/// Somebody who comes after the first exchange.
pub(crate) fn comes_in_october(place: Place) -> Story {
    let effective = date(place.year, 10, 5);
    let submitted = date(place.year, 9, 28);
    Story {
        claims: vec![Claim { year: place.year, grade: place.grade, submitted, state: State::Accepted }],
        steps: vec![step(Kind::Enrolment, place, date(place.year, 10, 2), effective)],
        card: Some(place),
        end: goes(place, effective),
    }
}
