//! Accounts and sessions as rows of the host's file.

use rusqlite::{Connection, Row, Transaction, params};

use crate::error::{Error, Result};
use crate::model::account::{Account, Role};
use crate::model::{Millis, SchoolId};
use crate::store::{
    Credentials, IdentityStore, Invited, NewSession, SessionRow, UserRow, UserState, UserStore,
};

use super::HostDb;
use super::file::Commit;
use super::values::{col, exec, first, int, rows};

/// What was seen less than so many milliseconds ago is not written down again.
const SEEN_MS: Millis = 60_000;

/// Whoever can sign in.
const ACTIVE: &str = "password IS NOT NULL AND totp IS NOT NULL AND invitation IS NULL AND blocked IS NULL";

/// Whoever has an address with this hash, which is good now. A blocked account's is not.
const INVITED: &str = "invitation = ?1 AND invited_until > ?2 AND blocked IS NULL";

impl UserStore for HostDb {
    fn invite_user(&self, account: &Account, token: &str, until: Millis, now: Millis) -> Result<bool> {
        let sql = "INSERT OR IGNORE INTO user (login, role, school, created, invitation, invited_until) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let Account { login, role, school, .. } = account;
        let school = school.as_ref().map(SchoolId::as_str);
        let values = params![login, role.name(), school, now, self.token("invitation", token)?, until];
        self.database.write(Commit::Durable, |t| Ok(exec(t, sql, values)? > 0))
    }

    fn reset_user(&self, login: &str, token: &str, until: Millis) -> Result<bool> {
        let sql = "UPDATE user SET password = NULL, totp = NULL, invitation = ?2, invited_until = ?3 WHERE login = ?1";
        let token = self.token("invitation", token)?;
        self.database.write(Commit::Durable, |t| {
            end(t, login, None)?;
            Ok(exec(t, sql, params![login, token, until])? > 0)
        })
    }

    fn block_user(&self, login: &str, blocked: bool, now: Millis) -> Result<bool> {
        let sql = "UPDATE user SET blocked = ?2 WHERE login = ?1 AND (blocked IS NULL) = ?3";
        self.database.write(Commit::Durable, |t| {
            if blocked {
                end(t, login, None)?;
            }
            Ok(exec(t, sql, params![login, blocked.then_some(now), blocked])? > 0)
        })
    }

    fn users(&self, now: Millis) -> Result<Vec<UserRow>> {
        let sql = "SELECT *, (SELECT count(*) FROM session WHERE user = user.number AND until > ?1) AS sessions \
                   FROM user ORDER BY login";
        self.database.read(|t| rows(t, sql, [now], |row| user_row(row, now)))
    }

    fn invited(&self, token: &str, now: Millis) -> Result<Option<Invited>> {
        let token = self.token("invitation", token)?;
        self.database.read(|t| self.invited_by(t, &token, now))
    }

    fn set_credentials(&self, token: &str, password: &str, totp: &[u8], now: Millis) -> Result<bool> {
        let token = self.token("invitation", token)?;
        let sql = "UPDATE user SET password = ?2, totp = ?3 WHERE number = ?1";
        self.database.write(Commit::Durable, |t| {
            let Some(Invited { account, .. }) = self.invited_by(t, &token, now)? else { return Ok(false) };
            let sealed = self.seal.seal(&totp_of(account.number), totp)?;
            Ok(exec(t, sql, params![int(account.number), password, sealed])? > 0)
        })
    }

    fn accept_invitation(&self, token: &str, step: u64, session: NewSession<'_>) -> Result<bool> {
        let token = self.token("invitation", token)?;
        let sql = "UPDATE user SET invitation = NULL, invited_until = NULL, step = ?2 \
                   WHERE number = ?1 AND password IS NOT NULL AND totp IS NOT NULL";
        self.database.write(Commit::Durable, |t| {
            let Some(Invited { account, .. }) = self.invited_by(t, &token, session.at)? else {
                return Ok(false);
            };
            let accepted = exec(t, sql, params![int(account.number), int(step)])? > 0;
            if accepted {
                self.begin_session(t, account.number, session)?;
            }
            Ok(accepted)
        })
    }

    fn credentials(&self, login: &str) -> Result<Option<Credentials>> {
        let sql = format!("SELECT * FROM user WHERE login = ?1 AND {ACTIVE}");
        self.database.read(|t| {
            first(t, &sql, [login], |row| {
                let account = account(row)?;
                let totp = self.seal.open(&totp_of(account.number), &col::<Vec<u8>>(row, "totp")?)?;
                Ok(Credentials { account, password: col(row, "password")?, totp })
            })
        })
    }

    fn sign_in(&self, user: u64, step: u64, session: NewSession<'_>) -> Result<bool> {
        let sql = format!("UPDATE user SET step = ?2 WHERE number = ?1 AND step < ?2 AND {ACTIVE}");
        self.database.write(Commit::Durable, |t| {
            let fresh = exec(t, &sql, params![int(user), int(step)])? > 0;
            if fresh {
                self.begin_session(t, user, session)?;
            }
            Ok(fresh)
        })
    }

