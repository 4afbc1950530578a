//! Sends what waits in the outbox.
//!
//! One courier delivers at a time. Each way (the mail server, the gateway, each webhook) is a lane of its own: what
//! hangs or fails in one holds up no other, and where nothing gets through the rest of the lane is not tried in vain.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::join_all;

use super::again::Course;
use super::mail::Postman;
use super::web::Web;
use super::{Answer, mail, web};
use crate::capability::Redactor;
use crate::daemon::host::Host;
use crate::error::Result;
use crate::model::Millis;
use crate::model::notify::{Address, Notify};
use crate::reconcile::{Cancel, Clock};
use crate::report::Catalogue;
use crate::report::Language;
use crate::report::notify::{Letter, letter, short, webhook};
use crate::sandbox::ports::Random;
use crate::store::{Delivery, DeliveryState, HostDb, OutboxStore};

/// Messages looked at in one go.
const PAGE: u32 = 500;

/// What became of the messages that were due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Taken.
    pub delivered: u64,
    /// Not taken, to be sent again.
    pub later: u64,
    /// Refused or given up.
    pub never: u64,
}

impl Sent {
    fn add(&mut self, state: DeliveryState) {
        match state {
            DeliveryState::Delivered => self.delivered += 1,
            DeliveryState::Waiting => self.later += 1,
            DeliveryState::Refused | DeliveryState::GivenUp => self.never += 1,
        }
    }
}

/// Delivers.
pub struct Courier {
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    /// Ways that are closed, and until when.
    closed: BTreeMap<String, Millis>,
}

impl Courier {
    /// By these clocks; `random` spreads attempts.
    pub fn new(clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        Self { clock, random, closed: BTreeMap::new() }
    }

    /// Sends what is due. `None`: another process delivers now. Stops between two messages when `cancel` says so; the
    /// rest stays for the next time.
    ///
    /// # Errors
    /// The host's store cannot be used.
    pub async fn deliver(&mut self, host: &Host, cancel: &Cancel) -> Result<Option<Sent>> {
        let store = host.store()?;
        let now = self.clock.now();
        if store.next_due()?.is_none_or(|due| due > now) {
            return Ok(Some(Sent::default()));
        }
        let Some(_round) = store.take_round(now)? else { return Ok(None) };
        self.closed.retain(|_, until| *until > now);
        let mut sent = Sent::default();
        let lanes = self.lanes(store.due(now, PAGE)?);
        let walk = Walk { courier: &*self, host, store: &store, cancel };
        let walked: Vec<Result<Walked>> = join_all(lanes.into_iter().map(|lane| walk.lane(lane))).await;
        for walked in walked {
            let walked = walked?;
            walked.states.into_iter().for_each(|state| sent.add(state));
            self.closed.extend(walked.closed);
        }
        Ok(Some(sent))
    }

    /// What is due, by the way it goes; ways that are closed are left out.
    fn lanes(&self, due: Vec<(String, Address)>) -> Vec<Lane> {
        let mut lanes: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (id, to) in due {
            let name = lane_of(&to);
            if !self.closed.contains_key(&name) {
                lanes.entry(name).or_default().push(id);
            }
        }
        lanes.into_iter().map(|(name, ids)| Lane { name, ids }).collect()
    }

    fn jitter(&self) -> f64 {
        let mut bytes = [0; 4];
        self.random.fill(&mut bytes);
        f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX)
    }
}

impl std::fmt::Debug for Courier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Courier({:?})", self.closed)
    }
}

/// Messages that go one way.
struct Lane {
    name: String,
    ids: Vec<String>,
}

fn lane_of(to: &Address) -> String {
    match to {
        Address::Mail(_) | Address::Sms(_) => to.channel().to_owned(),
        Address::Webhook(name) => format!("webhook {name}"),
    }
}

/// What became of a lane.
struct Walked {
    states: Vec<DeliveryState>,
    closed: Option<(String, Millis)>,
}

/// A passage through the lanes.
#[derive(Clone, Copy)]
struct Walk<'a> {
    courier: &'a Courier,
    host: &'a Host,
    store: &'a Arc<HostDb>,
    cancel: &'a Cancel,
}

