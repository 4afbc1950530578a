//! A collector of traces: takes what is posted to it and keeps it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

/// Listens until the test's process ends.
pub(crate) struct Collector {
    address: SocketAddr,
    taken: Arc<Mutex<Vec<(String, String)>>>,
}

impl Collector {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let taken = Arc::<Mutex<Vec<(String, String)>>>::default();
        let keep = Arc::clone(&taken);
        std::thread::spawn(move || {
            for peer in listener.incoming().flatten() {
                let keep = Arc::clone(&keep);
                std::thread::spawn(move || serve(peer, &keep));
            }
        });
        Self { address, taken }
    }

    /// What to write into `[telemetry]`.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All that was posted, as it came: path and body.
    pub(crate) fn taken(&self) -> Vec<(String, String)> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The spans among it.
    pub(crate) fn spans(&self) -> Vec<Value> {
        let documents = self.taken().into_iter().map(|(path, body)| {
            assert_eq!(path, "/v1/traces");
            serde_json::from_str::<Value>(&body).expect("JSON")
        });
        let spans = |document: Value| {
            document["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().expect("spans").clone()
        };
        documents.flat_map(spans).collect()
    }
}

/// Requests of one connection, one after the other.
fn serve(peer: TcpStream, keep: &Mutex<Vec<(String, String)>>) {
    let mut reader = BufReader::new(peer);
    while let Some((path, length)) = head(&mut reader) {
        let mut body = vec![0; length];
        if reader.read_exact(&mut body).is_err() {
            return;
        }
        let body = String::from_utf8(body).expect("text");
        keep.lock().unwrap_or_else(PoisonError::into_inner).push((path, body));
        let answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
        if reader.get_mut().write_all(answer).is_err() {
            return;
        }
    }
}

/// Path and length of the body; `None`: the peer is gone.
fn head(reader: &mut impl BufRead) -> Option<(String, usize)> {
    let mut lines = reader.lines().map_while(Result::ok).take_while(|line| !line.is_empty());
    let path = lines.next()?.split(' ').nth(1)?.to_owned();
    let length = lines.filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    });
    Some((path, length.last().unwrap_or_default()))
}
