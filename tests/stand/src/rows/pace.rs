//! How fast requests came: when each began, so that any second can be counted afterwards.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// What came, in how long, and how much in the fullest second of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pace {
    /// Requests.
    pub requests: u64,
    /// Seconds from the first to the last.
    pub seconds: f64,
    /// Most requests in any one second, wherever it begins.
    pub busiest: u64,
    /// The same in seconds of 960 ms: forgives a way that takes some requests up to 40 ms longer than others.
    pub busiest_forgiving: u64,
}

/// When requests came, in whatever order it was noted.
#[derive(Debug, Default)]
pub(super) struct Arrivals(Vec<Instant>);

impl Arrivals {
    /// One came.
    pub(super) fn came(&mut self, at: Instant) {
        self.0.push(at);
    }

    /// All so far, counted.
    pub(super) fn pace(&self) -> Pace {
        let mut times = self.0.clone();
        times.sort_unstable();
        let span = times.first().zip(times.last()).map(|(first, last)| *last - *first);
        Pace {
            requests: times.len() as u64,
            seconds: span.unwrap_or_default().as_secs_f64(),
            busiest: busiest(&times, Duration::from_secs(1)),
            busiest_forgiving: busiest(&times, Duration::from_millis(960)),
        }
    }
}

/// Most in any span of this length: one that begins with a request holds the most.
fn busiest(times: &[Instant], span: Duration) -> u64 {
    let (mut end, mut most) = (0, 0);
    for (begin, first) in times.iter().enumerate() {
        while times.get(end).is_some_and(|at| *at < *first + span) {
            end += 1;
        }
        most = most.max(end - begin);
    }
    most as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fullest_second_is_found_wherever_it_begins() {
        let (mut arrivals, zero) = (Arrivals::default(), Instant::now());
        assert_eq!(arrivals.pace(), Pace::default());
        for ms in [0, 400, 900, 990, 1_100, 1_399, 1_900, 5_000] {
            arrivals.came(zero + Duration::from_millis(ms));
        }
        let Pace { requests, seconds, busiest, busiest_forgiving } = arrivals.pace();
        assert_eq!((requests, seconds), (8, 5.0));
        assert_eq!((busiest, busiest_forgiving), (5, 4), "from 400 on, and from 900 on without 1,900");
    }
}
