//! The address on this computer to which a browser comes back after a consent, while `exchange bind` waits.
//!
//! Listens on the loopback address only and answers requests made to exactly that address (a page elsewhere that
//! points a name at 127.0.0.1 gets nothing). What came back is handed on; whoever drives the dialogue answers.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::page::{self, Page};
use crate::error::{Context, Kind, Result};
use crate::model::Param;

/// Where the browser comes back.
pub const PATH: &str = "/callback";

/// Time for answers in flight to be written at the end.
const LAST_ANSWERS: Duration = Duration::from_secs(2);

/// One return of a browser.
#[derive(Debug)]
pub struct Returned {
    /// The query's parameters.
    pub params: Vec<Param>,
    /// Takes the page to show.
    pub answer: oneshot::Sender<Page>,
}

/// The listener. [`Callback::close`] ends it with every answer written; when this is dropped it is cut off.
#[derive(Debug)]
pub struct Callback {
    address: SocketAddr,
    returns: mpsc::Receiver<Returned>,
    server: JoinHandle<()>,
    stop: Option<oneshot::Sender<()>>,
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
        let router = Router::new()
            .route(PATH, get(returned))
            .route(page::STYLE_PATH, get(page::style))
            .fallback(elsewhere_page)
            .with_state(shared);
        let (stop, stopped) = oneshot::channel();
        let serve = axum::serve(listener, router).with_graceful_shutdown(async move {
            // Also when the other end is gone.
            drop(stopped.await);
        });
        let server = tokio::spawn(async move {
            if let Err(error) = serve.await {
                tracing::error!(%error, "the callback listener stopped");
            }
        });
        Ok(Self { address, returns, server, stop: Some(stop) })
    }

    /// The absolute address a browser comes back to.
    pub fn url(&self) -> String {
        format!("http://{}{PATH}", self.address)
    }

    /// The next return; `None` when the listener is gone.
    pub async fn next(&mut self) -> Option<Returned> {
        self.returns.recv().await
    }

    /// Takes no more connections, and ends when whoever is connected has their page, after two seconds at the latest.
    /// Returns that were not taken are told that nobody waits for them.
    pub async fn close(self) {
        self.close_within(LAST_ANSWERS).await;
    }

    async fn close_within(mut self, patience: Duration) {
        self.returns.close();
        while let Ok(returned) = self.returns.try_recv() {
            drop(returned);
        }
        // The server may have stopped by itself.
        drop(self.stop.take());
        if tokio::time::timeout(patience, &mut self.server).await.is_err() {
            tracing::warn!("a browser did not take its page in time");
        }
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

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    use super::*;
    use crate::report::Language;

    fn page(title: &str) -> Page {
        Page::new(Language::Ru, title)
    }

    async fn listening() -> Callback {
        Callback::listen(0, page("elsewhere"), page("over")).await.expect("a free port")
    }

    /// Connected, and the request written; the connection would be kept for more.
    async fn ask(address: SocketAddr) -> TcpStream {
        let mut browser = TcpStream::connect(address).await.expect("it listens");
        let request = format!("GET {PATH}?code=1 HTTP/1.1\r\nHost: {address}\r\n\r\n");
        browser.write_all(request.as_bytes()).await.expect("written");
        browser
    }

    async fn heard(mut browser: TcpStream) -> String {
        let mut text = String::new();
        browser.read_to_string(&mut text).await.expect("a whole answer");
        text
    }

    #[tokio::test]
    async fn d15_a_page_that_was_promised_is_written_before_the_end() {
        let mut callback = listening().await;
        let browser = ask(callback.address).await;
        let returned = callback.next().await.expect("a return");
        assert_eq!(returned.params, [Param::new("code", "1")]);
        returned.answer.send(page("bound")).expect("the browser waits");
        callback.close().await;
        let text = heard(browser).await;
        assert!(text.contains("bound") && text.ends_with("</html>\n"), "{text}");
    }

    #[tokio::test]
    async fn d15_a_return_that_nobody_took_is_told_so() {
        let mut callback = listening().await;
        let (first, second) = (ask(callback.address).await, ask(callback.address).await);
        let taken = callback.next().await.expect("a return");
        taken.answer.send(page("bound")).expect("the browser waits");
        let waits = callback.next().await.expect("another return");
        drop(waits);
        let address = callback.address;
        callback.close().await;
        let mut pages = [heard(first).await, heard(second).await];
        pages.sort_by_key(|text| text.contains("over"));
        assert!(pages[0].contains("bound") && pages[1].contains("over"), "{pages:?}");
        assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
    }

    #[tokio::test]
    async fn d15_a_browser_that_never_goes_does_not_hold_the_end() {
        let mut callback = listening().await;
        let _browser = ask(callback.address).await;
        let held = callback.next().await.expect("a return");
        callback.close_within(Duration::from_millis(1)).await;
        assert!(!held.answer.is_closed(), "it still waited");
    }
}
