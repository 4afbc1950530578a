//! `exchange bind`, `unbind`: a dialogue with a person at a terminal and, for the consent, in a browser.
//!
//! While the command waits it listens on this computer for the browser's return. Whatever comes back that does not
//! count (another attempt's, an old tab's, the back button) gets a page that says how to go on (D15).

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use tokio::sync::oneshot;

use super::app::App;
use super::args::Bind;
use super::output::Tone;
use super::ready::Ready;
use super::stores::About;
use super::{links, stores, terminal};
use crate::daemon::callback::{Callback, Returned};
use crate::daemon::dialogue::{Conversation, Stray};
use crate::daemon::lazy::LazyConnector;
use crate::daemon::links::Links;
use crate::daemon::page::Page;
use crate::daemon::unbinding::{self, Bound};
use crate::error::{Error, Result};
use crate::model::dialogue::{Choice, DeadEnd, Ending, Form, FormKind, Input, Step};
use crate::model::setup::TaskConfig;
use crate::model::wording::{Piece, pieces};
use crate::model::{Connector, Link, Message, Param, TaskRef, visible};
use crate::store::BindingStore;

/// Binds a task.
pub(super) async fn bind(app: &App, args: &Bind) -> Result<u8> {
    let ready = Ready::open(app, &args.task.0)?;
    let wait = terminal::duration(&args.wait)?;
    let dialogue = binding_dialogue(&ready)?;
    if args.browser {
        return links::invite(app, &ready);
    }
    let pages = |code| page(app, code, false);
    let mut callback = Callback::listen(args.port, pages("page-elsewhere"), pages("page-over")).await?;
    let ended = converse(app, &ready, &dialogue, &mut callback, wait).await;
    // However it ended, a browser that was promised a page gets it.
    callback.close().await;
    ended
}

async fn converse(
    app: &App,
    ready: &Ready,
    dialogue: &str,
    callback: &mut Callback,
    wait: Duration,
) -> Result<u8> {
    let talk = Conversation::start(Arc::clone(&ready.task.connector), dialogue, callback.url());
    let talk = talk.await.map_err(|error| ready.conversation_error(error))?;
    let mut session = Session { app, ready, talk, browser: None };
    let deadline = tokio::time::Instant::now() + wait;
    loop {
        session.answer_browser();
        match session.talk.step().clone() {
            Step::Redirect(link) => {
                session.show_address(&link)?;
                session.wait_for_browser(callback, deadline, wait).await?;
            }
            Step::Choice(choice) => {
                let id = session.choose(&choice, callback).await?;
                session.hear(Input::Choice(id)).await?;
            }
            Step::Form(form) => {
                let values = session.fill(&form, callback).await?;
                session.hear(Input::Form(values)).await?;
            }
            Step::Commit(items) => {
                let committed = ready.task.commit(session.talk.id(), items).await?;
                session.hear(Input::Committed(committed)).await?;
            }
            Step::Done(ending) => return session.done(&ending),
            Step::Failed(end) => return Err(session.failed(&end)),
        }
    }
}

fn binding_dialogue(ready: &Ready) -> Result<String> {
    let dialogues = &ready.task.connector.manifest().dialogues;
    let found = dialogues.iter().find(|(_, dialogue)| dialogue.binds);
    found.map(|(name, _)| name.clone()).ok_or_else(|| {
        let connector = &ready.task.connector.manifest().id;
        Error::config(format!("connector `{connector}` needs no binding"))
            .message(Message::new("error-no-binding").with("connector", connector))
    })
}

/// A page whose heading and text are `CODE` and `CODE-text`.
fn page(app: &App, code: &str, good: bool) -> Page {
    let page = Page::new(app.catalogue.language(), app.word(code)).line(app.word(&format!("{code}-text")));
    if good { page.good() } else { page.bad(StatusCode::BAD_REQUEST) }
}

struct Session<'a> {
    app: &'a App,
    ready: &'a Ready,
    talk: Conversation<LazyConnector>,
    /// A browser that waits for a page about what its return led to.
    browser: Option<oneshot::Sender<Page>>,
}

