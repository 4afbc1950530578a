//! The player of a person's browser, and the seeding command.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::{Command, Output};
use std::thread::JoinHandle;

use exchange_stand::consent::{LastPage, Person, play};

use crate::fixture::{CLIENT, SCOPE, World, seed};

const DIRECTOR: Person<'_> = Person { login: "director", password: "пароль", allows: true };

/// A program that waits for a browser: takes one request, answers with a page, gives the request's first line.
struct Callback {
    address: String,
    heard: JoinHandle<String>,
}

impl Callback {
    fn waiting() -> Callback {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}/callback", listener.local_addr().expect("its address"));
        let heard = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a browser");
            let mut line = String::new();
            let mut reader = BufReader::new(&mut stream);
            reader.read_line(&mut line).expect("a request");
            let body = "<html><head><title>Готово</title></head><body><h1>Готово</h1>\n<p>Страницу можно закрыть.</p></body></html>";
            let length = body.len();
            write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}").expect("it listens");
            line
        });
        Callback { address, heard }
    }

    fn heard(self) -> String {
        self.heard.join().expect("it was opened")
    }
}

fn consent_page(world: &World, callback: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("response_type", "code"), ("client_id", CLIENT), ("scope", SCOPE)])
        .extend_pairs([("redirect_uri", callback), ("state", "a b")])
        .finish();
    format!("{}/oauth2?{query}", world.stand.url())
}

#[track_caller]
fn refusal(played: std::io::Result<LastPage>) -> String {
    played.err().map(|error| error.to_string()).expect("a refusal")
}

#[test]
fn a_person_who_allows_ends_at_the_page_of_the_waiting_program() {
    let (world, callback) = (World::new(), Callback::waiting());
    let page = play(&consent_page(&world, &callback.address), DIRECTOR).expect("it goes through");
    assert_eq!((page.status, page.title.as_str()), (200, "Готово"));
    assert_eq!(page.text, "Готово\nСтраницу можно закрыть.");
    let line = callback.heard();
    assert!(line.starts_with("GET /callback?code="), "{line}");
    assert!(line.contains("&state=a+b "), "{line}");
}

#[test]
fn a_person_who_refuses_comes_back_with_the_error() {
    let (world, callback) = (World::new(), Callback::waiting());
    let person = Person { allows: false, ..DIRECTOR };
    play(&consent_page(&world, &callback.address), person).expect("it goes through");
    let line = callback.heard();
    assert!(line.starts_with("GET /callback?error=access_denied&"), "{line}");
}

#[test]
fn a_wrong_password_ends_at_the_login_form() {
    let world = World::new();
    let person = Person { password: "другой", ..DIRECTOR };
    let told = refusal(play(&consent_page(&world, "http://127.0.0.1:9/callback"), person));
    assert_eq!(told, "sign-in refused: Неверный логин или пароль");
}

#[test]
fn a_page_without_a_form_is_the_last_one() {
    let world = World::new();
    let page = play(&consent_page(&world, "https://elsewhere.example/back"), DIRECTOR).expect("a page");
    assert_eq!(page.status, 400);
    assert!(page.text.contains("Адрес возврата"), "{}", page.text);
}

#[test]
fn nothing_leaves_this_computer() {
    for address in ["https://login.dnevnik.ru/oauth2", "http://192.0.2.1/", "https://127.0.0.1/", "file:///"]
    {
        let told = refusal(play(address, DIRECTOR));
        assert!(told.contains("is not on this computer"), "{told}");
    }
}

#[test]
fn a_redirect_away_from_this_computer_is_not_followed() {
    let world = World::new();
    let told = refusal(play(&consent_page(&world, "https://example.org/back?x=1"), DIRECTOR));
    assert!(told.contains("example.org"), "{told}");
    assert!(told.contains("is not on this computer"), "{told}");
}

fn program(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_exchange-stand")).args(words).output().expect("it runs")
}

#[test]
fn the_program_prints_the_last_page() {
    let (world, callback) = (World::new(), Callback::waiting());
    let page = consent_page(&world, &callback.address);
    let output = program(&["consent", &page, "--login", "director", "--password", "пароль"]);
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stdout), "Готово\n\nГотово\nСтраницу можно закрыть.\n");
    let nowhere = consent_page(&world, "https://elsewhere.example/back");
    let output = program(&["consent", &nowhere, "--login", "director", "--password", "пароль"]);
    assert!(!output.status.success(), "the last page says that it went wrong");
}

#[test]
fn the_program_seeds_a_running_stand_in() {
    let (folder, world) = (tempfile::tempdir().expect("a folder"), World::reopened(None));
    let file = folder.path().join("seed.json");
    let path = file.to_str().expect("a plain path");
    std::fs::write(&file, seed().to_string()).expect("it is written");
    assert!(program(&["seed", path, "--at", &world.stand.url()]).status.success());
    let printed = program(&["state", "--at", &world.stand.url()]).stdout;
    let state: serde_json::Value = serde_json::from_slice(&printed).expect("JSON");
    assert_eq!(state["persons"].as_array().map(Vec::len), Some(5));
    std::fs::write(&file, "{\"unknown\": 1}").expect("it is written");
    let refused = program(&["seed", path, "--at", &world.stand.url()]);
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success());
    assert!(told.starts_with("exchange-stand: answered 400: ") && told.contains("unknown"), "{told}");
}
