//! What a connector answers.

use super::all;
use crate::model::dialogue::{Choice, ChoiceOption, DeadEnd, Ending, Form, FormField, FormKind, Step, Turn};
use crate::model::{
    BadSetting, Basis, Candidate, DesiredPage, Difference, Failure, Finding, LeftOut, Link, Observation,
    Presence, Refusal, Scope, Severity,
};
use crate::sandbox::bindings::exchange::connector::types as wit;

impl From<wit::Scope> for Scope {
    fn from(it: wit::Scope) -> Self {
        Self { id: it.id.into(), title: it.title, group: it.group }
    }
}

impl From<wit::LeftOut> for LeftOut {
    fn from(it: wit::LeftOut) -> Self {
        Self { about: it.about.into(), label: it.label, group: it.group, reason: it.reason.into() }
    }
}

impl From<wit::DesiredPage> for DesiredPage {
    fn from(it: wit::DesiredPage) -> Self {
        Self {
            items: all(it.items),
            left_out: all(it.left_out),
            next: it.next,
            complete: it.complete,
            valid_until: it.valid_until,
        }
    }
}

impl From<wit::Finding> for Finding {
    fn from(it: wit::Finding) -> Self {
        let severity = match it.severity {
            wit::Severity::Good => Severity::Good,
            wit::Severity::Warning => Severity::Warning,
            wit::Severity::Problem => Severity::Problem,
        };
        Self { severity, what: it.what.into(), next_step: it.next_step.map(Into::into) }
    }
}

impl From<wit::Link> for Link {
    fn from(it: wit::Link) -> Self {
        Self { upstream: it.upstream, path: it.path, query: all(it.query) }
    }
}

impl From<wit::Difference> for Difference {
    fn from(it: wit::Difference) -> Self {
        Self { field: it.field, there: it.there }
    }
}

impl From<wit::Presence> for Presence {
    fn from(it: wit::Presence) -> Self {
        Self {
            handle: it.handle,
            outputs: all(it.outputs),
            differing: all(it.differing),
            unseen: it.unseen,
            remarks: all(it.remarks),
        }
    }
}

impl From<wit::Candidate> for Candidate {
    fn from(it: wit::Candidate) -> Self {
        Self { handle: it.handle, label: it.label, evidence: all(it.evidence), link: it.link.map(Into::into) }
    }
}

impl From<wit::Observation> for Observation {
    fn from(it: wit::Observation) -> Self {
        match it {
            wit::Observation::Absent(wit::Basis::Listing) => Self::Absent(Basis::Listing),
            wit::Observation::Absent(wit::Basis::Lookup) => Self::Absent(Basis::Lookup),
            wit::Observation::Present(presence) => Self::Present(presence.into()),
            wit::Observation::Ambiguous(candidates) => Self::Ambiguous(all(candidates)),
            wit::Observation::Pending => Self::Pending,
            wit::Observation::Unknown(why) => Self::Unknown(why.into()),
        }
    }
}

impl From<wit::Failure> for Failure {
    fn from(it: wit::Failure) -> Self {
        match it {
            wit::Failure::Retry(after) => Self::Retry(after),
            wit::Failure::Unauthorized(why) => Self::Unauthorized(why.into()),
            wit::Failure::Forbidden(why) => Self::Forbidden(why.into()),
            wit::Failure::InvalidConfig(bad) => {
                Self::InvalidConfig(BadSetting { field: bad.field, reason: bad.reason.into() })
            }
            wit::Failure::Refused(refusal) => Self::Refused(Refusal {
                nothing_stored: matches!(refusal.stored, wit::Stored::Nothing),
                reason: refusal.reason.into(),
            }),
            wit::Failure::Unavailable(why) => Self::Unavailable(why.into()),
            wit::Failure::Cancelled => Self::Cancelled,
        }
    }
}

impl From<wit::FormField> for FormField {
    fn from(it: wit::FormField) -> Self {
        let kind = match it.kind {
            wit::FormKind::Text => FormKind::Text,
            wit::FormKind::Password => FormKind::Password,
        };
        Self { name: it.name, label: it.label.into(), kind }
    }
}

impl From<wit::ChoiceOption> for ChoiceOption {
    fn from(it: wit::ChoiceOption) -> Self {
        Self { id: it.id, label: it.label, details: all(it.details), link: it.link.map(Into::into) }
    }
}

impl From<wit::Step> for Step {
    fn from(it: wit::Step) -> Self {
        match it {
            wit::Step::Redirect(link) => Self::Redirect(link.into()),
            wit::Step::Form(form) => {
                Self::Form(Form { title: form.title.into(), text: all(form.text), fields: all(form.fields) })
            }
            wit::Step::Choice(choice) => Self::Choice(Choice {
                title: choice.title.into(),
                text: all(choice.text),
                options: all(choice.options),
            }),
            wit::Step::Commit(items) => Self::Commit(all(items)),
            wit::Step::Done(end) => Self::Done(Ending {
                text: all(end.text),
                facts: all(end.facts),
                link: end.link.map(Into::into),
            }),
            wit::Step::Failed(end) => {
                Self::Failed(DeadEnd { reason: end.reason.into(), advice: all(end.advice), again: end.again })
            }
        }
    }
}

impl From<wit::Turn> for Turn {
    fn from(it: wit::Turn) -> Self {
        Self { step: it.step.into(), state: it.state }
    }
}
