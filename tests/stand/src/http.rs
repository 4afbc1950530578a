//! A small HTTP/1.1 client for this computer only: what plays a person's browser, seeds a stand-in and reads its state.
//!
//! One connection a request, plain HTTP, no redirects followed by itself. It refuses every address that is not the
//! loopback one, so that nothing invented can ever reach a real system by a slip of the keyboard.

use std::io::{self, Error, ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use url::{Host, Url};

/// A host that exchanges a code for a token before it answers may take so long.
const PATIENCE: Duration = Duration::from_secs(60);

/// What came back.
#[derive(Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Names in lower case, in the order they came.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Answer {
    /// The first header of this name, which is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// The body, if the status is 200.
    ///
    /// # Errors
    /// Any other status, told with the body.
    pub fn accepted(self) -> io::Result<String> {
        match self.status {
            200 => Ok(self.body),
            status => Err(Error::other(format!("answered {status}: {}", self.body.trim()))),
        }
    }
}

/// Parses an address and makes sure that it lies on this computer.
///
/// # Errors
/// Not an `http` address of `127.0.0.1` or `localhost`.
pub fn local(address: &str) -> io::Result<Url> {
    let bad = |why: &str| Error::new(ErrorKind::InvalidInput, format!("`{address}` {why}"));
    let url = Url::parse(address).map_err(|error| bad(&format!("is no address: {error}")))?;
    let on_this_computer = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    match url.scheme() == "http" && on_this_computer {
        true => Ok(url),
        false => Err(bad("is not on this computer; only http://127.0.0.1 and http://localhost are")),
    }
}

/// Sends a request and reads the whole answer.
///
/// # Errors
/// The address is not on this computer, nobody listens there, or the answer breaks off or is none.
pub fn send(method: &str, url: &Url, headers: &[(&str, &str)], body: &str) -> io::Result<Answer> {
    let url = local(url.as_str())?;
    let mut stream = connect(&url)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(&request(method, &url, headers, body))?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    parse(&bytes)
}

fn connect(url: &Url) -> io::Result<TcpStream> {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let addresses = (host, url.port_or_known_default().unwrap_or(80)).to_socket_addrs()?;
    let mut failed = Error::new(ErrorKind::NotFound, "no such host");
    for address in addresses.filter(|address| address.ip().is_loopback()) {
        match TcpStream::connect(address) {
            Ok(stream) => return Ok(stream),
            Err(error) => failed = error,
        }
    }
    Err(Error::new(failed.kind(), format!("nobody answers at {}: {failed}", url.authority())))
}

/// A request as it goes over the wire; the connection ends with its answer.
pub(crate) fn request(method: &str, url: &Url, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let length = body.len().to_string();
    let own = [("Host", url.authority()), ("Connection", "close"), ("Content-Length", &length)];
    let lines: String =
        own.iter().chain(headers).map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!("{method} {path} HTTP/1.1\r\n{lines}\r\n{body}").into_bytes()
}

/// What came on a connection that is over by now.
pub(crate) fn parse(bytes: &[u8]) -> io::Result<Answer> {
    let bad = |why: &str| Error::new(ErrorKind::InvalidData, why.to_owned());
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").ok_or_else(|| bad("no whole answer"))?;
    let head = std::str::from_utf8(&bytes[..end]).map_err(|_| bad("the answer's head is not text"))?;
    let body = &bytes[end + 4..];
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|word| word.parse().ok());
    let headers: Vec<_> = lines.filter_map(|line| line.split_once(':')).collect();
    let headers: Vec<_> =
        headers.iter().map(|(name, value)| (name.to_lowercase(), value.trim().to_owned())).collect();
    let answer = Answer {
        status: status.ok_or_else(|| bad("the answer has no status"))?,
        headers,
        body: String::from_utf8_lossy(body).into_owned(),
    };
    check_length(&answer, body.len()).map_err(|why| bad(&why))?;
    Ok(answer)
}

/// Nobody this client talks to sends pieces; if one did, they would be taken for text.
fn check_length(answer: &Answer, came: usize) -> Result<(), String> {
    if answer.header("transfer-encoding").is_some() {
        return Err("the answer comes in pieces, which this client does not read".to_owned());
    }
    let promised: Option<usize> = answer.header("content-length").and_then(|length| length.parse().ok());
    match promised {
        Some(promised) if promised != came => {
            Err(format!("the answer breaks off: {came} bytes of {promised}"))
        }
        _ => Ok(()),
    }
}
