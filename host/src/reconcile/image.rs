//! What an inbound item makes of its record, and how that differs from what the record is. Pure.

use crate::model::contract::Difference;
use crate::model::item::{OutputRef, Target, Value};
use crate::model::records::{Identifier, Lesson, Record, RecordType};
use crate::model::{Item, Param};
use crate::store::RecordWrite;

use super::halt::Stop;

/// The one field of a lesson that an inbound kind keeps.
pub(super) const LINK: &str = "call-link";

/// What an item makes of its record.
#[derive(Clone, Debug)]
pub(super) enum Shape {
    /// All of it.
    Whole(Box<Record>),
    /// The link of a lesson's call; the rest stays.
    Link(Link),
}

/// What the link is to be.
#[derive(Clone)]
pub(super) enum Link {
    Known(Option<String>),
    /// An output that nobody knows yet.
    Later,
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Link(…)")
    }
}

impl Link {
    /// The link, where there is to be one and it is known.
    pub(super) fn known(self) -> Option<String> {
        match self {
            Self::Known(link) => link,
            Self::Later => None,
        }
    }
}

impl Shape {
    /// Is nothing there of what the item wants to be?
    pub(super) fn is_missing(&self, there: &Record) -> bool {
        match (self, there) {
            (Self::Link(Link::Known(None)), _) => false,
            (Self::Link(_), Record::Lesson(lesson)) => lesson.call_link.is_none(),
            _ => false,
        }
    }

    /// The fields in which the record is another one.
    pub(super) fn differences(&self, there: &Record) -> Vec<Difference> {
        match (self, there) {
            (Self::Whole(wanted), there) if **wanted == *there => Vec::new(),
            (Self::Link(Link::Known(link)), Record::Lesson(lesson)) if lesson.call_link == *link => {
                Vec::new()
            }
            (Self::Whole(wanted), there) => {
                let (wanted, there) = (content(wanted), content(there));
                there.into_iter().filter(|field| !wanted.contains(field)).collect()
            }
            (Self::Link(_), there) => content(there),
        }
    }
}

/// What an item makes of a record of this type: an identifier out of its key, `about`, and the fields `system` and
/// `value`; of a lesson the field `call-link`.
pub(super) fn shape(record_type: RecordType, item: &Item, targets: &[Target]) -> Result<Shape, Stop> {
    match record_type {
        RecordType::Identifier => {
            identifier(item).map(|record| Shape::Whole(Box::new(Record::Identifier(record))))
        }
        RecordType::Lesson => link(item, targets).map(Shape::Link),
        other => Err(Stop::contract(format!("no inbound kind changes records of the type `{other}`"))),
    }
}

fn identifier(item: &Item) -> Result<Identifier, Stop> {
    let text = |name: &str| match item.field(name).map(|field| &field.value) {
        Some(Value::Text(text)) => Ok(text.clone()),
        _ => Err(Stop::contract(format!("the inbound item {} has no text `{name}`", item.id))),
    };
    let about = item.about.clone();
    let about =
        about.ok_or_else(|| Stop::contract(format!("the inbound item {} is about nobody", item.id)))?;
    Ok(Identifier { id: item.id.key.to_string(), about, system: text("system")?, value: text("value")? })
}

fn link(item: &Item, targets: &[Target]) -> Result<Link, Stop> {
    let others = item.fields.iter().any(|field| *field.name != *LINK);
    match item.field(LINK).map(|field| &field.value).filter(|_| !others) {
        Some(Value::None) => Ok(Link::Known(None)),
        Some(Value::Text(text)) => Ok(Link::Known(Some(text.clone()))),
        Some(Value::Output(wanted)) => {
            Ok(output(wanted, targets).map_or(Link::Later, |known| Link::Known(Some(known.to_owned()))))
        }
        _ => Err(Stop::contract(format!(
            "{} keeps of its lesson one field, `{LINK}`, a text or an output",
            item.id
        ))),
    }
}

/// An output of another item, where it is known.
pub(super) fn output<'t>(wanted: &OutputRef, targets: &'t [Target]) -> Option<&'t str> {
    let target = targets.iter().find(|target| target.item == wanted.item)?;
    let named = |output: &&Param| output.name == wanted.name && !output.value.is_empty();
    target.outputs.iter().find(named).map(|output| output.value.as_str())
}

/// The lesson with this link.
pub(super) fn with_link(lesson: Record, link: Option<String>) -> RecordWrite {
    RecordWrite::Put(Box::new(match lesson {
        Record::Lesson(lesson) => Record::Lesson(Lesson { call_link: link, ..lesson }),
        other => other,
    }))
}

/// What inbound kinds keep of a record, field by field.
pub(super) fn content(record: &Record) -> Vec<Difference> {
    let field =
        |field: &str, there: Option<&String>| Difference { field: field.into(), there: there.cloned() };
    match record {
        Record::Identifier(there) => {
            vec![field("system", Some(&there.system)), field("value", Some(&there.value))]
        }
        Record::Lesson(there) => vec![field(LINK, there.call_link.as_ref())],
        _ => Vec::new(),
    }
}
