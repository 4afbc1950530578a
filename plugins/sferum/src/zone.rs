//! From instants to what a clock on the school's wall shows.
//!
//! The contract names the school's zone and gives no offset. The zones of Russia have known no summer time since 2014,
//! so a table of their offsets says all; elsewhere the time of Moscow is written, and that it is.

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// Zones with their hours ahead of Greenwich (IANA tz database).
const OFFSETS: [(&str, i64); 27] = [
    ("Europe/Kaliningrad", 2),
    ("Europe/Moscow", 3),
    ("Europe/Simferopol", 3),
    ("Europe/Kirov", 3),
    ("Europe/Volgograd", 3),
    ("Europe/Astrakhan", 4),
    ("Europe/Samara", 4),
    ("Europe/Saratov", 4),
    ("Europe/Ulyanovsk", 4),
    ("Asia/Yekaterinburg", 5),
    ("Asia/Omsk", 6),
    ("Asia/Barnaul", 7),
    ("Asia/Krasnoyarsk", 7),
    ("Asia/Novokuznetsk", 7),
    ("Asia/Novosibirsk", 7),
    ("Asia/Tomsk", 7),
    ("Asia/Irkutsk", 8),
    ("Asia/Chita", 9),
    ("Asia/Khandyga", 9),
    ("Asia/Yakutsk", 9),
    ("Asia/Vladivostok", 10),
    ("Asia/Ust-Nera", 10),
    ("Asia/Magadan", 11),
    ("Asia/Sakhalin", 11),
    ("Asia/Srednekolymsk", 11),
    ("Asia/Kamchatka", 12),
    ("Asia/Anadyr", 12),
];

const MONTHS: [&str; 12] = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
];
const WEEKDAYS: [&str; 7] =
    ["понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье"];

/// A wall clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wall {
    offset: i64,
    moscow: bool,
}

impl Wall {
    /// The clock of a zone.
    pub fn of(zone: &str) -> Self {
        let known = OFFSETS.iter().find(|(name, _)| *name == zone);
        Self { offset: known.map_or(3, |(_, hours)| *hours) * HOUR, moscow: known.is_none() }
    }

    /// «вторник, 1 декабря, 10:00».
    pub fn day_and_time(self, at: i64) -> String {
        let day = (at + self.offset).div_euclid(DAY);
        let (_, month, date) = civil(day);
        let weekday = WEEKDAYS[(day + 3).rem_euclid(7) as usize];
        let month = MONTHS[month as usize - 1];
        format!("{weekday}, {date} {month}, {}", self.time(at))
    }

    /// «10:00».
    pub fn time(self, at: i64) -> String {
        let minutes = (at + self.offset).rem_euclid(DAY) / 60_000;
        let moscow = if self.moscow { " (время московское)" } else { "" };
        format!("{:02}:{:02}{moscow}", minutes / 60, minutes % 60)
    }
}

/// Year, month and day of a number of days since 1970; years begin in March, so that the leap day comes last.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-12-01T07:00:00Z.
    const TUESDAY: i64 = 1_796_108_400_000;

    #[test]
    fn the_wall_of_the_school_is_meant() {
        for (zone, text) in [
            ("Europe/Moscow", "вторник, 1 декабря, 10:00"),
            ("Europe/Kaliningrad", "вторник, 1 декабря, 09:00"),
            ("Asia/Kamchatka", "вторник, 1 декабря, 19:00"),
            ("Europe/Minsk", "вторник, 1 декабря, 10:00 (время московское)"),
        ] {
            assert_eq!(Wall::of(zone).day_and_time(TUESDAY), text, "{zone}");
        }
        let late = TUESDAY + 15 * HOUR;
        assert_eq!(Wall::of("Europe/Moscow").day_and_time(late), "среда, 2 декабря, 01:00");
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!(civil(19_782), (2024, 2, 29));
        assert_eq!(civil(20_788), (2026, 12, 1));
    }
}
