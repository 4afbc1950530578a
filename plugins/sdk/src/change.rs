//! Reading probes and changes, and answering them.

use crate::{
    Change, Difference, Effect, Item, Made, Message, NotKnown, Observation, Param, Presence, Probe,
    Rejection, Target, Value,
};

fn target<'a>(item: &Item, targets: &'a [Target], field: &str) -> Option<&'a Target> {
    let wanted = match item.value(field)? {
        Value::Reference(item) => item,
        Value::Output(output) => &output.item,
        _ => return None,
    };
    targets.iter().find(|target| target.item == *wanted)
}

fn handle_of<'a>(item: &Item, targets: &'a [Target], field: &str) -> Option<&'a str> {
    target(item, targets, field)?.handle.as_deref()
}

fn output_of<'a>(item: &Item, targets: &'a [Target], field: &str) -> Option<&'a str> {
    let Value::Output(wanted) = item.value(field)? else { return None };
    let outputs = &target(item, targets, field)?.outputs;
    outputs.iter().find(|output| output.name == wanted.name).map(|output| output.value.as_str())
}

impl Probe {
    /// The handle of the item that a field names; `None` while that does not exist there.
    pub fn handle_of(&self, field: &str) -> Option<&str> {
        handle_of(&self.item, &self.targets, field)
    }

    /// The output that a field names, once it is known.
    pub fn output_of(&self, field: &str) -> Option<&str> {
        output_of(&self.item, &self.targets, field)
    }
}

impl Change {
    /// The handle of the item that a field names; it was applied before this one.
    pub fn handle_of(&self, field: &str) -> Option<&str> {
        handle_of(&self.item, &self.targets, field)
    }

    /// The output that a field names.
    pub fn output_of(&self, field: &str) -> Option<&str> {
        output_of(&self.item, &self.targets, field)
    }

    /// Does this field have to be sent? On `create` all do.
    pub fn touches(&self, field: &str) -> bool {
        self.fields.is_empty() || self.fields.iter().any(|name| name == field)
    }
}

impl Effect {
    /// Made, with the handle by which it is known there.
    pub fn made(handle: impl Into<String>) -> Self {
        Self::Done(Made { handle: Some(handle.into()), outputs: Vec::new() })
    }

    /// Changed, closed or removed.
    pub fn changed() -> Self {
        Self::Done(Made { handle: None, outputs: Vec::new() })
    }

    /// Refused for a reason that lies in the item; nothing of it was stored.
    pub fn refused(field: Option<String>, reason: Message, fix: Option<Message>) -> Self {
        Self::Rejected(Rejection { field, reason, fix })
    }
}

impl Observation {
    /// There, with nothing to tell.
    pub fn there(handle: impl Into<String>) -> Self {
        Self::Present(Presence::new(handle))
    }

    /// Nothing definite.
    pub fn unknown(reason: Message) -> Self {
        Self::Unknown(NotKnown { reason, retry_after: None })
    }
}

impl Presence {
    /// There, with nothing to tell.
    pub fn new(handle: impl Into<String>) -> Self {
        Self {
            handle: handle.into(),
            outputs: Vec::new(),
            differing: Vec::new(),
            unseen: Vec::new(),
            remarks: Vec::new(),
        }
    }

    /// An output, such as an invite link.
    #[must_use]
    pub fn output(mut self, name: &str, value: impl ToString) -> Self {
        self.outputs.push(Param::new(name, value));
        self
    }

    /// A field with another content there, shown to people where it can be.
    #[must_use]
    pub fn differs(mut self, field: &str, there: Option<String>) -> Self {
        self.differing.push(Difference { field: field.to_owned(), there });
        self
    }

    /// A field that cannot be read there.
    #[must_use]
    pub fn unseen(mut self, field: &str) -> Self {
        self.unseen.push(field.to_owned());
        self
    }

    /// Something worth telling.
    #[must_use]
    pub fn remark(mut self, remark: Message) -> Self {
        self.remarks.push(remark);
        self
    }
}

/// The places of a batch that have the same key, in the order of their first place: what one request can answer.
pub fn grouped<T, K: PartialEq>(batch: &[T], key: impl Fn(&T) -> K) -> Vec<(K, Vec<usize>)> {
    let mut groups: Vec<(K, Vec<usize>)> = Vec::new();
    for (place, member) in batch.iter().enumerate() {
        let key = key(member);
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, places)) => places.push(place),
            None => groups.push((key, vec![place])),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ItemRef, Purpose};

    #[test]
    fn targets_are_found_by_the_field_that_names_them() {
        let chat = ItemRef::new("chat", "5a");
        let probe = Probe {
            item: Item::new("member", "m").reference("chat", "chat", "5a").output(
                "link",
                chat.clone(),
                "invite",
            ),
            handle: None,
            targets: vec![Target {
                item: chat,
                handle: Some("77".to_owned()),
                outputs: vec![Param::new("invite", "/join/77")],
            }],
            purpose: Purpose::Adopt,
        };
        assert_eq!(probe.handle_of("chat"), Some("77"));
        assert_eq!(probe.output_of("link"), Some("/join/77"));
        assert_eq!(probe.handle_of("nothing"), None);
    }

    #[test]
    fn grouping_keeps_places_and_order() {
        assert_eq!(grouped(&["b", "a", "b"], |name| *name), vec![("b", vec![0, 2]), ("a", vec![1])]);
    }
}
