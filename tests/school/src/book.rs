//! Writes the records and, in the same breath, what is expected of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::cast::{Adult, Family, Quirk};
use crate::expected::{Expected, ExpectedGuardian, ExpectedPupil, ExpectedRelation, LeftOut};
use crate::model::{Application, Guardian, Order, Person, Place, Pupil, Records};
use crate::stories::{Case, Claim, End, Step, Story};

/// Records, and what they come to.
#[derive(Default)]
pub(crate) struct Book {
    pub(crate) records: Records,
    pub(crate) expected: Expected,
    pub(crate) numbers: Numbers,
    steps: Vec<(Step, String)>,
    /// Keys of guardians already expected.
    keys: BTreeSet<String>,
}

/// The last numbers given, so that a later batch goes on from them.
#[derive(Clone, Default)]
pub(crate) struct Numbers {
    pub(crate) applications: usize,
    pub(crate) lines: usize,
    /// By calendar year.
    pub(crate) orders: BTreeMap<i16, usize>,
}

/// A child with all that is known about it.
pub(crate) struct Entry<'a> {
    pub(crate) id: String,
    pub(crate) case: Case,
    pub(crate) quirk: Quirk,
    pub(crate) child: &'a Person,
    /// The card has е where the application has ё.
    pub(crate) card_without_yo: bool,
    pub(crate) adults: &'a [Adult],
    /// Position in the family.
    pub(crate) nth: usize,
    pub(crate) story: Story,
}

/// A representative's line on an application: who, and under which id.
struct Line<'a> {
    adult: &'a Adult,
    id: Option<&'a String>,
}

impl Entry<'_> {
    /// Ids under which this child's papers name `adult`.
    fn ids_of<'a>(&self, adult: &'a Adult) -> &'a [String] {
        match (self.quirk, adult.ids.len()) {
            (Quirk::TwoIdsOneSnils, 2) => std::slice::from_ref(&adult.ids[self.nth.min(1)]),
            _ => &adult.ids,
        }
    }

    fn lines(&self) -> Vec<Line<'_>> {
        let of = |adult| {
            let ids = self.ids_of(adult);
            let known = ids.iter().map(move |id| Line { adult, id: Some(id) });
            known.chain(ids.is_empty().then_some(Line { adult, id: None })).collect::<Vec<_>>()
        };
        self.adults.iter().filter(|adult| adult.applies).flat_map(of).collect()
    }

    fn card(&self) -> Person {
        let mut card = self.child.clone();
        if self.card_without_yo {
            card.last_name = card.last_name.replace('ё', "е");
        }
        card
    }
}

/// Whether a person's name has the letter ё in it.
pub(crate) fn has_yo(person: &Person) -> bool {
    person.full_name().to_lowercase().contains('ё')
}

impl Book {
    /// An empty book whose numbers go on from this one's, and to which this one's guardians are known.
    pub(crate) fn next(&self) -> Book {
        Book { numbers: self.numbers.clone(), keys: self.keys.clone(), ..Book::default() }
    }

    /// Rows of the guardians' file for a family.
    pub(crate) fn guardians(&mut self, family: &Family) {
        for adult in &family.adults {
            for (nth, id) in adult.ids.iter().enumerate() {
                self.records.guardians.push(row(adult, id, nth));
            }
            if adult.person.snils.is_none() {
                self.expected.note("guardian-without-snils", adult.ids.clone());
            }
        }
    }

    /// A child: card, applications, orders; and how it ends.
    pub(crate) fn child(&mut self, entry: &Entry<'_>) {
        self.records.pupils.push(Pupil {
            id: entry.id.clone(),
            person: entry.card(),
            place: entry.story.card,
            guardians: entry.adults.iter().flat_map(|adult| entry.ids_of(adult)).cloned().collect(),
        });
        let applications: Vec<String> =
            entry.story.claims.iter().map(|claim| self.application(entry, claim)).collect();
        self.steps.extend(entry.story.steps.iter().map(|step| (*step, entry.id.clone())));
        self.end(entry, &applications);
        self.special(entry);
    }

    /// Lines of one application; gives the id of the first.
    fn application(&mut self, entry: &Entry<'_>, claim: &Claim) -> String {
        self.numbers.applications += 1;
        let number = format!("A-{:05}", self.numbers.applications);
        for (nth, line) in entry.lines().into_iter().enumerate() {
            self.records.applications.push(Application {
                id: format!("{number}-{}", nth + 1),
                pupil: entry.id.clone(),
                year: claim.year,
                grade: claim.grade,
                submitted: claim.submitted,
                state: claim.state,
                child: entry.child.clone(),
                guardian_id: line.id.cloned(),
                guardian: line.adult.person.clone(),
                relation: line.adult.relation,
            });
        }
        format!("{number}-1")
    }

