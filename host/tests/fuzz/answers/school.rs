//! The records of a small school: two pupils of a class, by application and order.

use dnevnik::contingent::Records;
use exchange_sdk::records::{Applicant, Application, ApplicationState, Order, OrderKind, Pupil, SchoolClass};

pub(crate) fn records() -> Records {
    let class = SchoolClass {
        id: "c".into(),
        study_year: 2026,
        grade: 5,
        letter: Some("А".into()),
        teacher_id: None,
    };
    let numbers = 1..=2;
    Records {
        classes: vec![class],
        pupils: numbers.clone().map(pupil).collect(),
        applications: numbers.clone().map(application).collect(),
        orders: numbers.map(order).collect(),
    }
}

fn pupil(number: u32) -> Pupil {
    Pupil {
        id: format!("p{number}"),
        last_name: Some("Лисов".into()),
        first_name: Some(["Пётр", "Яков"][number as usize % 2].into()),
        middle_name: Some("Иванович".into()),
        birth_date: Some("2015-03-04".into()),
        sex: None,
        snils: Some("11223344595".into()),
        class_id: Some("c".into()),
        guardian_ids: vec![format!("g-p{number}")],
    }
}

fn applicant(first: &str) -> Applicant {
    Applicant {
        last_name: Some("Лисов".into()),
        first_name: Some(first.into()),
        middle_name: Some("Иванович".into()),
        birth_date: Some("2015-03-04".into()),
        sex: None,
        snils: None,
    }
}

fn application(number: u32) -> Application {
    Application {
        id: format!("a{number}"),
        pupil_id: format!("p{number}"),
        study_year: 2026,
        grade: 5,
        submitted: None,
        state: ApplicationState::Accepted,
        child: Some(applicant(["Пётр", "Яков"][number as usize % 2])),
        guardian_id: Some(format!("g-p{number}")),
        guardian: Some(applicant("Мария")),
        relation: Some("мать".into()),
    }
}

fn order(number: u32) -> Order {
    Order {
        id: format!("o{number}"),
        number: None,
        kind: OrderKind::Enrolment,
        signed: None,
        effective: "2026-09-01".into(),
        study_year: 2026,
        pupil_id: format!("p{number}"),
        class_id: Some("c".into()),
    }
}
