//! Work that the serving process does in the background for people who look in again: a check, a preview.
//!
//! A task has one piece of a kind at a time: who begins it twice has begun it once, and who reloads the page or comes with
//! another browser sees the same. What it came to is kept in memory only, until nobody has looked for a while, and never
//! more than so much of it: it may hold names.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;

use super::runtime;
use crate::error::Result;
use crate::model::{Millis, TaskRef};
use crate::reconcile::{Cancel, Clock, Phase, ProgressSink};

/// How long what nobody looks at is kept.
const KEPT_MS: Millis = 30 * 60_000;

/// How often it is looked for what was kept long enough.
const SWEEP: Duration = Duration::from_secs(30);

/// Pieces of work of one kind at once; more wait for their turn.
const AT_ONCE: usize = 4;

/// Pieces that go on or wait; nothing more begins.
const MOST: usize = 64;

/// Bytes, roughly, of all that is kept; what was looked at longest ago goes first.
const MOST_BYTES: usize = 64 << 20;

/// Something that is kept.
pub trait Kept: Send + Sync + 'static {
    /// How many bytes it takes, roughly.
    fn weight(&self) -> usize;
}

/// How far a piece of work is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// In which phase; none before the first.
    pub phase: Option<Phase>,
    /// So much of it is done.
    pub done: u64,
    /// Of so much.
    pub total: u64,
}

/// Hears how a piece of work gets on.
#[derive(Debug, Default)]
pub struct Gauge(Mutex<Progress>);

impl ProgressSink for Gauge {
    fn progress(&self, phase: Phase, done: u64, total: u64) {
        *lock(&self.0) = Progress { phase: Some(phase), done, total };
    }
}

/// What becomes of a wish to begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// It begins.
    New,
    /// It went on already.
    Before,
    /// Too much goes on.
    Full,
}

/// What there is of a task.
#[derive(Debug)]
pub enum Look<T> {
    /// Nothing was begun, or it was kept long enough.
    Nothing,
    /// It goes on.
    UnderWay(Progress),
    /// It came to this, at this moment on the wall.
    Done(Arc<T>, Millis),
    /// It came to nothing, by a fault of ours.
    Broken,
}

/// Pieces of work of one kind.
pub struct Errands<T>(Arc<Desk<T>>);

struct Desk<T> {
    clock: Arc<dyn Clock>,
    places: Semaphore,
    all: Mutex<All<T>>,
}

struct All<T> {
    next: u64,
    errands: BTreeMap<TaskRef, Errand<T>>,
}

struct Errand<T> {
    number: u64,
    state: State<T>,
    /// When somebody looked last, by the clock that nobody sets.
    seen: Millis,
}

enum State<T> {
    UnderWay(Arc<Gauge>, Cancel),
    Done(Arc<T>, Millis),
    Broken,
}

impl<T: Kept> Errands<T> {
    /// None yet.
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        let all = Mutex::new(All { next: 0, errands: BTreeMap::new() });
        let desk = Arc::new(Desk { clock, places: Semaphore::new(AT_ONCE), all });
        runtime::every(SWEEP, Arc::downgrade(&desk), Desk::sweep);
        Self(desk)
    }

    /// Begins a piece of work, unless one goes on. What the last one came to is forgotten.
    pub(super) fn begin<W: Future<Output = Result<T>> + Send + 'static>(
        &self,
        task: &TaskRef,
        work: impl FnOnce(Arc<Gauge>, Cancel) -> W,
    ) -> Begun {
        let (gauge, cancel) = (Arc::new(Gauge::default()), Cancel::default());
        let number = match self.0.enter(task, State::UnderWay(Arc::clone(&gauge), cancel.clone())) {
            Ok(number) => number,
            Err(refused) => return refused,
        };
        let (desk, task, work) = (Arc::clone(&self.0), task.clone(), work(gauge, cancel));
        drop(tokio::spawn(async move {
            let state = desk.done(work).await;
            desk.leave(&task, number, state);
        }));
        Begun::New
    }

    /// What there is of a task.
    pub(super) fn look(&self, task: &TaskRef) -> Look<T> {
        let seen = self.0.now();
        let mut all = self.0.all();
        let Some(errand) = all.errands.get_mut(task) else { return Look::Nothing };
        errand.seen = seen;
        match &errand.state {
            State::UnderWay(gauge, _) => Look::UnderWay(*lock(&gauge.0)),
            State::Done(kept, at) => Look::Done(Arc::clone(kept), *at),
            State::Broken => Look::Broken,
        }
    }

    /// Nothing is kept of this school but what there is of this task; what goes on with others is asked to stop.
    pub(super) fn only(&self, task: &TaskRef) {
        let mut all = self.0.all();
        let (own, gone) = std::mem::take(&mut all.errands)
            .into_iter()
            .partition(|(other, _)| other.school != task.school || other == task);
        all.errands = own;
        drop(all);
        stop(gone);
    }

    /// What was kept of a task is true no more.
    pub(super) fn forget(&self, task: &TaskRef) {
        let gone = self.0.all().errands.remove(task);
        stop(gone.map(|errand| (task.clone(), errand)).into_iter().collect());
    }

    /// Of which tasks of a school there is something.
    #[cfg(test)]
    fn tasks(&self, school: &crate::model::SchoolId) -> usize {
        self.0.all().errands.keys().filter(|task| task.school == *school).count()
    }
}

