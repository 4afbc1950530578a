//! People are told what becomes of tasks: by hand, by the server, and whatever kills either in between.

use std::fs;

use exchange_stand::rows::{Fault as RowsFault, Options};
use exchange_stand::smtp::{self, Fault, Post, Security};
use serde_json::Value;

use crate::h4_rows_to_http::World;
use crate::served::{Served, until};

const TASK: &str = "rows/rows";
const PUPILS: u64 = 10;

/// A school whose director and whose region hear of everything by mail.
fn world(post: &Post) -> World {
    let world = World::without_schools(Options::default(), "rate = 0");
    world.write("ca.pem", smtp::CA);
    let port = post.addr().port();
    add(
        &world,
        "exchange.toml",
        &format!(
            "[notify]\nlink = \"https://exchange.example.org/\"\n\
             [notify.mail]\nserver = \"localhost\"\nport = {port}\nca = \"ca.pem\"\nuser = \"exchange\"\n\
             from = \"Exchange <exchange@example.org>\"\ntimeout = \"5s\"\n\
             [[notify.to]]\nmail = \"region@example.org\"\non = [\"failed\"]\n"
        ),
    );
    world.run("mail-password", &["secret", "set", "smtp-password"]).with(0);
    world.add_school("rows", "p", PUPILS);
    add(&world, "schools/rows.toml", "[[notify]]\nmail = \"director@school.example\"\n");
    world
}

fn post() -> Post {
    let user = Some(("exchange".to_owned(), "mail-password".to_owned()));
    Post::spawn(smtp::Options { security: Security::StartTls, user, ..smtp::Options::default() })
        .expect("it starts")
}

/// Appends to a file.
fn add(world: &World, file: &str, text: &str) {
    let before = fs::read_to_string(world.path(file)).expect("the file");
    world.write(file, &format!("{before}\n{text}"));
}

fn listed(world: &World) -> Vec<Value> {
    world.run("", &["notifications", "--json"]).with(0).json()
}

#[test]
fn a_run_by_hand_is_told_of_and_the_letter_names_nobody() {
    let post = post();
    let world = world(&post);
    world.run("", &["run", TASK]).with(0);
    world.run("", &["notify", "send"]).with(0).says("отправлять нечего");
    world.service.misbehave(RowsFault::BadRow("q7".into()));
    world.write("pupils.csv", "id;last-name;first-name;birth-date;class-id\nq7;Петров;Пётр;2015-03-01;c1\n");
    world.run("", &["import", "rows", "pupils.csv", "--add"]).with(0);
    world.run("", &["run", TASK]).with(3);
    world.run("", &["run", TASK]).with(3);
    world.run("", &["notify", "send"]).with(0).says("доставлено 1 сообщение");
    let kept = post.kept();
    assert_eq!((kept.len(), kept[0].to.as_slice()), (1, &["director@school.example".to_owned()][..]));
    let body = plain(&kept[0].text);
    for told in ["есть замечания (до этого: снова в порядке)", "Школа строк (rows)", "rows-2", "отклонено 1"]
    {
        assert!(body.contains(told), "{told} is not in\n{body}");
    }
    assert!(body.contains("https://exchange.example.org/runs/rows-2"), "{body}");
    for personal in ["Петров", "Пётр", "q7", "mail-password"] {
        assert!(!kept[0].text.contains(personal) && !body.contains(personal), "{personal} is in\n{body}");
    }
    let notices = listed(&world);
    assert_eq!((notices.len(), &notices[0]["deliveries"][0]["state"]), (1, &"delivered".into()));
    world
        .run("", &["notifications", "rows", "--unread", "--read"])
        .with(0)
        .says("1*")
        .says("director@school.example: доставлено");
    world.run("", &["notifications", "--unread"]).with(0).says("Уведомлений нет");
}

/// The text of a letter: its body is base64 or quoted-printable.
fn plain(letter: &str) -> String {
    use base64::Engine;
    let (head, body) = letter.split_once("\r\n\r\n").expect("a body");
    if head.to_ascii_lowercase().contains("base64") {
        let packed: String = body.split_whitespace().collect();
        let bytes = base64::engine::general_purpose::STANDARD.decode(packed).expect("base64");
        return String::from_utf8(bytes).expect("UTF-8");
    }
    let joined = body.replace("=\r\n", "");
    let (mut bytes, mut rest) = (Vec::new(), joined.as_bytes());
    while let Some((first, tail)) = rest.split_first() {
        let code = (*first == b'=').then(|| std::str::from_utf8(tail.get(..2)?).ok()).flatten();
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).expect("UTF-8")
}

#[test]
fn a_trial_says_what_each_server_said() {
    let post = post();
    let world = world(&post);
    let told: Vec<Value> = world.run("", &["notify", "test", "rows", "--json"]).with(0).json();
    assert_eq!(told.len(), 2, "{told:#?}");
    assert!(told.iter().all(|row| row["result"] == "taken" && row["channel"] == "mail"), "{told:#?}");
    post.misbehave(Fault::UnknownRecipient);
    world.run("", &["notify", "test", "rows"]).with(1).says("отказано").says("550 5.1.1");
    assert_eq!(listed(&world).len(), 0, "a trial is no notification");
}

#[test]
fn a_server_that_is_killed_between_run_and_letter_loses_nothing_and_doubles_nothing() {
    let post = post();
    let world = world(&post);
    let host = fs::read_to_string(world.path("exchange.toml")).expect("the host's file");
    world.write("exchange.toml", &format!("serve.listen = \"127.0.0.1:0\"\n{host}"));
    post.misbehave(Fault::Down);
    world.service.misbehave(RowsFault::BadRow("p7".into()));
    world.run("", &["run", TASK]).with(3);

    let served = Served::start(&world);
    until("it has tried", || post.connections() > 0);
    let waiting = "exchange_notifications{channel=\"mail\",state=\"waiting\"}";
    until("it says what waits", || served.number(waiting) == Some(1.0));
    served.signal("-KILL");
    drop(served);
    post.misbehave(Fault::LostAnswer(1));
    // The time of the next attempt is not waited for here: the test of the courier does that with a clock of its own.
    let store = rusqlite_due(&world);
    assert_eq!(store, 1);
    let served = Served::start(&world);
    until("the letter has come", || !post.kept().is_empty());
    served.signal("-KILL");
    drop(served);
    rusqlite_due(&world);
    let served = Served::start(&world);
    let delivered = "exchange_notifications{channel=\"mail\",state=\"delivered\"}";
    until("it is known to have come", || served.number(delivered) == Some(1.0));
    served.stop();
    let kept = post.kept();
    let ids: Vec<_> = kept.iter().map(|letter| letter.header("Message-ID")).collect();
    assert!(kept.len() == 2 && ids[0] == ids[1], "one letter, its lost answer made good: {ids:?}");
    assert_eq!(listed(&world).len(), 1);
}

/// Makes what waits due at once; answers how many messages that are.
fn rusqlite_due(world: &World) -> usize {
    let file = rusqlite::Connection::open(world.path("data/host.db")).expect("the host's file");
    file.busy_timeout(std::time::Duration::from_secs(10)).expect("a limit");
    file.execute("UPDATE delivery SET due = 0 WHERE state = 'waiting'", []).expect("it is written")
}
