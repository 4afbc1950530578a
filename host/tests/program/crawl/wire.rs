//! Requests as bytes, so that what no client of ours would send can be sent; answers as they came.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Longer than any answer takes; what takes longer has hung.
const PATIENCE: Duration = Duration::from_secs(60);

/// A request.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    pub(super) method: &'static str,
    /// Path and query, word for word.
    pub(super) target: String,
    pub(super) media: Option<&'static str>,
    pub(super) body: Vec<u8>,
}

impl Ask {
    pub(super) fn get(target: impl Into<String>) -> Self {
        Self { method: "GET", target: target.into(), media: None, body: Vec::new() }
    }

    pub(super) fn post(target: impl Into<String>, media: &'static str, body: Vec<u8>) -> Self {
        Self { method: "POST", target: target.into(), media: Some(media), body }
    }

    /// Sends it; the connection ends with the answer.
    pub(super) fn send(&self, authority: &str, headers: &[(&str, String)]) -> Answer {
        let mut stream = TcpStream::connect(authority).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a time");
        // Whoever sends too much may be hung up on.
        drop(stream.write_all(&self.bytes(authority, headers)));
        Answer::parse(&whole(&mut stream))
    }

    fn bytes(&self, authority: &str, headers: &[(&str, String)]) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\nHost: {authority}\r\n", self.method, self.target);
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        if let Some(media) = self.media {
            head += &format!("Content-Type: {media}\r\nSec-Fetch-Site: same-origin\r\n");
        }
        head += &format!("Content-Length: {}\r\nConnection: close\r\n\r\n", self.body.len());
        [head.as_bytes(), &self.body].concat()
    }
}

/// All that comes; of a stream of events the first one.
fn whole(stream: &mut TcpStream) -> Vec<u8> {
    let (mut all, mut piece) = (Vec::new(), [0; 16 << 10]);
    while let Ok(count @ 1..) = stream.read(&mut piece) {
        all.extend_from_slice(&piece[..count]);
        let told = String::from_utf8_lossy(&all);
        if told.contains("text/event-stream") && told.contains("\n\n") {
            break;
        }
    }
    all
}

/// What came back. Status 0: nothing, or no answer.
#[derive(Clone, Debug, Default)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// Names in lower case.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Answer {
    fn parse(bytes: &[u8]) -> Self {
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { return Self::default() };
        let head = String::from_utf8_lossy(&bytes[..end]);
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).unwrap_or_default();
        let headers = lines.filter_map(|line| line.split_once(':'));
        let headers = headers.map(|(name, value)| (name.to_lowercase(), value.trim().to_owned())).collect();
        Self { status, headers, body: bytes[end + 4..].to_vec() }
    }

    /// The first header of this name.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn is_redirect(&self) -> bool {
        (300..400).contains(&self.status)
    }

    /// Is it a page, and no file to be kept?
    pub(super) fn is_page(&self) -> bool {
        self.header("content-type").is_some_and(|media| media.starts_with("text/html")) && !self.is_file()
    }

    pub(super) fn is_file(&self) -> bool {
        self.header("content-disposition").is_some_and(|how| how.starts_with("attachment"))
    }

    /// Leads whoever is not signed in to do so.
    pub(super) fn asks_to_sign_in(&self) -> bool {
        let leads = self
            .header("location")
            .is_some_and(|to| to.starts_with("/~sign-in?over") || to.starts_with("/~sign-in?to="));
        self.is_redirect() && leads
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}
