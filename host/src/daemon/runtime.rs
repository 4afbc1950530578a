//! The runtime, and the ticker that lets the sandbox stop a guest that computes for ever.

use std::future::Future;
use std::sync::Weak;
use std::time::Duration;

use crate::error::{Context, Error, Kind, Result};
use crate::reconcile::{Aside, Cancel};
use crate::sandbox::Engine;

/// Threads at most. A run waits for the disk as it does for the network, but holds its thread meanwhile: with a thread
/// a processor, two commits would be all that is under way.
const THREADS: usize = 32;

/// Threads beside them that wait for the disk. Each keeps memory of its own: of hundreds who come in one instant the
/// others wait in line, as they would for the processors.
const ASIDE: usize = 32;

/// Runs a future to its end. What still blocks then (a question at the terminal) is left behind.
pub fn block_on<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    block_on_for(1, work)
}

/// The same for work that does so much at once.
pub fn block_on_for<T>(at_once: usize, work: impl Future<Output = Result<T>>) -> Result<T> {
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(at_once.clamp(processors, THREADS.max(processors)))
        .max_blocking_threads(ASIDE)
        .enable_all()
        .build()
        .context(Kind::Failed, "cannot start the runtime")?;
    let answer = runtime.block_on(work);
    runtime.shutdown_background();
    answer
}

/// Does the work to its end; Ctrl-C asks it to stop by `cancel`.
pub async fn interruptible<T>(cancel: &Cancel, work: impl Future<Output = T>) -> Result<T> {
    tokio::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => return Ok(done),
            signal = tokio::signal::ctrl_c() => {
                signal.map_err(|error| Error::failed("cannot wait for Ctrl-C").because(error))?;
                cancel.cancel();
            }
        }
    }
}

/// Threads on which others may wait for the disk.
#[derive(Clone, Copy, Debug)]
pub(super) struct Blocking;

impl Aside for Blocking {
    fn begin(&self, work: Box<dyn FnOnce() + Send>) {
        // Whoever left it hears from the work itself how it ended.
        drop(tokio::task::spawn_blocking(work));
    }
}

/// Starts the ticker of this engine; it ends with the engine.
pub fn tick(engine: &Engine) -> Result<()> {
    let ticker = engine.ticker();
    std::thread::Builder::new()
        .name("sandbox-ticker".to_owned())
        .spawn(move || ticker.run())
        .map(drop)
        .context(Kind::Failed, "cannot start the sandbox's ticker")
}

/// Does something for this every so often, off the async threads, until nobody else holds it. Outside a runtime nothing
/// is done.
pub(super) fn every<T: Send + Sync + 'static>(pause: Duration, held: Weak<T>, work: fn(&T)) {
    let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
    runtime.spawn(async move {
        loop {
            tokio::time::sleep(pause).await;
            let Some(held) = held.upgrade() else { return };
            if tokio::task::spawn_blocking(move || work(&held)).await.is_err() {
                tracing::error!("what is done every now and then broke off");
            }
        }
    });
}
