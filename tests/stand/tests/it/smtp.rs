//! The mail server heard by a client of others: Python's own smtplib.

use std::path::{Path, PathBuf};
use std::process::Command;

use exchange_stand::smtp::{self, Fault, Kept, Options, Post, Security};

const CLIENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/clients");

/// What the client was answered, a line a letter.
#[track_caller]
fn send(post: &Post, security: &str, user: (&str, &str), letters: u32) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let authority: PathBuf = folder.path().join("ca.pem");
    std::fs::write(&authority, smtp::CA).expect("a file");
    let mut script = Command::new("python3");
    script.arg(Path::new(CLIENTS).join("smtp_send.py")).arg(post.addr().port().to_string());
    script.arg(security).arg(&authority).args([user.0, user.1, &letters.to_string()]);
    let output = script.output().expect("python3 is there");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8").lines().map(str::to_owned).collect()
}

fn post(security: Security, user: bool) -> Post {
    let user = user.then(|| ("exchange".to_owned(), "password".to_owned()));
    Post::spawn(Options { security, user, ..Options::default() }).expect("it starts")
}

const NOBODY: (&str, &str) = ("", "");
const USER: (&str, &str) = ("exchange", "password");

#[test]
fn letters_are_kept_as_they_were_sent() {
    let post = post(Security::None, false);
    assert_eq!(send(&post, "none", NOBODY, 2), ["taken", "taken"]);
    let kept: Vec<Kept> = post.kept();
    assert_eq!(kept[1].header("message-id").as_deref(), Some("<1@example.org>"));
    assert_eq!(
        (kept[0].from.as_str(), kept[0].to.as_slice()),
        ("sender@example.org", &["reader@example.org".to_owned()][..])
    );
    assert!(!kept[0].secured && kept[0].user.is_none());
    let dotted = post_dots(&post);
    assert!(dotted, "{}", kept[0].text);
}

/// smtplib writes Russian text as base64 or with 8 bits; either way no dot is lost or added.
fn post_dots(post: &Post) -> bool {
    use base64::Engine;
    post.kept().iter().all(|letter| {
        let body = letter.text.split("\r\n\r\n").nth(1).unwrap_or_default();
        let packed: String = body.split_whitespace().collect();
        let plain = base64::engine::general_purpose::STANDARD.decode(packed);
        let text =
            plain.ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_else(|| body.to_owned());
        text.replace("\r\n", "\n").contains("\n.одна точка")
    })
}

#[test]
fn tls_and_passwords_are_insisted_on() {
    for (security, name) in [(Security::StartTls, "starttls"), (Security::Tls, "tls")] {
        let post = post(security, true);
        assert_eq!(send(&post, name, NOBODY, 1), ["530"]);
        assert_eq!(send(&post, name, ("exchange", "wrong"), 1), ["535"]);
        assert_eq!(send(&post, name, USER, 1), ["taken"]);
        let kept = post.kept();
        assert!(kept.len() == 1 && kept[0].secured && kept[0].user.as_deref() == Some("exchange"));
    }
    assert_eq!(send(&post(Security::StartTls, false), "none", NOBODY, 1), ["530"]);
}

#[test]
fn it_misbehaves_as_it_is_told() {
    let post = post(Security::None, false);
    for (fault, answers, kept) in [
        (Fault::Down, vec!["gone"], 0),
        (Fault::Busy, vec!["421"], 0),
        (Fault::UnknownRecipient, vec!["550"], 0),
        (Fault::Full, vec!["552"], 0),
        (Fault::DropInData, vec!["gone"], 0),
        (Fault::LostAnswer(1), vec!["gone"], 1),
        (Fault::LostAnswer(0), vec!["taken"], 2),
    ] {
        post.misbehave(fault.clone());
        assert_eq!(send(&post, "none", NOBODY, 1), answers, "{fault:?}");
        assert_eq!(post.kept().len(), kept, "{fault:?}");
    }
    assert_eq!(post.kept().iter().map(|letter| letter.answered).collect::<Vec<_>>(), [false, true]);
}

#[test]
fn greylisting_counts_the_attempts_of_each_pair() {
    let post = post(Security::None, false);
    post.misbehave(Fault::Greylist(2));
    let answers = [(); 3].map(|()| send(&post, "none", NOBODY, 1).remove(0));
    assert_eq!(answers, ["451", "451", "taken"]);
}
