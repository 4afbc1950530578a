//! СНИЛС of invented people: right by their check digits, from numbers that nobody has been given.

/// Numbers from here on are far beyond those ever issued.
const FIRST: u32 = 900_100_001;
/// A step that moves several digits at once, so that neighbours do not differ by the last one only.
const STEP: u32 = 137;
/// Schools lie between one another's numbers, and beyond each so many …
const EACH: u32 = 5_000;
/// … so many times until the nine digits are used up.
const BLOCKS: u64 = 140;
/// Numbers below the threshold that a school has.
const EACH_OLD: u32 = 100;
/// Up to this number check digits are not checked.
const THRESHOLD: u32 = 1_001_998;

/// Deals numbers out, none twice; nor do the first 19,000 schools share one, if each has no more than 5,000 people.
pub(crate) struct Numbers {
    next: u32,
    next_old: u32,
}

impl Numbers {
    /// Those of the school with this seed.
    pub(crate) fn of(seed: u64) -> Self {
        let school = seed.wrapping_sub(1);
        let within = |count: u64, most: u64| u32::try_from(count % most).unwrap_or_default();
        let (between, block) = (within(school, STEP.into()), within(school / u64::from(STEP), BLOCKS));
        let next_old = 901 + within(school, 10_000) * EACH_OLD;
        Self { next: FIRST + between + block * EACH * STEP, next_old }
    }

    /// The next number with its check digits: eleven digits.
    pub(crate) fn deal(&mut self) -> String {
        let number = self.next;
        self.next += STEP;
        format!("{number:09}{:02}", check_digits(number))
    }

    /// A number below the threshold whose check digits would be wrong above it.
    pub(crate) fn deal_old(&mut self) -> String {
        let number = self.next_old;
        self.next_old += 1;
        format!("{number:09}{:02}", (check_digits(number) + 50) % 100)
    }
}

/// The two check digits of a nine-digit number.
fn check_digits(number: u32) -> u32 {
    let digits = format!("{number:09}");
    let sum: u32 =
        digits.bytes().zip((1..=9).rev()).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    match sum % 101 {
        100 => 0,
        rest => rest,
    }
}

/// Does `digits` follow the official rule? Eleven digits; the last two are checked above 001-001-998 only.
pub fn is_valid(digits: &str) -> bool {
    if digits.len() != 11 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let (Ok(number), Ok(check)) = (digits[..9].parse::<u32>(), digits[9..].parse::<u32>()) else {
        return false;
    };
    number <= THRESHOLD || check_digits(number) == check
}

/// As people write it: `900-100-001 23`.
pub fn written(digits: &str) -> String {
    format!("{}-{}-{} {}", &digits[..3], &digits[3..6], &digits[6..9], &digits[9..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_schools_share_a_number() {
        let mut all = std::collections::BTreeSet::new();
        for seed in [1, 2, 137, 138, 139, 4_000, 19_000] {
            let mut numbers = Numbers::of(seed);
            assert!((0..5_000).all(|_| all.insert(numbers.deal())), "seed {seed}");
            assert!((0..100).all(|_| all.insert(numbers.deal_old())), "seed {seed}");
        }
        assert!(all.iter().all(|number| is_valid(number)), "all are right");
    }

    #[test]
    fn the_official_rule() {
        let cases = [
            ("11223344595", true),
            ("11223344596", false),
            ("08765430300", true), // the sum is 101: 00
            ("00000060006", true), // below the threshold nothing is checked
            ("00100199877", true),
            ("00100199977", false),
            ("1122334459", false),
            ("112-2334595", false),
        ];
        for (digits, valid) in cases {
            assert_eq!(is_valid(digits), valid, "{digits}");
        }
    }

    #[test]
    fn dealt_numbers_are_valid_and_differ() {
        let mut numbers = Numbers::of(1);
        let dealt: Vec<String> = (0..5_000).map(|_| numbers.deal()).collect();
        assert!(dealt.iter().all(|digits| is_valid(digits) && digits.starts_with('9')));
        assert_eq!(dealt.iter().collect::<std::collections::BTreeSet<_>>().len(), dealt.len());
    }

    #[test]
    fn old_numbers_hold_only_by_the_threshold() {
        let old = Numbers::of(1).deal_old();
        assert!(is_valid(&old));
        assert_ne!(format!("{:02}", check_digits(901)), old[9..]);
    }

    #[test]
    fn people_write_it_in_groups() {
        assert_eq!(written("11223344595"), "112-233-445 95");
    }
}