impl Session<'_> {
    /// Links in it become addresses: a terminal has no other.
    fn text(&self, message: &Message) -> String {
        let (text, links) = (self.ready.catalogue.of(&self.talk_connector(), message), self.links());
        let told = |piece: &Piece<'_>| match (piece, links.of_piece(piece)) {
            (Piece::Link { words, .. }, Some(address)) => format!("{words}: {address}"),
            (Piece::Link { words, .. } | Piece::Words(words), _) => (*words).to_owned(),
        };
        pieces(&text).iter().map(told).collect()
    }

    /// A label is data, or the code of one of the connector's texts.
    fn label(&self, label: &str) -> String {
        let known = self.ready.manifest().has_text(label);
        if known { self.text(&Message::new(label)) } else { visible(label).into_owned() }
    }

    fn links(&self) -> Links {
        Links::of(&self.app.host, &self.ready.task.config)
    }

    fn talk_connector(&self) -> String {
        self.ready.task.connector.manifest().id.clone()
    }

    async fn hear(&mut self, input: Input) -> Result<()> {
        self.talk.hear(input).await.map_err(|error| self.ready.call_error(error))
    }

    fn show_address(&self, link: &Link) -> Result<()> {
        let address = self.links().address(link);
        let address = address.ok_or_else(|| no_address(&self.ready.task.config, link))?;
        self.app.output.line(self.app.word("bind-open"))?;
        self.app.output.line(format!("  {}", self.app.output.tone(Tone::Strong, &address)))
    }

    async fn wait_for_browser(
        &mut self,
        callback: &mut Callback,
        deadline: tokio::time::Instant,
        wait: Duration,
    ) -> Result<()> {
        while matches!(self.talk.step(), Step::Redirect(_)) {
            let returned = tokio::select! {
                returned = callback.next() => returned,
                () = tokio::time::sleep_until(deadline) => None,
            };
            let Some(returned) = returned else { return Err(self.nobody_came(wait)) };
            self.take(returned).await?;
        }
        Ok(())
    }

    fn nobody_came(&self, wait: Duration) -> Error {
        let message = Message::new("bind-timeout").with("minutes", wait.as_secs().div_ceil(60));
        Error::waits("nobody came back from the browser")
            .message(message)
            .hint(self.app.word("bind-timeout-hint"))
    }

    /// A browser came back: the right one moves the dialogue on, any other is told how to go on.
    async fn take(&mut self, returned: Returned) -> Result<()> {
        let Returned { params, answer } = returned;
        match self.talk.returned(params).await {
            Ok(Ok(())) => self.browser = Some(answer),
            Ok(Err(stray)) => drop(answer.send(page(self.app, stray_code(stray), false))),
            Err(error) => {
                drop(answer.send(page(self.app, "page-failed", false)));
                return Err(self.ready.call_error(error));
            }
        }
        Ok(())
    }

    /// Tells the browser that waits what its return led to.
    fn answer_browser(&mut self) {
        let Some(browser) = self.browser.take() else { return };
        let page = match self.talk.step() {
            Step::Failed(end) => std::iter::once(&end.reason).chain(&end.advice).fold(
                Page::new(self.app.catalogue.language(), self.app.word("page-failed"))
                    .bad(StatusCode::BAD_REQUEST),
                |page, text| page.line(self.text(text)),
            ),
            _ => page(self.app, "page-good", true),
        };
        // A tab closed meanwhile is no error.
        drop(browser.send(page));
    }

    /// Reads a line while late browsers are told that they are late.
    async fn read(&mut self, callback: &mut Callback, secret: bool) -> Result<String> {
        let mut line = terminal::read_line(secret);
        loop {
            tokio::select! {
                line = &mut line => return terminal::received(line),
                Some(returned) = callback.next() => self.take(returned).await?,
            }
        }
    }

    async fn choose(&mut self, choice: &Choice, callback: &mut Callback) -> Result<String> {
        let out = self.app.output;
        out.line(out.tone(Tone::Strong, &self.text(&choice.title)))?;
        choice.text.iter().try_for_each(|text| out.line(self.text(text)))?;
        for (n, option) in choice.options.iter().enumerate() {
            let link = option.link.as_ref().and_then(|link| self.links().address(link));
            let label = self.label(&option.label);
            out.line(format!("  {}. {label}  {}", n + 1, link.unwrap_or_default()))?;
            option.details.iter().try_for_each(|text| out.line(format!("     {}", self.text(text))))?;
        }
        loop {
            terminal::prompt(&self.app.word("bind-choose"))?;
            let line = self.read(callback, false).await?;
            let number: Option<usize> = line.trim().parse().ok();
            match number.and_then(|number| choice.options.get(number.checked_sub(1)?)) {
                Some(option) => return Ok(option.id.clone()),
                None => out.line(self.app.word("bind-choose-again"))?,
            }
        }
    }

    async fn fill(&mut self, form: &Form, callback: &mut Callback) -> Result<Vec<Param>> {
        let out = self.app.output;
        out.line(out.tone(Tone::Strong, &self.text(&form.title)))?;
        form.text.iter().try_for_each(|text| out.line(self.text(text)))?;
        let mut values = Vec::new();
        for field in &form.fields {
            terminal::prompt(&self.text(&field.label))?;
            let secret = field.kind == FormKind::Password;
            let value = self.read(callback, secret).await?;
            let value = if secret { self.ready.hold_password(value)? } else { value };
            values.push(Param::new(&field.name, value));
        }
        Ok(values)
    }

    fn done(&mut self, ending: &Ending) -> Result<u8> {
        let ready = self.ready;
        ready.task.bound(&ending.facts, &stores::entry(self.app, "bind", &ready.name))?;
        ending.text.iter().try_for_each(|text| self.app.output.line(self.text(text)))?;
        Ok(0)
    }

    fn failed(&self, end: &DeadEnd) -> Error {
        let reason = self.text(&end.reason);
        let message = Message::new("bind-failed").with("reason", &reason);
        let error = Error::failed(reason).message(message);
        let error = end.advice.iter().fold(error, |error, advice| error.hint(self.text(advice)));
        if end.again { error.hint(format!("exchange bind {}", self.ready.name)) } else { error }
    }
}

