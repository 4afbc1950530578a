//! `exchange notifications`: the cabinet at the terminal. What happened, to whom it was told, and whether it arrived.

use super::app::{App, local_time, now};
use super::args;
use super::output::Tone;
use super::stores;
use crate::error::Result;
use crate::model::setup::SchoolConfig;
use crate::model::{Message, Millis, SchoolId};
use crate::report::notify::line;
use crate::store::{DeliveryRow, DeliveryState, Notice, NoticeFilter, OutboxStore};

/// Lists notifications, the newest first, and marks them as read where that is asked for.
pub(super) fn notifications(app: &App, args: &args::Notifications) -> Result<u8> {
    let school = args.school.as_deref().map(SchoolId::from);
    if let Some(school) = &school {
        app.school(school)?;
    }
    let store = app.process()?.store()?;
    let filter = NoticeFilter { school: school.as_ref(), unread: args.unread, undelivered: args.undelivered };
    let notices = store.notices(filter, args.limit)?;
    let numbers: Vec<u64> = notices.iter().map(|notice| notice.number).collect();
    let read = if args.read { Some(store.read_notices(&numbers, &stores::operator(), now())?) } else { None };
    if app.output.json {
        return app.output.print_json(&notices).map(|()| 0);
    }
    if notices.is_empty() {
        return app.output.line(app.word("notify-none")).map(|()| 0);
    }
    let headings = [
        "column-number",
        "column-when",
        "column-task",
        "column-what-happened",
        "report-run",
        "column-delivery",
    ];
    let rows: Vec<Vec<String>> = notices.iter().map(|notice| cells(app, notice)).collect();
    app.output.table(&headings.map(|code| app.word(code)), &rows)?;
    match read {
        Some(n) => app.output.line(app.text(Message::new("notify-read").with("n", n))).map(|()| 0),
        None => Ok(0),
    }
}

fn cells(app: &App, notice: &Notice) -> Vec<String> {
    let event = &notice.event;
    let task = event.task.as_ref().map_or_else(String::new, |task| format!("/{task}"));
    let number = match notice.read {
        Some(_) => notice.number.to_string(),
        None => format!("{}*", notice.number),
    };
    let delivered = notice.deliveries.iter().map(|row| delivery(app, row, &event.time_zone));
    vec![
        number,
        local(event.at, &event.time_zone),
        format!("{}{task}", event.school),
        line(&app.catalogue, event),
        event.run.as_ref().map(ToString::to_string).unwrap_or_default(),
        delivered.collect::<Vec<_>>().join("; "),
    ]
}

fn delivery(app: &App, row: &DeliveryRow, zone: &str) -> String {
    let state = app.word(&format!("notify-state-{}", row.state.name()));
    let tone = match row.state {
        DeliveryState::Delivered => Tone::Good,
        DeliveryState::Waiting => Tone::Warn,
        DeliveryState::Refused | DeliveryState::GivenUp => Tone::Bad,
    };
    let mut parts = vec![format!("{}: {}", row.address, app.output.tone(tone, &state))];
    if row.state != DeliveryState::Delivered {
        if row.attempts > 0 {
            parts.push(app.text(Message::new("notify-attempts").with("n", row.attempts)));
        }
        if row.state == DeliveryState::Waiting {
            parts.push(app.text(Message::new("notify-next").with("at", local(row.due, zone))));
        }
        parts.extend(row.answer.clone());
    }
    parts.join(", ")
}

fn local(at: Millis, zone: &str) -> String {
    local_time(at, &SchoolConfig { time_zone: zone.to_owned(), ..SchoolConfig::default() })
}
