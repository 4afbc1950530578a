//! `exchange class-list`: lists by class as a file for manual import, for the years that cannot be exchanged (D16).
//!
//! No claim to match a template nobody here has seen: the columns are those that a manual entry asks for; the heading
//! row is off unless asked for, as the vendor's help wants it for import.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::app::{App, write_file};
use super::stores::{self, About};
use crate::capability::context::YEAR_BEGINS;
use crate::error::{Context, Error, Kind, Result};
use crate::model::Message;
use crate::model::records::{Date, Filter, Order, OrderKind, Pupil, Record, RecordType, SchoolClass, Sex};
use crate::report::{Format, Sheet, run_report, table};
use crate::store::{RecordStore, SchoolDb};

/// What to list.
pub(super) struct Wanted<'a> {
    /// Classes by title; empty: all.
    pub(super) classes: &'a [String],
    /// First year of the study year; `None`: the one that runs today at the school, or the nearest that has classes.
    pub(super) year: Option<u16>,
    /// With a heading row.
    pub(super) heading: bool,
}

/// Writes the list.
pub(super) fn class_list(
    app: &App,
    school: &str,
    wanted: &Wanted<'_>,
    format: Option<Format>,
    output: &Path,
) -> Result<u8> {
    let school = app.school(&school.into())?;
    let store = app.store(&school)?;
    let format = format.or_else(|| Format::of_path(output)).unwrap_or(Format::Csv);
    let all: Vec<SchoolClass> = all(&store, RecordType::SchoolClass, &Filter::default())?;
    let zone = TimeZone::get(&school.time_zone).unwrap_or(TimeZone::UTC);
    let running = running_year(Timestamp::now().to_zoned(zone).date());
    let year = wanted.year.unwrap_or_else(|| usual_year(&all, running));
    let classes = chosen(all, year, wanted)?;
    let mut rows = Vec::new();
    for class in &classes {
        rows.extend(class_rows(app, &store, class)?);
    }
    let headings = if wanted.heading { headings(app) } else { Vec::new() };
    let count = rows.len();
    let sheet = Sheet { title: app.word("class-list-title"), headings, rows, own_page: false };
    let mut file = Cursor::new(Vec::new());
    table::write(format, &school.name, &[sheet], &mut file)?;
    write_file(output, file.get_ref())?;
    stores::audit(app, "class-list", About::from(&school.id).with(format!("{count} rows")))?;
    let message = Message::new("class-list-done").with("n", count).with("file", output.display());
    let message = message.with("year", format!("{year}/{}", year + 1));
    app.output.line(app.text(message)).map(|()| 0)
}

fn headings(app: &App) -> Vec<String> {
    [
        "class",
        "last-name",
        "first-name",
        "middle-name",
        "birth-date",
        "sex",
        "snils",
        "school-date",
        "class-date",
    ]
    .map(|name| app.word(&format!("class-list-{name}")))
    .to_vec()
}

/// First year of the study year that runs on this day.
fn running_year(day: Date) -> u16 {
    let begun = (day.month(), day.day()) >= YEAR_BEGINS;
    (if begun { day.year() } else { day.year() - 1 }).unsigned_abs()
}

/// The year that runs, or the latest before it that has classes, or else the earliest: parallels of the year to come do
/// not hide the classes of today.
fn usual_year(classes: &[SchoolClass], running: u16) -> u16 {
    let years = || classes.iter().map(|class| class.study_year);
    years().filter(|year| *year <= running).max().or_else(|| years().min()).unwrap_or(running)
}

/// The classes of the year that are wanted, without parallels whose classes are not formed.
fn chosen(all: Vec<SchoolClass>, year: u16, wanted: &Wanted<'_>) -> Result<Vec<SchoolClass>> {
    let mut classes: Vec<SchoolClass> = all.into_iter().filter(|class| class.study_year == year).collect();
    let known: BTreeMap<String, String> =
        classes.iter().map(|class| (plain(&title(class)), class.id.clone())).collect();
    for name in wanted.classes {
        if !known.contains_key(&plain(name)) {
            let titles: Vec<String> = classes.iter().map(title).collect();
            return Err(Error::config(format!("there is no class `{name}`")).hint(titles.join(", ")));
        }
    }
    let chosen: Vec<String> = wanted.classes.iter().map(|name| plain(name)).collect();
    classes.retain(|class| {
        class.letter.is_some() && (chosen.is_empty() || chosen.contains(&plain(&title(class))))
    });
    classes.sort_by_cached_key(|class| run_report::natural(&title(class)));
    Ok(classes)
}

