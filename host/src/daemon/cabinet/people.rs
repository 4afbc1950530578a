//! A school's people, for those who may see that school. Names are shown and never kept: not in a log, not in the audit,
//! which knows a person by a keyed hash.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Cabinet, Person, School};
use crate::daemon::host::Package;
use crate::daemon::persons::{self, Card, PEOPLE, Piece};
use crate::error::Result;
use crate::model::records::{Filter, Record, RecordRef, RecordType, SchoolClass};
use crate::model::setup::TaskConfig;
use crate::records::plain;
use crate::report::{Catalogue, run_report};
use crate::store::{RecordStore, SchoolDb};

/// Who is listed.
#[derive(Clone, Debug, Default)]
pub struct Sought {
    /// Words of the name, in any order; empty: all.
    pub name: String,
    /// Pupils, guardians or staff; `None`: all.
    pub kind: Option<RecordType>,
    /// The id of a class: its pupils, their guardians, its teacher.
    pub class: Option<String>,
}

/// Somebody in a list.
pub struct PersonLine {
    /// Whose card it is.
    pub who: RecordRef,
    /// The name.
    pub name: String,
    /// Titles of the classes they have to do with.
    pub classes: Vec<String>,
}

/// A class in a list.
pub struct ClassLine {
    /// Its id.
    pub id: String,
    /// «5-А»
    pub title: String,
    /// First year of the study year.
    pub year: u16,
    /// How many pupils are in it.
    pub pupils: usize,
    /// The name of its teacher.
    pub teacher: Option<(RecordRef, String)>,
}

/// People found, with the classes that can be chosen.
pub struct Listed {
    /// Those who fit, by name.
    pub people: Vec<PersonLine>,
    /// All classes, the latest year first.
    pub classes: Vec<ClassLine>,
}

impl Cabinet {
    /// Somebody looked at a person's card.
    pub fn note_card(&self, person: &Person, school: &School, key: &str) -> Result<()> {
        self.note(person, "person", &school.config.id, None, &format!("person {key}"))
    }

    /// Somebody looked for people by their names.
    pub fn note_search(&self, person: &Person, school: &School, found: usize) -> Result<()> {
        self.note(person, "person-search", &school.config.id, None, &found.to_string())
    }
}

impl School {
    /// How many records there are, by type; of what there is none nothing.
    pub fn record_counts(&self, store: &SchoolDb) -> Result<Vec<(RecordType, u64)>> {
        let count = |of: RecordType| Ok((of, store.count(of)?));
        let all: Result<Vec<(RecordType, u64)>> = RecordType::ALL.into_iter().map(count).collect();
        Ok(all?.into_iter().filter(|(_, n)| *n > 0).collect())
    }

    /// The school's people that are sought.
    pub fn people(&self, store: &SchoolDb, sought: &Sought) -> Result<Listed> {
        let classes = Classes::read(store)?;
        let piece = Piece::of(&sought.name);
        let mut people = Vec::new();
        for kind in PEOPLE.into_iter().filter(|kind| sought.kind.is_none_or(|wanted| wanted == *kind)) {
            persons::each(store, kind, &Filter::default(), |record| {
                let of = classes.of(&record);
                let name = record.title();
                let fits = sought.class.as_ref().is_none_or(|class| of.contains(class.as_str()));
                if fits && piece.fits(&name) {
                    let who = RecordRef { record_type: kind, id: record.id().to_owned() };
                    people.push(PersonLine { who, name, classes: classes.titles(&of) });
                }
            })?;
        }
        people.sort_by_cached_key(|line| (plain(&line.name), line.who.id.clone()));
        Ok(Listed { people, classes: classes.lines(store)? })
    }

    /// The school's classes with their pupils counted, the latest year first.
    pub fn classes(&self, store: &SchoolDb) -> Result<Vec<ClassLine>> {
        Classes::read(store)?.lines(store)
    }

    /// A person's card, with the key by which the audit knows them; nothing where there is nobody. `texts` knows what a
    /// connector says.
    pub fn card(
        &self,
        store: &SchoolDb,
        who: &RecordRef,
        texts: &dyn Fn(Option<&Package>) -> Arc<Catalogue>,
    ) -> Result<Option<(Card, String)>> {
        let of_task = |task: &TaskConfig| {
            let package = self.packages.get(&task.id);
            Ok(package.map(|package| (Arc::clone(&package.manifest), texts(Some(package)))))
        };
        let card = persons::card(&self.config, store, who, &texts(None), &of_task)?;
        card.map(|card| Ok((card, persons::key(store, who)?))).transpose()
    }
}

/// A school's classes, and who has to do with each.
struct Classes {
    by_id: BTreeMap<String, SchoolClass>,
    pupils: BTreeMap<String, usize>,
    of_guardian: BTreeMap<String, BTreeSet<String>>,
}

impl Classes {
    fn read(store: &SchoolDb) -> Result<Self> {
        let mut all = Self { by_id: BTreeMap::new(), pupils: BTreeMap::new(), of_guardian: BTreeMap::new() };
        persons::each(store, RecordType::SchoolClass, &Filter::default(), |record| {
            if let Record::SchoolClass(class) = record {
                all.by_id.insert(class.id.clone(), class);
            }
        })?;
        persons::each(store, RecordType::Pupil, &Filter::default(), |record| {
            let Record::Pupil(pupil) = record else { return };
            let Some(class) = pupil.class_id else { return };
            for guardian in pupil.guardian_ids {
                all.of_guardian.entry(guardian).or_default().insert(class.clone());
            }
            *all.pupils.entry(class).or_default() += 1;
        })?;
        Ok(all)
    }

    /// The ids of the classes that somebody has to do with.
    fn of<'a>(&'a self, person: &'a Record) -> BTreeSet<&'a str> {
        match person {
            Record::Pupil(pupil) => pupil.class_id.as_deref().into_iter().collect(),
            Record::Guardian(guardian) => {
                self.of_guardian.get(&guardian.id).into_iter().flatten().map(String::as_str).collect()
            }
            Record::Staff(staff) => {
                let leads = |class: &&SchoolClass| class.teacher_id.as_ref() == Some(&staff.id);
                self.by_id.values().filter(leads).map(|class| class.id.as_str()).collect()
            }
            _ => BTreeSet::new(),
        }
    }

    fn titles(&self, ids: &BTreeSet<&str>) -> Vec<String> {
        let mut titles: Vec<String> = ids.iter().filter_map(|id| self.by_id.get(*id)).map(title).collect();
        titles.sort_by_cached_key(|title| run_report::natural(title));
        titles
    }

    fn lines(&self, store: &SchoolDb) -> Result<Vec<ClassLine>> {
        let mut lines =
            self.by_id.values().map(|class| self.line(store, class)).collect::<Result<Vec<_>>>()?;
        lines.sort_by_cached_key(|line| (std::cmp::Reverse(line.year), run_report::natural(&line.title)));
        Ok(lines)
    }

    fn line(&self, store: &SchoolDb, class: &SchoolClass) -> Result<ClassLine> {
        let teacher =
            class.teacher_id.as_ref().map(|id| RecordRef { record_type: RecordType::Staff, id: id.clone() });
        let named = teacher.map(|who| -> Result<_> {
            Ok(persons::record(store, &who)?.map(|record| (who, record.title())))
        });
        Ok(ClassLine {
            id: class.id.clone(),
            title: title(class),
            year: class.study_year,
            pupils: self.pupils.get(&class.id).copied().unwrap_or_default(),
            teacher: named.transpose()?.flatten(),
        })
    }
}

fn title(class: &SchoolClass) -> String {
    Record::SchoolClass(class.clone()).title()
}
