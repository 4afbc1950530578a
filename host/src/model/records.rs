//! The school's records, as in `wit/imports.wit` (interface `records`), which explains each type.
//!
//! Stored and handed to connectors as JSON of exactly these shapes. Personal: `Debug` of a person shows the id only.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use super::ids::Millis;

/// A calendar day.
pub type Date = jiff::civil::Date;

/// The types of records.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum RecordType {
    /// A class of a study year.
    SchoolClass,
    /// A child as the school's contingent knows it.
    Pupil,
    /// A parent or other legal representative.
    Guardian,
    /// An application for a place.
    Application,
    /// One child's line of an order.
    Order,
    /// An employee.
    Staff,
    /// A journal: class or group × subject × period.
    Journal,
    /// A lesson of the timetable.
    Lesson,
    /// A mark.
    Mark,
    /// Absence or lateness.
    Attendance,
    /// An account of a person in a system.
    Account,
    /// An identifier of a person or class in another system.
    Identifier,
}

impl RecordType {
    /// All of them, in an order in which what is referred to comes first.
    pub const ALL: [Self; 12] = [
        Self::SchoolClass,
        Self::Guardian,
        Self::Pupil,
        Self::Application,
        Self::Order,
        Self::Staff,
        Self::Journal,
        Self::Lesson,
        Self::Mark,
        Self::Attendance,
        Self::Account,
        Self::Identifier,
    ];

    /// The name used in files, grants and the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::SchoolClass => "school-class",
            Self::Pupil => "pupil",
            Self::Guardian => "guardian",
            Self::Application => "application",
            Self::Order => "order",
            Self::Staff => "staff",
            Self::Journal => "journal",
            Self::Lesson => "lesson",
            Self::Mark => "mark",
            Self::Attendance => "attendance",
            Self::Account => "account",
            Self::Identifier => "identifier",
        }
    }

    /// The type with this name.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl fmt::Display for RecordType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Names one of the school's records.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordRef {
    /// Its type.
    pub record_type: RecordType,
    /// Its id.
    pub id: String,
}

/// Which records. All conditions hold together.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Filter {
    /// Ids of the records themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ids: Option<Vec<String>>,
    /// Records of, or about the people of, this class.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class_id: Option<String>,
    /// Records about people without a class.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub without_class: bool,
    /// Records about these people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person_ids: Option<Vec<String>>,
    /// First year of the study year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub study_year: Option<u16>,
    /// From this day …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Date>,
    /// … up to and with this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// Of this journal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub journal_id: Option<String>,
}

/// A query for records and the digest of what it answered: what a scope was worked out from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dependency {
    /// Of which type.
    pub record_type: RecordType,
    /// Which.
    pub filter: Filter,
    /// Digest over ids and content hashes of all records of the answer (all pages).
    pub digest: [u8; 32],
}

/// Sex.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sex {
    /// Male.
    Male,
    /// Female.
    Female,
}

/// Where an application stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ApplicationState {
    /// Handed in.
    Submitted,
    /// Accepted.
    Accepted,
    /// Taken back.
    Withdrawn,
    /// Refused.
    Refused,
}

/// Kinds of orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OrderKind {
    /// «О зачислении»
    Enrolment,
    /// «О формировании классов»
    ClassFormation,
    /// «О переводе в другой класс»
    Transfer,
    /// «О переводе в следующий класс»
    Promotion,
    /// «Об отчислении»
    Expulsion,
    /// Any other.
    Other,
}

/// How a lesson is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LessonMode {
    /// In the classroom.
    InClass,
    /// As a video call.
    VideoCall,
}

/// A person's data as an application has them.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Applicant {
    /// Family name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// Given name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Patronymic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub middle_name: Option<String>,
    /// Date of birth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<Date>,
    /// Sex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    /// Eleven digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snils: Option<String>,
}

impl fmt::Debug for Applicant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Applicant(…)")
    }
}

/// A class of a study year.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SchoolClass {
    /// Unique among the school's records of this type; carries no personal data.
    pub id: String,
    /// First year of the study year.
    pub study_year: u16,
    /// 1 to 12.
    pub grade: u8,
    /// «А»; `None` for a parallel to which children are enrolled before classes are formed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub letter: Option<String>,
    /// The class teacher.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub teacher_id: Option<String>,
}

/// A child as the school's contingent knows it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pupil {
    /// Unique among the school's records of this type; carries no personal data.
    pub id: String,
    /// Family name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// Given name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Patronymic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub middle_name: Option<String>,
    /// Date of birth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<Date>,
    /// Sex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    /// Eleven digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snils: Option<String>,
    /// Where the child is now; `None` when left or not yet placed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class_id: Option<String>,
    /// Parents and other representatives.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub guardian_ids: Vec<String>,
}

