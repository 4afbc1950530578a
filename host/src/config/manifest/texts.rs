//! The connector's texts: the same codes in both languages, each a valid Fluent pattern with the same arguments.

use std::collections::BTreeSet;

use fluent_syntax::ast;
use fluent_syntax::parser;

use crate::config::report::Problem;
use crate::config::view::{View, Word};

/// Everything wrong with the texts.
pub(super) fn judge(manifest: View<'_>, problems: &mut Vec<Problem>) {
    let Some(messages) = manifest.table("messages") else { return };
    let (Some(ru), Some(en)) = (messages.table("ru"), messages.table("en")) else { return };
    both_languages(ru, en, "en", problems);
    both_languages(en, ru, "ru", problems);
    [ru, en].into_iter().for_each(|language| patterns(language, problems));
    same_arguments(ru, en, problems);
}

fn both_languages(one: View<'_>, other: View<'_>, name: &str, problems: &mut Vec<Problem>) {
    for code in one.keys().filter(|code| !other.has(&code.text)) {
        let problem = Problem::at(code.span, format!("`{}` is missing in `[messages.{name}]`", code.text));
        let known: Vec<String> = other.keys().map(|key| key.text).collect();
        let problem = problem.suggest(&code.text, known.iter().map(String::as_str));
        problems.push(problem.hint("every text stands in both languages"));
    }
}

fn patterns(language: View<'_>, problems: &mut Vec<Problem>) {
    for code in language.keys() {
        if !is_code(&code.text) {
            let problem = Problem::at(code.span, format!("`{}` is no code for a message", code.text));
            problems.push(problem.hint("begin with a letter; go on with letters, digits, `-` and `_`"));
        } else if code.text.starts_with("host-") {
            let problem = Problem::at(code.span, "codes that begin with `host-` are the host's own");
            problems.push(problem.hint("give it another name"));
        } else if let Some(pattern) = language.word(&code.text)
            && let Err(fault) = arguments(&code, &pattern)
        {
            let problem = Problem::at(pattern.span, format!("not a Fluent pattern: {fault}"));
            problems.push(problem.hint("write a brace as `{\"{\"}`, an argument as `{ $name }`"));
        }
    }
}

fn same_arguments(ru: View<'_>, en: View<'_>, problems: &mut Vec<Problem>) {
    for code in en.keys() {
        let (Some(one), Some(other)) = (ru.word(&code.text), en.word(&code.text)) else { continue };
        let (Ok(russian), Ok(english)) = (arguments(&code, &one), arguments(&code, &other)) else { continue };
        if let Some(name) = russian.symmetric_difference(&english).next() {
            let place = if russian.contains(name) { other.span } else { one.span };
            let problem = Problem::at(place, format!("`${name}` is used in the other language only"));
            problems.push(problem.label(format!("the text of `{}`", code.text)));
        }
    }
}

fn is_code(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && crate::config::check::is_name(text)
}

/// The pattern as an entry of a Fluent file: lines after the first are indented.
fn entry(code: &str, pattern: &str) -> String {
    format!("{code} = {}\n", pattern.trim_end().replace('\n', "\n    "))
}

/// The names of the pattern's arguments.
fn arguments(code: &Word, pattern: &Word) -> Result<BTreeSet<String>, String> {
    let text = entry(&code.text, &pattern.text);
    let resource = parser::parse(text.as_str())
        .map_err(|(_, faults)| faults.first().map(|fault| lower(&fault.to_string())).unwrap_or_default())?;
    match resource.body.as_slice() {
        [ast::Entry::Message(message)] => {
            let mut names = BTreeSet::new();
            message.value.iter().for_each(|pattern| in_pattern(pattern, &mut names));
            Ok(names)
        }
        _ => Err("it holds more than one message".to_owned()),
    }
}

fn in_pattern(pattern: &ast::Pattern<&str>, names: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        if let ast::PatternElement::Placeable { expression } = element {
            in_expression(expression, names);
        }
    }
}

fn in_expression(expression: &ast::Expression<&str>, names: &mut BTreeSet<String>) {
    match expression {
        ast::Expression::Inline(inline) => in_inline(inline, names),
        ast::Expression::Select { selector, variants } => {
            in_inline(selector, names);
            variants.iter().for_each(|variant| in_pattern(&variant.value, names));
        }
    }
}

fn in_inline(inline: &ast::InlineExpression<&str>, names: &mut BTreeSet<String>) {
    match inline {
        ast::InlineExpression::VariableReference { id } => {
            names.insert(id.name.to_owned());
        }
        ast::InlineExpression::FunctionReference { arguments, .. } => {
            arguments.positional.iter().for_each(|argument| in_inline(argument, names));
        }
        ast::InlineExpression::Placeable { expression } => in_expression(expression, names),
        _ => {}
    }
}

fn lower(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_lowercase().chain(letters).collect())
}
