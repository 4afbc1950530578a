//! Two runs at once, as two processes have them: at each call of a store, a clock or a connector the dice say who goes
//! on. One goes at a time, so the same throws make the same race.

use std::cell::RefCell;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

thread_local! {
    /// Who runs on this thread, and in which race.
    static ACTOR: RefCell<Option<(Arc<Turns>, usize)>> = const { RefCell::new(None) };
}

/// Whose turn it is.
pub(crate) struct Turns {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    turn: usize,
    ended: [bool; 2],
    dice: u64,
}

impl State {
    /// The same throws for the same seed (Knuth's linear congruence).
    fn throw(&mut self, faces: u64) -> u64 {
        self.dice = self.dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.dice >> 33) % faces
    }
}

impl Turns {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait(&self, me: usize, state: MutexGuard<'_, State>) {
        let wait = self.changed.wait_while(state, |state| state.turn != me);
        drop(wait.unwrap_or_else(PoisonError::into_inner));
    }

    fn pass(&self, me: usize) {
        let mut state = self.lock();
        // Long strides as well as short ones: what is looked at long before it is relied upon is where races hide.
        if state.throw(4) == 0 && !state.ended[1 - me] {
            state.turn = 1 - me;
            self.changed.notify_all();
        }
        self.wait(me, state);
    }
}

/// A step of a run that may be one of two.
pub(crate) fn step() {
    let actor = ACTOR.with(|actor| actor.borrow().clone());
    if let Some((turns, me)) = actor {
        turns.pass(me);
    }
}

/// Ends a turn for good, however the run ends.
struct Last(Arc<Turns>, usize);

impl Drop for Last {
    fn drop(&mut self) {
        ACTOR.with(|actor| actor.replace(None));
        let mut state = self.0.lock();
        state.ended[self.1] = true;
        state.turn = 1 - self.1;
        self.0.changed.notify_all();
    }
}

/// Runs both at once; `seed` says who goes on when.
pub(crate) fn race<T: Send>(seed: u64, runs: [&(dyn Fn() -> T + Sync); 2]) -> [T; 2] {
    let mut state = State { turn: 0, ended: [false; 2], dice: seed };
    state.turn = state.throw(2) as usize;
    let turns = Arc::new(Turns { state: Mutex::new(state), changed: Condvar::new() });
    let go = |me: usize| {
        let turns = Arc::clone(&turns);
        move || {
            let last = Last(Arc::clone(&turns), me);
            ACTOR.with(|actor| actor.replace(Some((Arc::clone(&turns), me))));
            turns.wait(me, turns.lock());
            let value = runs[me]();
            drop(last);
            value
        }
    };
    std::thread::scope(|scope| {
        let [one, two] = [scope.spawn(go(0)), scope.spawn(go(1))];
        let join = |thread: std::thread::ScopedJoinHandle<'_, T>| match thread.join() {
            Ok(value) => value,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        [join(one), join(two)]
    })
}

#[test]
fn the_same_throws_make_the_same_race() {
    let race = |seed| {
        let said = Mutex::new(String::new());
        let run = |me: char| {
            for _ in 0..20 {
                step();
                said.lock().unwrap().push(me);
            }
        };
        race(seed, [&|| run('a'), &|| run('b')]);
        said.into_inner().unwrap()
    };
    assert_eq!(race(1), race(1));
    assert_ne!(race(1), race(2));
    assert!((1..5).any(|seed| race(seed).contains("aba")), "turns change midway");
}