fn stop<T>(errands: BTreeMap<TaskRef, Errand<T>>) {
    for errand in errands.into_values() {
        if let State::UnderWay(_, cancel) = errand.state {
            cancel.cancel();
        }
    }
}

impl<T: Kept> Desk<T> {
    fn now(&self) -> Millis {
        self.clock.steady().ms
    }

    fn all(&self) -> MutexGuard<'_, All<T>> {
        lock(&self.all)
    }

    fn enter(&self, task: &TaskRef, state: State<T>) -> std::result::Result<u64, Begun> {
        let seen = self.now();
        let mut all = self.all();
        let goes_on = |errand: &Errand<T>| matches!(errand.state, State::UnderWay(..));
        if all.errands.get(task).is_some_and(goes_on) {
            return Err(Begun::Before);
        }
        if all.errands.values().filter(|errand| goes_on(errand)).count() >= MOST {
            return Err(Begun::Full);
        }
        all.next += 1;
        let number = all.next;
        all.errands.insert(task.clone(), Errand { number, state, seen });
        Ok(number)
    }

    /// Does it when its turn comes. A panic reaches nobody else.
    async fn done(&self, work: impl Future<Output = Result<T>> + Send + 'static) -> State<T> {
        let _place = self.places.acquire().await;
        match tokio::spawn(work).await {
            Ok(Ok(kept)) => State::Done(Arc::new(kept), self.clock.now()),
            Ok(Err(error)) => {
                tracing::error!(?error, "work in the background failed");
                State::Broken
            }
            Err(broken) => {
                tracing::error!(%broken, "work in the background broke off");
                State::Broken
            }
        }
    }

    /// It is at its end, unless it was forgotten meanwhile.
    fn leave(&self, task: &TaskRef, number: u64, state: State<T>) {
        let seen = self.now();
        let mut all = self.all();
        if let Some(errand) = all.errands.get_mut(task).filter(|errand| errand.number == number) {
            (errand.state, errand.seen) = (state, seen);
        }
        all.lighten();
    }

    fn sweep(&self) {
        let now = self.now();
        let old = |errand: &Errand<T>| now.saturating_sub(errand.seen) >= KEPT_MS;
        self.all().errands.retain(|_, errand| matches!(errand.state, State::UnderWay(..)) || !old(errand));
    }
}

impl<T: Kept> All<T> {
    /// What was looked at longest ago goes until what is left is not too much.
    fn lighten(&mut self) {
        let weight = |errand: &Errand<T>| match &errand.state {
            State::Done(kept, _) => kept.weight(),
            State::UnderWay(..) | State::Broken => 0,
        };
        while self.errands.values().map(weight).sum::<usize>() > MOST_BYTES {
            let done = self.errands.iter().filter(|(_, errand)| weight(errand) > 0);
            let Some(oldest) = done.min_by_key(|(_, errand)| (errand.seen, errand.number)) else { return };
            let oldest = oldest.0.clone();
            self.errands.remove(&oldest);
        }
    }
}

