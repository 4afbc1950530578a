//! `exchange next`: when tasks will run by themselves, in each school's time.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use serde::Serialize;

use super::app::{self, App};
use super::args;
use crate::error::{Error, Result};
use crate::model::setup::{SchoolConfig, TaskConfig};
use crate::model::{Extent, Message, Millis, TaskRef};
use crate::report::Catalogue;
use crate::schedule::{Ahead, Timetable};

/// What lies ahead of a task.
#[derive(Serialize)]
struct Preview {
    task: TaskRef,
    enabled: bool,
    /// Its times and their zone; `None`: by hand only.
    schedule: Option<String>,
    /// Of the school.
    time_zone: String,
    ahead: Vec<Line>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum Line {
    Run(Run),
    Blackout(Blackout),
}

#[derive(Serialize)]
struct Run {
    at: Timestamp,
    /// The end of its window.
    until: Option<Timestamp>,
    additions_only: bool,
    first_of_study_year: bool,
}

#[derive(Serialize)]
struct Blackout {
    first: Date,
    /// `None`: for years.
    last: Option<Date>,
}

/// Shows the next runs of tasks.
pub(super) fn next(app: &App, args: &args::Next) -> Result<u8> {
    let (now, count) = (app::now(), usize::from(args.count));
    let tasks = tasks(app, args)?;
    let previews: Vec<Preview> =
        tasks.iter().map(|(school, task)| preview(school, task, now, count)).collect::<Result<_>>()?;
    if app.output.json {
        return app.output.print_json(&previews).map(|()| 0);
    }
    if previews.is_empty() {
        return app.output.line(app.word("status-no-tasks")).map(|()| 0);
    }
    let (headings, rows) = table(&app.catalogue, &previews);
    app.output.table(&headings, &rows)?;
    app.output.line(app.word("ahead-how")).map(|()| 0)
}

fn tasks(app: &App, args: &args::Next) -> Result<Vec<(SchoolConfig, TaskConfig)>> {
    let mut tasks = app.tasks(args.place.as_ref())?;
    if let Some(name) = &args.task {
        tasks.retain(|(_, task)| task.id.as_str() == name);
        if tasks.is_empty() {
            return Err(Error::config(format!("there is no task `{name}`"))
                .message(Message::new("error-no-task-anywhere").with("task", name))
                .hint("exchange next"));
        }
    }
    Ok(tasks)
}

fn preview(school: &SchoolConfig, task: &TaskConfig, now: Millis, count: usize) -> Result<Preview> {
    let table = Timetable::of(school, task)?;
    let ahead = table.as_ref().filter(|_| task.enabled).map(|table| table.ahead(now, count));
    let zone = TimeZone::get(&school.time_zone).unwrap_or(TimeZone::UTC);
    Ok(Preview {
        task: TaskRef { school: school.id.clone(), task: task.id.clone() },
        enabled: task.enabled,
        schedule: table.map(|table| table.written()),
        time_zone: school.time_zone.clone(),
        ahead: ahead.into_iter().flatten().map(|line| of(line, &zone)).collect(),
    })
}

fn of(ahead: Ahead, zone: &TimeZone) -> Line {
    match ahead {
        Ahead::Run { due, first_of_year } => Line::Run(Run {
            at: moment(due.occurrence.start),
            until: due.occurrence.until.map(moment),
            additions_only: due.extent == Extent::Additions,
            first_of_study_year: first_of_year,
        }),
        Ahead::Blackout(from, last) => Line::Blackout(Blackout {
            first: moment(from).to_zoned(zone.clone()).date(),
            last: Some(last).filter(|last| *last != Date::MAX),
        }),
    }
}

fn moment(at: Millis) -> Timestamp {
    Timestamp::from_millisecond(at).unwrap_or(Timestamp::MAX)
}

/// Headings and rows for people.
fn table(catalogue: &Catalogue, previews: &[Preview]) -> (Vec<String>, Vec<Vec<String>>) {
    let headings =
        ["column-task", "column-when", "column-zone", "column-note"].map(|code| catalogue.word(code));
    let rows = previews.iter().flat_map(|preview| rows(catalogue, preview));
    (headings.to_vec(), rows.collect())
}

fn rows(catalogue: &Catalogue, preview: &Preview) -> Vec<Vec<String>> {
    let row =
        |when: String, note: String| vec![preview.task.to_string(), when, preview.time_zone.clone(), note];
    if !preview.enabled {
        return vec![row(String::new(), catalogue.word("ahead-off"))];
    }
    if preview.schedule.is_none() {
        return vec![row(String::new(), catalogue.word("ahead-by-hand"))];
    }
    let zone = TimeZone::get(&preview.time_zone).unwrap_or(TimeZone::UTC);
    let line = |line: &Line| match line {
        Line::Run(run) => row(when(catalogue, &run.at.to_zoned(zone.clone())), notes(catalogue, run, &zone)),
        Line::Blackout(days) => row(stretch(catalogue, days), catalogue.word("ahead-blackout")),
    };
    preview.ahead.iter().map(line).collect()
}

fn when(catalogue: &Catalogue, at: &Zoned) -> String {
    let weekday = catalogue.word(&format!("weekday-{}", at.weekday().to_monday_one_offset()));
    format!("{weekday} {}", at.strftime("%d.%m.%Y %H:%M"))
}

fn notes(catalogue: &Catalogue, run: &Run, zone: &TimeZone) -> String {
    let until = run.until.map(|until| until.to_zoned(zone.clone()).strftime("%H:%M").to_string());
    let until = until.map(|time| catalogue.text(&Message::new("ahead-until").with("time", time)));
    let additions = run.additions_only.then(|| catalogue.word("ahead-additions"));
    let first = run.first_of_study_year.then(|| catalogue.word("ahead-first-of-year"));
    [until, additions, first].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// `04.11.2026`, `04.11.2026–08.11.2026`, `from 04.11.2026`
fn stretch(catalogue: &Catalogue, days: &Blackout) -> String {
    let show = |day: Date| day.strftime("%d.%m.%Y").to_string();
    match days.last {
        None => catalogue.text(&Message::new("ahead-from").with("day", show(days.first))),
        Some(last) if last <= days.first => show(days.first),
        Some(last) => format!("{}–{}", show(days.first), show(last)),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;
    use crate::cli::output::Output;
    use crate::model::timetable::{Calendar, CronLine, Days, MonthDay, Schedule, Weekdays, When, Window};
    use crate::report::Language;

    fn school() -> SchoolConfig {
        let at = |hour| time(hour, 0, 0, 0);
        let line = CronLine::parse("30 7 * * mon-fri").expect("a line");
        let window = Window { from: at(1), to: at(5), days: Weekdays::ALL };
        let task = |id: &str, enabled, schedule| TaskConfig {
            id: id.into(),
            enabled,
            schedule,
            ..TaskConfig::default()
        };
        SchoolConfig {
            id: "school57".into(),
            time_zone: "Asia/Kamchatka".into(),
            calendar: Calendar {
                blackout: vec![Days::Once(date(2026, 8, 29), date(2026, 8, 30))],
                additions_only: vec![Days::Once(date(2026, 8, 1), date(2026, 8, 31))],
                study_year: MonthDay::new(9, 1),
            },
            tasks: vec![
                task("dnevnik", true, Some(Schedule::new(When::Window(window)))),
                task("sferum", true, Some(Schedule::new(When::Cron { line, jitter_ms: 0 }))),
                task("esia", true, None),
                task("diary", false, None),
            ],
            ..SchoolConfig::default()
        }
    }

    fn shown(language: Language) -> String {
        let school = school();
        let now = "2026-08-27T12:00:00Z".parse::<Timestamp>().expect("a moment").as_millisecond();
        let previews: Result<Vec<Preview>> =
            school.tasks.iter().map(|task| preview(&school, task, now, 3)).collect();
        let (headings, rows) = table(&Catalogue::new(language), &previews.expect("zones are known"));
        let output = Output { json: false, colour: false, progress: false };
        output.table_lines(&headings, &rows).join("\n")
    }

    #[test]
    fn h3_the_next_runs_are_shown_in_the_schools_time() {
        assert_eq!(
            shown(Language::Ru),
            "\
Задача            Когда                  Часовой пояс    Примечание
school57/dnevnik  пт 28.08.2026 01:18    Asia/Kamchatka  окно до 05:00; только добавления
school57/dnevnik  29.08.2026–30.08.2026  Asia/Kamchatka  запусков нет: дни без обмена
school57/dnevnik  пн 31.08.2026 01:18    Asia/Kamchatka  окно до 05:00; только добавления
school57/dnevnik  вт 01.09.2026 01:18    Asia/Kamchatka  окно до 05:00; первый запуск учебного года
school57/sferum   пт 28.08.2026 07:30    Asia/Kamchatka  только добавления
school57/sferum   пн 31.08.2026 07:30    Asia/Kamchatka  только добавления
school57/sferum   вт 01.09.2026 07:30    Asia/Kamchatka  первый запуск учебного года
school57/esia                            Asia/Kamchatka  расписания нет: только вручную
school57/diary                           Asia/Kamchatka  задача выключена"
        );
        let english = shown(Language::En);
        assert!(english.contains("Fri 28.08.2026 07:30   Asia/Kamchatka  additions only"), "{english}");
        assert!(
            english.contains("29.08.2026–30.08.2026  Asia/Kamchatka  no runs: days without exchange"),
            "{english}"
        );
    }

    #[test]
    fn a_blackout_without_end_has_a_beginning_only() {
        let days = |last| Blackout { first: date(2026, 11, 4), last };
        let catalogue = Catalogue::new(Language::Ru);
        assert_eq!(stretch(&catalogue, &days(None)), "с 04.11.2026");
        assert_eq!(stretch(&catalogue, &days(Some(date(2026, 11, 4)))), "04.11.2026");
    }
}
