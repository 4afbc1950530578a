//! The time, injected: the clock on the wall, which people and servers set, and one that nobody sets.

use std::future::Future;
use std::pin::Pin;

use crate::model::Millis;

/// A moment by a clock that nobody sets: it goes on evenly while the machine is up, sleeping or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Steady {
    /// Another one after each start of the machine: moments of different starts cannot be compared.
    pub boot: u64,
    /// Milliseconds since then.
    pub ms: Millis,
}

/// The time, injected.
pub trait Clock: Send + Sync {
    /// Now, on the wall: may jump either way at any moment.
    fn now(&self) -> Millis;

    /// Now, by the clock that nobody sets.
    fn steady(&self) -> Steady;

    /// Waits so many milliseconds.
    fn sleep(&self, ms: u64) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}

/// The machine's clocks.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Millis {
        jiff::Timestamp::now().as_millisecond()
    }

    fn steady(&self) -> Steady {
        machine::steady()
    }

    fn sleep(&self, ms: u64) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(tokio::time::sleep(std::time::Duration::from_millis(ms)))
    }
}

#[cfg(target_os = "linux")]
mod machine {
    use std::sync::OnceLock;

    use rustix::time::{ClockId, clock_gettime};

    use super::Steady;

    /// Since the machine started, the time it slept included.
    pub(super) fn steady() -> Steady {
        static BOOT: OnceLock<u64> = OnceLock::new();
        let since = clock_gettime(ClockId::Boottime);
        let ms = since.tv_sec.saturating_mul(1_000).saturating_add(since.tv_nsec / 1_000_000);
        Steady { boot: *BOOT.get_or_init(boot), ms }
    }

    /// The kernel's name for this start. Where it does not tell, each process is taken for one: waits begin anew.
    fn boot() -> u64 {
        let mut bytes = [0; 8];
        match std::fs::read("/proc/sys/kernel/random/boot_id") {
            Ok(id) => bytes.copy_from_slice(&blake3::hash(&id).as_bytes()[..8]),
            Err(_) => getrandom::fill(&mut bytes).expect("the operating system gives random bytes"),
        }
        u64::from_be_bytes(bytes)
    }
}

#[cfg(not(target_os = "linux"))]
mod machine {
    use super::{Clock, Steady, SystemClock};

    /// No such clock that outlives a process is known here: the wall's is trusted.
    pub(super) fn steady() -> Steady {
        Steady { boot: 0, ms: SystemClock.now() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steady_clock_goes_on_within_one_start() {
        let (one, two) = (SystemClock.steady(), SystemClock.steady());
        assert_eq!(one.boot, two.boot);
        assert!(two.ms >= one.ms && one.ms > 0);
    }
}
