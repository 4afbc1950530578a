//! Notifications: told once a change of state, whatever dies in between, and delivered whatever the other side does.

use std::collections::BTreeSet;

use exchange::daemon::keep::{drop_notices, old_notices};
use exchange::daemon::notify::{Alarm, trials};
use exchange::model::notify::{Address, MailServer, MailTls, Notify, Recipient, SmsGateway, Topic, Webhook};
use exchange::model::setup::Placement;
use exchange::model::{Message, RunStatus, TaskId};
use exchange::reconcile::Cancel;
use exchange::report::notify::webhook::signature;
use exchange::store::{DeliveryState, HostEraseStore, OutboxStore};
use exchange_stand::smtp::{self, Fault, Kept, Post, Security};

use crate::http_server::{Reply, Seen, Server};
use crate::notify_world::{HOUR, MINUTE, NOON, World, mail_to, server, settings, upstream};

fn director() -> Vec<Recipient> {
    vec![mail_to("director@school57.example")]
}

fn ids(kept: &[Kept]) -> BTreeSet<String> {
    kept.iter().map(|letter| letter.header("Message-ID").expect("an id")).collect()
}

#[tokio::test]
async fn a_change_of_state_is_told_once_and_not_per_run() {
    let (mut world, post) = World::mailing(director());
    let failed = || RunStatus::Failed;
    let told: Vec<usize> =
        [RunStatus::Success, failed(), failed(), failed(), RunStatus::Success, RunStatus::Success]
            .into_iter()
            .map(|status| world.run("dnevnik", status))
            .collect();
    assert_eq!(told, [0, 1, 0, 0, 1, 0]);
    assert_eq!(world.deliver().await.delivered, 2);
    let kept = post.kept();
    assert_eq!((kept.len(), ids(&kept).len(), post.connections()), (2, 2, 1), "one conversation");
    let to = |letter: &Kept| (letter.from.clone(), letter.to.clone());
    assert_eq!(to(&kept[0]), ("exchange@example.org".into(), vec!["director@school57.example".to_owned()]));
    assert_eq!(kept[0].header("Auto-Submitted").as_deref(), Some("auto-generated"));
    assert_eq!(world.deliver().await, Default::default(), "nothing is sent twice");
}

#[tokio::test]
async fn a_hundred_runs_without_a_change_cost_no_more_than_one() {
    let (world, _post) = World::mailing(director());
    for _ in 0..100 {
        assert_eq!(world.run("dnevnik", RunStatus::Success), 0);
    }
    let standing = world.shared().standing(&world.school.id, "dnevnik").unwrap().expect("it is known");
    assert!(standing.run > 60, "the place moves on: {standing:?}");
    assert_eq!(world.run("dnevnik", RunStatus::Waiting), 1);
}

#[tokio::test]
async fn what_ended_before_the_process_died_is_told_by_the_next() {
    let (mut world, post) = World::mailing(director());
    world.run_untold("dnevnik", RunStatus::Failed, None);
    world.run_untold("dnevnik", RunStatus::Success, None);
    world.restart(|_| ());
    assert_eq!(world.catch_up(), 2, "both changes, though the last one undid the first");
    // It dies again when it has told and not sent.
    world.restart(|_| ());
    assert_eq!(world.catch_up(), 0);
    assert_eq!(world.deliver().await.delivered, 2);
    // It dies when the letter has left and that was not noted.
    world.run("dnevnik", RunStatus::Failed);
    let (id, _) = world.shared().due(world.clock.peek(), 10).unwrap().remove(0);
    world.shared().begin_attempt(&id).unwrap().expect("it waits");
    world.restart(|_| ());
    assert_eq!(world.deliver().await.delivered, 1);
    assert_eq!(post.kept().len(), 3);
    assert_eq!(world.message().attempts, 2, "the attempt that was cut off counts");
}

