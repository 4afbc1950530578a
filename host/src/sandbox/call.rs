//! One call of a connector: a store, an instance, the function, a verdict; then all of it is dropped.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::time::{Instant, timeout_at};
use wasmtime::{PoolConcurrencyLimitError, Store, Trap};

use super::bindings::exchange::connector::types as wit;
use super::bindings::exports::exchange::connector::connector::Guest;
use super::loader::Loaded;
use super::ports::{CallInfo, Ports};
use super::state::CallState;
use super::turns::Turns;
use crate::model::records::Dependency;
use crate::model::setup::Limits;
use crate::model::{CallError, Failure, Verdict};

/// What an export answers: an outer error is a trap.
pub(super) type Exported<T> = wasmtime::Result<Result<T, wit::Failure>>;

/// A call's answer and the questions for records that led to it.
pub(super) type Called<T> = Result<(T, Vec<Dependency>), CallError>;

impl Loaded {
    /// Instantiates, calls, drops. `export` calls one function of the instance.
    pub(super) async fn call<T: Send>(
        &self,
        ports: &Ports,
        limits: &Arc<Limits>,
        info: Arc<CallInfo>,
        export: impl for<'a> FnOnce(&'a Guest, &'a mut Store<CallState>) -> BoxFuture<'a, Exported<T>> + Send,
    ) -> Called<T> {
        let place = self.places.acquire().await;
        let _place = place.map_err(|_| CallError::Failed(Failure::Cancelled))?;
        let mut store = self.store(ports, limits, &info);
        let wall = Duration::from_millis(limits.wall_ms);
        let answer = within(wall, &info.meter.turns, async {
            let instance = self.pre.instantiate_async(&mut store).await?;
            export(instance.exchange_connector_connector(), &mut store).await
        });
        let answer = answer.await;
        ports.log.finish(&info);
        let state = store.into_data();
        match answer {
            Some(Ok(Ok(answer))) => Ok((answer, state.dependencies)),
            Some(Ok(Err(failure))) => Err(CallError::Failed(failure.into())),
            Some(Err(trap)) => Err(verdict(state, &trap)),
            None => Err(stopped(Verdict::WallTime, format!("took longer than {} ms", limits.wall_ms))),
        }
    }

    fn store(&self, ports: &Ports, limits: &Arc<Limits>, info: &Arc<CallInfo>) -> Store<CallState> {
        let state = CallState::new(ports.clone(), Arc::clone(info), Arc::clone(limits));
        let mut store = Store::new(&self.engine.inner, state);
        store.limiter(|state| state);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|mut store| store.data_mut().tick());
        store
    }
}

/// What comes of it within this time, not counting what its requests wait for their turns.
async fn within<T>(wall: Duration, turns: &Turns, call: impl Future<Output = T>) -> Option<T> {
    let mut call = std::pin::pin!(call);
    let mut end = Instant::now() + wall;
    let mut waited = Duration::ZERO;
    loop {
        if let Ok(answer) = timeout_at(end, &mut call).await {
            return Some(answer);
        }
        let more = turns.total() - waited;
        if more.is_zero() {
            return None;
        }
        (end, waited) = (end + more, waited + more);
    }
}

fn stopped(verdict: Verdict, why: impl Into<String>) -> CallError {
    CallError::Stopped(verdict, why.into())
}

/// The reason the host gave comes before what the guest died of.
fn verdict(state: CallState, error: &wasmtime::Error) -> CallError {
    if let Some((verdict, why)) = state.stopped {
        return stopped(verdict, why);
    }
    if error.is::<PoolConcurrencyLimitError>() {
        // Others hold all there is; they give it back when their calls end.
        return CallError::Failed(Failure::Retry(Some(1)));
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::StackOverflow) => stopped(Verdict::Stack, "the stack ran over"),
        Some(trap) => stopped(Verdict::Trap, trap.to_string()),
        None => stopped(Verdict::Trap, error.root_cause().to_string()),
    }
}
