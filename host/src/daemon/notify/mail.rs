//! Letters: the conversation with the mail server.
//!
//! Several letters go over one connection. Whatever is not a definite answer to a letter (a connection that ends, a
//! sign-in that is refused) closes the way for now; the letter goes again under the same Message-ID, by which mail
//! programs and servers know a second copy.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use lettre::Message;
use lettre::message::Mailbox;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;

use super::Answer;
use crate::capability::http::provide_tls;
use crate::capability::{Redactor, Secret};
use crate::error::{Context, Error, Kind, Result};
use crate::model::Millis;
use crate::model::notify::{MailServer, MailTls};
use crate::report::notify::Letter;
use crate::store::{HostDb, HostSecretStore};

/// The server closes the connection: nothing else gets through now.
const CLOSING: u16 = 421;

/// A letter on its way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outgoing<'a> {
    /// The same at every attempt.
    pub(super) id: &'a str,
    /// To whom.
    pub(super) to: &'a str,
    /// What it says.
    pub(super) letter: &'a Letter,
    /// Its date, so that every attempt is the same letter.
    pub(super) made: Millis,
}

/// Sends letters.
pub(super) struct Postman<'a> {
    server: Option<&'a MailServer>,
    store: Arc<HostDb>,
    redactor: Arc<Redactor>,
    connection: Option<AsyncSmtpConnection>,
}

impl<'a> Postman<'a> {
    pub(super) fn new(server: Option<&'a MailServer>, store: Arc<HostDb>, redactor: Arc<Redactor>) -> Self {
        Self { server, store, redactor, connection: None }
    }

    pub(super) async fn send(&mut self, outgoing: Outgoing<'_>) -> Answer {
        let Some(server) = self.server else {
            return Answer::closed("exchange.toml has no [notify.mail]");
        };
        let message = match message(server, outgoing) {
            Ok(message) => message,
            Err(error) => return Answer::Refused(format!("{error:?}")),
        };
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => match self.connect(server).await {
                Ok(connection) => connection,
                Err(error) => return Answer::closed(format!("{error:?}")),
            },
        };
        let text = message.formatted();
        let sent = connection.send(message.envelope(), &text);
        let answer = match in_time(server, sent).await {
            Ok(response) => {
                let said = response.message().collect::<Vec<_>>().join(" ");
                Answer::Taken(format!("{} {said}", response.code()))
            }
            Err(failure) => judge(&failure),
        };
        // After a refusal the library has ended the conversation.
        if matches!(answer, Answer::Taken(_)) {
            self.connection = Some(connection);
        }
        answer
    }

    pub(super) async fn close(&mut self) {
        if let (Some(mut connection), Some(server)) = (self.connection.take(), self.server) {
            // All letters are taken: how the server says good-bye is its affair.
            drop(in_time(server, connection.quit()).await);
        }
    }

    /// Connects, secures the connection, signs in.
    async fn connect(&self, server: &MailServer) -> Result<AsyncSmtpConnection> {
        provide_tls();
        let hello = hello(server)?;
        let timeout = Some(Duration::from_millis(server.timeout_ms));
        let first = if server.tls == MailTls::Tls { Some(tls(server)?) } else { None };
        let address = (server.server.as_str(), server.port);
        let connect = AsyncSmtpConnection::connect_tokio1(address, timeout, &hello, first, None);
        let place = format!("{}:{}", server.server, server.port);
        let mut connection = in_time(server, connect).await.map_err(|failure| failure.of(&place))?;
        if server.tls == MailTls::StartTls {
            let upgrade = connection.starttls(tls(server)?, &hello);
            in_time(server, upgrade).await.map_err(|failure| failure.of("STARTTLS"))?;
        }
        if let Some(user) = &server.user {
            let credentials = Credentials::new(user.clone(), self.password(server)?);
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            let sign_in = connection.auth(&mechanisms, &credentials);
            in_time(server, sign_in).await.map_err(|failure| failure.of("signing in"))?;
        }
        Ok(connection)
    }

    fn password(&self, server: &MailServer) -> Result<String> {
        let name = &server.password;
        let password = self.store.host_secret(name)?.ok_or_else(|| {
            Error::config(format!("the secret `{name}` has no value yet"))
                .hint(format!("exchange secret set {name}"))
        })?;
        self.redactor.know(&Secret::new(password.clone()));
        Ok(password)
    }
}