#[tokio::test]
async fn a_mail_server_that_is_down_for_a_day_loses_nothing() {
    let (mut world, post) =
        World::mailing(vec![mail_to("a@school57.example"), mail_to("b@school57.example")]);
    post.misbehave(Fault::Down);
    world.run("dnevnik", RunStatus::Failed);
    let sent = world.deliver_for(24 * HOUR).await;
    assert_eq!((sent.delivered, sent.never), (0, 0));
    assert!((10..200).contains(&post.connections()), "{} connections", post.connections());
    assert!(world.notices()[0].deliveries.iter().all(|row| row.state == DeliveryState::Waiting));
    post.misbehave(Fault::None);
    let sent = world.deliver_for(3 * HOUR).await;
    assert_eq!((sent.delivered, sent.later), (2, 0));
    assert_eq!(post.kept().len(), 2);
}

#[tokio::test]
async fn greylisting_is_waited_for_and_holds_up_nobody_else() {
    let (mut world, post) = World::mailing(director());
    post.misbehave(Fault::Greylist(2));
    world.run("dnevnik", RunStatus::Failed);
    assert_eq!(world.deliver().await.later, 1);
    let row = world.message();
    assert!(
        row.answer.as_deref().is_some_and(|said| said.contains("451") && said.contains("greylisted")),
        "{row:?}"
    );
    assert!(row.due >= NOON + 10_000, "not at once");
    assert_eq!(world.deliver_for(HOUR).await.delivered, 1);
    assert_eq!((post.kept().len(), world.message().attempts), (1, 3));
}

#[tokio::test]
async fn a_letter_whose_answer_was_lost_goes_again_under_its_id() {
    let (mut world, post) = World::mailing(director());
    post.misbehave(Fault::LostAnswer(2));
    world.run("dnevnik", RunStatus::Failed);
    assert_eq!(world.deliver_for(2 * HOUR).await.delivered, 1);
    let kept = post.kept();
    assert_eq!(kept.iter().map(|letter| letter.answered).collect::<Vec<_>>(), [false, false, true]);
    assert_eq!(ids(&kept).len(), 1, "whoever reads it knows the copies");
    assert!(kept.iter().all(|letter| letter.text == kept[0].text), "the same letter, to the byte");
    let said = world.message().answer.expect("an answer");
    assert!(said.starts_with("250"), "{said}");
}

#[tokio::test]
async fn a_refusal_is_definite_and_told() {
    let (mut world, post) = World::mailing(director());
    post.misbehave(Fault::UnknownRecipient);
    world.run("dnevnik", RunStatus::Failed);
    assert_eq!(world.deliver().await.never, 1);
    assert_eq!(world.deliver_for(24 * HOUR).await, Default::default(), "not tried again");
    let row = world.message();
    assert_eq!(row.state, DeliveryState::Refused);
    assert!(row.answer.is_some_and(|said| said.contains("550")));
    let lost = exchange::store::NoticeFilter { undelivered: true, ..Default::default() };
    assert_eq!(world.shared().notices(lost, 10).unwrap().len(), 1);
    for fault in [Fault::DropInData, Fault::Full, Fault::Busy] {
        post.misbehave(fault.clone());
        world.run("dnevnik", RunStatus::Success);
        world.run("dnevnik", RunStatus::Failed);
        let sent = world.deliver().await;
        let expected = if fault == Fault::Full { (0, 2) } else { (1, 0) };
        assert_eq!((sent.later, sent.never), expected, "{fault:?}: a closed way is tried once");
        world.clock.advance(30 * HOUR);
        post.misbehave(Fault::None);
        world.deliver().await;
    }
}

#[tokio::test]
async fn what_nobody_takes_in_time_is_given_up_and_told() {
    let (mut world, post) = World::mailing(director());
    world.restart(|config| config.notify.give_up_ms = 6 * HOUR);
    post.misbehave(Fault::Greylist(1_000));
    world.run("dnevnik", RunStatus::Failed);
    let sent = world.deliver_for(10 * HOUR).await;
    assert_eq!((sent.delivered, sent.never), (0, 1));
    assert_eq!(world.message().state, DeliveryState::GivenUp);
    let outbox = world.shared().outbox().unwrap();
    assert_eq!((outbox.len(), outbox[0].state, outbox[0].count), (1, DeliveryState::GivenUp, 1));
}