/// A parent or other legal representative.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guardian {
    /// Unique among the school's records of this type; carries no personal data.
    pub id: String,
    /// Family name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// Given name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Patronymic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub middle_name: Option<String>,
    /// Date of birth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<Date>,
    /// Sex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    /// Eleven digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snils: Option<String>,
    /// Telephone, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// E-mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// An application for a place.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Application {
    /// Unique among the school's records of this type; carries no personal data.
    pub id: String,
    /// The child.
    pub pupil_id: String,
    /// First year of the study year.
    pub study_year: u16,
    /// 1 to 12.
    pub grade: u8,
    /// When it was handed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submitted: Option<Date>,
    /// Where it stands.
    pub state: ApplicationState,
    /// The child's data as the application has them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub child: Option<Applicant>,
    /// The legal representative who applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guardian_id: Option<String>,
    /// The representative's data as the application has them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guardian: Option<Applicant>,
    /// mother, father, …, as the source writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relation: Option<String>,
}

/// One child's line of an order.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// Unique among the school's records of this type; carries no personal data.
    pub id: String,
    /// Number of the order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Which kind of order.
    pub kind: OrderKind,
    /// When it was signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<Date>,
    /// When it takes effect.
    pub effective: Date,
    /// First year of the study year.
    pub study_year: u16,
    /// The child.
    pub pupil_id: String,
    /// The class the child comes into.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class_id: Option<String>,
}

/// An employee.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Staff {
    /// Unique among the school's records of this type; carries no personal data.
    pub id: String,
    /// Family name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// Given name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Patronymic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub middle_name: Option<String>,
    /// Date of birth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<Date>,
    /// Sex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    /// Eleven digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snils: Option<String>,
    /// Position.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<String>,
}

/// A journal: class or group × subject × period.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Journal {
    /// Unique among the school's records of this type; carries no personal data.
    pub id: String,
    /// First year of the study year.
    pub study_year: u16,
    /// The class, if it belongs to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class_id: Option<String>,
    /// Subject.
    pub subject: String,
    /// Teachers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub teacher_ids: Vec<String>,
    /// Pupils.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pupil_ids: Vec<String>,
    /// General education; others get no chat.
    pub general: bool,
    /// The selector «чат по предмету».
    pub chat: bool,
}

/// A lesson of the timetable.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lesson {
    /// Unique among the school's records of this type; carries no personal data.
    pub id: String,
    /// Its journal.
    pub journal_id: String,
    /// When it begins.
    pub starts: Millis,
    /// When it ends.
    pub ends: Millis,
    /// Who holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub teacher_id: Option<String>,
    /// How it is held.
    pub mode: LessonMode,
    /// Published to families.
    pub published: bool,
    /// Cancelled.
    pub cancelled: bool,
    /// Link of its video call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_link: Option<String>,
    /// Topic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// Homework.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub homework: Option<String>,
}

/// A mark.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// Unique among the school's records of this type; carries no personal data.
    pub id: String,
    /// Its journal.
    pub journal_id: String,
    /// Its lesson.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lesson_id: Option<String>,
    /// Whose.
    pub pupil_id: String,
    /// Of which day.
    pub day: Date,
    /// The mark.
    pub value: String,
    /// What it was given for, as the source writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work: Option<String>,
    /// Comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// Absence or lateness.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attendance {
    /// Unique among the school's records of this type; carries no personal data.
    pub id: String,
    /// Journal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journal_id: Option<String>,
    /// Lesson.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lesson_id: Option<String>,
    /// Whose.
    pub pupil_id: String,
    /// Which day.
    pub day: Date,
    /// absent, late, ill, …, as the source writes it.
    pub status: String,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// An account of a person in a system.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Unique among the school's records of this type; carries no personal data.
    pub id: String,
    /// Whose.
    pub person: RecordRef,
    /// `dnevnik`, `esia`, …
    pub system: String,
    /// Login.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<String>,
    /// Linked.
    pub linked: bool,
}

/// An identifier of a person or class in another system.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identifier {
    /// Unique among the school's records of this type; carries no personal data.
    pub id: String,
    /// Whose.
    pub about: RecordRef,
    /// Which system.
    pub system: String,
    /// The identifier.
    pub value: String,
}

/// Any record.
#[derive(Clone, PartialEq, Eq)]
pub enum Record {
    /// A class of a study year.
    SchoolClass(SchoolClass),
    /// A child as the school's contingent knows it.
    Pupil(Pupil),
    /// A parent or other legal representative.
    Guardian(Guardian),
    /// An application for a place.
    Application(Application),
    /// One child's line of an order.
    Order(Order),
    /// An employee.
    Staff(Staff),
    /// A journal: class or group × subject × period.
    Journal(Journal),
    /// A lesson of the timetable.
    Lesson(Lesson),
    /// A mark.
    Mark(Mark),
    /// Absence or lateness.
    Attendance(Attendance),
    /// An account of a person in a system.
    Account(Account),
    /// An identifier of a person or class in another system.
    Identifier(Identifier),
}

impl Record {
    /// Its type.
    pub fn record_type(&self) -> RecordType {
        match self {
            Self::SchoolClass(_) => RecordType::SchoolClass,
            Self::Pupil(_) => RecordType::Pupil,
            Self::Guardian(_) => RecordType::Guardian,
            Self::Application(_) => RecordType::Application,
            Self::Order(_) => RecordType::Order,
            Self::Staff(_) => RecordType::Staff,
            Self::Journal(_) => RecordType::Journal,
            Self::Lesson(_) => RecordType::Lesson,
            Self::Mark(_) => RecordType::Mark,
            Self::Attendance(_) => RecordType::Attendance,
            Self::Account(_) => RecordType::Account,
            Self::Identifier(_) => RecordType::Identifier,
        }
    }

