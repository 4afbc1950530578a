//! A mail server that keeps what it is sent, and misbehaves on command.
//!
//! It speaks SMTP (RFC 5321) with STARTTLS or TLS from the first byte, AUTH PLAIN and LOGIN, and SIZE. What it is for: a
//! letter that is refused for ever or for now, a server that goes down, signs nobody in, or ends the connection when it
//! has stored a letter and has not said so. Its certificate is for `localhost`, by an authority of its own ([`CA`]).

mod post;
mod session;

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// The authority that has signed the server's certificate, as PEM.
pub const CA: &str = include_str!("ca.pem");

/// How connections are secured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Security {
    /// Not at all.
    #[default]
    None,
    /// Offered, and needed before anything else.
    StartTls,
    /// From the first byte.
    Tls,
}

/// How the server is set up.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Port 0 of the loopback address when left out.
    pub listen: Option<SocketAddr>,
    /// How connections are secured.
    pub security: Security,
    /// Who has to sign in, and with which password; none: nobody.
    pub user: Option<(String, String)>,
}

/// How it misbehaves, until told otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Fault {
    /// Not.
    #[default]
    None,
    /// Ends every connection at once.
    Down,
    /// 421 in place of a greeting.
    Busy,
    /// 451 to the first so many attempts of each pair of sender and recipient.
    Greylist(u32),
    /// 550 to every recipient.
    UnknownRecipient,
    /// 552 after the letter's text; nothing is kept.
    Full,
    /// Keeps the letter, and ends the connection in place of an answer; so many times.
    LostAnswer(u32),
    /// Ends the connection when the text of a letter begins; nothing is kept.
    DropInData,
}

/// A letter that was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Of the envelope.
    pub from: String,
    /// Of the envelope.
    pub to: Vec<String>,
    /// Headers and body as they came, dots unstuffed.
    pub text: String,
    /// The connection was secured.
    pub secured: bool,
    /// Who had signed in.
    pub user: Option<String>,
    /// The sender knew that it was kept: the answer went out.
    pub answered: bool,
}

impl Kept {
    /// A header, unfolded.
    pub fn header(&self, name: &str) -> Option<String> {
        let head = self.text.split("\r\n\r\n").next().unwrap_or_default();
        let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
        let prefix = format!("{}:", name.to_ascii_lowercase());
        let mut lines = unfolded.lines();
        let line = lines.find(|line| line.to_ascii_lowercase().starts_with(&prefix))?;
        Some(line[prefix.len()..].trim().to_owned())
    }
}

/// Everything the server knows.
#[derive(Debug, Default)]
struct State {
    fault: Fault,
    kept: Vec<Kept>,
    /// Attempts of each pair of sender and recipient.
    tried: BTreeMap<(String, String), u32>,
    connections: u32,
}

#[derive(Clone, Debug, Default)]
struct Shared(Arc<Mutex<State>>);

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The server, running inside a test; it ends when dropped.
#[derive(Debug)]
pub struct Post {
    addr: SocketAddr,
    shared: Shared,
    _stop: oneshot::Sender<()>,
}

impl Post {
    /// Starts it on a thread of its own.
    ///
    /// # Errors
    /// The port is taken, or no thread can be had.
    pub fn spawn(options: Options) -> io::Result<Self> {
        post::spawn(options)
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Misbehaves like this from now on.
    pub fn misbehave(&self, fault: Fault) {
        self.shared.lock().fault = fault;
    }

    /// The letters kept so far.
    pub fn kept(&self) -> Vec<Kept> {
        self.shared.lock().kept.clone()
    }

    /// Connections made so far.
    pub fn connections(&self) -> u32 {
        self.shared.lock().connections
    }
}