/// Why a link leads nowhere.
fn no_address(task: &TaskConfig, link: &Link) -> Error {
    let (upstream, path) = (visible(&link.upstream), visible(&link.path));
    if task.grants.upstreams.contains_key(&link.upstream) {
        return Error::failed(format!("the connector leads to `{path}`, which is no page of `{upstream}`"))
            .message(Message::new("bind-elsewhere").with("upstream", upstream).with("path", path))
            .hint("tell whoever made the connector");
    }
    Error::config(format!("the task does not grant the upstream `{upstream}`"))
        .hint(format!("[task.grant]\nupstreams = {{ {upstream} = \"{upstream}\" }}"))
}

fn stray_code(stray: Stray) -> &'static str {
    match stray {
        Stray::OtherAttempt => "page-other-attempt",
        Stray::Late => "page-late",
    }
}

/// Undoes a binding: the regional administrator's, with an audit entry (D1).
pub(super) fn unbind(app: &App, name: &TaskRef, reason: &str, confirm: Option<&str>) -> Result<u8> {
    let (school, task) = app.task(name)?;
    let store = app.store(&school)?;
    if store.binding(&name.task)?.is_none() {
        return Err(Error::config(format!("{name} is not bound"))
            .message(Message::new("error-not-bound").with("task", name)));
    }
    let typed = match confirm {
        Some(typed) => typed.to_owned(),
        None => {
            terminal::prompt(&app.text(Message::new("unbind-confirm").with("school", &school.name)))?;
            terminal::read_line_now()?
        }
    };
    if !unbinding::is_name(&typed, &school.name) {
        return Err(
            Error::config("the name typed is not the school's").message(Message::new("unbind-other-name"))
        );
    }
    let lane = stores::lane(&store, "unbind")?;
    let (shared, manifest) = (app.process()?.store()?, app.manifest_for(name, &task.connector)?);
    let bound = Bound {
        store: &store,
        shared: &shared,
        notify: &app.host.notify,
        school: &school,
        task: &name.task,
        manifest: &manifest,
    };
    bound.unbind(&lane, &stores::entry(app, "unbind", About::from(name).with(reason)))?;
    app.output.line(app.text(Message::new("unbound").with("task", name))).map(|()| 0)
}
