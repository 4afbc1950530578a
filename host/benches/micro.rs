//! What the sandbox costs: loading, one call, a run that waits, computing.
//!
//! Goals: load from the cache ≤ 10 ms; store + instantiate + empty call + drop ≤ 60 µs; a waiting run ≤ 1 MiB; pure
//! work ≤ 1.9 × native.

#[path = "../tests/it/budget_memory.rs"]
mod budget_memory;
#[path = "../tests/it/sandbox_world.rs"]
#[allow(dead_code, reason = "the tests use the rest of it")]
mod sandbox_world;

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use exchange::model::connector::Connector;
use exchange::sandbox::{Cache, Sandbox};
use futures_util::future::join_all;
use sandbox_world::{guest, sandbox, world};
use tokio::runtime::{Builder, Runtime};

/// Students of one piece of pure work.
const STUDENTS: u32 = 10_000;
/// Runs that wait at once while memory is measured.
const WAITING: usize = 200;

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

fn load(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let cached = || {
        let cache = Cache::new(folder.path(), &[1; 32]);
        Sandbox::new(sandbox().engine().clone(), Some(cache)).expect("a sandbox")
    };
    cached().load(guest()).expect("the guest compiles");
    let sandbox = cached();
    criterion.bench_function("load a compiled connector from the cache", |bencher| {
        bencher.iter(|| sandbox.load(guest()).expect("the guest loads"));
    });
}

fn empty_call(criterion: &mut Criterion) {
    let (runtime, connector) = (runtime(), world("", "").connector());
    criterion.bench_function("store, instantiate, empty call, drop", |bencher| {
        bencher.iter(|| runtime.block_on(connector.observe(Vec::new())).expect("an answer"));
    });
}

fn pure_work(criterion: &mut Criterion) {
    let (runtime, connector) =
        (runtime(), world("check", "transform-students").with("count", STUDENTS).connector());
    let mut group = criterion.benchmark_group("transform of 10,000 students");
    group.sample_size(20);
    group.bench_function("native", |bencher| {
        bencher.iter(|| guests::transform(&guests::students(black_box(STUDENTS))));
    });
    group.bench_function("sandboxed", |bencher| {
        bencher.iter(|| runtime.block_on(connector.check()).expect("an answer"));
    });
    group.finish();
}

/// Bytes of memory this process has resident.
fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or_default();
    pages * 4096
}

/// Printed, not timed: criterion measures time only.
fn waiting_runs(_: &mut Criterion) {
    let runtime = runtime();
    let silent = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a listener");
    let base = format!("http://{}", silent.local_addr().expect("an address"));
    let waiting = sandbox_world::asking("check", "list").server(&base);
    let connector = Arc::new(waiting.tune(|upstream| upstream.parallel = 1_000).connector());
    let before = resident();
    let during = runtime.block_on(async {
        let mut calls = join_all((0..WAITING).map(|_| connector.check()));
        // All of them have sent their request and wait; nobody ever answers.
        drop(tokio::time::timeout(Duration::from_secs(2), &mut calls).await);
        resident()
    });
    let each = during.saturating_sub(before) / WAITING as u64;
    println!("memory of a waiting run: {} KiB (goal: 1024)", each / 1024);
}

criterion_group!(benches, waiting_runs, load, empty_call, pure_work);
criterion_main!(benches);