    fn session(&self, token: &str, now: Millis, idle: Millis) -> Result<Option<(Account, SessionRow)>> {
        let sql = "SELECT user.*, session.number AS session, begun, seen, until, client FROM session \
                   JOIN user ON user.number = session.user WHERE token = ?1 AND until > ?2 AND seen > ?2 - ?3";
        let token = self.token("session", token)?;
        let found = self.database.read(|t| {
            first(t, sql, params![token, now, idle], |row| Ok((account(row)?, session_row(row)?)))
        })?;
        if let Some((_, session)) = found.as_ref().filter(|(_, session)| now - session.seen >= SEEN_MS) {
            let seen = "UPDATE session SET seen = ?2 WHERE number = ?1";
            self.database.write(Commit::Lazy, |t| exec(t, seen, params![int(session.number), now]))?;
        }
        Ok(found)
    }

    fn sessions(&self, login: &str, now: Millis, idle: Millis) -> Result<Vec<SessionRow>> {
        let sql = "SELECT session.number AS session, begun, seen, until, client FROM session \
                   JOIN user ON user.number = session.user \
                   WHERE login = ?1 AND until > ?2 AND seen > ?2 - ?3 ORDER BY session.number DESC";
        self.database.read(|t| rows(t, sql, params![login, now, idle], session_row))
    }

    fn end_sessions(&self, login: &str, number: Option<u64>) -> Result<u64> {
        self.database.write(Commit::Durable, |t| end(t, login, number))
    }
}

impl HostDb {
    /// A secret as it is kept: nobody who reads the file can use it, nor tell whether it was guessed right.
    fn token(&self, purpose: &str, token: &str) -> Result<[u8; 32]> {
        let key = blake3::derive_key(&format!("exchange 2026 tokens: {purpose}"), &self.identity_key()?);
        Ok(*blake3::keyed_hash(&key, token.as_bytes()).as_bytes())
    }

    fn invited_by(&self, t: &Connection, token: &[u8; 32], now: Millis) -> Result<Option<Invited>> {
        let sql = format!("SELECT * FROM user WHERE {INVITED}");
        first(t, &sql, params![token, now], |row| {
            let account = account(row)?;
            let sealed: Option<Vec<u8>> = col(row, "totp")?;
            let totp = sealed.map(|sealed| self.seal.open(&totp_of(account.number), &sealed)).transpose()?;
            Ok(Invited { account, totp })
        })
    }

    /// What has ended goes.
    fn begin_session(&self, t: &Transaction<'_>, user: u64, session: NewSession<'_>) -> Result<()> {
        let NewSession { token, at, until, client } = session;
        exec(t, "DELETE FROM session WHERE until <= ?1", [at])?;
        let sql =
            "INSERT INTO session (token, user, begun, seen, until, client) VALUES (?1, ?2, ?3, ?3, ?4, ?5)";
        exec(t, sql, params![self.token("session", token)?, int(user), at, until, client]).map(drop)
    }
}

/// What the secret of one-time codes is bound to. `sealed` knows it too.
fn totp_of(user: u64) -> String {
    format!("host/user/{user}/totp")
}

fn end(t: &Transaction<'_>, login: &str, number: Option<u64>) -> Result<u64> {
    let sql = "DELETE FROM session WHERE user = (SELECT number FROM user WHERE login = ?1) \
               AND (?2 IS NULL OR number = ?2)";
    Ok(exec(t, sql, params![login, number.map(int)])? as u64)
}

fn account(row: &Row<'_>) -> Result<Account> {
    let role: String = col(row, "role")?;
    let known = Role::by_name(&role).ok_or_else(|| {
        Error::internal(format!("the database knows a role `{role}`, which this program does not"))
    });
    Ok(Account {
        number: col::<i64>(row, "number")?.unsigned_abs(),
        login: col(row, "login")?,
        role: known?,
        school: col::<Option<String>>(row, "school")?.map(SchoolId::from),
    })
}

fn user_row(row: &Row<'_>, now: Millis) -> Result<UserRow> {
    let (blocked, until): (Option<Millis>, Option<Millis>) =
        (col(row, "blocked")?, col(row, "invited_until")?);
    let state = match (blocked, until) {
        (Some(_), _) => UserState::Blocked,
        (None, Some(until)) if until <= now => UserState::Expired,
        (None, Some(_)) => UserState::Invited,
        (None, None) => UserState::Active,
    };
    Ok(UserRow {
        account: account(row)?,
        state,
        created: col(row, "created")?,
        invited_until: until,
        sessions: col::<i64>(row, "sessions")?.unsigned_abs(),
    })
}

fn session_row(row: &Row<'_>) -> Result<SessionRow> {
    Ok(SessionRow {
        number: col::<i64>(row, "session")?.unsigned_abs(),
        begun: col(row, "begun")?,
        seen: col(row, "seen")?,
        until: col(row, "until")?,
        client: col(row, "client")?,
    })
}
