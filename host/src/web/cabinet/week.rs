//! Lessons of a week that are held by video, and chats: what of them is there (S4, S5). Any connector has this page that
//! reads lessons: what it has about a lesson or a journal stands under that.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::pager::Pager;
use super::reading::{Of, of_task};
use super::school::{AtSchool, path_of, up_to};
use super::shell::{Shell, shown};
use super::signed::value;
use crate::daemon::page::Anchor;
use crate::daemon::sides::Sides;
use crate::error::{Context, Kind, Result};
use crate::model::records::{Filter, Lesson, LessonMode, Record, RecordType};
use crate::model::{ItemRef, LedgerEntry, LedgerState, Message, Millis, Param, TaskId};
use crate::report::run_report::{self, natural};
use crate::store::{LedgerStore, RecordStore};
use crate::web::language::Spoken;
use crate::web::{Face, params};

/// Chats on a page.
const CHATS: usize = 50;

/// Lessons on a page at most; a school with more has them by video altogether.
const LESSONS: usize = 300;

/// What there is of something.
struct Thing {
    kind: String,
    state: String,
}

/// A lesson.
struct Held {
    time: String,
    name: String,
    teacher: String,
    cancelled: bool,
    things: Vec<Thing>,
}

/// A day with its lessons.
struct Day {
    name: String,
    lessons: Vec<Held>,
}

/// A chat.
struct Chat {
    name: String,
    thing: Thing,
    /// «Участники чатов: 12»
    parts: Vec<String>,
}

#[derive(Template)]
#[template(path = "cabinet/week.html")]
struct Week {
    shell: Shell,
    up: Anchor,
    heading: String,
    before: String,
    after: String,
    days: Vec<Day>,
    /// Lessons that do not stand here.
    more: usize,
    chats: Vec<Chat>,
    pager: Pager,
}

/// What is read for it.
struct Read {
    days: Vec<Day>,
    more: usize,
    chats: Vec<Chat>,
    pager: Pager,
}

