//! Types that cross the border in both directions.

use super::{all, same_cases, same_fields};
use crate::model::records::{RecordRef, RecordType};
use crate::model::{
    Effect, Field, Item, ItemRef, Made, Message, NotKnown, OutputRef, Ownership, Param, Rejection, Target,
    TimeWindow, Value, Waiting, WhenGone,
};
use crate::sandbox::bindings::exchange::connector::types::{
    self as wit, Effect as WitEffect, Value as WitValue,
};

same_fields!(wit::Param, Param: name, value);
same_fields!(wit::Message, Message: code; all args);
same_fields!(wit::RecordRef, RecordRef: id; from record_type);
same_fields!(wit::OutputRef, OutputRef: name; from item);
same_fields!(wit::TimeWindow, TimeWindow: not_before, not_after);
same_fields!(wit::Target, Target: handle; from item; all outputs);
same_fields!(wit::Made, Made: handle; all outputs);
same_fields!(wit::Rejection, Rejection: field; from reason; all; opt fix);
same_fields!(wit::NotKnown, NotKnown: retry_after; from reason);
same_cases!(wit::Ownership, Ownership: Owned, CreateOnly);
same_cases!(wit::WhenGone, WhenGone: Report, Forget, Close, Remove);
same_cases!(
    wit::RecordType, RecordType:
    SchoolClass, Pupil, Guardian, Application, Order, Staff, Journal, Lesson, Mark, Attendance, Account, Identifier
);

impl From<wit::Waiting> for Waiting {
    fn from(waiting: wit::Waiting) -> Self {
        Self { steps: all(waiting.steps), ..Self::of(waiting.whom.into()) }
    }
}

impl From<Waiting> for wit::Waiting {
    fn from(waiting: Waiting) -> Self {
        Self { whom: waiting.whom.into(), steps: all(waiting.steps) }
    }
}

/// Variants whose cases carry one value, or none.
macro_rules! same_variant {
    ($wit:ident, $model:ident: $($plain:ident),* ; $($from:ident),* ; $($list:ident),*) => {
        impl From<$wit> for $model {
            fn from(case: $wit) -> Self {
                match case {
                    $($wit::$plain => Self::$plain,)*
                    $($wit::$from(it) => Self::$from(it.into()),)*
                    $($wit::$list(it) => Self::$list(all(it)),)*
                }
            }
        }
        impl From<$model> for $wit {
            fn from(case: $model) -> Self {
                match case {
                    $($model::$plain => Self::$plain,)*
                    $($model::$from(it) => Self::$from(it.into()),)*
                    $($model::$list(it) => Self::$list(all(it)),)*
                }
            }
        }
    };
}

same_variant!(WitValue, Value: None; Text, Integer, Flag, Reference, Output; Texts, References);
same_variant!(WitEffect, Effect: Pending; Done, Rejected, Waiting, Postponed, InDoubt;);

impl From<wit::Field> for Field {
    fn from(it: wit::Field) -> Self {
        Self { name: it.name.into(), value: it.value.into(), ownership: it.ownership.into() }
    }
}

impl From<Field> for wit::Field {
    fn from(it: Field) -> Self {
        Self { name: it.name.as_ref().to_owned(), value: it.value.into(), ownership: it.ownership.into() }
    }
}

impl From<wit::ItemRef> for ItemRef {
    fn from(it: wit::ItemRef) -> Self {
        Self::new(it.kind, it.key)
    }
}

impl From<ItemRef> for wit::ItemRef {
    fn from(it: ItemRef) -> Self {
        Self { kind: it.kind.as_ref().to_owned(), key: it.key.as_ref().to_owned() }
    }
}

impl From<wit::Item> for Item {
    fn from(it: wit::Item) -> Self {
        Self {
            id: ItemRef::new(it.kind, it.key),
            former_keys: it.former_keys,
            label: it.label,
            group: it.group,
            about: it.about.map(Into::into),
            fields: all(it.fields),
            identity: it.identity,
            gone: it.gone.into(),
            window: it.window.map(Into::into),
            waiting: it.waiting.map(Into::into),
        }
    }
}

impl From<Item> for wit::Item {
    fn from(it: Item) -> Self {
        Self {
            kind: it.id.kind.as_ref().to_owned(),
            key: it.id.key.as_ref().to_owned(),
            former_keys: it.former_keys,
            label: it.label,
            group: it.group,
            about: it.about.map(Into::into),
            fields: all(it.fields),
            identity: it.identity,
            gone: it.gone.into(),
            window: it.window.map(Into::into),
            waiting: it.waiting.map(Into::into),
        }
    }
}
