//! `exchange user …`: who may sign in in a browser. Passwords are never seen here: a one-time address is given, at which
//! its person sets their own.

use super::app::{App, here, now};
use super::args::User;
use super::links::web;
use super::output::Tone;
use super::stores::{self, About};
use crate::daemon::cabinet;
use crate::error::{Error, Result};
use crate::model::account::{self, Account, Role};
use crate::model::{Message, Millis, SchoolId};
use crate::store::{HostDb, SessionRow, UserRow, UserStore};

/// Does one of them.
pub(super) fn user(app: &App, command: User) -> Result<u8> {
    match command {
        User::Invite { login, role, school } => invite(app, &login, role, school.map(SchoolId::from)),
        User::List { school } => list(app, school.as_deref()),
        User::Block { login } => block(app, &login, true),
        User::Unblock { login } => block(app, &login, false),
        User::Reset { login } => reset(app, &login),
        User::Sessions { login } => sessions(app, &login),
        User::Revoke { login, session } => revoke(app, &login, session),
    }
}

fn invite(app: &App, login: &str, role: Role, school: Option<SchoolId>) -> Result<u8> {
    let account = Account { number: 0, login: sound(login)?, role, school: fitting(app, role, school)? };
    let (web, store) = (web(app)?, app.process()?.store()?);
    let Some(address) = cabinet::invite(&store, web, &account, now())? else {
        return Err(Error::config(format!("there is an account `{}` already", account.login))
            .message(Message::new("error-user-taken").with("login", &account.login))
            .hint(format!("exchange user reset {}", account.login)));
    };
    told(app, "user-invite", &account)?;
    print_address(app, &address, web.account_invitation_ms)
}

/// What a school administrator or a viewer belongs to, and nobody else does.
fn fitting(app: &App, role: Role, school: Option<SchoolId>) -> Result<Option<SchoolId>> {
    match (role.is_of_school(), school) {
        (true, None) => Err(Error::config(format!("a {role} belongs to a school"))
            .message(Message::new("error-user-school"))
            .hint("--school SCHOOL")),
        (false, Some(_)) => Err(Error::config(format!("a {role} belongs to no school"))
            .message(Message::new("error-user-no-school"))
            .hint("leave out --school")),
        (false, None) => Ok(None),
        (true, Some(school)) => app.school(&school).map(|school| Some(school.id)),
    }
}

fn sound(login: &str) -> Result<String> {
    account::login(login).ok_or_else(|| {
        Error::config(format!("`{login}` cannot be a login"))
            .message(Message::new("error-user-login").with("login", login))
    })
}

fn reset(app: &App, login: &str) -> Result<u8> {
    let (web, store) = (web(app)?, app.process()?.store()?);
    let row = known(&store, login)?;
    let address = cabinet::reset(&store, web, &row.account.login, now())?;
    told(app, "user-reset", &row.account)?;
    print_address(app, &address, web.account_invitation_ms)
}

fn print_address(app: &App, address: &str, good_ms: u64) -> Result<u8> {
    if app.output.json {
        let expires = now().saturating_add_unsigned(good_ms);
        return app
            .output
            .print_json(&serde_json::json!({ "address": address, "expires": expires }))
            .map(|()| 0);
    }
    let hours = good_ms.div_ceil(3_600_000);
    app.output.line(app.text(Message::new("user-invitation").with("hours", hours)))?;
    app.output.line(format!("  {}", app.output.tone(Tone::Strong, address))).map(|()| 0)
}

fn list(app: &App, school: Option<&str>) -> Result<u8> {
    let rows = app.process()?.store()?.users(now())?;
    let of = |row: &UserRow| {
        school.is_none_or(|id| row.account.school.as_ref().is_some_and(|of| of.as_str() == id))
    };
    let rows: Vec<UserRow> = rows.into_iter().filter(of).collect();
    if app.output.json {
        return app.output.print_json(&rows).map(|()| 0);
    }
    if rows.is_empty() {
        return app.output.line(app.word("user-none")).map(|()| 0);
    }
    let headings = ["column-login", "column-role", "column-school", "column-state", "column-sessions"];
    let cells: Vec<Vec<String>> = rows.iter().map(|row| cells(app, row)).collect();
    app.output.table(&headings.map(|code| app.word(code)), &cells).map(|()| 0)
}

fn cells(app: &App, row: &UserRow) -> Vec<String> {
    let account = &row.account;
    vec![
        account.login.clone(),
        app.word(&format!("role-{}", account.role)),
        account.school.as_ref().map(SchoolId::to_string).unwrap_or_default(),
        app.word(&format!("user-state-{}", row.state.name())),
        row.sessions.to_string(),
    ]
}

fn block(app: &App, login: &str, blocked: bool) -> Result<u8> {
    let store = app.process()?.store()?;
    let row = known(&store, login)?;
    let changed = store.block_user(&row.account.login, blocked, now())?;
    let (what, said) = match (blocked, changed) {
        (true, true) => ("user-block", "user-blocked"),
        (false, true) => ("user-unblock", "user-unblocked"),
        (true, false) => ("user-block", "user-blocked-before"),
        (false, false) => ("user-unblock", "user-not-blocked"),
    };
    if changed {
        told(app, what, &row.account)?;
    }
    app.output.line(app.text(Message::new(said).with("login", &row.account.login))).map(|()| 0)
}

fn sessions(app: &App, login: &str) -> Result<u8> {
    let store = app.process()?.store()?;
    let row = known(&store, login)?;
    let idle = Millis::try_from(web(app)?.session_idle_ms).unwrap_or(Millis::MAX);
    let rows = store.sessions(&row.account.login, now(), idle)?;
    if app.output.json {
        return app.output.print_json(&rows).map(|()| 0);
    }
    if rows.is_empty() {
        return app.output.line(app.word("user-no-sessions")).map(|()| 0);
    }
    let headings = ["column-number", "column-begun", "column-seen", "column-browser"];
    let line =
        |row: &SessionRow| vec![row.number.to_string(), here(row.begun), here(row.seen), row.client.clone()];
    let cells: Vec<Vec<String>> = rows.iter().map(line).collect();
    app.output.table(&headings.map(|code| app.word(code)), &cells).map(|()| 0)
}

fn revoke(app: &App, login: &str, session: Option<u64>) -> Result<u8> {
    let store = app.process()?.store()?;
    let row = known(&store, login)?;
    let ended = store.end_sessions(&row.account.login, session)?;
    if ended > 0 {
        told(app, "session-revoke", &row.account)?;
    }
    app.output.line(app.text(Message::new("user-revoked").with("n", ended))).map(|()| 0)
}

fn known(store: &HostDb, login: &str) -> Result<UserRow> {
    let wanted = account::login(login);
    let found = store.users(now())?.into_iter().find(|row| Some(&row.account.login) == wanted.as_ref());
    found.ok_or_else(|| {
        Error::config(format!("there is no account `{login}`"))
            .message(Message::new("error-no-user").with("login", login))
            .hint("exchange user list")
    })
}

fn told(app: &App, what: &str, account: &Account) -> Result<()> {
    stores::audit(app, what, About::school(account.school.as_ref()).with(&account.login)).map(drop)
}
