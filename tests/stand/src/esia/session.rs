//! Browsers that are signed in, and what stands between a person and a system.

use axum::http::HeaderMap;

use super::app::App;
use super::error::{Code, Refusal};
use super::model::{Asking, Level, Persona, Session};
use super::scope;
use super::world::World;
use crate::serving::clock::Millis;
use crate::serving::cookie;

pub(crate) const COOKIE: &str = "EsiaStandSession";

/// The session of this browser, if it is alive.
pub(crate) fn of_browser(world: &World, now: Millis, headers: &HeaderMap) -> Option<Session> {
    let session = world.sessions.get(cookie::value(headers, COOKIE)?)?;
    (session.expires > now).then(|| session.clone())
}

/// The request a page is about; `None`: it has run out, or never was.
pub(crate) fn asking(app: &App, id: &str) -> Option<Asking> {
    app.read(|world, now| world.askings.get(id).filter(|asking| asking.expires > now).cloned())
}

/// Does the system let this person in, and may it ask for what it asks?
pub(crate) fn admit(world: &World, asking: &Asking, persona: &Persona) -> Result<(), Refusal> {
    let is_child = persona.level == Level::Child;
    let confirmed = match persona.level {
        Level::Confirmed => true,
        Level::Child => world.settings.child_trusted,
        Level::Simplified | Level::Standard => false,
    };
    let confirmed_only = world.clients.get(&asking.client).is_some_and(|client| client.confirmed_only);
    let passes = |word: &String| match word.as_str() {
        "conf_acc" => confirmed,
        "acc_kid" => is_child,
        _ => !is_child,
    };
    if (confirmed_only && !confirmed) || !asking.filter.iter().all(passes) {
        return Err(Code::Unconfirmed.into());
    }
    let words = scope::words(&format!("{} {}", asking.scope, asking.scope_org));
    let mut asked = words.iter().filter_map(|word| scope::organization(word));
    match asked.all(|oid| persona.organizations.iter().any(|position| position.oid == oid)) {
        true => Ok(()),
        false => Err(Code::ForeignOrganization.into()),
    }
}
