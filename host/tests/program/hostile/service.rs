//! The other side of the hostile connector and of its neighbour: says yes to everything, tells the credential that
//! came, and remembers who asked what.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};

/// Requests as they came: `METHOD /path?query`, and the headers.
type Seen = Arc<Mutex<Vec<(String, axum::http::HeaderMap)>>>;

/// The service; it ends with the test's process.
pub(crate) struct Service {
    pub(crate) address: SocketAddr,
    seen: Seen,
}

impl Service {
    /// Starts it on a free port.
    pub(crate) fn start() -> Self {
        let seen = Seen::default();
        let router = Router::new().fallback(answer).with_state(Arc::clone(&seen));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("a listener");
        let address = listener.local_addr().expect("an address");
        std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
                axum::serve(listener, router).await.expect("it serves");
            });
        });
        Self { address, seen }
    }

    /// Requests whose path begins so.
    pub(crate) fn requests(&self, prefix: &str) -> Vec<String> {
        let seen = self.seen.lock().expect("no panic");
        let lines = seen.iter().map(|(line, _)| line.clone());
        lines.filter(|line| line.split_once(' ').is_some_and(|(_, path)| path.starts_with(prefix))).collect()
    }

    /// All values of a header that came.
    pub(crate) fn header(&self, name: &str) -> Vec<String> {
        let seen = self.seen.lock().expect("no panic");
        let values = seen.iter().flat_map(|(_, headers)| headers.get_all(name));
        values.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect()
    }
}

async fn answer(State(seen): State<Seen>, request: Request) -> Response {
    let line = format!("{} {}", request.method(), request.uri());
    let hangs = line.contains("hang=1");
    let token = request.headers().get("x-token").and_then(|token| token.to_str().ok()).unwrap_or_default();
    let body = match line.contains("big=1") {
        true => "x".repeat(300_000),
        false => format!("{{\"ok\": true, \"echo\": \"{token}\"}}"),
    };
    seen.lock().expect("no panic").push((line, request.headers().clone()));
    if hangs {
        std::future::pending::<()>().await;
    }
    ([("content-type", "application/json")], body).into_response()
}
