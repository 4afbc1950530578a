//! The school's records, all pages of an answer in one list.
//!
//! Everything that is read becomes what the scope depends on, so read what you need and no more.

use crate::bindings::exchange::connector::records as host;
pub use crate::bindings::exchange::connector::records::{
    Account, Applicant, Application, ApplicationState, Attendance, Filter, Guardian, Identifier, Journal,
    Lesson, LessonMode, Mark, Order, OrderKind, Pupil, SchoolClass, Sex, Staff,
};
use crate::{Failure, Message};

impl Filter {
    /// All records.
    pub fn all() -> Self {
        Self {
            ids: None,
            class_id: None,
            without_class: false,
            person_ids: None,
            study_year: None,
            since: None,
            until: None,
            journal_id: None,
        }
    }

    /// Those of a study year, named by its first year.
    pub fn of_year(year: u16) -> Self {
        Self { study_year: Some(year), ..Self::all() }
    }

    /// Those with these ids; at most 1,000.
    pub fn by_ids(ids: Vec<String>) -> Self {
        Self { ids: Some(ids), ..Self::all() }
    }

    /// Those of, or about the people of, a class.
    pub fn of_class(id: &str) -> Self {
        Self { class_id: Some(id.to_owned()), ..Self::all() }
    }

    /// Those about these people; at most 1,000.
    pub fn about(people: Vec<String>) -> Self {
        Self { person_ids: Some(people), ..Self::all() }
    }
}

/// Follows `next` until there is none.
fn all_pages<T>(
    mut page: impl FnMut(Option<&str>) -> Result<(Vec<T>, Option<String>), String>,
) -> Result<Vec<T>, Failure> {
    let (mut all, mut cursor) = (Vec::new(), None);
    loop {
        let (items, next) = page(cursor.as_deref()).map_err(not_granted)?;
        all.extend(items);
        match next {
            Some(next) => cursor = Some(next),
            None => return Ok(all),
        }
    }
}

fn not_granted(lines: String) -> Failure {
    Failure::Forbidden(Message::new("records-not-granted").arg("grant", lines))
}

macro_rules! readers {
    ($($(#[$doc:meta])* $name:ident = $import:ident -> $record:ident),* $(,)?) => {$(
        $(#[$doc])*
        ///
        /// # Errors
        /// [`Failure::Forbidden`] (`records-not-granted`) when the task does not grant the type.
        pub fn $name(filter: &Filter) -> Result<Vec<$record>, Failure> {
            all_pages(|cursor| host::$import(filter, cursor).map(|page| (page.items, page.next)))
        }
    )*};
}

readers! {
    /// Classes.
    classes = school_classes -> SchoolClass,
    /// Children.
    pupils = pupils -> Pupil,
    /// Parents and other representatives.
    guardians = guardians -> Guardian,
    /// Applications for a place.
    applications = applications -> Application,
    /// Orders, a line per child.
    orders = orders -> Order,
    /// Employees.
    staff = staff_members -> Staff,
    /// Journals.
    journals = journals -> Journal,
    /// Lessons.
    lessons = lessons -> Lesson,
    /// Marks.
    marks = marks -> Mark,
    /// Absences.
    attendance = attendance_entries -> Attendance,
    /// Accounts in other systems.
    accounts = accounts -> Account,
    /// Identifiers in other systems.
    identifiers = identifiers -> Identifier,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_pages_are_read_in_order() {
        let mut asked = Vec::new();
        let all = all_pages(|cursor| {
            asked.push(cursor.map(str::to_owned));
            Ok(match cursor {
                None => (vec![1, 2], Some("b".to_owned())),
                _ => (vec![3], None),
            })
        });
        assert_eq!(all, Ok(vec![1, 2, 3]));
        assert_eq!(asked, [None, Some("b".to_owned())]);
    }

    #[test]
    fn a_refusal_carries_the_lines_that_would_grant_it() {
        let refused = all_pages::<u8>(|_| Err("records.order = []".to_owned()));
        let Err(Failure::Forbidden(message)) = refused else { panic!("{refused:?}") };
        assert_eq!(message.args[0].value, "records.order = []");
    }
}
