//! Invented records for tests.

use exchange_sdk::records::{Applicant, Application, ApplicationState, Pupil, SchoolClass};

pub(crate) fn class(id: &str, grade: u8, letter: Option<&str>) -> SchoolClass {
    SchoolClass {
        id: id.to_owned(),
        study_year: 2026,
        grade,
        letter: letter.map(str::to_owned),
        teacher_id: None,
    }
}

pub(crate) fn applicant(last: &str, first: &str, middle: &str) -> Applicant {
    Applicant {
        last_name: Some(last.to_owned()),
        first_name: Some(first.to_owned()),
        middle_name: Some(middle.to_owned()),
        birth_date: None,
        sex: None,
        snils: None,
    }
}

pub(crate) fn application(id: &str, pupil: &str, year: u16) -> Application {
    Application {
        id: id.to_owned(),
        pupil_id: pupil.to_owned(),
        study_year: year,
        grade: 1,
        submitted: None,
        state: ApplicationState::Accepted,
        child: Some(applicant("Лисов", "Пётр", "Иванович")),
        guardian_id: Some(format!("g-{pupil}")),
        guardian: Some(applicant("Лисова", "Мария", "Петровна")),
        relation: Some("мать".to_owned()),
    }
}

pub(crate) fn card(id: &str, guardians: &[&str]) -> Pupil {
    Pupil {
        id: id.to_owned(),
        last_name: Some("Лисов".to_owned()),
        first_name: Some("Пётр".to_owned()),
        middle_name: Some("Иванович".to_owned()),
        birth_date: None,
        sex: None,
        snils: None,
        class_id: None,
        guardian_ids: guardians.iter().map(|id| (*id).to_owned()).collect(),
    }
}
