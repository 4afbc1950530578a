//! Making things, item by item: each is stored or refused on its own.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::MOST_ITEMS;
use super::check::{is_birthday, is_snils};
use super::fields::{Fields, Read, Refusal};
use crate::serving::clock::{Clock, Millis};
use crate::dnevnik::error::{ApiError, Kind};
use crate::dnevnik::id::Id;
use crate::dnevnik::model::{
    EduGroup, GroupMembership, Link, Membership, Person, Relation, Role, Sex, Source, Status,
};
use crate::dnevnik::linking::concerns;
use crate::dnevnik::table::Key;
use crate::dnevnik::view::View;
use crate::dnevnik::world::World;

/// The collections that can be written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    EduGroups,
    Persons,
    Memberships,
    GroupMemberships,
    Relatives,
    Links,
}

impl What {
    pub(super) fn of_word(word: &str) -> Option<What> {
        Some(match word {
            "edu-groups" => What::EduGroups,
            "persons" => What::Persons,
            "memberships" => What::Memberships,
            "edu-group-memberships" => What::GroupMemberships,
            "relatives" => What::Relatives,
            "links" => What::Links,
            _ => return None,
        })
    }
}

/// The form of a whole request.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Body {
    items: Vec<Map<String, Value>>,
}

pub(crate) struct Batch {
    what: What,
    school: Id,
    items: Vec<(String, Fields)>,
}

/// What became of an item.
#[derive(Serialize)]
struct ItemOut {
    key: String,
    #[serde(flatten)]
    outcome: Outcome,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Outcome {
    Made { id: u64, id_str: String },
    Refused { error: Refusal },
}

#[derive(Serialize)]
pub(super) struct Made {
    items: Vec<ItemOut>,
}

/// Where and when an item is stored.
struct Site<'a> {
    world: &'a mut World,
    school: Id,
    now: Millis,
    today: Date,
    hidden_until: Option<Millis>,
}

impl Batch {
    /// Checks the request as a whole; nothing is stored of one that fails here.
    pub(super) fn parse(what: What, school: Id, body: Body) -> Result<Batch, ApiError> {
        if body.items.len() > MOST_ITEMS {
            return Err(ApiError::new(
                Kind::ParameterInvalid,
                format!("At most {MOST_ITEMS} items a request"),
            ));
        }
        let items = body.items.into_iter().map(|mut members| {
            let key = members
                .remove("key")
                .and_then(|key| key.as_str().map(String::from))
                .filter(|key| !key.is_empty());
            let key =
                key.ok_or_else(|| ApiError::new(Kind::InvalidRequest, "Each item needs a key, a text"))?;
            Ok((key, Fields::new(members)))
        });
        Ok(Batch { what, school, items: items.collect::<Result<_, ApiError>>()? })
    }

    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    /// Stores the first `most` items; readers see them from `hidden_until` on.
    pub(super) fn store(
        &self,
        world: &mut World,
        now: Millis,
        most: usize,
        hidden_until: Option<Millis>,
    ) -> Made {
        let mut site = Site { world, school: self.school, now, today: Clock::today(now), hidden_until };
        let items = self.items.iter().take(most).map(|(key, fields)| {
            let outcome = match site.make(self.what, fields) {
                Ok(id) => Outcome::Made { id: id.0, id_str: id.to_string() },
                Err(error) => Outcome::Refused { error },
            };
            ItemOut { key: key.clone(), outcome }
        });
        Made { items: items.collect() }
    }
}

pub(super) fn birthday(fields: &Fields, today: Date) -> Read<Option<Date>> {
    match fields.maybe_date("birthday")? {
        Some(day) if !is_birthday(day, today) => {
            Err(Refusal::invalid("birthday", "'birthday' lies between 1900 and today"))
        }
        day => Ok(day),
    }
}

pub(super) fn snils(fields: &Fields) -> Read<Option<String>> {
    match fields.maybe_text("snils")? {
        Some(text) if text.is_empty() => Ok(None),
        Some(text) if !is_snils(&text) => {
            Err(Refusal::invalid("snils", "'snils' has wrong digits or check digits"))
        }
        text => Ok(text),
    }
}

pub(super) const STUDY_YEARS: (i64, i64) = (2000, 2100);
pub(super) const PARALLELS: (i64, i64) = (1, 12);

