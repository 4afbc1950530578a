//! Five children who come in October, for a second run: one is a brother of a pupil, two are twins.

use crate::book::{Book, Entry};
use crate::cast::{Adult, Cast, Family, Quirk, Role};
use crate::model::{Person, Place, Sex};
use crate::plan::{Group, Seat};
use crate::school::pupil_id;
use crate::stories::{Case, comes_in_october};

/// The later batch: only what is new.
pub(crate) fn five(
    book: &Book,
    groups: &[Group],
    families: &[Family],
    seats: &[Seat],
    cast: &mut Cast,
) -> Book {
    let mut batch = Batch { later: book.next(), next_seat: seats.len() };
    if let Some((older, family)) = family_with_a_son(groups, families, seats) {
        let brother = cast.brother(older, role(place(seats, 2)));
        batch.enrol(&[brother], &family.adults, place(seats, 2));
    }
    let twins = role(place(seats, 3));
    batch.newcomers(cast.family(&[twins, twins], Quirk::Twins), place(seats, 3));
    for grade in [4, 6] {
        batch.newcomers(cast.family(&[role(place(seats, grade))], Quirk::None), place(seats, grade));
    }
    batch.later.close();
    batch.later
}

struct Batch {
    later: Book,
    next_seat: usize,
}

impl Batch {
    fn newcomers(&mut self, family: Family, place: Place) {
        self.later.guardians(&family);
        self.enrol(&family.children, &family.adults, place);
    }

    fn enrol(&mut self, children: &[Person], adults: &[Adult], place: Place) {
        for (nth, child) in children.iter().enumerate() {
            self.later.child(&Entry {
                id: pupil_id(self.next_seat),
                case: Case::Newcomer,
                quirk: Quirk::None,
                child,
                card_without_yo: false,
                adults,
                nth,
                story: comes_in_october(place),
            });
            self.next_seat += 1;
        }
    }
}

/// The first class of a grade.
fn place(seats: &[Seat], grade: u8) -> Place {
    let mut places = seats.iter().map(|seat| seat.home.place);
    places.find(|place| place.grade == grade).unwrap_or(seats[0].home.place)
}

fn role(place: Place) -> Role {
    Role {
        birth_year: place.year - i16::from(place.grade) - 6,
        without_snils: false,
        old_snils: false,
        without_patronymic: false,
    }
}

/// A boy who goes, with both parents on his application and nothing special about him; at least three grades above
/// the brother to come.
fn family_with_a_son<'a>(
    groups: &[Group],
    families: &'a [Family],
    seats: &[Seat],
) -> Option<(&'a Person, &'a Family)> {
    let fits = |(group, family): &(&Group, &'a Family)| {
        let seat = seats[group.seats[0]];
        let ordinary = group.quirk == Quirk::None && group.seats.len() == 1 && seat.case == Case::Usual;
        let both = family.adults.len() == 2 && family.adults.iter().all(|adult| adult.applies);
        let son = &family.children[0];
        ordinary && both && son.sex == Sex::Male && son.middle_name.is_some() && seat.home.place.grade >= 5
    };
    groups.iter().zip(families).find(fits).map(|(_, family)| (&family.children[0], family))
}
