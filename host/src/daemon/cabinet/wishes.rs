//! What a recipient of a school's notifications wishes for, changed by somebody of the school: judged as the command line
//! judges the file, shown before it is written, written only while the file is still the one that was shown.
//!
//! To whom something goes is changed in `acts`; which ways there are is the operator's.

use std::collections::HashMap;
use std::sync::PoisonError;
use std::time::Duration;

use serde_json::Map;
use tokio::time::timeout;

use super::settings::lacking;
use super::{Cabinet, Draft, Fault, Judged, Person, School, Unsaved};
use crate::config::{self, ConfigErrors, Field, Problem, Stated};
use crate::daemon::notify::{Answer, trial};
use crate::error::{Error, Result};
use crate::model::notify::Address;
use crate::model::{Message, Millis, SchoolId};

/// Between two trials at a school: a button is no way to fill somebody's box.
const TRIAL_MS: Millis = 60_000;

/// Time that a trial has: somebody waits for its end before a page.
const TRIAL_WITHIN: Duration = Duration::from_secs(30);

/// When schools had their last trials.
pub(super) type Trials = HashMap<SchoolId, Millis>;

/// What became of a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tried {
    /// The mail server has taken it.
    Taken,
    /// It has not, and may later.
    Later,
    /// It never will.
    Refused,
    /// The school had one a moment ago.
    Soon,
}

impl School {
    /// What the school's file says of a recipient, by number from 0; nothing where there is no such one.
    pub fn recipient(&self, number: usize) -> Result<Option<Stated>> {
        config::stated_recipient(&self.config.file, number)
    }

    /// What a recipient of whom the file says this may wish for.
    pub fn wishes(&self, stated: &Stated) -> Vec<Field<'_>> {
        config::wishes(self.config.tasks.iter().map(|task| task.id.as_str()), &stated.settings)
    }

    /// What would come of somebody's wishes. Nothing is written.
    pub fn judge_wishes(&self, number: usize, draft: &Draft) -> Result<Judged> {
        let stated = self.recipient(number)?.ok_or_else(|| Error::config("the recipient is gone"))?;
        let before = serde_json::Value::Object(stated.settings.clone());
        let wanted: Map<_, _> = lacking(&draft.wanted, Some(&before));
        let edited = config::with_wishes(&self.config.file, number, &wanted)?;
        let judged = config::judge_school(&self.config.file, &edited.text, self.host.config(), self);
        let faults = judged.err().map(|errors| faults(&errors, &edited.text, number)).unwrap_or_default();
        Ok(Judged::of(edited, &stated, &wanted, faults))
    }
}

impl Cabinet {
    /// Writes somebody's wishes into the school's file. What stands there already is not written again.
    pub fn save_wishes(
        &self,
        person: &Person,
        school: &School,
        number: usize,
        draft: &Draft,
    ) -> std::result::Result<(), Unsaved> {
        let judged = school.judge_wishes(number, draft).map_err(Unsaved::Fault)?;
        match judged.write(&draft.version)? {
            changed if changed.is_empty() => Ok(()),
            changed => {
                self.note(person, "notify-change", &school.config.id, None, &changed).map_err(Unsaved::Fault)
            }
        }
    }
}

impl Cabinet {
    /// Sends a trial to somebody of a school's own list who is told by mail; nothing where there is no such one.
    ///
    /// # Errors
    /// Our own store fails.
    pub async fn try_out(&self, person: &Person, school: &School, number: usize) -> Result<Option<Tried>> {
        let to = school.config.notify.get(number).filter(|to| matches!(to.to, Address::Mail(_)));
        let Some(to) = to else { return Ok(None) };
        if !self.begins_trial(&school.config.id) {
            return Ok(Some(Tried::Soon));
        }
        self.note(person, "notify-trial", &school.config.id, None, "")?;
        let sent = timeout(TRIAL_WITHIN, trial(&school.host, &school.config, to, self.now()));
        let Ok(answer) = sent.await else { return Ok(Some(Tried::Later)) };
        Ok(Some(match answer? {
            Answer::Taken(_) => Tried::Taken,
            Answer::Later { .. } => Tried::Later,
            Answer::Refused(_) => Tried::Refused,
        }))
    }

    /// Notes that a school has a trial, unless it had one a moment ago.
    fn begins_trial(&self, school: &SchoolId) -> bool {
        let (now, mut trials) = (self.steady(), self.trials.lock().unwrap_or_else(PoisonError::into_inner));
        trials.retain(|_, last| now.saturating_sub(*last) < TRIAL_MS);
        let begins = !trials.contains_key(school);
        if begins {
            trials.insert(school.clone(), now);
        }
        begins
    }
}

fn faults(errors: &ConfigErrors, text: &str, number: usize) -> Vec<Fault> {
    let fault = |problem: &Problem| {
        let setting = problem.span.as_ref().and_then(|place| config::wish_at(text, number, place));
        Fault {
            message: setting.as_deref().map(|name| Message::new(code(name))),
            setting,
            within: Vec::new(),
            line: errors.line(problem),
            what: problem.what.clone(),
            hints: problem.hints.clone(),
        }
    };
    errors.problems().iter().map(fault).collect()
}

fn code(name: &str) -> &'static str {
    match name {
        "quiet" => "notify-quiet-wrong",
        "digest" => "notify-digest-wrong",
        _ => "setting-unfit",
    }
}
