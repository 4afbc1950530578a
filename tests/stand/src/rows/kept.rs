//! What was delivered. Bodies are read when somebody asks: while a client is measured, the service shall cost little.

use std::collections::{BTreeMap, HashMap};

use axum::body::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::pace::Pace;

/// What came so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    /// Deliveries, refused ones included.
    pub posts: u64,
    /// Look-ups by key.
    pub lookups: u64,
    /// Rows kept, each time they came.
    pub rows: u64,
    /// Different keys among them.
    pub distinct: u64,
    /// Deliveries that the fault struck.
    pub struck: u64,
    /// Requests that came before a pause the service had asked for was over.
    pub early: u64,
    /// Deliveries that are no JSON rows with a `student_id`.
    pub unreadable: u64,
    /// Most requests under way at one time.
    pub at_once: u64,
    /// How fast they came, by what stands before `/rows` in the path.
    pub paces: BTreeMap<String, Pace>,
}

/// Rows by key, the latest of each.
#[derive(Debug, Default)]
pub(super) struct Kept {
    unread: Vec<Bytes>,
    rows: HashMap<String, Box<RawValue>>,
    came: u64,
    unreadable: u64,
}

/// Of a row only the key is looked at.
#[derive(Deserialize)]
struct Keyed {
    student_id: String,
}

impl Kept {
    /// Keeps a delivery.
    pub(super) fn keep(&mut self, body: Bytes) {
        self.unread.push(body);
    }

    /// Deliveries kept, times rows came, different rows, unreadable deliveries.
    pub(super) fn count(&mut self) -> (u64, u64, u64) {
        self.read();
        (self.came, self.rows.len() as u64, self.unreadable)
    }

    /// The rows with these keys, as a JSON array.
    pub(super) fn look_up(&mut self, keys: &[String]) -> String {
        self.read();
        let found: Vec<&str> =
            keys.iter().filter_map(|key| self.rows.get(key)).map(|row| row.get()).collect();
        format!("[{}]", found.join(","))
    }

    fn read(&mut self) {
        for body in std::mem::take(&mut self.unread) {
            match rows(&body) {
                Ok(rows) => {
                    self.came += rows.len() as u64;
                    self.rows.extend(rows);
                }
                Err(_) => self.unreadable += 1,
            }
        }
    }
}

/// An array of rows, or a single one.
fn rows(body: &[u8]) -> serde_json::Result<Vec<(String, Box<RawValue>)>> {
    let rows: Vec<&RawValue> = if body.starts_with(b"[") {
        serde_json::from_slice(body)?
    } else {
        vec![serde_json::from_slice(body)?]
    };
    let keyed = |row: &RawValue| Ok((serde_json::from_str::<Keyed>(row.get())?.student_id, row.to_owned()));
    rows.into_iter().map(keyed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_counted_and_the_latest_of_each_key_is_found() {
        let mut kept = Kept::default();
        for body in
            [r#"[{"student_id":"a","n":1},{"student_id":"b"}]"#, r#"{"student_id":"a","n":2}"#, "{}", "["]
        {
            kept.keep(Bytes::from_static(body.as_bytes()));
        }
        assert_eq!(kept.count(), (3, 2, 2));
        let keys = ["a", "c"].map(str::to_owned);
        assert_eq!(kept.look_up(&keys), r#"[{"student_id":"a","n":2}]"#);
    }
}
