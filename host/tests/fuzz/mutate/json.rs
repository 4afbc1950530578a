//! Damage to JSON by its values, so that most of what comes out can still be read and reaches what stands behind the
//! parser.

use std::ops::Range;

use invented_school::Rng;

use super::{LETTERS, NUMBERS};

/// What a value may become.
const VALUES: [&str; 10] =
    ["null", "[]", "{}", "\"\"", "true", "[null]", "[[]]", "{\"\":0}", "\"0\"", "-0.5"];

/// Damages JSON once, wherever it stands in the text; a text without values stays as it is.
pub(crate) fn once(input: &mut Vec<u8>, rng: &mut Rng) {
    let values = values(input);
    if values.is_empty() {
        return;
    }
    let pick = |rng: &mut Rng| values[rng.below(values.len())].clone();
    let (at, other) = (pick(rng), pick(rng));
    let other = input[other].to_vec();
    let by = match rng.below(8) {
        0 => Vec::new(),
        1 => rng.pick(&VALUES).into(),
        2 => rng.pick(&NUMBERS).into(),
        3 => serde_json::to_vec(rng.pick(&LETTERS)).expect("a text"),
        4 => [&input[at.clone()], b", ".as_slice()].concat().repeat(20),
        5 => [&input[at.clone()], b", ".as_slice(), &other].concat(),
        _ => other,
    };
    input.splice(at, by);
}

/// Values and names of members: texts, words, and whatever stands between brackets, innermost first.
fn values(input: &[u8]) -> Vec<Range<usize>> {
    let (mut values, mut open, mut at) = (Vec::new(), Vec::new(), 0);
    while at < input.len() {
        let from = at;
        at += 1;
        match input[from] {
            b'"' => {
                at = text_end(input, at);
                values.push(from..at);
            }
            b'[' | b'{' => open.push(from),
            b']' | b'}' => values.extend(open.pop().map(|from| from..at)),
            byte if is_word(byte) => {
                at += input[at..].iter().take_while(|byte| is_word(**byte)).count();
                values.push(from..at);
            }
            _ => {}
        }
    }
    values
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.')
}

/// Behind the quotation mark that ends the text beginning here.
fn text_end(input: &[u8], mut at: usize) -> usize {
    while at < input.len() {
        match input[at] {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    input.len()
}

#[test]
fn values_are_found() {
    let input = r#"{"a\"": [1.5e3, {"b": null}]} "open"#;
    let found: Vec<&str> = values(input.as_bytes()).into_iter().map(|range| &input[range]).collect();
    let all = ["\"a\\\"\"", "1.5e3", "\"b\"", "null", "{\"b\": null}", "[1.5e3, {\"b\": null}]"];
    assert_eq!(found[..6], all);
    assert_eq!(found[6..], [r#"{"a\"": [1.5e3, {"b": null}]}"#, "\"open"]);
}
