//! Progress bars on standard error, on a terminal only.

use std::sync::Mutex;

use indicatif::{ProgressBar, ProgressStyle};

use super::app::App;
use crate::reconcile::{Phase, ProgressSink};

/// A bar with the program's look; hidden unless a person watches.
pub(super) fn bar(app: &App, length: u64) -> ProgressBar {
    if !app.output.progress {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{msg:24} {bar:32} {pos}/{len} {eta}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(length).with_style(style)
}

/// A bar per phase of a run.
pub(super) struct Bars {
    words: [String; 3],
    bar: ProgressBar,
    phase: Mutex<Option<Phase>>,
}

impl Bars {
    /// Bars in the reader's language.
    pub(super) fn new(app: &App) -> Self {
        let words = ["phase-desired", "phase-observe", "phase-apply"].map(|code| app.word(code));
        Self { words, bar: bar(app, 0), phase: Mutex::new(None) }
    }

    fn word(&self, phase: Phase) -> &str {
        match phase {
            Phase::Desired => &self.words[0],
            Phase::Observe => &self.words[1],
            Phase::Apply => &self.words[2],
        }
    }
}

impl ProgressSink for Bars {
    fn progress(&self, phase: Phase, done: u64, total: u64) {
        let mut current = self.phase.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if *current != Some(phase) {
            *current = Some(phase);
            self.bar.set_message(self.word(phase).to_owned());
        }
        self.bar.set_length(total);
        self.bar.set_position(done);
    }
}

impl Drop for Bars {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
