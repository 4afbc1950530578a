//! What one call carries with it: its ports, its limits, what it has used, and why it was stopped.

use std::sync::Arc;
use std::time::{Duration, Instant};

use wasmtime::component::ResourceTable;
use wasmtime::{ResourceLimiter, UpdateDeadline};

use super::engine::TICK;
use super::pending::Requests;
use super::ports::{CallInfo, Ports};
use crate::model::Verdict;
use crate::model::records::Dependency;
use crate::model::setup::Limits;

/// Parts of one component: interpreters compiled to WASM bring 200, 100 and 20 of these.
const MAX_INSTANCES: usize = 400;
const MAX_TABLES: usize = 200;
const MAX_MEMORIES: usize = 40;

/// A store's data.
pub(super) struct CallState {
    pub(super) ports: Ports,
    pub(super) call: Arc<CallInfo>,
    pub(super) limits: Arc<Limits>,
    pub(super) table: ResourceTable,
    pub(super) requests: Requests,
    pub(super) dependencies: Vec<Dependency>,
    /// Why the call was stopped; the first reason counts.
    pub(super) stopped: Option<(Verdict, String)>,
    memory: u64,
    elements: u64,
    cpu: CpuTime,
}

impl CallState {
    pub(super) fn new(ports: Ports, call: Arc<CallInfo>, limits: Arc<Limits>) -> Self {
        Self {
            ports,
            call,
            limits,
            table: ResourceTable::new(),
            requests: Requests::default(),
            dependencies: Vec::new(),
            stopped: None,
            memory: 0,
            elements: 0,
            cpu: CpuTime::default(),
        }
    }

    /// Notes the verdict and makes the error that ends the guest.
    pub(super) fn stop(&mut self, verdict: Verdict, why: impl Into<String>) -> wasmtime::Error {
        let why = why.into();
        let error = wasmtime::Error::msg(why.clone());
        self.stopped.get_or_insert((verdict, why));
        error
    }

    /// The guest hands over to the host for a while: what passes now is not its computing.
    pub(super) fn pause(&mut self) {
        self.cpu.pause();
    }

    /// The guest goes on.
    pub(super) fn resume(&mut self) {
        self.cpu.resume();
    }

    /// A tick of the epoch while the guest computes: goes on after letting others run, or ends it.
    pub(super) fn tick(&mut self) -> wasmtime::Result<UpdateDeadline> {
        let allowed = self.limits.cpu_ms;
        if self.cpu.tick() > Duration::from_millis(allowed) {
            return Err(self.stop(Verdict::CpuTime, format!("computed for more than {allowed} ms")));
        }
        Ok(UpdateDeadline::YieldCustom(1, Box::pin(tokio::task::yield_now())))
    }

    /// What a request comes to may have taken more bytes than the call may use.
    pub(super) fn check_bytes(&mut self) -> wasmtime::Result<()> {
        if !self.call.meter.bytes_exceeded() {
            return Ok(());
        }
        let most = self.limits.bytes;
        Err(self.stop(Verdict::Bytes, format!("sent and received more than {most} bytes")))
    }
}

/// All memories and all tables of a call together have one limit: a component may bring many of each.
impl ResourceLimiter for CallState {
    fn memory_growing(&mut self, now: usize, wanted: usize, _max: Option<usize>) -> wasmtime::Result<bool> {
        self.memory = self.memory.saturating_add(grown(now, wanted));
        let most = self.limits.memory;
        if self.memory > most {
            return Err(self.stop(Verdict::Memory, format!("asked for more than {most} bytes of memory")));
        }
        Ok(true)
    }

    fn table_growing(&mut self, now: usize, wanted: usize, _max: Option<usize>) -> wasmtime::Result<bool> {
        self.elements = self.elements.saturating_add(grown(now, wanted));
        let most = self.limits.table;
        if self.elements > most {
            return Err(self.stop(Verdict::Table, format!("asked for more than {most} table elements")));
        }
        Ok(true)
    }

    fn instances(&self) -> usize {
        MAX_INSTANCES
    }

    fn tables(&self) -> usize {
        MAX_TABLES
    }

    fn memories(&self) -> usize {
        MAX_MEMORIES
    }
}

fn grown(now: usize, wanted: usize) -> u64 {
    wanted.saturating_sub(now) as u64
}

/// Time a guest has computed.
///
/// Counted in slices between two ticks. A slice counts at most two ticks: the rest was spent by the executor on
/// others after the guest had yielded.
struct CpuTime {
    used: Duration,
    since: Instant,
}

impl Default for CpuTime {
    fn default() -> Self {
        Self { used: Duration::ZERO, since: Instant::now() }
    }
}

impl CpuTime {
    fn tick(&mut self) -> Duration {
        self.pause();
        self.resume();
        self.used
    }

    fn pause(&mut self) {
        self.used += self.since.elapsed().min(TICK * 2);
    }

    fn resume(&mut self) {
        self.since = Instant::now();
    }
}
