//! Every path a source file mentions, found in its tokens.
//!
//! Tokens rather than a syntax tree: paths inside of macro calls (`select!`, `assert_eq!`) and
//! attributes are seen too, and comments and texts never are.

use proc_macro2::{Delimiter, Group, Literal, TokenStream, TokenTree};

/// One path, as it is written, or one leaf of a `use` tree with the prefix before it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Mention {
    /// `["crate", "store", "Lane"]`; a glob ends in `"*"`.
    pub(crate) path: Vec<String>,
    /// The name after `as`.
    pub(crate) alias: Option<String>,
    /// The inline modules around it, outermost first.
    pub(crate) inside: Vec<String>,
    /// Whether it stands under `#[cfg(test)]`.
    pub(crate) test: bool,
    /// Counted from 1.
    pub(crate) line: usize,
}

/// All paths in the order of the text, names that stand alone included.
pub(crate) fn mentions(text: &str) -> Vec<Mention> {
    let tokens: TokenStream = text.parse().expect("the file is made of Rust tokens");
    let mut found = Vec::new();
    walk(tokens, &Scope::default(), &mut found);
    found
}

/// What surrounds a token.
#[derive(Clone, Default)]
struct Scope {
    inside: Vec<String>,
    test: bool,
}

fn walk(tokens: TokenStream, scope: &Scope, found: &mut Vec<Mention>) {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let (mut at, mut test_item) = (0, false);
    while at < trees.len() {
        let here = Scope { test: scope.test || test_item, ..scope.clone() };
        at += match &trees[at] {
            TokenTree::Ident(word) if *word == "mod" => module(&trees[at..], here, found),
            TokenTree::Ident(_) => path(&trees[at..], &here.mention(), found),
            TokenTree::Group(group) => {
                walk(group.stream(), &here, found);
                1
            }
            TokenTree::Literal(literal) => {
                quoted(literal, &here, found);
                1
            }
            TokenTree::Punct(_) => 1,
        };
        test_item = !ends_item(&trees[at - 1]) && (test_item || is_test_attribute(&trees, at - 1));
    }
}

impl Scope {
    /// A mention in this scope whose path is yet to be read.
    fn mention(&self) -> Mention {
        Mention { path: Vec::new(), alias: None, inside: self.inside.clone(), test: self.test, line: 0 }
    }
}

/// What follows is no longer under the attributes of the item.
fn ends_item(tree: &TokenTree) -> bool {
    match tree {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(mark) => mark.as_char() == ';',
        _ => false,
    }
}

/// `mod name { … }`; says how many tokens it took.
fn module(trees: &[TokenTree], mut scope: Scope, found: &mut Vec<Mention>) -> usize {
    match trees {
        [_, TokenTree::Ident(name), TokenTree::Group(body), ..] if body.delimiter() == Delimiter::Brace => {
            scope.inside.push(name.to_string());
            walk(body.stream(), &scope, found);
            3
        }
        _ => 1,
    }
}

/// `#[cfg(test)]`, where `at` is the bracket.
fn is_test_attribute(trees: &[TokenTree], at: usize) -> bool {
    let marked = at > 0 && matches!(&trees[at - 1], TokenTree::Punct(mark) if mark.as_char() == '#');
    marked && trees[at].to_string().replace(' ', "") == "[cfg(test)]"
}

/// Attributes name paths in texts: `#[serde(with = "crate::records::date")]`.
fn quoted(literal: &Literal, scope: &Scope, found: &mut Vec<Mention>) {
    let text = literal.to_string();
    let text = text.trim_matches('"');
    if !text.starts_with("crate::") && !text.starts_with("super::") {
        return;
    }
    let Ok(tokens) = text.parse::<TokenStream>() else { return };
    let first = found.len();
    walk(tokens, scope, found);
    let line = literal.span().start().line;
    found[first..].iter_mut().for_each(|mention| mention.line = line);
}

