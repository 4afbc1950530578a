//! Checks on values: what a school's data may look like.

use jiff::civil::Date;

/// СНИЛС: eleven digits, the last two a checksum of the first nine.
///
/// Numbers up to 001-001-998 were issued before there was a checksum and are taken as they are.
pub(super) fn is_snils(text: &str) -> bool {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
    let shaped = text.chars().all(|c| c.is_ascii_digit() || c == '-' || c == ' ');
    if digits.len() != 11 || !shaped {
        return false;
    }
    let number = |part: &[u32]| part.iter().fold(0, |sum, digit| sum * 10 + digit);
    let (body, sum) = (&digits[..9], number(&digits[9..]));
    number(body) <= 1_001_998 || sum == checksum(body)
}

fn checksum(body: &[u32]) -> u32 {
    let sum: u32 = body.iter().zip((1..=9).rev()).map(|(digit, weight)| digit * weight).sum();
    match sum % 101 {
        100 => 0,
        rest => rest,
    }
}

/// A birthday lies between 1900 and today.
pub(super) fn is_birthday(day: Date, today: Date) -> bool {
    (1900..).contains(&day.year()) && day <= today
}

#[cfg(test)]
mod tests {
    use super::is_snils;

    #[test]
    fn snils_follow_the_official_rule() {
        let cases = [
            ("112-233-445 95", true),
            ("11223344595", true),
            ("112-233-445 96", false),
            ("087-654-303 00", true), // the sum is 101: 00
            ("000-000-600 06", true), // below the threshold nothing is checked
            ("001-001-998 77", true),
            ("001-001-999 77", false),
            ("112-233-445 9", false),
            ("112.233.445.95", false),
        ];
        for (text, expected) in cases {
            assert_eq!(is_snils(text), expected, "{text}");
        }
    }
}
