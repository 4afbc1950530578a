//! The school's records as plain data, in the shapes of the exchange's own school model.
//!
//! Its own types and not the host's: what checks the host must not share its mistakes. None of them derive
//! `Debug`: they stand for personal data, and habits form in tests.

use jiff::civil::Date;
use serde::Serialize;

/// Sex.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sex {
    /// Male.
    Male,
    /// Female.
    Female,
}

/// What identifies a person.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Person {
    /// Family name.
    pub last_name: String,
    /// Given name.
    pub first_name: String,
    /// Patronymic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub middle_name: Option<String>,
    /// Date of birth.
    pub birth_date: Date,
    /// Sex.
    pub sex: Sex,
    /// Eleven digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snils: Option<String>,
}

impl Person {
    /// «Иванов Пётр Сергеевич».
    pub fn full_name(&self) -> String {
        let middle = self.middle_name.as_deref().unwrap_or_default();
        format!("{} {} {middle}", self.last_name, self.first_name).trim_end().to_owned()
    }
}

/// A place a child may have: a class, or a parallel before its classes are formed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// First year of the study year.
    pub year: i16,
    /// 1 to 11.
    pub grade: u8,
    /// `None`: the parallel.
    pub letter: Option<&'static str>,
}

impl Place {
    /// Id of its record: `2026-5-А`, `2026-1`.
    pub fn id(self) -> String {
        format!("{}-{}", self.year, self.name())
    }

    /// «5-А», or «1» for a parallel.
    pub fn name(self) -> String {
        match self.letter {
            Some(letter) => format!("{}-{letter}", self.grade),
            None => self.grade.to_string(),
        }
    }
}

/// A class of a study year.
pub struct Class {
    /// Which; gives its id.
    pub place: Place,
    /// Id of the class teacher; only classes of the chosen year have one here.
    pub teacher: Option<String>,
}

/// A class teacher.
#[derive(Clone)]
pub struct Teacher {
    /// `S-001`.
    pub id: String,
    /// Family name.
    pub last_name: String,
    /// Given name.
    pub first_name: String,
    /// Patronymic.
    pub middle_name: String,
}

/// A parent or other legal representative, as one row of the file has them.
pub struct Guardian {
    /// `G-00001`.
    pub id: String,
    /// Who.
    pub person: Person,
    /// As written; of a city code that does not exist.
    pub phone: Option<String>,
    /// At example.org.
    pub email: Option<String>,
}

/// A child as the school's contingent knows it.
pub struct Pupil {
    /// `P-00001`.
    pub id: String,
    /// Who.
    pub person: Person,
    /// Where the card says the child is.
    pub place: Option<Place>,
    /// Ids of guardians.
    pub guardians: Vec<String>,
}

/// Where an application stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Handed in.
    Submitted,
    /// Accepted.
    Accepted,
    /// Taken back.
    Withdrawn,
    /// Refused.
    Refused,
}

impl State {
    /// As the export writes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Submitted => "Подано",
            Self::Accepted => "Принято",
            Self::Withdrawn => "Отозвано",
            Self::Refused => "Отказано",
        }
    }
}

/// One representative's line of an application for a place.
pub struct Application {
    /// `A-00001-1`: the application and its line.
    pub id: String,
    /// The child.
    pub pupil: String,
    /// First year of the study year.
    pub year: i16,
    /// 1 to 11.
    pub grade: u8,
    /// When it was handed in.
    pub submitted: Date,
    /// Where it stands.
    pub state: State,
    /// The child's data as the application has them.
    pub child: Person,
    /// The representative, by id; `None` where the application alone knows them.
    pub guardian_id: Option<String>,
    /// The representative's data.
    pub guardian: Person,
    /// «мать», «отец», «опекун», «бабушка».
    pub relation: &'static str,
}

/// Kinds of orders.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Into a class or a parallel.
    Enrolment,
    /// From a parallel, or from last year's classes, into new ones.
    Formation,
    /// Into the next class.
    Promotion,
    /// Into another class of the year.
    Transfer,
    /// Away from the school.
    Expulsion,
    /// No matter for classes.
    NewSurname,
    /// No matter for classes.
    HomeSchooling,
}

impl Kind {
    /// As the export writes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Enrolment => "О зачислении",
            Self::Formation => "О формировании классов",
            Self::Promotion => "О переводе в следующий класс",
            Self::Transfer => "О переводе в другой класс",
            Self::Expulsion => "Об отчислении",
            Self::NewSurname => "О смене фамилии",
            Self::HomeSchooling => "Об обучении на дому",
        }
    }
}

/// One child's line of an order.
#[derive(Clone)]
pub struct Order {
    /// `O-00001`: the line.
    pub id: String,
    /// «17-к»: number of the order, counted within the calendar year it was signed in.
    pub number: String,
    /// Which kind.
    pub kind: Kind,
    /// When it was signed.
    pub signed: Date,
    /// When it takes effect.
    pub effective: Date,
    /// First year of the study year.
    pub year: i16,
    /// The child.
    pub pupil: String,
    /// Where the child comes to.
    pub place: Option<Place>,
}

/// All files' rows, or those of a later batch.
#[derive(Default)]
pub struct Records {
    /// Classes of all years that an order or a card names.
    pub classes: Vec<Class>,
    /// Class teachers.
    pub teachers: Vec<Teacher>,
    /// Guardians.
    pub guardians: Vec<Guardian>,
    /// Children.
    pub pupils: Vec<Pupil>,
    /// Lines of applications.
    pub applications: Vec<Application>,
    /// Lines of orders.
    pub orders: Vec<Order>,
}
