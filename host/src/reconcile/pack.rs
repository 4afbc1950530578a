//! Items and ledger entries as few bytes: a run may know a hundred thousand of each.
//!
//! Texts that many share (names of fields, classes, scopes) stand in a table, once; everything else follows each other
//! in one allocation. Bytes live as long as a run and are never stored.

mod read;
mod write;

use std::collections::HashMap;
use std::sync::Arc;

use self::read::Reader;
use self::write::Writer;
use super::state::Wanted;
use crate::model::item::Ownership;
use crate::model::records::RecordRef;
use crate::model::{Action, Item, ItemRef, LedgerEntry, LedgerState, Millis, Origin, ScopeId, WhenGone};

/// Texts by number.
#[derive(Debug, Default)]
pub(super) struct Texts {
    numbers: HashMap<Arc<str>, usize>,
    texts: Vec<Arc<str>>,
}

impl Texts {
    fn number(&mut self, text: &str) -> usize {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let (number, text): (usize, Arc<str>) = (self.texts.len(), text.into());
        self.texts.push(Arc::clone(&text));
        self.numbers.insert(text, number);
        number
    }

    /// The one copy of this text.
    pub(super) fn shared(&mut self, text: &str) -> Arc<str> {
        let number = self.number(text);
        Arc::clone(&self.texts[number])
    }
}

const ORIGINS: [Origin; 2] = [Origin::Created, Origin::Adopted];
const STATES: [LedgerState; 5] = [
    LedgerState::Confirmed,
    LedgerState::Accepted,
    LedgerState::Unconfirmed,
    LedgerState::InDoubt,
    LedgerState::Undone,
];
const GONE: [WhenGone; 4] = [WhenGone::Report, WhenGone::Forget, WhenGone::Close, WhenGone::Remove];
const ACTIONS: [Action; 4] = [Action::Create, Action::Update, Action::Close, Action::Remove];
const OWNERSHIPS: [Ownership; 2] = [Ownership::Owned, Ownership::CreateOnly];

/// What is asked of many entries, without making the rest of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head<'a> {
    pub(super) state: LedgerState,
    pub(super) origin: Origin,
    pub(super) gone: WhenGone,
    /// It has a doubt.
    pub(super) doubtful: bool,
    pub(super) confirmed: Option<Millis>,
    pub(super) gone_since: Option<Millis>,
    pub(super) scope: &'a Arc<str>,
    pub(super) group: Option<&'a Arc<str>>,
    pub(super) handle: Option<&'a str>,
}

/// The class, and the record it is about.
pub(super) type Whose = (Option<String>, Option<RecordRef>);

/// Packs an entry, but not the item it is about.
pub(super) fn pack_entry(entry: &LedgerEntry, texts: &mut Texts) -> Box<[u8]> {
    let mut w = Writer { bytes: Vec::with_capacity(192), texts };
    w.place(&STATES, &entry.state);
    w.place(&ORIGINS, &entry.origin);
    w.place(&GONE, &entry.gone);
    w.number(u64::from(entry.doubt.is_some()));
    w.opt(entry.confirmed, Writer::signed);
    w.opt(entry.gone_since, Writer::signed);
    w.shared(entry.scope.as_str());
    w.opt(entry.group.as_deref(), Writer::shared);
    w.opt(entry.handle.as_deref(), Writer::text);
    w.about(entry.about.as_ref(), &entry.item);
    w.list(&entry.outputs, Writer::param);
    w.list(&entry.refs, Writer::item_ref);
    w.list(&entry.fields, Writer::hash);
    w.opt(entry.identity, |w, hash| w.bytes.extend_from_slice(&hash));
    w.opt(entry.doubt.as_ref(), Writer::doubt);
    w.bytes.into_boxed_slice()
}

/// The beginning of a packed entry.
pub(super) fn head<'a>(bytes: &'a [u8], texts: &'a Texts) -> Head<'a> {
    Reader { bytes, texts }.head()
}

/// Class and record of the item whose packed entry this is.
pub(super) fn whose_entry(item: &ItemRef, bytes: &[u8], texts: &Texts) -> Whose {
    let mut r = Reader { bytes, texts };
    let group = r.head().group.map(|group| group.to_string());
    (group, r.about(item))
}

/// A packed entry of this item.
pub(super) fn unpack_entry(item: &ItemRef, bytes: &[u8], texts: &Texts) -> LedgerEntry {
    let mut r = Reader { bytes, texts };
    let head = r.head();
    LedgerEntry {
        item: item.clone(),
        scope: ScopeId(Arc::clone(head.scope)),
        group: head.group.map(|group| group.to_string()),
        handle: head.handle.map(str::to_owned),
        origin: head.origin,
        state: head.state,
        gone: head.gone,
        confirmed: head.confirmed,
        gone_since: head.gone_since,
        about: r.about(item),
        outputs: r.list(Reader::param),
        refs: r.list(Reader::item_ref),
        fields: r.list(Reader::hash),
        identity: r.opt(Reader::bytes),
        doubt: r.opt(Reader::doubt),
    }
}

/// Packs what is wanted, but not the name of the item.
pub(super) fn pack_wanted(wanted: &Wanted, texts: &mut Texts) -> Box<[u8]> {
    let item = &*wanted.item;
    let mut w = Writer { bytes: Vec::with_capacity(256), texts };
    w.shared(wanted.scope.as_str());
    w.opt(item.group.as_deref(), Writer::shared);
    w.about(item.about.as_ref(), &item.id);
    w.list(&item.former_keys, |w, key| w.text(key));
    w.text(&item.label);
    w.list(&item.fields, Writer::field);
    w.opt(item.identity.as_deref(), Writer::text);
    w.place(&GONE, &item.gone);
    w.opt(item.window, Writer::window);
    w.opt(item.waiting.as_ref(), Writer::waiting);
    w.list(&wanted.hashes, Writer::hash);
    w.opt(wanted.identity.as_ref(), Writer::identity);
    w.bytes.into_boxed_slice()
}

