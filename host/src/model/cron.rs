//! Cron lines. One can only be made by reading it, so that each line there is can be followed.

use std::sync::Arc;

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff::civil::{DateTime, date};

/// A cron line of five fields: minute, hour, day of the month, month, day of the week. Its times come to an end never.
#[derive(Clone, Debug)]
pub struct CronLine {
    text: String,
    /// Large, and shared by the copies of a line.
    cron: Arc<Cron>,
    every_hour: bool,
}

impl PartialEq for CronLine {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

/// What is wrong with a cron line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CronFault {
    /// It has so many fields instead of five.
    Fields(usize),
    /// This field cannot be read: its number from 0.
    Field(usize),
    /// Its days do not exist in any year.
    Never,
}

impl CronLine {
    /// What its fields are called.
    pub const FIELDS: [&'static str; 5] = ["minute", "hour", "day of the month", "month", "day of the week"];

    /// Reads a line.
    ///
    /// # Errors
    /// What is wrong with it, the first field of several.
    pub fn parse(text: &str) -> Result<Self, CronFault> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        if fields.len() != Self::FIELDS.len() {
            return Err(CronFault::Fields(fields.len()));
        }
        if let Some(wrong) = (0..fields.len()).find(|n| read(&alone(&fields, *n)).is_none()) {
            return Err(CronFault::Field(wrong));
        }
        let cron = read(&fields.join(" ")).ok_or(CronFault::Fields(fields.len()))?;
        let every_hour = read(&alone(&fields, 1)).is_some_and(|hours| names_all_hours(&hours));
        let line = Self { text: text.to_owned(), cron: Arc::new(cron), every_hour };
        // Each combination of dates and weekdays comes again within 400 years.
        line.next(date(2000, 1, 1).at(0, 0, 0, 0), true).ok_or(CronFault::Never)?;
        Ok(line)
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Does it name all hours of a day? Then it means a pace and not times of the day.
    pub fn every_hour(&self) -> bool {
        self.every_hour
    }

    /// Its next time on a calendar without zones: after this one, or from it on.
    pub fn next(&self, from: DateTime, inclusive: bool) -> Option<DateTime> {
        self.cron.find_next_occurrence(&from, inclusive).ok()
    }
}

/// The line with this field alone, every other one open.
fn alone(fields: &[&str], field: usize) -> String {
    let one = |n| if n == field { fields[n] } else { "*" };
    (0..fields.len()).map(one).collect::<Vec<_>>().join(" ")
}

fn read(line: &str) -> Option<Cron> {
    // What the reader knows beyond five fields (`@daily`, `?`) would be a second way to write the same.
    let plain = line.chars().all(|c| c.is_ascii_alphanumeric() || " */,-#+".contains(c));
    let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
    plain.then(|| parser.parse(line).ok())?
}

fn names_all_hours(hours: &Cron) -> bool {
    let named = |hour| hours.is_time_matching(&date(2000, 1, 1).at(hour, 0, 0, 0)).unwrap_or(false);
    (0..24).all(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_cron_line_is_told_by_its_field() {
        let cases = [
            ("0 3 * *", CronFault::Fields(4)),
            ("@daily", CronFault::Fields(1)),
            ("0 0 3 * * *", CronFault::Fields(6)),
            ("60 3 * * *", CronFault::Field(0)),
            ("0 25 * * *", CronFault::Field(1)),
            ("0 3 32 * *", CronFault::Field(2)),
            ("0 3 * SMARCH *", CronFault::Field(3)),
            ("0 3 * * вт", CronFault::Field(4)),
            ("*/0 3 * * *", CronFault::Field(0)),
            ("0 3 30 2 *", CronFault::Never),
        ];
        for (line, fault) in cases {
            assert_eq!(CronLine::parse(line), Err(fault), "{line}");
        }
    }

    #[test]
    fn a_line_that_names_every_hour_means_a_pace() {
        for (line, pace) in
            [("*/15 * * * *", true), ("0 0-23 * * *", true), ("0 */2 * * *", false), ("0 3 * * *", false)]
        {
            assert_eq!(CronLine::parse(line).map(|line| line.every_hour()), Ok(pace), "{line}");
        }
    }
}
