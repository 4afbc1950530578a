//! The school as files: tables in the manner of a Russian export, what is expected of them, the stand-in's seed.
//!
//! Tables have `;` between columns, lines end as on Windows; classes and pupils begin with a byte-order mark,
//! orders are in windows-1251.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Error};
use std::path::Path;

use jiff::civil::Date;

use crate::by_hand::StandOptions;
use crate::model::{Application, Class, Guardian, Order, Person, Place, Pupil, Records, Sex, Teacher};
use crate::school::School;
use crate::snils;

/// Files by path, with `/` between folders.
pub type Files = BTreeMap<String, Vec<u8>>;

#[derive(Clone, Copy)]
enum Encoding {
    Utf8,
    Utf8WithMark,
    Windows1251,
}

type Row = Vec<String>;

const PERSON: [&str; 6] = ["Фамилия", "Имя", "Отчество", "Дата рождения", "Пол", "СНИЛС"];

impl School {
    /// All files.
    ///
    /// # Errors
    /// None in practice: everything here can be written.
    pub fn files(&self) -> io::Result<Files> {
        let mut files = Files::new();
        tables("records", &self.records, &mut files)?;
        tables("five-more", &self.more_records, &mut files)?;
        files.insert("expected.json".to_owned(), self.expected.to_json()?.into_bytes());
        files.insert("five-more/expected.json".to_owned(), self.more_expected.to_json()?.into_bytes());
        files.insert("stand-seed.json".to_owned(), self.seed_json(&StandOptions::default())?.into_bytes());
        Ok(files)
    }

    /// Writes all files into a folder, which is made when missing; what else is there stays.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        for (path, content) in self.files()? {
            let path = folder.join(path);
            path.parent().map_or(Ok(()), fs::create_dir_all)?;
            fs::write(path, content)?;
        }
        Ok(())
    }

    /// The body of the stand-in's `POST /_stand/seed`.
    ///
    /// # Errors
    /// None in practice: everything here can be written.
    pub fn seed_json(&self, options: &StandOptions) -> serde_json::Result<String> {
        self.by_hand.seed_json(options)
    }
}

/// The tables of a folder; without rows there is no file.
fn tables(folder: &str, records: &Records, files: &mut Files) -> io::Result<()> {
    let Records { classes, teachers, guardians, pupils, applications, orders } = records;
    let all = [
        ("classes", Encoding::Utf8WithMark, head(CLASS), classes.iter().map(class).collect::<Vec<_>>()),
        ("staff", Encoding::Utf8, head(STAFF), teachers.iter().map(teacher).collect()),
        ("guardians", Encoding::Utf8, guardian_head(), guardians.iter().map(guardian).collect()),
        ("pupils", Encoding::Utf8WithMark, pupil_head(), pupils.iter().map(pupil).collect()),
        ("applications", Encoding::Utf8, application_head(), applications.iter().map(application).collect()),
        ("orders", Encoding::Windows1251, head(ORDER), orders.iter().map(order).collect()),
    ];
    for (name, encoding, head, rows) in all.into_iter().filter(|(.., rows)| !rows.is_empty()) {
        files.insert(format!("{folder}/{name}.csv"), table(encoding, head, rows)?);
    }
    Ok(())
}

fn table(encoding: Encoding, head: Row, rows: Vec<Row>) -> io::Result<Vec<u8>> {
    let mut writer =
        csv::WriterBuilder::new().delimiter(b';').terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(head)?;
    for row in rows {
        writer.write_record(row)?;
    }
    let text = writer.into_inner().map_err(|error| Error::other(error.to_string()))?;
    encoded(encoding, text)
}

fn encoded(encoding: Encoding, text: Vec<u8>) -> io::Result<Vec<u8>> {
    match encoding {
        Encoding::Utf8 => Ok(text),
        Encoding::Utf8WithMark => Ok([b"\xEF\xBB\xBF".as_slice(), &text].concat()),
        Encoding::Windows1251 => {
            let text = String::from_utf8(text).map_err(Error::other)?;
            match encoding_rs::WINDOWS_1251.encode(&text) {
                (bytes, _, false) => Ok(bytes.into_owned()),
                _ => Err(Error::other("a letter that windows-1251 does not have")),
            }
        }
    }
}

