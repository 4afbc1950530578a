//! Look-outs: long functions and long files, listed so that somebody looks twice.
//!
//! They warn and never fail: a table of cases may well be long. What they list is read in review.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::failure::{Context, Outcome};
use crate::sources::rust_files;
use crate::workspace::Workspace;

/// A function of more lines, from `fn` to its closing brace, is listed.
const FUNCTION_LINES: usize = 80;
/// A file of more lines is listed.
const FILE_LINES: usize = 500;
/// Where our own code is.
const FOLDERS: [&str; 4] = ["host", "plugins", "examples", "tests"];

/// Prints what is long.
///
/// # Errors
/// When a source file cannot be read.
pub(crate) fn print(workspace: &Workspace) -> Outcome {
    let mut listed = 0;
    for folder in FOLDERS.map(|folder| workspace.root.join(folder)).iter().filter(|folder| folder.is_dir()) {
        for file in rust_files(folder).context(|| format!("cannot list {}", folder.display()))? {
            let text =
                std::fs::read_to_string(&file).context(|| format!("cannot read {}", file.display()))?;
            for line in long(&workspace.relative(&file).to_string(), &text) {
                eprintln!("look twice: {line}");
                listed += 1;
            }
        }
    }
    println!("{listed} to look at twice (functions over {FUNCTION_LINES} lines, files over {FILE_LINES})");
    Ok(())
}

/// What is long in one file. A file that is not made of Rust tokens is left to the compiler.
fn long(name: &str, text: &str) -> Vec<String> {
    let lines = text.lines().count();
    let mut found = Vec::new();
    if lines > FILE_LINES {
        found.push(format!("{name}: {lines} lines"));
    }
    if let Ok(tokens) = text.parse() {
        functions(tokens, &mut |function, line, lines| {
            if lines > FUNCTION_LINES {
                found.push(format!("{name}:{line}: `{function}` has {lines} lines"));
            }
        });
    }
    found
}

/// Calls `each` with name, first line and number of lines of every function that has a body.
fn functions(tokens: TokenStream, each: &mut dyn FnMut(&str, usize, usize)) {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, tree) in trees.iter().enumerate() {
        match tree {
            TokenTree::Ident(word) if *word == "fn" => {
                if let Some((name, last)) = body(&trees[at + 1..]) {
                    let first = word.span().start().line;
                    each(&name, first, last + 1 - first);
                }
            }
            TokenTree::Group(group) => functions(group.stream(), each),
            _ => {}
        }
    }
}

/// The name and the last line of the function whose tokens follow `fn`; nothing for a mere
/// declaration or a function's type.
fn body(rest: &[TokenTree]) -> Option<(String, usize)> {
    let Some(TokenTree::Ident(name)) = rest.first() else { return None };
    rest.iter().find_map(|tree| match tree {
        TokenTree::Punct(end) if end.as_char() == ';' => Some(None),
        TokenTree::Group(body) if body.delimiter() == Delimiter::Brace => {
            Some(Some((name.to_string(), body.span_close().end().line)))
        }
        _ => None,
    })?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<(String, usize, usize)> {
        let mut found = Vec::new();
        functions(text.parse().unwrap(), &mut |name, line, lines| found.push((name.to_owned(), line, lines)));
        found
    }

    #[test]
    fn functions_are_found_wherever_they_stand() {
        let text = "fn a() {\n}\nimpl X {\n  pub async fn b(\n  ) {\n    fn c() {}\n  }\n}\ntrait T { fn d(); fn e() {} }";
        let expected = [("a", 1, 2), ("b", 4, 4), ("c", 6, 1), ("e", 9, 1)];
        assert_eq!(all(text), expected.map(|(name, line, lines)| (name.to_owned(), line, lines)));
    }

    #[test]
    fn a_type_of_functions_is_no_function() {
        assert_eq!(all("struct S { call: fn(u8) -> u8 } fn a(f: fn()) {}"), [("a".to_owned(), 1, 1)]);
    }

    #[test]
    fn what_is_long_is_listed_with_its_place() {
        let text = format!("\nfn tall() {{\n{}}}\n", "    work();\n".repeat(FUNCTION_LINES - 1));
        assert_eq!(long("a.rs", &text), ["a.rs:2: `tall` has 81 lines"]);
        let text = format!("\nfn fits() {{\n{}}}\n", "    work();\n".repeat(FUNCTION_LINES - 2));
        assert_eq!(long("a.rs", &text), [""; 0]);
        assert_eq!(long("b.rs", &"//\n".repeat(FILE_LINES + 1)), ["b.rs: 501 lines"]);
    }
}
