//! Pure work, written once: measured natively and inside the sandbox by the benches.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A student as some other side's interface writes it. Invented.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Student {
    id: u64,
    last_name: String,
    first_name: String,
    birth_date: String,
    class_name: String,
    emails: Vec<String>,
}

/// What is made of it.
#[derive(Debug, Serialize)]
struct Person {
    external_id: String,
    full_name: String,
    birth_year: u16,
    class: String,
    contacts: BTreeMap<String, String>,
}

/// `count` invented students as JSON.
#[must_use]
pub fn students(count: u32) -> String {
    let students: Vec<_> = (0..count)
        .map(|n| {
            serde_json::json!({
                "id": u64::from(n) + (1 << 53),
                "lastName": format!("Образцов{}", n % 977),
                "firstName": format!("Пётр{}", n % 31),
                "birthDate": format!("{}-0{}-1{}", 2008 + n % 9, 1 + n % 9, n % 10),
                "className": format!("{}-А", 1 + n % 11),
                "emails": [format!("p{n}@example.org"), format!("q{n}@example.org")],
            })
        })
        .collect();
    serde_json::to_string(&students).unwrap_or_default()
}

/// Parses, maps and writes again; answers how many bytes came out (0 for what is not a list of students).
#[must_use]
pub fn transform(json: &str) -> u64 {
    let students: Vec<Student> = serde_json::from_str(json).unwrap_or_default();
    let people: Vec<Person> = students.into_iter().map(person).collect();
    serde_json::to_string(&people).map_or(0, |text| text.len() as u64)
}

fn person(student: Student) -> Person {
    let contacts = student.emails.into_iter().enumerate().map(|(n, mail)| (format!("mail{n}"), mail));
    Person {
        external_id: format!("student-{}", student.id),
        full_name: format!("{} {}", student.last_name, student.first_name).to_lowercase(),
        birth_year: student.birth_date.get(..4).and_then(|year| year.parse().ok()).unwrap_or(0),
        class: student.class_name.replace('-', ""),
        contacts: contacts.collect(),
    }
}