impl Site<'_> {
    fn make(&mut self, what: What, fields: &Fields) -> Read<Id> {
        match what {
            What::EduGroups => self.edu_group(fields),
            What::Persons => self.person(fields),
            What::Memberships => self.membership(fields),
            What::GroupMemberships => self.group_membership(fields),
            What::Relatives => self.relation(fields),
            What::Links => self.link(fields),
        }
    }

    fn edu_group(&mut self, fields: &Fields) -> Read<Id> {
        fields.only(&["name", "parallel", "studyyear"])?;
        let name = fields.name("name")?;
        let parallel = fields.number("parallel", PARALLELS.0, PARALLELS.1)?;
        let studyyear = fields.number("studyyear", STUDY_YEARS.0, STUDY_YEARS.1)?;
        let (id, school) = (self.world.new_group(), self.school);
        let (parent_ids, status) = (Vec::new(), Status::Active);
        let group =
            EduGroup { id, school, name, parallel, studyyear, parent_ids, status, hidden_until: None };
        self.world.groups.put_hidden(group, self.hidden_until);
        Ok(id)
    }

    fn person(&mut self, fields: &Fields) -> Read<Id> {
        fields.only(&["role", "lastName", "firstName", "middleName", "birthday", "sex", "snils"])?;
        let role: Role = fields.of("role", "EduStudent or EduParent")?;
        if !matches!(role, Role::EduStudent | Role::EduParent) {
            return Err(Refusal::invalid("role", "'role' is EduStudent or EduParent"));
        }
        let last_name = fields.name("lastName")?;
        let first_name = fields.name("firstName")?;
        let middle_name = fields.maybe_text("middleName")?.unwrap_or_default();
        let birthday = birthday(fields, self.today)?;
        let sex: Sex = fields.maybe_of("sex", "Male or Female")?.unwrap_or_default();
        let snils = snils(fields)?;
        let id = self.world.new_person();
        let user_id = self.world.settings.activate_new_persons.then(|| self.world.new_user());
        let (role, school) = (Some(role), Some(self.school));
        let (email, phone, hidden_until) = (None, None, None);
        let person = Person {
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
            hidden_until,
        };
        self.world.persons.put_hidden(person, self.hidden_until);
        Ok(id)
    }

    fn known_person(&self, fields: &Fields, name: &str) -> Read<Id> {
        let id = fields.id(name)?;
        self.world.persons.contains(id).then_some(id).ok_or_else(|| Refusal::absent(name))
    }

    fn membership(&mut self, fields: &Fields) -> Read<Id> {
        fields.only(&["person", "start"])?;
        let person = self.known_person(fields, "person")?;
        let start = Some(fields.date("start")?);
        let role = self.world.persons.get(person).and_then(|person| person.role).unwrap_or(Role::EduStudent);
        let (id, school, status) = (self.world.new_membership(), self.school, Status::Active);
        let membership = Membership { id, school, person, role, start, status, hidden_until: None };
        self.world.memberships.put_hidden(membership, self.hidden_until);
        Ok(id)
    }

    fn group_membership(&mut self, fields: &Fields) -> Read<Id> {
        fields.only(&["eduGroup", "person", "start"])?;
        let edu_group = fields.id("eduGroup")?;
        let own = self.world.groups.get(edu_group).is_some_and(|group| group.school == self.school);
        if !own {
            return Err(Refusal::absent("eduGroup"));
        }
        let person = self.known_person(fields, "person")?;
        let start = Some(fields.date("start")?);
        let (id, status) = (self.world.new_group_membership(), Status::Active);
        let membership = GroupMembership { id, edu_group, person, start, status, hidden_until: None };
        self.world.group_memberships.put_hidden(membership, self.hidden_until);
        Ok(id)
    }

    fn relation(&mut self, fields: &Fields) -> Read<Id> {
        fields.only(&["child", "relative", "type"])?;
        let child = self.known_person(fields, "child")?;
        let relative = self.known_person(fields, "relative")?;
        if child == relative {
            return Err(Refusal::invalid("relative", "nobody is their own relative"));
        }
        let kind = fields.name("type")?;
        let words = &self.world.settings.relative_types;
        if !words.is_empty() && !words.contains(&kind) {
            return Err(Refusal::invalid("type", format!("'type' is one of {}", words.join(", "))));
        }
        let id = self.world.new_relation();
        self.world
            .relations
            .put_hidden(Relation { id, child, relative, kind, hidden_until: None }, self.hidden_until);
        Ok(id)
    }

    /// One identity for an account, one account for an identity; what is linked already is answered with its id.
    fn link(&mut self, fields: &Fields) -> Read<Id> {
        fields.only(&["person", "subject"])?;
        let person = self.known_person(fields, "person")?;
        if !concerns(View { world: self.world, now: self.now }, person, self.school) {
            return Err(Refusal::absent("person"));
        }
        let subject = fields.name("subject")?;
        if self.world.persons.get(person).is_none_or(|person| person.user_id.is_none()) {
            return Err(Refusal::invalid("person", "the account was never activated"));
        }
        let of_subject = self.world.links.by(&Key::Words(subject.clone())).next();
        if let Some(link) = of_subject.filter(|link| link.person == person) {
            return Ok(link.id);
        }
        if of_subject.is_some() {
            return Err(Refusal::invalid("subject", "the identity is linked to another account"));
        }
        if self.world.links.of(person).next().is_some() {
            return Err(Refusal::invalid("person", "the account is linked to another identity"));
        }
        let (id, source, since) = (self.world.new_link(), Source::Dialogue, self.now);
        let link = Link { id, person, subject, source, since, hidden_until: None };
        self.world.links.put_hidden(link, self.hidden_until);
        Ok(id)
    }
}
