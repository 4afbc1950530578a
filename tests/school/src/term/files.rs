//! The term as the tables that are imported every evening.

use std::io::{self, Error};

use jiff::civil::DateTime;

use super::{Learner, Someone, Term};
use crate::files::Files;

impl Term {
    /// The tables of this evening, by name.
    ///
    /// # Errors
    /// None in practice: everything here can be written.
    pub fn files(&self) -> io::Result<Files> {
        let tables = [
            ("classes", table("id,study-year,grade,letter", self.class_rows())?),
            ("staff", table("id,last-name,first-name,middle-name", self.staff_rows())?),
            ("pupils", table("id,last-name,first-name,middle-name,class-id", self.pupil_rows())?),
            (
                "journals",
                table("id,study-year,class-id,subject,teacher-ids,general,chat", self.journal_rows())?,
            ),
            (
                "lessons",
                table("id,journal-id,starts,ends,teacher-id,mode,published,cancelled", self.lesson_rows())?,
            ),
            ("identifiers", table("id,about.record-type,about.id,system,value", self.identifier_rows())?),
        ];
        Ok(tables.into_iter().map(|(name, bytes)| (format!("{name}.csv"), bytes)).collect())
    }

    /// Study years begin in September; a term lies within one.
    fn study_year(&self) -> String {
        let first = self.lessons.iter().map(|lesson| lesson.starts).min();
        let year = |first: DateTime| first.year() - i16::from(first.month() < 9);
        first.map(|first| year(first).to_string()).unwrap_or_default()
    }

    fn class_rows(&self) -> Vec<Vec<String>> {
        let row = |class: &super::TermClass| {
            vec![class.id.clone(), self.study_year(), class.grade.to_string(), class.letter.to_owned()]
        };
        self.classes.iter().map(row).collect()
    }

    fn staff_rows(&self) -> Vec<Vec<String>> {
        self.teachers.iter().map(person).collect()
    }

    fn pupil_rows(&self) -> Vec<Vec<String>> {
        let row = |learner: &Learner| {
            let class = learner.class.map(|class| self.classes[class].id.clone()).unwrap_or_default();
            [person(&learner.who), vec![class]].concat()
        };
        self.learners.iter().map(row).collect()
    }

    fn journal_rows(&self) -> Vec<Vec<String>> {
        let row = |journal: &super::Journal| {
            vec![
                journal.id.clone(),
                self.study_year(),
                self.classes[journal.class].id.clone(),
                journal.subject.to_owned(),
                self.teachers[journal.teacher].id.clone(),
                journal.general.to_string(),
                journal.chat.to_string(),
            ]
        };
        self.journals.iter().map(row).collect()
    }

    fn lesson_rows(&self) -> Vec<Vec<String>> {
        let row = |lesson: &super::Lesson| {
            vec![
                lesson.id.clone(),
                self.journals[lesson.journal].id.clone(),
                lesson.starts.strftime("%Y-%m-%dT%H:%M").to_string(),
                lesson.ends().strftime("%Y-%m-%dT%H:%M").to_string(),
                self.teachers[lesson.teacher].id.clone(),
                if lesson.video { "video-call" } else { "in-class" }.to_owned(),
                lesson.published.to_string(),
                lesson.cancelled.to_string(),
            ]
        };
        self.lessons.iter().map(row).collect()
    }

    fn identifier_rows(&self) -> Vec<Vec<String>> {
        let learners = self.learners.iter().map(|learner| ("pupil", &learner.who));
        let teachers = self.teachers.iter().map(|who| ("staff", who));
        let row = |(kind, who): (&str, &Someone)| {
            let vk = who.vk?;
            Some(vec![
                format!("vk-{}", who.id),
                kind.to_owned(),
                who.id.clone(),
                "vk".to_owned(),
                vk.to_string(),
            ])
        };
        learners.chain(teachers).filter_map(row).collect()
    }
}

fn person(who: &Someone) -> Vec<String> {
    [vec![who.id.clone()], who.name.to_vec()].concat()
}

fn table(head: &str, rows: Vec<Vec<String>>) -> io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(head.split(','))?;
    for row in rows {
        writer.write_record(row)?;
    }
    writer.into_inner().map_err(|error| Error::other(error.to_string()))
}
