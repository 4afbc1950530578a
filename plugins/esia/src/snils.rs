//! СНИЛС as two systems have them: with or without hyphens, missing, or mistyped.

/// The greatest number without check digits: smaller ones were given out before the rule.
const WITHOUT_CHECK: u32 = 1_001_998;

/// A СНИЛС of one side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Snils {
    /// There is none.
    None,
    /// What is there cannot be one.
    Wrong,
    /// Eleven digits.
    Digits(String),
}

impl Snils {
    /// As written, with or without spaces and hyphens.
    pub fn of(text: Option<&str>) -> Self {
        let digits: String =
            text.unwrap_or_default().chars().filter(|c| !matches!(c, ' ' | '-' | '\u{a0}' | '–')).collect();
        match digits.as_str() {
            "" => Self::None,
            digits if is_right(digits) => Self::Digits(digits.to_owned()),
            _ => Self::Wrong,
        }
    }
}

impl Snils {
    /// The eleven digits.
    pub fn digits(&self) -> Option<&str> {
        match self {
            Self::Digits(digits) => Some(digits),
            Self::None | Self::Wrong => None,
        }
    }
}

/// Eleven digits; above the threshold the last two are computed from the others.
fn is_right(digits: &str) -> bool {
    if digits.len() != 11 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let (number, check) = digits.split_at(9);
    let sum: u32 =
        number.bytes().zip((1..=9).rev()).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    match number.parse::<u32>() {
        Ok(0) | Err(_) => false,
        Ok(number) if number <= WITHOUT_CHECK => true,
        Ok(_) => check.parse() == Ok(sum % 101 % 100),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e5_snils_table() {
        let digits = |text: &str| Snils::Digits(text.to_owned());
        for (text, is) in [
            ("112-233-445 95", digits("11223344595")),
            ("11223344595", digits("11223344595")),
            ("112-233-445 96", Snils::Wrong),
            // Sums of 100 and 101 give 00.
            ("920-000-100 00", digits("92000010000")),
            ("920-000-101 00", digits("92000010100")),
            // Up to the threshold anything goes.
            ("000-600-001 01", digits("00060000101")),
            ("001-001-998 99", digits("00100199899")),
            ("001-001-999 99", Snils::Wrong),
            ("000-000-000 00", Snils::Wrong),
            ("112-233-445", Snils::Wrong),
            ("112233445951", Snils::Wrong),
            ("1122334459x", Snils::Wrong),
            (" - ", Snils::None),
        ] {
            assert_eq!(Snils::of(Some(text)), is, "{text}");
        }
        assert_eq!(Snils::of(None), Snils::None);
    }
}
