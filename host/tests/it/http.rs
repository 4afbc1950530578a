//! The HTTP policy, from the guest's side, against ill-mannered servers.

use std::time::{Duration, Instant};

use exchange::model::connector::Connector;
use exchange::model::dialogue::{Input, RoundTrip, Step};
use exchange::model::setup::Placement;
use exchange::model::{CallError, Effect, Verdict};
use serde_json::json;

use crate::http_server::{Reply, Server};
use crate::sandbox_world::{FakeClock, World, asking, changes, world};

const TOKEN: &str = "token-0123456789";

/// What the guest tells of its request in `check`.
async fn told(world: &World) -> String {
    world.connector().check().await.unwrap()[0].what.args[0].value.clone()
}

/// What the guest tells of its request in `apply`.
async fn effect(world: &World, kind: &str) -> Effect {
    world.connector().apply(changes(kind, 1), world.journal()).await.unwrap().remove(0)
}

fn postponed(effect: &Effect) -> &str {
    match effect {
        Effect::Postponed(why) => &why.reason.args[0].value,
        other => panic!("{other:?}"),
    }
}

fn bearer(world: World) -> World {
    world.tune(|upstream| {
        upstream.credential =
            Some(Placement::Header { name: "Authorization".into(), prefix: "Bearer ".into() });
    })
}