fn head(names: &[&str]) -> Row {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn day(day: Date) -> String {
    day.strftime("%d.%m.%Y").to_string()
}

/// «2026/2027»
fn study_year(year: i16) -> String {
    format!("{year}/{}", year + 1)
}

fn place_name(place: Option<Place>) -> String {
    place.map(Place::name).unwrap_or_default()
}

fn place_id(place: Option<Place>) -> String {
    place.map(Place::id).unwrap_or_default()
}

fn person(person: &Person) -> Row {
    vec![
        person.last_name.clone(),
        person.first_name.clone(),
        person.middle_name.clone().unwrap_or_default(),
        day(person.birth_date),
        match person.sex {
            Sex::Male => "М".to_owned(),
            Sex::Female => "Ж".to_owned(),
        },
        person.snils.as_deref().map(snils::written).unwrap_or_default(),
    ]
}

const CLASS: &[&str] = &["Код", "Учебный год", "Параллель", "Литера", "Класс", "Классный руководитель"];

fn class(class: &Class) -> Row {
    let Class { place, teacher } = class;
    vec![
        place.id(),
        study_year(place.year),
        place.grade.to_string(),
        place.letter.unwrap_or_default().to_owned(),
        place.name(),
        teacher.clone().unwrap_or_default(),
    ]
}

const STAFF: &[&str] = &["Код", "Фамилия", "Имя", "Отчество", "Должность"];

fn teacher(teacher: &Teacher) -> Row {
    let Teacher { id, last_name, first_name, middle_name } = teacher.clone();
    vec![id, last_name, first_name, middle_name, "Учитель".to_owned()]
}

fn guardian_head() -> Row {
    [head(&["Код"]), head(&PERSON), head(&["Телефон", "Электронная почта"])].concat()
}

fn guardian(guardian: &Guardian) -> Row {
    let contacts = [&guardian.phone, &guardian.email].map(|contact| contact.clone().unwrap_or_default());
    [vec![guardian.id.clone()], person(&guardian.person), contacts.to_vec()].concat()
}

fn pupil_head() -> Row {
    [head(&["Код"]), head(&PERSON), head(&["Класс", "Код класса", "Представители"])].concat()
}

fn pupil(pupil: &Pupil) -> Row {
    let place = vec![place_name(pupil.place), place_id(pupil.place), pupil.guardians.join(", ")];
    [vec![pupil.id.clone()], person(&pupil.person), place].concat()
}

fn application_head() -> Row {
    let of = |whose: &str| PERSON.map(|name| format!("{whose}: {name}")).to_vec();
    let first = ["Код", "Код ученика", "Учебный год", "Параллель", "Дата подачи", "Состояние"];
    let (code, relation) = (head(&["Код представителя"]), head(&["Кем приходится"]));
    [head(&first), of("Ребёнок"), code, of("Представитель"), relation].concat()
}

fn application(application: &Application) -> Row {
    let first = vec![
        application.id.clone(),
        application.pupil.clone(),
        study_year(application.year),
        application.grade.to_string(),
        day(application.submitted),
        application.state.word().to_owned(),
    ];
    let code = vec![application.guardian_id.clone().unwrap_or_default()];
    [
        first,
        person(&application.child),
        code,
        person(&application.guardian),
        vec![application.relation.to_owned()],
    ]
    .concat()
}

const ORDER: &[&str] = &[
    "Код",
    "Номер приказа",
    "Вид приказа",
    "Дата приказа",
    "Дата вступления в силу",
    "Учебный год",
    "Код ученика",
    "Класс",
    "Код класса",
];

fn order(order: &Order) -> Row {
    vec![
        order.id.clone(),
        order.number.clone(),
        order.kind.word().to_owned(),
        day(order.signed),
        day(order.effective),
        study_year(order.year),
        order.pupil.clone(),
        place_name(order.place),
        place_id(order.place),
    ]
}
