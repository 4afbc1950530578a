//! What all pages of the cabinet have around them: texts, whose session it is, the way to the other language.

use std::sync::Arc;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::daemon::cabinet::{Person, TaskLine};
use crate::daemon::page::{self, Anchor, Mark};
use crate::model::account::Account;
use crate::model::{Message, Millis, RunStatus};
use crate::report::words::{self, Gravity};
use crate::report::{Catalogue, Language};
use crate::web::Face;
use crate::web::language::Spoken;

/// Around a page.
pub(super) struct Shell {
    /// The page's title.
    pub(super) title: String,
    /// Who looks at it.
    pub(super) person: Option<Person>,
    /// The host's texts.
    pub(super) texts: Arc<Catalogue>,
    /// What helps where one stands, by paragraphs.
    pub(super) help: Vec<String>,
    other: Anchor,
}

impl Shell {
    /// Around a page for whoever asks.
    pub(super) fn new(face: &Face, spoken: &Spoken, person: Option<&Person>, title: &str) -> Self {
        let texts = face.texts.of(None, spoken.language());
        let other = spoken.language().other();
        let words = face.texts.of(None, other).word("web-this-language");
        let other = Anchor { address: format!("?lang={}", other.tag()), words };
        let help = help(&texts, title);
        Self { title: texts.word(title), person: person.cloned(), texts, help, other }
    }

    /// With the help for a page whose title is somebody's name.
    pub(super) fn helped(self, page: &str) -> Self {
        let help = help(&self.texts, page);
        Self { help, ..self }
    }

    /// With what a connector has to say besides.
    pub(super) fn and_help(mut self, text: &str) -> Self {
        self.help.extend(paragraphs(text));
        self
    }

    /// Called so; what stands above it leads home.
    pub(super) fn called(self, title: &str) -> Self {
        Self { title: title.to_owned(), ..self }
    }

    /// The language of the page.
    pub(super) fn language(&self) -> Language {
        self.texts.language()
    }

    /// A text without arguments.
    pub(super) fn word(&self, code: &str) -> String {
        self.texts.word(code)
    }

    /// A text.
    pub(super) fn text(&self, message: Message) -> String {
        self.texts.text(&message)
    }

    /// The same page in the other language.
    pub(super) fn other(&self) -> &Anchor {
        &self.other
    }

    /// What a person is there for.
    pub(super) fn role(&self, account: &Account) -> String {
        self.word(&format!("role-{}", account.role))
    }

    /// Where the way home leads.
    pub(super) fn place(&self) -> String {
        self.word("cabinet")
    }
}

/// The help of a page, by its title's code; nothing where there is none.
fn help(texts: &Catalogue, page: &str) -> Vec<String> {
    let code = format!("{page}-help");
    if texts.has(&code) { paragraphs(&texts.word(&code)).collect() } else { Vec::new() }
}

fn paragraphs(text: &str) -> impl Iterator<Item = String> {
    text.split("\n\n").map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned)
}

/// How a run or a task stands: in a word, and by shape as well as by colour.
#[derive(Clone)]
pub(super) struct State {
    /// Its class in the style sheet.
    pub(super) class: &'static str,
    /// Told by shape.
    pub(super) shape: &'static str,
    /// In the words of D7.
    pub(super) words: String,
}

impl State {
    /// Of a run; of a task that never ran where there is none.
    pub(super) fn of(shell: &Shell, status: Option<RunStatus>) -> Self {
        let (class, shape) = match status.map(words::gravity) {
            None => ("plain", "○"),
            Some(Gravity::Good) => ("good", "✓"),
            Some(Gravity::Notable) => ("warn", "◆"),
            Some(Gravity::Bad) => ("bad", "✕"),
        };
        Self { class, shape, words: words::status(&shell.texts, status) }
    }

    /// Of a task: as its last run ended.
    pub(super) fn of_task(shell: &Shell, line: &TaskLine) -> Self {
        Self::of(shell, line.standing.last.as_ref().map(|run| run.status))
    }
}

/// What is said above a form: what went wrong, or well.
pub(super) struct Notice {
    /// How it is meant.
    pub(super) mark: Mark,
    /// In a few words.
    pub(super) title: String,
    /// What to do.
    pub(super) text: String,
}

impl Notice {
    /// Heading and text are `CODE` and `CODE-text`.
    pub(super) fn of(shell: &Shell, mark: Mark, code: &str) -> Self {
        Self { mark, title: shell.word(code), text: shell.word(&format!("{code}-text")) }
    }

    /// Is it told at once by whoever reads the page aloud?
    pub(super) fn is_bad(&self) -> bool {
        self.mark == Mark::Bad
    }
}

/// A page that says something and leads on.
#[derive(Template)]
#[template(path = "cabinet/words.html")]
struct Words {
    shell: Shell,
    text: String,
    go: Option<Anchor>,
}

/// A page that says something: heading and text are `CODE` and `CODE-text`.
pub(super) fn said(
    face: &Face,
    spoken: &Spoken,
    status: StatusCode,
    code: &str,
    go: Option<(&str, &str)>,
) -> Response {
    let shell = Shell::new(face, spoken, None, code);
    let text = shell.word(&format!("{code}-text"));
    let go = go.map(|(address, words)| Anchor { address: address.to_owned(), words: shell.word(words) });
    shown(status, &Words { shell, text, go })
}

/// A page as it is answered.
pub(super) fn shown(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => (status, page::headers(), Html(html + "\n")).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page cannot be made");
            (StatusCode::INTERNAL_SERVER_ERROR, page::headers()).into_response()
        }
    }
}

/// A moment, to the minute.
pub(super) fn time(at: Millis, zone: &TimeZone) -> String {
    let at = Timestamp::from_millisecond(at).map(|at| at.to_zoned(zone.clone()));
    at.map(|at| at.strftime("%d.%m.%Y %H:%M").to_string()).unwrap_or_default()
}

#[cfg(test)]
impl Shell {
    /// Around nothing, in Russian: for tests of what stands inside.
    pub(super) fn bare() -> Self {
        let other = Anchor { address: String::new(), words: String::new() };
        Self {
            title: String::new(),
            person: None,
            texts: Arc::new(Catalogue::new(Language::Ru)),
            help: Vec::new(),
            other,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn sources() -> String {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web/cabinet");
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        files.map(|file| std::fs::read_to_string(file).unwrap()).collect()
    }

    #[test]
    fn each_help_belongs_to_a_page_and_is_read_in_paragraphs() {
        let (texts, sources) = (Catalogue::new(Language::Ru), sources());
        let written = include_str!("../../../i18n/ru/pages-help.ftl");
        let pages: Vec<&str> =
            written.lines().filter_map(|line| line.split_once("-help = ")).map(|it| it.0).collect();
        assert!(pages.len() > 15, "{pages:?}");
        for page in pages {
            assert!(sources.contains(&format!("\"{page}\"")), "no page is called {page}");
            let help = help(&texts, page);
            assert!(!help.is_empty() && help.iter().all(|part| !part.contains('\n')), "{page}: {help:?}");
        }
        assert_eq!(help(&texts, "cabinet-school").len(), 3);
        assert_eq!(help(&texts, "no-such-page"), Vec::<String>::new());
    }
}