#[tokio::test]
async fn the_host_puts_the_credential_on() {
    let server = Server::answering(200, r#"{"ok":true}"#).await;
    assert_eq!(told(&bearer(asking("check", "list").server(&server.base))).await, r#"200 {"ok":true}"#);
    assert!(server.seen()[0].head.to_ascii_lowercase().contains(&format!("authorization: bearer {TOKEN}")));

    let in_query = asking("check", "list").server(&server.base);
    let in_query =
        in_query.tune(|upstream| upstream.credential = Some(Placement::Query("access_token".into())));
    told(&in_query).await;
    assert!(server.seen()[1].head.starts_with(&format!("GET /things?access_token={TOKEN} ")));
}

#[tokio::test]
async fn a_path_value_stays_in_its_segment() {
    let server = Server::answering(200, "{}").await;
    let path = |value: &str| asking("check", "get").server(&server.base).with("path", json!([["id", value]]));
    assert_eq!(told(&path("5-А?x#y")).await, "200 {}");
    assert!(server.seen()[0].head.starts_with("GET /things/5-%D0%90%3Fx%23y HTTP/1.1"));
    for value in ["..", "a/../../admin", "a\\b", "", "a\r\nb"] {
        assert!(told(&path(value)).await.starts_with("denied: "), "{value:?}");
    }
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_guest_cannot_set_what_belongs_to_the_host() {
    let server = Server::answering(200, "{}").await;
    let search = || bearer(asking("check", "search").server(&server.base));
    for header in [
        "Host",
        "Authorization",
        "authorization",
        "Cookie",
        "Content-Length",
        "Transfer-Encoding",
        "Connection",
    ] {
        let told = told(&search().with("headers", json!([[header, "x"]]))).await;
        assert!(told.starts_with("denied: "), "{header}: {told}");
    }
    for value in ["a\r\nx-evil: 1", "a\nb", "a\u{0}b"] {
        let told = told(&search().with("headers", json!([["x-page", value]]))).await;
        assert!(told.starts_with("denied: "), "{value:?}: {told}");
    }
    assert_eq!(server.count(), 0);
    assert_eq!(told(&search().with("headers", json!([["X-Page", "2"]]))).await, "200 {}");
    assert!(server.seen()[0].head.contains("x-page: 2"));
}

#[tokio::test]
async fn a_guest_cannot_carry_its_own_credential() {
    let server = Server::answering(200, "{}").await;
    let search = || {
        let world = asking("check", "search").server(&server.base);
        world.tune(|upstream| upstream.credential = Some(Placement::Query("api_key".into())))
    };
    for name in ["access_token", "Access_Token", "ACCESS-TOKEN", "access_token[]", "api_key", "apiKey"] {
        for world in [
            search().with("query", json!([[name, "x"]])),
            search().with("form", json!([[name, "x"]])),
            search().with("json", json!({ name: "x" }).to_string()),
            search().with("raw", json!(["application/x-www-form-urlencoded", format!("{name}=x")])),
            search().with("raw", json!(["application/vnd.api+json", json!({ name: "x" }).to_string()])),
            search().with("raw", json!(["text/plain", json!({ name: "x" }).to_string()])),
            search().with(
                "raw",
                json!([
                    "multipart/form-data; boundary=b",
                    format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\nx")
                ]),
            ),
        ] {
            assert!(told(&world).await.starts_with("denied: "), "{name}");
        }
    }
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn what_is_not_granted_says_which_lines_would_grant_it() {
    let server = Server::answering(200, "{}").await;
    let list = || bearer(asking("check", "list").server(&server.base));
    let said = told(&list().grant(|grants| grants.upstreams.clear())).await;
    assert!(said.contains("[task.grant]\nupstreams = { api = \"api\" }"), "{said}");
    let said = told(&list().grant(|grants| grants.secrets.clear())).await;
    assert!(said.contains("[task.grant]\nsecrets = [\"token\"]"), "{said}");
    let unknown = told(&asking("check", "nothing").server(&server.base)).await;
    assert_eq!(unknown, "denied: the operation `nothing` is not in the connector's manifest");
    let write = world("", "").server(&server.base).grant(|grants| grants.write = false);
    assert!(postponed(&effect(&write, "thing").await).contains("[task.grant]\nwrite = true"));
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn writes_pass_in_apply_only() {
    let server = Server::answering(200, "{}").await;
    for export in ["check", "scopes", "desired", "observe", "interact"] {
        let writing = asking(export, "put").server(&server.base).with("changes", json!([0]));
        let connector = writing.connector();
        match export {
            "check" => assert!(told(&writing).await.contains("not allowed here")),
            "scopes" => {
                assert!(connector.scopes().await.unwrap().answer[0].title.contains("not allowed here"))
            }
            "desired" => {
                let end = connector.desired(&"".into(), None).await.unwrap_err();
                assert!(matches!(end, CallError::Stopped(Verdict::Contract, _)), "{end:?}");
            }
            "observe" => drop(connector.observe(Vec::new()).await.unwrap()),
            _ => drop(connector.interact("link", back(), Input::Started, Vec::new()).await.unwrap()),
        }
    }
    assert_eq!(server.count(), 0);
    assert!(matches!(effect(&world("", "").server(&server.base), "thing").await, Effect::Done(_)));
    assert_eq!(server.count(), 1);
}

fn back() -> RoundTrip {
    RoundTrip { callback: "http://127.0.0.1:1/back".into(), state: "s".into() }
}

#[tokio::test]
async fn scopes_make_no_requests_and_desired_only_for_inbound_kinds() {
    let server = Server::answering(200, "{}").await;
    let scopes = asking("scopes", "list").server(&server.base);
    assert!(scopes.connector().scopes().await.unwrap().answer[0].title.starts_with("denied: "));
    assert_eq!(server.count(), 0);
    let inbound = |count| {
        let world = world("", "inbound").with("operation", "list").with("count", count).server(&server.base);
        world.connector()
    };
    assert_eq!(inbound(0).desired(&"".into(), None).await.unwrap().answer.items[0].label, "200 {}");
    let end = inbound(1).desired(&"".into(), None).await.unwrap_err();
    assert!(matches!(end, CallError::Stopped(Verdict::Contract, _)), "{end:?}");
}

#[tokio::test]
async fn a_write_names_its_changes() {
    let server = Server::answering(200, "{}").await;
    for named in [json!([]), json!([1])] {
        let writing = asking("apply", "put").server(&server.base).with("changes", named);
        assert!(postponed(&effect(&writing, "thing").await).starts_with("denied: "));
    }
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn redirects_stay_inside_the_upstream() {
    let elsewhere = Server::answering(200, "stolen").await;
    let to = elsewhere.base.clone();
    let server =
        Server::new(move |_, _| Reply::Answer(302, format!("location: {to}/x\r\n"), String::new())).await;
    let said = told(&bearer(asking("check", "list").server(&server.base))).await;
    assert!(said.starts_with("denied: a redirect leads away from the upstream"), "{said}");
    assert_eq!(elsewhere.count(), 0);

    for private in ["http://169.254.169.254/latest", "http://10.0.0.1/", "http://[::1]/"] {
        let server =
            Server::new(move |_, _| Reply::Answer(307, format!("location: {private}\r\n"), String::new()))
                .await;
        assert!(
            told(&asking("check", "list").server(&server.base)).await.starts_with("denied: "),
            "{private}"
        );
    }
}

#[tokio::test]
async fn a_redirect_inside_the_upstream_keeps_the_credential() {
    let server = Server::new(|number, _| match number {
        0 => Reply::Answer(302, "location: /moved\r\n".into(), String::new()),
        _ => Reply::Answer(200, String::new(), "fine".into()),
    })
    .await;
    assert_eq!(told(&bearer(asking("check", "list").server(&server.base))).await, "200 fine");
    let seen = server.seen();
    assert!(seen[1].head.starts_with("GET /moved "), "{seen:?}");
    assert!(seen[1].head.contains(TOKEN));
}

#[tokio::test]
async fn a_read_is_not_redirected_into_a_write_nor_in_circles() {
    let into_write =
        Server::new(|_, _| Reply::Answer(307, "location: /things\r\n".into(), String::new())).await;
    let said = told(&asking("check", "search").server(&into_write.base)).await;
    assert!(said.contains("an operation that writes"), "{said}");
    assert_eq!(into_write.count(), 1);
    let circle = Server::new(|_, _| Reply::Answer(302, "location: /a\r\n".into(), String::new())).await;
    assert_eq!(told(&asking("check", "list").server(&circle.base)).await, "denied: more than 3 redirects");
    assert_eq!(circle.count(), 4);
}

#[tokio::test]
async fn a_write_is_never_redirected() {
    let server = Server::new(|_, _| Reply::Answer(307, "location: /things\r\n".into(), String::new())).await;
    let writing = world("", "").server(&server.base);
    assert!(postponed(&effect(&writing, "thing").await).starts_with("307"));
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn private_addresses_need_a_grant() {
    let server = Server::answering(200, "{}").await;
    let port = server.base.rsplit(':').next().unwrap();
    for host in ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"] {
        let base = format!("http://{host}:{port}");
        let said =
            told(&asking("check", "list").server(&base).tune(|upstream| upstream.private = false)).await;
        assert!(said.starts_with("denied: ") && said.contains("private = true"), "{host}: {said}");
    }
    assert_eq!(server.count(), 0);
    let granted = asking("check", "list").server(&format!("http://localhost:{port}"));
    assert_eq!(told(&granted).await, "200 {}");
}

#[tokio::test]
async fn answers_have_a_size() {
    let small =
        |base: &str| asking("check", "list").server(base).tune(|upstream| upstream.max_response = 10_000);
    let announced = Server::answering(200, &"x".repeat(10_001)).await;
    assert_eq!(told(&small(&announced.base)).await, "too large");
    let endless = Server::new(|_, _| Reply::Endless).await;
    assert_eq!(told(&small(&endless.base)).await, "too large");
    let fits = Server::answering(200, &"x".repeat(10_000)).await;
    assert!(told(&small(&fits.base)).await.starts_with("200 xxx"));
}

#[tokio::test]
async fn a_call_has_its_bytes() {
    let endless = Server::new(|_, _| Reply::Endless).await;
    let greedy = asking("check", "list").server(&endless.base).limit(|limits| limits.bytes = 50_000);
    let end = greedy.connector().check().await.unwrap_err();
    assert!(matches!(end, CallError::Stopped(Verdict::Bytes, _)), "{end:?}");
}

#[tokio::test]
async fn a_slow_answer_ends_at_the_request_s_time() {
    let drip = Server::new(|_, _| Reply::Drip(10)).await;
    let clock = FakeClock::at(0);
    let slow = asking("check", "list").server(&drip.base).clock(&clock);
    let slow = slow.tune(|upstream| (upstream.timeout_ms, upstream.attempts) = (100, 2));
    let began = Instant::now();
    assert_eq!(told(&slow).await, "unanswered");
    assert!(began.elapsed() < Duration::from_secs(5));
    assert_eq!(drip.count(), 2, "a read is tried again");
}

#[tokio::test]
async fn a_guest_may_ask_for_less_time_not_for_more() {
    let silent = Server::silent().await;
    let hasty = asking("check", "list")
        .server(&silent.base)
        .with("timeout", 60)
        .tune(|upstream| upstream.attempts = 1);
    assert_eq!(told(&hasty).await, "unanswered");
    let patient = asking("check", "list").server(&silent.base).with("timeout", 600_000);
    let patient = patient.tune(|upstream| (upstream.timeout_ms, upstream.attempts) = (60, 1));
    assert_eq!(told(&patient).await, "unanswered");
}

#[tokio::test]
async fn retry_after_is_never_undercut() {
    // 2026-11-22T08:00:00Z
    let now = 1_795_334_400_000;
    for (status, after) in [
        (429, "retry-after: 7\r\n"),
        (433, "retry-after: 7\r\n"),
        (503, "retry-after: Sun, 22 Nov 2026 08:00:07 GMT\r\n"),
    ] {
        let server = Server::first(&[(status, after)]).await;
        let clock = FakeClock::at(now);
        let waiting = asking("check", "list").server(&server.base).clock(&clock);
        let waiting = waiting.tune(|upstream| upstream.not_processed = vec![429, 433]);
        assert_eq!(told(&waiting).await, "200 fine", "{status}");
        let waited: u64 = clock.slept().iter().sum();
        assert!((7_000..8_000).contains(&waited), "{status} {after:?}: {waited}");
    }
}

#[tokio::test]
async fn a_pause_is_as_long_as_it_is_whoever_sets_the_clock() {
    for set in [-3_600_000, 86_400_000] {
        let server = Server::first(&[(429, "retry-after: 1000\r\n")]).await;
        let clock = FakeClock::at(1_795_334_400_000);
        let asking = asking("check", "list").server(&server.base).clock(&clock);
        let upstreams = asking.upstreams();
        let asking = asking.sharing(&upstreams);
        assert_eq!(told(&asking).await, "not processed Some(1000)");
        clock.set(set);
        assert_eq!(told(&asking).await, "not processed Some(1000)", "set by {set}");
        assert_eq!(server.count(), 1, "set by {set}");
        clock.advance(1_000_000);
        assert_eq!(told(&asking).await, "200 fine", "set by {set}");
    }
}

#[tokio::test]
async fn a_pause_holds_for_every_task_of_the_upstream() {
    let server = Server::first(&[(429, "retry-after: 1000\r\n")]).await;
    let clock = FakeClock::at(0);
    let one = asking("check", "list").server(&server.base).clock(&clock);
    let upstreams = one.upstreams();
    let one = one.sharing(&upstreams);
    assert_eq!(told(&one).await, "not processed Some(1000)", "longer than the patience: handed on");
    let other = asking("check", "list").server(&server.base).clock(&clock).sharing(&upstreams);
    assert_eq!(told(&other).await, "not processed Some(1000)");
    assert_eq!(server.count(), 1);
    clock.advance(1_000_000);
    assert_eq!(told(&other).await, "200 fine");
}

#[tokio::test]
async fn a_write_refused_unprocessed_is_repeated() {
    for status in [429, 433] {
        let server = Server::first(&[(status, "")]).await;
        let clock = FakeClock::at(0);
        let writing = world("", "").server(&server.base).clock(&clock);
        let writing = writing.tune(|upstream| upstream.not_processed = vec![429, 433]);
        assert!(matches!(effect(&writing, "thing").await, Effect::Done(_)), "{status}");
        assert_eq!(server.count(), 2);
        assert_eq!(writing.ends.answers(), [Some(Some(200))], "one write, one ticket");
    }
}

#[tokio::test]
async fn a_post_is_not_repeated_blindly() {
    for reply in [
        || Reply::Close,
        || Reply::Half,
        || Reply::Answer(502, String::new(), String::new()),
        || Reply::Answer(504, String::new(), String::new()),
    ] {
        let server = Server::new(move |_, _| reply()).await;
        let writing = world("", "").server(&server.base).clock(&FakeClock::at(0));
        assert!(matches!(effect(&writing, "thing").await, Effect::InDoubt(_)));
        assert_eq!(server.count(), 1);
        assert_eq!(writing.ends.answers(), [None], "the write stays in doubt");
    }
}

#[tokio::test]
async fn a_token_makes_repeating_safe_inside_its_window() {
    for (kind, requests) in [("token-thing", 2), ("thing", 1)] {
        let server = Server::new(|number, _| match number {
            0 => Reply::Half,
            _ => Reply::Answer(200, String::new(), "{}".into()),
        })
        .await;
        let writing = world("", "").with("token", "t-1").server(&server.base).clock(&FakeClock::at(0));
        let effect = effect(&writing, kind).await;
        assert_eq!(matches!(effect, Effect::Done(_)), requests == 2, "{kind}: {effect:?}");
        let seen = server.seen();
        assert_eq!(seen.len(), requests, "{kind}");
        assert!(seen.iter().all(|seen| seen.head.contains("idempotency-key: t-1")));
    }
}

#[tokio::test]
async fn without_a_connection_nothing_was_sent() {
    let clock = FakeClock::at(0);
    let writing = world("", "").server(&Server::nobody().await).clock(&clock);
    assert_eq!(postponed(&effect(&writing, "thing").await), "not processed None");
    assert_eq!(writing.ends.answers(), [Some(None)]);
    assert_eq!(writing.ends.requests.lock().unwrap().len(), 5, "tried as often as the upstream says");
}

#[tokio::test]
async fn the_reserve_address_takes_over() {
    let server = Server::answering(200, "{}").await;
    let bases = vec![Server::nobody().await, server.base.clone()];
    let clock = FakeClock::at(0);
    let reading = asking("check", "list").clock(&clock).tune(|upstream| upstream.base = bases);
    assert_eq!(told(&reading).await, "200 {}");
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn the_circuit_opens_and_one_probe_closes_it() {
    let server = Server::first(&[(503, ""), (503, "")]).await;
    let clock = FakeClock::at(0);
    let reading = asking("check", "list").server(&server.base).clock(&clock).tune(|upstream| {
        (upstream.attempts, upstream.breaker_failures, upstream.breaker_pause_ms) = (1, 2, 5_000);
    });
    let upstreams = reading.upstreams();
    let reading = reading.sharing(&upstreams);
    for said in ["503 busy", "503 busy", "not processed Some(5)"] {
        assert_eq!(told(&reading).await, said);
    }
    assert_eq!(server.count(), 2, "an open circuit lets nothing through");
    clock.advance(5_000);
    assert_eq!(told(&reading).await, "200 fine");
    assert_eq!(told(&reading).await, "200 fine");
}

#[tokio::test]
async fn the_pace_holds_for_every_task_of_the_upstream() {
    let server = Server::answering(200, "{}").await;
    let clock = FakeClock::at(0);
    let make =
        || asking("check", "list").server(&server.base).clock(&clock).tune(|upstream| upstream.rate = 2.0);
    let upstreams = make().upstreams();
    let (one, other) = (make().sharing(&upstreams), make().sharing(&upstreams));
    for world in [&one, &other, &one] {
        told(world).await;
    }
    // A little slower than the rate: 97 of 100 slots are given out.
    assert_eq!(clock.slept().iter().sum::<u64>(), 2 * 1_000 * 100 / (2 * 97) + 1);
}

#[tokio::test]
async fn a_school_keeps_to_its_own_pace_beside_the_one_of_all() {
    let server = Server::answering(200, "{}").await;
    for (rate, of_school) in [(0.0, 2.0), (2_000.0, 2.0), (2.0, 2_000.0)] {
        let clock = FakeClock::at(0);
        let make = || {
            let reading = asking("check", "list").server(&server.base).clock(&clock);
            reading.tune(|upstream| (upstream.rate, upstream.rate_per_school) = (rate, of_school))
        };
        let upstreams = make().upstreams();
        let (one, other) = (make().sharing(&upstreams), make().sharing(&upstreams));
        for world in [&one, &other, &one] {
            told(world).await;
        }
        let slept = clock.slept().iter().sum::<u64>();
        assert!((1_031..1_035).contains(&slept), "{rate} {of_school}: {slept}");
    }
}

#[tokio::test]
async fn many_at_once_as_parallel_as_allowed() {
    let server = Server::slow(Duration::from_millis(60)).await;
    for behave in ["parallel", "pending"] {
        let many = world("check", behave).with("operation", "list").with("count", 16).server(&server.base);
        let began = Instant::now();
        assert_eq!(told(&many.tune(|upstream| upstream.parallel = 16)).await.matches("200 {}").count(), 16);
        assert!(began.elapsed() < Duration::from_millis(700), "{behave}: {:?}", began.elapsed());
    }
}

#[tokio::test]
async fn captured_tokens_are_seen_by_nobody() {
    let (access, refresh) = ("captured-access-1", "captured-refresh-1");
    let server = Server::new(move |_, seen| {
        if seen.head.starts_with("POST /oauth/token") {
            let body =
                json!({ "access_token": access, "nested": { "refresh_token": refresh }, "echo": access });
            return Reply::Answer(200, format!("set-cookie: a={access}\r\n"), body.to_string());
        }
        Reply::Answer(200, String::new(), format!("you are {access} and {refresh}"))
    })
    .await;
    let dialogue = bearer(world("interact", "").server(&server.base));
    let turn =
        dialogue.connector().interact("link", back(), Input::Returned(Vec::new()), Vec::new()).await.unwrap();
    let Step::Done(end) = &turn.step else { panic!("{turn:?}") };
    let seen_by_guest = &end.text[0].args[0].value;
    assert!(
        seen_by_guest.contains("secret:token") && seen_by_guest.contains("secret:refresh"),
        "{seen_by_guest}"
    );
    assert!(seen_by_guest.contains("you are [secret] and [secret]"), "{seen_by_guest}");
    let everything =
        format!("{seen_by_guest} {:?} {:?}", dialogue.ends.lines(), dialogue.ends.requests.lock().unwrap());
    assert!(!everything.contains(access) && !everything.contains(refresh), "{everything}");
    assert_eq!(dialogue.ends.captured.lock().unwrap()["token"], access);
    let requests = server.seen();
    assert_eq!(
        requests[0].body, "client_secret=client-secret-0123456789",
        "the host fills in the form's secret"
    );
    assert!(requests[1].head.contains(&format!("Bearer {access}")), "the new credential is used at once");
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_keeps_its_tokens() {
    let server = Server::new(|_, seen| {
        let broken = seen.head.starts_with("POST /oauth/token");
        let body = if broken { r#"{"access_token":"captured-access-2","# } else { "{}" };
        Reply::Answer(200, String::new(), body.into())
    })
    .await;
    let dialogue = world("interact", "").server(&server.base);
    let turn =
        dialogue.connector().interact("link", back(), Input::Returned(Vec::new()), Vec::new()).await.unwrap();
    assert_eq!(String::from_utf8_lossy(&turn.state), "200  | 200 {}");
}

#[tokio::test]
async fn a_secret_in_a_form_needs_both_keys() {
    let server = Server::answering(200, "{}").await;
    let form =
        |value: &str| asking("check", "search").server(&server.base).with("form", json!([["s", value]]));
    assert_eq!(told(&form("secret=client-secret")).await, "200 {}");
    assert_eq!(server.seen()[0].body, "s=client-secret-0123456789");
    let ungranted =
        form("secret=client-secret").grant(|grants| grants.secrets.retain(|name| name != "client-secret"));
    assert!(told(&ungranted).await.contains("secrets = [\"client-secret\"]"));
    assert!(told(&form("secret=unknown")).await.contains("not in the connector's manifest"));
    assert!(told(&form("secret=secret:token")).await.contains("inside their dialogue"));
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_handle_in_json_is_filled_in_inside_its_dialogue_only() {
    let server = Server::answering(200, "{}").await;
    let body = json!({"login": "a", "password": "secret:typed", "other": ["secret:unknown", "secret:typed"], "n": null});
    let sending = |export: &str| {
        let world = asking(export, "search").server(&server.base).with("json", body.to_string());
        world.ends.captured.lock().unwrap().insert("typed".into(), "pass \"word\"".into());
        world
    };
    let dialogue = sending("interact");
    dialogue.connector().interact("link", back(), Input::Started, Vec::new()).await.unwrap();
    told(&sending("check")).await;
    let sent: Vec<serde_json::Value> =
        server.seen().iter().map(|seen| serde_json::from_str(&seen.body).unwrap()).collect();
    let filled = json!({"login": "a", "password": "pass \"word\"", "other": ["secret:unknown", "pass \"word\""], "n": null});
    assert_eq!(sent, [filled, body]);
}

#[tokio::test]
async fn the_journal_of_requests_has_templates_and_numbers_only() {
    let server = Server::first(&[(503, "")]).await;
    let reading =
        bearer(asking("check", "get").server(&server.base).with("path", json!([["id", "personal"]])));
    let reading = reading.clock(&FakeClock::at(0)).with("query", json!([["name", "personal"]]));
    told(&reading).await;
    let entries = reading.ends.requests.lock().unwrap().clone();
    assert_eq!(
        entries.iter().map(|entry| (entry.attempt, entry.status)).collect::<Vec<_>>(),
        [(1, Some(503)), (2, Some(200))]
    );
    assert_eq!((entries[0].path.as_str(), entries[0].received), ("/things/{id}", 4));
    assert!(!format!("{entries:?}").contains("personal"));
}

#[tokio::test]
async fn a_secret_that_comes_back_reaches_neither_guest_nor_log() {
    let server = Server::answering(200, &format!("your key is {TOKEN}")).await;
    let echo = bearer(asking("check", "list").server(&server.base));
    let echo = echo.with("log", format!("token={TOKEN}\u{1b}[31m\nforged"));
    assert_eq!(told(&echo).await, "200 your key is [secret]");
    assert_eq!(echo.ends.lines(), ["token=[secret] [31m forged"]);
}
