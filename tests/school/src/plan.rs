//! Who sits where and what is special about whom, before anybody has a name.

use crate::cast::{Quirk, Role};
use crate::model::Place;
use crate::rng::Rng;
use crate::stories::{Case, Home, QUOTAS};

/// The school whose numbers of special cases are written in the tables; others have them in proportion.
const MODEL_SCHOOL: usize = 1_100;

/// Letters of classes; those that look like another one or begin no word are left out.
const LETTERS: &[&str] =
    &["А", "Б", "В", "Г", "Д", "Е", "Ж", "З", "И", "К", "Л", "М", "Н", "П", "Р", "С", "Т", "У", "Ф", "Х"];

/// A seat: one child to be.
#[derive(Clone, Copy)]
pub(crate) struct Seat {
    pub(crate) home: Home,
    pub(crate) case: Case,
    pub(crate) without_snils: bool,
    pub(crate) old_snils: bool,
    pub(crate) without_patronymic: bool,
}

impl Seat {
    /// Nothing special: free for a special family.
    fn is_plain(&self) -> bool {
        self.case == Case::Usual && !self.without_snils && !self.old_snils && !self.without_patronymic
    }

    fn grade(&self) -> u8 {
        self.home.place.grade
    }

    pub(crate) fn role(&self) -> Role {
        let age = if self.case == Case::NextYear { 0 } else { i16::from(self.grade()) };
        Role {
            birth_year: self.home.place.year - age - 6,
            without_snils: self.without_snils,
            old_snils: self.old_snils,
            without_patronymic: self.without_patronymic,
        }
    }
}

/// Children of one family: positions of seats.
pub(crate) struct Group {
    pub(crate) seats: Vec<usize>,
    pub(crate) quirk: Quirk,
}

/// The share of a number that is right for a school of 1,100; at least one.
fn scaled(number: usize, pupils: usize) -> usize {
    (number * pupils / MODEL_SCHOOL).max(1)
}

/// Classes of the year: four to a grade and two to the last ones in the model school.
pub(crate) fn classes(year: i16, pupils: usize) -> Vec<Place> {
    let mut places = Vec::new();
    for grade in 1..=11 {
        let (wanted, least) = if grade < 10 { (4, 2) } else { (2, 1) };
        let count = scaled(wanted, pupils).clamp(least, LETTERS.len());
        places.extend(LETTERS[..count].iter().map(|letter| Place { year, grade, letter: Some(letter) }));
    }
    places
}

/// A seat for every pupil, class by class, special cases dealt out.
pub(crate) fn seats(classes: &[Place], pupils: usize, rng: &mut Rng) -> Vec<Seat> {
    let mut seats: Vec<Seat> = (0..pupils).map(|i| seat(classes, classes[i % classes.len()])).collect();
    seats.sort_by_key(|seat| seat.home.place);
    for (case, number, grades) in QUOTAS {
        let fits = |seat: &Seat| seat.case == Case::Usual && grades.contains(&seat.grade());
        mark(&mut seats, scaled(*number, pupils), rng, fits, |seat| seat.case = *case);
    }
    mark(&mut seats, scaled(25, pupils), rng, |_| true, |seat| seat.without_snils = true);
    mark(&mut seats, scaled(3, pupils), rng, |seat| !seat.without_snils, |seat| seat.old_snils = true);
    mark(&mut seats, scaled(8, pupils), rng, |_| true, |seat| seat.without_patronymic = true);
    seats
}

fn seat(classes: &[Place], place: Place) -> Seat {
    let of_the_grade = |other: &&Place| other.grade == place.grade && **other != place;
    let other = classes.iter().find(of_the_grade).copied().unwrap_or(place);
    let home = Home { place, other };
    Seat { home, case: Case::Usual, without_snils: false, old_snils: false, without_patronymic: false }
}

fn mark(
    seats: &mut [Seat],
    number: usize,
    rng: &mut Rng,
    fits: impl Fn(&Seat) -> bool,
    set: impl Fn(&mut Seat),
) {
    let mut fitting: Vec<usize> = (0..seats.len()).filter(|i| fits(&seats[*i])).collect();
    rng.shuffle(&mut fitting);
    fitting.iter().take(number).for_each(|i| set(&mut seats[*i]));
}

