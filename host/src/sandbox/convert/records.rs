//! The school's records for a connector, and its filters for us.

use super::all;
use crate::model::records as model;
use crate::sandbox::bindings::exchange::connector::records as wit;

/// A day as the contract writes it.
fn day(date: model::Date) -> String {
    date.to_string()
}

/// The filter of a question; the error says what cannot be read.
pub(in crate::sandbox) fn filter(it: wit::Filter) -> Result<model::Filter, String> {
    Ok(model::Filter {
        ids: it.ids,
        class_id: it.class_id,
        without_class: it.without_class,
        person_ids: it.person_ids,
        study_year: it.study_year,
        since: it.since.as_deref().map(|text| parse("since", text)).transpose()?,
        until: it.until.as_deref().map(|text| parse("until", text)).transpose()?,
        journal_id: it.journal_id,
    })
}

fn parse(name: &str, text: &str) -> Result<model::Date, String> {
    text.parse().map_err(|_| format!("`{name}` is not a day (YYYY-MM-DD)"))
}

impl From<model::Sex> for wit::Sex {
    fn from(it: model::Sex) -> Self {
        match it {
            model::Sex::Male => Self::Male,
            model::Sex::Female => Self::Female,
        }
    }
}

impl From<model::ApplicationState> for wit::ApplicationState {
    fn from(it: model::ApplicationState) -> Self {
        match it {
            model::ApplicationState::Submitted => Self::Submitted,
            model::ApplicationState::Accepted => Self::Accepted,
            model::ApplicationState::Withdrawn => Self::Withdrawn,
            model::ApplicationState::Refused => Self::Refused,
        }
    }
}

impl From<model::OrderKind> for wit::OrderKind {
    fn from(it: model::OrderKind) -> Self {
        match it {
            model::OrderKind::Enrolment => Self::Enrolment,
            model::OrderKind::ClassFormation => Self::ClassFormation,
            model::OrderKind::Transfer => Self::Transfer,
            model::OrderKind::Promotion => Self::Promotion,
            model::OrderKind::Expulsion => Self::Expulsion,
            model::OrderKind::Other => Self::Other,
        }
    }
}

impl From<model::LessonMode> for wit::LessonMode {
    fn from(it: model::LessonMode) -> Self {
        match it {
            model::LessonMode::InClass => Self::InClass,
            model::LessonMode::VideoCall => Self::VideoCall,
        }
    }
}

/// A record's conversion: plain fields; `days` and `days?` are dates, `into` and `into?` convert themselves.
macro_rules! record {
    ($name:ident: $($plain:ident),* $(; days $($day:ident),*)? $(; days? $($some_day:ident),*)?
     $(; into $($conv:ident),*)? $(; into? $($some:ident),*)?) => {
        impl From<model::$name> for wit::$name {
            fn from(it: model::$name) -> Self {
                Self {
                    $($plain: it.$plain,)*
                    $($($day: day(it.$day),)*)?
                    $($($some_day: it.$some_day.map(day),)*)?
                    $($($conv: it.$conv.into(),)*)?
                    $($($some: it.$some.map(Into::into),)*)?
                }
            }
        }
    };
}

record!(SchoolClass: id, study_year, grade, letter, teacher_id);
record!(Pupil: id, last_name, first_name, middle_name, snils, class_id, guardian_ids; days? birth_date; into? sex);
record!(Guardian: id, last_name, first_name, middle_name, snils, phone, email; days? birth_date; into? sex);
record!(Applicant: last_name, first_name, middle_name, snils; days? birth_date; into? sex);
record!(
    Application: id, pupil_id, study_year, grade, guardian_id, relation;
    days? submitted; into state; into? child, guardian
);
record!(Order: id, number, study_year, pupil_id, class_id; days effective; days? signed; into kind);
record!(Staff: id, last_name, first_name, middle_name, snils, position; days? birth_date; into? sex);
record!(Journal: id, study_year, class_id, subject, teacher_ids, pupil_ids, general, chat);
record!(
    Lesson: id, journal_id, starts, ends, teacher_id, published, cancelled, call_link, topic, homework; into mode
);
record!(Mark: id, journal_id, lesson_id, pupil_id, value, work, comment; days day);
record!(Attendance: id, journal_id, lesson_id, pupil_id, status, reason; days day);
record!(Account: id, system, login, linked; into person);
record!(Identifier: id, system, value; into about);

/// A page of the contract made of the records of a page of ours; `None` where they are of another type.
pub(in crate::sandbox) trait RecordPage: Sized {
    /// Makes the page.
    fn make(records: Vec<model::Record>, next: Option<String>) -> Option<Self>;
}

/// The contract's pages.
macro_rules! page {
    ($($page:ident, $record:ident);* $(;)?) => {$(
        impl RecordPage for wit::$page {
            fn make(records: Vec<model::Record>, next: Option<String>) -> Option<Self> {
                let items = records.into_iter().map(|record| match record {
                    model::Record::$record(it) => Some(it),
                    _ => None,
                });
                Some(Self { items: all(items.collect::<Option<Vec<_>>>()?), next })
            }
        }
    )*};
}

page! {
    SchoolClassesPage, SchoolClass;
    PupilsPage, Pupil;
    GuardiansPage, Guardian;
    ApplicationsPage, Application;
    OrdersPage, Order;
    StaffPage, Staff;
    JournalsPage, Journal;
    LessonsPage, Lesson;
    MarksPage, Mark;
    AttendancePage, Attendance;
    AccountsPage, Account;
    IdentifiersPage, Identifier;
}
