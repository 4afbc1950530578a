//! One conversation.

use std::io;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use super::{Fault, Kept, Security, Shared};

/// What every conversation needs.
pub(super) struct House {
    pub(super) security: Security,
    pub(super) user: Option<(String, String)>,
    pub(super) acceptor: TlsAcceptor,
    pub(super) shared: Shared,
}

/// A conversation that begins in the open, and goes on under TLS where that is asked for.
pub(super) async fn open(stream: TcpStream, house: &House) -> io::Result<()> {
    let mut session = Session::new(stream, house, false);
    session.greet().await?;
    if session.commands().await? == End::StartTls {
        // What came in plain text after the command is not taken over.
        let stream = house.acceptor.accept(session.stream.into_inner()).await?;
        Session::new(stream, house, true).commands().await?;
    }
    Ok(())
}

/// A conversation that is secured already.
pub(super) async fn talk<S>(stream: S, house: &House, secured: bool) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut session = Session::new(stream, house, secured);
    session.greet().await?;
    session.commands().await.map(drop)
}

/// How a stretch of commands ended.
#[derive(PartialEq, Eq)]
enum End {
    Quit,
    StartTls,
}

struct Session<'a, S> {
    stream: BufReader<S>,
    house: &'a House,
    secured: bool,
    user: Option<String>,
    from: Option<String>,
    to: Vec<String>,
}

impl<'a, S: AsyncRead + AsyncWrite + Unpin> Session<'a, S> {
    fn new(stream: S, house: &'a House, secured: bool) -> Self {
        let stream = BufReader::new(stream);
        Self { stream, house, secured, user: None, from: None, to: Vec::new() }
    }

    fn fault(&self) -> Fault {
        self.house.shared.lock().fault.clone()
    }

    async fn say(&mut self, line: &str) -> io::Result<()> {
        self.stream.get_mut().write_all(format!("{line}\r\n").as_bytes()).await?;
        self.stream.get_mut().flush().await
    }

    async fn hear(&mut self) -> io::Result<String> {
        let mut line = Vec::new();
        if self.stream.read_until(b'\n', &mut line).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned())
    }

    async fn greet(&mut self) -> io::Result<()> {
        if self.fault() == Fault::Busy {
            self.say("421 4.3.2 too busy").await?;
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        self.say("220 stand-in ESMTP").await
    }

    async fn commands(&mut self) -> io::Result<End> {
        loop {
            let line = self.hear().await?;
            let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
            match verb.to_ascii_uppercase().as_str() {
                "EHLO" | "HELO" => self.hello().await?,
                "STARTTLS" if self.house.security == Security::StartTls && !self.secured => {
                    self.say("220 2.0.0 go ahead").await?;
                    return Ok(End::StartTls);
                }
                "QUIT" => return self.say("221 2.0.0 bye").await.map(|()| End::Quit),
                "NOOP" => self.say("250 2.0.0 OK").await?,
                "RSET" => {
                    (self.from, self.to) = (None, Vec::new());
                    self.say("250 2.0.0 OK").await?;
                }
                _ if self.house.security == Security::StartTls && !self.secured => {
                    self.say("530 5.7.0 STARTTLS first").await?;
                }
                "AUTH" => self.sign_in(rest).await?,
                _ if self.house.user.is_some() && self.user.is_none() => {
                    self.say("530 5.7.0 sign in first").await?;
                }
                "MAIL" => {
                    (self.from, self.to) = (Some(address(rest)), Vec::new());
                    self.say("250 2.1.0 OK").await?;
                }
                "RCPT" if self.from.is_some() => self.recipient(address(rest)).await?,
                "DATA" if !self.to.is_empty() => self.data().await?,
                "RCPT" | "DATA" => self.say("503 5.5.1 not now").await?,
                _ => self.say("502 5.5.1 unknown").await?,
            }
        }
    }

    async fn hello(&mut self) -> io::Result<()> {
        self.say("250-stand-in").await?;
        if self.house.security == Security::StartTls && !self.secured {
            self.say("250-STARTTLS").await?;
        } else if self.house.user.is_some() {
            self.say("250-AUTH PLAIN LOGIN").await?;
        }
        self.say("250-8BITMIME").await?;
        self.say("250 SIZE 10485760").await
    }

    async fn sign_in(&mut self, rest: &str) -> io::Result<()> {
        let (mechanism, first) = rest.split_once(' ').unwrap_or((rest, ""));
        let (name, password) = if mechanism.eq_ignore_ascii_case("PLAIN") {
            let text = if first.is_empty() { self.ask("").await? } else { first.to_owned() };
            let plain = decoded(&text);
            let mut parts = plain.split('\0').skip(1).map(str::to_owned);
            (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
        } else {
            let name = if first.is_empty() { self.ask("VXNlcm5hbWU6").await? } else { first.to_owned() };
            (decoded(&name), decoded(&self.ask("UGFzc3dvcmQ6").await?))
        };
        if self.house.user.as_ref().is_some_and(|user| *user == (name.clone(), password)) {
            self.user = Some(name);
            return self.say("235 2.7.0 welcome").await;
        }
        self.say("535 5.7.8 wrong name or password").await
    }

    async fn ask(&mut self, what: &str) -> io::Result<String> {
        self.say(&format!("334 {what}")).await?;
        self.hear().await
    }

    async fn recipient(&mut self, to: String) -> io::Result<()> {
        let from = self.from.clone().unwrap_or_default();
        let tried = {
            let mut state = self.house.shared.lock();
            let tried = state.tried.entry((from, to.clone())).or_default();
            *tried += 1;
            *tried
        };
        match self.fault() {
            Fault::UnknownRecipient => self.say(&format!("550 5.1.1 <{to}> unknown")).await,
            Fault::Greylist(first) if tried <= first => self.say("451 4.7.1 greylisted, try later").await,
            _ => {
                self.to.push(to);
                self.say("250 2.1.5 OK").await
            }
        }
    }

    async fn data(&mut self) -> io::Result<()> {
        self.say("354 go on").await?;
        let mut text = String::new();
        loop {
            let line = self.hear().await?;
            if self.fault() == Fault::DropInData {
                return Err(io::ErrorKind::ConnectionAborted.into());
            }
            if line == "." {
                break;
            }
            text.push_str(line.strip_prefix('.').unwrap_or(&line));
            text.push_str("\r\n");
        }
        if self.fault() == Fault::Full {
            return self.say("552 5.2.2 mailbox full").await;
        }
        if self.keep(text) {
            self.say("250 2.0.0 kept").await
        } else {
            Err(io::ErrorKind::ConnectionAborted.into())
        }
    }

    /// Keeps the letter; says whether the sender is told.
    fn keep(&mut self, text: String) -> bool {
        let mut state = self.house.shared.lock();
        let answered = match &mut state.fault {
            Fault::LostAnswer(left) if *left > 0 => {
                *left -= 1;
                false
            }
            _ => true,
        };
        let (from, to) = (self.from.take().unwrap_or_default(), std::mem::take(&mut self.to));
        let (secured, user) = (self.secured, self.user.clone());
        state.kept.push(Kept { from, to, text, secured, user, answered });
        answered
    }
}

/// What stands between `<` and `>`.
fn address(rest: &str) -> String {
    let inner = rest.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inner.map_or_else(String::new, |(address, _)| address.to_owned())
}

fn decoded(text: &str) -> String {
    let bytes = STANDARD.decode(text.trim()).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}
