//! Listening and answering; running inside a test.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderValue, Method, Request, Response, StatusCode, header};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use super::edfi;
use super::fault::{Fate, Fault, Struck};
use super::kept::{Kept, Tally};
use super::pace::Arrivals;

/// Bodies are a few hundred kilobytes.
const LARGEST_BODY: usize = 64 << 20;

/// How the service is set up.
#[derive(Clone, Debug)]
pub struct Options {
    /// Port 0 takes a free port.
    pub listen: SocketAddr,
    /// The bearer token that deliveries must carry; none: everybody may deliver.
    pub token: Option<String>,
    /// How it misbehaves.
    pub fault: Fault,
    /// How long every delivery and look-up waits before it is handled.
    pub latency: Duration,
}

impl Default for Options {
    /// A free port of the loopback address, open to everybody, without fault.
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            token: None,
            fault: Fault::None,
            latency: Duration::ZERO,
        }
    }
}

#[derive(Debug, Default)]
struct State {
    token: Option<String>,
    struck: Struck,
    /// Services that lie beside one another, by what stands before `/rows` in the path.
    kept: BTreeMap<String, Kept>,
    arrivals: BTreeMap<String, Arrivals>,
    lookups: u64,
    latency: Duration,
    under_way: u64,
    most_at_once: u64,
}

impl State {
    fn kept(&mut self, place: &str) -> &mut Kept {
        self.kept.entry(place.to_owned()).or_default()
    }

    fn tally(&mut self) -> Tally {
        let counts = self.kept.values_mut().map(Kept::count);
        let (rows, distinct, unreadable) =
            counts.fold((0, 0, 0), |all, one| (all.0 + one.0, all.1 + one.1, all.2 + one.2));
        let Struck { posts, struck, early, .. } = self.struck;
        let at_once = self.most_at_once;
        let paces = self.arrivals.iter().map(|(place, arrivals)| (place.clone(), arrivals.pace())).collect();
        Tally { posts, lookups: self.lookups, rows, distinct, struck, early, unreadable, at_once, paces }
    }
}

#[derive(Clone, Debug, Default)]
struct Shared(Arc<Mutex<State>>);

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A delivery or look-up waits until it is handled.
    async fn wait(&self) {
        let latency = {
            let mut state = self.lock();
            state.under_way += 1;
            state.most_at_once = state.most_at_once.max(state.under_way);
            state.latency
        };
        tokio::time::sleep(latency).await;
        self.lock().under_way -= 1;
    }
}

/// A service that has its port and serves as soon as it is run.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    addr: SocketAddr,
    shared: Shared,
}

impl Server {
    /// Takes the port.
    ///
    /// # Errors
    /// The port is taken.
    pub async fn bind(options: Options) -> io::Result<Self> {
        let listener = TcpListener::bind(options.listen).await?;
        let addr = listener.local_addr()?;
        let Options { token, fault, latency, .. } = options;
        let state = State { token, struck: Struck::by(fault), latency, ..State::default() };
        Ok(Self { listener, addr, shared: Shared(Arc::new(Mutex::new(state))) })
    }

    /// The address taken.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Serves until it is dropped.
    pub async fn run(self) -> Infallible {
        loop {
            // Errors here are those of a client that left between knocking and entering.
            if let Ok((stream, _)) = self.listener.accept().await {
                drop(tokio::spawn(serve(stream, self.shared.clone())));
            }
        }
    }
}

async fn serve(stream: TcpStream, shared: Shared) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: Request<hyper::body::Incoming>| {
        let shared = shared.clone();
        async move { answer(&shared, request.map(Body::new)).await }
    });
    // An error is the fault that cuts the connection, or a client that left.
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(shared: &Shared, request: Request<Body>) -> io::Result<Response<Body>> {
    let came = Instant::now();
    let (head, body) = request.into_parts();
    let body = to_bytes(body, LARGEST_BODY).await.map_err(io::Error::other)?;
    let header = |name| head.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let path = head.uri.path();
    if let Some(answer) = edfi::prepares(&head.method, path, header(header::HOST).unwrap_or_default()) {
        return Ok(said(StatusCode::OK, answer.to_string()));
    }
    let (place, call) = path.split_at(path.find("/rows").unwrap_or(path.len()));
    if head.method == Method::POST {
        shared.lock().arrivals.entry(place.to_owned()).or_default().came(came);
        shared.wait().await;
    }
    match (&head.method, call) {
        (&Method::GET, _) if path == "/_stand/state" => {
            Ok(said(StatusCode::OK, json!(shared.lock().tally()).to_string()))
        }
        (&Method::POST, "/rows/lookup") => Ok(look_up(&mut shared.lock(), place, &body)),
        (&Method::POST, _) => deliver(&mut shared.lock(), (place, path), header(header::AUTHORIZATION), body),
        _ => Ok(said(StatusCode::NOT_FOUND, "{}".to_owned())),
    }
}

