//! What should exist at Дневник.ру.
//!
//! One scope holds it all: whose parent is whose, and whether a child that a card puts into one class is by order in
//! another, cannot be told from a class alone. Items carry their class as the group by which a person chooses. Children
//! that stay behind are told with the reason.

use std::collections::BTreeMap;

use exchange_sdk::days::earliest_start;
use exchange_sdk::records::{Applicant, Application, Sex};
use exchange_sdk::{DesiredPage, Item, LeftOut, Message, RecordRef, RecordType, Scope};

use crate::contingent::Contingent;
use crate::dates::shown;
use crate::enrolment::{Place, title};
use crate::guardians::{Guardian, entry, name, snils};
use crate::names::{folded, joined};

/// The only scope.
const SCOPE: &str = "contingent";

/// Items on a page; the contract allows as many. Each page reads the school anew.
const PAGE: usize = 5_000;

/// Names of kinds, as in `connector.toml`.
pub mod kind {
    /// Classes.
    pub const CLASS: &str = "class";
    /// Pupils.
    pub const PUPIL: &str = "pupil";
    /// Parents.
    pub const GUARDIAN: &str = "guardian";
    /// Pupils in the school.
    pub const SCHOOL_MEMBERSHIP: &str = "school-membership";
    /// Pupils in classes.
    pub const CLASS_MEMBERSHIP: &str = "class-membership";
    /// Parents of pupils.
    pub const RELATION: &str = "relation";
}

/// The only scope.
pub fn scopes() -> Vec<Scope> {
    vec![Scope { id: SCOPE.to_owned(), title: "Контингент".to_owned(), group: None }]
}

/// A page of it. The cursor is the place of its first item.
pub fn page(contingent: &Contingent<'_>, cursor: Option<&str>) -> DesiredPage {
    let start = cursor.and_then(|cursor| cursor.parse().ok()).unwrap_or(0);
    let items = items(contingent);
    let next = (items.len() > start + PAGE).then(|| (start + PAGE).to_string());
    DesiredPage {
        items: items.into_iter().skip(start).take(PAGE).collect(),
        left_out: if start == 0 { left_out(contingent) } else { Vec::new() },
        complete: next.is_none(),
        next,
        valid_until: contingent.until.and_then(earliest_start),
    }
}

fn items(contingent: &Contingent<'_>) -> Vec<Item> {
    let going = || contingent.going.iter();
    let classes: BTreeMap<&str, &Place<'_>> =
        going().map(|(_, place)| (place.class.id.as_str(), place)).collect();
    let mut items: Vec<Item> = classes.into_values().map(class).collect();
    items.extend(contingent.guardians.all.iter().map(|parent| guardian(contingent, parent)));
    items.extend(going().map(|(id, place)| pupil(id, place)));
    items.extend(going().map(|(id, place)| school_membership(id, place)));
    items.extend(going().map(|(id, place)| class_membership(id, place)));
    items.extend(going().flat_map(|(id, place)| relations(contingent, id, place)));
    items
}

fn class(place: &Place<'_>) -> Item {
    let class = place.class;
    Item::new(kind::CLASS, &class.id)
        .label(title(class))
        .group(title(class))
        .about(RecordType::SchoolClass, &class.id)
        .field("name", title(class))
        .field("parallel", i64::from(class.grade))
        .field("study-year", i64::from(class.study_year))
}

fn pupil(id: &str, place: &Place<'_>) -> Item {
    let item = Item::new(kind::PUPIL, id)
        .label(format!("{}, {}", child_name(place), title(place.class)))
        .group(title(place.class))
        .about(RecordType::Pupil, id);
    let item = match &place.application.child {
        Some(child) => person(item, child),
        None => item,
    };
    item.create_only("class", exchange_sdk::ItemRef::new(kind::CLASS, &place.class.id))
}

/// The fields of a person. Where the school has no value there is no field: it would empty what others filled in.
fn person(item: Item, data: &Applicant) -> Item {
    let sex = data.sex.map(|sex| match sex {
        Sex::Male => "male",
        Sex::Female => "female",
    });
    let snils = snils(data);
    let fields = [
        ("last-name", data.last_name.as_deref()),
        ("first-name", data.first_name.as_deref()),
        ("middle-name", data.middle_name.as_deref()),
        ("birth-date", data.birth_date.as_deref()),
        ("sex", sex),
        ("snils", snils.as_deref()),
    ];
    let filled = fields.into_iter().filter_map(|(name, value)| Some((name, value?.trim())));
    let filled = filled.filter(|(_, value)| !value.is_empty());
    let item = filled.fold(item, |item, (name, value)| item.field(name, value));
    item.identity(snils)
}

