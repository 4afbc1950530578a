//! Notifications as rows. The right to deliver is an advisory lock of the operating system on `<data>/outbox.lane`.

use rusqlite::{Connection, Row, Transaction, params};

use crate::error::{Error, Result};
use crate::model::notify::{Address, Event, Topic};
use crate::model::{Millis, SchoolId};
use crate::store::seal::random;
use crate::store::{
    AttemptEnd, Delivery, DeliveryRow, DeliveryState, Notice, NoticeFilter, OutboxCount, OutboxStore,
    Outgoing, Round, Standing, Telling,
};

use super::HostDb;
use super::file::Commit;
use super::lane;
use super::values::{col, exec, first, int, json, json_col, rows};

impl OutboxStore for HostDb {
    fn standing(&self, school: &SchoolId, subject: &str) -> Result<Option<Standing>> {
        self.database.read(|t| standing(t, school, subject))
    }

    fn tell(&self, telling: &Telling<'_>, now: Millis) -> Result<bool> {
        let commit = if telling.events.is_empty() { Commit::Lazy } else { Commit::Durable };
        self.database.write(commit, |t| {
            if standing(t, telling.school, telling.subject)? != telling.before {
                return Ok(false);
            }
            let Standing { run, state, cut } = telling.now;
            let sql = "INSERT OR REPLACE INTO standing VALUES (?1, ?2, ?3, ?4, ?5)";
            exec(t, sql, params![telling.school.as_str(), telling.subject, int(run), state.name(), cut])?;
            telling.events.iter().try_for_each(|(event, outgoing)| add(t, event, outgoing, now))?;
            Ok(true)
        })
    }

    fn take_round(&self, now: Millis) -> Result<Option<Round>> {
        let file = lane::lock(&self.rota.with_file_name("outbox.lane"), "deliver", now)?;
        Ok(file.ok().map(|file| Round::new(Box::new(file))))
    }

    fn due(&self, now: Millis, limit: u32) -> Result<Vec<(String, Address)>> {
        let sql = "SELECT id, channel, address FROM delivery WHERE state = 'waiting' AND due <= ?1 \
                   ORDER BY due, made, id LIMIT ?2";
        self.database.read(|t| rows(t, sql, params![now, limit], |row| Ok((col(row, "id")?, address(row)?))))
    }

    fn next_due(&self) -> Result<Option<Millis>> {
        let sql = "SELECT due FROM delivery WHERE state = 'waiting' ORDER BY due LIMIT 1";
        self.database.read(|t| first(t, sql, [], |row| col(row, "due")))
    }

    fn begin_attempt(&self, id: &str) -> Result<Option<Delivery>> {
        let sql = "UPDATE delivery SET attempts = attempts + 1 WHERE id = ?1 AND state = 'waiting'";
        self.database.write(Commit::Durable, |t| match exec(t, sql, [id])? {
            0 => Ok(None),
            _ => delivery(t, id),
        })
    }

    fn end_attempt(&self, id: &str, end: &AttemptEnd, now: Millis) -> Result<()> {
        let sql = "UPDATE delivery SET state = ?2, due = ?3, answer = ?4, ended = ?5 WHERE id = ?1";
        let ended = (end.state != DeliveryState::Waiting).then_some(now);
        let values = params![id, end.state.name(), end.due, end.answer, ended];
        self.database.write(Commit::Durable, |t| exec(t, sql, values).map(drop))
    }

    fn outbox(&self) -> Result<Vec<OutboxCount>> {
        let sql = "SELECT channel, state, count(*) AS n, min(made) AS oldest FROM delivery GROUP BY 1, 2";
        self.database.read(|t| {
            rows(t, sql, [], |row| {
                let (channel, count) = (col(row, "channel")?, col::<i64>(row, "n")?.unsigned_abs());
                Ok(OutboxCount { channel, state: state(row)?, count, oldest: col(row, "oldest")? })
            })
        })
    }

    fn notices(&self, filter: NoticeFilter<'_>, limit: u32) -> Result<Vec<Notice>> {
        let sql = "SELECT * FROM notification WHERE (?1 IS NULL OR school = ?1) AND (NOT ?2 OR read IS NULL) \
                   AND (NOT ?3 OR EXISTS (SELECT 1 FROM delivery_notification AS link JOIN delivery ON id = delivery \
                   WHERE link.notification = number AND state IN ('refused', 'given-up'))) \
                   ORDER BY number DESC LIMIT ?4";
        let school = filter.school.map(SchoolId::as_str);
        self.database.read(|t| {
            rows(t, sql, params![school, filter.unread, filter.undelivered, limit], |row| notice(t, row))
        })
    }

    fn read_notices(&self, numbers: &[u64], who: &str, now: Millis) -> Result<u64> {
        let sql = "UPDATE notification SET read = ?2, read_by = ?3 WHERE number = ?1 AND read IS NULL";
        self.database.write(Commit::Durable, |t| {
            let read = numbers.iter().map(|number| exec(t, sql, params![int(*number), now, who]));
            Ok(read.sum::<Result<usize>>()? as u64)
        })
    }
}

