//! `who-goes.md`, row by row: the rules as a school secretary can read and check them (D3, D4, D11).

use std::collections::BTreeMap;

use dnevnik::enrolment::{Classes, Papers, judge, title};
use dnevnik::settings::Year;
use exchange_sdk::Message;
use exchange_sdk::records::{Applicant, Application, ApplicationState, Order, OrderKind, Pupil, SchoolClass};

const TABLE: &str = include_str!("who-goes.md");
const MANIFEST: &str = include_str!("../connector.toml");

/// A row's cells, in the order of the heading.
struct Case<'a> {
    name: &'a str,
    year: Year,
    today: String,
    applications: &'a str,
    orders: &'a str,
    card: &'a str,
    outcome: &'a str,
}

fn cases() -> Vec<Case<'static>> {
    let rows = TABLE.lines().filter(|line| line.starts_with("| ")).skip(1);
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [name, year, today, applications, orders, card, outcome] = cells[..] else {
            panic!("seven cells in: {row}")
        };
        let year = match year {
            "текущий" => Year { first: 2026, next: false },
            "следующий" => Year { first: 2027, next: true },
            other => panic!("{name}: which year is {other}?"),
        };
        Case { name, year, today: date(today), applications, orders, card, outcome }
    })
    .collect()
}

/// `01.09.2026` → `2026-09-01`.
fn date(text: &str) -> String {
    let parts: Vec<&str> = text.split('.').collect();
    let [day, month, year] = parts[..] else { panic!("a date: {text}") };
    format!("{year}-{month}-{day}")
}

fn parts(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(';').map(str::trim).filter(|part| *part != "—")
}

fn application((nth, text): (usize, &str)) -> Application {
    let (state, year) = text.rsplit_once(' ').expect("state and year");
    let person = |first: &str| Applicant {
        last_name: Some("Лисов".to_owned()),
        first_name: Some(first.to_owned()).filter(|name| !name.is_empty()),
        middle_name: None,
        birth_date: None,
        sex: None,
        snils: None,
    };
    Application {
        id: format!("a{nth}"),
        pupil_id: "p".to_owned(),
        study_year: year.parse().expect("a year"),
        grade: 1,
        submitted: None,
        state: match state {
            "принято" | "принято без имени" => ApplicationState::Accepted,
            "подано" => ApplicationState::Submitted,
            "отозвано" => ApplicationState::Withdrawn,
            "отказано" => ApplicationState::Refused,
            other => panic!("what is an application {other}?"),
        },
        child: Some(person(if state == "принято без имени" { "" } else { "Пётр" })),
        guardian_id: None,
        guardian: None,
        relation: None,
    }
}

/// `вид класс день` with an optional `(год)` behind.
fn order((nth, text): (usize, &str)) -> Order {
    let (text, year) = match text.strip_suffix(')').and_then(|text| text.rsplit_once(" (")) {
        Some((text, year)) => (text, Some(year.parse().expect("a year"))),
        None => (text, None),
    };
    let (text, day) = text.rsplit_once(' ').expect("a day");
    let (kind, class) = text.rsplit_once(' ').expect("a class");
    let effective = date(day);
    let class_id = Some(class).filter(|class| *class != "—");
    let by_day = || {
        let year: u16 = effective[..4].parse().expect("a year");
        if effective[5..7] >= *"09" { year } else { year - 1 }
    };
    let study_year = year.unwrap_or_else(by_day);
    Order {
        id: format!("o{nth}"),
        number: None,
        kind: match kind {
            "зачисление" => OrderKind::Enrolment,
            "формирование" => OrderKind::ClassFormation,
            "перевод" => OrderKind::Transfer,
            "перевод на год" => OrderKind::Promotion,
            "отчисление" => OrderKind::Expulsion,
            "иной" => OrderKind::Other,
            other => panic!("what is an order {other}?"),
        },
        signed: None,
        study_year,
        pupil_id: "p".to_owned(),
        class_id: class_id.map(|class| class_id_of(class, study_year)),
        effective,
    }
}

/// `5-А` or `5-А(2025)` → `5-А/2025`.
fn class_id_of(class: &str, year: u16) -> String {
    match class.strip_suffix(')').and_then(|class| class.split_once('(')) {
        Some((class, year)) => format!("{}/{year}", class.trim()),
        None => format!("{class}/{year}"),
    }
}

/// Every class a row may name, of every year; «5-?» is in none.
fn school() -> Vec<SchoolClass> {
    let mut classes = Vec::new();
    for study_year in 2020..=2027 {
        for grade in 1..=13 {
            for letter in [None, Some("А"), Some("Б"), Some("В")] {
                let mut class = SchoolClass {
                    id: String::new(),
                    study_year,
                    grade,
                    letter: letter.map(str::to_owned),
                    teacher_id: None,
                };
                class.id = format!("{}/{study_year}", title(&class));
                classes.push(class);
            }
        }
    }
    classes
}

fn card(cell: &str, year: Year) -> Pupil {
    Pupil {
        id: "p".to_owned(),
        last_name: None,
        first_name: None,
        middle_name: None,
        birth_date: None,
        sex: None,
        snils: None,
        class_id: Some(cell).filter(|class| *class != "—").map(|class| class_id_of(class, year.first)),
        guardian_ids: Vec::new(),
    }
}

/// What the school reads.
fn rendered(message: &Message) -> String {
    let manifest: toml::Table = MANIFEST.parse().expect("the manifest");
    let texts = manifest["messages"]["ru"].as_table().expect("texts");
    let pattern = texts[&message.code].as_str().expect("a text").to_owned();
    message.args.iter().fold(pattern, |text, arg| text.replace(&format!("{{ ${} }}", arg.name), &arg.value))
}

fn outcome(case: &Case<'_>, school: &[SchoolClass]) -> String {
    let applications: Vec<Application> = parts(case.applications).enumerate().map(application).collect();
    let orders: Vec<Order> = parts(case.orders).enumerate().map(order).collect();
    let card = card(case.card, case.year);
    let classes: Classes<'_> =
        school.iter().map(|class| (class.id.as_str(), class)).collect::<BTreeMap<_, _>>();
    // Papers come in no order of their own.
    let papers = Papers {
        card: Some(&card),
        applications: applications.iter().rev().collect(),
        orders: orders.iter().rev().collect(),
    };
    match judge(&papers, case.year, &case.today, &classes) {
        Ok(place) => {
            format!("передаётся: {} с {}", title(place.class), dnevnik::dates::shown(place.start))
        }
        Err(reason) => rendered(&reason),
    }
}

#[test]
fn d3_d4_d11_every_case_of_the_table_comes_out_as_it_says() {
    let school = school();
    let wrong: Vec<String> = cases()
        .iter()
        .map(|case| (case, outcome(case, &school)))
        .filter(|(case, came)| came != case.outcome)
        .map(|(case, came)| format!("{}\n  ждали:  {}\n  вышло: {came}", case.name, case.outcome))
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_table_has_a_case_for_every_reason() {
    let manifest: toml::Table = MANIFEST.parse().expect("the manifest");
    let texts = manifest["messages"]["ru"].as_table().expect("texts");
    let cases = cases();
    for (code, text) in texts.iter().filter(|(code, _)| code.starts_with("out-")) {
        // Said of a parent, not of a child: `desired` has its test.
        if code == "out-guardian-no-name" {
            continue;
        }
        let text = text.as_str().expect("a text");
        let start = text.split("{ $").next().expect("a start");
        assert!(cases.iter().any(|case| case.outcome.starts_with(start)), "no case ends with {code}");
    }
}
