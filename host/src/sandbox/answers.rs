//! Judges what a connector answered: sizes, numbers, names. The first thing wrong gives the verdict.

use std::collections::BTreeSet;

use crate::model::dialogue::{Step, Turn};
use crate::model::manifest::{Direction, Manifest};
use crate::model::setup::Limits;
use crate::model::{
    Action, CallError, DesiredPage, Effect, Finding, Item, ItemRef, LeftOut, Message, Observation, Param,
    Scope, Value, Verdict,
};

/// Bytes of a key and of a scope's id.
const MAX_KEY: usize = 200;
/// Bytes of a dialogue's state.
const MAX_STATE: usize = 16 << 10;
/// Candidates of an ambiguous observation.
const MAX_CANDIDATES: usize = 10;

type Judged = Result<(), CallError>;

fn broken<T>(what: impl Into<String>) -> Result<T, CallError> {
    Err(CallError::Stopped(Verdict::Contract, what.into()))
}

fn too_much<T>(what: impl Into<String>) -> Result<T, CallError> {
    Err(CallError::Stopped(Verdict::Items, what.into()))
}

/// What answers are judged by.
pub(super) struct Judge<'a> {
    pub(super) manifest: &'a Manifest,
    pub(super) limits: &'a Limits,
}

impl Judge<'_> {
    pub(super) fn findings(&self, findings: &[Finding]) -> Judged {
        self.at_most(findings.len(), "findings")?;
        findings.iter().try_for_each(|finding| {
            self.message(&finding.what)?;
            finding.next_step.iter().try_for_each(|message| self.message(message))
        })
    }

    pub(super) fn scopes(&self, scopes: &[Scope]) -> Judged {
        if scopes.len() as u64 > u64::from(self.limits.scope_items) {
            return too_much(format!("answered {} scopes", scopes.len()));
        }
        let mut seen = BTreeSet::new();
        scopes.iter().try_for_each(|scope| {
            if scope.id.as_str().len() > MAX_KEY {
                return too_much(format!("a scope's id is longer than {MAX_KEY} bytes"));
            }
            if !seen.insert(&scope.id) {
                return broken(format!("answered the scope `{}` twice", scope.id));
            }
            self.texts([&scope.title].into_iter().chain(&scope.group))
        })
    }

    /// `requests`: the call made any.
    pub(super) fn page(&self, page: &DesiredPage, cursor: Option<&str>, requests: bool) -> Judged {
        self.at_most(page.items.len(), "items")?;
        self.at_most(page.left_out.len(), "left out")?;
        if page.next.is_some() && (page.complete || page.next.as_deref() == cursor) {
            return broken(
                "a page says both that it is the last and that another follows, or repeats its cursor",
            );
        }
        self.texts(&page.next)?;
        page.left_out.iter().try_for_each(|left| self.left_out(left))?;
        page.items.iter().try_for_each(|item| self.item(item))?;
        match page.items.iter().find(|item| requests && !self.inbound(item)) {
            Some(item) => {
                broken(format!("made requests in `desired` for the outbound kind `{}`", item.id.kind))
            }
            None => Ok(()),
        }
    }

    fn inbound(&self, item: &Item) -> bool {
        self.manifest.kind(&item.id.kind).is_some_and(|kind| kind.direction == Direction::Inbound)
    }

    fn at_most(&self, count: usize, what: &str) -> Judged {
        let most = self.limits.page_items as usize;
        if count > most { too_much(format!("answered {count} {what}, {most} at most")) } else { Ok(()) }
    }

    fn left_out(&self, left: &LeftOut) -> Judged {
        self.texts([&left.about.id, &left.label].into_iter().chain(&left.group))?;
        self.message(&left.reason)
    }

    fn item(&self, item: &Item) -> Judged {
        self.item_ref(&item.id)?;
        self.texts(
            [&item.label].into_iter().chain(&item.former_keys).chain(&item.group).chain(&item.identity),
        )?;
        if let Some(waiting) = &item.waiting {
            self.messages([&waiting.whom].into_iter().chain(&waiting.steps))?;
        }
        if item.has_a_field_twice() {
            return broken(format!("an item of the kind `{}` has a field twice", item.id.kind));
        }
        item.fields.iter().try_for_each(|field| {
            self.text(&field.name)?;
            self.value(&field.value)
        })
    }

    fn item_ref(&self, item: &ItemRef) -> Judged {
        if self.manifest.kind(&item.kind).is_none() {
            return broken(format!("the manifest has no kind `{}`", short(&item.kind)));
        }
        match item.key.len() {
            0 => broken(format!("an item of the kind `{}` has an empty key", item.kind)),
            1..=MAX_KEY => Ok(()),
            _ => too_much(format!("a key of the kind `{}` is longer than {MAX_KEY} bytes", item.kind)),
        }
    }

    fn value(&self, value: &Value) -> Judged {
        match value {
            Value::Text(text) => self.text(text)?,
            Value::Texts(texts) => self.texts(texts)?,
            _ => {}
        }
        value.refs().try_for_each(|item| self.item_ref(item))
    }

    pub(super) fn observations(&self, probes: usize, answers: &[Observation]) -> Judged {
        same_number("probes", probes, answers.len())?;
        answers.iter().try_for_each(|answer| match answer {
            Observation::Present(presence) if presence.handle.is_empty() => {
                broken("found an item without a handle")
            }
            Observation::Present(presence) => {
                let there = presence.differing.iter().flat_map(|differing| &differing.there);
                self.texts([&presence.handle].into_iter().chain(&presence.unseen).chain(there))?;
                self.params(&presence.outputs)?;
                self.messages(&presence.remarks)
            }
            Observation::Ambiguous(found) if found.is_empty() || found.len() > MAX_CANDIDATES => {
                broken(format!("answered {} candidates instead of 1 to {MAX_CANDIDATES}", found.len()))
            }
            Observation::Ambiguous(found) => found.iter().try_for_each(|candidate| {
                self.texts([&candidate.handle, &candidate.label])?;
                self.messages(&candidate.evidence)
            }),
            Observation::Unknown(why) => self.message(&why.reason),
            Observation::Absent(_) | Observation::Pending => Ok(()),
        })
    }

    /// `written` are the items whose changes left in a request that may have arrived.
    pub(super) fn effects(
        &self,
        changes: &[(ItemRef, Action)],
        effects: &[Effect],
        written: &BTreeSet<ItemRef>,
    ) -> Judged {
        same_number("changes", changes.len(), effects.len())?;
        changes.iter().zip(effects).try_for_each(|((item, action), effect)| {
            if matches!(effect, Effect::Done(_) | Effect::Pending) && !written.contains(item) {
                return broken(format!("says that {item} was applied, and never sent it"));
            }
            self.effect(item, *action, effect)
        })
    }

    fn effect(&self, item: &ItemRef, action: Action, effect: &Effect) -> Judged {
        match effect {
            Effect::Done(made) if action == Action::Create && made.handle.is_none() => {
                broken(format!("created {item} without a handle"))
            }
            Effect::Done(made) => {
                self.texts(&made.handle)?;
                self.params(&made.outputs)
            }
            Effect::Rejected(rejection) => {
                self.messages([&rejection.reason].into_iter().chain(&rejection.fix))
            }
            Effect::Waiting(waiting) => self.messages([&waiting.whom].into_iter().chain(&waiting.steps)),
            Effect::Postponed(why) => self.message(&why.reason),
            Effect::InDoubt(why) => self.message(why),
            Effect::Pending => Ok(()),
        }
    }

    pub(super) fn turn(&self, turn: &Turn) -> Judged {
        if turn.state.len() > MAX_STATE {
            return too_much(format!(
                "a dialogue's state has {} bytes, {MAX_STATE} at most",
                turn.state.len()
            ));
        }
        match &turn.step {
            Step::Redirect(link) => self.params(&link.query),
            Step::Form(form) => {
                self.at_most(form.fields.len(), "fields")?;
                self.texts(form.fields.iter().map(|field| &field.name))?;
                let labels = form.fields.iter().map(|field| &field.label);
                self.messages([&form.title].into_iter().chain(&form.text).chain(labels))
            }
            Step::Choice(choice) => {
                self.at_most(choice.options.len(), "options")?;
                self.messages([&choice.title].into_iter().chain(&choice.text))?;
                choice.options.iter().try_for_each(|option| {
                    self.texts([&option.id, &option.label])?;
                    self.messages(&option.details)
                })
            }
            Step::Commit(items) => {
                self.at_most(items.len(), "items")?;
                items.iter().try_for_each(|item| self.item(item))
            }
            Step::Done(end) => {
                self.messages(&end.text)?;
                self.params(&end.facts)
            }
            Step::Failed(end) => self.messages([&end.reason].into_iter().chain(&end.advice)),
        }
    }

    fn params<'p>(&self, params: impl IntoIterator<Item = &'p Param>) -> Judged {
        params.into_iter().try_for_each(|param| self.texts([&param.name, &param.value]))
    }

    fn messages<'m>(&self, messages: impl IntoIterator<Item = &'m Message>) -> Judged {
        messages.into_iter().try_for_each(|message| self.message(message))
    }

    /// Also for the reasons of a failure.
    pub(super) fn message(&self, message: &Message) -> Judged {
        self.text(&message.code)?;
        self.params(&message.args)
    }

    fn texts<'t>(&self, texts: impl IntoIterator<Item = &'t String>) -> Judged {
        texts.into_iter().try_for_each(|text| self.text(text))
    }

    fn text(&self, text: &str) -> Judged {
        let most = self.limits.text as usize;
        let size = text.len();
        if size > most { too_much(format!("a text has {size} bytes, {most} at most")) } else { Ok(()) }
    }
}

fn same_number(what: &str, asked: usize, answered: usize) -> Judged {
    if asked == answered { Ok(()) } else { broken(format!("{answered} answers to {asked} {what}")) }
}

/// Enough of a guest's text to recognise it.
fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(40).collect()
}
