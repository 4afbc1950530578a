//! `exchange notify test`, `notify send`: does what people are told arrive, and deliver what waits.

use std::sync::Arc;

use serde::Serialize;

use super::app::{App, local_time, now};
use super::output::{Tone, print_error};
use crate::daemon::notify::{Answer, Courier, Sent, Teller, trials};
use crate::daemon::runtime::interruptible;
use crate::error::Result;
use crate::model::setup::SchoolConfig;
use crate::model::{Message, Millis, SchoolId};
use crate::reconcile::{Cancel, SystemClock};
use crate::sandbox::SystemRandom;
use crate::store::OutboxStore;

#[derive(Serialize)]
struct TrialRow {
    channel: &'static str,
    recipient: String,
    /// `taken`, `later`, `refused`.
    result: &'static str,
    answer: String,
}

/// Sends a trial to each recipient of a school and tells what each server said. Exit code 1 when one was not taken.
pub(super) async fn test(app: &App, school: &SchoolId) -> Result<u8> {
    let school = app.school(school)?;
    let host = app.process()?;
    let rows: Vec<TrialRow> = trials(&host, &school, now())
        .await?
        .into_iter()
        .map(|trial| TrialRow {
            channel: trial.to.channel(),
            recipient: trial.to.text().to_owned(),
            result: result(&trial.answer),
            answer: trial.answer.said().to_owned(),
        })
        .collect();
    let code = u8::from(rows.iter().any(|row| row.result != "taken"));
    if app.output.json {
        return app.output.print_json(&rows).map(|()| code);
    }
    if rows.is_empty() {
        let nobody = Message::new("notify-nobody").with("file", school.file.display());
        return app.output.line(app.text(nobody)).map(|()| 0);
    }
    let headings = ["column-channel", "column-recipient", "column-result", "column-answer"];
    let cells: Vec<Vec<String>> = rows.iter().map(|row| cells(app, row)).collect();
    app.output.table(&headings.map(|code| app.word(code)), &cells).map(|()| code)
}

fn result(answer: &Answer) -> &'static str {
    match answer {
        Answer::Taken(_) => "taken",
        Answer::Later { .. } => "later",
        Answer::Refused(_) => "refused",
    }
}

fn cells(app: &App, row: &TrialRow) -> Vec<String> {
    vec![
        app.word(&format!("notify-channel-{}", row.channel)),
        row.recipient.clone(),
        app.word(&format!("notify-result-{}", row.result)),
        row.answer.clone(),
    ]
}

#[derive(Serialize)]
struct SendJson {
    /// Another process delivers.
    busy: bool,
    delivered: u64,
    later: u64,
    never: u64,
    waiting: u64,
    next: Option<Millis>,
}

/// Tells what was not told yet and delivers what waits. Exit code 1 when something was not taken.
pub(super) async fn send(app: &App) -> Result<u8> {
    let unread = catch_up(app)?;
    let host = app.process()?;
    let cancel = Cancel::default();
    let mut courier = Courier::new(Arc::new(SystemClock), Arc::new(SystemRandom));
    let sent = interruptible(&cancel, courier.deliver(&host, &cancel)).await??;
    let store = host.store()?;
    let outbox = store.outbox()?;
    let waiting = outbox.iter().filter(|count| count.state == crate::store::DeliveryState::Waiting);
    let waiting: u64 = waiting.map(|count| count.count).sum();
    let (busy, sent) = (sent.is_none(), sent.unwrap_or_default());
    let code = u8::from(unread || sent.later + sent.never > 0);
    let Sent { delivered, later, never } = sent;
    let told = SendJson { busy, delivered, later, never, waiting, next: store.next_due()? };
    if app.output.json {
        return app.output.print_json(&told).map(|()| code);
    }
    lines(app, &told).iter().try_for_each(|line| app.output.line(line)).map(|()| code)
}

fn lines(app: &App, told: &SendJson) -> Vec<String> {
    if told.busy {
        return vec![app.word("notify-busy")];
    }
    let counted = |code: &str, n: u64| (n > 0).then(|| app.text(Message::new(code).with("n", n)));
    let at =
        told.next.map(|at| local_time(at, &SchoolConfig { time_zone: zone(), ..SchoolConfig::default() }));
    let waiting =
        Message::new("notify-sent-waiting").with("n", told.waiting).with("at", at.unwrap_or_default());
    let lines = [
        counted("notify-sent", told.delivered),
        counted("notify-sent-later", told.later),
        counted("notify-sent-never", told.never),
        (told.waiting > 0).then(|| app.text(waiting)),
    ];
    let lines: Vec<String> = lines.into_iter().flatten().collect();
    if lines.is_empty() { vec![app.word("notify-sent-nothing")] } else { lines }
}

/// The zone of this machine: the messages may be of schools in many.
fn zone() -> String {
    jiff::tz::TimeZone::system().iana_name().unwrap_or("UTC").to_owned()
}

/// Looks at all schools for runs that were not told of. A school that cannot be read is named and costs no other;
/// answers whether there was one.
fn catch_up(app: &App) -> Result<bool> {
    let mut unread = false;
    for (id, _) in crate::config::school_files(&app.host)? {
        if let Err(error) = app.school(&id).and_then(|school| catch_up_school(app, &school)) {
            print_error(&error, &app.catalogue);
            unread = true;
        }
    }
    Ok(unread)
}

fn catch_up_school(app: &App, school: &SchoolConfig) -> Result<()> {
    let (shared, store) = (app.process()?.store()?, app.store(school)?);
    let teller = Teller::new(&shared, &app.host.notify, school);
    school.tasks.iter().try_for_each(|task| {
        let manifest = app.manifest(&task.connector).ok();
        teller.catch_up(&store, task, manifest.as_ref(), now()).map(drop)
    })
}

/// A line for `exchange status` where messages did not reach whom they were for.
pub(super) fn undelivered(app: &App) -> Result<Option<String>> {
    let lost = lost(&*app.process()?.store()?)?;
    let line = || app.output.tone(Tone::Warn, &app.text(Message::new("notify-undelivered").with("n", lost)));
    Ok((lost > 0).then(line))
}

/// How many messages were refused or given up.
pub(super) fn lost(store: &impl OutboxStore) -> Result<u64> {
    use crate::store::DeliveryState::{GivenUp, Refused};
    let outbox = store.outbox()?;
    let lost = outbox.iter().filter(|count| matches!(count.state, Refused | GivenUp));
    Ok(lost.map(|count| count.count).sum())
}