/// Seats put together into families.
pub(crate) fn groups(seats: &[Seat], rng: &mut Rng) -> Vec<Group> {
    let pupils = seats.len();
    let mut order: Vec<usize> = (0..pupils).collect();
    rng.shuffle(&mut order);
    let mut dealer = Dealer { seats, free: order, groups: Vec::new() };
    dealer.namesakes(scaled(4, pupils), Quirk::LikeChildBefore);
    dealer.namesakes(scaled(6, pupils), Quirk::LikeMotherBefore);
    for (quirk, number) in
        [(Quirk::TwoIdsOneChild, 4), (Quirk::OnlyInApplication, 5), (Quirk::DoubleSurname, 15)]
    {
        dealer.plain_singles(scaled(number, pupils), quirk);
    }
    dealer.twins(scaled(4, pupils));
    dealer.siblings(scaled(8, pupils), 2, Quirk::TwoIdsOneSnils, Seat::is_plain);
    dealer.siblings(scaled(10, pupils), 3, Quirk::None, |_| true);
    dealer.siblings(scaled(67, pupils), 2, Quirk::None, |_| true);
    dealer.rest();
    dealer.groups
}

struct Dealer<'a> {
    seats: &'a [Seat],
    free: Vec<usize>,
    groups: Vec<Group>,
}

impl Dealer<'_> {
    /// The first free seat that fits.
    fn take(&mut self, fits: impl Fn(&Seat) -> bool) -> Option<usize> {
        let at = self.free.iter().position(|i| fits(&self.seats[*i]))?;
        Some(self.free.remove(at))
    }

    fn put(&mut self, seats: Vec<usize>, quirk: Quirk) {
        self.groups.push(Group { seats, quirk });
    }

    /// Pairs of families that share a name; the first pair sits in one class, the others in different ones.
    fn namesakes(&mut self, number: usize, quirk: Quirk) {
        for pair in 0..number {
            let Some(first) = self.take(Seat::is_plain) else { return };
            let place = self.seats[first].home.place;
            let beside = |seat: &Seat| seat.is_plain() && (seat.home.place == place) == (pair == 0);
            let Some(second) = self.take(beside) else { return };
            self.put(vec![first], Quirk::First);
            self.put(vec![second], quirk);
        }
    }

    fn plain_singles(&mut self, number: usize, quirk: Quirk) {
        for _ in 0..number {
            let Some(only) = self.take(Seat::is_plain) else { return };
            self.put(vec![only], quirk);
        }
    }

    fn twins(&mut self, number: usize) {
        for _ in 0..number {
            let Some(first) = self.take(Seat::is_plain) else { return };
            let grade = self.seats[first].grade();
            let Some(second) = self.take(|seat| seat.is_plain() && seat.grade() == grade) else { return };
            self.put(vec![first, second], Quirk::Twins);
        }
    }

    /// Brothers and sisters, two grades or more apart.
    fn siblings(&mut self, number: usize, size: usize, quirk: Quirk, fits: impl Fn(&Seat) -> bool) {
        for _ in 0..number {
            let mut family: Vec<usize> = Vec::new();
            while family.len() < size {
                let grades: Vec<u8> = family.iter().map(|i| self.seats[*i].grade()).collect();
                let apart = |seat: &Seat| grades.iter().all(|grade| grade.abs_diff(seat.grade()) > 1);
                let Some(child) = self.take(|seat| fits(seat) && apart(seat)) else { break };
                family.push(child);
            }
            match family.len() {
                0 => return,
                len if len == size => self.put(family, quirk),
                _ => self.put_apart(family),
            }
        }
    }

    fn put_apart(&mut self, seats: Vec<usize>) {
        seats.into_iter().for_each(|seat| self.put(vec![seat], Quirk::None));
    }

    fn rest(&mut self) {
        let rest = std::mem::take(&mut self.free);
        self.put_apart(rest);
    }
}
