//! Clocks that move only when waited for, and runs that are killed at any of their steps.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any, resume_unwind};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use exchange::model::Millis;
use exchange::reconcile::{Clock, Steady};

/// A run was killed here.
struct Killed;

/// Clocks that move only when somebody sleeps, with a fuse.
#[derive(Default)]
pub(crate) struct FakeClock {
    /// The true time, which only the upstream knows.
    now: AtomicI64,
    /// How far the clock on the wall is ahead of it.
    ahead: AtomicI64,
    /// How often the machine was started, and when the last time.
    boot: AtomicU64,
    started: AtomicI64,
    fuse: AtomicI64,
    /// After so many steps somebody sets the clock on the wall by so much.
    leap: Mutex<Option<Leap>>,
}

/// Somebody sets the clock on the wall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Leap {
    /// After so many steps of a run.
    pub(crate) steps: u64,
    /// By so many milliseconds.
    pub(crate) by: Millis,
}

impl FakeClock {
    pub(crate) fn at(now: Millis) -> Self {
        Self { now: AtomicI64::new(now), started: AtomicI64::new(now - 1_000), ..Self::default() }
    }

    /// The true time.
    pub(crate) fn peek(&self) -> Millis {
        self.now.load(Ordering::Relaxed)
    }

    pub(crate) fn advance(&self, ms: u64) {
        self.now.fetch_add(ms as i64, Ordering::Relaxed);
    }

    /// Sets the clock on the wall, forward or back.
    pub(crate) fn set(&self, by: Millis) {
        self.ahead.fetch_add(by, Ordering::Relaxed);
    }

    /// Sets the clock on the wall right.
    pub(crate) fn right(&self) {
        self.ahead.store(0, Ordering::Relaxed);
    }

    /// Somebody will set it while a run goes on.
    pub(crate) fn set_leap(&self, leap: Option<Leap>) {
        *self.leap.lock().unwrap_or_else(PoisonError::into_inner) = leap;
    }

    /// The machine starts anew.
    pub(crate) fn restart(&self) {
        self.boot.fetch_add(1, Ordering::Relaxed);
        self.started.store(self.peek(), Ordering::Relaxed);
    }

    /// Kills whoever reads the clock for the n-th time from now; 0: nobody.
    pub(crate) fn set_fuse(&self, steps: i64) {
        self.fuse.store(steps, Ordering::Relaxed);
    }

    /// A step at which a run may be killed, or another run of a race go on.
    pub(crate) fn step(&self) {
        super::turns::step();
        self.fuse();
    }

    /// A step at which a run may be killed.
    pub(crate) fn fuse(&self) {
        let mut leap = self.leap.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(due) = leap.take_if(|leap| leap.steps == 0) {
            self.set(due.by);
        }
        if let Some(leap) = &mut *leap {
            leap.steps -= 1;
        }
        drop(leap);
        if self.fuse.load(Ordering::Relaxed) > 0 && self.fuse.fetch_sub(1, Ordering::Relaxed) == 1 {
            panic_any(Killed);
        }
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Millis {
        self.step();
        self.peek() + self.ahead.load(Ordering::Relaxed)
    }

    fn steady(&self) -> Steady {
        self.step();
        let ms = self.peek() - self.started.load(Ordering::Relaxed);
        Steady { boot: self.boot.load(Ordering::Relaxed), ms }
    }

    fn sleep(&self, ms: u64) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.advance(ms);
        Box::pin(std::future::ready(()))
    }
}

/// Polls a future that never really waits; `None`: it was killed on the way.
pub(crate) fn drive<T>(future: impl Future<Output = T>) -> Option<T> {
    let polled = catch_unwind(AssertUnwindSafe(|| {
        let mut future = pin!(future);
        match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(value) => value,
            Poll::Pending => panic!("a run waits for something that nobody does"),
        }
    }));
    match polled {
        Ok(value) => Some(value),
        Err(payload) if payload.is::<Killed>() => None,
        Err(payload) => resume_unwind(payload),
    }
}

/// Keeps the panics of killed runs out of the output.
pub(crate) fn quiet_kills() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !info.payload().is::<Killed>() {
                before(info);
            }
        }));
    });
}
