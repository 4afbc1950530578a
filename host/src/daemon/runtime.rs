//! The runtime, and the ticker that lets the sandbox stop a guest that computes for ever.

use std::future::Future;

use crate::error::{Context, Kind, Result};
use crate::sandbox::Engine;

/// Runs a future to its end. What still blocks then (a question at the terminal) is left behind.
pub fn block_on<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context(Kind::Failed, "cannot start the runtime")?;
    let answer = runtime.block_on(work);
    runtime.shutdown_background();
    answer
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
