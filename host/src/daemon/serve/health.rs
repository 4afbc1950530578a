//! How the server is, over HTTP: `/live` and `/ready` for whoever restarts or routes, `/metrics` for Prometheus.
//!
//! Nothing is asked of whoever asks, so it belongs on an address that only the operator reaches.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::State as Shared;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::board::{Board, State};
use super::metrics::{self, Measured};
use crate::error::{Context, Kind, Result};
use crate::reconcile::Clock;

/// The listener; ends when this is dropped.
pub(super) struct Health {
    address: SocketAddr,
    server: JoinHandle<()>,
}

#[derive(Clone)]
struct Told {
    board: Arc<Board>,
    clock: Arc<dyn Clock>,
}

impl Health {
    /// Listens there.
    pub(super) async fn listen(
        address: SocketAddr,
        board: Arc<Board>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self> {
        let what = format!("cannot listen on {address}");
        let listener = TcpListener::bind(address).await.context(Kind::Failed, &what)?;
        let address = listener.local_addr().context(Kind::Failed, &what)?;
        let routes = Router::new()
            .route("/live", get(live))
            .route("/ready", get(ready))
            .route("/metrics", get(numbers))
            .with_state(Told { board, clock });
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, routes).await {
                tracing::error!(%error, "the server answers no more questions");
            }
        });
        Ok(Self { address, server })
    }

    /// Where it listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Health {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn live(Shared(told): Shared<Told>) -> Response {
    let live = told.board.state().is_live(told.clock.steady().ms);
    let text = if live { "live\n" } else { "the loop is stuck\n" };
    (status(live), text).into_response()
}

async fn ready(Shared(told): Shared<Told>) -> Response {
    let state = told.board.state().clone();
    (status(state.is_ready()), Json(Readiness::of(&state))).into_response()
}

async fn numbers(Shared(told): Shared<Told>) -> Response {
    let state = told.board.state().clone();
    let host = state.host.clone();
    let measured = tokio::task::spawn_blocking(move || host.map(|host| Measured::of(&host))).await;
    let text = metrics::text(&state, measured.ok().flatten().as_ref());
    ([(header::CONTENT_TYPE, metrics::TYPE)], text).into_response()
}

fn status(good: bool) -> StatusCode {
    if good { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
}

#[derive(Serialize)]
struct Readiness {
    ready: bool,
    loaded: bool,
    stopping: bool,
    /// Why nothing can be stored.
    store: Option<String>,
    /// Files whose last good content holds.
    broken: Vec<Broken>,
    running: usize,
    waiting: usize,
}

#[derive(Serialize)]
struct Broken {
    file: String,
    problem: String,
}

impl Readiness {
    fn of(state: &State) -> Self {
        let broken = |(file, problem): (&std::path::PathBuf, &String)| Broken {
            file: file.display().to_string(),
            problem: problem.clone(),
        };
        Self {
            ready: state.is_ready(),
            loaded: state.loaded,
            stopping: state.stopping,
            store: state.store.clone(),
            broken: state.broken.iter().map(broken).collect(),
            running: state.running,
            waiting: state.waiting,
        }
    }
}
