//! Passwords: which are taken, and how they are kept.
//!
//! As NIST SP 800-63B has it: a length, no rules on which characters there have to be, and no password that everybody
//! guesses first. Kept are Argon2id hashes with the parameters that OWASP recommends (19 MiB, two passes).

use std::collections::HashSet;
use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use unicode_normalization::UnicodeNormalization;

use crate::error::{Error, Result};

/// Characters of a password at least: beside a second factor the standard asks for eight.
pub const SHORTEST: usize = 10;

/// Characters of a password at most: whoever types more wants to keep us busy.
pub const LONGEST: usize = 200;

/// Bytes of a salt.
const SALT: usize = 16;

/// Words that passwords are made of too often, without what is put before and behind them.
static WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| include_str!("common.txt").lines().collect());

/// Characters that follow one another on a keyboard or in an alphabet.
const ROWS: [&str; 9] = [
    "1234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "йцукенгшщзхъ",
    "фывапролджэ",
    "ячсмитьбю",
    "abcdefghijklmnopqrstuvwxyz",
    "абвгдежзийклмнопрстуфхцчшщъыьэюя",
];

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weak {
    /// Fewer than [`SHORTEST`] characters.
    Short,
    /// More than [`LONGEST`] characters.
    Long,
    /// Among the first that anybody tries.
    Common,
    /// Made of the login.
    Login,
}

/// Is it taken from whoever has this login?
///
/// # Errors
/// What is in the way.
pub(super) fn judge(password: &str, login: &str) -> std::result::Result<(), Weak> {
    let plain = normal(password).to_lowercase();
    match plain.chars().count() {
        length if length < SHORTEST => Err(Weak::Short),
        length if length > LONGEST => Err(Weak::Long),
        _ if is_made_of(&plain, login) => Err(Weak::Login),
        _ if is_common(&plain) => Err(Weak::Common),
        _ => Ok(()),
    }
}

/// The form in which keyboards that differ type the same password.
fn normal(password: &str) -> String {
    password.nfkc().collect()
}

/// Without the login less than half of a password is left.
fn is_made_of(plain: &str, login: &str) -> bool {
    let name = login.split('@').next().unwrap_or_default();
    let left = plain.replace(name, "").chars().count();
    name.chars().count() >= 3 && left < SHORTEST / 2
}

fn is_common(plain: &str) -> bool {
    let bare = plain.trim_matches(|c: char| !c.is_alphabetic());
    let word: String = bare.chars().map(meant).collect();
    WORDS.contains(word.as_str()) || is_few(plain) || is_row(plain)
}

/// The letter for which a sign often stands.
fn meant(sign: char) -> char {
    match sign {
        '0' => 'o',
        '1' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        'ё' => 'е',
        other => other,
    }
}

/// A few characters over and over.
fn is_few(plain: &str) -> bool {
    plain.chars().collect::<HashSet<_>>().len() <= 3
}

/// Most characters are the neighbours of those before them.
fn is_row(plain: &str) -> bool {
    let signs: Vec<char> = plain.chars().collect();
    let near = |one: char, other: char| {
        let at = |row: &str, sign| row.chars().position(|c| c == sign);
        one == other
            || ROWS
                .iter()
                .any(|row| at(row, one).zip(at(row, other)).is_some_and(|(a, b)| a.abs_diff(b) == 1))
    };
    let pairs = signs.windows(2).filter(|pair| near(pair[0], pair[1])).count();
    // Two keyboards' rows taken by turns are a row as well: 1q2w3e4r5t.
    let turns = signs.windows(3).filter(|three| near(three[0], three[2])).count();
    let most = |count: usize| count * 4 >= signs.len().saturating_sub(2) * 3;
    most(pairs) || most(turns)
}

/// A password as it is kept.
pub(super) fn hash(password: &str) -> Result<String> {
    let mut salt = [0; SALT];
    getrandom::fill(&mut salt).map_err(|error| Error::failed(format!("no randomness: {error}")))?;
    let hash = Argon2::default().hash_password_with_salt(normal(password).as_bytes(), &salt);
    hash.map(|hash| hash.to_string())
        .map_err(|error| Error::internal("a password cannot be hashed").because(error.to_string()))
}

/// Is it the password of which this was kept?
pub(super) fn is(password: &str, kept: &str) -> bool {
    let parsed = PasswordHash::new(kept);
    parsed.is_ok_and(|kept| Argon2::default().verify_password(normal(password).as_bytes(), &kept).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_counts_and_composition_does_not() {
        assert_eq!(judge("короткий", "olga"), Err(Weak::Short));
        assert_eq!(judge("девятка 9", "olga"), Err(Weak::Short));
        assert_eq!(judge(&"длинный ".repeat(26), "olga"), Err(Weak::Long));
        for good in
            ["лошадь скрепка батарея", "правильно ёж", "x9fh2kqmzw", "три белых слона", "Kzk8-vbrp4-wd"]
        {
            assert_eq!(judge(good, "olga"), Ok(()), "{good}");
        }
    }

    #[test]
    fn what_everybody_tries_first_is_refused() {
        let bad = [
            "1234567890",
            "0987654321",
            "qwertyuiop",
            "1q2w3e4r5t",
            "1q2w3e4r5t6y",
            "йцукенгшщз",
            "password123",
            "P@ssw0rd2024!",
            "Пароль2026",
            "пароль-1234567",
            "admin123456",
            "Школа57-2026",
            "aaaaaaaaaa",
            "1212121212",
            "abcdefghij",
            "qwerty123456",
            "dnevnik2026!",
            "qwertyqwerty",
            "zxcvbnm,./",
        ];
        for bad in bad {
            assert_eq!(judge(bad, "olga"), Err(Weak::Common), "{bad}");
        }
        assert_eq!(judge("olga.petrova1", "olga.petrova@school57"), Err(Weak::Login));
        assert_eq!(judge("olga.petrova и её кот", "olga.petrova@school57"), Ok(()));
    }

    #[test]
    fn only_the_password_opens_what_was_kept_of_it() {
        let kept = hash("лошадь скрепка батарея").unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(is("лошадь скрепка батарея", &kept) && !is("лошадь скрепка батареЯ", &kept));
        assert_ne!(kept, hash("лошадь скрепка батарея").unwrap(), "salted");
        let (composed, decomposed) = ("тёплый йогурт", "те\u{308}плый и\u{306}огурт");
        assert!(is(decomposed, &hash(composed).unwrap()), "typed on another keyboard");
        assert!(!is("x", "no hash"));
    }
}
