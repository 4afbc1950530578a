//! A raw HTTP/1.1 client: one connection a request, every byte of the answer and the way it ended.
//!
//! Ordinary clients hide exactly what is looked at here: resets, half bodies, silence.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Nothing in these tests takes this long; whoever waits longer has hung.
const PATIENCE: Duration = Duration::from_secs(20);

/// A request under construction.
pub(crate) struct Call {
    addr: SocketAddr,
    head: String,
    body: String,
    timeout: Duration,
}

/// What came back.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    /// How the connection ended, if not after a whole answer.
    pub(crate) broken: Option<io::ErrorKind>,
}

impl Call {
    pub(crate) fn new(addr: SocketAddr, method: &str, path: &str) -> Call {
        let head = format!("{method} {path} HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\n");
        Call { addr, head, body: String::new(), timeout: PATIENCE }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Call {
        self.head += &format!("{name}: {value}\r\n");
        self
    }

    pub(crate) fn token(self, token: &str) -> Call {
        self.header("Access-Token", token)
    }

    pub(crate) fn json(mut self, body: &serde_json::Value) -> Call {
        self.body = body.to_string();
        self.header("Content-Type", "application/json")
    }

    pub(crate) fn form(mut self, pairs: &[(&str, &str)]) -> Call {
        self.body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        self.header("Content-Type", "application/x-www-form-urlencoded")
    }

    pub(crate) fn body(mut self, kind: &str, body: String) -> Call {
        self.body = body;
        self.header("Content-Type", kind)
    }

    /// Give up (and leave) after so long without a byte.
    pub(crate) fn timeout(mut self, timeout: Duration) -> Call {
        self.timeout = timeout;
        self
    }

    /// Sends and reads to the end, whatever the end is.
    ///
    /// # Panics
    /// If no connection can be made: then there is nothing to test.
    pub(crate) fn send(self) -> Reply {
        let mut stream = TcpStream::connect(self.addr).expect("the stand-in listens");
        stream.set_read_timeout(Some(self.timeout)).expect("a timeout can be set");
        let length = format!("Content-Length: {}\r\n\r\n", self.body.len());
        let request = [self.head.as_bytes(), length.as_bytes(), self.body.as_bytes()].concat();
        stream.write_all(&request).expect("the request is taken");
        let (bytes, broken) = read_all(&mut stream);
        Reply::parse(&bytes, broken)
    }
}

fn read_all(stream: &mut TcpStream) -> (Vec<u8>, Option<io::ErrorKind>) {
    let (mut bytes, mut piece) = (Vec::new(), [0; 4096]);
    loop {
        match stream.read(&mut piece) {
            Ok(0) => return (bytes, None),
            Ok(count) => bytes.extend_from_slice(&piece[..count]),
            Err(error) => return (bytes, Some(error.kind())),
        }
    }
}

impl Reply {
    fn parse(bytes: &[u8], broken: Option<io::ErrorKind>) -> Reply {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|word| word.parse().ok());
        let headers = lines.filter_map(|line| line.split_once(": "));
        let headers = headers.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
        Reply { status: status.unwrap_or(0), headers, body: body.to_owned(), broken }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// If it is none.
    #[track_caller]
    pub(crate) fn value(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("not JSON ({error}): {}", self.body))
    }

    /// Status and body, for snapshots.
    pub(crate) fn shown(&self) -> String {
        let body = match serde_json::from_str::<Box<serde_json::value::RawValue>>(&self.body) {
            Ok(_) => indented(&self.body),
            Err(_) => self.body.clone(),
        };
        format!("{}\n{body}", self.status)
    }
}

/// JSON with line breaks, members in the order they were sent in (a parsed value would sort them).
fn indented(json: &str) -> String {
    let (mut out, mut depth, mut in_text, mut escaped) = (String::new(), 0, false, false);
    let mut chars = json.chars().peekable();
    while let Some(c) = chars.next() {
        if in_text {
            out.push(c);
            in_text = escaped || c != '"';
            escaped = !escaped && c == '\\';
            continue;
        }
        match c {
            '{' | '[' if chars.peek().is_some_and(|next| matches!(next, '}' | ']')) => {
                out.push(c);
                out.extend(chars.next());
            }
            '{' | '[' => {
                depth += 1;
                out += &format!("{c}\n{}", "  ".repeat(depth));
            }
            '}' | ']' => {
                depth -= 1;
                out += &format!("\n{}{c}", "  ".repeat(depth));
            }
            ',' => out += &format!(",\n{}", "  ".repeat(depth)),
            ':' => out += ": ",
            '"' => {
                in_text = true;
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}
