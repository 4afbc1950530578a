//! The engine: how connectors are compiled and how much room they have.

use std::time::Duration;

use wasmtime::{
    Config, Engine as Wasmtime, InstanceAllocationStrategy, PoolingAllocationConfig, WasmBacktraceDetails,
};

use crate::error::{Context, Kind, Result};
use crate::model::setup::Limits;

/// How often the epoch advances while connectors run. A guest that computes is looked at that often.
pub const TICK: Duration = Duration::from_millis(5);
/// Calls alive at once; further ones wait for a place.
pub(super) const MAX_CALLS: u32 = 500;
/// Core instances, memories and tables of all calls together: interpreters bring many of each.
const MAX_PARTS: u32 = 8 * MAX_CALLS;
/// Bytes of stack a guest may use …
const STACK: usize = 1 << 20;
/// … and what a host function may use on top of it.
const HOST_STACK: usize = 1 << 20;

/// The engine that all connectors of a process share.
#[derive(Clone)]
pub struct Engine {
    pub(super) inner: Wasmtime,
    pooling: bool,
}

impl Engine {
    /// An engine with room for calls of these limits: from a pool, or on demand where the machine does not let us
    /// reserve a pool's address space.
    pub fn new(limits: &Limits) -> Result<Self> {
        if let Ok(inner) = Wasmtime::new(&config(Some(limits))) {
            return Ok(Self { inner, pooling: true });
        }
        tracing::warn!("no address space for a pool of instances: each is made on demand");
        Self::on_demand()
    }

    /// An engine without a pool.
    pub fn on_demand() -> Result<Self> {
        let inner = Wasmtime::new(&config(None)).context(Kind::Internal, "the WASM engine does not start")?;
        Ok(Self { inner, pooling: false })
    }

    /// Whether instances come from a pool.
    pub fn pooling(&self) -> bool {
        self.pooling
    }

    /// What advances the epoch. Whoever runs connectors has to run it every [`TICK`] on a thread of its own:
    /// without it a guest that loops is never looked at.
    pub fn ticker(&self) -> Ticker {
        Ticker { engine: self.inner.weak() }
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Engine(pooling: {})", self.pooling)
    }
}

/// Advances an engine's epoch for as long as the engine lives.
pub struct Ticker {
    engine: wasmtime::EngineWeak,
}

impl Ticker {
    /// Advances the epoch once; `false`: the engine is gone, stop.
    #[must_use]
    pub fn tick(&self) -> bool {
        self.engine.upgrade().map(|engine| engine.increment_epoch()).is_some()
    }

    /// Advances the epoch every [`TICK`] until the engine is gone. Blocks: give it a thread.
    pub fn run(self) {
        while self.tick() {
            std::thread::sleep(TICK);
        }
    }
}

impl std::fmt::Debug for Ticker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ticker")
    }
}

fn config(pool: Option<&Limits>) -> Config {
    let mut config = Config::new();
    config
        .epoch_interruption(true)
        .max_wasm_stack(STACK)
        .async_stack_size(STACK + HOST_STACK)
        .wasm_backtrace_details(WasmBacktraceDetails::Disable);
    if let Some(limits) = pool {
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool_for(limits)));
    }
    config
}

fn pool_for(limits: &Limits) -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(MAX_CALLS)
        .total_stacks(MAX_CALLS)
        .total_core_instances(MAX_PARTS)
        .total_memories(MAX_CALLS * 2)
        .total_tables(MAX_PARTS)
        .max_tables_per_module(4)
        .table_elements(usize::try_from(limits.table).unwrap_or(usize::MAX))
        .max_memory_size(usize::try_from(limits.memory).unwrap_or(usize::MAX));
    pool
}
