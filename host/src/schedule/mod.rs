//! Pure time arithmetic: when tasks run by themselves. No clock and no I/O; whoever asks says what time it is.
//!
//! [`Timetable`] answers for one task: what is due now, what was missed and why it is let go, what comes next.
//! [`Queue`] decides for all tasks of all schools: which runs begin now, one per school at a time, fairly.
//!
//! # Clocks that are put forward and back
//!
//! Times of schedules are times of the clock on the wall, which is now and then put forward (some times do not exist)
//! or back (some exist twice). What holds then:
//!
//! 1. **A time of the day happens once.** One that exists twice is the first of the two. One that does not exist is the
//!    first moment after the gap, where several of them are one.
//! 2. **A pace is kept.** A cron line that names all 24 hours (`*/15 * * * *`) means "every so often": it goes through
//!    both passages of the repeated hour, and nothing is made up for in a gap.
//! 3. **A window is the time between its two ends**, each taken by rule 1: shorter or longer than on other days, and
//!    with one run in any case. The place of a task in it is a share of its real length.
//! 4. **A day of the calendar** is the day on the wall in the school's zone at the moment when the run begins.
//!
//! So every due run happens exactly once, and later ones never come before earlier ones.

mod calendar;
mod clockwork;
mod fair;
mod queue;
mod quiet;
mod spread;
mod timetable;
mod wall;

pub use crate::model::timetable::Mark;
pub use clockwork::Occurrence;
pub use queue::{Begin, Decisions, LetGo, Queue};
pub use quiet::send_at;
pub use timetable::{Ahead, Due, GRACE_MS, Passed, RESUME_MS, Reason, Timetable, Verdict};
