//! What became of things, in the words the school reads (D7).

use super::called::Called;
use super::catalogue::Catalogue;
use crate::model::{Message, Outcome, OutcomeRow, RunCounts, RunStatus};

/// Outcomes as people sort them: a sheet each, gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    /// Refused by the other side.
    Rejected,
    /// The other side said yes and does not show it.
    NotConfirmed,
    /// No definite answer.
    InDoubt,
    /// Not done, blocked, expired.
    Failed,
    /// For a person to decide.
    Decision,
    /// Somebody else acts first.
    Waiting,
    /// Differs or is gone; only told.
    Told,
    /// Written and accepted; cannot be read back.
    Accepted,
    /// Written and read back.
    Sent,
    /// Was there and was taken over.
    Adopted,
    /// Removed or closed.
    Removed,
    /// As it was.
    Unchanged,
}

impl Group {
    /// All groups, gravest first.
    pub const ALL: [Self; 12] = [
        Self::Rejected,
        Self::NotConfirmed,
        Self::InDoubt,
        Self::Failed,
        Self::Decision,
        Self::Waiting,
        Self::Told,
        Self::Accepted,
        Self::Sent,
        Self::Adopted,
        Self::Removed,
        Self::Unchanged,
    ];

    /// The group of an outcome.
    pub fn of(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Applied => Self::Sent,
            Outcome::Accepted => Self::Accepted,
            Outcome::Unchanged => Self::Unchanged,
            Outcome::Adopted => Self::Adopted,
            Outcome::Removed => Self::Removed,
            Outcome::Differs(_) | Outcome::Gone => Self::Told,
            Outcome::Rejected(_) => Self::Rejected,
            Outcome::Waiting(_) | Outcome::NotYet(_) => Self::Waiting,
            Outcome::Decision(_) => Self::Decision,
            Outcome::InDoubt => Self::InDoubt,
            Outcome::NotConfirmed => Self::NotConfirmed,
            Outcome::Blocked(_) | Outcome::Expired | Outcome::Failed(_) => Self::Failed,
        }
    }

    /// Code of its title, and name in `--json`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Rejected => "outcome-rejected",
            Self::NotConfirmed => "outcome-not-confirmed",
            Self::InDoubt => "outcome-in-doubt",
            Self::Failed => "outcome-failed",
            Self::Decision => "outcome-decision",
            Self::Waiting => "outcome-waiting",
            Self::Told => "outcome-told",
            Self::Accepted => "outcome-accepted",
            Self::Sent => "outcome-sent",
            Self::Adopted => "outcome-adopted",
            Self::Removed => "outcome-removed",
            Self::Unchanged => "outcome-unchanged",
        }
    }
}

/// The status in a word; `None`: never run.
pub fn status(catalogue: &Catalogue, status: Option<RunStatus>) -> String {
    catalogue.word(match status {
        None => "status-none",
        Some(RunStatus::Running) => "status-running",
        Some(RunStatus::Success) => "status-success",
        Some(RunStatus::WithRemarks) => "status-with-remarks",
        Some(RunStatus::NotConfirmed) => "status-not-confirmed",
        Some(RunStatus::Waiting) => "status-waiting",
        Some(RunStatus::Postponed) => "status-postponed",
        Some(RunStatus::Failed) => "status-failed",
    })
}

/// How a status is meant, whichever face colours it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gravity {
    /// As it should be.
    Good,
    /// Worth a look.
    Notable,
    /// Wrong.
    Bad,
}

/// How a status is meant.
pub fn gravity(status: RunStatus) -> Gravity {
    match status {
        RunStatus::Success => Gravity::Good,
        RunStatus::Running | RunStatus::WithRemarks | RunStatus::Waiting | RunStatus::Postponed => {
            Gravity::Notable
        }
        RunStatus::NotConfirmed | RunStatus::Failed => Gravity::Bad,
    }
}

/// «отправлено 12, без изменений 3»: only what is not nought.
pub fn counts(catalogue: &Catalogue, counts: &RunCounts) -> String {
    let parts: Vec<String> = counts
        .named()
        .into_iter()
        .filter(|(_, n)| *n > 0)
        .map(|(name, n)| catalogue.text(&Message::new(format!("count-{name}")).with("n", n)))
        .collect();
    if parts.is_empty() { catalogue.word("count-nothing") } else { parts.join(", ") }
}

/// Why, and what to do, for one outcome: two cells of a table. Remarks follow the reason.
pub fn reason_and_advice(
    catalogue: &Catalogue,
    connector: &str,
    row: &OutcomeRow,
    called: &Called,
) -> (String, String) {
    let text = |message: &Message| catalogue.of(connector, message);
    let (reason, advice) = match &row.outcome {
        Outcome::Rejected(rejection) => {
            let reason = text(&rejection.reason);
            let reason = match &rejection.field {
                Some(field) => {
                    catalogue.text(&Message::new("reason-field").with("field", field).with("reason", reason))
                }
                None => reason,
            };
            (reason, rejection.fix.as_ref().map(text).unwrap_or_default())
        }
        Outcome::Waiting(waiting) => {
            (text(&waiting.whom), waiting.steps.iter().map(text).collect::<Vec<_>>().join(" "))
        }
        Outcome::Decision(number) => (
            catalogue.word("reason-decision"),
            catalogue.text(&Message::new("advice-decision").with("number", number)),
        ),
        Outcome::Differs(fields) => (
            catalogue.text(&Message::new("reason-differs").with("fields", fields.join(", "))),
            catalogue.word("advice-differs"),
        ),
        Outcome::Gone => (catalogue.word("reason-gone"), catalogue.word("advice-gone")),
        Outcome::InDoubt => (catalogue.word("reason-in-doubt"), catalogue.word("advice-in-doubt")),
        Outcome::NotConfirmed => {
            (catalogue.word("reason-not-confirmed"), catalogue.word("advice-not-confirmed"))
        }
        Outcome::Blocked(item) => (
            catalogue.text(&Message::new("reason-blocked").with("item", called.of(item))),
            catalogue.word("advice-blocked"),
        ),
        Outcome::Expired => (catalogue.word("reason-expired"), String::new()),
        Outcome::NotYet(_) => (catalogue.word("host-not-yet"), String::new()),
        Outcome::Failed(message) => (text(message), catalogue.word("advice-failed")),
        Outcome::Accepted => (catalogue.word("reason-accepted"), String::new()),
        Outcome::Applied | Outcome::Unchanged | Outcome::Adopted | Outcome::Removed => Default::default(),
    };
    let remarks = row.remarks.iter().map(text);
    let reason =
        std::iter::once(reason).filter(|text| !text.is_empty()).chain(remarks).collect::<Vec<_>>().join("; ");
    (reason, advice)
}