fn school_membership(id: &str, place: &Place<'_>) -> Item {
    Item::new(kind::SCHOOL_MEMBERSHIP, id)
        .label(format!("{}, {}: с {}", child_name(place), title(place.class), shown(place.start)))
        .group(title(place.class))
        .about(RecordType::Pupil, id)
        .reference("person", kind::PUPIL, id)
        // A pupil who stays keeps the day of the year it came in: next year's order must not move it.
        .create_only("start", place.start)
}

fn class_membership(id: &str, place: &Place<'_>) -> Item {
    let class = place.class;
    Item::new(kind::CLASS_MEMBERSHIP, format!("{}:{id}", class.study_year))
        .label(format!("{}: {} с {}", child_name(place), title(class), shown(place.start)))
        .group(title(class))
        .about(RecordType::Pupil, id)
        .reference("person", kind::PUPIL, id)
        .reference("class", kind::CLASS, &class.id)
        .field("start", place.start)
}

fn relations(contingent: &Contingent<'_>, id: &str, place: &Place<'_>) -> Vec<Item> {
    let parents = contingent.guardians.of_child(place);
    parents.into_iter().map(|(guardian, application)| relation(id, place, guardian, application)).collect()
}

fn relation(id: &str, place: &Place<'_>, guardian: &Guardian<'_>, application: &Application) -> Item {
    let label = format!("{} — {}, {}", adult_name(guardian), child_name(place), title(place.class));
    Item::new(kind::RELATION, relation_key(id, guardian.key))
        .formerly(guardian.others.iter().map(|other| relation_key(id, other)))
        .label(label)
        .group(title(place.class))
        .about(RecordType::Pupil, id)
        .reference("child", kind::PUPIL, id)
        .reference("relative", kind::GUARDIAN, guardian.key)
        .create_only("type", relation_type(application.relation.as_deref()))
}

fn relation_key(child: &str, guardian: &str) -> String {
    format!("{child}:{guardian}")
}

/// The word of the write interface for what an application says. That interface is an assumption, and so are they.
fn relation_type(word: Option<&str>) -> &'static str {
    match word.map(crate::names::fold).as_deref() {
        Some("мать" | "мама" | "mother") => "Mother",
        Some("отец" | "папа" | "father") => "Father",
        Some("опекун" | "guardian") => "Guardian",
        Some("попечитель" | "trustee") => "Trustee",
        _ => "Other",
    }
}

fn guardian(contingent: &Contingent<'_>, guardian: &Guardian<'_>) -> Item {
    let places = guardian.children.iter().filter_map(|child| {
        let place = contingent.going.binary_search_by_key(child, |(id, _)| id).ok()?;
        Some(&contingent.going[place].1)
    });
    let places: Vec<&Place<'_>> = places.collect();
    let mut classes: Vec<String> = places.iter().map(|place| title(place.class)).collect();
    classes.dedup();
    let label = format!("{} ({})", adult_name(guardian), classes.join(", "));
    let record = match &guardian.application.guardian_id {
        Some(_) => RecordType::Guardian,
        None => RecordType::Application,
    };
    let mut item = Item::new(kind::GUARDIAN, guardian.key)
        .formerly(guardian.others.iter().map(|other| (*other).to_owned()))
        .label(label)
        .about(record, entry(guardian.application));
    if let [class] = &classes[..] {
        item = item.group(class);
    }
    let children = places.iter().filter_map(|place| place.application.child.as_ref());
    let children: Vec<String> = children.map(|child| folded(&name(child))).collect();
    // Evidence for `observe`: a parent found there who has one of these children is this parent.
    person(item, guardian.data).create_only("children", children)
}

fn applicant_name(data: &Applicant) -> String {
    let text = |part: &Option<String>| part.as_deref().unwrap_or_default().trim().to_owned();
    joined([&text(&data.last_name), &text(&data.first_name), &text(&data.middle_name)])
}

fn child_name(place: &Place<'_>) -> String {
    place.application.child.as_ref().map(applicant_name).unwrap_or_default()
}

fn adult_name(guardian: &Guardian<'_>) -> String {
    applicant_name(guardian.data)
}

/// Children that stay behind, and those that go without a parent.
fn left_out(contingent: &Contingent<'_>) -> Vec<LeftOut> {
    let children = contingent.left.iter().map(|left| LeftOut {
        about: RecordRef::new(RecordType::Pupil, left.pupil_id),
        label: left.label.clone(),
        group: left.class.map(title),
        reason: left.reason.clone(),
    });
    let going = contingent.going.iter();
    let orphans = going.filter(|(_, place)| contingent.guardians.of_child(place).is_empty());
    children.chain(orphans.map(|(_, place)| missing_guardian(place))).collect()
}

fn missing_guardian(place: &Place<'_>) -> LeftOut {
    LeftOut {
        about: RecordRef::new(RecordType::Application, &place.application.id),
        label: format!("{}, {}", child_name(place), title(place.class)),
        group: Some(title(place.class)),
        reason: Message::new("out-guardian-no-name"),
    }
}

#[cfg(test)]
mod tests;
