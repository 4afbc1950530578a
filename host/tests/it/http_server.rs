//! Small raw servers, as ill-mannered as the test wants them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// Request line and headers.
    pub(crate) head: String,
    /// Content.
    pub(crate) body: String,
}

/// What is done with a request.
pub(crate) enum Reply {
    /// Status, further headers (each with its line end), body.
    Answer(u16, String, String),
    /// The same after a while.
    Late(Duration, u16, String),
    /// Nothing, and the connection stays open.
    Silence,
    /// The connection is closed without a word.
    Close,
    /// Half an answer, then the connection is closed.
    Half,
    /// An answer without an end.
    Endless,
    /// An answer byte by byte, one each so many milliseconds.
    Drip(u64),
}

/// A server on a free port of 127.0.0.1; gone with the test's runtime.
pub(crate) struct Server {
    pub(crate) base: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    /// `reply` gets the number of the request (from 0) and the request.
    pub(crate) async fn new(reply: impl Fn(usize, &Seen) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (seen, reply): (Arc<Mutex<Vec<Seen>>>, _) = (Arc::default(), Arc::new(reply));
        let log = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&log), Arc::clone(&reply)));
            }
        });
        Self { base, seen }
    }

    pub(crate) async fn answering(status: u16, body: &str) -> Self {
        let body = body.to_owned();
        Self::new(move |_, _| Reply::Answer(status, String::new(), body.clone())).await
    }

    /// Answers the first requests with these statuses and headers, the others with 200.
    pub(crate) async fn first(statuses: &[(u16, &str)]) -> Self {
        let statuses: Vec<(u16, String)> =
            statuses.iter().map(|(status, headers)| (*status, (*headers).to_owned())).collect();
        Self::new(move |number, _| match statuses.get(number) {
            Some((status, headers)) => Reply::Answer(*status, headers.clone(), "busy".into()),
            None => Reply::Answer(200, String::new(), "fine".into()),
        })
        .await
    }

    pub(crate) async fn slow(after: Duration) -> Self {
        Self::new(move |_, _| Reply::Late(after, 200, "{}".into())).await
    }

    pub(crate) async fn silent() -> Self {
        Self::new(|_, _| Reply::Silence).await
    }

    /// Requests so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub(crate) fn count(&self) -> usize {
        self.seen.lock().unwrap().len()
    }

    /// An address where nobody listens.
    pub(crate) async fn nobody() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    }
}

type Replies<F> = Arc<F>;

async fn serve<F>(mut stream: TcpStream, log: Arc<Mutex<Vec<Seen>>>, reply: Replies<F>)
where
    F: Fn(usize, &Seen) -> Reply,
{
    while let Some(seen) = read(&mut stream).await {
        let number = {
            let mut log = log.lock().unwrap();
            log.push(seen.clone());
            log.len() - 1
        };
        if !answer(&mut stream, reply(number, &seen)).await {
            return;
        }
    }
}

async fn read(stream: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let text = String::from_utf8_lossy(&bytes[..head]).into_owned();
    let length = text
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
    while bytes.len() < head + length.unwrap_or(0) {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    Some(Seen { head: text, body: String::from_utf8_lossy(&bytes[head..]).into_owned() })
}

/// `false`: this connection is done.
async fn answer(stream: &mut TcpStream, reply: Reply) -> bool {
    match reply {
        Reply::Answer(status, headers, body) => send(stream, status, &headers, &body).await,
        Reply::Late(after, status, body) => {
            tokio::time::sleep(after).await;
            send(stream, status, "", &body).await
        }
        Reply::Silence => std::future::pending().await,
        Reply::Close => false,
        Reply::Half => {
            drop(stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf").await);
            false
        }
        Reply::Endless => {
            drop(stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await);
            while stream.write_all(format!("1000\r\n{}\r\n", "x".repeat(4096)).as_bytes()).await.is_ok() {}
            false
        }
        Reply::Drip(ms) => {
            drop(stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n").await);
            while stream.write_all(b"x").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(ms)).await;
            }
            false
        }
    }
}

async fn send(stream: &mut TcpStream, status: u16, headers: &str, body: &str) -> bool {
    let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n{headers}\r\n", body.len());
    stream.write_all(format!("{head}{body}").as_bytes()).await.is_ok()
}
