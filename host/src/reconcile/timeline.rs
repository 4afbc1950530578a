//! The time of a run: it begins with the clock on the wall and goes on evenly, whoever sets that one meanwhile. And
//! what earlier runs wrote down, as seen from it.

use std::sync::Arc;

use crate::model::{Action, Doubt, Millis, Scale};

use super::clock::Clock;

/// A moment before any run: whatever counts from it is long over.
const LONG_AGO: Millis = 1;

/// The time of one run.
#[derive(Clone)]
pub(super) struct Timeline {
    clock: Arc<dyn Clock>,
    scale: Scale,
}

impl Timeline {
    /// From now on.
    pub(super) fn begin(clock: &Arc<dyn Clock>) -> Self {
        let steady = clock.steady();
        let scale = Scale { boot: steady.boot, zero: clock.now() - steady.ms };
        Self { clock: Arc::clone(clock), scale }
    }

    /// Now.
    pub(super) fn now(&self) -> Millis {
        self.scale.zero + self.clock.steady().ms
    }

    /// A doubt that begins and could end now.
    pub(super) fn doubt(&self, action: Action, token: String) -> Doubt {
        let now = self.now();
        Doubt { action, token, sent: now, until: now, scale: Some(self.scale) }
    }

    /// A doubt of an earlier run, in the time of this one.
    ///
    /// Within one start of the machine it is as old as it is, whatever the wall says. After another start nobody
    /// knows how old it is: waiting for it to settle begins anew, and a token protects only where the wall still says
    /// so. `alone`: this run holds the lane, so the one who sent is gone, and its connections with it: from now on
    /// the other side can no longer begin to process what was sent.
    pub(super) fn carry(&self, doubt: Doubt, alone: bool) -> Doubt {
        let now = self.now();
        let same = doubt.scale.filter(|scale| scale.boot == self.scale.boot);
        let (sent, until) = match same.map(|scale| self.scale.zero - scale.zero) {
            Some(shift) => (doubt.sent + shift, doubt.until + shift),
            None => (doubt.sent, now),
        };
        let until = if alone { until.min(now) } else { until };
        Doubt { sent: if sent > now { LONG_AGO } else { sent }, until, scale: Some(self.scale), ..doubt }
    }

    /// Was this doubt written down on the scale of this start of the machine?
    pub(super) fn knows(&self, doubt: &Doubt) -> bool {
        doubt.scale.is_some_and(|scale| scale.boot == self.scale.boot)
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::Pin;
    use std::sync::Mutex;

    use super::super::clock::Steady;
    use super::*;

    const HOUR: Millis = 3_600_000;

    /// Wall, start, milliseconds since.
    struct Hands(Mutex<(Millis, u64, Millis)>);

    impl Clock for Hands {
        fn now(&self) -> Millis {
            self.0.lock().unwrap().0
        }

        fn steady(&self) -> Steady {
            let hands = self.0.lock().unwrap();
            Steady { boot: hands.1, ms: hands.2 }
        }

        fn sleep(&self, _ms: u64) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
            Box::pin(std::future::ready(()))
        }
    }

    /// How old a doubt is when the next run begins with these hands: since it was sent, since it could end.
    fn age(hands: (Millis, u64, Millis)) -> (Millis, Millis) {
        let clock = Arc::new(Hands(Mutex::new((9 * HOUR, 7, 50_000))));
        let shared: Arc<dyn Clock> = Arc::clone(&clock) as Arc<dyn Clock>;
        let doubt = Timeline::begin(&shared).doubt(Action::Create, "t".into());
        *clock.0.lock().unwrap() = hands;
        let later = Timeline::begin(&shared);
        let doubt = later.carry(doubt, true);
        (later.now() - doubt.sent, later.now() - doubt.until)
    }

    #[test]
    fn a_doubt_is_as_old_as_it_is_whatever_the_wall_says() {
        for wall in [9 * HOUR + 2_000, 8 * HOUR, 33 * HOUR] {
            assert_eq!(age((wall, 7, 52_000)), (2_000, 2_000), "the wall says {wall}");
        }
    }

    #[test]
    fn after_another_start_settling_begins_anew_and_a_token_protects_by_the_wall() {
        assert_eq!(age((9 * HOUR + 2_000, 8, 10)), (2_000, 0));
        assert_eq!(age((8 * HOUR, 8, 10)), (8 * HOUR - LONG_AGO, 0), "sent in the future: protects no more");
        assert_eq!(age((33 * HOUR, 8, 10)), (24 * HOUR, 0));
    }

    #[test]
    fn a_run_does_not_notice_that_the_wall_is_set() {
        let clock = Arc::new(Hands(Mutex::new((9 * HOUR, 7, 50_000))));
        let shared: Arc<dyn Clock> = Arc::clone(&clock) as Arc<dyn Clock>;
        let run = Timeline::begin(&shared);
        *clock.0.lock().unwrap() = (33 * HOUR, 7, 51_000);
        assert_eq!(run.now(), 9 * HOUR + 1_000);
    }
}
