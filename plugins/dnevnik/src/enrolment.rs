//! Who goes over, into which class and since when (D3, D4, D11). Pure: a child's papers in, a verdict out.
//!
//! The rules, each with its cases in `tests/who-goes.md`:
//!
//! - **Application.** An accepted one for the chosen study year or an earlier one; the latest gives the data.
//! - **Orders.** A child is in the school by an order «О зачислении», «О формировании классов» or «О переводе в
//!   следующий класс» *of the chosen year*. After an order «Об отчислении» only a new «О зачислении» brings a child
//!   back, and what came before it no longer counts.
//! - **When an order counts.** In the current year from the day it takes effect; before, the child is left out and
//!   the day is named. In the next year all orders count at once: the year is sent ahead.
//! - **Class.** Where the last order of the year put the child; it needs a letter and a grade from 1 to 12. A card
//!   that shows another class of the same year is a contradiction that the school has to mend first.
//! - **Dates.** Membership in the school starts with the enrolment order of the chosen year, membership in the class
//!   with the pupil's *first* enrolment order of that year, wherever transfers led since. Both are the first order
//!   «О зачислении» of the present stay, so there is one date. Where a child was enrolled in an earlier year, the
//!   first order that brought it into the chosen year takes its place.

use std::collections::BTreeMap;

use exchange_sdk::Message;
use exchange_sdk::records::{Application, ApplicationState, Order, OrderKind, Pupil, SchoolClass};

use crate::dates::shown;
use crate::settings::Year;

/// Classes of all years by id.
pub type Classes<'a> = BTreeMap<&'a str, &'a SchoolClass>;

/// What the school has on a child.
#[derive(Clone, Default)]
pub struct Papers<'a> {
    /// The card.
    pub card: Option<&'a Pupil>,
    /// Applications, in any order.
    pub applications: Vec<&'a Application>,
    /// Lines of orders, in any order.
    pub orders: Vec<&'a Order>,
}

/// A child that goes over.
pub struct Place<'a> {
    /// Whose data go over: the accepted one with the latest data.
    pub application: &'a Application,
    /// Accepted ones, the latest first: their representatives are the parents.
    pub applications: Vec<&'a Application>,
    /// Where the child is now.
    pub class: &'a SchoolClass,
    /// Since when in the school and in a class of this year.
    pub start: &'a str,
}

/// «5-А».
pub fn title(class: &SchoolClass) -> String {
    match &class.letter {
        Some(letter) => format!("{}-{letter}", class.grade),
        None => class.grade.to_string(),
    }
}

/// Does this child go over, as of `today`?
///
/// # Errors
/// Why it is left out.
pub fn judge<'a>(
    papers: &Papers<'a>,
    year: Year,
    today: &str,
    classes: &Classes<'a>,
) -> Result<Place<'a>, Message> {
    let orders = Orders::sorted(papers, year, today);
    let stay = orders.since_expulsion()?;
    let applications = accepted(&papers.applications, year)?;
    let application = applications[0];
    let start = start(stay, year).ok_or_else(|| orders.why_no_entry(year))?;
    let class = orders.class(stay, year, classes)?;
    agrees_with_card(papers.card, class, year, classes)?;
    Ok(Place { application, applications, class, start })
}

/// The accepted applications, the latest first; at least one, and the first has a name.
fn accepted<'a>(applications: &[&'a Application], year: Year) -> Result<Vec<&'a Application>, Message> {
    let counts = |application: &&Application| {
        application.state == ApplicationState::Accepted && application.study_year <= year.first
    };
    let mut accepted: Vec<&Application> = applications.iter().copied().filter(counts).collect();
    accepted.sort_by_key(|application| std::cmp::Reverse(age(application)));
    match accepted.first() {
        None => Err(why_not_accepted(applications)),
        Some(latest) if !has_name(latest) => Err(Message::new("out-application-no-name")),
        Some(_) => Ok(accepted),
    }
}

/// Orders applications by age; equal ones by id, so that the choice is stable.
pub fn age(application: &Application) -> (u16, &str, &str) {
    (application.study_year, application.submitted.as_deref().unwrap_or_default(), &application.id)
}

fn has_name(application: &Application) -> bool {
    let filled = |part: &Option<String>| part.as_ref().is_some_and(|text| !text.trim().is_empty());
    application.child.as_ref().is_some_and(|child| filled(&child.last_name) && filled(&child.first_name))
}

fn why_not_accepted(applications: &[&Application]) -> Message {
    let Some(last) = applications.iter().max_by_key(|application| age(application)) else {
        return Message::new("out-no-application");
    };
    match last.state {
        ApplicationState::Submitted => Message::new("out-application-submitted"),
        ApplicationState::Withdrawn => Message::new("out-application-withdrawn"),
        ApplicationState::Refused => Message::new("out-application-refused"),
        ApplicationState::Accepted => Message::new("out-application-later").arg("year", last.study_year),
    }
}

