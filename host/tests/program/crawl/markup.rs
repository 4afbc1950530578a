//! A page as a browser reads it: elements with their attributes, and texts. Cut into pieces by the rules of the WHATWG, so
//! that whatever would be an element in a browser is one here.

use std::collections::BTreeMap;

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{Token, Tokenizer};

/// An element that opens.
#[derive(Clone, Debug)]
pub(super) struct Tag {
    pub(super) name: String,
    pub(super) attributes: BTreeMap<String, String>,
}

impl Tag {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.attributes.contains_key(name)
    }
}

/// A piece of a page.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    Open(Tag),
    Close(String),
    Text(String),
}

/// A page in pieces.
#[derive(Clone, Debug, Default)]
pub(super) struct Document {
    pub(super) pieces: Vec<Piece>,
    /// Where it is not HTML as it should be, comments among it: our pages have none.
    pub(super) faults: Vec<String>,
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

impl Document {
    pub(super) fn parse(html: &str) -> Self {
        let mut emitter = DefaultEmitter::default();
        emitter.naively_switch_states(true);
        let mut document = Self::default();
        for Ok(token) in Tokenizer::new_with_emitter(html, emitter) {
            document.take(token);
        }
        document
    }

    fn take(&mut self, token: Token) {
        match token {
            Token::StartTag(tag) => {
                let attributes = tag.attributes.iter();
                let attributes = attributes.map(|(name, value)| (text(name), text(&value.value))).collect();
                self.pieces.push(Piece::Open(Tag { name: text(&tag.name), attributes }));
            }
            Token::EndTag(tag) => self.pieces.push(Piece::Close(text(&tag.name))),
            Token::String(words) => self.pieces.push(Piece::Text(text(&words.value))),
            Token::Comment(words) => self.faults.push(format!("a comment: {}", text(&words.value))),
            Token::Error(error) => self.faults.push(error.value.to_string()),
            Token::Doctype(_) => {}
        }
    }

    pub(super) fn tags(&self) -> impl Iterator<Item = &Tag> {
        self.pieces.iter().filter_map(|piece| if let Piece::Open(tag) = piece { Some(tag) } else { None })
    }

    /// What stands in the first element of this name.
    pub(super) fn words_of(&self, element: &str) -> String {
        let inside = self.pieces.iter().skip_while(|piece| !is_open(piece, element));
        let inside = inside.take_while(|piece| !matches!(piece, Piece::Close(name) if name == element));
        let words: Vec<&str> = inside.filter_map(words).collect();
        words.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// What people read. What stands in a field is not among it.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        let mut in_field = false;
        self.pieces.iter().filter_map(move |piece| {
            in_field = is_open(piece, "textarea") || (in_field && matches!(piece, Piece::Text(_)));
            words(piece).filter(|_| !in_field)
        })
    }

    /// Wherever it leads by itself or by a click.
    pub(super) fn links(&self) -> Vec<String> {
        let anchors = self.tags().filter(|tag| ["a", "link"].contains(&tag.name.as_str()));
        let anchors = anchors.filter_map(|tag| tag.get("href"));
        let scripts = self.tags().filter_map(|tag| tag.get("src"));
        let events = self.tags().filter_map(|tag| tag.get("data-events"));
        anchors.chain(scripts).chain(events).map(str::to_owned).collect()
    }
}

fn words(piece: &Piece) -> Option<&str> {
    if let Piece::Text(words) = piece { Some(words) } else { None }
}

fn is_open(piece: &Piece, element: &str) -> bool {
    matches!(piece, Piece::Open(tag) if tag.name == element)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_browser_would_make_an_element_is_one() {
        let page = Document::parse(
            "<title><b></title><textarea><i></textarea><p class=\"a\">x<IMG onerror=y>&lt;u&gt;",
        );
        let names: Vec<&str> = page.tags().map(|tag| tag.name.as_str()).collect();
        assert_eq!(names, ["title", "textarea", "p", "img"]);
        assert!(page.tags().any(|tag| tag.get("onerror") == Some("y")));
        assert_eq!(page.words_of("title"), "<b>");
        assert_eq!(page.texts().collect::<Vec<_>>(), ["<b>", "x", "<u>"]);
        let broken = Document::parse("<p a=\"1\" a=\"2\">\u{0}<!-- x -->");
        assert_eq!(broken.faults.len(), 3, "{:?}", broken.faults);
    }
}
