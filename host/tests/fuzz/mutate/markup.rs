//! Damage to markup by its elements, attributes and texts, so that most of what comes out can still be read and reaches
//! what stands behind the parser.

use std::ops::Range;

use invented_school::Rng;

use super::{LETTERS, NUMBERS, runs};

/// Damages markup once; what has neither elements nor values stays as it is.
pub(crate) fn once(input: &mut Vec<u8>, rng: &mut Rng) {
    match rng.below(8) {
        0 => drop(take_element(input, rng)),
        1 => {
            if let Some(element) = take_element(&mut input.clone(), rng) {
                put_beside(input, &element.repeat([1, 2, 300][rng.below(3)]), rng);
            }
        }
        2 => {
            if let Some(element) = take_element(input, rng) {
                put_beside(input, &element, rng);
            }
        }
        3 => replace_value(input, rng.pick(&NUMBERS).as_bytes(), rng),
        4 => replace_value(input, rng.pick(&LETTERS).as_bytes(), rng),
        _ => {
            let values = values(input);
            if !values.is_empty() {
                let other = input[values[rng.below(values.len())].clone()].to_vec();
                replace_value(input, &other, rng);
            }
        }
    }
}

/// Tags, each from its `<` to its `>`.
fn tags(input: &[u8]) -> Vec<Range<usize>> {
    let mut tags = Vec::new();
    let mut open = None;
    for (at, byte) in input.iter().enumerate() {
        match byte {
            b'<' => open = Some(at),
            b'>' => tags.extend(open.take().map(|from| from..at + 1)),
            _ => {}
        }
    }
    tags
}

/// Elements from their first to their last tag. Names are not compared: damaged markup has elements too.
fn elements(input: &[u8]) -> Vec<Range<usize>> {
    let (mut elements, mut open) = (Vec::new(), Vec::new());
    for tag in tags(input) {
        let text = &input[tag.clone()];
        if text.starts_with(b"</") {
            elements.extend(open.pop().map(|from| from..tag.end));
        } else if text.ends_with(b"/>") {
            elements.push(tag);
        } else if !text.starts_with(b"<?") && !text.starts_with(b"<!") {
            open.push(tag.start);
        }
    }
    elements
}

/// Takes an element out, with all that is in it.
fn take_element(input: &mut Vec<u8>, rng: &mut Rng) -> Option<Vec<u8>> {
    let elements = elements(input);
    let element = elements.get(rng.below(elements.len().max(1)))?;
    Some(input.drain(element.clone()).collect())
}

/// Puts an element in before another tag.
fn put_beside(input: &mut Vec<u8>, element: &[u8], rng: &mut Rng) {
    let tags = tags(input);
    if let Some(tag) = tags.get(rng.below(tags.len().max(1))) {
        input.splice(tag.start..tag.start, element.iter().copied());
    }
}

/// Values of attributes, and texts.
fn values(input: &[u8]) -> Vec<Range<usize>> {
    let mut values = runs(input, |byte| !matches!(byte, b'"' | b'<' | b'>'));
    values.retain(|run| {
        let around = (run.start.checked_sub(1).map(|at| input[at]), input.get(run.end).copied());
        match around {
            (Some(b'"'), Some(b'"')) => input[run.end - 1] != b'=',
            (Some(b'>'), Some(b'<')) => true,
            _ => false,
        }
    });
    values
}

fn replace_value(input: &mut Vec<u8>, by: &[u8], rng: &mut Rng) {
    let values = values(input);
    if let Some(value) = values.get(rng.below(values.len().max(1))) {
        input.splice(value.clone(), by.iter().copied());
    }
}

#[test]
fn elements_and_values_are_found() {
    let text = |range: &Range<usize>, input: &str| input[range.clone()].to_owned();
    let input = r#"<?xml v="1"?><a b="c" d=""><e/>f<g>h</g></a>"#;
    let found: Vec<String> = elements(input.as_bytes()).iter().map(|range| text(range, input)).collect();
    assert_eq!(found, ["<e/>", "<g>h</g>", r#"<a b="c" d=""><e/>f<g>h</g></a>"#]);
    let found: Vec<String> = values(input.as_bytes()).iter().map(|range| text(range, input)).collect();
    assert_eq!(found, ["1", "c", "f", "h"]);
}
