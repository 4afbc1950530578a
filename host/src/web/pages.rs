//! What a dialogue is at, as a page.

use axum::http::StatusCode;

use super::Face;
use super::language::Spoken;
use crate::daemon::desk::{By, Offered, Place, Shown, View};
use crate::daemon::host::Package;
use crate::daemon::links::Links;
use crate::daemon::page::{Anchor, Asked, Field, Line, Offer, Page, Words};
use crate::model::dialogue::{Choice, DeadEnd, Ending, Form, FormKind};
use crate::model::wording::{Piece, pieces};
use crate::model::{Link, Message, visible};
use crate::report::Catalogue;

/// Seconds after which the school's lane is probably free.
const LANE_LATER: u32 = 120;

/// A page in the language spoken, with a link to the same address in the other one. Nothing but the language is asked for
/// there: looking starts nothing, and a return without a `state` does not count.
pub(super) fn base(face: &Face, spoken: &Spoken, title: String) -> Page {
    let other = spoken.language().other();
    let words = face.texts.of(None, other).word("web-this-language");
    let anchor = Anchor { address: format!("?lang={}", other.tag()), words };
    Page { other: Some(anchor), ..Page::new(spoken.language(), title) }
}

/// With the way to the beginning. What was not open to everybody begins at a terminal.
pub(super) fn begin(face: &Face, spoken: &Spoken, page: Page, place: &Place) -> Page {
    page.link(place.path(), face.texts.of(None, spoken.language()).word("web-begin-again"))
}

/// What a dialogue is about, with a button that starts it.
pub(super) fn offer(face: &Face, spoken: &Spoken, place: &Place, offered: &Offered) -> Page {
    let texts = face.texts.of(None, spoken.language());
    let title = spoken.language().of(&offered.dialogue.title);
    let form = Asked {
        action: in_language(&place.path(), spoken),
        button: texts.word("web-begin"),
        ..Asked::default()
    };
    Page { above: offered.school.clone(), form: Some(form), ..base(face, spoken, title.to_owned()) }
        .line(texts.word("web-begin-text"))
}

/// A one-time address, with a button that uses it up.
pub(super) fn invitation(face: &Face, spoken: &Spoken, path: &str) -> Page {
    let texts = face.texts.of(None, spoken.language());
    let form =
        Asked { action: in_language(path, spoken), button: texts.word("web-begin"), ..Asked::default() };
    Page { form: Some(form), ..base(face, spoken, texts.word("web-invitation")) }
        .line(texts.word("web-invitation-text"))
}

/// The same address in the language that was asked for.
fn in_language(path: &str, spoken: &Spoken) -> String {
    spoken.asked.map_or_else(|| path.to_owned(), |language| format!("{path}?lang={}", language.tag()))
}

/// Where a dialogue is.
pub(super) fn step(face: &Face, spoken: &Spoken, view: &View) -> Page {
    let teller =
        Teller { face, spoken, view, texts: &face.texts.of(view.package.as_deref(), spoken.language()) };
    let page = match &view.shown {
        Shown::Away { address, fresh } => teller.away(address, *fresh),
        Shown::Form(form) => teller.form(form),
        Shown::Choice(choice) => teller.choice(choice),
        Shown::Busy => teller.busy(),
        Shown::Done(ending) => teller.done(ending),
        Shown::Failed(end) => teller.failed(end),
        Shown::Passwords => teller.again(teller.passwords()),
        Shown::Broken(reason) => teller.broken(reason.as_ref()),
    };
    Page { above: view.school.clone(), ..page }
}

struct Teller<'a> {
    face: &'a Face,
    spoken: &'a Spoken,
    view: &'a View,
    texts: &'a Catalogue,
}

