//! How deep the brackets of a TOML text lie in each other, told before a parser goes into them.
//!
//! The parser goes one call deeper for each bracket. It has a limit of its own, which holds for a text without mistakes;
//! but what it passes over after a mistake it counts as closed and never as opened (toml_parser 1.1,
//! `ignore_to_value_close`), so that a text of nothing but mistakes overflows the stack, and that ends the process.
//! Here a bracket counts as closed by its own kind only, and only if nothing within is open, as the parser itself returns.

use std::ops::Range;

use toml_parser::Source;
use toml_parser::lexer::TokenKind;

/// Brackets within each other; real files have about five.
const DEEPEST: usize = 64;

/// Where a text goes deeper than is read; nothing in a text that can be given to a parser.
pub fn too_deep(text: &str) -> Option<Range<usize>> {
    let mut open: Vec<TokenKind> = Vec::new();
    for token in Source::new(text).lex() {
        match token.kind() {
            TokenKind::LeftSquareBracket => open.push(TokenKind::RightSquareBracket),
            TokenKind::LeftCurlyBracket => open.push(TokenKind::RightCurlyBracket),
            kind => drop(open.pop_if(|closing| *closing == kind)),
        }
        if open.len() > DEEPEST {
            return Some(token.span().start()..token.span().end());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use toml::de::DeTable;

    use super::*;

    #[test]
    fn only_what_is_deep_is_refused() {
        let nested = |n: usize| format!("a = {}{}", "[".repeat(n), "]".repeat(n));
        assert_eq!(too_deep(&nested(DEEPEST)), None);
        assert_eq!(too_deep(&nested(DEEPEST + 1)), Some(4 + DEEPEST..5 + DEEPEST));
        assert_eq!(too_deep(&"a = [{ b = [1] }]\n[[t]]\n".repeat(1_000)), None);
        assert_eq!(too_deep(&format!("a = \"{0}\" # {0}\nb = '{0}'", "[{".repeat(1_000))), None);
        assert!(too_deep(&"a = [ } { ]\n".repeat(1_000)).is_some());
    }

    /// Each `{` in place of a key lets the parser's own limit sink by one.
    #[test]
    fn mistakes_that_let_the_parsers_limit_sink_are_refused_before_it() {
        let sinks = "{ { } ".repeat(10_000);
        assert!(too_deep(&format!("a = {sinks}")).is_some());
        // What passes is parsed within a small stack, whatever mistakes it has.
        let passed = format!("a = {}\n", "{ { } ".repeat(DEEPEST)).repeat(3);
        let most =
            passed.char_indices().map(|(at, _)| at).take_while(|at| too_deep(&passed[..*at]).is_none());
        let text = passed[..most.last().unwrap_or_default()].to_owned();
        let parse = move || DeTable::parse_recoverable(&text).1.len();
        let told = std::thread::Builder::new().stack_size(256 << 10).spawn(parse).expect("a thread").join();
        assert!(told.expect("no overflow") > 0);
    }
}
