//! Headings → fields: which column of a file holds what, and what a row is.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use super::problem::{Code, Fault};
use super::words::plain;
use crate::model::fields::FieldSpec;
use crate::model::records::RecordType;
use crate::model::setup::ImportProfile;

/// Field → headings under which files have it, beside its own name. Compared by `plain`.
const HEADINGS: &[(&str, &[&str])] = &[
    ("id", &["код", "ид", "идентификатор", "id записи"]),
    ("last-name", &["фамилия"]),
    ("first-name", &["имя"]),
    ("middle-name", &["отчество", "отчество (при наличии)", "patronymic"]),
    ("birth-date", &["дата рождения", "д.р.", "birthday", "date of birth"]),
    ("sex", &["пол", "gender"]),
    ("snils", &["снилс", "№ снилс", "номер снилс"]),
    ("class-id", &["класс", "код класса", "id класса", "class"]),
    ("guardian-ids", &["родители", "представители", "законные представители", "id родителей", "guardians"]),
    ("phone", &["телефон", "мобильный телефон", "контактный телефон"]),
    ("email", &["e-mail", "почта", "электронная почта", "адрес электронной почты"]),
    ("study-year", &["учебный год", "год"]),
    ("grade", &["параллель", "год обучения", "номер класса"]),
    ("letter", &["литера", "буква", "литера класса", "буква класса"]),
    ("teacher-id", &["учитель", "классный руководитель", "id учителя", "teacher"]),
    (
        "pupil-id",
        &[
            "ученик",
            "учащийся",
            "обучающийся",
            "id ученика",
            "код ученика",
            "id ребёнка",
            "код ребёнка",
            "pupil",
        ],
    ),
    ("submitted", &["дата подачи", "дата заявления", "дата подачи заявления"]),
    ("state", &["статус", "состояние", "статус заявления"]),
    ("guardian-id", &["id заявителя", "код заявителя", "id представителя", "код представителя"]),
    ("relation", &["степень родства", "родство", "кем приходится"]),
    ("number", &["№ приказа", "номер приказа", "приказ"]),
    ("kind", &["вид приказа", "тип приказа", "приказ о"]),
    ("signed", &["дата приказа", "дата подписания", "дата подписания приказа"]),
    ("effective", &["дата вступления в силу", "дата вступления", "действует с", "вступает в силу"]),
    ("position", &["должность"]),
    ("subject", &["предмет"]),
    ("teacher-ids", &["учителя", "преподаватели", "id учителей", "teachers"]),
    ("pupil-ids", &["ученики", "учащиеся", "id учеников", "pupils"]),
    ("general", &["общеобразовательный"]),
    ("chat", &["чат по предмету", "чат"]),
    ("journal-id", &["журнал", "id журнала", "код журнала", "journal"]),
    ("starts", &["начало", "начало урока"]),
    ("ends", &["конец", "окончание", "окончание урока"]),
    ("mode", &["режим", "форма проведения"]),
    ("published", &["опубликован", "опубликовано"]),
    ("cancelled", &["отменён", "отменено"]),
    ("call-link", &["ссылка", "ссылка на звонок"]),
    ("topic", &["тема", "тема урока"]),
    ("homework", &["домашнее задание", "дз"]),
    ("lesson-id", &["урок", "id урока", "код урока", "lesson"]),
    ("day", &["дата", "день"]),
    ("value", &["отметка", "оценка", "значение"]),
    ("work", &["вид работы"]),
    ("comment", &["комментарий"]),
    ("status", &["вид пропуска", "статус"]),
    ("reason", &["причина"]),
    ("system", &["система"]),
    ("login", &["логин"]),
    ("linked", &["связана", "привязана"]),
    ("person.record-type", &["тип лица"]),
    ("person.id", &["id лица", "код лица"]),
    ("about.record-type", &["тип объекта"]),
    ("about.id", &["id объекта", "код объекта"]),
];

/// What stands before the heading of a nested field: «Ребёнок: Фамилия».
const PREFIXES: &[(&str, &[&str])] = &[
    ("child.", &["ребёнок", "ребёнка"]),
    ("guardian.", &["заявитель", "заявителя", "представитель", "родитель", "законный представитель"]),
];

