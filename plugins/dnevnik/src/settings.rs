//! The task's settings, and the study year they mean (D2, D16).

use exchange_sdk::{BadSetting, Failure, Message};
use serde::Deserialize;

/// `[task.settings]`; each key is described in `connector.toml`, which also has the defaults.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// Which year goes over.
    pub study_year: YearSetting,
    /// Our name at Дневник.ру.
    pub client_id: String,
    /// What consent is asked for.
    pub scope: Vec<String>,
    /// What makes a pupil found there the same pupil, best first.
    pub adopt_by: Vec<Evidence>,
}

/// `"current"`, `"next"` or the first year as a number.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(untagged)]
pub enum YearSetting {
    /// 2026 for 2026/2027.
    Number(u16),
    /// A word.
    Word(YearWord),
}

/// A year told from the calendar.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum YearWord {
    /// The one that runs.
    Current,
    /// The one after it.
    Next,
}

/// What speaks for two records being one person.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// The same СНИЛС.
    Snils,
    /// Full name and birth date.
    NameAndBirthday,
    /// Full name and class.
    NameAndClass,
}

/// The study year that goes over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Year {
    /// Its first calendar year.
    pub first: u16,
    /// It has not begun: orders of it count whatever day they take effect.
    pub next: bool,
}

impl Settings {
    /// The year that is meant, when `current` runs.
    ///
    /// # Errors
    /// [`Failure::InvalidConfig`] for a year that cannot be exchanged, with the way out.
    pub fn year(&self, current: u16) -> Result<Year, Failure> {
        let first = match self.study_year {
            YearSetting::Word(YearWord::Current) => current,
            YearSetting::Word(YearWord::Next) => current + 1,
            YearSetting::Number(year) => year,
        };
        if first < current {
            return Err(wrong_year(Message::new("year-is-past").arg("year", first)));
        }
        if first > current + 1 {
            return Err(wrong_year(Message::new("year-is-far").arg("year", first)));
        }
        Ok(Year { first, next: first > current })
    }
}

fn wrong_year(reason: Message) -> Failure {
    Failure::InvalidConfig(BadSetting { field: "study-year".to_owned(), reason })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn year(setting: &str) -> Result<Year, String> {
        let json =
            format!(r#"{{"study-year": {setting}, "client-id": "c", "scope": [], "adopt-by": ["snils"]}}"#);
        let settings: Settings = exchange_sdk::context::parse_settings(&json).expect("settings");
        settings.year(2026).map_err(|failure| match failure {
            Failure::InvalidConfig(bad) => format!("{}: {}", bad.field, bad.reason.code),
            other => format!("{other:?}"),
        })
    }

    #[test]
    fn d2_only_the_current_and_the_next_year_can_be_exchanged() {
        assert_eq!(year("\"current\""), Ok(Year { first: 2026, next: false }));
        assert_eq!(year("\"next\""), Ok(Year { first: 2027, next: true }));
        assert_eq!(year("2027"), Ok(Year { first: 2027, next: true }));
        assert_eq!(year("2025"), Err("study-year: year-is-past".to_owned()));
        assert_eq!(year("2028"), Err("study-year: year-is-far".to_owned()));
    }
}
