//! A trial: a message to each recipient of a school, at once and past the outbox, with what each server made of it.

use std::sync::Arc;

use serde_json::json;

use super::courier::Ways;
use super::{Answer, Teller, mail, web};
use crate::capability::Redactor;
use crate::daemon::host::Host;
use crate::error::Result;
use crate::model::notify::{Address, Recipient};
use crate::model::setup::SchoolConfig;
use crate::model::{Message, Millis};
use crate::report::notify::Letter;
use crate::report::{Catalogue, Language};
use crate::sandbox::SystemRandom;
use crate::sandbox::ports::Random;

/// What became of one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// To whom.
    pub to: Address,
    /// What the other side made of it.
    pub answer: Answer,
}

/// Sends a trial to everybody who hears of this school, one after the other.
///
/// # Errors
/// The host's store cannot be used.
pub async fn trials(host: &Host, school: &SchoolConfig, now: Millis) -> Result<Vec<Trial>> {
    let store = host.store()?;
    let recipients = Teller::new(&store, &host.config().notify, school).recipients();
    let mut ways = Ways::new(host, &store, &Arc::new(Redactor::default()));
    let mut trials = Vec::new();
    for recipient in recipients {
        let answer = one(&mut ways, recipient, school, now).await;
        trials.push(Trial { to: recipient.to.clone(), answer });
    }
    ways.close().await;
    Ok(trials)
}

/// Sends a trial to one who hears of this school.
///
/// # Errors
/// The host's store cannot be used.
pub async fn trial(host: &Host, school: &SchoolConfig, to: &Recipient, now: Millis) -> Result<Answer> {
    let store = host.store()?;
    let mut ways = Ways::new(host, &store, &Arc::new(Redactor::default()));
    let answer = one(&mut ways, to, school, now).await;
    ways.close().await;
    Ok(answer)
}

async fn one(ways: &mut Ways<'_>, recipient: &Recipient, school: &SchoolConfig, now: Millis) -> Answer {
    let catalogue = Catalogue::new(Language::of_locale(&recipient.language));
    let text = |code: &str| catalogue.text(&Message::new(code).with("school", &school.name));
    let mut bytes = [0; 16];
    SystemRandom.fill(&mut bytes);
    let id = format!("{:032x}", u128::from_be_bytes(bytes));
    match &recipient.to {
        Address::Mail(to) => {
            let body = format!("{}\n\n{}\n", text("notify-trial-body"), catalogue.word("notify-footer"));
            let letter = Letter { subject: text("notify-trial-subject"), body };
            ways.mail(mail::Outgoing { id: &id, to, letter: &letter, made: now }).await
        }
        Address::Sms(phone) => ways.sms(&id, phone, &text("notify-trial-short")).await,
        Address::Webhook(name) => {
            let at = jiff::Timestamp::from_millisecond(now).map(|at| at.to_string()).unwrap_or_default();
            let data = json!({ "school": school.id, "school_name": school.name, "text": text("notify-trial-short") });
            let body = json!({ "type": "exchange.trial", "timestamp": at, "data": data });
            ways.webhook(name, web::Hooked { id: &id, body: &body, now }).await
        }
    }
}
