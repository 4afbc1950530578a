//! What is served, and where the state is kept.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::routing::{get, post};
use axum::{Router, middleware};

use super::app::{App, Shared};
use super::{admin, authorize, consent, faults, login, pages, public, rs, te};
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
    /// The first generation takes RSA certificates: sets the setting `legacyRsa`.
    pub legacy_rsa: bool,
}

impl Default for Options {
    /// A free port of the loopback address, nothing kept, no RSA.
    fn default() -> Self {
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        Options { listen, data: None, latency: Duration::ZERO, legacy_rsa: false }
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
        .route("/aas/oauth2/ac", get(authorize::first))
        .route("/aas/oauth2/te", post(te::first))
        .route("/aas/oauth2/v2/ac", get(authorize::current))
        .route("/aas/oauth2/v3/te", post(te::current))
        .route("/aas/oauth2/consent", get(consent::ask).post(consent::decide))
        .route("/login", get(login::form).post(login::enter))
        .route("/idp/ext/Logout", get(login::leave))
        .route("/public/esia.zip", get(public::zipped))
        .merge(rs::routes())
        .fallback(rs::not_found)
        .layer(middleware::from_fn_with_state(app.clone(), faults::govern));
    Router::new().merge(control::routes()).merge(admin::routes()).merge(governed).with_state(app)
}
