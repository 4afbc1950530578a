//! Where people reach the host with a browser, as `exchange.toml` has it.

use std::net::{IpAddr, SocketAddr};

/// `[web]`, checked. Defaults are those of [`Web::at`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Web {
    /// Where the host listens.
    pub listen: SocketAddr,
    /// What people type: scheme, host and perhaps a port, nothing behind.
    pub address: String,
    /// Proxies in front, whose word counts for whose request it is.
    pub proxies: Vec<IpAddr>,
    /// The header in which a proxy names its client, the last address of which counts.
    pub client_header: String,
    /// Milliseconds after which a dialogue ends that nobody goes on with.
    pub idle_ms: u64,
    /// Milliseconds after which a dialogue ends, whatever happens in it.
    pub life_ms: u64,
    /// Dialogues at once.
    pub dialogues: u32,
    /// Dialogues at once of one client address.
    pub dialogues_per_client: u32,
    /// Requests that one client address may make in a minute.
    pub requests_per_client: u32,
    /// Dialogues that one client address may start in ten minutes.
    pub starts_per_client: u32,
    /// Dialogues that may start at one school in ten minutes.
    pub starts_per_school: u32,
    /// Passwords that may be tried in a dialogue, and for one login until it has cooled down.
    pub passwords: u32,
    /// Milliseconds it takes a login to cool down.
    pub cool_down_ms: u64,
    /// Milliseconds for which a one-time address for binding is good.
    pub invitation_ms: u64,
    /// Milliseconds for which a one-time address that an account is set up at is good.
    pub account_invitation_ms: u64,
    /// Milliseconds after which somebody who does nothing has to sign in again.
    pub session_idle_ms: u64,
    /// Milliseconds after which somebody has to sign in again, whatever they do.
    pub session_life_ms: u64,
    /// Milliseconds for which files that somebody hands in wait to be confirmed.
    pub upload_kept_ms: u64,
}

impl Web {
    /// Listens there and is reached at this address.
    pub fn at(listen: SocketAddr, address: String) -> Self {
        let minutes = |minutes: u64| minutes * 60_000;
        Self {
            listen,
            address,
            proxies: Vec::new(),
            client_header: "X-Forwarded-For".to_owned(),
            idle_ms: minutes(15),
            life_ms: minutes(30),
            dialogues: 10_000,
            dialogues_per_client: 100,
            requests_per_client: 1_000,
            starts_per_client: 100,
            starts_per_school: 1_000,
            passwords: 3,
            cool_down_ms: minutes(15),
            invitation_ms: minutes(30),
            account_invitation_ms: minutes(3 * 24 * 60),
            session_idle_ms: minutes(60),
            session_life_ms: minutes(12 * 60),
            upload_kept_ms: minutes(30),
        }
    }

    /// Is it reached over TLS?
    pub fn is_secure(&self) -> bool {
        self.address.starts_with("https://")
    }

    /// What stands in `Host` of a request that is meant for us.
    pub fn authority(&self) -> &str {
        self.address.split_once("://").map_or("", |(_, authority)| authority)
    }

    /// Where a browser comes back from another system: what has to be registered there.
    pub fn callback(&self) -> String {
        format!("{}/callback", self.address)
    }
}