#[derive(Deserialize)]
struct Wanted {
    student_ids: Vec<String>,
}

fn look_up(state: &mut State, place: &str, body: &[u8]) -> Response<Body> {
    state.struck.request();
    state.lookups += 1;
    match serde_json::from_slice::<Wanted>(body) {
        Ok(wanted) => said(StatusCode::OK, state.kept(place).look_up(&wanted.student_ids)),
        Err(_) => said(StatusCode::BAD_REQUEST, "{}".to_owned()),
    }
}

fn deliver(
    state: &mut State,
    (place, path): (&str, &str),
    token: Option<&str>,
    body: Bytes,
) -> io::Result<Response<Body>> {
    let wanted = state.token.as_ref().map(|token| format!("Bearer {token}"));
    if wanted.is_some_and(|wanted| token != Some(&wanted)) {
        return Ok(said(StatusCode::UNAUTHORIZED, "{}".to_owned()));
    }
    state.struck.request();
    let fate = state.struck.delivery(&body);
    if matches!(fate, Fate::Kept | Fate::Lost) {
        state.kept(place).keep(body);
    }
    told(state, path, fate)
}

/// What the client is told; nothing at all where the answer gets lost.
fn told(state: &State, path: &str, fate: Fate) -> io::Result<Response<Body>> {
    let empty = || "{}".to_owned();
    Ok(match (fate, &state.struck.fault) {
        (Fate::Busy, _) => said(StatusCode::SERVICE_UNAVAILABLE, empty()),
        (Fate::Throttled, _) => {
            let mut answer = said(StatusCode::TOO_MANY_REQUESTS, empty());
            answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            answer
        }
        (Fate::BadRow, Fault::BadRow(id)) => bad_row(path, id),
        (Fate::Lost, _) => return Err(io::Error::other("the answer gets lost")),
        _ => said(StatusCode::OK, empty()),
    })
}

fn bad_row(path: &str, id: &str) -> Response<Body> {
    if let Some(refusal) = edfi::refusal(path) {
        return said(StatusCode::BAD_REQUEST, refusal.to_string());
    }
    let error = json!({"student_id": id, "field": "birth_date", "message": "not a day"});
    said(StatusCode::UNPROCESSABLE_ENTITY, json!({"errors": [error]}).to_string())
}

fn said(status: StatusCode, body: String) -> Response<Body> {
    let mut answer = Response::new(Body::from(body));
    *answer.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    answer.headers_mut().insert(header::CONTENT_TYPE, json);
    answer
}

/// A service running on a thread of its own; it stops when dropped.
#[derive(Debug)]
pub struct Service {
    addr: SocketAddr,
    shared: Shared,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Service {
    /// Starts a service and returns once it accepts connections.
    ///
    /// # Errors
    /// As for [`Server::bind`], or the thread cannot be started.
    pub fn spawn(options: Options) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let server = runtime.block_on(Server::bind(options))?;
        let (addr, shared) = (server.addr(), server.shared.clone());
        let thread = std::thread::Builder::new().name("rows-service".into()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    _ = stopped => {}
                    never = server.run() => match never {},
                }
            });
        })?;
        Ok(Self { addr, shared, stop: Some(stop), thread: Some(thread) })
    }

    /// The address it listens on.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// What came so far.
    pub fn tally(&self) -> Tally {
        self.shared.lock().tally()
    }

    /// Forgets how fast requests came so far.
    pub fn forget_pace(&self) {
        self.shared.lock().arrivals.clear();
    }

    /// Misbehaves like this from now on, counting anew.
    pub fn misbehave(&self, fault: Fault) {
        self.shared.lock().struck = Struck::by(fault);
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic in there has been printed already; a second one during drop would hide it.
            let _ = thread.join();
        }
    }
}
