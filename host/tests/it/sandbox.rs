//! Each limit of the sandbox has a guest that tries to break it, and a verdict; others notice nothing.

use std::sync::Arc;
use std::time::{Duration, Instant};

use exchange::model::connector::Connector;
use exchange::model::contract::Purpose;
use exchange::model::dialogue::{Input, RoundTrip};
use exchange::model::{CallError, Effect, Probe, Verdict};
use exchange::sandbox::{Cache, Engine, Sandbox, Ticker, check_lock, pack, read_manifest, sha256};

use crate::foreign::importing;
use crate::sandbox_world::{World, changes, guest, item, sandbox, top, world};

fn verdict<T: std::fmt::Debug>(answer: Result<T, CallError>) -> Verdict {
    match answer {
        Err(CallError::Stopped(verdict, _)) => verdict,
        other => panic!("no verdict: {other:?}"),
    }
}

fn round_trip() -> RoundTrip {
    RoundTrip { callback: "http://127.0.0.1:1/back".into(), state: "s".into() }
}

/// Calls the export that the settings name.
async fn call(world: &World, export: &str) -> Result<(), CallError> {
    let connector = world.connector();
    let probe =
        Probe { item: item("thing", "a"), handle: None, targets: Vec::new(), purpose: Purpose::Adopt };
    match export {
        "check" => connector.check().await.map(drop),
        "scopes" => connector.scopes().await.map(drop),
        "desired" => connector.desired(&"".into(), None).await.map(drop),
        "observe" => connector.observe(vec![probe]).await.map(drop),
        "apply" => connector.apply(changes("thing", 1), world.journal()).await.map(drop),
        _ => connector.interact("link", round_trip(), Input::Started, Vec::new()).await.map(drop),
    }
}

/// The misbehaving call, and a decent one beside it that must not notice.
async fn beside_a_decent_one(world: World, export: &str) -> Verdict {
    let decent = world_decent();
    let scope = "".into();
    let (bad, good) = tokio::join!(call(&world, export), decent.desired(&scope, None));
    assert_eq!(good.expect("the decent call is not disturbed").answer.items.len(), 1);
    verdict(bad)
}