/// Words in the names of files.
const FILES: &[(RecordType, &[&str])] = &[
    (RecordType::SchoolClass, &["classes", "class", "школьныеклассы", "классы"]),
    (RecordType::Pupil, &["pupils", "pupil", "students", "ученики", "учащиеся", "обучающиеся", "контингент"]),
    (RecordType::Guardian, &["guardians", "guardian", "parents", "родители", "представители"]),
    (RecordType::Application, &["applications", "application", "заявления"]),
    (RecordType::Order, &["orders", "order", "приказы"]),
    (RecordType::Staff, &["staff", "teachers", "сотрудники", "учителя", "кадры"]),
    (RecordType::Journal, &["journals", "journal", "журналы"]),
    (RecordType::Lesson, &["lessons", "lesson", "timetable", "уроки", "расписание"]),
    (RecordType::Mark, &["marks", "mark", "отметки", "оценки"]),
    (RecordType::Attendance, &["attendance", "посещаемость"]),
    (RecordType::Account, &["accounts", "account", "учётныезаписи"]),
    (RecordType::Identifier, &["identifiers", "identifier", "идентификаторы"]),
];

/// The type of record that the name of a file tells.
pub(super) fn kind_of_file(path: &Path) -> Option<RecordType> {
    let stem = path.file_stem()?.to_string_lossy().into_owned();
    let words: Vec<String> = stem.split(|c: char| !c.is_alphabetic()).map(plain).collect();
    let known = |word: &String| FILES.iter().find(|(_, names)| names.iter().any(|name| plain(name) == *word));
    words.iter().find_map(known).map(|(kind, _)| *kind)
}

/// The field of this type that a heading means.
fn field(kind: RecordType, heading: &str, profile: &ImportProfile) -> Option<&'static FieldSpec> {
    let heading = plain(heading);
    let mapped = profile.columns.iter().find(|(_, name)| plain(name) == heading);
    if let Some((field, _)) = mapped {
        return kind.field(field);
    }
    let spec = known(kind).get(&heading).copied();
    spec.filter(|spec| !profile.columns.contains_key(spec.name))
}

/// The fields of a type by the plain form of their headings.
fn known(kind: RecordType) -> &'static HashMap<String, &'static FieldSpec> {
    static KNOWN: OnceLock<HashMap<RecordType, HashMap<String, &'static FieldSpec>>> = OnceLock::new();
    let of = |kind: RecordType| {
        let fields = kind.fields().iter();
        fields.flat_map(|spec| names(kind, spec).map(move |name| (name, spec))).collect()
    };
    &KNOWN.get_or_init(|| RecordType::ALL.into_iter().map(|kind| (kind, of(kind))).collect())[&kind]
}

/// The headings of a field, in their plain form.
fn names(kind: RecordType, spec: &FieldSpec) -> impl Iterator<Item = String> {
    let prefix = PREFIXES.iter().find(|(prefix, _)| spec.name.starts_with(prefix));
    let (bare, before): (&str, &[&str]) = match prefix {
        Some((prefix, before)) => (&spec.name[prefix.len()..], before),
        None => (spec.name, &[""]),
    };
    let others = HEADINGS.iter().find(|(field, _)| *field == bare).map_or(&[][..], |(_, names)| names);
    let nested = before
        .iter()
        .flat_map(move |before| others.iter().map(move |name| plain(&format!("{before}{name}"))));
    // An application is handed in for a grade, and lists call it a class.
    let grade = (kind == RecordType::Application && spec.name == "grade").then(|| plain("класс"));
    std::iter::once(plain(spec.name)).chain(nested).chain(grade)
}

/// A field and the heading of its column as written.
pub(super) type Column = (&'static FieldSpec, Arc<str>);

/// Which column holds which field.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    /// What a row is.
    pub(super) kind: RecordType,
    /// By the number of the column: the field and the heading as written.
    pub(super) fields: Vec<Option<Column>>,
}

impl Columns {
    /// Matches headings with the fields of a type.
    pub(super) fn new(kind: RecordType, headings: &[Option<String>], profile: &ImportProfile) -> Self {
        let column = |heading: &Option<String>| {
            let heading = heading.as_ref()?;
            field(kind, heading, profile).map(|spec| (spec, heading.as_str().into()))
        };
        Self { kind, fields: headings.iter().map(column).collect() }
    }

    /// How many columns say something.
    fn known(&self) -> usize {
        self.fields.iter().flatten().count()
    }

    fn has(&self, field: &FieldSpec) -> bool {
        self.fields.iter().flatten().any(|(spec, _)| spec.name == field.name)
    }

    /// The required fields without a column.
    fn lacks(&self) -> impl Iterator<Item = &'static FieldSpec> {
        self.kind.fields().iter().filter(|field| field.required && !self.has(field))
    }

    /// What keeps the whole file from being read: two columns for one field, a required one missing.
    pub(super) fn fault(&self) -> Option<Fault> {
        let fields: Vec<&str> = self.fields.iter().flatten().map(|(spec, _)| spec.name).collect();
        let twice = fields.iter().enumerate().find(|(index, name)| fields[..*index].contains(name));
        if let Some((_, name)) = twice {
            return Some(Fault::new(Code::ColumnTwice).with("field", name));
        }
        let missing: Vec<&str> = self.lacks().map(|field| field.name).collect();
        let fault =
            Fault::new(Code::ColumnMissing).with("fields", missing.join(", ")).with("type", self.kind);
        (!missing.is_empty()).then_some(fault)
    }
}

