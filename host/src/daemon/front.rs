//! The listener for people's browsers. What a stranger may do before anybody looks at the request is bounded here: heads
//! in time and size, connections in number.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinHandle;

use crate::error::{Context, Kind, Result};
use crate::model::web::Web;

/// Connections at once, and as many that wait to be taken: those of a region that come in one moment.
const CONNECTIONS: u32 = 4_096;

/// Connections at once of one address that is no proxy of ours: as many as the computers of a school open.
const CONNECTIONS_OF_ONE: u32 = 256;

/// Time in which a request's head has to arrive, the wait of a kept connection included.
const HEAD_WITHIN: Duration = Duration::from_secs(20);

/// Bytes of a request's head.
const HEAD: usize = 16 << 10;

/// Headers of a request.
const HEADERS: usize = 64;

/// Pause after a connection that could not be taken: the system is out of something.
const PAUSE: Duration = Duration::from_millis(200);

/// The listener; ends when this is dropped.
#[derive(Debug)]
pub(super) struct Front {
    address: SocketAddr,
    server: JoinHandle<()>,
}

impl Front {
    /// Listens there and answers by these routes, which find the other end's address in the extensions.
    /// Proxies bring as many connections as they like.
    pub(super) async fn listen(web: &Web, routes: Router) -> Result<Self> {
        let address = web.listen;
        let what = format!("cannot listen on {address}");
        let listener = bound(address).context(Kind::Failed, &what)?;
        let address = listener.local_addr().context(Kind::Failed, &what)?;
        Ok(Self { address, server: tokio::spawn(accept(listener, routes, Guests::of(web))) })
    }

    /// Where it listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// The system's row of those who wait is as long as it allows: whoever finds it full tries again after seconds, or gives up.
fn bound(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // As any listener here: taken again at once after a restart.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(CONNECTIONS)
}

async fn accept(listener: TcpListener, routes: Router, guests: Arc<Guests>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS as usize));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, peer)) => {
                // Whoever has too many is hung up on.
                if let Some(guest) = Guests::enter(&guests, peer.ip().to_canonical()) {
                    drop(tokio::spawn(serve(stream, peer, routes.clone(), (place, guest))));
                }
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// Connections by address.
struct Guests {
    proxies: Vec<IpAddr>,
    counts: Mutex<HashMap<IpAddr, u32>>,
}

/// A connection, until it is dropped.
struct Guest(Arc<Guests>, IpAddr);

impl Guests {
    fn of(web: &Web) -> Arc<Self> {
        Arc::new(Self { proxies: web.proxies.clone(), counts: Mutex::default() })
    }

    fn enter(guests: &Arc<Self>, from: IpAddr) -> Option<Guest> {
        let mut counts = guests.counts();
        let count = counts.entry(from).or_default();
        if *count >= CONNECTIONS_OF_ONE && !guests.proxies.contains(&from) {
            return None;
        }
        *count += 1;
        Some(Guest(Arc::clone(guests), from))
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<IpAddr, u32>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let mut counts = self.0.counts();
        if let Some(count) = counts.get_mut(&self.1) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.1);
            }
        }
    }
}

async fn serve(stream: TcpStream, peer: SocketAddr, routes: Router, _held: (OwnedSemaphorePermit, Guest)) {
    let routes = TowerToHyperService::new(routes);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        routes.call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .max_buf_size(HEAD)
        .max_headers(HEADERS)
        .serve_connection(TokioIo::new(stream), service);
    // Browsers close connections as they like.
    drop(connection.await);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_has_so_many_connections_and_a_proxy_as_many_as_come() {
        let address = |last: u8| IpAddr::from([10, 0, 0, last]);
        let listen = SocketAddr::from((address(1), 0));
        let web = Web { proxies: vec![address(9)], ..Web::at(listen, String::new()) };
        let guests = Guests::of(&web);
        let mut held: Vec<Guest> =
            (0..CONNECTIONS_OF_ONE).filter_map(|_| Guests::enter(&guests, address(2))).collect();
        assert!(Guests::enter(&guests, address(2)).is_none() && Guests::enter(&guests, address(3)).is_some());
        held.pop();
        assert!(Guests::enter(&guests, address(2)).is_some());
        held.extend((0..=CONNECTIONS_OF_ONE).filter_map(|_| Guests::enter(&guests, address(9))));
        assert_eq!(held.len(), 2 * CONNECTIONS_OF_ONE as usize);
        drop(held);
        assert!(guests.counts().is_empty(), "nobody is remembered");
    }
}
