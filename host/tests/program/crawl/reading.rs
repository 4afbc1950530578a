//! The forms of a page, read as a browser reads them.

use std::collections::BTreeSet;

use super::forms::{Form, Pair};
use super::markup::{Document, Piece, Tag};
use super::routes::path_of;

/// What stands between the tags of a form.
#[derive(Default)]
struct Reading {
    posts: bool,
    action: String,
    parts: bool,
    pairs: Vec<Pair>,
    names: BTreeSet<String>,
    /// Name, value, where to.
    buttons: Vec<(String, String, Option<String>)>,
    select: Option<Select>,
    /// What comes now stands in the field that was last.
    in_area: bool,
    /// In a group of fields that cannot be filled in.
    disabled: bool,
}

/// A list to choose from, with the value that is chosen and the first one.
struct Select {
    name: String,
    chosen: Option<String>,
    first: Option<String>,
}

/// Every form of a page by each of its buttons.
pub(super) fn forms(document: &Document, at: &str) -> Vec<Form> {
    let (mut forms, mut reading) = (Vec::new(), None::<Reading>);
    for piece in &document.pieces {
        match piece {
            Piece::Open(tag) if tag.name == "form" => reading = Some(Reading::begun(tag, at)),
            Piece::Close(name) if name == "form" => {
                forms.extend(reading.take().into_iter().flat_map(Reading::forms))
            }
            piece => reading.iter_mut().for_each(|reading| reading.take(piece)),
        }
    }
    forms
}

impl Reading {
    fn begun(tag: &Tag, at: &str) -> Self {
        let is = |name: &str, word: &str| tag.get(name).is_some_and(|value| value.eq_ignore_ascii_case(word));
        Self {
            posts: is("method", "post"),
            action: tag.get("action").unwrap_or_else(|| path_of(at)).to_owned(),
            parts: is("enctype", "multipart/form-data"),
            ..Self::default()
        }
    }

    fn take(&mut self, piece: &Piece) {
        match piece {
            Piece::Open(tag) => self.open(tag),
            Piece::Text(words) => self.words(words),
            Piece::Close(name) if name == "textarea" => self.in_area = false,
            Piece::Close(name) if name == "select" => self.close_select(),
            Piece::Close(name) if name == "fieldset" => self.disabled = false,
            Piece::Close(_) => {}
        }
    }

    /// A browser drops the line's end that the words of a text area begin with.
    fn words(&mut self, words: &str) {
        if let Some(pair) = self.pairs.last_mut().filter(|_| self.in_area) {
            pair.value +=
                if pair.value.is_empty() { words.strip_prefix('\n').unwrap_or(words) } else { words };
        }
    }

    fn open(&mut self, tag: &Tag) {
        let name = tag.get("name").unwrap_or_default();
        match tag.name.as_str() {
            "fieldset" => self.disabled = tag.has("disabled"),
            "option" => self.option(tag),
            _ if self.disabled || tag.has("disabled") => {}
            "button" => {
                let to = tag.get("formaction").map(str::to_owned);
                self.buttons.push((name.to_owned(), tag.get("value").unwrap_or_default().to_owned(), to));
            }
            _ if name.is_empty() => {}
            "input" => self.input(tag, name),
            "select" => self.select = Some(Select { name: name.to_owned(), chosen: None, first: None }),
            "textarea" => {
                self.field(Pair::new(name, ""));
                self.in_area = true;
            }
            _ => {}
        }
    }

    fn input(&mut self, tag: &Tag, name: &str) {
        let value = tag.get("value").unwrap_or_default();
        match tag.get("type").unwrap_or("text") {
            "checkbox" | "radio" if !tag.has("checked") => drop(self.names.insert(name.to_owned())),
            "hidden" => self.field(Pair { hidden: true, ..Pair::new(name, value) }),
            "file" => self.field(Pair { file: Some(String::new()), ..Pair::new(name, "") }),
            _ => self.field(Pair::new(name, value)),
        }
    }

    fn field(&mut self, pair: Pair) {
        self.names.insert(pair.name.clone());
        self.pairs.push(pair);
    }

    fn option(&mut self, tag: &Tag) {
        let Some(select) = &mut self.select else { return };
        let value = tag.get("value").unwrap_or_default().to_owned();
        if tag.has("selected") {
            select.chosen = Some(value.clone());
        }
        select.first.get_or_insert(value);
    }

    fn close_select(&mut self) {
        if let Some(Select { name, chosen, first }) = self.select.take() {
            self.field(Pair::new(&name, &chosen.or(first).unwrap_or_default()));
        }
    }

    /// By each button; one without any is sent by the key for a new line.
    fn forms(self) -> Vec<Form> {
        let nothing = [(String::new(), String::new(), None)];
        let buttons = if self.buttons.is_empty() { &nothing[..] } else { &self.buttons };
        buttons.iter().map(|(name, value, to)| self.by(name, value, to.as_deref())).collect()
    }

    fn by(&self, name: &str, value: &str, to: Option<&str>) -> Form {
        let (mut pairs, mut names) = (self.pairs.clone(), self.names.clone());
        if !name.is_empty() {
            pairs.push(Pair::new(name, value));
            names.insert(name.to_owned());
        }
        let word = if is_word(value) { value } else { "*" };
        Form {
            posts: self.posts,
            action: path_of(to.unwrap_or(&self.action)).to_owned(),
            parts: self.parts,
            pairs,
            names,
            button: if name.is_empty() { String::new() } else { format!("{name}={word}") },
        }
    }
}

/// A word of ours, and no number of something.
fn is_word(value: &str) -> bool {
    !value.is_empty()
        && value.len() < 16
        && value.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::super::hostile::{Hostile, How};
    use super::*;

    const PAGE: &str = "<form method=\"post\" action=\"/~me/end\"><input type=\"hidden\" name=\"step\" value=\"&lt;1&gt;\">\
        <select name=\"kind\"><option value=\"\">—</option><option value=\"b\" selected>b</option></select>\
        <input name=\"on\" type=\"checkbox\" value=\"yes\"><input name=\"to\" type=\"radio\" value=\"x\" checked>\
        <textarea name=\"lines\">\na&amp;b</textarea><fieldset disabled><input name=\"no\"></fieldset>\
        <button name=\"answer\" value=\"look\">1</button><button formaction=\"/?x\">2</button></form>";

    #[test]
    fn a_form_sends_what_a_browser_sends() {
        let forms = forms(&Document::parse(PAGE), "/");
        let [look, other] = &forms[..] else { panic!("{forms:?}") };
        assert_eq!((look.action.as_str(), look.button.as_str()), ("/~me/end", "answer=look"));
        let body = String::from_utf8(look.as_it_is().body).expect("text");
        assert_eq!(body, "step=%3C1%3E&kind=b&to=x&lines=a%26b&answer=look");
        assert!(look.names.contains("on") && !look.names.contains("no"));
        assert_eq!((other.action.as_str(), other.button.as_str()), ("/", ""));
        let wrong = Hostile { name: "", how: How::Is("<".to_owned()) };
        let body = |field: &str| String::from_utf8(look.wrong(field, &wrong).body).expect("text");
        assert!(body("kind").contains("&kind=%3C&") && body("on").ends_with("&on=%3C"));
    }
}
