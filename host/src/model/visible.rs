//! What a text from outside looks like where people read it: one line that steers nothing.
//!
//! Labels, keys and reasons come from connectors and from the other side. In a terminal a control character could clear
//! the screen or forge a line, and anywhere a direction mark could turn a line around.

use std::borrow::Cow;

/// The text with a blank for every character that would be more than a character.
pub fn visible(text: &str) -> Cow<'_, str> {
    if text.chars().any(steers) {
        Cow::Owned(text.chars().map(|c| if steers(c) { ' ' } else { c }).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// Control characters, ends of lines, marks of direction.
fn steers(c: char) -> bool {
    let bidi =
        matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || bidi || matches!(c, '\u{2028}' | '\u{2029}')
}

/// What nobody sees, and copies along all the same; or what stands for a byte that could not be read.
pub fn is_unseen(letter: char) -> bool {
    let alone = matches!(letter, '\u{ad}' | '\u{feff}' | '\u{fffd}');
    alone
        || letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2064}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_steers_nothing() {
        assert_eq!(visible("a\nb\r\u{1b}[31mc\u{202e}d\u{2028}e\u{9b}f\u{2066}"), "a b  [31mc d e f ");
        assert!(matches!(visible("Ёлкина «А» — 5"), Cow::Borrowed(_)));
    }
}
