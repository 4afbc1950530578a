//! СНИЛС: eleven digits, the last two computed from the first nine.
//!
//! The rule (weights 9 to 1, remainder of 101) holds for numbers above 001-001-998 only: smaller ones were given out
//! before it, and have no check digits.

use crate::records::problem::{Code, Fault};

/// The greatest number without check digits.
const WITHOUT_CHECK: u32 = 1_001_998;

/// What is wrong with a СНИЛС.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SnilsFault {
    /// Not eleven digits.
    Length,
    /// The check digits do not fit.
    Check,
}

/// The eleven digits of a СНИЛС, written with or without spaces and hyphens.
///
/// # Errors
/// It has another number of digits, other characters, or wrong check digits.
pub fn check_snils(text: &str) -> Result<String, SnilsFault> {
    let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '\u{a0}' | '–')).collect();
    if digits.len() != 11 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(SnilsFault::Length);
    }
    let (number, check) = digits.split_at(9);
    let (number_value, check) = (number.parse::<u32>(), check.parse::<u32>());
    match (number_value, check) {
        (Ok(0) | Err(_), _) | (_, Err(_)) => Err(SnilsFault::Check),
        (Ok(value), Ok(check)) if value > WITHOUT_CHECK && check != check_digits(number) => {
            Err(SnilsFault::Check)
        }
        _ => Ok(digits),
    }
}

fn check_digits(number: &str) -> u32 {
    let sum: u32 =
        number.bytes().zip((1..=9).rev()).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    sum % 101 % 100
}

pub(super) fn read(text: &str) -> Result<String, Fault> {
    check_snils(text).map_err(|fault| match fault {
        SnilsFault::Length => Fault::new(Code::SnilsLength),
        SnilsFault::Check => Fault::new(Code::SnilsCheck),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_official_rule_and_its_threshold() {
        let cases = [
            ("112-233-445 95", Ok("11223344595")),
            ("11223344595", Ok("11223344595")),
            ("112-233-445 96", Err(SnilsFault::Check)),
            // Sum 100 and sum 101: both give 00.
            ("920-000-100 00", Ok("92000010000")),
            ("920-000-101 00", Ok("92000010100")),
            ("920-000-100 01", Err(SnilsFault::Check)),
            // Up to the threshold there are no check digits, above it there are.
            ("000-000-600 06", Ok("00000060006")),
            ("001-001-998 99", Ok("00100199899")),
            ("001-001-999 99", Err(SnilsFault::Check)),
            ("000-000-000 00", Err(SnilsFault::Check)),
            ("112-233-445", Err(SnilsFault::Length)),
            ("112-233-445 951", Err(SnilsFault::Length)),
            ("11223344S95", Err(SnilsFault::Length)),
            ("١١٢٢٣٣٤٤٥٩٥", Err(SnilsFault::Length)),
        ];
        for (text, expected) in cases {
            assert_eq!(check_snils(text), expected.map(str::to_owned), "{text}");
        }
    }

    #[test]
    fn sums_of_100_and_101_and_a_remainder_of_100() {
        let sum = |number: &str| {
            number.bytes().zip((1..=9).rev()).map(|(d, w)| u32::from(d - b'0') * w).sum::<u32>()
        };
        let find = |wanted: u32| {
            (2_000_000..)
                .map(|n: u32| format!("{n:09}"))
                .find(|number| sum(number) == wanted)
                .unwrap_or_default()
        };
        for wanted in [100, 101, 201, 202] {
            assert_eq!(check_digits(&find(wanted)), 0, "{wanted}");
        }
        assert_eq!(check_digits(&find(99)), 99);
        assert_eq!(check_digits(&find(102)), 1);
    }
}
