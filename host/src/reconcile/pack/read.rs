//! Reading them back.

use std::sync::Arc;

use super::{ACTIONS, GONE, Head, ORIGINS, OWNERSHIPS, STATES, Texts};
use crate::model::item::{Field, OutputRef, Value};
use crate::model::records::{RecordRef, RecordType};
use crate::model::{Doubt, FieldHash, ItemRef, Message, Param, Scale, TimeWindow, Waiting};
use crate::store::IdentityRef;

/// Reads what a [`Writer`](super::write::Writer) wrote. Nothing else comes here: bytes that end early are a defect of this module.
pub(super) struct Reader<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) texts: &'a Texts,
}

impl<'a> Reader<'a> {
    pub(super) fn take(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.bytes.split_at(count);
        self.bytes = rest;
        taken
    }

    pub(super) fn number(&mut self) -> u64 {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.take(1)[0];
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                break;
            }
        }
        number
    }

    pub(super) fn size(&mut self) -> usize {
        self.number() as usize
    }

    pub(super) fn signed(&mut self) -> i64 {
        let number = self.number();
        (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
    }

    pub(super) fn text(&mut self) -> &'a str {
        let count = self.size();
        std::str::from_utf8(self.take(count)).expect("a text was written here")
    }

    pub(super) fn owned(&mut self) -> String {
        self.text().to_owned()
    }

    pub(super) fn shared(&mut self) -> &'a Arc<str> {
        let number = self.size();
        &self.texts.texts[number]
    }

    pub(super) fn opt<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.number() == 1).then(|| read(self))
    }

    pub(super) fn list<T>(&mut self, read: impl Fn(&mut Self) -> T) -> Vec<T> {
        let count = self.size();
        (0..count).map(|_| read(self)).collect()
    }

    pub(super) fn item_ref(&mut self) -> ItemRef {
        let kind = Arc::clone(self.shared());
        ItemRef { kind, key: self.text().into() }
    }

    pub(super) fn about(&mut self, of: &ItemRef) -> Option<RecordRef> {
        self.opt(|r| {
            let record_type = RecordType::ALL[r.size()];
            let id = r.opt(Self::owned).unwrap_or_else(|| of.key.as_ref().to_owned());
            RecordRef { record_type, id }
        })
    }

    pub(super) fn param(&mut self) -> Param {
        Param { name: self.shared().to_string(), value: self.owned() }
    }

    pub(super) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        bytes.copy_from_slice(self.take(N));
        bytes
    }

    pub(super) fn hash(&mut self) -> FieldHash {
        FieldHash { name: Arc::clone(self.shared()), hash: self.bytes() }
    }

    pub(super) fn doubt(&mut self) -> Doubt {
        Doubt {
            action: ACTIONS[self.size()],
            token: self.owned(),
            sent: self.signed(),
            until: self.signed(),
            scale: self.opt(|r| Scale { boot: r.number(), zero: r.signed() }),
        }
    }

    pub(super) fn value(&mut self) -> Value {
        match self.number() {
            0 => Value::None,
            1 => Value::Text(self.owned()),
            2 => Value::Integer(self.signed()),
            3 => Value::Flag(false),
            4 => Value::Flag(true),
            5 => Value::Texts(self.list(Self::owned)),
            6 => Value::Reference(self.item_ref()),
            7 => Value::References(self.list(Self::item_ref)),
            _ => {
                let item = self.item_ref();
                Value::Output(OutputRef { item, name: self.shared().to_string() })
            }
        }
    }

    pub(super) fn field(&mut self) -> Field {
        let name = Arc::clone(self.shared());
        let ownership = OWNERSHIPS[self.size()];
        Field { name, value: self.value(), ownership }
    }

    pub(super) fn message(&mut self) -> Message {
        Message { code: self.shared().to_string(), args: self.list(Self::param) }
    }

    pub(super) fn waiting(&mut self) -> Waiting {
        let whom = self.message();
        Waiting { steps: self.list(Self::message), ..Waiting::of(whom) }
    }

    pub(super) fn window(&mut self) -> TimeWindow {
        TimeWindow { not_before: self.opt(Self::signed), not_after: self.opt(Self::signed) }
    }

    pub(super) fn identity(&mut self) -> IdentityRef {
        IdentityRef { space: self.shared().to_string(), hash: self.bytes() }
    }

    pub(super) fn head(&mut self) -> Head<'a> {
        Head {
            state: STATES[self.size()],
            origin: ORIGINS[self.size()],
            gone: GONE[self.size()],
            doubtful: self.number() == 1,
            confirmed: self.opt(Self::signed),
            gone_since: self.opt(Self::signed),
            scope: self.shared(),
            group: self.opt(Self::shared),
            handle: self.opt(Self::text),
        }
    }
}
