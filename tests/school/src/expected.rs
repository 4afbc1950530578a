//! What a correct exchange makes of the school: the file `expected.json`.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use crate::json::Lines;
use crate::model::{Person, Place};
use crate::stories::Reason;

/// Everything a test compares with. Lists are in the order of ids.
#[derive(Default)]
pub struct Expected {
    /// First year of the study year.
    pub study_year: i16,
    /// How many of everything, the lengths of the lists included.
    pub counts: BTreeMap<String, usize>,
    /// Classes that have to be there, with the number of children who go.
    pub classes: Vec<ExpectedClass>,
    /// Children who go.
    pub pupils: Vec<ExpectedPupil>,
    /// Their representatives, each person once.
    pub guardians: Vec<ExpectedGuardian>,
    /// Who is whose representative.
    pub relations: Vec<ExpectedRelation>,
    /// Children who do not go.
    pub left_out: Vec<LeftOut>,
    /// Special cases by name; each entry holds the ids that belong together.
    pub special: BTreeMap<String, Vec<Vec<String>>>,
    /// What the stand-in's seed holds already.
    pub already_there: Vec<AlreadyThere>,
}

/// A class that has to be there.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct ExpectedClass {
    /// Id of its record.
    pub id: String,
    /// «5-А»
    pub name: String,
    /// 1 to 11.
    pub grade: u8,
    /// «А»
    pub letter: String,
    /// Children who go into it.
    pub pupils: usize,
}

/// A child who goes, as the application has them.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct ExpectedPupil {
    /// Id of the record.
    pub id: String,
    /// Id of the class.
    pub class: String,
    /// First day of the membership in the school.
    pub school_start: Date,
    /// First day of the membership in the class.
    pub class_start: Date,
    /// The application's data.
    pub person: Person,
}

/// A representative of a child who goes.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct ExpectedGuardian {
    /// Names the person in this file: the first of `ids`, or the application's line where there are none.
    pub key: String,
    /// Ids of all rows that stand for this person.
    pub ids: Vec<String>,
    /// Who.
    pub person: Person,
}

/// A link between a child who goes and a representative.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct ExpectedRelation {
    /// Id of the child.
    pub child: String,
    /// Key of the representative.
    pub guardian: String,
    /// As the application writes it.
    pub relation: String,
}

/// A child who does not go.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// Id of the record.
    pub id: String,
    /// All that hold; the first is the one to show.
    pub reasons: Vec<Reason>,
}

/// Something of ours that the stand-in's seed holds in its own way.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct AlreadyThere {
    /// `class`, `pupil`, `guardian`, or `stranger` for somebody who is none of ours.
    pub what: &'static str,
    /// Id of our record, or key of the guardian; none for a stranger.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ours: Option<String>,
    /// Ids there; two of them are twins, the activated one first.
    pub theirs: Vec<String>,
    /// How the two can be known to be one: see [`crate::by_hand::How`].
    pub how: &'static str,
}

impl Expected {
    /// Puts `ids` down as one case of `name`.
    pub(crate) fn note(&mut self, name: &str, ids: Vec<String>) {
        self.special.entry(name.to_owned()).or_default().push(ids);
    }

    /// Counts the child into its class.
    pub(crate) fn count_in(&mut self, place: Place) {
        let id = place.id();
        match self.classes.iter_mut().find(|class| class.id == id) {
            Some(class) => class.pupils += 1,
            None => self.classes.push(ExpectedClass {
                id,
                name: place.name(),
                grade: place.grade,
                letter: place.letter.unwrap_or_default().to_owned(),
                pupils: 1,
            }),
        }
    }

    /// Fills in the lengths of the lists.
    pub(crate) fn count_up(&mut self) {
        let lists = [
            ("classes", self.classes.len()),
            ("pupils", self.pupils.len()),
            ("guardians", self.guardians.len()),
            ("relations", self.relations.len()),
            ("left-out", self.left_out.len()),
        ];
        self.counts.extend(lists.map(|(name, count)| (name.to_owned(), count)));
        for (name, cases) in &self.special {
            self.counts.insert(format!("special: {name}"), cases.len());
        }
        for left_out in &self.left_out {
            let reason = left_out.reasons.first().map(|reason| reason.word()).unwrap_or_default();
            *self.counts.entry(format!("left-out: {reason}")).or_default() += 1;
        }
    }

    /// JSON with one entry of a list to a line, so that differences can be read.
    ///
    /// # Errors
    /// None in practice: everything here can be written.
    pub fn to_json(&self) -> serde_json::Result<String> {
        let mut lines = Lines::default();
        lines.value("study_year", &self.study_year)?;
        lines.map("counts", &self.counts)?;
        lines.list("classes", &self.classes)?;
        lines.list("pupils", &self.pupils)?;
        lines.list("guardians", &self.guardians)?;
        lines.list("relations", &self.relations)?;
        lines.list("left_out", &self.left_out)?;
        lines.map("special", &self.special)?;
        lines.list("already_there", &self.already_there)?;
        Ok(lines.finish())
    }
}
