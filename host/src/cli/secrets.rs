//! `exchange secret …`: values go in and are never shown again.

pub(super) mod import;

use std::io::{IsTerminal, Read};

use serde::Serialize;

use super::app::{App, now};
use super::stores::{self, About};
use crate::daemon::vault::{self, LONGEST};
use crate::error::{Context, Error, Kind, Result};
use crate::model::{Message, Millis, SchoolId};
use crate::store::{HostSecretStore, SecretStore};

/// Reads a value from standard input and stores it.
pub(super) fn set(app: &App, name: &str, school: Option<&SchoolId>) -> Result<u8> {
    if std::io::stdin().is_terminal() {
        eprintln!("{}", app.word("secret-type-it"));
    }
    let mut value = String::new();
    std::io::stdin()
        .take(LONGEST as u64)
        .read_to_string(&mut value)
        .context(Kind::Config, "cannot read the secret from standard input")?;
    let value = vault::typed(&value).ok_or_else(|| {
        Error::config("the secret is empty").hint(format!("printf %s VALUE | exchange secret set {name}"))
    })?;
    match school {
        Some(school) => {
            let store = app.store(&app.school(school)?)?;
            let lane = stores::lane(&store, "secret set")?;
            store.set_secret(lane.fence(), name, value, now())?;
            tell_of_tasks(app, name, school, &store.secret_names()?)?;
        }
        None => app.process()?.store()?.set_host_secret(name, value, now())?,
    }
    stores::audit(app, "secret-set", About::school(school).with(name))?;
    app.output.line(app.text(Message::new("secret-stored").with("name", name))).map(|()| 0)
}

/// Tasks that have a value of their own, which comes first: a new one for the school would change nothing for them.
fn tell_of_tasks(app: &App, name: &str, school: &SchoolId, stored: &[(String, Millis)]) -> Result<()> {
    let own = stored.iter().filter(|(other, _)| other.split_once('/').is_some_and(|(_, rest)| rest == name));
    own.map(|(own, _)| Message::new("secret-of-task").with("own", own).with("school", school))
        .try_for_each(|message| app.output.line(app.text(message)))
}

#[derive(Serialize)]
struct Row {
    name: String,
    school: Option<String>,
    set: i64,
}

/// Lists names; never values.
pub(super) fn list(app: &App, school: Option<&SchoolId>) -> Result<u8> {
    let names = match school {
        Some(school) => app.store(&app.school(school)?)?.secret_names()?,
        None => app.process()?.store()?.host_secret_names()?,
    };
    let school = school.map(SchoolId::to_string);
    let rows: Vec<Row> =
        names.into_iter().map(|(name, set)| Row { name, school: school.clone(), set }).collect();
    if app.output.json {
        return app.output.print_json(&rows).map(|()| 0);
    }
    rows.iter().try_for_each(|row| app.output.line(&row.name)).map(|()| 0)
}

/// Removes one.
pub(super) fn remove(app: &App, name: &str, school: Option<&SchoolId>) -> Result<u8> {
    let there = match school {
        Some(school) => {
            let store = app.store(&app.school(school)?)?;
            let lane = stores::lane(&store, "secret rm")?;
            store.remove_secret(lane.fence(), name)?
        }
        None => app.process()?.store()?.remove_host_secret(name)?,
    };
    if !there {
        return Err(Error::config(format!("there is no secret `{name}`")).hint("exchange secret list"));
    }
    stores::audit(app, "secret-rm", About::school(school).with(name))?;
    app.output.line(app.text(Message::new("secret-removed").with("name", name))).map(|()| 0)
}
