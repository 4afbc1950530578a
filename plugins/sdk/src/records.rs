//! The school's records: all of an answer in one list, or page by page where there may be many.
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

/// Some of an answer's records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// A few hundred of them.
    pub items: Vec<T>,
    /// The cursor of the next page; none: this is the last. A page of `desired` may have the same cursor.
    pub next: Option<String>,
}

/// Follows `next` until there is none.
fn all_pages<T>(mut page: impl FnMut(Option<&str>) -> Result<Page<T>, Failure>) -> Result<Vec<T>, Failure> {
    let (mut all, mut cursor) = (Vec::new(), None);
    loop {
        let Page { items, next } = page(cursor.as_deref())?;
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
    ($($(#[$doc:meta])* $name:ident, $page:ident = $import:ident -> $record:ident),* $(,)?) => {$(
        $(#[$doc])*
        ///
        /// # Errors
        /// [`Failure::Forbidden`] (`records-not-granted`) when the task does not grant the type.
        pub fn $name(filter: &Filter) -> Result<Vec<$record>, Failure> {
            all_pages(|cursor| $page(filter, cursor))
        }

        $(#[$doc])*
        ///
        /// One page of them: the first, or the one that begins at `cursor`.
        ///
        /// # Errors
        /// [`Failure::Forbidden`] (`records-not-granted`) when the task does not grant the type.
        pub fn $page(filter: &Filter, cursor: Option<&str>) -> Result<Page<$record>, Failure> {
            let page = host::$import(filter, cursor).map_err(not_granted)?;
            Ok(Page { items: page.items, next: page.next })
        }
    )*};
}

readers! {
    /// Classes.
    classes, classes_page = school_classes -> SchoolClass,
    /// Children.
    pupils, pupils_page = pupils -> Pupil,
    /// Parents and other representatives.
    guardians, guardians_page = guardians -> Guardian,
    /// Applications for a place.
    applications, applications_page = applications -> Application,
    /// Orders, a line per child.
    orders, orders_page = orders -> Order,
    /// Employees.
    staff, staff_page = staff_members -> Staff,
    /// Journals.
    journals, journals_page = journals -> Journal,
    /// Lessons.
    lessons, lessons_page = lessons -> Lesson,
    /// Marks.
    marks, marks_page = marks -> Mark,
    /// Absences.
    attendance, attendance_page = attendance_entries -> Attendance,
    /// Accounts in other systems.
    accounts, accounts_page = accounts -> Account,
    /// Identifiers in other systems.
    identifiers, identifiers_page = identifiers -> Identifier,
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
                None => Page { items: vec![1, 2], next: Some("b".to_owned()) },
                _ => Page { items: vec![3], next: None },
            })
        });
        assert_eq!(all, Ok(vec![1, 2, 3]));
        assert_eq!(asked, [None, Some("b".to_owned())]);
    }

    #[test]
    fn a_refusal_carries_the_lines_that_would_grant_it() {
        let refused = all_pages::<u8>(|_| Err(not_granted("records.order = []".to_owned())));
        let Err(Failure::Forbidden(message)) = refused else { panic!("{refused:?}") };
        assert_eq!(message.args[0].value, "records.order = []");
    }
}
