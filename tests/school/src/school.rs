//! The whole school from its parameters.

use std::fmt;

use crate::book::{Book, Entry, has_yo};
use crate::by_hand::{self, ByHand};
use crate::cast::{Cast, Family, Quirk};
use crate::expected::Expected;
use crate::model::{Class, Place, Records, Teacher};
use crate::more;
use crate::plan::{self, Group, Seat};
use crate::rng::Rng;
use crate::stories::{Case, tell};

/// First year of the study year if nothing else is said.
pub const DEFAULT_YEAR: i16 = 2026;
/// Pupils if nothing else is said.
pub const DEFAULT_PUPILS: usize = 1_100;
/// Children whose card lost the ё that their application has.
const CARDS_WITHOUT_YO: usize = 8;

/// Which school. The same parameters give the same bytes, for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Params {
    /// Any number.
    pub seed: u64,
    /// Rows of the pupils' file, children who do not go included: 200 to 20,000.
    pub pupils: usize,
    /// First year of the chosen study year: 2000 to 2100.
    pub year: i16,
}

impl Default for Params {
    fn default() -> Self {
        Self { seed: 1, pupils: DEFAULT_PUPILS, year: DEFAULT_YEAR }
    }
}

/// Parameters that give no school.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Invalid {
    /// Too few for every special case to occur, or more than there are names for.
    Pupils(usize),
    /// Out of range.
    Year(i16),
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pupils(pupils) => write!(f, "{pupils} pupils: a school has 200 to 20,000 here"),
            Self::Year(year) => write!(f, "study year {year}: 2000 to 2100 can be invented"),
        }
    }
}

impl std::error::Error for Invalid {}

/// An invented school: its files' rows, what is expected of them, and what came later or was there before.
pub struct School {
    /// What it was made from.
    pub params: Params,
    /// The files of `records/`.
    pub records: Records,
    /// `expected.json`.
    pub expected: Expected,
    /// The files of `five-more/`.
    pub more_records: Records,
    /// `five-more/expected.json`: what comes on top.
    pub more_expected: Expected,
    /// What was made by hand at the other side.
    pub(crate) by_hand: ByHand,
}

impl School {
    /// Invents a school.
    ///
    /// # Errors
    /// Parameters out of range.
    pub fn generate(params: Params) -> Result<Self, Invalid> {
        check(params)?;
        let mut rng = Rng::new(params.seed);
        let places = plan::classes(params.year, params.pupils);
        let seats = plan::seats(&places, params.pupils, &mut rng);
        let groups = plan::groups(&seats, &mut rng);
        let mut cast = Cast::new(rng, params.seed);
        let families: Vec<Family> = groups.iter().map(|group| family(&mut cast, group, &seats)).collect();
        let mut book = write(&seats, &groups, &families, &mut cast.rng);
        book.expected.study_year = params.year;
        classes(&mut book, &places, &mut cast);
        let mut later = more::five(&book, &groups, &families, &seats, &mut cast);
        let by_hand = by_hand::made(&book.expected, params.year);
        book.expected.already_there = by_hand.known.clone();
        later.expected.study_year = params.year;
        let Book { records, expected, .. } = book;
        let (more_records, more_expected) = (later.records, later.expected);
        Ok(Self { params, records, expected, more_records, more_expected, by_hand })
    }
}

fn check(params: Params) -> Result<(), Invalid> {
    match params {
        Params { pupils, .. } if !(200..=20_000).contains(&pupils) => Err(Invalid::Pupils(pupils)),
        Params { year, .. } if !(2000..=2100).contains(&year) => Err(Invalid::Year(year)),
        _ => Ok(()),
    }
}

fn family(cast: &mut Cast, group: &Group, seats: &[Seat]) -> Family {
    let roles: Vec<_> = group.seats.iter().map(|seat| seats[*seat].role()).collect();
    cast.family(&roles, group.quirk)
}

/// Id of the child on a seat.
pub(crate) fn pupil_id(seat: usize) -> String {
    format!("P-{:05}", seat + 1)
}

fn write(seats: &[Seat], groups: &[Group], families: &[Family], rng: &mut Rng) -> Book {
    let mut book = Book::default();
    let mut of_seat: Vec<(usize, usize)> = vec![(0, 0); seats.len()];
    for (at, group) in groups.iter().enumerate() {
        book.guardians(&families[at]);
        note_family(&mut book.expected, group, groups.get(at + 1), &families[at]);
        group.seats.iter().enumerate().for_each(|(nth, seat)| of_seat[*seat] = (at, nth));
    }
    let mut lost_yo = 0;
    for (position, seat) in seats.iter().enumerate() {
        let (at, nth) = of_seat[position];
        let child = &families[at].children[nth];
        let ordinary = groups[at].quirk == Quirk::None && seat.case == Case::Usual;
        let card_without_yo = ordinary && lost_yo < CARDS_WITHOUT_YO && child.last_name.contains('ё');
        lost_yo += usize::from(card_without_yo && has_yo(child));
        book.child(&Entry {
            id: pupil_id(position),
            case: seat.case,
            quirk: groups[at].quirk,
            child,
            card_without_yo,
            adults: &families[at].adults,
            nth,
            story: tell(seat.case, seat.home, rng),
        });
    }
    book.close();
    book
}

/// Special cases that concern a whole family, or this one and the next.
fn note_family(expected: &mut Expected, group: &Group, next: Option<&Group>, family: &Family) {
    let ids: Vec<String> = group.seats.iter().map(|seat| pupil_id(*seat)).collect();
    match (group.quirk, next.map(|next| (next.quirk, &next.seats))) {
        (Quirk::First, Some((Quirk::LikeChildBefore, seats))) => {
            expected.note("namesakes", vec![ids[0].clone(), pupil_id(seats[0])]);
        }
        (Quirk::First, Some((Quirk::LikeMotherBefore, seats))) => {
            expected.note("children-of-namesake-mothers", vec![ids[0].clone(), pupil_id(seats[0])]);
        }
        _ => {}
    }
    let two_rows = family.adults.iter().filter(|adult| adult.ids.len() > 1);
    let name = if group.quirk == Quirk::TwoIdsOneSnils {
        "guardian-twice-by-snils"
    } else {
        "guardian-twice-by-child"
    };
    two_rows.for_each(|adult| expected.note(name, adult.ids.clone()));
    if group.quirk == Quirk::Twins {
        expected.note("twins", ids.clone());
    }
    if ids.len() > 1 {
        expected.note("siblings", ids);
    }
}

/// Rows for all classes that anything names, and teachers for those of this year.
fn classes(book: &mut Book, this_year: &[Place], cast: &mut Cast) {
    let mut places = book.places();
    places.extend(this_year);
    for place in places {
        let teacher = this_year.contains(&place).then(|| teacher(book, cast));
        book.records.classes.push(Class { place, teacher });
    }
}

fn teacher(book: &mut Book, cast: &mut Cast) -> String {
    let id = format!("S-{:03}", book.records.teachers.len() + 1);
    let [last_name, first_name, middle_name] = cast.teacher();
    book.records.teachers.push(Teacher { id: id.clone(), last_name, first_name, middle_name });
    id
}
