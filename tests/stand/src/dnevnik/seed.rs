//! Filling the stand-in: organisations, people, what was made by hand there, OAuth clients.
//!
//! A record whose id is known replaces the one there; one without an id gets a new one.

use serde::Deserialize;

use super::id::Id;
use super::model::{
    Account, Client, EduGroup, GroupMembership, Membership, Organization, Person, Relation, Role, Sex, Status,
};
use super::world::World;

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub(crate) struct Seed {
    /// Throw away everything there was (settings stay).
    replace: bool,
    organizations: Vec<Organization>,
    administrators: Vec<Administrator>,
    persons: Vec<SeedPerson>,
    edu_groups: Vec<EduGroup>,
    memberships: Vec<SeedMembership>,
    edu_group_memberships: Vec<SeedGroupMembership>,
    relatives: Vec<SeedRelation>,
    accounts: Vec<Account>,
    clients: Vec<Client>,
}

/// Someone who signs in and has roles in organisations: person, account and memberships in one.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Administrator {
    login: String,
    password: String,
    person: Id,
    user: Id,
    last_name: String,
    first_name: String,
    #[serde(default)]
    middle_name: String,
    #[serde(default)]
    sex: Sex,
    organizations: Vec<RolesIn>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RolesIn {
    id: Id,
    /// None given: an administrator.
    #[serde(default = "administrator")]
    roles: Vec<Role>,
}

fn administrator() -> Vec<Role> {
    vec![Role::EduSchoolAdministrator]
}

/// A person; `active` gives one without `userId` an account number.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SeedPerson {
    id: Id,
    #[serde(default)]
    user_id: Option<Id>,
    #[serde(default)]
    active: bool,
    last_name: String,
    first_name: String,
    #[serde(default)]
    middle_name: String,
    #[serde(default)]
    sex: Sex,
    #[serde(default)]
    birthday: Option<jiff::civil::Date>,
    #[serde(default)]
    snils: Option<String>,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    phone: Option<String>,
    #[serde(default)]
    role: Option<Role>,
    #[serde(default)]
    school: Option<Id>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SeedMembership {
    id: Option<Id>,
    school: Id,
    person: Id,
    role: Role,
    start: Option<jiff::civil::Date>,
    #[serde(default)]
    status: Status,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SeedGroupMembership {
    id: Option<Id>,
    edu_group: Id,
    person: Id,
    start: Option<jiff::civil::Date>,
    #[serde(default)]
    status: Status,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SeedRelation {
    id: Option<Id>,
    child: Id,
    relative: Id,
    r#type: String,
}

impl Seed {
    pub(crate) fn sow(self, world: &mut World) {
        if self.replace {
            *world = world.emptied();
        }
        self.organizations.into_iter().for_each(|organization| world.organizations.put(organization));
        self.persons.into_iter().for_each(|person| person.sow(world));
        self.administrators.into_iter().for_each(|administrator| administrator.sow(world));
        self.edu_groups.into_iter().for_each(|group| world.groups.put(group));
        self.memberships.into_iter().for_each(|membership| membership.sow(world));
        self.edu_group_memberships.into_iter().for_each(|membership| membership.sow(world));
        self.relatives.into_iter().for_each(|relation| relation.sow(world));
        for account in self.accounts {
            world.accounts.insert(account.login.clone(), account);
        }
        for client in self.clients {
            world.clients.insert(client.id.replace('-', "").to_lowercase(), client);
        }
    }
}

impl SeedPerson {
    fn sow(self, world: &mut World) {
        let user_id = self.user_id.or_else(|| self.active.then(|| world.new_user()));
        let SeedPerson {
            id,
            last_name,
            first_name,
            middle_name,
            sex,
            birthday,
            snils,
            email,
            phone,
            role,
            school,
            ..
        } = self;
        world.persons.put(Person {
            id,
            user_id,
            last_name,
            first_name,
            middle_name,
            sex,
            birthday,
            snils,
            email,
            phone,
            role,
            school,
            hidden_until: None,
        });
    }
}

impl Administrator {
    fn sow(self, world: &mut World) {
        let person = SeedPerson {
            id: self.person,
            user_id: Some(self.user),
            active: true,
            last_name: self.last_name,
            first_name: self.first_name,
            middle_name: self.middle_name,
            sex: self.sex,
            birthday: None,
            snils: None,
            email: None,
            phone: None,
            role: None,
            school: None,
        };
        person.sow(world);
        for RolesIn { id: school, roles } in self.organizations {
            for role in roles {
                let membership = SeedMembership {
                    id: None,
                    school,
                    person: self.person,
                    role,
                    start: None,
                    status: Status::Active,
                };
                membership.sow(world);
            }
        }
        let Administrator { login, password, person, .. } = self;
        world.accounts.insert(login.clone(), Account { login, password, person });
    }
}

impl SeedMembership {
    fn sow(self, world: &mut World) {
        let id = self.id.unwrap_or_else(|| world.new_membership());
        let SeedMembership { school, person, role, start, status, .. } = self;
        world.memberships.put(Membership { id, school, person, role, start, status, hidden_until: None });
    }
}

impl SeedGroupMembership {
    fn sow(self, world: &mut World) {
        let id = self.id.unwrap_or_else(|| world.new_group_membership());
        let SeedGroupMembership { edu_group, person, start, status, .. } = self;
        world.group_memberships.put(GroupMembership {
            id,
            edu_group,
            person,
            start,
            status,
            hidden_until: None,
        });
    }
}

impl SeedRelation {
    fn sow(self, world: &mut World) {
        let id = self.id.unwrap_or_else(|| world.new_relation());
        let SeedRelation { child, relative, r#type: kind, .. } = self;
        world.relations.put(Relation { id, child, relative, kind, hidden_until: None });
    }
}
