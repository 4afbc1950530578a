//! When a request may go: pace, pauses, the circuit breaker and reserve addresses of one upstream. Pure but for a
//! lock: the time is handed in, by a clock that nobody sets.

use crate::model::Millis;
use crate::model::setup::Upstream;

/// The longest pause an upstream can ask for.
const LONGEST_PAUSE: u64 = 24 * 3600 * 1000;
/// While somebody else tries whether the upstream lives: look again after so long.
const PROBE_PATIENCE: u64 = 1_000;

/// Whether a request may go now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// It may; `probe`: it alone tries whether the upstream is alive again.
    Go { probe: bool },
    /// The upstream asked for a pause of so many milliseconds more.
    Paused(u64),
    /// The circuit is open for so many milliseconds more.
    Open(u64),
}

/// What a request says about the upstream's health.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Health {
    /// It answered.
    Alive,
    /// No connection, no answer, or a gateway's error.
    Failing,
    /// Nothing can be said.
    Unclear,
}

/// The state of an upstream, shared by all tasks.
#[derive(Debug, Default)]
pub(super) struct Gate {
    next_slot: f64,
    paused_until: Millis,
    failures: u32,
    open_until: Option<Millis>,
    probing: bool,
    address: usize,
    away_since: Millis,
}

impl Gate {
    /// Asks to go.
    pub(super) fn enter(&mut self, now: Millis) -> Entry {
        let probe = self.open_until.is_some();
        match self.open_until {
            Some(until) if now < until => return Entry::Open(span(now, until)),
            Some(_) if self.probing => return Entry::Open(PROBE_PATIENCE),
            _ => {}
        }
        if let pause @ 1.. = self.paused(now) {
            return Entry::Paused(pause);
        }
        self.probing |= probe;
        Entry::Go { probe }
    }

    /// Nothing is sent, because nothing worked.
    pub(super) fn is_open(&self, now: Millis) -> bool {
        self.open_until.is_some_and(|until| now < until)
    }

    /// Milliseconds for which everybody has to wait.
    pub(super) fn paused(&self, now: Millis) -> u64 {
        if now < self.paused_until { span(now, self.paused_until) } else { 0 }
    }

    /// Takes the next place in the upstream's pace; milliseconds until it comes. Evenly spaced, without bursts: that
    /// holds at any window the other side may measure by.
    pub(super) fn reserve(&mut self, config: &Upstream, now: Millis) -> u64 {
        if config.rate <= 0.0 {
            return 0;
        }
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of this millennium fit")]
        let now = now as f64;
        let slot = self.next_slot.max(now);
        self.next_slot = slot + 1000.0 / config.rate;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small and not negative")]
        let wait = (slot - now).ceil() as u64;
        wait
    }

    /// The upstream asked everybody to wait.
    pub(super) fn pause(&mut self, now: Millis, ms: u64) {
        let until = now.saturating_add_unsigned(ms.min(LONGEST_PAUSE));
        self.paused_until = self.paused_until.max(until);
    }

    /// A request is over. `probe` as [`Entry::Go`] said.
    pub(super) fn leave(&mut self, config: &Upstream, now: Millis, probe: bool, health: Health) {
        if probe {
            self.probing = false;
        }
        match health {
            Health::Alive => (self.failures, self.open_until) = (0, None),
            Health::Failing => self.fail(config, now, probe),
            Health::Unclear => {}
        }
    }

    fn fail(&mut self, config: &Upstream, now: Millis, probe: bool) {
        self.failures = self.failures.saturating_add(1);
        if probe || self.failures >= config.breaker_failures.max(1) {
            self.open_until = Some(now.saturating_add_unsigned(config.breaker_pause_ms));
        }
    }

    /// The address to use: the first, unless it failed a short while ago.
    pub(super) fn address(&mut self, config: &Upstream, now: Millis) -> usize {
        let back = self.away_since.saturating_add_unsigned(config.breaker_pause_ms);
        if self.address != 0 && now >= back {
            self.address = 0;
        }
        self.address.min(config.base.len().saturating_sub(1))
    }

    /// No connection to this address: the next one is used for a while.
    pub(super) fn unreachable(&mut self, config: &Upstream, now: Millis, address: usize) {
        if self.address == address {
            self.address = (address + 1) % config.base.len().max(1);
            self.away_since = now;
        }
    }
}

fn span(now: Millis, until: Millis) -> u64 {
    until.saturating_sub(now).unsigned_abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Upstream {
        Upstream {
            base: vec!["http://a".into(), "http://b".into()],
            rate: 4.0,
            breaker_failures: 2,
            breaker_pause_ms: 1_000,
            ..Upstream::default()
        }
    }

    #[test]
    fn requests_are_evenly_spaced() {
        let (mut gate, config) = (Gate::default(), config());
        let waits: Vec<u64> = (0..4).map(|_| gate.reserve(&config, 1_000_000)).collect();
        assert_eq!(waits, [0, 250, 500, 750]);
        assert_eq!(gate.reserve(&config, 1_002_000), 0, "an idle while is not saved up");
        assert_eq!(gate.reserve(&config, 1_002_000), 250);
    }

    #[test]
    fn no_rate_is_no_limit() {
        let mut gate = Gate::default();
        let config = Upstream { rate: 0.0, ..config() };
        assert_eq!((0..100).map(|_| gate.reserve(&config, 5)).sum::<u64>(), 0);
    }

    #[test]
    fn the_circuit_opens_tries_once_and_closes() {
        let (mut gate, config) = (Gate::default(), config());
        gate.leave(&config, 0, false, Health::Failing);
        assert_eq!(gate.enter(0), Entry::Go { probe: false });
        gate.leave(&config, 0, false, Health::Failing);
        assert_eq!(gate.enter(400), Entry::Open(600));
        assert_eq!(gate.enter(1_000), Entry::Go { probe: true });
        assert!(matches!(gate.enter(1_000), Entry::Open(_)), "one probe at a time");
        gate.leave(&config, 1_100, true, Health::Failing);
        assert_eq!(gate.enter(1_100), Entry::Open(1_000), "a failed probe opens it again");
        assert_eq!(gate.enter(2_100), Entry::Go { probe: true });
        gate.leave(&config, 2_200, true, Health::Alive);
        assert_eq!(gate.enter(2_200), Entry::Go { probe: false });
    }

    #[test]
    fn a_probe_given_up_lets_the_next_one_try() {
        let (mut gate, config) = (Gate::default(), config());
        (0..2).for_each(|_| gate.leave(&config, 0, false, Health::Failing));
        assert_eq!(gate.enter(1_000), Entry::Go { probe: true });
        gate.leave(&config, 1_000, true, Health::Unclear);
        assert_eq!(gate.enter(1_000), Entry::Go { probe: true });
    }

    #[test]
    fn a_pause_holds_for_everybody_and_never_shortens() {
        let mut gate = Gate::default();
        gate.pause(0, 5_000);
        gate.pause(0, 1_000);
        assert_eq!(gate.enter(1_000), Entry::Paused(4_000));
        assert_eq!(gate.enter(5_000), Entry::Go { probe: false });
        gate.pause(0, u64::MAX);
        assert_eq!(gate.enter(0), Entry::Paused(LONGEST_PAUSE));
    }

    #[test]
    fn the_reserve_is_used_for_a_while() {
        let (mut gate, config) = (Gate::default(), config());
        assert_eq!(gate.address(&config, 0), 0);
        gate.unreachable(&config, 100, 0);
        gate.unreachable(&config, 100, 0);
        assert_eq!(gate.address(&config, 500), 1);
        assert_eq!(gate.address(&config, 1_100), 0);
    }
}
