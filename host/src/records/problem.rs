//! What is wrong with a file, as data: place, severity, text of the catalogue, remedy.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::item::Message;
use crate::model::records::{Record, RecordType};

/// How grave a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The row goes in; somebody should look.
    Warning,
    /// The row is left out.
    Row,
    /// The file, or the rest of it, is not read.
    File,
}

/// Makes the enum of codes with their names and severities.
macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $severity:ident;)*) => {
        /// What can be wrong. The catalogue has a text of this name, and the remedy as `<name>-fix`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            $($(#[$doc])* $variant,)*
        }

        impl Code {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name in the catalogue.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// How grave it is.
            pub fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)* }
            }
        }
    };
}

codes! {
    /// The file cannot be opened or read.
    Unreadable = "import-unreadable", File;
    /// Neither a text nor an XLSX workbook.
    Binary = "import-binary", File;
    /// An old workbook (XLS, ODS).
    OldWorkbook = "import-old-workbook", File;
    /// A workbook that is broken, or none.
    BrokenWorkbook = "import-broken-workbook", File;
    /// A workbook that unpacks to more than is allowed.
    TooLarge = "import-too-large", File;
    /// The named sheet is not there.
    NoSheet = "import-no-sheet", File;
    /// One row is longer than is allowed.
    RowTooLong = "import-row-too-long", File;
    /// Broken JSON.
    BrokenJson = "import-broken-json", File;
    /// Broken XML.
    BrokenXml = "import-broken-xml", File;
    /// XML with a document type or entities of its own.
    Doctype = "import-doctype", File;
    /// No row with headings.
    NoHeadings = "import-no-headings", File;
    /// It cannot be told what a row is.
    UnknownType = "import-unknown-type", File;
    /// More columns than any list of people has.
    TooManyColumns = "import-too-many-columns", File;
    /// A required column is missing.
    ColumnMissing = "import-column-missing", File;
    /// Two columns for one field.
    ColumnTwice = "import-column-twice", File;
    /// No rows at all.
    Empty = "import-empty", File;
    /// A column that says nothing to us.
    ColumnUnknown = "import-column-unknown", Warning;
    /// A required value is missing.
    Missing = "import-missing", Row;
    /// More cells than headings.
    ExtraCells = "import-extra-cells", Row;
    /// Wrong length of an id, or unprintable characters in it.
    BadId = "import-bad-id", Row;
    /// The id is somebody's СНИЛС.
    PersonalId = "import-personal-id", Row;
    /// The person was erased at the school.
    Erased = "import-erased", Row;
    /// A second record of this id.
    DuplicateId = "import-duplicate-id", Row;
    /// A text with unprintable characters.
    BadText = "import-bad-text", Row;
    /// A text that is too long.
    TextTooLong = "import-text-too-long", Row;
    /// A character that no name has.
    NameCharacter = "import-name-character", Row;
    /// Latin and Cyrillic in one name.
    NameMixed = "import-name-mixed", Row;
    /// Not eleven digits.
    SnilsLength = "import-snils-length", Row;
    /// Its check digits are wrong.
    SnilsCheck = "import-snils-check", Row;
    /// Not a date.
    DateForm = "import-date-form", Row;
    /// A day that no calendar has.
    DateImpossible = "import-date-impossible", Row;
    /// Born in the future, or two lifetimes ago.
    BirthImpossible = "import-birth-impossible", Row;
    /// A pupil's age is unusual.
    PupilAge = "import-pupil-age", Warning;
    /// An adult's age is unusual.
    AdultAge = "import-adult-age", Warning;
    /// Not a moment.
    InstantForm = "import-instant-form", Row;
    /// Not a study year, or one that is far off.
    StudyYear = "import-study-year", Row;
    /// Not a grade from 1 to 12.
    Grade = "import-grade", Row;
    /// Not a letter of a class.
    Letter = "import-letter", Row;
    /// A Latin letter taken for the Cyrillic one that looks like it.
    LetterLatin = "import-letter-latin", Warning;
    /// Neither yes nor no.
    Flag = "import-flag", Row;
    /// The values do not make a record.
    Unfit = "import-unfit", Row;
    /// A word that is not known.
    Word = "import-word", Row;
    /// The class cannot be told from its name.
    ClassUnknown = "import-class-unknown", Row;
    /// Several classes are called so.
    ClassAmbiguous = "import-class-ambiguous", Row;
    /// A required reference leads nowhere.
    ReferenceUnknown = "import-reference-unknown", Row;
    /// An optional reference leads nowhere and is dropped.
    ReferenceDropped = "import-reference-dropped", Warning;
}

/// One problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The file's name, without folders.
    pub file: String,
    /// Row as a spreadsheet or editor counts it (records of JSON and XML are counted); 0: the file as a whole.
    pub row: u64,
    /// Heading of the column.
    pub column: Option<String>,
    /// How grave it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: Message,
    /// How to mend it.
    pub fix: Message,
}

/// A fault of a value or file, before its place is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) code: Code,
    pub(super) args: Vec<(&'static str, String)>,
}

impl Fault {
    pub(super) fn new(code: Code) -> Self {
        Self { code, args: Vec::new() }
    }

    /// Adds an argument; never a value of a record.
    pub(super) fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.args.push((name, value.to_string()));
        self
    }

    /// The fault at its place.
    pub(super) fn at(&self, file: &str, row: u64, column: Option<&str>) -> Problem {
        let text = |name: String| {
            self.args.iter().fold(Message::new(name), |message, (name, value)| message.with(name, value))
        };
        Problem {
            file: file.to_owned(),
            row,
            column: column.map(str::to_owned),
            severity: self.code.severity(),
            message: text(self.code.name().to_owned()),
            fix: text(format!("{}-fix", self.code.name())),
        }
    }
}

/// What an import came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Records that went in, by type.
    pub records: BTreeMap<RecordType, u64>,
    /// Problems, in the order of the files, up to [`Report::KEPT`].
    pub problems: Vec<Problem>,
    /// Problems beyond those kept.
    pub further: u64,
}

impl Report {
    /// Problems kept: a file of nothing but faults would fill the memory.
    pub const KEPT: usize = 10_000;

    /// Counts one answer of an import.
    pub fn add(&mut self, answer: &Result<Record, Problem>) {
        match answer {
            Ok(record) => *self.records.entry(record.record_type()).or_default() += 1,
            Err(_) if self.problems.len() >= Self::KEPT => self.further += 1,
            Err(problem) => self.problems.push(problem.clone()),
        }
    }

    /// The gravest problem kept.
    pub fn gravest(&self) -> Option<Severity> {
        self.problems.iter().map(|problem| problem.severity).max()
    }
}