/// The name this host greets with: the sender's domain.
fn hello(server: &MailServer) -> Result<ClientId> {
    Ok(ClientId::Domain(sender(server)?.email.domain().to_owned()))
}

fn sender(server: &MailServer) -> Result<Mailbox> {
    server.from.parse().context(Kind::Config, "`from` of [notify.mail] is no sender")
}

fn tls(server: &MailServer) -> Result<TlsParameters> {
    let mut builder = TlsParameters::builder(server.server.clone());
    if let Some(file) = &server.ca {
        let what = || format!("{} cannot be used", file.display());
        let pem = std::fs::read(file).context(Kind::Config, what())?;
        builder = builder.add_root_certificate(Certificate::from_pem(&pem).context(Kind::Config, what())?);
    }
    builder.build().context(Kind::Config, "TLS cannot be set up")
}

fn message(server: &MailServer, outgoing: Outgoing<'_>) -> Result<Message> {
    let from = sender(server)?;
    let id = format!("<{}@{}>", outgoing.id, from.email.domain());
    let made = SystemTime::UNIX_EPOCH + Duration::from_millis(outgoing.made.max(0).unsigned_abs());
    let to = outgoing.to.parse::<lettre::Address>().context(Kind::Config, "not an e-mail address")?;
    let mut message = Message::builder()
        .from(from)
        .to(Mailbox::new(None, to))
        .subject(outgoing.letter.subject.replace(['\r', '\n'], " "))
        .message_id(Some(id))
        .date(made)
        .header(ContentType::TEXT_PLAIN)
        .body(outgoing.letter.body.clone())
        .context(Kind::Internal, "the letter cannot be written")?;
    // Nobody's out-of-office note answers it.
    let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
    message.headers_mut().insert_raw(HeaderValue::new(automatic, "auto-generated".to_owned()));
    Ok(message)
}

/// Why a step of the conversation failed.
enum Failure {
    Smtp(SmtpError),
    Late,
}

impl Failure {
    fn of(self, step: &str) -> Error {
        let error = Error::failed(format!("{step} failed"));
        match self {
            Self::Smtp(cause) => error.because(cause),
            Self::Late => error.because("no answer in time"),
        }
    }
}

async fn in_time<T>(
    server: &MailServer,
    step: impl Future<Output = std::result::Result<T, SmtpError>>,
) -> std::result::Result<T, Failure> {
    match tokio::time::timeout(Duration::from_millis(server.timeout_ms), step).await {
        Ok(done) => done.map_err(Failure::Smtp),
        Err(_) => Err(Failure::Late),
    }
}

/// What the end of a conversation says about the letter.
fn judge(failure: &Failure) -> Answer {
    let Failure::Smtp(error) = failure else {
        return Answer::closed("no answer in time; the letter may have been taken");
    };
    let said = said(error);
    match error.status().map(u16::from) {
        Some(CLOSING) => Answer::closed(said),
        Some(_) if error.is_permanent() => Answer::Refused(said),
        Some(_) => Answer::Later { after_ms: None, said, way_closed: false },
        None if error.is_client() => Answer::Refused(said),
        None => Answer::closed(format!("{said}; the letter may have been taken")),
    }
}

/// What the server said, as it said it; or why it said nothing, with the causes of that.
fn said(error: &SmtpError) -> String {
    let mut cause = std::error::Error::source(error);
    if let (Some(status), Some(answer)) = (error.status(), cause) {
        return format!("{status} {answer}");
    }
    // The error tells its first cause itself.
    let mut said = error.to_string();
    while let Some(beneath) = cause.and_then(std::error::Error::source) {
        said = format!("{said}: {beneath}");
        cause = Some(beneath);
    }
    said
}