/// Class and record of an item, as it was packed.
pub(super) fn whose(id: &ItemRef, bytes: &[u8], texts: &Texts) -> Whose {
    let mut r = Reader { bytes, texts };
    r.shared();
    (r.opt(|r| r.shared().to_string()), r.about(id))
}

/// What is wanted of this item, as it was packed.
pub(super) fn unpack_wanted(id: &ItemRef, bytes: &[u8], texts: &Texts) -> Wanted {
    let mut r = Reader { bytes, texts };
    let scope = ScopeId(Arc::clone(r.shared()));
    let item = Item {
        id: id.clone(),
        group: r.opt(|r| r.shared().to_string()),
        about: r.about(id),
        former_keys: r.list(Reader::owned),
        label: r.owned(),
        fields: r.list(Reader::field),
        identity: r.opt(Reader::owned),
        gone: GONE[r.size()],
        window: r.opt(Reader::window),
        waiting: r.opt(Reader::waiting),
    };
    Wanted { item: Arc::new(item), scope, hashes: r.list(Reader::hash), identity: r.opt(Reader::identity) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::item::{Field, OutputRef, Value};
    use crate::model::records::RecordType;
    use crate::model::{Doubt, FieldHash, Message, Param, Scale, TimeWindow, Waiting};
    use crate::store::IdentityRef;

    fn value(value: Value) -> Field {
        Field { name: "field".into(), value, ownership: Ownership::CreateOnly }
    }

    fn item() -> Item {
        let to = |key: &str| ItemRef::new("class", key);
        let message = Message::new("wait").with("n", 3);
        Item {
            id: ItemRef::new("pupil", "1"),
            former_keys: vec!["0".into()],
            label: "Лисов Пётр".into(),
            group: Some("5-А".into()),
            about: Some(RecordRef { record_type: RecordType::Pupil, id: "1".into() }),
            fields: vec![
                value(Value::None),
                value(Value::Text("Пётр".repeat(50))),
                value(Value::Integer(i64::MIN)),
                value(Value::Integer(i64::MAX)),
                value(Value::Flag(true)),
                value(Value::Flag(false)),
                value(Value::Texts(vec!["a".into(), String::new()])),
                value(Value::Reference(to("a"))),
                value(Value::References(vec![to("a"), to("b")])),
                value(Value::Output(OutputRef { item: to("c"), name: "link".into() })),
            ],
            identity: Some("снилс".into()),
            gone: WhenGone::Remove,
            window: Some(TimeWindow { not_before: None, not_after: Some(-1) }),
            waiting: Some(Waiting { steps: vec![message.clone()], ..Waiting::of(message) }),
        }
    }

    #[test]
    fn what_is_wanted_comes_back() {
        let bare = Item {
            former_keys: vec![],
            group: None,
            about: None,
            fields: vec![],
            identity: None,
            window: None,
            waiting: None,
            ..item()
        };
        let of_another = RecordRef { record_type: RecordType::Staff, id: "9".into() };
        let other = Item { about: Some(of_another), ..item() };
        let mut texts = Texts::default();
        for item in [item(), bare, other] {
            let hashes = vec![FieldHash { name: "field".into(), hash: [200; 16] }];
            let identity = item.identity.as_ref().map(|_| IdentityRef { space: "s".into(), hash: [7; 32] });
            let wanted = Wanted { item: Arc::new(item), scope: "all".into(), hashes, identity };
            let bytes = pack_wanted(&wanted, &mut texts);
            let back = unpack_wanted(&wanted.item.id, &bytes, &texts);
            assert_eq!(
                (&back.item, &back.scope, &back.hashes),
                (&wanted.item, &wanted.scope, &wanted.hashes)
            );
            assert_eq!(back.identity, wanted.identity);
        }
    }

    #[test]
    fn entries_come_back() {
        let mut texts = Texts::default();
        let bare = LedgerEntry::unknown(ItemRef::new("pupil", "1"));
        let doubt = Doubt {
            action: Action::Remove,
            token: "t".into(),
            sent: i64::MAX,
            until: -5,
            scale: Some(Scale { boot: u64::MAX, zero: 1 }),
        };
        let full = LedgerEntry {
            scope: "s".into(),
            group: Some("5-А".into()),
            about: Some(RecordRef { record_type: RecordType::Pupil, id: "2".into() }),
            handle: Some("h".repeat(300)),
            outputs: vec![Param::new("link", "x")],
            refs: vec![ItemRef::new("class", "c")],
            fields: vec![FieldHash { name: "name".into(), hash: [1; 16] }],
            origin: Origin::Adopted,
            state: LedgerState::InDoubt,
            gone: WhenGone::Close,
            identity: Some([9; 32]),
            doubt: Some(doubt),
            confirmed: Some(1),
            gone_since: Some(-1),
            ..bare.clone()
        };
        for entry in [bare, full] {
            let bytes = pack_entry(&entry, &mut texts);
            assert_eq!(unpack_entry(&entry.item, &bytes, &texts), entry);
            assert_eq!(head(&bytes, &texts).doubtful, entry.doubt.is_some());
        }
    }
}
