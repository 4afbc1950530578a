//! How the service misbehaves: one fault at a time, struck by counting what is delivered.

use std::str::FromStr;
use std::time::{Duration, Instant};

/// A fault; the number says which of the deliveries it strikes: every N-th.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Fault {
    /// None.
    #[default]
    None,
    /// 503, nothing kept.
    Busy(u64),
    /// 429 with `Retry-After: 1`, nothing kept.
    Throttled(u64),
    /// 422 to every delivery that holds this row, naming it; nothing of the delivery is kept.
    BadRow(String),
    /// Kept, then the connection is cut without an answer.
    Lost(u64),
    /// 200, and nothing kept.
    Dropped(u64),
}

impl FromStr for Fault {
    type Err = String;

    /// `none`, `503/N`, `429/N`, `bad-row/ID`, `lost/N`, `dropped/N`.
    fn from_str(text: &str) -> Result<Self, String> {
        let (name, argument) = text.split_once('/').unwrap_or((text, ""));
        let every = || match argument.parse() {
            Ok(0) | Err(_) => Err(format!("`{text}` needs a number from 1 after the slash")),
            Ok(every) => Ok(every),
        };
        Ok(match name {
            "none" => Fault::None,
            "503" => Fault::Busy(every()?),
            "429" => Fault::Throttled(every()?),
            "bad-row" => Fault::BadRow(argument.to_owned()),
            "lost" => Fault::Lost(every()?),
            "dropped" => Fault::Dropped(every()?),
            _ => return Err(format!("there is no fault `{name}`")),
        })
    }
}

/// What becomes of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Kept,
    Busy,
    Throttled,
    BadRow,
    Lost,
    Dropped,
}

/// What was asked with `Retry-After`. The margin forgives clocks that tick coarsely.
const PAUSE: Duration = Duration::from_millis(950);

/// A fault at work.
#[derive(Debug, Default)]
pub(super) struct Struck {
    pub(super) fault: Fault,
    /// Deliveries so far.
    pub(super) posts: u64,
    /// Those that the fault struck.
    pub(super) struck: u64,
    /// Requests that came before the pause asked for was over.
    pub(super) early: u64,
    paused_since: Option<Instant>,
}

impl Struck {
    /// Counts from nothing.
    pub(super) fn by(fault: Fault) -> Self {
        Self { fault, ..Self::default() }
    }

    /// A request of whatever kind begins.
    pub(super) fn request(&mut self) {
        if let Some(since) = self.paused_since.take() {
            self.early += u64::from(since.elapsed() < PAUSE);
        }
    }

    /// A delivery: what becomes of it?
    pub(super) fn delivery(&mut self, body: &[u8]) -> Fate {
        self.posts += 1;
        let nth = |every: &u64| self.posts.is_multiple_of(*every);
        let fate = match &self.fault {
            Fault::Busy(every) if nth(every) => Fate::Busy,
            Fault::Throttled(every) if nth(every) => Fate::Throttled,
            Fault::BadRow(id) if holds(body, id.as_bytes()) => Fate::BadRow,
            Fault::Lost(every) if nth(every) => Fate::Lost,
            Fault::Dropped(every) if nth(every) => Fate::Dropped,
            _ => Fate::Kept,
        };
        self.struck += u64::from(fate != Fate::Kept);
        if fate == Fate::Throttled {
            self.paused_since = Some(Instant::now());
        }
        fate
    }
}

/// The key as a JSON text somewhere in the body.
fn holds(body: &[u8], id: &[u8]) -> bool {
    body.windows(id.len() + 2).any(|part| {
        part.first() == Some(&b'"') && part.last() == Some(&b'"') && &part[1..part.len() - 1] == id
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fates(fault: &str, posts: usize) -> Vec<Fate> {
        let mut struck = Struck::by(fault.parse().unwrap());
        (0..posts).map(|_| struck.delivery(br#"[{"student_id": "p10"}]"#)).collect()
    }

    #[test]
    fn every_nth_delivery_is_struck() {
        use Fate::{Busy, Kept};
        assert_eq!(fates("503/3", 7), [Kept, Kept, Busy, Kept, Kept, Busy, Kept]);
        assert_eq!(fates("none", 2), [Kept, Kept]);
    }

    #[test]
    fn a_bad_row_is_known_by_its_whole_key() {
        assert_eq!(fates("bad-row/p10", 2), [Fate::BadRow, Fate::BadRow]);
        assert_eq!(fates("bad-row/p1", 1), [Fate::Kept]);
    }

    #[test]
    fn what_is_no_fault_is_refused() {
        for text in ["503", "503/0", "503/x", "504/10", ""] {
            assert!(text.parse::<Fault>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_request_inside_the_pause_is_early() {
        let mut struck = Struck::by(Fault::Throttled(1));
        struck.request();
        struck.delivery(b"[]");
        struck.request();
        struck.request();
        assert_eq!(struck.early, 1, "each pause is broken once at most");
    }
}
