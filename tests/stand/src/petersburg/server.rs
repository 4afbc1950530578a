//! What is served, and where the state is kept.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::routing::{get, post};
use axum::{Router, middleware};

use super::app::{App, Shared};
use super::{admin, faults, lists, login, pages};
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
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        Options { listen, data: None, latency: Duration::ZERO }
    }
}

impl Service for Options {
    fn listen(&self) -> SocketAddr {
        self.listen
    }

    fn router(&self, _: SocketAddr) -> io::Result<Router> {
        Ok(router(Arc::new(App::open(self)?)))
    }
}

/// What the rules of faults govern, and beside it what they never touch.
fn router(app: Shared) -> Router {
    let governed = Router::new()
        .route("/", get(pages::front))
        .route("/api/user/auth/login", post(login::enter))
        .route("/api/journal/institution/related-institution-list", get(lists::institutions))
        .route("/api/journal/teacher/list", get(lists::teachers))
        .route("/api/exchange/teacher/vk-list", get(lists::vk_ids))
        .fallback(lists::nowhere)
        .layer(middleware::from_fn_with_state(app.clone(), faults::govern));
    Router::new().merge(control::routes()).merge(admin::routes()).merge(governed).with_state(app)
}
