//! Requests under way in one call.
//!
//! Nothing is spawned: whoever waits for one request drives all of them, and a request is given its first push when
//! it starts. What is still under way when the call ends is dropped with it.

use std::collections::HashMap;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};

use super::ports::{HttpError, Response};

/// What a request comes to.
pub(super) type Answer = Result<Response, HttpError>;

/// The guest's name for a request under way.
#[derive(Debug)]
#[expect(unreachable_pub, reason = "the generated bindings hand it on")]
pub struct PendingRequest(pub(super) u64);

/// The requests of one call.
#[derive(Default)]
pub(super) struct Requests {
    next: u64,
    running: FuturesUnordered<BoxFuture<'static, (u64, Answer)>>,
    finished: HashMap<u64, Answer>,
}

impl Requests {
    /// Starts a request.
    pub(super) fn start(&mut self, request: BoxFuture<'static, Answer>) -> u64 {
        self.next += 1;
        let id = self.next;
        self.running.push(request.map(move |answer| (id, answer)).boxed());
        self.push();
        id
    }

    /// Polls what is ready, without waiting.
    fn push(&mut self) {
        while let Some(Some((id, answer))) = self.running.next().now_or_never() {
            self.finished.insert(id, answer);
        }
    }

    /// Waits for a request, driving the others too. `None`: there is none with this id, or it was waited for.
    pub(super) async fn wait(&mut self, id: u64) -> Option<Answer> {
        loop {
            if let Some(answer) = self.finished.remove(&id) {
                return Some(answer);
            }
            let (done, answer) = self.running.next().await?;
            self.finished.insert(done, answer);
        }
    }

    /// The guest no longer asks for it; it goes on all the same, for a write cannot be called back.
    pub(super) fn forget(&mut self, id: u64) {
        self.finished.remove(&id);
    }

    /// How many have been started and neither waited for nor forgotten.
    pub(super) fn len(&self) -> usize {
        self.running.len() + self.finished.len()
    }
}
