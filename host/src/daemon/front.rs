//! The listener for people's browsers. What a stranger may do before anybody looks at the request is bounded here: heads
//! in time and size, connections in number.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinHandle;

use crate::error::{Context, Kind, Result};

/// Connections at once.
const CONNECTIONS: usize = 4_096;

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
    pub(super) async fn listen(address: SocketAddr, routes: Router) -> Result<Self> {
        let what = format!("cannot listen on {address}");
        let listener = TcpListener::bind(address).await.context(Kind::Failed, &what)?;
        let address = listener.local_addr().context(Kind::Failed, &what)?;
        Ok(Self { address, server: tokio::spawn(accept(listener, routes)) })
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

async fn accept(listener: TcpListener, routes: Router) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, peer)) => drop(tokio::spawn(serve(stream, peer, routes.clone(), place))),
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

async fn serve(stream: TcpStream, peer: SocketAddr, routes: Router, _place: OwnedSemaphorePermit) {
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