impl Walk<'_> {
    async fn lane(self, lane: Lane) -> Result<Walked> {
        let (notify, redactor) = (&self.host.config().notify, Arc::new(Redactor::default()));
        let mut way = Ways::new(self.host, self.store, &redactor);
        let mut walked = Walked { states: Vec::new(), closed: None };
        for id in &lane.ids {
            if self.cancel.is_cancelled() {
                break;
            }
            let Some(delivery) = self.store.begin_attempt(id)? else { continue };
            let answer = way.send(&delivery, self.courier.clock.now()).await;
            let now = self.courier.clock.now();
            let course =
                Course { made: delivery.made, attempt: delivery.attempt, give_up_ms: notify.give_up_ms };
            let end = course.end(&answer, now, self.courier.jitter());
            self.store.end_attempt(id, &end, now)?;
            tell(&delivery, end.state);
            walked.states.push(end.state);
            if matches!(answer, Answer::Later { way_closed: true, .. }) {
                walked.closed = Some((lane.name, end.due));
                break;
            }
        }
        way.close().await;
        Ok(walked)
    }
}

/// One line of the log a message, without addresses.
fn tell(delivery: &Delivery, state: DeliveryState) {
    let (message, attempt) = (&delivery.id, delivery.attempt);
    let (channel, state) = (delivery.to.channel(), state.name());
    match state {
        "refused" | "given-up" => tracing::warn!(message, channel, attempt, state, "a notification is lost"),
        _ => tracing::info!(message, channel, attempt, state, "a notification was sent"),
    }
}

/// The ways out of this host, as its settings have them. What they say is freed of secrets.
pub(super) struct Ways<'a> {
    notify: &'a Notify,
    redactor: Arc<Redactor>,
    postman: Postman<'a>,
    web: Web<'a>,
}

impl<'a> Ways<'a> {
    pub(super) fn new(host: &'a Host, store: &Arc<HostDb>, redactor: &Arc<Redactor>) -> Self {
        let notify = &host.config().notify;
        let postman = Postman::new(notify.mail.as_ref(), Arc::clone(store), Arc::clone(redactor));
        Self {
            notify,
            redactor: Arc::clone(redactor),
            postman,
            web: Web::new(host, Arc::clone(store), Arc::clone(redactor)),
        }
    }

    /// Sends the message of the outbox.
    pub(super) async fn send(&mut self, delivery: &Delivery, now: Millis) -> Answer {
        let (id, made) = (&delivery.id, delivery.made);
        match (&delivery.to, self.composed(delivery)) {
            (Address::Mail(to), Composed::Letter(letter)) => {
                self.mail(mail::Outgoing { id, to, letter: &letter, made }).await
            }
            (Address::Sms(phone), Composed::Short(text)) => self.sms(id, phone, &text).await,
            (Address::Webhook(name), Composed::Json(body)) => {
                self.webhook(name, web::Hooked { id, body: &body, now }).await
            }
            (to, _) => Answer::Refused(format!("nothing is composed for a {}", to.channel())),
        }
    }

    fn composed(&self, delivery: &Delivery) -> Composed {
        let catalogue = Catalogue::new(Language::of_locale(&delivery.language));
        let events: Vec<_> = delivery.events.iter().map(|(_, event)| event).collect();
        let link = self.notify.link.as_deref();
        match &delivery.to {
            Address::Mail(_) => Composed::Letter(letter(&catalogue, &events, link)),
            Address::Sms(_) => Composed::Short(short(&catalogue, &events)),
            Address::Webhook(_) => Composed::Json(webhook::payload(&catalogue, &delivery.events, link)),
        }
    }

    pub(super) async fn mail(&mut self, letter: mail::Outgoing<'_>) -> Answer {
        let answer = self.postman.send(letter).await;
        self.clean(answer)
    }

    pub(super) async fn sms(&mut self, id: &str, phone: &str, text: &str) -> Answer {
        let answer = self.web.sms(id, phone, text).await;
        self.clean(answer)
    }

    pub(super) async fn webhook(&mut self, name: &str, hooked: web::Hooked<'_>) -> Answer {
        let answer = self.web.webhook(name, hooked).await;
        self.clean(answer)
    }

    fn clean(&self, answer: Answer) -> Answer {
        let clean = |said: String| shortened(&self.redactor.text(&said));
        match answer {
            Answer::Taken(said) => Answer::Taken(clean(said)),
            Answer::Refused(said) => Answer::Refused(clean(said)),
            Answer::Later { after_ms, said, way_closed } => {
                Answer::Later { after_ms, said: clean(said), way_closed }
            }
        }
    }

    /// Ends conversations in good order.
    pub(super) async fn close(&mut self) {
        self.postman.close().await;
    }
}

/// What a message says, as its way wants it.
enum Composed {
    Letter(Letter),
    Short(String),
    Json(serde_json::Value),
}

/// Most letters of an answer that are kept.
const SAID: usize = 300;

/// One line, as long as a person reads.
fn shortened(said: &str) -> String {
    let line = said.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(SAID) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}
