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
    let mut browser = Browser { cookies: BTreeMap::new() };
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

fn redirect(from: &Url, answer: &Answer) -> io::Result<Option<Url>> {
    if !(300..400).contains(&answer.status) {
        return Ok(None);
    }
    let location = answer.header("location").ok_or_else(|| Error::other("a redirect to nowhere"))?;
    let next = from.join(location).map_err(|error| Error::other(format!("`{location}`: {error}")))?;
    http::local(next.as_str()).map(Some)
}

/// Cookies by host, the way browsers keep them: the port makes no difference.
struct Browser {
    cookies: BTreeMap<String, BTreeMap<String, String>>,
}

impl Browser {
    fn open(&mut self, method: &str, url: &Url, body: &str) -> io::Result<Answer> {
        let host = url.host_str().unwrap_or_default().to_owned();
        let jar = self.cookies.entry(host).or_default();
        let cookies: Vec<String> = jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = cookies.join("; ");
        let mut headers = Vec::new();
        if !cookies.is_empty() {
            headers.push(("Cookie", cookies.as_str()));
        }
        if method == "POST" {
            headers.push(("Content-Type", "application/x-www-form-urlencoded"));
        }
        let answer = http::send(method, url, &headers, body)?;
        let set = answer.headers.iter().filter(|(name, _)| name == "set-cookie");
        let pairs = set.filter_map(|(_, cookie)| cookie.split(';').next()?.split_once('='));
        jar.extend(pairs.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())));
        Ok(answer)
    }
}