/// A child's orders in the order of their taking effect.
struct Orders<'a> {
    /// In effect.
    counting: Vec<&'a Order>,
    /// Not yet.
    coming: Vec<&'a Order>,
}

fn is_entry(order: &Order) -> bool {
    matches!(order.kind, OrderKind::Enrolment | OrderKind::ClassFormation | OrderKind::Promotion)
}

fn is_entry_into(order: &Order, year: Year) -> bool {
    is_entry(order) && order.study_year == year.first
}

impl<'a> Orders<'a> {
    fn sorted(papers: &Papers<'a>, year: Year, today: &str) -> Self {
        let mut orders: Vec<&Order> =
            papers.orders.iter().copied().filter(|order| order.kind != OrderKind::Other).collect();
        // Of two orders of one day, signed on one day, the expulsion counts as the last word.
        orders.sort_by_key(|o| (&o.effective, &o.signed, o.kind == OrderKind::Expulsion, &o.id));
        let (counting, coming) =
            orders.into_iter().partition(|order| year.next || order.effective.as_str() <= today);
        Self { counting, coming }
    }

    /// The orders of the child's present stay: all, or those after the last expulsion.
    fn since_expulsion(&self) -> Result<&[&'a Order], Message> {
        let last = |kind| self.counting.iter().rposition(|order| order.kind == kind);
        let Some(left) = last(OrderKind::Expulsion) else { return Ok(&self.counting) };
        if last(OrderKind::Enrolment).is_some_and(|back| back > left) {
            return Ok(&self.counting[left + 1..]);
        }
        Err(match self.coming.iter().find(|order| order.kind == OrderKind::Enrolment) {
            Some(back) => not_yet(back),
            None => Message::new("out-expelled").arg("date", shown(&self.counting[left].effective)),
        })
    }

    fn why_no_entry(&self, year: Year) -> Message {
        if let Some(coming) = self.coming.iter().find(|order| is_entry_into(order, year)) {
            return not_yet(coming);
        }
        match self.counting.iter().chain(&self.coming).rfind(|order| is_entry(order)) {
            Some(other) => Message::new("out-order-other-year").arg("year", other.study_year),
            None => Message::new("out-no-order"),
        }
    }

    /// Where the last order of the year put the child.
    fn class(
        &self,
        stay: &[&'a Order],
        year: Year,
        classes: &Classes<'a>,
    ) -> Result<&'a SchoolClass, Message> {
        let placed = stay.iter().filter(|order| order.study_year == year.first);
        let id = placed.filter_map(|order| order.class_id.as_deref()).next_back();
        let lacking = |reason: Message| self.coming_place(year).map_or(reason, not_yet);
        let id = id.ok_or_else(|| lacking(Message::new("out-order-without-class")))?;
        let class = *classes.get(id).ok_or_else(|| Message::new("out-class-unknown"))?;
        if class.study_year != year.first {
            let reason = Message::new("out-class-other-year").arg("class", title(class));
            return Err(reason.arg("year", class.study_year));
        }
        if !(1..=12).contains(&class.grade) {
            return Err(Message::new("out-grade").arg("class", title(class)));
        }
        if class.letter.as_ref().is_none_or(|letter| letter.trim().is_empty()) {
            return Err(lacking(Message::new("out-no-letter").arg("class", title(class))));
        }
        Ok(class)
    }

    /// An order signed already that will put the child into a class.
    fn coming_place(&self, year: Year) -> Option<&'a Order> {
        let mut coming = self.coming.iter().copied();
        coming.find(|order| order.study_year == year.first && order.class_id.is_some())
    }
}

fn not_yet(order: &Order) -> Message {
    Message::new("out-order-not-yet").arg("date", shown(&order.effective))
}

/// The day the first order «О зачислении» takes effect, or else the first order that leads into the year.
fn start<'a>(stay: &[&'a Order], year: Year) -> Option<&'a str> {
    let mut entries = stay.iter().copied().filter(|order| is_entry_into(order, year));
    let first = entries.clone().next()?;
    Some(&entries.find(|order| order.kind == OrderKind::Enrolment).unwrap_or(first).effective)
}

/// A card without a class, or with a class of another year, says nothing against the orders.
fn agrees_with_card(
    card: Option<&Pupil>,
    class: &SchoolClass,
    year: Year,
    classes: &Classes<'_>,
) -> Result<(), Message> {
    let on_card = card.and_then(|card| classes.get(card.class_id.as_deref()?));
    match on_card {
        Some(other) if other.study_year == year.first && other.id != class.id => {
            let reason = Message::new("out-card-differs").arg("card", title(other));
            Err(reason.arg("orders", title(class)))
        }
        _ => Ok(()),
    }
}

/// The first day on which a verdict may change by itself: an order takes effect.
pub fn next_effective<'a>(
    orders: impl Iterator<Item = &'a Order>,
    year: Year,
    today: &str,
) -> Option<&'a str> {
    let days = orders.map(|order| order.effective.as_str());
    days.filter(|day| !year.next && *day > today).min()
}
