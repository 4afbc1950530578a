//! Building items, and reading their fields back in `observe` and `apply`.

use crate::{
    DesiredPage, Field, Item, ItemRef, OutputRef, Ownership, RecordRef, RecordType, TimeWindow, Value,
    Waiting, WhenGone,
};

impl ItemRef {
    /// Names an item.
    pub fn new(kind: &str, key: &str) -> Self {
        Self { kind: kind.to_owned(), key: key.to_owned() }
    }
}

impl Item {
    /// An item that is only reported when it is gone.
    ///
    /// The key is stable for the life of the thing, unique within the kind, 1 to 200 bytes, and made of record
    /// ids: personal data never belong there.
    pub fn new(kind: &str, key: impl Into<String>) -> Self {
        Self {
            kind: kind.to_owned(),
            key: key.into(),
            former_keys: Vec::new(),
            label: String::new(),
            group: None,
            about: None,
            fields: Vec::new(),
            identity: None,
            gone: WhenGone::Report,
            window: None,
            waiting: None,
        }
    }

    /// For people, in previews and reports. May be personal.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// What people select and sort by: the class.
    #[must_use]
    pub fn group(mut self, group: impl Into<String>) -> Self {
        self.group = Some(group.into());
        self
    }

    /// The record it is about.
    #[must_use]
    pub fn about(mut self, record_type: RecordType, id: &str) -> Self {
        self.about = Some(RecordRef::new(record_type, id));
        self
    }

    /// An owned field: kept true after creation.
    #[must_use]
    pub fn field(self, name: &str, value: impl Into<Value>) -> Self {
        self.put(name, value.into(), Ownership::Owned)
    }

    /// A field used at creation, and as evidence in `observe`, only.
    #[must_use]
    pub fn create_only(self, name: &str, value: impl Into<Value>) -> Self {
        self.put(name, value.into(), Ownership::CreateOnly)
    }

    /// An owned field that names another item, which is applied before this one.
    #[must_use]
    pub fn reference(self, name: &str, kind: &str, key: &str) -> Self {
        self.field(name, ItemRef::new(kind, key))
    }

    /// An owned field filled with an output of another item.
    #[must_use]
    pub fn output(self, name: &str, item: ItemRef, output: &str) -> Self {
        self.field(name, Value::Output(OutputRef { item, name: output.to_owned() }))
    }

    /// Equal for the same person in every school; the host keeps its keyed hash only.
    #[must_use]
    pub fn identity(mut self, identity: Option<String>) -> Self {
        self.identity = identity;
        self
    }

    /// Keys under which the ledger may know it from before.
    #[must_use]
    pub fn formerly(mut self, keys: impl IntoIterator<Item = String>) -> Self {
        self.former_keys.extend(keys);
        self
    }

    /// What to do when it is no longer desired.
    #[must_use]
    pub fn when_gone(mut self, gone: WhenGone) -> Self {
        self.gone = gone;
        self
    }

    /// When it may be sent.
    #[must_use]
    pub fn window(mut self, window: TimeWindow) -> Self {
        self.window = Some(window);
        self
    }

    /// *Awaited* kinds: whom it waits for.
    #[must_use]
    pub fn waiting(mut self, waiting: Waiting) -> Self {
        self.waiting = Some(waiting);
        self
    }

    fn put(mut self, name: &str, value: Value, ownership: Ownership) -> Self {
        self.fields.push(Field { name: name.to_owned(), value, ownership });
        self
    }

    /// The content of a field; `None` where there is no such field or it is wanted empty.
    pub fn value(&self, name: &str) -> Option<&Value> {
        let field = self.fields.iter().find(|field| field.name == name)?;
        Some(&field.value).filter(|value| !matches!(value, Value::None))
    }

    /// The text of a field.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.value(name)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number of a field.
    pub fn integer(&self, name: &str) -> Option<i64> {
        match self.value(name)? {
            Value::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// The set of texts of a field; empty where there is none.
    pub fn texts(&self, name: &str) -> &[String] {
        match self.value(name) {
            Some(Value::Texts(texts)) => texts,
            _ => &[],
        }
    }

    /// The item that a field names.
    pub fn referred(&self, name: &str) -> Option<&ItemRef> {
        match self.value(name)? {
            Value::Reference(item) => Some(item),
            _ => None,
        }
    }
}

impl DesiredPage {
    /// The only page of a complete scope.
    pub fn whole(items: Vec<Item>) -> Self {
        Self { items, left_out: Vec::new(), next: None, complete: true, valid_until: None }
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<Vec<String>> for Value {
    fn from(texts: Vec<String>) -> Self {
        Self::Texts(texts)
    }
}

impl From<ItemRef> for Value {
    fn from(item: ItemRef) -> Self {
        Self::Reference(item)
    }
}

/// `None` is *wanted empty*, which is not the same as no field at all.
impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::None, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_back_as_they_were_written() {
        let item = Item::new("pupil", "p1")
            .field("last-name", "Лисова")
            .field("middle-name", None::<String>)
            .create_only("grade", 5)
            .reference("class", "class", "c1");
        assert_eq!(item.text("last-name"), Some("Лисова"));
        assert_eq!(item.text("middle-name"), None);
        assert_eq!(item.integer("grade"), Some(5));
        assert_eq!(item.referred("class").map(|class| class.key.as_str()), Some("c1"));
        assert_eq!(item.fields[2].ownership, Ownership::CreateOnly);
        assert_eq!(item.gone, WhenGone::Report);
    }
}