fn world_decent() -> exchange::sandbox::TaskConnector {
    world("", "").connector()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_loop_in_any_export_ends_at_its_computing_time() {
    for export in ["check", "scopes", "desired", "observe", "apply", "interact"] {
        let looping = world(export, "loop").limit(|limits| limits.cpu_ms = 40);
        assert_eq!(beside_a_decent_one(looping, export).await, Verdict::CpuTime, "{export}");
    }
}

#[tokio::test]
async fn waiting_is_not_computing() {
    let server = crate::http_server::Server::slow(Duration::from_millis(150)).await;
    let waiting =
        crate::sandbox_world::asking("check", "list").server(&server.base).limit(|limits| limits.cpu_ms = 60);
    let findings = waiting.connector().check().await.unwrap();
    assert!(findings[0].what.args[0].value.starts_with("200"), "{:?}", findings[0].what.args[0].value);
}

#[tokio::test]
async fn a_call_that_waits_too_long_ends_at_its_wall_time() {
    let server = crate::http_server::Server::silent().await;
    let waiting = crate::sandbox_world::asking("check", "list")
        .server(&server.base)
        .limit(|limits| limits.wall_ms = 80);
    let began = Instant::now();
    assert_eq!(beside_a_decent_one(waiting, "check").await, Verdict::WallTime);
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn waiting_for_a_turn_that_others_took_is_not_held_against_a_call() {
    let server = crate::http_server::Server::answering(200, "{}").await;
    let world = || {
        let asking = crate::sandbox_world::asking("check", "list").server(&server.base);
        asking.tune(|upstream| upstream.rate = 2.0).limit(|limits| limits.wall_ms = 200)
    };
    let shared = world().upstreams();
    let (first, second) = (world().sharing(&shared), world().sharing(&shared));
    first.connector().check().await.unwrap();
    let began = Instant::now();
    second.connector().check().await.unwrap();
    assert!(began.elapsed() > Duration::from_millis(200), "it waited longer than a call may take");
}

#[tokio::test]
async fn memory_is_limited() {
    let hungry = world("desired", "memory").with("count", 64).limit(|limits| limits.memory = 16 << 20);
    assert_eq!(beside_a_decent_one(hungry, "desired").await, Verdict::Memory);
}

#[tokio::test]
async fn memory_within_the_limit_is_given() {
    assert_eq!(call(&world("desired", "memory").with("count", 8), "desired").await, Ok(()));
}

#[tokio::test]
async fn tables_are_limited() {
    let wide = world("", "").limit(|limits| limits.table = 1);
    assert_eq!(beside_a_decent_one(wide, "desired").await, Verdict::Table);
}

#[tokio::test]
async fn a_deep_recursion_runs_into_the_stack_limit() {
    let deep =
        world("desired", "recursion").with("count", 100_000_000).limit(|limits| limits.cpu_ms = 60_000);
    let verdict = beside_a_decent_one(deep, "desired").await;
    // The guest's own stack lies in its memory: whichever of the two ends first.
    assert!(matches!(verdict, Verdict::Stack | Verdict::Trap), "{verdict:?}");
}

#[tokio::test]
async fn a_panic_is_a_trap() {
    assert_eq!(beside_a_decent_one(world("observe", "panic"), "observe").await, Verdict::Trap);
}

#[tokio::test]
async fn after_a_verdict_the_same_connector_goes_on() {
    let limited = world("scopes", "panic");
    let connector = limited.connector();
    assert_eq!(verdict(connector.scopes().await), Verdict::Trap);
    assert_eq!(connector.desired(&"".into(), None).await.unwrap().answer.items.len(), 1);
}

#[tokio::test]
async fn requests_are_counted() {
    let flood = world("check", "requests")
        .with("operation", "nothing")
        .with("count", 100)
        .limit(|limits| limits.requests = 50);
    assert_eq!(beside_a_decent_one(flood, "check").await, Verdict::Requests);
}

#[tokio::test]
async fn at_most_sixty_four_requests_are_under_way() {
    let many = |count| world("check", "pending").with("operation", "nothing").with("count", count);
    assert_eq!(beside_a_decent_one(many(65), "check").await, Verdict::Requests);
    assert_eq!(call(&many(64), "check").await, Ok(()));
}

#[tokio::test]
async fn a_log_flood_is_cut_and_counted() {
    let flood = world("check", "log").with("count", 1_000).limit(|limits| limits.log_lines = 10);
    assert_eq!(call(&flood, "check").await, Ok(()));
    let lines = flood.ends.lines();
    assert_eq!(lines.len(), 11);
    assert_eq!(lines[10], "990 further lines of this call were dropped");
}

#[tokio::test]
async fn randomness_comes_in_small_pieces() {
    assert_eq!(
        beside_a_decent_one(world("check", "random").with("count", 1_025), "check").await,
        Verdict::Contract
    );
    assert_eq!(call(&world("check", "random").with("count", 1_024), "check").await, Ok(()));
}

#[tokio::test]
async fn pages_texts_and_keys_have_their_sizes() {
    for (behave, count, expected) in [
        ("crowd", 5_001, Verdict::Items),
        ("huge-label", 70_000, Verdict::Items),
        ("huge-key", 201, Verdict::Items),
        ("unknown-kind", 0, Verdict::Contract),
    ] {
        let too_much = world("desired", behave).with("count", count);
        assert_eq!(beside_a_decent_one(too_much, "desired").await, expected, "{behave}");
    }
    assert_eq!(call(&world("desired", "crowd").with("count", 1_000), "desired").await, Ok(()));
}

#[tokio::test]
async fn a_scope_that_never_ends_is_stopped() {
    for count in [0, 10] {
        let endless =
            world("desired", "endless-pages").with("count", count).limit(|limits| limits.scope_items = 50);
        let connector = endless.connector();
        let (mut cursor, mut pages) = (None::<String>, 0);
        let end = loop {
            match connector.desired(&"".into(), cursor.as_deref()).await {
                Ok(page) => cursor = page.answer.next,
                Err(end) => break end,
            }
            pages += 1;
            assert!(pages <= 50, "the scope is never stopped");
        };
        assert!(matches!(end, CallError::Stopped(Verdict::Items, _)), "{end:?}");
    }
}

#[tokio::test]
async fn a_page_that_leads_to_itself_breaks_the_contract() {
    let connector = world("desired", "same-cursor").connector();
    assert_eq!(verdict(connector.desired(&"".into(), Some("here")).await), Verdict::Contract);
}

#[tokio::test]
async fn as_many_answers_as_questions() {
    for export in ["observe", "apply"] {
        assert_eq!(
            beside_a_decent_one(world(export, "too-few"), export).await,
            Verdict::Contract,
            "{export}"
        );
    }
    assert_eq!(beside_a_decent_one(world("observe", "candidates"), "observe").await, Verdict::Contract);
}

#[tokio::test]
async fn done_without_a_write_breaks_the_contract() {
    let lying = world("apply", "lie");
    let answer = lying.connector().apply(changes("thing", 2), lying.journal()).await;
    assert_eq!(verdict(answer), Verdict::Contract);
    assert_eq!(lying.ends.answers(), []);
}

#[tokio::test]
async fn a_dialogue_s_state_is_small() {
    assert_eq!(
        beside_a_decent_one(world("interact", "huge-state").with("count", 16_385), "interact").await,
        Verdict::Items
    );
    assert_eq!(call(&world("interact", "huge-state").with("count", 16_384), "interact").await, Ok(()));
}

#[tokio::test]
async fn a_write_that_cannot_be_journaled_is_not_sent() {
    let server = crate::http_server::Server::answering(200, "{}").await;
    let full = world("", "").server(&server.base);
    *full.ends.refuse_writes.lock().unwrap() = true;
    let effects = full.connector().apply(changes("thing", 1), full.journal()).await.unwrap();
    assert!(matches!(effects[0], Effect::Postponed(_)), "{effects:?}");
    assert_eq!(server.count(), 0);
}

#[test]
fn a_manifest_is_read_without_running_anything() {
    let text = std::fs::read_to_string(top().join("tests/guests/connector.toml")).unwrap();
    assert_eq!(read_manifest(guest()).unwrap(), text);
}

#[test]
fn packing_again_replaces_the_manifest() {
    let packed = pack(guest(), "id = \"other\"\n").unwrap();
    assert_eq!(read_manifest(&packed).unwrap(), "id = \"other\"\n");
    let back = pack(&packed, &read_manifest(guest()).unwrap()).unwrap();
    assert_eq!(sha256(&back), sha256(guest()));
    assert!(sandbox().load(&packed).is_ok());
}

#[test]
fn what_is_no_component_is_refused() {
    for (bytes, says) in [(&b"<html>"[..], "not a WASM component"), (b"\0asm\x01\0\0\0", "core module")] {
        let error = read_manifest(bytes).unwrap_err();
        assert!(error.what().contains(says), "{error:?}");
    }
    assert!(sandbox().load(b"<html>").is_err());
}

#[test]
fn another_component_than_the_locked_one_is_refused() {
    let locked = sha256(guest());
    assert!(check_lock(guest(), &locked).is_ok());
    let changed = pack(guest(), "id = \"other\"").unwrap();
    let error = check_lock(&changed, &locked).unwrap_err();
    assert!(format!("{error:?}").contains("exchange connector lock"), "{error:?}");
}

#[test]
fn the_import_list_is_the_permission_list() {
    for name in ["evil:net/sockets@1.0.0", "exchange:connector/http@0.2.0", "exchange:other/http@0.1.0"] {
        let error = sandbox().load(&importing(name)).unwrap_err();
        assert!(error.what().contains(name) && error.what().contains("nobody grants"), "{error:?}");
    }
    let error = sandbox().load(&importing("wasi:cli/environment@0.2.9")).unwrap_err();
    assert_eq!(error.what(), "the connector does not export the contract", "WASI may be imported");
}

fn cached(folder: &std::path::Path, key: u8) -> Sandbox {
    Sandbox::new(sandbox().engine().clone(), Some(Cache::new(folder, &[key; 32]))).unwrap()
}

fn only_file(folder: &std::path::Path) -> std::path::PathBuf {
    let files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    files[0].clone()
}

#[tokio::test]
async fn compiled_code_is_kept_and_not_trusted_blindly() {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache");
    cached(&cache, 1).load(guest()).unwrap();
    let file = only_file(&cache);
    let older = cache.join(format!("{}-0123456789abcdef.cwasm", sha256(guest())));
    let written = std::fs::read(&file).unwrap();
    let mut spoiled = written.clone();
    let middle = spoiled.len() / 2;
    spoiled[middle] ^= 1;
    std::fs::write(older, &written).unwrap();
    for bad in [spoiled, written[..100].to_vec(), Vec::new()] {
        std::fs::write(&file, bad).unwrap();
        let loaded = cached(&cache, 1).load(guest()).unwrap();
        let connector = world("", "").connector_of(loaded);
        assert_eq!(connector.desired(&"".into(), None).await.unwrap().answer.items.len(), 1);
        assert_eq!(std::fs::read(&file).unwrap().len(), written.len(), "the file is replaced");
    }
    assert_eq!(only_file(&cache), file, "another version's file is gone");
    let trusted = std::fs::read(&file).unwrap();
    cached(&cache, 2).load(guest()).unwrap();
    assert_ne!(std::fs::read(&file).unwrap()[..32], trusted[..32], "another host's file is replaced");
}

#[cfg(unix)]
#[test]
fn compiled_code_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache");
    cached(&cache, 1).load(guest()).unwrap();
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&cache), mode(&only_file(&cache))), (0o700, 0o600));
}

