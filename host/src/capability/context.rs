//! Where a call stands: the task's settings, the school, the binding. Needs no grant.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::error::{Kind, Result};
use crate::model::setup::{SchoolConfig, TaskConfig};
use crate::model::{Millis, Param};
use crate::sandbox::ports::{self, School};

/// When a study year begins, unless the school's file says otherwise: month and day.
pub const YEAR_BEGINS: (i8, i8) = (9, 1);

/// The context of one task.
#[derive(Clone, Debug)]
pub struct TaskContext {
    settings: String,
    school: School,
    zone: TimeZone,
    year_begins: (i8, i8),
    binding: Vec<Param>,
}

impl TaskContext {
    /// A task's context; `binding` are the facts its binding dialogue ended with.
    pub fn new(school: &SchoolConfig, task: &TaskConfig, binding: Vec<Param>) -> Result<Self> {
        use crate::error::Context as _;
        let zone = TimeZone::get(&school.time_zone);
        let zone = zone.context(Kind::Config, format!("unknown time zone `{}`", school.time_zone))?;
        Ok(Self {
            settings: serde_json::Value::Object(task.settings.clone()).to_string(),
            school: School {
                id: school.id.clone(),
                name: school.name.clone(),
                time_zone: school.time_zone.clone(),
                region: school.region.clone(),
            },
            zone,
            year_begins: YEAR_BEGINS,
            binding,
        })
    }

    /// With another first day of the study year: month and day.
    #[must_use]
    pub fn with_year_beginning(mut self, month: i8, day: i8) -> Self {
        self.year_begins = (month, day);
        self
    }

    fn day(&self, now: Millis) -> Date {
        let now = Timestamp::from_millisecond(now).unwrap_or(Timestamp::UNIX_EPOCH);
        now.to_zoned(self.zone.clone()).date()
    }
}

impl ports::Context for TaskContext {
    fn settings(&self) -> String {
        self.settings.clone()
    }

    fn school(&self) -> School {
        self.school.clone()
    }

    fn binding(&self) -> Vec<Param> {
        self.binding.clone()
    }

    fn study_year(&self, now: Millis) -> u16 {
        let day = self.day(now);
        let begun = (day.month(), day.day()) >= self.year_begins;
        (if begun { day.year() } else { day.year() - 1 }).unsigned_abs()
    }

    fn today(&self, now: Millis) -> String {
        self.day(now).to_string()
    }
}