fn standing(t: &Connection, school: &SchoolId, subject: &str) -> Result<Option<Standing>> {
    let sql = "SELECT run, state, cut FROM standing WHERE school = ?1 AND subject = ?2";
    first(t, sql, [school.as_str(), subject], |row| {
        let state: String = col(row, "state")?;
        let state = Topic::by_name(&state).ok_or_else(|| foreign("topic", &state))?;
        Ok(Standing { run: col::<i64>(row, "run")?.unsigned_abs(), state, cut: col(row, "cut")? })
    })
}

/// A notification with its messages.
fn add(t: &Transaction<'_>, event: &Event, outgoing: &[Outgoing], now: Millis) -> Result<()> {
    let sql = "INSERT INTO notification (school, at, event) VALUES (?1, ?2, ?3)";
    exec(t, sql, params![event.school.as_str(), event.at, json(event)?])?;
    let number = t.last_insert_rowid();
    let link = "INSERT OR IGNORE INTO delivery_notification (notification, delivery) VALUES (?1, ?2)";
    for one in outgoing {
        let open = if one.joins { open(t, one)? } else { None };
        let id = open.map_or_else(|| insert(t, one, now), Ok)?;
        exec(t, link, params![number, id])?;
    }
    Ok(())
}

/// A message to the same recipient that waits and was never tried.
fn open(t: &Transaction<'_>, one: &Outgoing) -> Result<Option<String>> {
    let sql = "SELECT id FROM delivery WHERE state = 'waiting' AND attempts = 0 AND channel = ?1 AND address = ?2 \
               AND language = ?3 ORDER BY due LIMIT 1";
    let values = [one.to.channel(), one.to.text(), &one.language];
    first(t, sql, values, |row| col(row, "id"))
}

fn insert(t: &Transaction<'_>, one: &Outgoing, now: Millis) -> Result<String> {
    let id = fresh_id()?;
    let sql = "INSERT INTO delivery (id, channel, address, language, made, due, state, attempts) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'waiting', 0)";
    exec(t, sql, params![id, one.to.channel(), one.to.text(), one.language, now, one.due])?;
    Ok(id)
}

/// Messages whose notifications are all gone go too, with the addresses in them.
pub(super) fn drop_empty(t: &Transaction<'_>) -> Result<()> {
    let sql =
        "DELETE FROM delivery WHERE NOT EXISTS (SELECT 1 FROM delivery_notification WHERE delivery = id)";
    exec(t, sql, []).map(drop)
}

/// 128 unpredictable bits.
fn fresh_id() -> Result<String> {
    let mut bytes = [0; 16];
    random(&mut bytes)?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}

fn delivery(t: &Transaction<'_>, id: &str) -> Result<Option<Delivery>> {
    let sql = "SELECT number, event FROM notification JOIN delivery_notification ON notification = number \
               WHERE delivery = ?1 ORDER BY number";
    let events =
        rows(t, sql, [id], |row| Ok((col::<i64>(row, "number")?.unsigned_abs(), json_col(row, "event")?)))?;
    first(t, "SELECT * FROM delivery WHERE id = ?1", [id], |row| {
        Ok(Delivery {
            id: col(row, "id")?,
            to: address(row)?,
            language: col(row, "language")?,
            made: col(row, "made")?,
            attempt: col(row, "attempts")?,
            events,
        })
    })
}

fn notice(t: &Transaction<'_>, row: &Row<'_>) -> Result<Notice> {
    let number: i64 = col(row, "number")?;
    let (read, by): (Option<Millis>, Option<String>) = (col(row, "read")?, col(row, "read_by")?);
    let sql = "SELECT delivery.* FROM delivery JOIN delivery_notification ON id = delivery \
               WHERE notification = ?1 ORDER BY channel, address";
    Ok(Notice {
        number: number.unsigned_abs(),
        event: json_col(row, "event")?,
        read: read.zip(by),
        deliveries: rows(t, sql, [number], delivery_row)?,
    })
}

fn delivery_row(row: &Row<'_>) -> Result<DeliveryRow> {
    Ok(DeliveryRow {
        id: col(row, "id")?,
        channel: col(row, "channel")?,
        address: col(row, "address")?,
        state: state(row)?,
        attempts: col(row, "attempts")?,
        due: col(row, "due")?,
        ended: col(row, "ended")?,
        answer: col(row, "answer")?,
    })
}

fn address(row: &Row<'_>) -> Result<Address> {
    let channel: String = col(row, "channel")?;
    Address::of(&channel, col(row, "address")?).ok_or_else(|| foreign("channel", &channel))
}

fn state(row: &Row<'_>) -> Result<DeliveryState> {
    let name: String = col(row, "state")?;
    let known = DeliveryState::ALL.into_iter().find(|state| state.name() == name);
    known.ok_or_else(|| foreign("state of a delivery", &name))
}

fn foreign(what: &str, name: &str) -> Error {
    Error::internal(format!("the database knows a {what} `{name}`, which this program does not"))
}
