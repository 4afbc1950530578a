//! Forms that somebody came across: found again on their pages, sent, and what they were answered with.

use super::forms::Form;
use super::hostile::MARK;
use super::reading::forms;
use super::walk::{Came, Walk};
use super::wire::{Answer, Ask};

/// Where a form is found again.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// On the page at this address.
    Page(String),
    /// On the page that another form is answered with, where this is put into one of its fields.
    Sent(Box<Held>, Option<(String, String)>),
    /// It is a link.
    Link,
}

/// A form that somebody came across.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) who: usize,
    pub(super) source: Source,
    pub(super) form: Form,
}

/// What is sent of a form.
pub(super) type Written<'f> = &'f dyn Fn(&Form) -> Ask;

impl Walk<'_> {
    /// Sends a form as it is, as its page has it now.
    pub(super) fn press(&mut self, mut held: Held) {
        self.refresh(&mut held);
        self.send(&mut held, &Form::as_it_is, "as it is", None);
    }

    /// Sends a form, and looks at what it is answered with. `put` is what was put into which field.
    pub(super) fn send(
        &mut self,
        held: &mut Held,
        written: Written<'_>,
        about: &str,
        put: Option<(String, String)>,
    ) {
        let mut answer = self.ask(held.who, &written(&held.form), about);
        if self.is_late(held, &answer) {
            answer = self.ask(held.who, &written(&held.form), about);
        }
        let changed = answer.is_redirect();
        let came = self.follow(held.who, &held.form.action, answer, about);
        if changed && matches!(held.source, Source::Sent(..)) {
            keeps_up(&mut held.form, &came);
        }
        self.came_of(held, came, put);
    }

    /// Did they themselves shut themselves out a moment ago, or change what the form is about? Then it is good again.
    fn is_late(&mut self, held: &mut Held, answer: &Answer) -> bool {
        let shut_out = self.is_shut_out(held.who, answer);
        let late = answer.status == 409 && held.form.posts;
        let came = Came { at: held.form.action.clone(), answer: answer.clone() };
        if shut_out || (late && !keeps_up(&mut held.form, &came)) {
            self.refresh(held);
        }
        shut_out || late
    }

    fn came_of(&mut self, held: &Held, came: Came, put: Option<(String, String)>) {
        let posted = held.form.posts && came.at == held.form.action;
        let source = match posted {
            true => Source::Sent(Box::new(held.clone()), put),
            false => Source::Page(came.at.clone()),
        };
        self.take(held.who, &came, &source);
        let came = self.settle(held.who, came);
        self.take(held.who, &came, &source);
    }

    /// The form as its page has it now; where it is there no more, of this session at least.
    pub(super) fn refresh(&mut self, held: &mut Held) {
        let Some(came) = self.page_of(held.who, &held.source) else { return };
        let key = held.form.key();
        let found = forms(&came.document(), &came.at).into_iter().find(|form| form.key() == key);
        match found {
            Some(form) => held.form = self.filled(form),
            None if self.visitors[held.who].is_known() => {
                let step = self.visitors[held.who].step();
                held.form.set("step", &step);
            }
            None => {}
        }
    }

    fn page_of(&mut self, who: usize, source: &Source) -> Option<Came> {
        let (at, answer) = match source {
            Source::Link => return None,
            Source::Page(at) => (at.clone(), self.see(who, at, "again")),
            Source::Sent(by, put) => {
                let form = self.once_more(by, put.as_ref());
                (form.action.clone(), self.ask(who, &form.as_it_is(), "again"))
            }
        };
        Some(self.follow(who, &at, answer, "again"))
    }

    /// The form that another one is found by. With another value each time: what was saved already changes nothing.
    fn once_more(&mut self, by: &Held, put: Option<&(String, String)>) -> Form {
        let mut by = by.clone();
        self.refresh(&mut by);
        if let Some((field, text)) = put {
            by.form.set(field, &text.replace(MARK, &format!("{MARK}{}", self.counts.requests)));
        }
        by.form
    }
}

/// Does a page have the form anew? Then this one has from it what nobody fills in.
fn keeps_up(form: &mut Form, came: &Came) -> bool {
    let newer = forms(&came.document(), &came.at);
    let newer: Vec<&Form> = newer.iter().filter(|newer| newer.action == form.action).collect();
    newer.iter().for_each(|newer| form.keep_up(newer));
    !newer.is_empty()
}
