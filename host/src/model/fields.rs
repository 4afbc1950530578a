//! The fields of each type of record by name, as people write them: in grants, manifests and import profiles.
//!
//! Names are those of the contract (`last-name`); the stored form has the same words with `_`. A test holds the
//! table against the stored form, so that neither can gain a field alone.

use super::records::RecordType;

/// What a field holds, as text of a file has to say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// The record's own id.
    Id,
    /// Id of another record.
    Ref(RecordType),
    /// Ids of other records.
    Refs(RecordType),
    /// Any one line.
    Text,
    /// Part of a person's name.
    Name,
    /// СНИЛС.
    Snils,
    /// Calendar day.
    Date,
    /// Date of birth of a child.
    ChildBirth,
    /// Date of birth of an adult.
    AdultBirth,
    /// Moment: milliseconds since 1970.
    Instant,
    /// First year of a study year.
    StudyYear,
    /// 1 to 12.
    Grade,
    /// Letter of a class.
    Letter,
    /// Yes or no.
    Flag,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Type of the record that the next field names.
    AnyType,
    /// Id of a record of the type that the field before names.
    AnyRef,
}

impl Content {
    /// May it name a record of this type?
    pub fn may_refer_to(self, record_type: RecordType) -> bool {
        match self {
            Self::Ref(named) | Self::Refs(named) => named == record_type,
            Self::AnyRef => true,
            _ => false,
        }
    }
}

/// A field of a type of record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldSpec {
    /// Name; parts of nested values follow a dot (`child.last-name`).
    pub name: &'static str,
    /// What it holds.
    pub content: Content,
    /// A record without it is refused.
    pub required: bool,
}

const fn must(name: &'static str, content: Content) -> FieldSpec {
    FieldSpec { name, content, required: true }
}

const fn may(name: &'static str, content: Content) -> FieldSpec {
    FieldSpec { name, content, required: false }
}

use Content::{
    AdultBirth, AnyRef, AnyType, ChildBirth, Date, Flag, Grade, Id, Instant, Letter, Name, Ref, Refs, Snils,
    StudyYear, Text, Word,
};

const SEX: Content = Word(&["male", "female"]);

const CLASS: &[FieldSpec] = &[
    must("id", Id),
    must("study-year", StudyYear),
    must("grade", Grade),
    may("letter", Letter),
    may("teacher-id", Ref(RecordType::Staff)),
];

const PUPIL: &[FieldSpec] = &[
    must("id", Id),
    must("last-name", Name),
    must("first-name", Name),
    may("middle-name", Name),
    may("birth-date", ChildBirth),
    may("sex", SEX),
    may("snils", Snils),
    may("class-id", Ref(RecordType::SchoolClass)),
    may("guardian-ids", Refs(RecordType::Guardian)),
];

const GUARDIAN: &[FieldSpec] = &[
    must("id", Id),
    must("last-name", Name),
    must("first-name", Name),
    may("middle-name", Name),
    may("birth-date", AdultBirth),
    may("sex", SEX),
    may("snils", Snils),
    may("phone", Text),
    may("email", Text),
];

const APPLICATION: &[FieldSpec] = &[
    must("id", Id),
    must("pupil-id", Ref(RecordType::Pupil)),
    must("study-year", StudyYear),
    must("grade", Grade),
    may("submitted", Date),
    must("state", Word(&["submitted", "accepted", "withdrawn", "refused"])),
    may("child.last-name", Name),
    may("child.first-name", Name),
    may("child.middle-name", Name),
    may("child.birth-date", ChildBirth),
    may("child.sex", SEX),
    may("child.snils", Snils),
    may("guardian-id", Ref(RecordType::Guardian)),
    may("guardian.last-name", Name),
    may("guardian.first-name", Name),
    may("guardian.middle-name", Name),
    may("guardian.birth-date", AdultBirth),
    may("guardian.sex", SEX),
    may("guardian.snils", Snils),
    may("relation", Text),
];

const ORDER: &[FieldSpec] = &[
    must("id", Id),
    may("number", Text),
    must("kind", Word(&["enrolment", "class-formation", "transfer", "promotion", "expulsion", "other"])),
    may("signed", Date),
    must("effective", Date),
    must("study-year", StudyYear),
    must("pupil-id", Ref(RecordType::Pupil)),
    may("class-id", Ref(RecordType::SchoolClass)),
];

