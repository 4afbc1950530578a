//! People who sign in in a browser: what each may see and do. Nothing else decides it.

use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::SchoolId;

/// Characters of a login at most.
const LONGEST_LOGIN: usize = 64;

/// What somebody is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Sees all schools.
    RegionAdministrator,
    /// Does everything at one school.
    SchoolAdministrator,
    /// Looks at one school.
    SchoolViewer,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::RegionAdministrator, Self::SchoolAdministrator, Self::SchoolViewer];

    /// As it is written: on the command line, in the store, in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::RegionAdministrator => "region-administrator",
            Self::SchoolAdministrator => "school-administrator",
            Self::SchoolViewer => "school-viewer",
        }
    }

    /// By that name.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Is it about one school?
    pub fn is_of_school(self) -> bool {
        self != Self::RegionAdministrator
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Who somebody is, once they have signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Account {
    /// 1, 2, 3 … within the host; never given twice.
    #[serde(skip)]
    pub number: u64,
    /// What they type to sign in, in one form ([`login`]).
    pub login: String,
    /// What they are there for.
    pub role: Role,
    /// Their school; `None` where the role is about all.
    pub school: Option<SchoolId>,
}

impl Account {
    /// May they see this school and what belongs to it?
    pub fn sees(&self, school: &SchoolId) -> bool {
        match self.role {
            Role::RegionAdministrator => true,
            Role::SchoolAdministrator | Role::SchoolViewer => self.school.as_ref() == Some(school),
        }
    }

    /// May they change something there?
    pub fn acts(&self, school: &SchoolId) -> bool {
        self.role != Role::SchoolViewer && self.sees(school)
    }
}

/// A login in the one form in which it is kept and compared; `None`: it cannot be one.
pub fn login(text: &str) -> Option<String> {
    let login: String = text.trim().nfkc().flat_map(char::to_lowercase).collect();
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '@');
    let length = login.chars().count();
    ((2..=LONGEST_LOGIN).contains(&length) && login.chars().all(fits)).then_some(login)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(role: Role, school: Option<&str>) -> Account {
        Account { number: 1, login: "olga".into(), role, school: school.map(SchoolId::from) }
    }

    #[test]
    fn everybody_sees_their_own_and_viewers_change_nothing() {
        let (own, other) = (SchoolId::from("a"), SchoolId::from("b"));
        let may = |account: &Account| {
            [account.sees(&own), account.sees(&other), account.acts(&own), account.acts(&other)]
        };
        assert_eq!(may(&account(Role::RegionAdministrator, None)), [true; 4]);
        assert_eq!(may(&account(Role::SchoolAdministrator, Some("a"))), [true, false, true, false]);
        assert_eq!(may(&account(Role::SchoolViewer, Some("a"))), [true, false, false, false]);
        assert_eq!(may(&account(Role::SchoolViewer, None)), [false; 4], "of no school sees none");
    }

    #[test]
    fn a_login_has_one_form() {
        assert_eq!(login(" Olga.P@School57 ").as_deref(), Some("olga.p@school57"));
        assert_eq!(login("ОЛЬГА"), login("ольга"));
        for bad in ["", "a", "two words", "a\u{202e}b", "<b>", &"x".repeat(65)] {
            assert_eq!(login(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn roles_are_known_by_their_names() {
        for role in Role::ALL {
            assert_eq!(Role::by_name(role.name()), Some(role));
        }
        assert_eq!(Role::by_name("administrator"), None);
    }
}