impl Teller<'_> {
    fn package(&self) -> Option<&Package> {
        self.view.package.as_deref()
    }

    fn text(&self, message: &Message) -> String {
        let connector = self.package().map_or("", |package| package.manifest.id.as_str());
        self.texts.of(connector, message)
    }

    fn line(&self, message: &Message) -> Line {
        line(&self.text(message), &self.view.links)
    }

    fn lines(&self, page: Page, messages: &[Message]) -> Page {
        messages.iter().fold(page, |page, message| page.line(self.line(message)))
    }

    fn page(&self, title: String) -> Page {
        base(self.face, self.spoken, title)
    }

    fn titled(&self, title: &Message, text: &[Message]) -> Page {
        self.lines(self.page(self.text(title)), text)
    }

    fn bad(&self, code: &str, status: StatusCode) -> Page {
        let page = self.page(self.texts.word(&format!("web-{code}"))).bad(status);
        page.line(self.texts.word(&format!("web-{code}-text")))
    }

    fn passwords(&self) -> Page {
        let minutes = self.face.desk.web().cool_down_ms.div_ceil(60_000);
        let text = Message::new("web-passwords-text").with("minutes", minutes);
        self.page(self.texts.word("web-passwords")).bad(StatusCode::OK).line(self.texts.text(&text))
    }

    /// Whoever has the school's address may start again; whoever had a one-time address asks for another; whoever is signed
    /// in goes back to where they came from, and begins again there.
    fn again(&self, page: Page) -> Page {
        match self.view.by {
            By::Anybody => begin(self.face, self.spoken, page, &self.view.place),
            By::Invited(_) => page.line(self.texts.word("web-ask-again")),
            By::Signed(_) => self.home(page.line(self.texts.word("binding-again"))),
        }
    }

    /// With the way back to the task's page in the cabinet.
    fn home(&self, page: Page) -> Page {
        page.link(self.view.place.home(), self.texts.word("binding-home"))
    }

    fn asked(&self) -> Asked {
        Asked {
            action: format!("{}/step", self.view.place.path()),
            step: self.view.step.clone(),
            ..Asked::default()
        }
    }

    /// The browser goes by itself once; whoever comes back by the back button decides.
    fn away(&self, address: &str, fresh: bool) -> Page {
        let page = self.page(self.texts.word("web-away")).line(self.texts.word("web-away-text"));
        let page = page.link(address, self.texts.word("web-away-go"));
        Page { forward: fresh.then(|| address.to_owned()), ..page }
    }

    fn form(&self, form: &Form) -> Page {
        let field = |field: &crate::model::dialogue::FormField| Field {
            name: field.name.clone(),
            label: self.text(&field.label),
            secret: field.kind == FormKind::Password,
        };
        let asked = Asked {
            fields: form.fields.iter().map(field).collect(),
            button: self.texts.word("web-send"),
            ..self.asked()
        };
        Page { form: Some(asked), ..self.titled(&form.title, &form.text) }
    }

    fn choice(&self, choice: &Choice) -> Page {
        let offer = |option: &crate::model::dialogue::ChoiceOption| Offer {
            id: option.id.clone(),
            label: self.label(&option.label),
            details: option.details.iter().map(|text| self.line(text)).collect(),
            link: option.link.as_ref().and_then(|link| self.anchor(link)),
        };
        let asked = Asked { options: choice.options.iter().map(offer).collect(), ..self.asked() };
        Page { form: Some(asked), ..self.titled(&choice.title, &choice.text) }
    }

    /// A label is data (an organisation's name) or, where the connector has a text of that code, that text.
    fn label(&self, label: &str) -> String {
        let known = self.package().is_some_and(|package| package.manifest.has_text(label));
        if known { self.text(&Message::new(label)) } else { visible(label).into_owned() }
    }

    fn anchor(&self, link: &Link) -> Option<Anchor> {
        let title = &self.package()?.manifest.upstreams.get(&link.upstream)?.title;
        let title = self.spoken.language().of(title);
        let words = self.texts.text(&Message::new("web-go-to").with("where", title));
        Some(Anchor { address: self.view.links.address(link)?, words })
    }

    /// Nothing is lost: the same step is done when the lane is free.
    fn busy(&self) -> Page {
        let asked = Asked { button: self.texts.word("web-try-again"), ..self.asked() };
        let page = self.bad("lane", StatusCode::SERVICE_UNAVAILABLE);
        Page { form: Some(asked), retry_after: Some(LANE_LATER), ..page }
    }

    fn done(&self, ending: &Ending) -> Page {
        let page = self.lines(self.page(self.texts.word("web-done")).good(), &ending.text);
        let page = if matches!(self.view.by, By::Signed(_)) { self.home(page) } else { page };
        match ending.link.as_ref().and_then(|link| self.anchor(link)) {
            Some(Anchor { address, words }) => page.link(address, words),
            None => page,
        }
    }

    fn failed(&self, end: &DeadEnd) -> Page {
        let page = self.page(self.text(&end.reason)).bad(StatusCode::OK);
        let page = self.lines(page, &end.advice);
        match self.view.by {
            _ if end.again => self.again(page),
            By::Signed(_) => self.home(page),
            By::Anybody | By::Invited(_) => page,
        }
    }

    fn broken(&self, reason: Option<&Message>) -> Page {
        let page = self.page(self.texts.word("web-broken")).bad(StatusCode::BAD_GATEWAY);
        let page = match reason {
            Some(reason) => page.line(self.line(reason)),
            None => page,
        };
        self.again(page.line(self.texts.word("web-broken-text")))
    }
}

/// A text with its links: those to granted upstreams lead there, others are words.
fn line(text: &str, links: &Links) -> Line {
    let words = |piece: &Piece<'_>| match piece {
        Piece::Words(words) | Piece::Link { words, .. } => {
            Words { words: (*words).to_owned(), address: links.of_piece(piece) }
        }
    };
    Line(pieces(text).iter().map(words).collect())
}