const STAFF: &[FieldSpec] = &[
    must("id", Id),
    must("last-name", Name),
    must("first-name", Name),
    may("middle-name", Name),
    may("birth-date", AdultBirth),
    may("sex", SEX),
    may("snils", Snils),
    may("position", Text),
];

const JOURNAL: &[FieldSpec] = &[
    must("id", Id),
    must("study-year", StudyYear),
    may("class-id", Ref(RecordType::SchoolClass)),
    must("subject", Text),
    may("teacher-ids", Refs(RecordType::Staff)),
    may("pupil-ids", Refs(RecordType::Pupil)),
    must("general", Flag),
    must("chat", Flag),
];

const LESSON: &[FieldSpec] = &[
    must("id", Id),
    must("journal-id", Ref(RecordType::Journal)),
    must("starts", Instant),
    must("ends", Instant),
    may("teacher-id", Ref(RecordType::Staff)),
    must("mode", Word(&["in-class", "video-call"])),
    must("published", Flag),
    must("cancelled", Flag),
    may("call-link", Text),
    may("topic", Text),
    may("homework", Text),
];

const MARK: &[FieldSpec] = &[
    must("id", Id),
    must("journal-id", Ref(RecordType::Journal)),
    may("lesson-id", Ref(RecordType::Lesson)),
    must("pupil-id", Ref(RecordType::Pupil)),
    must("day", Date),
    must("value", Text),
    may("work", Text),
    may("comment", Text),
];

const ATTENDANCE: &[FieldSpec] = &[
    must("id", Id),
    may("journal-id", Ref(RecordType::Journal)),
    may("lesson-id", Ref(RecordType::Lesson)),
    must("pupil-id", Ref(RecordType::Pupil)),
    must("day", Date),
    must("status", Text),
    may("reason", Text),
];

const ACCOUNT: &[FieldSpec] = &[
    must("id", Id),
    must("person.record-type", AnyType),
    must("person.id", AnyRef),
    must("system", Text),
    may("login", Text),
    must("linked", Flag),
];

const IDENTIFIER: &[FieldSpec] = &[
    must("id", Id),
    must("about.record-type", AnyType),
    must("about.id", AnyRef),
    must("system", Text),
    must("value", Text),
];

impl RecordType {
    /// Names of all types, in the order of [`RecordType::ALL`].
    pub const NAMES: [&'static str; 12] = [
        "school-class",
        "guardian",
        "pupil",
        "application",
        "order",
        "staff",
        "journal",
        "lesson",
        "mark",
        "attendance",
        "account",
        "identifier",
    ];

    /// Its fields, nested ones flattened (`child.last-name`).
    pub fn fields(self) -> &'static [FieldSpec] {
        match self {
            Self::SchoolClass => CLASS,
            Self::Pupil => PUPIL,
            Self::Guardian => GUARDIAN,
            Self::Application => APPLICATION,
            Self::Order => ORDER,
            Self::Staff => STAFF,
            Self::Journal => JOURNAL,
            Self::Lesson => LESSON,
            Self::Mark => MARK,
            Self::Attendance => ATTENDANCE,
            Self::Account => ACCOUNT,
            Self::Identifier => IDENTIFIER,
        }
    }

    /// A field by its flattened name.
    pub fn field(self, name: &str) -> Option<&'static FieldSpec> {
        self.fields().iter().find(|field| field.name == name)
    }

    /// Names of the fields as grants know them: a nested value (`child`) is granted whole.
    pub fn top_fields(self) -> Vec<&'static str> {
        let mut names: Vec<&'static str> = Vec::new();
        for field in self.fields() {
            let top = field.name.split('.').next().unwrap_or(field.name);
            if names.last() != Some(&top) && !names.contains(&top) {
                names.push(top);
            }
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_order_of_all() {
        let names: Vec<&str> = RecordType::ALL.iter().map(|kind| kind.name()).collect();
        assert_eq!(names, RecordType::NAMES);
    }

    /// `deny_unknown_fields` names every field it knows in its refusal.
    #[test]
    fn fields_are_those_of_the_stored_form() {
        for kind in RecordType::ALL {
            let refusal = super::super::records::Record::from_json(kind, r#"{"no such field":1}"#)
                .unwrap_err()
                .to_string();
            let mut stored: Vec<String> =
                refusal.split('`').skip(3).step_by(2).map(|name| name.replace('_', "-")).collect();
            let mut table = kind.top_fields();
            stored.sort();
            table.sort_unstable();
            assert_eq!(stored, table, "{kind}: {refusal}");
        }
    }
}
