//! What is served, and where the state is kept.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::routing::any;
use axum::{Router, middleware};

use super::app::{App, Shared};
use super::{admin, dispatch, faults, people};
use crate::serving::{Service, control};

/// Where to listen and where to keep the state.
#[derive(Clone)]
pub struct Options {
    /// Port 0 takes a free port.
    pub listen: SocketAddr,
    /// Folder of the state; none: it is lost at the end.
    pub data: Option<PathBuf>,
    /// How long every request waits before it is handled: the first rule of faults.
    pub latency: Duration,
}

impl Default for Options {
    /// A free port of the loopback address, nothing kept.
    fn default() -> Self {
        Options { listen: SocketAddr::from(([127, 0, 0, 1], 0)), data: None, latency: Duration::ZERO }
    }
}

impl Service for Options {
    fn listen(&self) -> SocketAddr {
        self.listen
    }

    fn router(&self, _: SocketAddr) -> io::Result<Router> {
        Ok(router(Arc::new(App::open(self.data.clone(), self.latency)?)))
    }
}

/// What the rules of faults govern, and beside it what they never touch.
fn router(app: Shared) -> Router {
    let governed = Router::new()
        .route("/method/{name}", any(dispatch::method))
        .fallback(dispatch::not_found)
        .layer(middleware::from_fn_with_state(app.clone(), faults::govern));
    let control = control::routes().merge(admin::routes()).merge(people::routes());
    Router::new().merge(control).merge(governed).with_state(app)
}
