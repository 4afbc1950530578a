//! Forms as pages have them, and what a browser sends of them; with one of their values put wrong.

use std::collections::BTreeSet;

use url::form_urlencoded;

use super::hostile::{Hostile, How, percent};
use super::routes::route_of;
use super::wire::Ask;

const BOUNDARY: &str = "limit-of-the-parts";

/// A value that is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) name: String,
    pub(super) value: String,
    /// It comes with a file of this name.
    pub(super) file: Option<String>,
    /// Nobody fills it in.
    pub(super) hidden: bool,
}

impl Pair {
    pub(super) fn new(name: &str, value: &str) -> Self {
        Self { name: name.to_owned(), value: value.to_owned(), file: None, hidden: false }
    }
}

/// A form as one of its buttons sends it.
#[derive(Clone, Debug)]
pub(super) struct Form {
    pub(super) posts: bool,
    /// Where to; the path alone.
    pub(super) action: String,
    /// In parts, since files come with it.
    pub(super) parts: bool,
    pub(super) pairs: Vec<Pair>,
    /// Every field, those too of which nothing is sent as they are.
    pub(super) names: BTreeSet<String>,
    /// What the button says, as far as it is a word of ours.
    pub(super) button: String,
}

/// Tells forms apart that ask for other things.
pub(super) type Key = (bool, &'static str, Vec<String>, String);

impl Form {
    pub(super) fn key(&self) -> Key {
        (self.posts, self.route(), self.names.iter().map(|name| shape(name)).collect(), self.button.clone())
    }

    /// The pattern of where it goes.
    pub(super) fn route(&self) -> &'static str {
        route_of(&self.action)
    }

    /// A link with a query is a form that is filled in already.
    pub(super) fn of_link(target: &str) -> Option<Self> {
        let (path, query) = target.split_once('?')?;
        let pairs = form_urlencoded::parse(query.as_bytes());
        let pairs: Vec<Pair> = pairs.map(|(name, value)| Pair::new(&name, &value)).collect();
        let names = pairs.iter().map(|pair| pair.name.clone()).collect();
        let (action, button) = (path.to_owned(), String::new());
        Some(Self { posts: false, action, parts: false, pairs, names, button })
    }

    /// Another value, where there is such a field.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        let named = self.pairs.iter_mut().filter(|pair| pair.name == name);
        named.for_each(|pair| value.clone_into(&mut pair.value));
    }

    /// What nobody fills in, as a newer form has it: what has changed since is no hindrance.
    pub(super) fn keep_up(&mut self, newer: &Self) {
        for new in newer.pairs.iter().filter(|pair| pair.hidden) {
            let own = self.pairs.iter_mut().find(|pair| pair.hidden && pair.name == new.name);
            own.into_iter().for_each(|own| own.value.clone_from(&new.value));
        }
    }

    /// What a browser sends.
    pub(super) fn as_it_is(&self) -> Ask {
        let pairs = self.pairs.iter();
        self.ask(pairs.map(Sent::own).collect())
    }

    /// With this field put wrong.
    pub(super) fn wrong(&self, field: &str, hostile: &Hostile) -> Ask {
        let own = || self.pairs.iter().map(Sent::own);
        let is_file = self.pairs.iter().any(|pair| pair.name == field && pair.file.is_some());
        let bad = || Sent { name: field, is_file, how: Value::Bad(hostile) };
        let sent: Vec<Sent<'_>> = match hostile.how {
            How::Missing => own().filter(|sent| sent.name != field).collect(),
            How::Twice => own().chain([Sent { name: field, is_file, how: Value::Again }]).collect(),
            // In its place, since the first part of a form with files has to be its step.
            _ if self.pairs.iter().any(|pair| pair.name == field) => {
                own().map(|sent| if sent.name == field { bad() } else { sent }).collect()
            }
            _ => own().chain([bad()]).collect(),
        };
        self.ask(sent)
    }

    fn ask(&self, sent: Vec<Sent<'_>>) -> Ask {
        if self.parts {
            let body = sent.iter().flat_map(Sent::part).chain(format!("--{BOUNDARY}--\r\n").into_bytes());
            return Ask::post(
                &self.action,
                "multipart/form-data; boundary=limit-of-the-parts",
                body.collect(),
            );
        }
        let text: Vec<String> =
            sent.iter().map(|sent| format!("{}={}", percent(sent.name), sent.encoded())).collect();
        let text = text.join("&");
        match self.posts {
            true => Ask::post(&self.action, "application/x-www-form-urlencoded", text.into_bytes()),
            false => Ask::get(format!("{}?{text}", self.action)),
        }
    }
}

/// A value on its way.
struct Sent<'a> {
    name: &'a str,
    /// A file is chosen there.
    is_file: bool,
    how: Value<'a>,
}

enum Value<'a> {
    Own(&'a Pair),
    Bad(&'a Hostile),
    Again,
}

/// What comes beside the value that is there.
const AGAIN: &str = "<b>again</b>";

impl<'a> Sent<'a> {
    fn own(pair: &'a Pair) -> Self {
        Self { name: &pair.name, is_file: pair.file.is_some(), how: Value::Own(pair) }
    }

    fn encoded(&self) -> String {
        match self.how {
            Value::Own(pair) => percent(&pair.value),
            Value::Bad(hostile) => hostile.encoded().unwrap_or_default(),
            Value::Again => percent(AGAIN),
        }
    }

    fn part(&self) -> Vec<u8> {
        let (file, bytes) = match self.how {
            Value::Own(pair) => (pair.file.clone(), pair.value.clone().into_bytes()),
            Value::Bad(hostile) => {
                (hostile.file_name().filter(|_| self.is_file), hostile.bytes().unwrap_or_default())
            }
            Value::Again => (None, AGAIN.into()),
        };
        let file = file.map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
        let name = self.name;
        let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
        [head.as_bytes(), &bytes, b"\r\n"].concat()
    }
}

/// A field as one of its kind: `set.regions[#].level` is tried in one row, however many rows what was tried has made.
pub(super) fn shape(field: &str) -> String {
    match field.split_once('[').and_then(|(table, rest)| Some((table, rest.split_once(']')?.1))) {
        Some((table, rest)) => format!("{table}[#]{rest}"),
        None => field.to_owned(),
    }
}
