//! How far an account at ЕСИА is proved to be its person's.
//!
//! ЕСИА's answers tell *confirmed*, and *a child's account*; simplified and standard look alike in them. So we follow the
//! substitute rule: a person with a СНИЛС and a verified identity document is *standard*, as an account becomes by checking
//! these two; a child's account was made by a confirmed parent, and counts as confirmed while the child is under fourteen.

use serde::Deserialize;

use crate::age::OWN_ACCOUNT;

/// A level; the higher, the later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// «Упрощённая».
    Simplified,
    /// «Стандартная».
    Standard,
    /// «Подтверждённая».
    Confirmed,
}

/// What ЕСИА shows of an account's level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// `trusted` of the person, `is_tru` or the level `PR` of the token.
    pub trusted: bool,
    /// The level `KD` of the token: a child's account, made by a parent.
    pub child: bool,
    /// There is a СНИЛС.
    pub snils: bool,
    /// There is an identity document with the mark `VERIFIED`.
    pub document: bool,
}

impl Shown {
    /// The level of somebody of this age; an unknown age counts as grown up.
    pub fn level(self, age: Option<u16>) -> Level {
        let child = self.child && age.is_some_and(|age| age < OWN_ACCOUNT);
        if self.trusted || child {
            Level::Confirmed
        } else if self.snils && self.document {
            Level::Standard
        } else {
            Level::Simplified
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e6_levels_by_what_is_shown() {
        let nothing = Shown::default();
        let trusted = Shown { trusted: true, ..nothing };
        let child = Shown { child: true, snils: true, ..nothing };
        let proved = Shown { snils: true, document: true, ..nothing };
        for (shown, age, level) in [
            (nothing, Some(40), Level::Simplified),
            (trusted, Some(40), Level::Confirmed),
            (trusted, None, Level::Confirmed),
            (proved, Some(15), Level::Standard),
            (Shown { document: false, ..proved }, Some(15), Level::Simplified),
            (Shown { snils: false, ..proved }, Some(15), Level::Simplified),
            (child, Some(12), Level::Confirmed),
            (child, Some(14), Level::Simplified),
            (child, None, Level::Simplified),
        ] {
            assert_eq!(shown.level(age), level, "{shown:?} {age:?}");
        }
        assert!(Level::Simplified < Level::Standard && Level::Standard < Level::Confirmed);
    }
}
