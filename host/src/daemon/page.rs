//! A page for a person's browser: plain HTML and one style sheet, no scripts, nothing from elsewhere.
//!
//! What is on it was put together by whoever shows it; here it becomes text that steers nothing, and gets the headers
//! that keep it out of caches, frames and other sites' logs.

use askama::Template;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use crate::report::Language;

/// Where the style sheet is.
pub const STYLE_PATH: &str = "/style.css";

/// Where the script is that keeps what goes on up to date.
pub const SCRIPT_PATH: &str = "/live.js";

const SCRIPT: &str = include_str!("../../templates/live.js");

const STYLE: &str = include_str!("../../templates/style.css");

/// No scripts, no styles inside, nothing from elsewhere, forms to us only, in no frame.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// The same, with our own script, which asks us only.
const SCRIPTED: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; \
     frame-ancestors 'none'; base-uri 'none'";

/// How what the page says is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Mark {
    /// It went well.
    Good,
    /// It goes on.
    #[default]
    Plain,
    /// It did not go well.
    Bad,
}

impl Mark {
    /// Its class in the style sheet.
    pub fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Plain => "plain",
            Self::Bad => "bad",
        }
    }

    /// Told by shape as well as by colour; empty where there is nothing to tell.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Good => "✓",
            Self::Plain => "",
            Self::Bad => "!",
        }
    }
}

/// Words, and where they lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// What is read.
    pub words: String,
    /// A link's address.
    pub address: Option<String>,
}

/// A paragraph.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Line(pub Vec<Words>);

impl From<String> for Line {
    fn from(words: String) -> Self {
        Self(vec![Words { words, address: None }])
    }
}

/// A link that stands alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// Where it leads.
    pub address: String,
    /// What is read.
    pub words: String,
}

/// What a person enters or chooses.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Asked {
    /// Where the answer goes.
    pub action: String,
    /// Names the step that is answered: an answer to another one does not count.
    pub step: String,
    /// What is entered.
    pub fields: Vec<Field>,
    /// What can be chosen.
    pub options: Vec<Offer>,
    /// What sends the fields; empty: choosing sends.
    pub button: String,
}

/// A field of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// What is read beside it.
    pub label: String,
    /// A password.
    pub secret: bool,
}

/// Something to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Sent when it is chosen.
    pub id: String,
    /// What is read on it.
    pub label: String,
    /// What is read below.
    pub details: Vec<Line>,
    /// A page about it.
    pub link: Option<Anchor>,
}

/// A page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// In which language.
    pub language: Language,
    /// Status of the answer.
    pub status: StatusCode,
    /// Above the heading: whose page it is.
    pub above: String,
    /// Heading.
    pub title: String,
    /// How it is meant.
    pub mark: Mark,
    /// Paragraphs.
    pub text: Vec<Line>,
    /// What is asked.
    pub form: Option<Asked>,
    /// Where to go on.
    pub links: Vec<Anchor>,
    /// Where the browser goes on by itself.
    pub forward: Option<String>,
    /// The same in the other language.
    pub other: Option<Anchor>,
    /// Seconds after which it is worth trying again.
    pub retry_after: Option<u32>,
}

impl Page {
    /// A page with a heading and nothing else.
    pub fn new(language: Language, title: impl Into<String>) -> Self {
        Self {
            language,
            status: StatusCode::OK,
            above: String::new(),
            title: title.into(),
            mark: Mark::Plain,
            text: Vec::new(),
            form: None,
            links: Vec::new(),
            forward: None,
            other: None,
            retry_after: None,
        }
    }

    /// Says that something did not go well.
    pub fn bad(self, status: StatusCode) -> Self {
        Self { status, mark: Mark::Bad, ..self }
    }

    /// Says that something went well.
    pub fn good(self) -> Self {
        Self { mark: Mark::Good, ..self }
    }

    /// With one more paragraph.
    pub fn line(mut self, line: impl Into<Line>) -> Self {
        self.text.push(line.into());
        self
    }

    /// With one more link.
    pub fn link(mut self, address: impl Into<String>, words: impl Into<String>) -> Self {
        self.links.push(Anchor { address: address.into(), words: words.into() });
        self
    }
}

#[derive(Template)]
#[template(path = "page.html")]
struct Markup<'a> {
    page: &'a Page,
}

/// What every answer to a browser carries.
pub fn headers() -> HeaderMap {
    let headers: [(HeaderName, &str); 6] = [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ];
    headers.into_iter().map(|(name, value)| (name, HeaderValue::from_static(value))).collect()
}

/// Lets a page have our script.
pub fn scripted(mut response: Response) -> Response {
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(SCRIPTED));
    response
}

/// The script.
pub async fn script() -> Response {
    (headers(), [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], SCRIPT).into_response()
}

/// The style sheet.
pub async fn style() -> Response {
    (headers(), [(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE).into_response()
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let mut headers = headers();
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        match (Markup { page: &self }).render() {
            Ok(html) => (self.status, headers, Html(html + "\n")).into_response(),
            Err(error) => {
                tracing::error!(%error, "a page cannot be made");
                (StatusCode::INTERNAL_SERVER_ERROR, headers).into_response()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_system_says_stays_text() {
        let page = Page::new(Language::Ru, "<i>")
            .line("<script>alert('x')</script>".to_owned())
            .link("https://x/?a=1&b=\"", "дальше");
        let html = (Markup { page: &page }).render().unwrap();
        assert!(!html.contains("<script") && !html.contains("<i>"), "{html}");
        assert!(html.contains("&#60;script&#62;") && html.contains("a=1&#38;b=&#34;"), "{html}");
    }

    #[test]
    fn forms_ask_for_what_they_are_to_ask() {
        let field = Field { name: "password".into(), label: "Пароль".into(), secret: true };
        let form = Asked {
            action: "/a".into(),
            step: "s".into(),
            fields: vec![field],
            button: "Дальше".into(),
            ..Asked::default()
        };
        let page = Page { form: Some(form), ..Page::new(Language::En, "x") };
        let html = (Markup { page: &page }).render().unwrap();
        assert!(html.contains("<input name=\"password\" type=\"password\" autocomplete=\"off\""), "{html}");
        assert!(html.contains("<html lang=\"en\">") && html.contains("name=\"step\" value=\"s\""), "{html}");
    }
}
