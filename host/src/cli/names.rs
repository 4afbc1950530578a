//! Names a person types: `school`, `school/task`.

use std::str::FromStr;

use crate::model::{SchoolId, TaskId, TaskRef};

/// `school/task`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskName(pub TaskRef);

impl FromStr for TaskName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse()? {
            Place::Task(task) => Ok(Self(task)),
            Place::School(school) => Err(format!("expected SCHOOL/TASK, for example {school}/dnevnik")),
        }
    }
}

/// `school` or `school/task`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A school with all its tasks.
    School(SchoolId),
    /// One task.
    Task(TaskRef),
}

impl Place {
    /// The school.
    pub fn school(&self) -> &SchoolId {
        match self {
            Self::School(school) => school,
            Self::Task(task) => &task.school,
        }
    }

    /// The task, if one was named.
    pub fn task(&self) -> Option<&TaskId> {
        match self {
            Self::School(_) => None,
            Self::Task(task) => Some(&task.task),
        }
    }
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (school, task) = match text.split_once('/') {
            Some((school, task)) => (school, Some(task)),
            None => (text, None),
        };
        for name in [Some(school), task].into_iter().flatten() {
            check(name)?;
        }
        let school = SchoolId::from(school);
        Ok(match task {
            Some(task) => Self::Task(TaskRef { school, task: task.into() }),
            None => Self::School(school),
        })
    }
}

/// Names become parts of file names: nothing else may get in.
fn check(name: &str) -> Result<(), String> {
    let good = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if good { Ok(()) } else { Err("names are made of Latin letters, digits, `-` and `_`".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_schools_and_tasks() {
        assert_eq!("school57".parse(), Ok(Place::School("school57".into())));
        let task = TaskRef { school: "school57".into(), task: "dnevnik".into() };
        assert_eq!("school57/dnevnik".parse(), Ok(Place::Task(task)));
        for bad in ["", "/", "../x", "a/b/c", "a/", "школа"] {
            assert!(bad.parse::<Place>().is_err(), "{bad}");
        }
        assert!("school57".parse::<TaskName>().is_err());
    }
}