impl<T> std::fmt::Debug for Errands<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Errands")
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::sync::atomic::{AtomicI64, Ordering};

    use tokio::sync::oneshot;

    use super::*;
    use crate::error::Error;
    use crate::reconcile::Steady;

    /// Moves when it is moved.
    #[derive(Default)]
    struct Watch(AtomicI64);

    impl Clock for Watch {
        fn now(&self) -> Millis {
            self.0.load(Ordering::Relaxed)
        }

        fn steady(&self) -> Steady {
            Steady { boot: 1, ms: self.now() }
        }

        fn sleep(&self, _: u64) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
            unreachable!("nobody waits")
        }
    }

    /// So many bytes.
    #[derive(Debug, PartialEq, Eq)]
    struct Bytes(usize);

    impl Kept for Bytes {
        fn weight(&self) -> usize {
            self.0
        }
    }

    fn task(school: &str, task: &str) -> TaskRef {
        TaskRef { school: school.into(), task: task.into() }
    }

    fn errands() -> (Errands<Bytes>, Arc<Watch>) {
        let clock = Arc::new(Watch::default());
        (Errands::new(Arc::clone(&clock) as _), clock)
    }

    /// Does it and waits for its end.
    async fn does(errands: &Errands<Bytes>, of: &TaskRef, comes_to: Result<Bytes>) {
        assert_eq!(errands.begin(of, |_, _| async { comes_to }), Begun::New);
        while matches!(errands.look(of), Look::UnderWay(_)) {
            tokio::task::yield_now().await;
        }
    }

    fn kept(errands: &Errands<Bytes>, of: &TaskRef) -> Option<usize> {
        match errands.look(of) {
            Look::Done(bytes, _) => Some(bytes.0),
            _ => None,
        }
    }

    #[tokio::test]
    async fn who_begins_it_twice_has_begun_it_once() {
        let (errands, _) = errands();
        let (of, (end, ends)) = (task("s", "t"), oneshot::channel::<()>());
        let work = |gauge: Arc<Gauge>, _| async move {
            gauge.progress(Phase::Observe, 3, 7);
            drop(ends.await);
            Ok(Bytes(1))
        };
        assert_eq!(errands.begin(&of, work), Begun::New);
        let second = |_, _| async { panic!("it was begun twice") };
        assert_eq!(errands.begin(&of, second), Begun::Before);
        let half = Progress { phase: Some(Phase::Observe), done: 3, total: 7 };
        while !matches!(errands.look(&of), Look::UnderWay(progress) if progress == half) {
            tokio::task::yield_now().await;
        }
        drop(end);
        while kept(&errands, &of).is_none() {
            tokio::task::yield_now().await;
        }
        does(&errands, &of, Ok(Bytes(2))).await;
        assert_eq!(kept(&errands, &of), Some(2), "and anew when it has ended");
    }

    #[tokio::test]
    async fn what_breaks_off_is_said_and_nothing_else_breaks() {
        let (errands, _) = errands();
        does(&errands, &task("s", "error"), Err(Error::failed("no luck"))).await;
        assert!(matches!(errands.look(&task("s", "error")), Look::Broken));
        let of = task("s", "panic");
        assert_eq!(errands.begin(&of, |_, _| async { panic!("it breaks off") }), Begun::New);
        while matches!(errands.look(&of), Look::UnderWay(_)) {
            tokio::task::yield_now().await;
        }
        assert!(matches!(errands.look(&of), Look::Broken));
        does(&errands, &of, Ok(Bytes(1))).await;
        assert_eq!(kept(&errands, &of), Some(1));
    }

    #[tokio::test]
    async fn what_nobody_looks_at_and_what_is_too_much_goes() {
        let (errands, clock) = errands();
        let of = |n: usize| task("s", &n.to_string());
        for n in 0..5 {
            does(&errands, &of(n), Ok(Bytes(MOST_BYTES / 4))).await;
            clock.0.fetch_add(1, Ordering::Relaxed);
        }
        assert_eq!([0, 1, 4].map(|n| kept(&errands, &of(n)).is_some()), [false, true, true]);
        clock.0.fetch_add(KEPT_MS - 1, Ordering::Relaxed);
        errands.0.sweep();
        assert!(kept(&errands, &of(4)).is_some(), "it was just looked at");
        clock.0.fetch_add(KEPT_MS - 1, Ordering::Relaxed);
        assert!(kept(&errands, &of(4)).is_some());
        clock.0.fetch_add(1, Ordering::Relaxed);
        errands.0.sweep();
        assert_eq!(errands.tasks(&"s".into()), 1, "the others were not");
        clock.0.fetch_add(KEPT_MS, Ordering::Relaxed);
        errands.0.sweep();
        assert_eq!(errands.tasks(&"s".into()), 0);
    }

    #[tokio::test]
    async fn of_a_school_one_is_kept_and_what_goes_on_is_asked_to_stop() {
        let (errands, _) = errands();
        let (first, second, other) = (task("s", "1"), task("s", "2"), task("x", "1"));
        does(&errands, &other, Ok(Bytes(1))).await;
        let (told, stopped) = oneshot::channel::<()>();
        let work = |_, cancel: Cancel| async move {
            while !cancel.is_cancelled() {
                tokio::task::yield_now().await;
            }
            drop(told);
            Ok(Bytes(1))
        };
        assert_eq!(errands.begin(&first, work), Begun::New);
        errands.only(&second);
        assert!(stopped.await.is_err(), "it went on to its end");
        does(&errands, &second, Ok(Bytes(1))).await;
        assert_eq!([&first, &second, &other].map(|of| kept(&errands, of).is_some()), [false, true, true]);
    }
}
