//! A person's browser over plain HTTP: keeps cookies as browsers do (the port makes no difference), follows redirects and
//! pages that go on by themselves, reads forms as they come and answers them.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;

use exchange_stand::html::{between, unescape, words};
use exchange_stand::http::{self, Answer};
use url::{Url, form_urlencoded};

/// More redirects than any way has.
const MOST_STEPS: usize = 20;

/// A browser.
#[derive(Clone, Default)]
pub(crate) struct Browser {
    pub(crate) cookies: BTreeMap<String, String>,
    /// `Accept-Language`.
    pub(crate) language: Option<&'static str>,
    /// Keeps no cookies.
    pub(crate) forgetful: bool,
}

/// A page as it came.
#[derive(Clone)]
pub(crate) struct Page {
    pub(crate) url: Url,
    pub(crate) answer: Answer,
}

impl Browser {
    /// One request; cookies are kept.
    #[track_caller]
    pub(crate) fn ask(&mut self, method: &str, url: &Url, body: &str) -> Page {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = cookies.join("; ");
        let mut headers = Vec::new();
        if !cookies.is_empty() {
            headers.push(("Cookie", cookies.as_str()));
        }
        if let Some(language) = self.language {
            headers.push(("Accept-Language", language));
        }
        if method == "POST" {
            headers.push(("Content-Type", "application/x-www-form-urlencoded"));
            headers.push(("Sec-Fetch-Site", "same-origin"));
        }
        let answer = http::send(method, url, &headers, body).expect("it answers");
        let set = answer.headers.iter().filter(|(name, _)| name == "set-cookie");
        let pairs = set.filter_map(|(_, cookie)| cookie.split(';').next()?.split_once('='));
        if !self.forgetful {
            self.cookies.extend(pairs.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())));
        }
        Page { url: url.clone(), answer }
    }

    /// Opens an address and goes on to the page that asks something.
    #[track_caller]
    pub(crate) fn open(&mut self, address: &str) -> Page {
        let page = self.ask("GET", &address.parse().expect("an address"), "");
        self.follow(page)
    }

    #[track_caller]
    pub(crate) fn follow(&mut self, mut page: Page) -> Page {
        for _ in 0..MOST_STEPS {
            let Some(next) = page.next() else { return page };
            page = self.ask("GET", &next, "");
        }
        panic!("no end: {}", page.url);
    }

    /// Sends the page's form with these values beside what it has by itself.
    #[track_caller]
    pub(crate) fn send(&mut self, page: &Page, values: &[(&str, &str)]) -> Page {
        let (url, body) = page.filled(values);
        let page = self.ask("POST", &url, &body);
        self.follow(page)
    }

    /// Follows a link by its words.
    #[track_caller]
    pub(crate) fn click(&mut self, page: &Page, words: &str) -> Page {
        let link = page.link(words).unwrap_or_else(|| panic!("no link «{words}» in\n{}", page.text()));
        self.open(link.as_str())
    }
}

impl Page {
    /// Where it goes on by itself.
    fn next(&self) -> Option<Url> {
        let location =
            (300..400).contains(&self.answer.status).then(|| self.answer.header("location")).flatten();
        let refresh =
            between(&self.answer.body, "http-equiv=\"refresh\" content=\"0;url=", "\"").map(unescape);
        self.url.join(&location.map(str::to_owned).or(refresh)?).ok()
    }

    /// The address and the body of its form with these values.
    #[track_caller]
    pub(crate) fn filled(&self, values: &[(&str, &str)]) -> (Url, String) {
        let form = between(&self.answer.body, "<form", "</form>")
            .unwrap_or_else(|| panic!("no form in\n{}", self.text()));
        let (open, inside) = form.split_once('>').expect("a tag");
        let action = between(open, "action=\"", "\"").map(unescape).unwrap_or_default();
        let mut body = form_urlencoded::Serializer::new(String::new());
        for tag in inside.split('<').filter(|tag| tag.starts_with("input type=\"hidden\"")) {
            let value =
                |name: &str| between(tag, &format!("{name}=\""), "\"").map(unescape).unwrap_or_default();
            body.append_pair(&value("name"), &value("value"));
        }
        body.extend_pairs(values);
        (self.url.join(&action).expect("an address"), body.finish())
    }

    /// The heading.
    pub(crate) fn heading(&self) -> String {
        between(&self.answer.body, "<h1", "</h1>")
            .and_then(|rest| rest.split_once('>'))
            .map_or_else(String::new, |(_, rest)| words(rest))
    }

    /// Status and heading.
    pub(crate) fn shown(&self) -> String {
        let heading = self.heading();
        format!("{} {}", self.answer.status, heading.trim_start_matches(['✓', '!']).trim())
    }

    /// All it says, a block a line.
    pub(crate) fn text(&self) -> String {
        let body = self.answer.body.split_once("<body").map_or("", |(_, rest)| rest);
        let body = body.split_once('>').map_or(body, |(_, rest)| rest);
        body.split('\n').map(words).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
    }

    /// Where the link with these words leads.
    pub(crate) fn link(&self, said: &str) -> Option<Url> {
        let mut anchors = self.answer.body.split("<a ").skip(1);
        let anchor = anchors.find(|anchor| {
            let inside = anchor.split_once('>').and_then(|(_, rest)| rest.split_once("</a>"));
            inside.is_some_and(|(inside, _)| words(inside) == said)
        })?;
        self.url.join(&unescape(between(anchor, "href=\"", "\"")?)).ok()
    }
}

/// A request written by hand; all that came back.
pub(crate) fn raw(address: &Url, request: &str) -> String {
    let mut stream =
        TcpStream::connect(address.socket_addrs(|| None).expect("an address")[0]).expect("it listens");
    stream.set_read_timeout(Some(std::time::Duration::from_secs(60))).expect("a time");
    // It may have hung up in the middle.
    drop(stream.write_all(request.as_bytes()));
    let mut answer = Vec::new();
    drop(stream.read_to_end(&mut answer));
    String::from_utf8_lossy(&answer).into_owned()
}