/// A row with at least so many known headings is the row of headings.
const ENOUGH: usize = 2;

/// Are these headings, and of which type? `Ok(None)`: they are no headings.
pub(super) fn recognise(
    cells: &[(usize, String)],
    hint: Option<RecordType>,
    profile: &ImportProfile,
) -> Result<Option<Columns>, Fault> {
    let width = cells.iter().map(|(column, _)| column + 1).max().unwrap_or_default();
    let mut headings = vec![None; width];
    cells.iter().for_each(|(column, text)| headings[*column] = Some(text.clone()));
    if let Some(kind) = hint {
        let columns = Columns::new(kind, &headings, profile);
        return Ok((columns.known() >= ENOUGH).then_some(columns));
    }
    let all: Vec<Columns> =
        RecordType::ALL.iter().map(|kind| Columns::new(*kind, &headings, profile)).collect();
    if all.iter().all(|columns| columns.known() < ENOUGH) {
        return Ok(None);
    }
    let whole: Vec<&Columns> = all.iter().filter(|columns| columns.lacks().next().is_none()).collect();
    let most = whole.iter().map(|columns| columns.known()).max().unwrap_or_default();
    let best: Vec<&&Columns> = whole.iter().filter(|columns| columns.known() == most).collect();
    match best.as_slice() {
        [one] => Ok(Some((**one).clone())),
        _ => Err(Fault::new(Code::UnknownType)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Told = Result<Option<RecordType>, Code>;

    fn kind(headings: &[&str]) -> Told {
        let cells: Vec<(usize, String)> =
            headings.iter().map(|text| (*text).to_owned()).enumerate().collect();
        recognise(&cells, None, &ImportProfile::default())
            .map(|columns| columns.map(|columns| columns.kind))
            .map_err(|fault| fault.code)
    }

    #[test]
    fn headings_tell_what_a_row_is() {
        let cases: &[(&[&str], Told)] = &[
            (&["id", "Фамилия", "Имя", "Класс"], Ok(Some(RecordType::Pupil))),
            (&["Код", "ФАМИЛИЯ", "имя", "Телефон"], Ok(Some(RecordType::Guardian))),
            (&["id", "Фамилия", "Имя", "Должность"], Ok(Some(RecordType::Staff))),
            (&["id", "Фамилия", "Имя"], Err(Code::UnknownType)),
            (
                &["id", "Вид приказа", "Дата вступления в силу", "Учебный год", "Ученик"],
                Ok(Some(RecordType::Order)),
            ),
            (&["id", "study-year", "grade", "letter"], Ok(Some(RecordType::SchoolClass))),
            (
                &["id", "Ученик", "Учебный год", "Класс", "Статус", "Ребёнок: Фамилия"],
                Ok(Some(RecordType::Application)),
            ),
            (&["Список учеников"], Ok(None)),
        ];
        for (headings, expected) in cases {
            assert_eq!(&kind(headings), expected, "{headings:?}");
        }
    }

    #[test]
    fn names_of_files_tell_it_too() {
        let kind = |name: &str| kind_of_file(Path::new(name));
        assert_eq!(kind("pupils.csv"), Some(RecordType::Pupil));
        assert_eq!(kind("Приказы 2026-09.xlsx"), Some(RecordType::Order));
        assert_eq!(kind("school57_guardians.json"), Some(RecordType::Guardian));
        assert_eq!(kind("export.csv"), None);
    }

    /// Within a type no heading may mean two fields.
    #[test]
    fn no_heading_is_ambiguous() {
        for kind in RecordType::ALL {
            let mut seen = std::collections::HashMap::new();
            for spec in kind.fields() {
                for name in names(kind, spec) {
                    if let Some(other) = seen.insert(name.clone(), spec.name) {
                        assert_eq!(other, spec.name, "{kind}: {name}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_profile_moves_a_field_to_its_column() {
        let mut profile = ImportProfile::default();
        profile.columns.insert("snils".to_owned(), "Страховой номер".to_owned());
        let named = |text: &str| field(RecordType::Pupil, text, &profile).map(|spec| spec.name);
        assert_eq!(named("страховой  НОМЕР"), Some("snils"));
        assert_eq!(named("СНИЛС"), None, "the profile says that this column is another one");
    }

    #[test]
    fn every_heading_belongs_to_a_field() {
        for (field, _) in HEADINGS {
            assert!(RecordType::ALL.iter().any(|kind| kind.field(field).is_some()), "{field}");
        }
    }
}