    /// Its id.
    pub fn id(&self) -> &str {
        match self {
            Self::SchoolClass(r) => &r.id,
            Self::Pupil(r) => &r.id,
            Self::Guardian(r) => &r.id,
            Self::Application(r) => &r.id,
            Self::Order(r) => &r.id,
            Self::Staff(r) => &r.id,
            Self::Journal(r) => &r.id,
            Self::Lesson(r) => &r.id,
            Self::Mark(r) => &r.id,
            Self::Attendance(r) => &r.id,
            Self::Account(r) => &r.id,
            Self::Identifier(r) => &r.id,
        }
    }

    /// Its stored form.
    pub fn to_json(&self) -> serde_json::Result<String> {
        match self {
            Self::SchoolClass(r) => serde_json::to_string(r),
            Self::Pupil(r) => serde_json::to_string(r),
            Self::Guardian(r) => serde_json::to_string(r),
            Self::Application(r) => serde_json::to_string(r),
            Self::Order(r) => serde_json::to_string(r),
            Self::Staff(r) => serde_json::to_string(r),
            Self::Journal(r) => serde_json::to_string(r),
            Self::Lesson(r) => serde_json::to_string(r),
            Self::Mark(r) => serde_json::to_string(r),
            Self::Attendance(r) => serde_json::to_string(r),
            Self::Account(r) => serde_json::to_string(r),
            Self::Identifier(r) => serde_json::to_string(r),
        }
    }

    /// A record of this type from its stored form.
    pub fn from_json(record_type: RecordType, json: &str) -> serde_json::Result<Self> {
        let mut form = serde_json::Deserializer::from_str(json);
        let record = Self::read(record_type, &mut form)?;
        form.end().map(|()| record)
    }

    /// A record of this type from its stored form, taken apart already.
    pub fn from_value(record_type: RecordType, form: serde_json::Value) -> serde_json::Result<Self> {
        Self::read(record_type, form)
    }

    /// A record of this type from the members of its stored form.
    pub fn from_fields(
        record_type: RecordType,
        fields: Vec<(Cow<'static, str>, serde_json::Value)>,
    ) -> serde_json::Result<Self> {
        Self::read(record_type, serde::de::value::MapDeserializer::new(fields.into_iter()))
    }

    /// A record of this type from its stored form, wherever that comes from.
    pub fn read<'de, D: Deserializer<'de>>(record_type: RecordType, form: D) -> Result<Self, D::Error> {
        Ok(match record_type {
            RecordType::SchoolClass => Self::SchoolClass(SchoolClass::deserialize(form)?),
            RecordType::Pupil => Self::Pupil(Pupil::deserialize(form)?),
            RecordType::Guardian => Self::Guardian(Guardian::deserialize(form)?),
            RecordType::Application => Self::Application(Application::deserialize(form)?),
            RecordType::Order => Self::Order(Order::deserialize(form)?),
            RecordType::Staff => Self::Staff(Staff::deserialize(form)?),
            RecordType::Journal => Self::Journal(Journal::deserialize(form)?),
            RecordType::Lesson => Self::Lesson(Lesson::deserialize(form)?),
            RecordType::Mark => Self::Mark(Mark::deserialize(form)?),
            RecordType::Attendance => Self::Attendance(Attendance::deserialize(form)?),
            RecordType::Account => Self::Account(Account::deserialize(form)?),
            RecordType::Identifier => Self::Identifier(Identifier::deserialize(form)?),
        })
    }

    /// A name for reports: «Иванов Пётр Сергеевич», «5-А», or the id where there is none.
    pub fn title(&self) -> String {
        match self {
            Self::Pupil(p) => full_name(&p.last_name, &p.first_name, &p.middle_name, &p.id),
            Self::Guardian(p) => full_name(&p.last_name, &p.first_name, &p.middle_name, &p.id),
            Self::Staff(p) => full_name(&p.last_name, &p.first_name, &p.middle_name, &p.id),
            Self::SchoolClass(c) => match &c.letter {
                Some(letter) => format!("{}-{letter}", c.grade),
                None => c.grade.to_string(),
            },
            other => other.id().to_owned(),
        }
    }
}

fn full_name(last: &Option<String>, first: &Option<String>, middle: &Option<String>, id: &str) -> String {
    let parts: Vec<&str> = [last, first, middle].into_iter().flatten().map(String::as_str).collect();
    if parts.is_empty() { id.to_owned() } else { parts.join(" ") }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.record_type(), self.id())
    }
}

/// `Debug` that shows the type and the id: records are personal.
macro_rules! debug_by_id {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.id)
            }
        }
    )*};
}

debug_by_id!(
    SchoolClass,
    Pupil,
    Guardian,
    Application,
    Order,
    Staff,
    Journal,
    Lesson,
    Mark,
    Attendance,
    Account,
    Identifier
);
