//! The mark at the end of a chat's title: by it, and by nothing else, a chat is known to be a journal's.
//!
//! A creation whose answer was lost leaves a chat that only its title tells of, and titles are equal where two groups of
//! a class have one subject. The mark is made of the host's keyed hash of the journal's id, so nobody outside can work
//! it out, and no two schools share one.

/// No letters that are taken for others.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 6;
/// Between the parts of a title.
pub const BETWEEN: &str = " · ";

/// The mark of a keyed hash in hexadecimal digits.
pub fn of(hash: &str) -> String {
    let bits = number(hash, 8);
    (0..LENGTH).map(|place| char::from(ALPHABET[(bits >> (5 * place)) as usize % ALPHABET.len()])).collect()
}

/// The first digits of a keyed hash as a number; at most 15 of them.
pub fn number(hash: &str, digits: usize) -> u64 {
    u64::from_str_radix(hash.get(..digits).unwrap_or_default(), 16).unwrap_or_default()
}

/// A title in its parts: what people read, and its mark.
pub fn split(title: &str) -> (&str, Option<&str>) {
    match title.trim().rsplit_once(BETWEEN) {
        Some((words, mark)) if is_mark(mark) => (words, Some(mark)),
        _ => (title.trim(), None),
    }
}

fn is_mark(text: &str) -> bool {
    text.len() == LENGTH && text.bytes().all(|letter| ALPHABET.contains(&letter))
}

/// Is a chat with this title another journal's for certain? One without a mark may have been renamed by people.
pub fn is_anothers(title: &str, mark: &str) -> bool {
    split(title).1.is_some_and(|there| there != mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_has_six_letters_and_is_found_again() {
        let mark = of("0123456789abcdef");
        assert_eq!(mark.len(), 6);
        assert_eq!(split(&format!("Алгебра · 5-А · 2026/27 · {mark}")).1, Some(mark.as_str()));
        assert_ne!(of("0123456789abcdef"), of("f123456789abcdef"));
    }

    #[test]
    fn titles_of_people_have_no_mark() {
        for title in
            ["Алгебра 5А", "Алгебра · 5-А", "Алгебра · K7QD2", "Алгебра · k7qd2m", "Алгебра · ФИЗИКА", ""]
        {
            assert_eq!(split(title), (title, None), "{title}");
            assert!(!is_anothers(title, "K7QD2M"));
        }
        assert_eq!(split("Алгебра · K7QD2M"), ("Алгебра", Some("K7QD2M")));
        assert!(is_anothers("Алгебра · K7QD2M", "AAAAAA"));
        assert!(!is_anothers("Алгебра · K7QD2M", "K7QD2M"));
    }
}
