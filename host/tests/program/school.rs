//! The invented school of these tests: small, made for the study year that is current when they run.

use std::sync::OnceLock;

use invented_school::{Params, School};

/// The fewest that hold every special case.
const PUPILS: usize = 200;

/// First year of the study year that the connector takes for the current one.
pub(crate) fn study_year() -> i16 {
    let today = jiff::Zoned::now().date();
    if today.month() >= 9 { today.year() } else { today.year() - 1 }
}

/// The school, made once.
pub(crate) fn school() -> &'static School {
    static SCHOOL: OnceLock<School> = OnceLock::new();
    SCHOOL.get_or_init(|| {
        let params = Params { pupils: PUPILS, year: study_year(), ..Params::default() };
        School::generate(params).expect("parameters in range")
    })
}

/// The id there of what is known to have been made there by hand; none for a namesake, who is somebody else.
pub(crate) fn there_by_hand(ours: &str) -> Option<&'static str> {
    let known = school().expected.already_there.iter().find(|known| known.ours.as_deref() == Some(ours))?;
    if known.how == "namesake" { None } else { known.theirs.first().map(String::as_str) }
}

/// Ids there of persons who are none of ours: strangers, namesakes, superfluous twins.
pub(crate) fn persons_of_others() -> Vec<&'static str> {
    let persons = school().expected.already_there.iter().filter(|known| known.what != "class");
    let others = persons.flat_map(|known| match (known.how, &known.ours) {
        ("namesake", _) | (_, None) => &known.theirs[..],
        _ => &known.theirs[1..],
    });
    others.map(String::as_str).collect()
}
