//! Writing values as bytes.

use super::{ACTIONS, OWNERSHIPS, Texts};
use crate::model::item::{Field, Value};
use crate::model::records::{RecordRef, RecordType};
use crate::model::{Doubt, FieldHash, ItemRef, Message, Param, TimeWindow, Waiting};
use crate::store::IdentityRef;

/// Appends.
pub(super) struct Writer<'a> {
    pub(super) bytes: Vec<u8>,
    pub(super) texts: &'a mut Texts,
}

impl Writer<'_> {
    pub(super) fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }

    pub(super) fn signed(&mut self, number: i64) {
        self.number((number << 1 ^ number >> 63).cast_unsigned());
    }

    pub(super) fn place<T: PartialEq>(&mut self, values: &[T], value: &T) {
        let place = values.iter().position(|known| known == value);
        self.number(place.unwrap_or(values.len()) as u64);
    }

    pub(super) fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.bytes.extend_from_slice(text.as_bytes());
    }

    pub(super) fn shared(&mut self, text: &str) {
        let number = self.texts.number(text);
        self.number(number as u64);
    }

    pub(super) fn opt<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.number(u64::from(value.is_some()));
        if let Some(value) = value {
            write(self, value);
        }
    }

    pub(super) fn list<T>(&mut self, list: &[T], write: impl Fn(&mut Self, &T)) {
        self.number(list.len() as u64);
        list.iter().for_each(|member| write(self, member));
    }

    pub(super) fn item_ref(&mut self, item: &ItemRef) {
        self.shared(&item.kind);
        self.text(&item.key);
    }

    /// Most things are about the record after which they are called.
    pub(super) fn about(&mut self, about: Option<&RecordRef>, of: &ItemRef) {
        self.opt(about, |w, about| {
            w.place(&RecordType::ALL, &about.record_type);
            w.opt(Some(&*about.id).filter(|id| *id != &*of.key), Self::text);
        });
    }

    pub(super) fn param(&mut self, param: &Param) {
        self.shared(&param.name);
        self.text(&param.value);
    }

    pub(super) fn hash(&mut self, field: &FieldHash) {
        self.shared(&field.name);
        self.bytes.extend_from_slice(&field.hash);
    }

    pub(super) fn doubt(&mut self, doubt: &Doubt) {
        self.place(&ACTIONS, &doubt.action);
        self.text(&doubt.token);
        self.signed(doubt.sent);
        self.signed(doubt.until);
        self.opt(doubt.scale, |w, scale| {
            w.number(scale.boot);
            w.signed(scale.zero);
        });
    }

    pub(super) fn value(&mut self, value: &Value) {
        match value {
            Value::None => self.number(0),
            Value::Text(text) => {
                self.number(1);
                self.text(text);
            }
            Value::Integer(number) => {
                self.number(2);
                self.signed(*number);
            }
            Value::Flag(flag) => self.number(3 + u64::from(*flag)),
            Value::Texts(texts) => {
                self.number(5);
                self.list(texts, |w, text| w.text(text));
            }
            Value::Reference(item) => {
                self.number(6);
                self.item_ref(item);
            }
            Value::References(items) => {
                self.number(7);
                self.list(items, Self::item_ref);
            }
            Value::Output(output) => {
                self.number(8);
                self.item_ref(&output.item);
                self.shared(&output.name);
            }
        }
    }

    pub(super) fn field(&mut self, field: &Field) {
        self.shared(&field.name);
        self.place(&OWNERSHIPS, &field.ownership);
        self.value(&field.value);
    }

    pub(super) fn message(&mut self, message: &Message) {
        self.shared(&message.code);
        self.list(&message.args, Self::param);
    }

    pub(super) fn waiting(&mut self, waiting: &Waiting) {
        self.message(&waiting.whom);
        self.list(&waiting.steps, Self::message);
    }

    pub(super) fn window(&mut self, window: TimeWindow) {
        self.opt(window.not_before, Self::signed);
        self.opt(window.not_after, Self::signed);
    }

    pub(super) fn identity(&mut self, identity: &IdentityRef) {
        self.shared(&identity.space);
        self.bytes.extend_from_slice(&identity.hash);
    }
}