/// A server that wants TLS and a password.
fn strict(security: Security) -> Post {
    let user = Some(("exchange".to_owned(), "mail-password-1".to_owned()));
    Post::spawn(smtp::Options { security, user, ..smtp::Options::default() }).expect("a mail server")
}

fn secured(post: &Post, tls: MailTls, ca: std::path::PathBuf) -> MailServer {
    std::fs::write(&ca, smtp::CA).expect("a file");
    MailServer { tls, ca: Some(ca), user: Some("exchange".into()), ..server(post) }
}

#[tokio::test]
async fn passwords_travel_under_tls_only_and_a_wrong_one_loses_nothing() {
    for (security, tls) in [(Security::StartTls, MailTls::StartTls), (Security::Tls, MailTls::Tls)] {
        let post = strict(security);
        let mut world = World::new(director(), |folder| {
            let mail = secured(&post, tls, folder.join("ca.pem"));
            settings(folder, Notify { mail: Some(mail), ..Notify::default() })
        });
        world.run("dnevnik", RunStatus::Failed);
        assert_eq!(world.deliver().await.later, 1);
        assert!(
            world.message().answer.is_some_and(|said| said.contains("exchange secret set smtp-password"))
        );
        world.secret("smtp-password", "mail-password-2");
        world.deliver_for(HOUR).await;
        let said = world.message().answer.expect("an answer");
        assert!(said.contains("535") && !said.contains("mail-password-2"), "{said}");
        world.secret("smtp-password", "mail-password-1");
        world.deliver_for(5 * HOUR).await;
        let kept = post.kept();
        assert_eq!((kept.len(), kept[0].secured, kept[0].user.as_deref()), (1, true, Some("exchange")));
    }
}

#[tokio::test]
async fn nothing_is_said_to_a_server_that_is_not_who_it_should_be() {
    let post = strict(Security::StartTls);
    let mut world = World::new(director(), |folder| {
        let mail = MailServer { ca: None, ..secured(&post, MailTls::StartTls, folder.join("ca.pem")) };
        settings(folder, Notify { mail: Some(mail), ..Notify::default() })
    });
    world.secret("smtp-password", "mail-password-1");
    world.run("dnevnik", RunStatus::Failed);
    assert_eq!(world.deliver().await.later, 1);
    assert_eq!(post.kept(), []);
    let open = Post::spawn(smtp::Options::default()).expect("a mail server");
    world.restart(|config| {
        config.notify.mail = Some(MailServer { tls: MailTls::StartTls, ..server(&open) });
    });
    world.clock.advance(5 * HOUR);
    assert_eq!(world.deliver().await.later, 1, "it offers no TLS");
    assert_eq!(open.kept(), []);
}

fn hooked(upstream_of: exchange::model::setup::Upstream) -> World {
    let recipients = vec![Recipient::new(Address::Webhook("portal".into()))];
    let webhook = Webhook {
        upstream: "portal".into(),
        path: "/hooks".into(),
        key: "hook-key".into(),
        credential: Some("hook-token".into()),
    };
    let world = World::new(recipients, |folder| {
        let notify = Notify { webhooks: [("portal".to_owned(), webhook)].into(), ..Notify::default() };
        let mut config = settings(folder, notify);
        config.upstreams = [("portal".to_owned(), upstream_of)].into();
        config
    });
    world.secret("hook-key", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    world.secret("hook-token", "token-of-the-portal");
    world
}

fn header(seen: &Seen, name: &str) -> String {
    let mut lines = seen.head.lines().filter_map(|line| line.split_once(": "));
    lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned()).expect(name)
}

