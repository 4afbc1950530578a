//! Carrying out a write, in the ordinary way or the way a fault wants it.

use std::future::pending;
use std::time::Duration;

use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use serde_json::value::{RawValue, to_raw_value};

use super::create::{Batch, What};
use super::fields::Fields;
use super::idempotency::{Ticket, recall, remember};
use super::update::{remove, update};
use crate::serving::answer;
use crate::dnevnik::app::{App, Shared};
use crate::serving::clock::{Clock, Millis};
use crate::dnevnik::error::{ApiError, Kind};
use crate::dnevnik::faults::Storing;
use crate::dnevnik::id::Id;
use crate::serving::wire::Connection;
use crate::dnevnik::world::World;

pub(crate) enum Job {
    Create(Batch),
    Update { what: What, id: Id, school: Id, fields: Fields },
    /// Of a link.
    Remove(Id),
}

/// A job with the idempotency key it came with.
pub(crate) struct Order {
    job: Job,
    ticket: Option<Ticket>,
}

type Answered = Result<Box<RawValue>, ApiError>;

impl Job {
    fn run(&self, world: &mut World, now: Millis, most: usize, hidden_until: Option<Millis>) -> Answered {
        let encoded = match self {
            Job::Create(batch) => to_raw_value(&batch.store(world, now, most, hidden_until)),
            Job::Update { what, id, school, fields } => {
                let updated = update(world, *what, *id, *school, fields, Clock::today(now));
                to_raw_value(&updated.map_err(super::fields::Refusal::into_error)?)
            }
            Job::Remove(id) => {
                to_raw_value(&remove(world, *id).map_err(super::fields::Refusal::into_error)?)
            }
        };
        encoded
            .map_err(|error| ApiError::new(Kind::ServerError, format!("cannot encode the answer: {error}")))
    }

    fn len(&self) -> usize {
        match self {
            Job::Create(batch) => batch.len(),
            Job::Update { .. } | Job::Remove(_) => 1,
        }
    }
}

impl Order {
    pub(super) fn new(headers: &HeaderMap, uri: &Uri, body: &[u8], job: Job) -> Order {
        let key = headers.get("idempotency-key").and_then(|value| value.to_str().ok());
        let request = || format!("{}\n{}", uri.path(), String::from_utf8_lossy(body));
        let ticket = key.map(|key| Ticket { key: key.to_owned(), request: request() });
        Order { job, ticket }
    }

    /// Stores everything, or repeats the answer to the same request under the same key.
    fn store(&self, world: &mut World, now: Millis, hidden_until: Option<Millis>) -> Answered {
        if let Some(ticket) = &self.ticket
            && let Some(known) = recall(world, now, ticket)?
        {
            return RawValue::from_string(known).map_err(|error| {
                ApiError::new(Kind::ServerError, format!("bad remembered answer: {error}"))
            });
        }
        let answer = self.job.run(world, now, usize::MAX, hidden_until)?;
        if let Some(ticket) = &self.ticket {
            remember(world, now, ticket, answer.get());
        }
        Ok(answer)
    }

    /// Works it out on a copy: plausible answer, nothing kept but the numbers used up.
    fn pretend(&self, world: &mut World, now: Millis) -> Answered {
        let mut copy = world.clone();
        let answer = self.job.run(&mut copy, now, usize::MAX, None);
        world.skip_numbers_of(&copy);
        answer
    }
}

pub(super) async fn execute(
    app: Shared,
    order: Order,
    storing: Storing,
    connection: Connection,
) -> Result<Response, ApiError> {
    let answer = match storing {
        Storing::All => app.write(|world, now| order.store(world, now, None))?,
        Storing::Part(most) => {
            let most = most.unwrap_or(order.job.len() / 2);
            app.write(|world, now| order.job.run(world, now, most, None))?
        }
        Storing::Nothing => app.write(|world, now| order.pretend(world, now))?,
        Storing::VisibleAfter(ms) => visible_after(app, order, ms)?,
        Storing::AfterDisconnect(ms) => return after_disconnect(app, order, connection, ms).await,
    };
    Ok(answer::json(&answer?))
}

/// New records are there at once but hidden from readers. A change has no "before" to show meanwhile, so it is
/// answered now and made later.
fn visible_after(app: Shared, order: Order, ms: i64) -> Result<Answered, ApiError> {
    if matches!(order.job, Job::Create(_)) {
        return app.write(|world, now| order.store(world, now, Some(now + ms)));
    }
    let answer = app.write(|world, now| order.pretend(world, now))?;
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(ms.unsigned_abs())).await;
        late(&app, &order);
    });
    Ok(answer)
}

/// The client gives up waiting, and only then, `ms` later, the request is processed.
async fn after_disconnect(
    app: Shared,
    order: Order,
    connection: Connection,
    ms: u64,
) -> Result<Response, ApiError> {
    // A task of its own: this handler is dropped together with the connection.
    tokio::spawn(async move {
        connection.ended().await;
        tokio::time::sleep(Duration::from_millis(ms)).await;
        late(&app, &order);
    });
    pending().await
}

/// Nobody is left to be told of an error, so it goes to the operator.
fn late(app: &App, order: &Order) {
    let outcome = app.write(|world, now| order.store(world, now, None)).and_then(|answer| answer);
    if let Err(error) = outcome {
        eprintln!("exchange-stand: a write processed late was refused: {}", error.description);
    }
}
