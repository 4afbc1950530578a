//! The address on this computer to which a browser comes back after a consent, while `exchange bind` waits.
//!
//! Listens on the loopback address only and answers requests made to exactly that address (a page elsewhere that
//! points a name at 127.0.0.1 gets nothing). What came back is handed on; whoever drives the dialogue answers.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::page::Page;
use crate::error::{Context, Kind, Result};
use crate::model::Param;

/// Where the browser comes back.
pub const PATH: &str = "/callback";

/// One return of a browser.
#[derive(Debug)]
pub struct Returned {
    /// The query's parameters.
    pub params: Vec<Param>,
    /// Takes the page to show.
    pub answer: oneshot::Sender<Page>,
}

/// The listener; it ends when this is dropped.
#[derive(Debug)]
pub struct Callback {
    address: SocketAddr,
    returns: mpsc::Receiver<Returned>,
    server: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    address: SocketAddr,
    returns: mpsc::Sender<Returned>,
    elsewhere: Page,
    over: Page,
}

impl Callback {
    /// Listens on this port of the loopback address; 0: any. `elsewhere` answers what is not a return, `over` a
    /// return that nobody waits for any more.
    pub async fn listen(port: u16, elsewhere: Page, over: Page) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .await
            .context(Kind::Failed, format!("cannot listen on port {port} of this computer"))
            .map_err(|error| error.hint("choose another one with --port, or 0 for any"))?;
        let address = listener.local_addr().context(Kind::Failed, "cannot listen on this computer")?;
        let (sender, returns) = mpsc::channel(8);
        let shared = Arc::new(Shared { address, returns: sender, elsewhere, over });
        let router = Router::new().route(PATH, get(returned)).fallback(elsewhere_page).with_state(shared);
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::error!(%error, "the callback listener stopped");
            }
        });
        Ok(Self { address, returns, server })
    }

    /// The absolute address a browser comes back to.
    pub fn url(&self) -> String {
        format!("http://{}{PATH}", self.address)
    }

    /// The next return; `None` when the listener is gone.
    pub async fn next(&mut self) -> Option<Returned> {
        self.returns.recv().await
    }
}

impl Drop for Callback {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn returned(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Query(query): Query<Vec<(String, String)>>,
) -> Page {
    if !is_ours(&headers, shared.address) {
        return shared.elsewhere.clone();
    }
    let params = query.into_iter().map(|(name, value)| Param { name, value }).collect();
    let (answer, page) = oneshot::channel();
    if shared.returns.send(Returned { params, answer }).await.is_err() {
        return shared.over.clone();
    }
    page.await.unwrap_or_else(|_| shared.over.clone())
}

async fn elsewhere_page(State(shared): State<Arc<Shared>>) -> Page {
    shared.elsewhere.clone()
}

/// The browser asked for exactly this address, by number or as `localhost`.
fn is_ours(headers: &HeaderMap, address: SocketAddr) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    host == address.to_string() || host == format!("localhost:{}", address.port())
}