#[tokio::test]
async fn a_webhook_that_answers_500_for_an_hour_is_told_once_it_works_under_the_same_id() {
    let calls = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let works = std::sync::Arc::clone(&calls);
    let there = Server::new(move |_, _| match works.load(std::sync::atomic::Ordering::Relaxed) {
        true => Reply::Answer(204, String::new(), String::new()),
        false => Reply::Answer(500, String::new(), "token-of-the-portal is not welcome".into()),
    })
    .await;
    let mut upstream = upstream(&there.base);
    upstream.credential = Some(Placement::Header { name: "Authorization".into(), prefix: "Bearer ".into() });
    let mut world = hooked(upstream);
    world.run("dnevnik", RunStatus::NotConfirmed);
    assert_eq!(world.deliver_for(HOUR).await.delivered, 0);
    let said = world.message().answer.expect("an answer");
    assert_eq!(said, "500 [secret] is not welcome");
    calls.store(true, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(world.deliver_for(4 * HOUR).await.delivered, 1);
    let seen = there.seen();
    assert!(seen.len() > 3, "{} attempts", seen.len());
    let all: BTreeSet<String> = seen.iter().map(|seen| header(seen, "webhook-id")).collect();
    assert_eq!(all.len(), 1, "one id");
    for seen in &seen {
        let at = header(seen, "webhook-timestamp").parse().expect("seconds");
        let signed =
            signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", &header(seen, "webhook-id"), at, &seen.body);
        assert_eq!(header(seen, "webhook-signature"), signed);
        assert!(seen.head.starts_with("POST /hooks "), "{}", seen.head);
        assert_eq!(header(seen, "authorization"), "Bearer token-of-the-portal");
    }
    let body: serde_json::Value = serde_json::from_str(&seen[0].body).expect("JSON");
    assert_eq!(
        (&body["type"], &body["data"]["run"]),
        (&"exchange.not-confirmed".into(), &"school57-1".into())
    );
}

#[tokio::test]
async fn a_webhook_is_never_called_before_the_time_it_asks_for() {
    for (status, headers) in
        [(429, "retry-after: 7200\r\n"), (503, "retry-after: 7200\r\n"), (500, "retry-after: 7200\r\n")]
    {
        let there = Server::first(&[(status, headers)]).await;
        let mut world = hooked(upstream(&there.base));
        world.run("dnevnik", RunStatus::Failed);
        assert_eq!(world.deliver_for(2 * HOUR).await.later, 1, "{status}");
        assert_eq!(there.count(), 1, "{status}");
        assert!(world.message().due >= NOON + 7_200_000);
    }
    let gone = Server::first(&[(410, "")]).await;
    let mut world = hooked(upstream(&gone.base));
    world.run("dnevnik", RunStatus::Failed);
    assert_eq!(world.deliver().await.never, 1, "whoever does not want it is not asked again");
}

#[tokio::test]
async fn a_webhook_in_a_private_network_has_to_be_granted_and_redirects_lead_nowhere() {
    let there = Server::answering(200, "{}").await;
    let mut guarded = upstream(&there.base);
    guarded.private = false;
    let mut world = hooked(guarded);
    world.run("dnevnik", RunStatus::Failed);
    assert_eq!(world.deliver().await.later, 1);
    assert!(world.message().answer.is_some_and(|said| said.contains("private = true")));
    assert_eq!(there.count(), 0, "nothing left this machine");

    let away = Server::first(&[(302, "location: /elsewhere\r\n")]).await;
    let mut world = hooked(upstream(&away.base));
    world.run("dnevnik", RunStatus::Failed);
    assert_eq!(world.deliver().await.later, 1, "a redirect is no yes");
    assert_eq!(away.count(), 1);
}

#[tokio::test]
async fn a_short_message_is_the_gateways_request_with_its_places_filled() {
    let there = Server::new(|number, _| match number {
        0 => Reply::Answer(200, String::new(), r#"{"status":"OK"}"#.into()),
        _ => Reply::Answer(200, String::new(), r#"{"status":"NO MONEY"}"#.into()),
    })
    .await;
    let gateway = SmsGateway {
        upstream: "sms".into(),
        method: "POST".into(),
        path: "/send".into(),
        form: [("to", "{phone}"), ("msg", "{text}"), ("id", "{id}")]
            .map(|(a, b)| (a.into(), b.into()))
            .into(),
        expect: Some("\"OK\"".into()),
        ..SmsGateway::default()
    };
    let mut world = World::new(vec![Recipient::new(Address::Sms("+79001234567".into()))], |folder| {
        let mut config = settings(folder, Notify { sms: Some(gateway), ..Notify::default() });
        config.upstreams = [("sms".to_owned(), upstream(&there.base))].into();
        config
    });
    world.run("dnevnik", RunStatus::Failed);
    assert_eq!(world.deliver().await.delivered, 1);
    let form: Vec<(String, String)> = url_form(&there.seen()[0].body);
    assert_eq!(form[1].1, "Школа № 57, dnevnik: отправка не удалась (school57-1)");
    assert_eq!((form[2].0.as_str(), form[2].1.as_str()), ("to", "+79001234567"));
    world.run("dnevnik", RunStatus::Success);
    assert_eq!(world.deliver().await.never, 1, "a definite no, which would cost again");
}

fn url_form(body: &str) -> Vec<(String, String)> {
    let url = exchange_stand::http::local(&format!("http://127.0.0.1/?{body}")).expect("a query");
    url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

#[tokio::test]
async fn everybody_hears_what_they_want_when_they_want_it() {
    let time = |hour| jiff::civil::time(hour, 0, 0, 0);
    let recipients = vec![
        Recipient { topics: vec![Topic::Failed], ..mail_to("failed@school57.example") },
        Recipient { tasks: vec!["sferum".into()], ..mail_to("sferum@school57.example") },
        Recipient {
            quiet: Some((time(11), time(14))),
            language: "en".into(),
            ..mail_to("quiet@school57.example")
        },
        Recipient { digest: Some(time(18)), ..mail_to("digest@school57.example") },
    ];
    let (mut world, post) = World::mailing(recipients);
    world.restart(|config| {
        let region = |address, regions: &[&str]| Recipient {
            regions: regions.iter().map(|&region| region.to_owned()).collect(),
            gather_ms: 15 * MINUTE,
            ..mail_to(address)
        };
        config.notify.recipients =
            vec![region("all@region.example", &[]), region("other@region.example", &["other"])];
    });
    world.run("dnevnik", RunStatus::Failed);
    world.run("dnevnik", RunStatus::Success);
    world.run("sferum", RunStatus::Waiting);
    let heard = |post: &Post| {
        let mut heard: Vec<String> = post
            .kept()
            .iter()
            .map(|letter| letter.to[0].split('@').next().unwrap_or_default().to_owned())
            .collect();
        heard.sort();
        heard
    };
    world.deliver().await;
    assert_eq!(heard(&post), ["failed", "sferum"]);
    world.deliver_for(20 * MINUTE).await;
    assert_eq!(heard(&post), ["all", "failed", "sferum"], "a region's changes go together");
    world.deliver_for(2 * HOUR).await;
    assert_eq!(heard(&post), ["all", "failed", "quiet", "sferum"], "quiet hours are over");
    let quiet = post.kept().into_iter().next_back().expect("a letter");
    assert_eq!(quiet.header("Subject").as_deref(), Some("Data exchange: 3 changes"));
    world.deliver_for(5 * HOUR).await;
    assert_eq!(heard(&post), ["all", "digest", "failed", "quiet", "sferum"]);
    assert!(
        world
            .notices()
            .iter()
            .flat_map(|notice| &notice.deliveries)
            .all(|row| row.state == DeliveryState::Delivered)
    );
}

#[tokio::test]
async fn faults_of_what_a_task_stands_on_are_told_once_and_so_is_their_end() {
    let (mut world, post) = World::mailing(director());
    let alarm = |topic| Alarm { task: Some("dnevnik".into()), what: "binding".into(), topic, until: None };
    let raise =
        |world: &World, topic| world.with_teller(|teller, now| teller.raise(&alarm(topic), now)).unwrap();
    let told = [Topic::Recovered, Topic::BindingLost, Topic::BindingLost, Topic::Recovered]
        .map(|topic| raise(&world, topic));
    assert_eq!(told, [false, true, false, true]);
    let not_run = |world: &World| {
        let task = TaskId::from("dnevnik");
        world.with_teller(|teller, now| teller.could_not_run(&task, now)).unwrap()
    };
    assert_eq!([not_run(&world), not_run(&world)], [true, false]);
    assert_eq!(world.run("dnevnik", RunStatus::Success), 1, "it runs again");
    assert_eq!(world.deliver().await.delivered, 4);
    assert_eq!(post.kept().len(), 4);
}

#[tokio::test]
async fn two_never_deliver_at_once_and_a_dead_one_is_no_hindrance() {
    let (mut world, _post) = World::mailing(director());
    world.run("dnevnik", RunStatus::Failed);
    let other = world.shared().take_round(NOON).unwrap().expect("it is free");
    assert!(world.shared().take_round(NOON).unwrap().is_none());
    drop(other);
    assert_eq!(world.deliver().await.delivered, 1);
}

#[tokio::test]
async fn a_trial_tells_what_each_server_said() {
    let (world, post) = World::mailing(vec![
        mail_to("a@school57.example"),
        Recipient::new(Address::Sms("+79001234567".into())),
    ]);
    let host = exchange::daemon::host::Host::new(
        settings(&world.path("other"), Notify { mail: Some(server(&post)), ..Notify::default() }),
        [7; 32],
    );
    let told = trials(&host, &world.school, NOON).await.unwrap();
    assert!(told[0].answer.said().starts_with("250"), "{told:?}");
    assert!(told[1].answer.said().contains("[notify.sms]"), "{told:?}");
    assert_eq!(post.kept().len(), 1);
}

#[tokio::test]
async fn the_cabinet_knows_what_was_read_and_by_whom() {
    let (world, _post) = World::mailing(director());
    world.run("dnevnik", RunStatus::Failed);
    world.run_untold("sferum", RunStatus::Failed, Some(Message::new("host-busy-there")));
    world.catch_up();
    let notices = world.notices();
    let reason = notices[0].event.reason.as_ref().expect("a reason");
    assert!(reason.en.contains("busy"), "{reason:?}");
    assert_eq!(world.shared().read_notices(&[notices[1].number], "director", NOON).unwrap(), 1);
    assert_eq!(
        world.shared().read_notices(&[notices[1].number], "somebody", NOON).unwrap(),
        0,
        "the first counts"
    );
    let unread = exchange::store::NoticeFilter { unread: true, ..Default::default() };
    assert_eq!(world.shared().notices(unread, 10).unwrap().len(), 1);
    assert_eq!(world.notices()[1].read, Some((NOON, "director".to_owned())));
}

#[tokio::test]
async fn old_notifications_go_and_what_waits_stays() {
    let (mut world, post) = World::mailing(director());
    world.run("dnevnik", RunStatus::Failed);
    world.deliver().await;
    post.misbehave(Fault::Down);
    world.run("dnevnik", RunStatus::Success);
    world.deliver().await;
    let (host, keep) = (world.shared(), exchange::model::setup::Keep::default());
    let later = world.clock.peek().saturating_add_unsigned(keep.notifications_ms);
    let nobody = Cancel::default();
    assert_eq!(old_notices(&host, &keep, later).unwrap(), 0, "of this very moment");
    assert_eq!(old_notices(&host, &keep, later + 1).unwrap(), 1);
    assert_eq!(drop_notices(&host, &keep, later + 1, &nobody).unwrap(), 1);
    let notices = world.notices();
    assert_eq!((notices.len(), notices[0].event.topic), (1, Topic::Recovered));
    let messages: u64 = host.outbox().unwrap().iter().map(|count| count.count).sum();
    assert_eq!(messages, 1, "the message that was delivered has gone with its notification");
}

#[tokio::test]
async fn a_school_that_is_erased_leaves_no_message_and_no_address() {
    let (world, post) = World::mailing(director());
    post.misbehave(Fault::Down);
    world.run("dnevnik", RunStatus::Failed);
    let host = world.shared();
    let preview = host.forget_school(&world.school.id, true).unwrap();
    assert_eq!((preview["notification"], preview["standing"]), (1, 2), "of both tasks");
    assert_eq!(world.notices().len(), 1, "a preview changes nothing");
    assert_eq!(host.forget_school(&world.school.id, false).unwrap(), preview);
    assert_eq!(host.outbox().unwrap(), [], "nothing is sent of a school that is gone");
}
