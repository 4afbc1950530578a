//! What is served, and where the state is kept.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::{Router, middleware};

use super::app::{App, Shared};
use super::{admin, faults, linking, oauth, pages, read, write};
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
        .merge(read::routes())
        .merge(oauth::routes())
        .merge(write::routes())
        .merge(linking::routes())
        .merge(pages::routes())
        .fallback(read::not_found)
        .method_not_allowed_fallback(read::wrong_method)
        .layer(middleware::from_fn_with_state(app.clone(), faults::govern));
    Router::new().merge(control::routes()).merge(admin::routes()).merge(governed).with_state(app)
}
