//! Keyed hashes: of fields, items, set-ups, plans, tokens. Content never enters the ledger, only these.

use crate::model::item::{Field, Value};
use crate::model::manifest::Manifest;
use crate::model::setup::TaskConfig;
use crate::model::{Action, FieldHash, Item, ItemRef, Param, SharedTexts, TaskId, hex};

/// Hashes under one school's key.
#[derive(Clone)]
pub(super) struct Hasher([u8; 32]);

impl std::fmt::Debug for Hasher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hasher(…)")
    }
}

impl Hasher {
    /// Under this key.
    pub(super) fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    fn keyed(&self, purpose: &str) -> Feed<blake3::Hasher> {
        let mut feed = Feed(blake3::Hasher::new_keyed(&self.0));
        feed.text(purpose);
        feed
    }

    /// The hash of each field's content, in the order of their names.
    pub(super) fn fields(&self, item: &Item, names: &mut SharedTexts) -> Vec<FieldHash> {
        // One buffer for all: most fields are shorter than what it takes to set a hash up piece by piece.
        let mut feed = Feed(Vec::with_capacity(256));
        let mut hashes: Vec<_> = item
            .fields
            .iter()
            .map(|field| FieldHash {
                name: names.of(&field.name),
                hash: self.field(&item.id.kind, field, &mut feed),
            })
            .collect();
        hashes.sort_by(|a, b| a.name.cmp(&b.name));
        hashes
    }

    fn field(&self, kind: &str, field: &Field, feed: &mut Feed<Vec<u8>>) -> [u8; 16] {
        feed.0.clear();
        feed.text("field").text(kind).text(&field.name).value(&field.value);
        let mut hash = [0; 16];
        hash.copy_from_slice(&blake3::keyed_hash(&self.0, &feed.0).as_bytes()[..16]);
        hash
    }

    /// A token for one change: equal for every attempt at it within an epoch, different for any other.
    pub(super) fn token(
        &self,
        task: &TaskId,
        item: &ItemRef,
        action: Action,
        content: &[FieldHash],
        epoch: u64,
    ) -> String {
        let mut feed = self.keyed("token");
        feed.text(task.as_str()).item(item).number(action as u64).number(epoch);
        feed.hashes(content);
        hex(&feed.end()[..16])
    }

    /// A digest over all items of a scope, fed one after the other.
    pub(super) fn items(&self) -> ItemsDigest {
        ItemsDigest(self.keyed("items"))
    }

    /// The hash of a plan, fed one line after the other.
    pub(super) fn plan(&self) -> PlanHash {
        PlanHash(self.keyed("plan"))
    }
}

/// A digest over items, in their order.
#[derive(Clone, Debug)]
pub(super) struct ItemsDigest(Feed<blake3::Hasher>);

impl ItemsDigest {
    pub(super) fn add(&mut self, item: &ItemRef, hashes: &[FieldHash]) {
        self.0.item(item).hashes(hashes);
    }

    pub(super) fn end(&self) -> [u8; 32] {
        self.0.end()
    }
}

/// A plan's hash under way.
pub(super) struct PlanHash(Feed<blake3::Hasher>);

impl PlanHash {
    pub(super) fn add(&mut self, line: &PlanLine<'_>) {
        self.0.item(line.item).text(line.intent).text(line.handle).hashes(line.content);
    }

    /// 16 hex digits.
    pub(super) fn end(&self) -> String {
        hex(&self.0.end()[..8])
    }
}

/// What of a plan's line enters its hash.
#[derive(Debug)]
pub(super) struct PlanLine<'a> {
    pub(super) item: &'a ItemRef,
    pub(super) intent: &'a str,
    pub(super) handle: &'a str,
    pub(super) content: &'a [FieldHash],
}

/// Digest of whatever of a task's set-up shapes what its connector answers.
pub(super) fn setup(manifest: &Manifest, task: &TaskConfig, binding: &[Param]) -> [u8; 32] {
    let mut feed = Feed(blake3::Hasher::new());
    feed.text(&manifest.id).text(&manifest.version).bytes(&settings(task));
    for fact in binding {
        feed.text(&fact.name).text(&fact.value);
    }
    feed.end()
}

/// Digest of a task's settings and grants.
pub(super) fn settings(task: &TaskConfig) -> [u8; 32] {
    let mut feed = Feed(blake3::Hasher::new());
    // Sorted: the order of lines in the file means nothing.
    let settings: std::collections::BTreeMap<_, _> = task.settings.iter().collect();
    for (name, value) in settings {
        feed.text(name).text(&value.to_string());
    }
    for (kind, fields) in &task.grants.records {
        feed.text(kind.name()).number(fields.len() as u64);
        for field in fields {
            feed.text(field);
        }
    }
    for (need, upstream) in &task.grants.upstreams {
        feed.text(need).text(upstream);
    }
    feed.text(&format!("{:?}", task.changes));
    feed.end()
}

/// The keyed hash of an identity, equal for every school of this host.
pub(super) fn identity(key: &[u8; 32], space: &str, identity: &str) -> [u8; 32] {
    let mut feed = Feed(blake3::Hasher::new_keyed(key));
    feed.text(space).text(identity);
    feed.end()
}

/// Feeds a hash unambiguously: each text with its length.
#[derive(Clone)]
struct Feed<S>(S);

/// Takes the bytes that are hashed.
trait Sink {
    fn take(&mut self, bytes: &[u8]);
}

impl Sink for blake3::Hasher {
    fn take(&mut self, bytes: &[u8]) {
        self.update(bytes);
    }
}

impl Sink for Vec<u8> {
    fn take(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

impl<S> std::fmt::Debug for Feed<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Feed(…)")
    }
}

impl<S: Sink> Feed<S> {
    fn number(&mut self, number: u64) -> &mut Self {
        self.0.take(&number.to_le_bytes());
        self
    }

    fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.number(bytes.len() as u64);
        self.0.take(bytes);
        self
    }

    fn text(&mut self, text: &str) -> &mut Self {
        self.bytes(text.as_bytes())
    }

    fn item(&mut self, item: &ItemRef) -> &mut Self {
        self.text(&item.kind).text(&item.key)
    }

    fn hashes(&mut self, hashes: &[FieldHash]) -> &mut Self {
        self.number(hashes.len() as u64);
        for field in hashes {
            self.text(&field.name).bytes(&field.hash);
        }
        self
    }

    fn value(&mut self, value: &Value) -> &mut Self {
        match value {
            Value::None => self.number(0),
            Value::Text(text) => self.number(1).text(text),
            Value::Integer(number) => self.number(2).number(number.cast_unsigned()),
            Value::Flag(flag) => self.number(3).number(u64::from(*flag)),
            Value::Texts(texts) => self.set(4, texts.iter().collect(), |feed, text| {
                feed.text(text);
            }),
            Value::Reference(item) => self.number(5).item(item),
            Value::References(items) => self.set(6, items.iter().collect(), |feed, item| {
                feed.item(item);
            }),
            Value::Output(output) => self.number(7).item(&output.item).text(&output.name),
        }
    }

    /// A set: its order does not matter.
    fn set<T: Ord>(&mut self, tag: u64, mut members: Vec<&T>, feed: impl Fn(&mut Self, &T)) -> &mut Self {
        members.sort();
        members.dedup();
        self.number(tag).number(members.len() as u64);
        members.into_iter().for_each(|member| feed(self, member));
        self
    }
}

impl Feed<blake3::Hasher> {
    fn end(&self) -> [u8; 32] {
        *self.0.finalize().as_bytes()
    }
}
