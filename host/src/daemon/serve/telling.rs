//! The server's courier: looks for what was not told yet when a school's file is read, and delivers what waits.
//!
//! A task of its own, so that neither a mail server that hangs nor a thousand schools to look at hold up the loop.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

use crate::daemon::host::Host;
use crate::daemon::notify::{Courier, Teller};
use crate::error::Result;
use crate::model::setup::SchoolConfig;
use crate::reconcile::{Cancel, Clock};
use crate::sandbox::SystemRandom;
use crate::store::backup;

/// Milliseconds between looks at the outbox.
const BEAT_MS: u64 = 2_000;

/// The courier of the server. Ends when this is dropped.
pub(super) struct Telling {
    host: Arc<Mutex<Arc<Host>>>,
    schools: UnboundedSender<Arc<SchoolConfig>>,
    cancel: Cancel,
    worker: JoinHandle<()>,
}

impl Telling {
    pub(super) fn start(host: Arc<Host>, clock: Arc<dyn Clock>) -> Self {
        let (schools, queue) = unbounded_channel();
        let (host, cancel) = (Arc::new(Mutex::new(host)), Cancel::default());
        let worker = Worker {
            host: Arc::clone(&host),
            queue,
            courier: Courier::new(Arc::clone(&clock), Arc::new(SystemRandom)),
            clock,
            cancel: cancel.clone(),
        };
        Self { host, schools, cancel, worker: tokio::spawn(worker.work()) }
    }

    /// From now on by these settings.
    pub(super) fn follow(&self, host: &Arc<Host>) {
        *self.host.lock().unwrap_or_else(PoisonError::into_inner) = Arc::clone(host);
    }

    /// Something of this school may not have been told yet.
    pub(super) fn look_at(&self, school: Arc<SchoolConfig>) {
        // Where the courier has ended the server ends too; the next one looks.
        drop(self.schools.send(school));
    }

    /// Ends after the message in hand, which has so much time. One that is cut off goes again under its name.
    pub(super) async fn stop(mut self, within: Duration) {
        self.cancel.cancel();
        if tokio::time::timeout(within, &mut self.worker).await.is_err() {
            tracing::warn!("a notification was cut off: it will be sent again");
        }
    }
}

impl Drop for Telling {
    fn drop(&mut self) {
        self.worker.abort();
    }
}

struct Worker {
    host: Arc<Mutex<Arc<Host>>>,
    queue: UnboundedReceiver<Arc<SchoolConfig>>,
    courier: Courier,
    clock: Arc<dyn Clock>,
    cancel: Cancel,
}

impl Worker {
    async fn work(mut self) {
        let (mut broken, clock) = (false, Arc::clone(&self.clock));
        while !self.cancel.is_cancelled() {
            let turned = self.turn().await;
            match &turned {
                Err(error) if !broken => {
                    tracing::error!(?error, "notifications cannot be delivered: they wait in the outbox");
                }
                Ok(()) if broken => tracing::info!("notifications can be delivered again"),
                _ => {}
            }
            broken = turned.is_err();
            tokio::select! {
                school = self.queue.recv() => match school {
                    Some(school) => self.look_at(&school),
                    None => return,
                },
                () = clock.sleep(BEAT_MS) => {}
            }
        }
    }

    async fn turn(&mut self) -> Result<()> {
        while let Ok(school) = self.queue.try_recv() {
            self.look_at(&school);
            tokio::task::yield_now().await;
            if self.cancel.is_cancelled() {
                return Ok(());
            }
        }
        let host = self.settings();
        self.courier.deliver(&host, &self.cancel).await.map(drop)
    }

    fn settings(&self) -> Arc<Host> {
        Arc::clone(&self.host.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Tells what ended before the last process could tell it.
    fn look_at(&self, school: &SchoolConfig) {
        if let Err(error) = self.catch_up(school) {
            tracing::error!(school = %school.id, ?error, "what became of this school cannot be told yet");
        }
    }

    fn catch_up(&self, school: &SchoolConfig) -> Result<()> {
        let host = self.settings();
        if !backup::school_file(&host.config().data, &school.id).exists() {
            return Ok(());
        }
        let (shared, store) = (host.store()?, host.school(school)?);
        let teller = Teller::new(&shared, &host.config().notify, school);
        let now = self.clock.now();
        school.tasks.iter().try_for_each(|task| teller.catch_up(&store, task, None, now).map(drop))
    }
}
