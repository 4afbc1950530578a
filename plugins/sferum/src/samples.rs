//! Invented records for tests.

use exchange_sdk::records::{Identifier, Journal, Lesson, LessonMode, Pupil, SchoolClass, Staff};
use exchange_sdk::{RecordRef, RecordType};

use crate::journal::{Facts, VK};

/// 2026-12-01T07:00:00Z, a Tuesday.
pub(crate) const NOW: i64 = 1_796_108_400_000;

/// A published lesson by video of 45 minutes.
pub(crate) fn lesson(id: &str, starts: i64) -> Lesson {
    Lesson {
        id: id.into(),
        journal_id: "j1".into(),
        starts,
        ends: starts + 2_700_000,
        teacher_id: Some("t1".into()),
        mode: LessonMode::VideoCall,
        published: true,
        cancelled: false,
        call_link: None,
        topic: None,
        homework: None,
    }
}

/// A pupil.
pub(crate) fn pupil(id: &str, class: Option<&str>) -> Pupil {
    Pupil {
        id: id.into(),
        last_name: Some("Вымыслов".into()),
        first_name: Some(id.into()),
        middle_name: None,
        birth_date: None,
        sex: None,
        snils: None,
        class_id: class.map(str::to_owned),
        guardian_ids: vec![],
    }
}

/// A teacher.
pub(crate) fn teacher(id: &str) -> Staff {
    Staff {
        id: id.into(),
        last_name: Some("Придумкина".into()),
        first_name: Some(id.into()),
        middle_name: None,
        birth_date: None,
        sex: None,
        snils: None,
        position: None,
    }
}

/// An identifier at VK.
pub(crate) fn vk(person: &str, value: &str) -> Identifier {
    let role = if person.starts_with('t') { RecordType::Staff } else { RecordType::Pupil };
    Identifier {
        id: format!("{person}-{value}"),
        about: RecordRef::new(role, person),
        system: VK.into(),
        value: value.into(),
    }
}

/// A class.
pub(crate) fn class(id: &str, letter: &str) -> SchoolClass {
    SchoolClass { id: id.into(), study_year: 2026, grade: 5, letter: Some(letter.into()), teacher_id: None }
}

/// Algebra of 5-А: teacher t1, pupils p1 and p2 of the class, a lesson by video in an hour.
pub(crate) fn facts() -> Facts {
    let journal = Journal {
        id: "j1".into(),
        study_year: 2026,
        class_id: Some("c1".into()),
        subject: "Алгебра".into(),
        teacher_ids: vec!["t1".into()],
        pupil_ids: vec![],
        general: true,
        chat: true,
    };
    Facts {
        journal,
        class: Some(class("c1", "А")),
        lessons: vec![lesson("l1", NOW + 3_600_000)],
        pupils: vec![pupil("p1", Some("c1")), pupil("p2", Some("c1")), pupil("p3", Some("c2"))],
        staff: vec![teacher("t1"), teacher("t2")],
        identifiers: vec![vk("t1", "501"), vk("p1", "601")],
    }
}

/// Keyed hashes as a host would give them: sixteen digits, each standing for everything.
pub(crate) fn print(purpose: &str, value: &str) -> Result<String, exchange_sdk::Failure> {
    let bytes = purpose.bytes().chain([0]).chain(value.bytes());
    let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3).rotate_left(5);
    Ok(format!("{:016x}", bytes.fold(0xcbf2_9ce4_8422_2325, mix)))
}

/// The settings of a task, with these instead of the defaults.
pub(crate) fn settings(changes: serde_json::Value) -> crate::settings::Settings {
    let mut all = serde_json::json!({"community": "57", "calls": "off", "scheduled-calls": false,
        "horizon-days": 7, "announce-hours": 24, "invitations": "sheet", "messenger": "vk"});
    for (name, value) in changes.as_object().expect("an object") {
        all[name] = value.clone();
    }
    exchange_sdk::context::parse_settings(&all.to_string()).expect("settings")
}