/// `GET /~school/SCHOOL/TASK/~week?from=2026-11-30`
pub(super) async fn page(
    State(face): State<Arc<Face>>,
    AtSchool { person, school }: AtSchool,
    spoken: Spoken,
    Path((_, task)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Response {
    let (task, query) = (TaskId::from(task), params(query.unwrap_or_default().as_bytes()));
    let zone = TimeZone::get(&school.config.time_zone).unwrap_or(TimeZone::UTC);
    let monday = monday(value(&query, "from"), face.cabinet.now(), &zone);
    let here = format!("{}/~week", path_of(&school, &task));
    let path = format!("{here}?from={monday}");
    let read = of_task(&face, &school, &spoken, &task, move |of| read(of, monday, &zone, (&path, &query)));
    let (line, Read { days, more, chats, pager }) = match read.await {
        Ok(read) => read,
        Err(page) => return page,
    };
    let shell = Shell::new(&face, &spoken, Some(&person), "week");
    let up = up_to(&shell, &school, &line);
    let day = |day: Option<Date>| day.map(|day| day.strftime("%d.%m.%Y").to_string()).unwrap_or_default();
    let last = monday.checked_add(6.days()).ok();
    let heading = Message::new("week-of").with("from", day(Some(monday))).with("until", day(last));
    let heading = shell.text(heading);
    let other = |weeks: i64| {
        let from = monday.checked_add(weeks.weeks()).unwrap_or(monday);
        format!("{here}?from={from}")
    };
    let (before, after) = (other(-1), other(1));
    let shell = shell.called(&heading);
    shown(StatusCode::OK, &Week { shell, up, heading, before, after, days, more, chats, pager })
}

/// The Monday of the week that is asked for; of this one where nothing sensible is.
fn monday(asked: &str, now: Millis, zone: &TimeZone) -> Date {
    let today = Timestamp::from_millisecond(now).unwrap_or_default().to_zoned(zone.clone()).date();
    let sensible = |day: &Date| (2000..2100).contains(&day.year());
    let day = asked.parse::<Date>().ok().filter(sensible).unwrap_or(today);
    let since = i64::from(day.weekday().to_monday_zero_offset());
    day.checked_sub(since.days()).unwrap_or(day)
}

fn read(of: &Of<'_>, monday: Date, zone: &TimeZone, (path, query): (&str, &[Param])) -> Result<Read> {
    let mut known = Known::default();
    of.store.each_entry(&of.line.task.id, &mut |entry| known.take(entry))?;
    let sides = of.sides();
    let mut lessons = lessons(of, monday, zone, &known)?;
    lessons.sort_by(|one, other| (one.starts, &one.id).cmp(&(other.starts, &other.id)));
    let more = lessons.len().saturating_sub(LESSONS);
    lessons.truncate(LESSONS);
    let days = days(of, &sides, zone, &lessons, &known)?;
    let pager = Pager::of(path, query, CHATS, known.journals.len());
    let mut journals: Vec<&LedgerEntry> = known.journals.iter().collect();
    journals.sort_by_cached_key(|entry| {
        (natural(entry.group.as_deref().unwrap_or_default()), entry.item.key.clone())
    });
    let chats: Result<Vec<Chat>> =
        pager.cut(journals).into_iter().map(|entry| chat(of, &sides, entry, &known)).collect();
    Ok(Read { days, more, chats: chats?, pager })
}

/// What the ledger has about lessons and journals.
#[derive(Default)]
struct Known {
    lessons: BTreeMap<String, Vec<LedgerEntry>>,
    journals: Vec<LedgerEntry>,
    /// What refers to something, by that and by kind.
    parts: BTreeMap<ItemRef, BTreeMap<Arc<str>, usize>>,
}

impl Known {
    fn take(&mut self, entry: LedgerEntry) {
        let about = entry.about.as_ref().map(|about| (about.record_type, about.id.clone()));
        match about {
            Some((RecordType::Lesson, id)) => self.lessons.entry(id).or_default().push(entry),
            Some((RecordType::Journal, _)) => self.journals.push(entry),
            _ if entry.state.is_there() => {
                for whole in &entry.refs {
                    let parts = self.parts.entry(whole.clone()).or_default();
                    *parts.entry(Arc::clone(&entry.item.kind)).or_default() += 1;
                }
            }
            _ => {}
        }
    }
}

/// Lessons by video of this week, and whatever else the ledger knows something of.
fn lessons(of: &Of<'_>, monday: Date, zone: &TimeZone, known: &Known) -> Result<Vec<Lesson>> {
    let sunday = monday.checked_add(6.days()).unwrap_or(monday);
    // A day more at both ends: the records' days may be another zone's.
    let filter =
        Filter { since: monday.yesterday().ok(), until: sunday.tomorrow().ok(), ..Filter::default() };
    let mut lessons = Vec::new();
    of.store.each_record(RecordType::Lesson, &filter, &mut |json| {
        let record = Record::from_json(RecordType::Lesson, json)
            .context(Kind::Internal, "a stored record has another shape")?;
        if let Record::Lesson(lesson) = record
            && (lesson.mode == LessonMode::VideoCall || known.lessons.contains_key(&lesson.id))
            && day_of(lesson.starts, zone).is_some_and(|day| (monday..=sunday).contains(&day))
        {
            lessons.push(lesson);
        }
        Ok(())
    })?;
    Ok(lessons)
}

fn day_of(at: Millis, zone: &TimeZone) -> Option<Date> {
    Some(Timestamp::from_millisecond(at).ok()?.to_zoned(zone.clone()).date())
}

fn days(
    of: &Of<'_>,
    sides: &Sides<'_>,
    zone: &TimeZone,
    lessons: &[Lesson],
    known: &Known,
) -> Result<Vec<Day>> {
    let mut days: Vec<Day> = Vec::new();
    for lesson in lessons {
        let at = Timestamp::from_millisecond(lesson.starts).unwrap_or_default().to_zoned(zone.clone());
        let weekday = of.texts.word(&format!("weekday-{}", at.weekday().to_monday_one_offset()));
        let name = format!("{weekday} {}", at.strftime("%d.%m.%Y"));
        let held = held(of, sides, (lesson, at.strftime("%H:%M").to_string()), known)?;
        match days.last_mut().filter(|day| day.name == name) {
            Some(day) => day.lessons.push(held),
            None => days.push(Day { name, lessons: vec![held] }),
        }
    }
    Ok(days)
}

fn held(of: &Of<'_>, sides: &Sides<'_>, (lesson, time): (&Lesson, String), known: &Known) -> Result<Held> {
    let teacher = lesson.teacher_id.as_ref().map(|id| sides.name(RecordType::Staff, id)).transpose()?;
    let things = known.lessons.get(&lesson.id).map(Vec::as_slice).unwrap_or_default();
    Ok(Held {
        time,
        name: sides.name(RecordType::Journal, &lesson.journal_id)?,
        teacher: teacher.unwrap_or_default(),
        cancelled: lesson.cancelled,
        things: things.iter().map(|entry| thing(of, entry)).collect(),
    })
}

fn chat(of: &Of<'_>, sides: &Sides<'_>, entry: &LedgerEntry, known: &Known) -> Result<Chat> {
    let id = entry.about.as_ref().map_or("", |about| about.id.as_str());
    let part_of = |kind: &str| {
        of.package.manifest.kind(kind).is_some_and(|kind| kind.part_of.as_deref() == Some(&*entry.item.kind))
    };
    let parts = known.parts.get(&entry.item).into_iter().flatten().filter(|(kind, _)| part_of(kind));
    let part = |(kind, n): (&Arc<str>, &usize)| {
        let kind = run_report::kind_title(&of.package.manifest, kind, of.texts);
        of.texts.text(&Message::new("week-parts").with("kind", kind).with("n", n))
    };
    Ok(Chat {
        name: sides.name(RecordType::Journal, id)?,
        thing: thing(of, entry),
        parts: parts.map(part).collect(),
    })
}

fn thing(of: &Of<'_>, entry: &LedgerEntry) -> Thing {
    let state = match entry.state {
        _ if entry.gone_since.is_some() => "person-gone",
        LedgerState::Confirmed => "person-there",
        LedgerState::Accepted => "person-accepted",
        LedgerState::Unconfirmed => "person-not-confirmed",
        LedgerState::InDoubt => "person-in-doubt",
        LedgerState::Undone => "person-undone",
    };
    let kind = run_report::kind_title(&of.package.manifest, &entry.item.kind, of.texts);
    Thing { kind, state: of.texts.word(state) }
}

impl Week {
    fn told_more(&self) -> Message {
        Message::new("week-more").with("n", self.more)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_begins_on_its_monday_and_nonsense_is_this_week() {
        let zone = TimeZone::get("Europe/Moscow").unwrap();
        let now = "2026-12-02T12:00:00Z".parse::<Timestamp>().unwrap().as_millisecond();
        let of = |asked: &str| monday(asked, now, &zone).to_string();
        for nonsense in ["", "x", "0000-00-00", "9999-12-31", "-1000-01-01", "2026-11-30T00:00", "<b>"] {
            assert_eq!(of(nonsense), "2026-11-30", "{nonsense}");
        }
        assert_eq!((of("2026-12-06"), of("2026-12-07")), ("2026-11-30".into(), "2026-12-07".into()));
        // Late in the evening in Greenwich it is Monday already in Moscow.
        let sunday = "2026-12-06T22:00:00Z".parse::<Timestamp>().unwrap().as_millisecond();
        assert_eq!(monday("", sunday, &zone).to_string(), "2026-12-07");
    }
}