#[test]
fn a_cache_that_cannot_be_written_costs_time_only() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "in the way").unwrap();
    assert!(cached(&file, 1).load(guest()).is_ok());
}

#[tokio::test]
async fn without_a_pool_everything_works_the_same() {
    let engine = Engine::on_demand().unwrap();
    assert!(!engine.pooling());
    let ticker: Ticker = engine.ticker();
    let loaded = Sandbox::new(engine, None).unwrap().load(guest()).unwrap();
    assert!(ticker.tick());
    let connector = world("", "").connector_of(Arc::clone(&loaded));
    assert_eq!(connector.desired(&"".into(), None).await.unwrap().answer.items.len(), 1);
    let hungry = world("desired", "memory").with("count", 64).limit(|limits| limits.memory = 16 << 20);
    assert_eq!(verdict(hungry.connector_of(loaded).desired(&"".into(), None).await), Verdict::Memory);
}

#[tokio::test]
async fn a_ticker_ends_with_its_engine() {
    let engine = Engine::on_demand().unwrap();
    let ticker = engine.ticker();
    drop(engine);
    assert!(!ticker.tick());
}

#[tokio::test]
async fn a_thousand_calls_wait_for_a_place_and_all_succeed() {
    let connector = world_decent();
    let scope = "".into();
    let calls = (0..1_000).map(|_| async { connector.desired(&scope, None).await.is_ok() });
    assert!(futures_util::future::join_all(calls).await.into_iter().all(|ok| ok));
}
