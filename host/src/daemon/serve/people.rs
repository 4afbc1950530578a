//! People's browsers at the server: a desk, a face before it, and the questions that both have about tasks.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::sync::mpsc::Receiver;

use crate::daemon::asks::{Ask, Asks};
use crate::daemon::cabinet::Cabinet;
use crate::daemon::desk::Desk;
use crate::daemon::front::Front;
use crate::daemon::host::Host;
use crate::error::Result;
use crate::reconcile::Clock;

/// Shows people what is at the desk and in the cabinet.
pub type Face = fn(Arc<Desk>, Arc<Cabinet>) -> Router;

/// The desk with its listener; neither where `[web]` is left out.
pub(super) struct People(Option<Open>);

struct Open {
    desk: Arc<Desk>,
    asks: Receiver<Ask>,
    front: Option<Front>,
    address: SocketAddr,
}

impl People {
    /// Listens where `[web]` says.
    pub(super) async fn listen(host: &Host, face: Option<Face>, clock: &Arc<dyn Clock>) -> Result<Self> {
        let (Some(web), Some(face)) = (host.config().web.clone(), face) else { return Ok(Self(None)) };
        let (at, asks) = Asks::open();
        let data = &host.config().data;
        let cabinet = Cabinet::open(web.clone(), at.clone(), data, host.store()?, Arc::clone(clock))?;
        let desk = Desk::open(web, at, host.store()?, Arc::clone(clock))?;
        let front = Front::listen(desk.web(), face(Arc::clone(&desk), cabinet)).await?;
        let address = front.address();
        Ok(Self(Some(Open { desk, asks, front: Some(front), address })))
    }

    /// The desk.
    pub(super) fn desk(&self) -> Option<Arc<Desk>> {
        self.0.as_ref().map(|open| Arc::clone(&open.desk))
    }

    /// Where it listens.
    pub(super) fn address(&self) -> Option<SocketAddr> {
        self.0.as_ref().map(|open| open.address)
    }

    /// The next question about a task; `None`: there will be none.
    pub(super) async fn next(&mut self) -> Option<Ask> {
        self.0.as_mut()?.asks.recv().await
    }

    /// Nobody comes any more, and nothing begins.
    pub(super) fn close(&mut self) {
        if let Some(open) = &mut self.0 {
            open.front = None;
            open.asks.close();
        }
    }

    /// Whoever is in the middle of a step gets to its end, within this time.
    pub(super) async fn rest(&self, within: Duration) {
        if let Some(open) = &self.0 {
            open.desk.rest(within).await;
        }
    }
}
