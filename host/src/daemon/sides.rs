//! The school's own records as somebody who works there recognises them: a name, and what tells it from a namesake. Of a
//! СНИЛС it is said only whether it is known.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use super::told::local_time;
use crate::error::{Context, Kind, Result};
use crate::model::records::{Filter, Journal, Lesson, Pupil, Record, RecordRef, RecordType};
use crate::model::setup::SchoolConfig;
use crate::report::Catalogue;
use crate::store::{RecordStore, SchoolDb};

/// A record as it is recognised.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Side {
    /// «Иванов Пётр», «Алгебра, 5-А».
    pub name: String,
    /// Headings, and what is there.
    pub facts: Vec<(String, String)>,
}

/// Reads records of one school.
pub struct Sides<'a> {
    store: &'a SchoolDb,
    school: &'a SchoolConfig,
    texts: &'a Catalogue,
    /// Names of children by their guardian, read when first needed.
    children: OnceCell<BTreeMap<String, Vec<String>>>,
}

impl<'a> Sides<'a> {
    /// Of this school, in this language.
    pub fn new(store: &'a SchoolDb, school: &'a SchoolConfig, texts: &'a Catalogue) -> Self {
        Self { store, school, texts, children: OnceCell::new() }
    }

    /// A record; nothing where it is there no more.
    ///
    /// # Errors
    /// Our own store fails.
    pub fn of(&self, about: &RecordRef) -> Result<Option<Side>> {
        let record = self.record(about.record_type, &about.id)?;
        record.map(|record| self.side(&record)).transpose()
    }

    /// One record.
    ///
    /// # Errors
    /// Our own store fails.
    pub fn record(&self, record_type: RecordType, id: &str) -> Result<Option<Record>> {
        let read = |json: String| {
            Record::from_json(record_type, &json).context(Kind::Internal, "a stored record has another shape")
        };
        self.store.get(record_type, id)?.map(read).transpose()
    }

    /// What a record is called; its id where it is there no more.
    ///
    /// # Errors
    /// Our own store fails.
    pub fn name(&self, record_type: RecordType, id: &str) -> Result<String> {
        match self.record(record_type, id)? {
            Some(Record::Journal(journal)) => self.journal(&journal),
            Some(record) => Ok(record.title()),
            None => Ok(id.to_owned()),
        }
    }

    /// «Алгебра, 5-А»
    fn journal(&self, journal: &Journal) -> Result<String> {
        match &journal.class_id {
            Some(class) => Ok(format!("{}, {}", journal.subject, self.name(RecordType::SchoolClass, class)?)),
            None => Ok(journal.subject.clone()),
        }
    }

    fn side(&self, record: &Record) -> Result<Side> {
        let (name, facts) = match record {
            Record::Pupil(pupil) => (record.title(), self.pupil(pupil)?),
            Record::Guardian(guardian) => {
                let mut facts = self.person(guardian.birth_date, guardian.snils.as_ref());
                let children = self.children()?.get(&guardian.id).cloned().unwrap_or_default();
                facts.extend(self.fact("side-children", children.join(", ")));
                (record.title(), facts)
            }
            Record::Staff(staff) => {
                let mut facts = self.person(staff.birth_date, staff.snils.as_ref());
                facts.extend(self.fact("side-position", staff.position.clone().unwrap_or_default()));
                (record.title(), facts)
            }
            Record::SchoolClass(class) => {
                let year = format!("{}/{:02}", class.study_year, (class.study_year + 1) % 100);
                (record.title(), self.fact("side-year", year).into_iter().collect())
            }
            Record::Journal(journal) => (self.journal(journal)?, self.teachers(&journal.teacher_ids)?),
            Record::Lesson(lesson) => self.lesson(lesson)?,
            _ => (record.title(), Vec::new()),
        };
        Ok(Side { name, facts })
    }

    fn pupil(&self, pupil: &Pupil) -> Result<Vec<(String, String)>> {
        let mut facts = self.person(pupil.birth_date, pupil.snils.as_ref());
        if let Some(class) = &pupil.class_id {
            facts.extend(self.fact("column-class", self.name(RecordType::SchoolClass, class)?));
        }
        Ok(facts)
    }

    fn person(
        &self,
        born: Option<crate::model::records::Date>,
        snils: Option<&String>,
    ) -> Vec<(String, String)> {
        let born = born.map(|day| day.strftime("%d.%m.%Y").to_string()).unwrap_or_default();
        let snils = if snils.is_some() { "side-snils-known" } else { "side-snils-unknown" };
        let facts = [("side-born", born), ("side-snils", self.texts.word(snils))];
        facts.into_iter().filter_map(|(code, text)| self.fact(code, text)).collect()
    }

    fn lesson(&self, lesson: &Lesson) -> Result<(String, Vec<(String, String)>)> {
        let journal = self.name(RecordType::Journal, &lesson.journal_id)?;
        let at = local_time(lesson.starts, self.school);
        let teachers = self.teachers(lesson.teacher_id.as_slice())?;
        Ok((format!("{journal}, {at}"), teachers))
    }

    fn teachers(&self, ids: &[String]) -> Result<Vec<(String, String)>> {
        let names: Result<Vec<String>> = ids.iter().map(|id| self.name(RecordType::Staff, id)).collect();
        Ok(self.fact("side-teacher", names?.join(", ")).into_iter().collect())
    }

    fn fact(&self, code: &str, text: String) -> Option<(String, String)> {
        (!text.is_empty()).then(|| (self.texts.word(code), text))
    }

    fn children(&self) -> Result<&BTreeMap<String, Vec<String>>> {
        if let Some(known) = self.children.get() {
            return Ok(known);
        }
        let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
        self.store.each_record(RecordType::Pupil, &Filter::default(), &mut |json| {
            let record = Record::from_json(RecordType::Pupil, json)
                .context(Kind::Internal, "a stored record has another shape")?;
            if let Record::Pupil(pupil) = &record {
                for guardian in &pupil.guardian_ids {
                    all.entry(guardian.clone()).or_default().push(record.title());
                }
            }
            Ok(())
        })?;
        Ok(self.children.get_or_init(|| all))
    }
}

impl std::fmt::Debug for Sides<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sides({})", self.school.id)
    }
}