fn title(class: &SchoolClass) -> String {
    Record::SchoolClass(class.clone()).title()
}

/// «5 "а"» and «5-А» are one class.
fn plain(title: &str) -> String {
    title.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

fn class_rows(app: &App, store: &SchoolDb, class: &SchoolClass) -> Result<Vec<Vec<String>>> {
    let in_class = Filter { class_id: Some(class.id.clone()), ..Filter::default() };
    let mut pupils: Vec<Pupil> = all(store, RecordType::Pupil, &in_class)?;
    let orders: Vec<Order> = all(store, RecordType::Order, &in_class)?;
    pupils.sort_by(|a, b| {
        (&a.last_name, &a.first_name, &a.middle_name).cmp(&(&b.last_name, &b.first_name, &b.middle_name))
    });
    let title = title(class);
    Ok(pupils.iter().map(|pupil| row(app, &title, pupil, &orders, class.study_year)).collect())
}

fn row(app: &App, class: &str, pupil: &Pupil, orders: &[Order], year: u16) -> Vec<String> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let sex = pupil.sex.map(|sex| app.word(if sex == Sex::Male { "sex-male" } else { "sex-female" }));
    let school = first_order(orders, &pupil.id, year, false);
    let into_class = first_order(orders, &pupil.id, year, true);
    vec![
        class.to_owned(),
        text(&pupil.last_name),
        text(&pupil.first_name),
        text(&pupil.middle_name),
        day(pupil.birth_date),
        sex.unwrap_or_default(),
        text(&pupil.snils),
        day(school),
        day(into_class),
    ]
}

/// The effective date of the first order of the year that brings the child in: into the school, or into a class.
fn first_order(orders: &[Order], pupil: &str, year: u16, with_class: bool) -> Option<Date> {
    let brings_in =
        |kind| matches!(kind, OrderKind::Enrolment | OrderKind::ClassFormation | OrderKind::Promotion);
    orders
        .iter()
        .filter(|order| order.pupil_id == pupil && order.study_year == year && brings_in(order.kind))
        .filter(|order| !with_class || order.class_id.is_some())
        .map(|order| order.effective)
        .min()
}

fn day(date: Option<Date>) -> String {
    date.map(|date| date.strftime("%d.%m.%Y").to_string()).unwrap_or_default()
}

/// All records of a type that fit.
fn all<T: serde::de::DeserializeOwned>(store: &SchoolDb, of: RecordType, filter: &Filter) -> Result<Vec<T>> {
    let mut records = Vec::new();
    store.each_record(of, filter, &mut |json| {
        records.push(serde_json::from_str(json).context(Kind::Internal, "a stored record cannot be read")?);
        Ok(())
    })?;
    Ok(records)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn classes(years: &[u16]) -> Vec<SchoolClass> {
        let class = |year: &u16| {
            let id = format!("{year}-5");
            serde_json::from_value(serde_json::json!({ "id": id, "study_year": year, "grade": 5 }))
                .expect("a class")
        };
        years.iter().map(class).collect()
    }

    #[test]
    fn a_study_year_begins_in_september() {
        assert_eq!(running_year(date(2026, 8, 31)), 2025);
        assert_eq!(running_year(date(2026, 9, 1)), 2026);
        assert_eq!(running_year(date(2027, 1, 15)), 2026);
    }

    #[test]
    fn d16_the_year_that_runs_is_listed_unless_another_is_named() {
        assert_eq!(usual_year(&classes(&[2024, 2026, 2027]), 2026), 2026);
        assert_eq!(usual_year(&classes(&[2023, 2024, 2027]), 2026), 2024);
        assert_eq!(usual_year(&classes(&[2028, 2027]), 2026), 2027);
        assert_eq!(usual_year(&[], 2026), 2026);
    }
}
