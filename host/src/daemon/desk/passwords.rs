//! Passwords of other systems, which people try here: so many for a login and a client, then none until it has cooled
//! down. A login is known by a keyed hash, under a key of this process.

use std::net::IpAddr;
use std::sync::Mutex;

use super::talk::{Answer, Shown, Talk};
use super::windows::Windows;
use super::{lock, no_randomness};
use crate::error::Result;
use crate::model::Millis;
use crate::model::dialogue::FormKind;
use crate::model::web::Web;

/// So many times more wrong passwords may come from one client address than for one login: a school has one for all.
const CLIENT: u32 = 20;

/// A login, hashed.
pub(super) type Login = [u8; 32];

/// Wrong passwords lately.
pub(super) struct Passwords {
    most: u32,
    key: [u8; 32],
    logins: Mutex<Windows<Login>>,
    clients: Mutex<Windows<IpAddr>>,
}

impl Passwords {
    /// Within the limits of `[web]`.
    pub(super) fn of(web: &Web) -> Result<Self> {
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(no_randomness)?;
        let windows = (Windows::of(web.cool_down_ms), Windows::of(web.cool_down_ms));
        Ok(Self { most: web.passwords, key, logins: Mutex::new(windows.0), clients: Mutex::new(windows.1) })
    }

    /// Names the login that an answer holds.
    pub(super) fn login(&self, talk: &Talk, answer: &Answer) -> Login {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        hasher.update(talk.place.task.to_string().as_bytes());
        if let Shown::Form(form) = &talk.shown {
            for field in form.fields.iter().filter(|field| field.kind == FormKind::Text) {
                let value = answer.value(&field.name).unwrap_or_default().trim().to_lowercase();
                hasher.update(&(value.len() as u64).to_le_bytes()).update(value.as_bytes());
            }
        }
        *hasher.finalize().as_bytes()
    }

    /// Is one more taken for this login, and from this client?
    pub(super) fn may_try(&self, login: Login, client: IpAddr, now: Millis) -> bool {
        let of_client = self.most.saturating_mul(CLIENT);
        lock(&self.clients).take(client, of_client, now) && lock(&self.logins).take(login, self.most, now)
    }

    /// A password was wrong when it is asked for again, or when nothing but a bad end came of it.
    pub(super) fn tried(&self, talk: &mut Talk, login: Login, client: IpAddr) {
        if talk.shown.asks_password() {
            talk.passwords += 1;
            if talk.passwords >= self.most {
                talk.give_up();
            }
        } else if !talk.shown.is_end() || matches!(talk.shown, Shown::Done(_)) {
            lock(&self.logins).forget(&login);
            lock(&self.clients).give_back(&client);
        }
    }
}
