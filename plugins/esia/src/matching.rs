//! Does this ЕСИА account go with that diary account, and if not, what is in the way (E5, E6, E8)?
//!
//! Pure: two people as the systems show them, the rules of the region, the day. Only what explains the mismatch best is
//! said, in the order in which a person would mend it: somebody else's account before a wrong letter in a name, names
//! before numbers, the level last.

use crate::age::{Day, OWN_ACCOUNT};
use crate::level::{Level, Shown};
use crate::settings::Rules;
use crate::snils::Snils;
use exchange_sdk::names::{FullName, Likeness};

/// From this age on somebody can be a parent: nobody younger signs in for a child.
const GROWN_UP: u16 = 18;

/// Whose account at the diary it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A pupil.
    Pupil,
    /// A parent or other representative.
    Guardian,
    /// An employee.
    Staff,
}

/// An account at the diary.
#[derive(Clone)]
pub struct Account {
    /// Whose.
    pub role: Role,
    /// The name there.
    pub name: FullName,
    /// When they were born, if it is shown.
    pub born: Option<Day>,
    /// Their СНИЛС.
    pub snils: Snils,
}

/// A person as ЕСИА shows them. Lives for one dialogue, and in memory only.
#[derive(Clone)]
pub struct Profile {
    /// The name there.
    pub name: FullName,
    /// When they were born, if it is shown.
    pub born: Option<Day>,
    /// Their СНИЛС.
    pub snils: Snils,
    /// What tells the level.
    pub shown: Shown,
}

/// What is in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// A grown-up came for a pupil's account: a parent with the own ЕСИА account.
    ParentForChild,
    /// A child came for a grown-up's account.
    ChildForParent,
    /// The names are not equal, and how.
    Names(Likeness),
    /// The СНИЛС of the diary is none.
    SnilsWrong,
    /// Both have a СНИЛС, and not the same.
    SnilsDiffers,
    /// The account has to be of this level, and is not.
    Level {
        /// What it has to be.
        needed: Level,
    },
}

/// May these two be linked?
///
/// # Errors
/// What is in the way.
pub fn fits(profile: &Profile, account: &Account, rules: &Rules, today: Day) -> Result<(), Obstacle> {
    let age = profile.born.or(account.born).map(|born| born.years_until(today));
    let likeness = profile.name.likeness(&account.name, rules.yo_is_e);
    if likeness != Likeness::Same {
        return Err(somebody_else(profile, account, today).unwrap_or(Obstacle::Names(likeness)));
    }
    match (&profile.snils, &account.snils) {
        (_, Snils::Wrong) => return Err(Obstacle::SnilsWrong),
        (Snils::Digits(theirs), Snils::Digits(ours)) if theirs != ours => {
            // Namesakes in one family: the numbers tell them apart, and their ages say who came.
            return Err(somebody_else(profile, account, today).unwrap_or(Obstacle::SnilsDiffers));
        }
        _ => {}
    }
    let needed = if age.is_some_and(|age| age < OWN_ACCOUNT) { rules.under_14 } else { rules.from_14 };
    match profile.shown.level(age) < needed {
        true => Err(Obstacle::Level { needed }),
        false => Ok(()),
    }
}

/// A parent for a child, or a child for a parent.
fn somebody_else(profile: &Profile, account: &Account, today: Day) -> Option<Obstacle> {
    let grown_up = |born: Option<Day>| born.map(|born| born.years_until(today) >= GROWN_UP);
    let child = profile.shown.child || grown_up(profile.born) == Some(false);
    match account.role {
        // A pupil may be of age; one who is not cannot have this account.
        Role::Pupil if grown_up(profile.born) == Some(true) && grown_up(account.born) != Some(true) => {
            Some(Obstacle::ParentForChild)
        }
        Role::Guardian | Role::Staff if child => Some(Obstacle::ChildForParent),
        _ => None,
    }
}

/// How an account comes to be linked (E8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// By itself, when the person signs in through ЕСИА for the first time.
    ByItself,
    /// By hand, because the person is under fourteen.
    ByHandChild,
    /// By hand, because the diary knows no СНИЛС that could be compared.
    ByHandNoSnils,
}

/// The way of somebody with this birth date and СНИЛС at the diary. An unknown birth date of a pupil counts as a child's.
pub fn way(role: Role, born: Option<Day>, snils: &Snils, today: Day) -> Way {
    let child = match born {
        Some(born) => born.years_until(today) < OWN_ACCOUNT,
        None => role == Role::Pupil,
    };
    match snils {
        _ if child => Way::ByHandChild,
        Snils::Digits(_) => Way::ByItself,
        Snils::None | Snils::Wrong => Way::ByHandNoSnils,
    }
}

#[cfg(test)]
mod tests;
