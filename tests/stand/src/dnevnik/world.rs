//! Everything that is kept over a restart, and the numbering of new records.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::id::Id;
use super::model::{
    Account, Attempts, Client, Code, EduGroup, GroupMembership, Link, Membership, Organization, Person, Relation,
    Remembered, Role, Status, Token,
};
use super::settings::Settings;
use super::table::{Stored, Table};
use crate::serving::clock::Millis;
use crate::serving::saved;

/// Where numbering of each kind begins. Users, persons and schools have 13 digits, classes more than a double holds.
const FIRST_PERSON: u64 = 1_000_100_000_001;
const FIRST_USER: u64 = 1_000_200_000_001;
const FIRST_GROUP: u64 = 2_260_000_000_000_000_001;
const FIRST_MEMBERSHIP: u64 = 3_000_000_000_001;
const FIRST_GROUP_MEMBERSHIP: u64 = 3_100_000_000_001;
const FIRST_RELATION: u64 = 3_200_000_000_001;
const FIRST_LINK: u64 = 3_300_000_000_001;

const FILE: &str = "dnevnik.json";

#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct World {
    pub(crate) settings: Settings,
    pub(crate) organizations: Table<Organization>,
    pub(crate) persons: Table<Person>,
    pub(crate) groups: Table<EduGroup>,
    pub(crate) memberships: Table<Membership>,
    pub(crate) group_memberships: Table<GroupMembership>,
    pub(crate) relations: Table<Relation>,
    #[serde(default)]
    pub(crate) links: Table<Link>,
    /// By login.
    pub(crate) accounts: BTreeMap<String, Account>,
    /// Wrong passwords by login.
    #[serde(default)]
    pub(crate) attempts: BTreeMap<String, Attempts>,
    /// By id without dashes, in lower case.
    pub(crate) clients: BTreeMap<String, Client>,
    /// By access token.
    pub(crate) tokens: BTreeMap<String, Token>,
    pub(crate) codes: BTreeMap<String, Code>,
    /// Cookie → person signed in.
    pub(crate) sessions: BTreeMap<String, Id>,
    /// Pairs of client and person that agreed before.
    pub(crate) consents: BTreeSet<(String, Id)>,
    pub(crate) remembered: Vec<Remembered>,
    numbers: Numbers,
}

/// How many of each kind were numbered so far; a number is never given twice.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Numbers {
    person: u64,
    user: u64,
    group: u64,
    membership: u64,
    group_membership: u64,
    relation: u64,
    #[serde(default)]
    link: u64,
}

/// The next number of `table`'s kind that no seeded record has taken.
fn fresh<T: Stored>(table: &Table<T>, first: u64, given: &mut u64) -> Id {
    loop {
        let id = Id(first + *given);
        *given += 1;
        if !table.contains(id) {
            return id;
        }
    }
}

impl World {
    pub(crate) fn new_person(&mut self) -> Id {
        fresh(&self.persons, FIRST_PERSON, &mut self.numbers.person)
    }
    pub(crate) fn new_group(&mut self) -> Id {
        fresh(&self.groups, FIRST_GROUP, &mut self.numbers.group)
    }
    pub(crate) fn new_membership(&mut self) -> Id {
        fresh(&self.memberships, FIRST_MEMBERSHIP, &mut self.numbers.membership)
    }
    pub(crate) fn new_group_membership(&mut self) -> Id {
        fresh(&self.group_memberships, FIRST_GROUP_MEMBERSHIP, &mut self.numbers.group_membership)
    }
    pub(crate) fn new_relation(&mut self) -> Id {
        fresh(&self.relations, FIRST_RELATION, &mut self.numbers.relation)
    }
    pub(crate) fn new_link(&mut self) -> Id {
        fresh(&self.links, FIRST_LINK, &mut self.numbers.link)
    }
    pub(crate) fn new_user(&mut self) -> Id {
        loop {
            let id = Id(FIRST_USER + self.numbers.user);
            self.numbers.user += 1;
            if self.persons.of(id).next().is_none() {
                return id;
            }
        }
    }

    /// A state without records, under the same settings.
    pub(crate) fn emptied(&self) -> World {
        World { settings: self.settings.clone(), ..World::default() }
    }

    /// Takes over the numbering of a copy that will be thrown away, so that numbers it gave stay unused.
    pub(crate) fn skip_numbers_of(&mut self, copy: &World) {
        self.numbers = copy.numbers.clone();
    }

    pub(crate) fn is_admin(&self, person: Id, school: Id) -> bool {
        self.memberships.of(person).any(|membership| {
            membership.school == school
                && membership.role == Role::EduSchoolAdministrator
                && membership.status == Status::Active
        })
    }

    /// Withdraws the administrator's role of `person` in `school`, or everywhere.
    pub(crate) fn withdraw_rights(&mut self, person: Id, school: Option<Id>) {
        let meant = |membership: &&Membership| {
            school.is_none_or(|school| membership.school == school)
                && membership.role == Role::EduSchoolAdministrator
        };
        let roles: Vec<Id> = self.memberships.of(person).filter(meant).map(|role| role.id).collect();
        for role in roles {
            self.memberships.change(role, |role| role.status = Status::Archive);
        }
    }

    /// Forgets what has run out; called before each save, so the file does not grow with time alone.
    pub(crate) fn forget_expired(&mut self, now: Millis) {
        let window = self.settings.idempotency_window_ms;
        self.codes.retain(|_, code| code.expires > now);
        self.remembered.retain(|answer| answer.at + window > now);
    }

    /// The state saved in `folder`; an empty one where nothing was saved.
    pub(crate) fn load(folder: &Path) -> io::Result<World> {
        saved::load(folder, FILE)
    }

    pub(crate) fn save(&self, folder: &Path) -> io::Result<()> {
        saved::save(self, folder, FILE)
    }
}