    fn end(&mut self, entry: &Entry<'_>, applications: &[String]) {
        match &entry.story.end {
            End::LeftOut(reasons) => {
                self.expected.left_out.push(LeftOut { id: entry.id.clone(), reasons: reasons.clone() });
            }
            End::Goes { place, school_start, class_start } => {
                self.expected.count_in(*place);
                self.expected.pupils.push(ExpectedPupil {
                    id: entry.id.clone(),
                    class: place.id(),
                    school_start: *school_start,
                    class_start: *class_start,
                    person: entry.child.clone(),
                });
                entry.adults.iter().filter(|adult| adult.applies).for_each(|adult| {
                    self.representative(&entry.id, adult, applications);
                });
            }
        }
    }

    fn representative(&mut self, child: &str, adult: &Adult, applications: &[String]) {
        let key = adult.ids.first().or(applications.first()).cloned().unwrap_or_default();
        if self.keys.insert(key.clone()) {
            let (ids, person) = (adult.ids.clone(), adult.person.clone());
            self.expected.guardians.push(ExpectedGuardian { key: key.clone(), ids, person });
        }
        let relation = adult.relation.to_owned();
        self.expected.relations.push(ExpectedRelation { child: child.to_owned(), guardian: key, relation });
    }

    fn special(&mut self, entry: &Entry<'_>) {
        let person = entry.child;
        let traits = [
            (entry.case.word(), entry.case != Case::Usual),
            ("without-snils", person.snils.is_none()),
            ("snils-below-threshold", person.snils.as_ref().is_some_and(|digits| digits.starts_with("000"))),
            ("without-patronymic", person.middle_name.is_none()),
            ("double-surname", person.last_name.contains('-')),
            ("with-yo", has_yo(person)),
            ("card-without-yo", entry.card_without_yo),
            ("guardian-only-in-application", entry.quirk == Quirk::OnlyInApplication),
        ];
        for (name, _) in traits.into_iter().filter(|(_, holds)| *holds) {
            self.expected.note(name, vec![entry.id.clone()]);
        }
    }

    /// Puts the lines of all orders in the order of signing, and numbers orders and lines.
    pub(crate) fn close(&mut self) {
        let mut steps = std::mem::take(&mut self.steps);
        steps.sort_by(|(a, child_a), (b, child_b)| key(a).cmp(&key(b)).then_with(|| child_a.cmp(child_b)));
        let mut before = None;
        for (step, pupil) in steps {
            let number = self.numbers.orders.entry(step.signed.year()).or_default();
            if before != Some(order_of(&step)) {
                before = Some(order_of(&step));
                *number += 1;
            }
            self.numbers.lines += 1;
            self.records.orders.push(Order {
                id: format!("O-{:05}", self.numbers.lines),
                number: format!("{number}-к"),
                kind: step.kind,
                signed: step.signed,
                effective: step.effective,
                year: step.year,
                pupil,
                place: step.place,
            });
        }
        self.expected.guardians.sort_by(|a, b| a.key.cmp(&b.key));
        self.expected.classes.sort_by_key(|class| (class.grade, class.letter.clone()));
        self.expected.count_up();
    }

    /// Classes and parallels that a card or an order names.
    pub(crate) fn places(&self) -> BTreeSet<Place> {
        let cards = self.records.pupils.iter().filter_map(|pupil| pupil.place);
        cards.chain(self.records.orders.iter().filter_map(|order| order.place)).collect()
    }
}

type OrderOf = (jiff::civil::Date, crate::model::Kind, jiff::civil::Date, i16);

/// Lines with the same of these stand in one order.
fn order_of(step: &Step) -> OrderOf {
    (step.signed, step.kind, step.effective, step.year)
}

fn key(step: &Step) -> (OrderOf, Option<Place>) {
    (order_of(step), step.place)
}

/// A person's row; a second one was typed in by somebody else and has no e-mail.
fn row(adult: &Adult, id: &str, nth: usize) -> Guardian {
    let digits = &id[2..];
    Guardian {
        id: id.to_owned(),
        person: adult.person.clone(),
        phone: Some(format!("+7 (000) {}-{}-{}", &digits[..3], &digits[3..], "00")),
        email: (nth == 0).then(|| format!("g{digits}@example.org")),
    }
}
