//! What a turn leaves for the next: the host keeps it, in memory only.

use serde::{Deserialize, Serialize};

use crate::age::Day;
use crate::diary::Found;
use crate::level::Shown;
use crate::matching::{Profile, Role};
use crate::portal::Seen;
use crate::snils::Snils;
use exchange_sdk::names::FullName;

/// What a turn leaves for the next.
#[derive(Serialize, Deserialize)]
#[serde(tag = "after", rename_all = "kebab-case")]
pub(super) enum State {
    /// The ways were offered.
    Ways,
    /// The diary's login and password were asked first (way B).
    Diary,
    /// Linking or skipping was offered to whoever signed in at the diary.
    Offer { account: Found },
    /// The way to Госуслуги was shown; with the account, if its password was given before.
    Portal { account: Option<Found> },
    /// Nobody was found: login and password of the diary were asked.
    Password { seen: SeenState },
    /// The link is being made.
    Link { role: RoleState },
}

/// A person of Госуслуги between two turns.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct SeenState {
    oid: String,
    name: [String; 3],
    born: Option<String>,
    snils: Option<String>,
    trusted: bool,
    child: bool,
    document: bool,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum RoleState {
    Pupil,
    Guardian,
    Staff,
}

impl SeenState {
    pub(super) fn of(seen: &Seen) -> Self {
        let Profile { name, born, snils, shown } = &seen.profile;
        Self {
            oid: seen.oid.clone(),
            name: name.parts().map(str::to_owned),
            born: born.map(|day| day.to_string()),
            snils: snils.digits().map(str::to_owned),
            trusted: shown.trusted,
            child: shown.child,
            document: shown.document,
        }
    }

    pub(super) fn back(self) -> Seen {
        let [last, first, middle] = &self.name;
        let snils = Snils::of(self.snils.as_deref());
        let known = matches!(snils, Snils::Digits(_));
        let shown = Shown { trusted: self.trusted, child: self.child, snils: known, document: self.document };
        let born = self.born.as_deref().and_then(Day::of);
        Seen {
            profile: Profile { name: FullName::new(last, first, middle), born, snils, shown },
            oid: self.oid,
        }
    }
}

impl From<Role> for RoleState {
    fn from(role: Role) -> Self {
        match role {
            Role::Pupil => Self::Pupil,
            Role::Guardian => Self::Guardian,
            Role::Staff => Self::Staff,
        }
    }
}
