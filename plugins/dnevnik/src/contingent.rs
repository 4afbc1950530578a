//! The school's records as this connector needs them, and what the rules make of them.

use std::collections::BTreeMap;

use exchange_sdk::records::{self, Application, Filter, Order, Pupil, SchoolClass};
use exchange_sdk::{Failure, Message};

use crate::enrolment::{Classes, Papers, Place, judge, next_effective};
use crate::guardians::Guardians;
use crate::names::joined;
use crate::settings::Year;

/// What is read.
#[derive(Default)]
pub struct Records {
    /// Of all years: orders may name any.
    pub classes: Vec<SchoolClass>,
    /// Cards.
    pub pupils: Vec<Pupil>,
    /// Of all years and states.
    pub applications: Vec<Application>,
    /// Of all years.
    pub orders: Vec<Order>,
}

impl Records {
    /// Reads them.
    ///
    /// # Errors
    /// When the task does not grant them.
    pub fn read() -> Result<Self, Failure> {
        let all = Filter::all();
        Ok(Self {
            classes: records::classes(&all)?,
            pupils: records::pupils(&all)?,
            applications: records::applications(&all)?,
            orders: records::orders(&all)?,
        })
    }
}

/// A child that stays behind.
pub struct Left<'a> {
    /// Whose card it is, or would be.
    pub pupil_id: &'a str,
    /// For people.
    pub label: String,
    /// The class of the chosen year that the school would look under, if there is one.
    pub class: Option<&'a SchoolClass>,
    /// Why.
    pub reason: Message,
}

/// Who goes and who does not.
pub struct Contingent<'a> {
    /// The chosen year.
    pub year: Year,
    /// By id of the pupil, in order.
    pub going: Vec<(&'a str, Place<'a>)>,
    /// In the order of ids.
    pub left: Vec<Left<'a>>,
    /// Of those that go.
    pub guardians: Guardians<'a>,
    /// The day on which a verdict may change by itself.
    pub until: Option<&'a str>,
}

impl<'a> Contingent<'a> {
    /// Applies the rules, as of `today`.
    pub fn of(records: &'a Records, year: Year, today: &str) -> Self {
        let classes: Classes<'a> = records.classes.iter().map(|class| (class.id.as_str(), class)).collect();
        let (mut going, mut left) = (Vec::new(), Vec::new());
        for (pupil_id, papers) in papers(records) {
            match judge(&papers, year, today, &classes) {
                Ok(place) => going.push((pupil_id, place)),
                Err(reason) => {
                    let (label, class) = (label(pupil_id, &papers), class_of(&papers, year, &classes));
                    left.push(Left { pupil_id, label, class, reason });
                }
            }
        }
        let guardians = Guardians::of(&going, records.pupils.iter());
        let until = next_effective(records.orders.iter(), year, today);
        Self { year, going, left, guardians, until }
    }
}

/// The papers of every child that has any.
fn papers(records: &Records) -> BTreeMap<&str, Papers<'_>> {
    let mut papers: BTreeMap<&str, Papers<'_>> = BTreeMap::new();
    for card in &records.pupils {
        papers.entry(&card.id).or_default().card = Some(card);
    }
    for application in &records.applications {
        papers.entry(&application.pupil_id).or_default().applications.push(application);
    }
    for order in &records.orders {
        papers.entry(&order.pupil_id).or_default().orders.push(order);
    }
    papers
}

/// The name on the card, or on an application, or the id.
fn label(pupil_id: &str, papers: &Papers<'_>) -> String {
    let on_card = papers.card.map(|card| (&card.last_name, &card.first_name, &card.middle_name));
    let applied = papers.applications.iter().filter_map(|application| application.child.as_ref());
    let applied = applied.map(|child| (&child.last_name, &child.first_name, &child.middle_name)).next();
    let (last, first, middle) = match on_card.or(applied) {
        Some(name) => name,
        None => return pupil_id.to_owned(),
    };
    match joined([text(last), text(first), text(middle)]) {
        empty if empty.is_empty() => pupil_id.to_owned(),
        name => name,
    }
}

fn text(part: &Option<String>) -> &str {
    part.as_deref().unwrap_or_default()
}

/// The lettered class of the year on the card, or else in the last order.
fn class_of<'a>(papers: &Papers<'a>, year: Year, classes: &Classes<'a>) -> Option<&'a SchoolClass> {
    let card = papers.card.and_then(|card| card.class_id.as_deref());
    let last = papers.orders.iter().filter(|order| order.class_id.is_some()).max_by_key(|o| &o.effective);
    let ordered = last.and_then(|order| order.class_id.as_deref());
    let mut known = [card, ordered].into_iter().flatten().filter_map(|id| classes.get(id).copied());
    known.find(|class| class.study_year == year.first && class.letter.is_some())
}
