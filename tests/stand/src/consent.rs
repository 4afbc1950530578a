//! A person's browser, played over plain HTTP: opens a consent page, signs in, allows or refuses, and follows the
//! redirects until a page asks for nothing more, the page of the program that waits for the browser included.
//!
//! It reads the forms as they come, so it fails where a person would: a wrong password ends at the login form, a
//! refused consent at the page that says what now.

use std::collections::BTreeMap;
use std::io::{self, Error};

use url::{Url, form_urlencoded};

use crate::html::{Form, Html};
use crate::http::{self, Answer};

/// More pages and redirects than any sign-in has.
const MOST_STEPS: usize = 20;

/// Who signs in, and what they answer.
#[derive(Clone, Copy)]
pub struct Person<'a> {
    /// Login at the stand-in.
    pub login: &'a str,
    /// Password at the stand-in.
    pub password: &'a str,
    /// «Разрешить», or else «Отказать».
    pub allows: bool,
}

/// The page a person is left with.
#[derive(Clone, PartialEq, Eq)]
pub struct LastPage {
    /// Its address. May hold a code, which has been used by then.
    pub address: Url,
    /// Status it came with.
    pub status: u16,
    /// Its title.
    pub title: String,
    /// The text of its body, a paragraph a line.
    pub text: String,
}

/// Opens `address` as this person and goes on to the last page.
///
/// # Errors
/// An address that is not on this computer, nobody listening there, a sign-in that is refused, a page that asks for
/// something else, redirects without an end.
pub fn play(address: &str, person: Person<'_>) -> io::Result<LastPage> {
    let mut browser = Browser::default();
    let mut url = http::local(address)?;
    let mut answer = browser.open("GET", &url, "")?;
    let mut signed_in = false;
    for _ in 0..MOST_STEPS {
        if let Some(next) = redirect(&url, &answer)? {
            url = next;
            answer = browser.open("GET", &url, "")?;
            continue;
        }
        let page = Html(&answer.body);
        let Some(form) = page.forms().into_iter().next() else { return Ok(last(url, &answer)) };
        if form.has("password") && std::mem::replace(&mut signed_in, true) {
            return Err(Error::other(format!("sign-in refused: {}", page.alert().unwrap_or_default())));
        }
        let body = filled(&form, person)?;
        url = url.join(&form.action).map_err(Error::other)?;
        answer = browser.open("POST", &url, &body)?;
    }
    Err(Error::other(format!("no end after {MOST_STEPS} pages")))
}

/// What the person enters and presses.
fn filled(form: &Form, person: Person<'_>) -> io::Result<String> {
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(&form.hidden);
    if form.has("password") {
        body.append_pair("login", person.login).append_pair("password", person.password);
    } else if form.has("is_granted") {
        body.append_pair("is_granted", if person.allows { "true" } else { "false" });
    } else {
        return Err(Error::other(format!("a form asks for something else: {}", form.asks.join(", "))));
    }
    Ok(body.finish())
}

fn last(address: Url, answer: &Answer) -> LastPage {
    let page = Html(&answer.body);
    LastPage { address, status: answer.status, title: page.title(), text: page.text() }
}

/// Where an answer sends the browser.
pub(crate) fn redirect(from: &Url, answer: &Answer) -> io::Result<Option<Url>> {
    if !(300..400).contains(&answer.status) {
        return Ok(None);
    }
    let location = answer.header("location").ok_or_else(|| Error::other("a redirect to nowhere"))?;
    let next = from.join(location).map_err(|error| Error::other(format!("`{location}`: {error}")))?;
    http::local(next.as_str()).map(Some)
}

/// Opens pages one after the other, and keeps cookies.
#[derive(Default)]
pub(crate) struct Browser {
    pub(crate) jar: Jar,
}

impl Browser {
    pub(crate) fn open(&mut self, method: &str, url: &Url, body: &str) -> io::Result<Answer> {
        let headers = self.jar.headers(method, url);
        let headers: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = http::send(method, url, &headers, body)?;
        self.jar.keep(url, &answer);
        Ok(answer)
    }
}

/// Cookies by host, the way browsers keep them: the port makes no difference.
#[derive(Default)]
pub(crate) struct Jar(BTreeMap<String, BTreeMap<String, String>>);

impl Jar {
    /// What goes with a request: cookies, and what a form's body is.
    pub(crate) fn headers(&self, method: &str, url: &Url) -> Vec<(&'static str, String)> {
        let jar = self.0.get(url.host_str().unwrap_or_default()).into_iter().flatten();
        let cookies: Vec<String> = jar.map(|(name, value)| format!("{name}={value}")).collect();
        let mut headers = Vec::new();
        if !cookies.is_empty() {
            headers.push(("Cookie", cookies.join("; ")));
        }
        if method == "POST" {
            headers.push(("Content-Type", "application/x-www-form-urlencoded".to_owned()));
        }
        headers
    }

    /// Keeps what an answer sets.
    pub(crate) fn keep(&mut self, url: &Url, answer: &Answer) {
        let jar = self.0.entry(url.host_str().unwrap_or_default().to_owned()).or_default();
        let set = answer.headers.iter().filter(|(name, _)| name == "set-cookie");
        let pairs = set.filter_map(|(_, cookie)| cookie.split(';').next()?.split_once('='));
        jar.extend(pairs.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())));
    }
}
