//! JSON objects written member by member, one entry of a list to a line.
//!
//! Not through `serde_json::Value`: the order of its members depends on what other crates of the same build ask
//! of serde_json, and these files have to be the same for ever.

use std::collections::BTreeMap;

use serde::Serialize;

/// The members so far.
#[derive(Default)]
pub(crate) struct Lines(Vec<String>);

impl Lines {
    pub(crate) fn value(&mut self, name: &str, value: &impl Serialize) -> serde_json::Result<()> {
        self.0.push(format!("  \"{name}\": {}", serde_json::to_string(value)?));
        Ok(())
    }

    pub(crate) fn list<T: Serialize>(&mut self, name: &str, items: &[T]) -> serde_json::Result<()> {
        let items = items.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
        self.block(name, '[', &items, ']');
        Ok(())
    }

    pub(crate) fn map<T: Serialize>(
        &mut self,
        name: &str,
        items: &BTreeMap<String, T>,
    ) -> serde_json::Result<()> {
        let member = |(name, item): (&String, &T)| {
            Ok(format!("{}: {}", serde_json::to_string(name)?, serde_json::to_string(item)?))
        };
        let items = items.iter().map(member).collect::<serde_json::Result<Vec<_>>>()?;
        self.block(name, '{', &items, '}');
        Ok(())
    }

    fn block(&mut self, name: &str, open: char, items: &[String], close: char) {
        let body =
            if items.is_empty() { String::new() } else { format!("\n    {}\n  ", items.join(",\n    ")) };
        self.0.push(format!("  \"{name}\": {open}{body}{close}"));
    }

    pub(crate) fn finish(self) -> String {
        format!("{{\n{}\n}}\n", self.0.join(",\n"))
    }
}