/// Reads one path, and the `use` tree it may end in; says how many tokens it took.
fn path(trees: &[TokenTree], context: &Mention, found: &mut Vec<Mention>) -> usize {
    let mut mention = context.clone();
    mention.line = trees[0].span().start().line;
    let mut at = 0;
    loop {
        match trees.get(at) {
            Some(TokenTree::Ident(word)) => mention.path.push(word.to_string()),
            Some(TokenTree::Punct(star)) if star.as_char() == '*' && at > 0 => mention.path.push("*".into()),
            Some(TokenTree::Group(tree)) if tree.delimiter() == Delimiter::Brace && at > 0 => {
                branches(tree, &mention, found);
                return at + 1;
            }
            // `name::<T>`: the path is over, its arguments are read on their own.
            _ => break,
        }
        at += 1;
        if !joined(trees, at) {
            break;
        }
        at += 2;
    }
    at += alias(trees, at, &mut mention);
    found.push(mention);
    at
}

fn joined(trees: &[TokenTree], at: usize) -> bool {
    let colon = |at: usize| matches!(trees.get(at), Some(TokenTree::Punct(mark)) if mark.as_char() == ':');
    colon(at) && colon(at + 1)
}

fn alias(trees: &[TokenTree], at: usize, mention: &mut Mention) -> usize {
    match (trees.get(at), trees.get(at + 1)) {
        (Some(TokenTree::Ident(word)), Some(TokenTree::Ident(name))) if *word == "as" => {
            mention.alias = Some(name.to_string());
            2
        }
        _ => 0,
    }
}

/// `{a, b::{c, d}, self, *}` behind a prefix.
fn branches(tree: &Group, prefix: &Mention, found: &mut Vec<Mention>) {
    let trees: Vec<TokenTree> = tree.stream().into_iter().collect();
    for branch in trees.split(|tree| matches!(tree, TokenTree::Punct(mark) if mark.as_char() == ',')) {
        match branch.first() {
            Some(TokenTree::Ident(word)) if *word == "self" => found.push(prefix.clone()),
            Some(TokenTree::Ident(_)) => {
                path(branch, prefix, found);
            }
            Some(other) => {
                let line = other.span().start().line;
                found.push(Mention {
                    path: [&prefix.path[..], &["*".into()]].concat(),
                    line,
                    ..prefix.clone()
                });
            }
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(text: &str) -> Vec<String> {
        mentions(text)
            .into_iter()
            .map(|mention| mention.path.join("::"))
            .filter(|path| path.contains("::"))
            .collect()
    }

    #[test]
    fn use_trees_are_taken_apart() {
        let text = "use crate::{\n    model::{self, Item as Thing},\n    store::*,\n    error,\n};";
        assert_eq!(paths(text), ["crate::model", "crate::model::Item", "crate::store::*", "crate::error"]);
        let lines: Vec<_> = mentions(text).into_iter().skip(1).map(|mention| mention.line).collect();
        assert_eq!(lines, [2, 2, 3, 4]);
    }

    #[test]
    fn paths_in_types_expressions_macros_and_attributes_are_seen() {
        let text = r#"
            #[serde(with = "crate::a::b")]
            fn f(x: &crate::c::D<super::e::F>) { g!(if y { crate::h::i() } else { z }); crate::j::k::<crate::l::M>() }
        "#;
        let seen = ["crate::a::b", "crate::c::D", "super::e::F", "crate::h::i", "crate::j::k", "crate::l::M"];
        assert_eq!(paths(text), seen);
    }

    #[test]
    fn comments_and_texts_are_not() {
        assert!(paths("// crate::a::b\n/* crate::c::d */ fn f() { say(\"see crate::e::f\") }").is_empty());
    }

    #[test]
    fn inline_modules_and_test_code_are_known() {
        let text = "mod a { mod b { use super::c; } }\n#[cfg(test)]\nmod t { use super::d; }\nuse self::e;";
        let of = |name: &str| {
            mentions(text).into_iter().find(|mention| mention.path.last().unwrap() == name).unwrap()
        };
        assert_eq!((of("c").inside, of("c").test), (vec!["a".into(), "b".into()], false));
        assert_eq!((of("d").inside, of("d").test), (vec!["t".into()], true));
        assert!(!of("e").test);
    }
}
