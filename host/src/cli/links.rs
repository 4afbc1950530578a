//! `exchange links`, `exchange bind --browser`: the addresses that families open, that other systems have to know, and
//! that an administrator binds a school at.

use serde::Serialize;

use super::app::App;
use super::names::Place;
use super::output::Tone;
use super::ready::Ready;
use super::stores;
use crate::daemon::desk;
use crate::error::{Error, Result};
use crate::model::web::Web;
use crate::model::{Message, TaskRef};

/// An address that is open to everybody.
#[derive(Serialize)]
struct Address {
    school: String,
    task: String,
    dialogue: String,
    title: String,
    address: String,
    enabled: bool,
}

#[derive(Serialize)]
struct Addresses {
    callback: String,
    addresses: Vec<Address>,
}

/// Lists the addresses of a place.
pub(super) fn links(app: &App, place: Option<&Place>) -> Result<u8> {
    let web = web(app)?;
    let told = Addresses { callback: web.callback(), addresses: addresses(app, web, place)? };
    if app.output.json {
        return app.output.print_json(&told).map(|()| 0);
    }
    if told.addresses.is_empty() {
        app.output.line(app.word("links-none"))?;
    }
    for one in &told.addresses {
        app.output.line(format!("{}/{}: {}", one.school, one.task, one.title))?;
        app.output.line(format!("  {}", one.address))?;
        if !one.enabled {
            app.output.line(format!("  {}", app.word("links-off")))?;
        }
    }
    app.output.line(app.word("links-callback"))?;
    app.output.line(format!("  {}", told.callback)).map(|()| 0)
}

/// Where browsers are listened to.
pub(super) fn web(app: &App) -> Result<&Web> {
    app.host.web.as_ref().ok_or_else(|| {
        Error::config("exchange.toml has no [web] table")
            .message(Message::new("error-no-web"))
            .hint("[web]\nlisten = \"127.0.0.1:8080\"\naddress = \"https://exchange.example.ru\"")
    })
}

/// Prints a one-time address at which `exchange serve` goes through the dialogue.
pub(super) fn invite(app: &App, ready: &Ready) -> Result<u8> {
    let web = web(app)?;
    let address = desk::invite(web, &ready.task, &stores::operator())?;
    stores::audit(app, "invite", &ready.name)?;
    if app.output.json {
        return app.output.print_json(&serde_json::json!({ "address": address })).map(|()| 0);
    }
    let minutes = web.invitation_ms.div_ceil(60_000);
    app.output.line(app.text(Message::new("bind-invitation").with("minutes", minutes)))?;
    app.output.line(format!("  {}", app.output.tone(Tone::Strong, &address))).map(|()| 0)
}

fn addresses(app: &App, web: &Web, place: Option<&Place>) -> Result<Vec<Address>> {
    let mut addresses = Vec::new();
    for (school, task) in app.tasks(place)? {
        let name = TaskRef { school: school.id.clone(), task: task.id.clone() };
        // What cannot be read is told by `check`; the other addresses are good.
        let Ok(manifest) = app.manifest_for(&name, &task.connector) else { continue };
        for (dialogue, about) in manifest.dialogues.iter().filter(|(_, about)| about.open) {
            let place = desk::Place { task: name.clone(), dialogue: dialogue.clone() };
            addresses.push(Address {
                school: school.id.to_string(),
                task: task.id.to_string(),
                dialogue: dialogue.clone(),
                title: app.catalogue.language().of(&about.title).to_owned(),
                address: format!("{}{}", web.address, place.path()),
                enabled: task.enabled,
            });
        }
    }
    Ok(addresses)
}
