//! Files that mean harm, handed in in the browser: each is refused in plain words, nothing of it is stored or left, and
//! the server goes on.

use std::io::{Cursor, Write};

use crate::cabinet::Office;
use crate::cabinet_records::{Clerk, FILES, Part, uploads};

/// What a workbook looks like that is a hundred kilobytes and unpacks to more than anybody has.
fn bomb() -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let zeros = vec![0; 1 << 20];
    archive.start_file("xl/workbook.xml", zip::write::SimpleFileOptions::default()).expect("a part");
    (0..300).for_each(|_| archive.write_all(&zeros).expect("it is packed"));
    archive.finish().expect("an archive").into_inner()
}

/// Entities that grow by ten each time they are named.
fn laughs() -> Vec<u8> {
    let levels: String =
        (1..10).map(|n| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10))).collect();
    format!("<?xml version=\"1.0\"?><!DOCTYPE p [<!ENTITY l0 \"ha\">{levels}]><pupils><pupil><id>&l9;</id></pupil></pupils>")
        .into_bytes()
}

#[test]
fn a_hostile_file_is_told_in_plain_words_and_stores_nothing() {
    let office = Office::open();
    let mut olga = Clerk::of(&office, "olga", "school-administrator");
    let outside = b"<?xml version=\"1.0\"?><!DOCTYPE p [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><pupils><pupil><id>&x;</id></pupil></pupils>";
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let long = format!("id;last-name;first-name\np1;\"{}", "x".repeat(2 << 20));
    let files: [(&str, Vec<u8>, &str); 9] = [
        ("bomb.xlsx", bomb(), "Файл слишком велик"),
        ("laughs.xml", laughs(), "DOCTYPE"),
        ("outside.xml", outside.to_vec(), "DOCTYPE"),
        ("entity.xml", b"<pupils><pupil><id>&x;</id></pupil></pupils>".to_vec(), "DOCTYPE"),
        ("pupils.json", deep.into_bytes(), "JSON нарушен"),
        ("pupils.csv", long.into_bytes(), "Строка длиннее"),
        ("program.exe", b"MZ\0\0\0\0".to_vec(), "не текст"),
        ("old.xls", b"\xD0\xCF\x11\xE0rest".to_vec(), "старом формате"),
        ("empty.csv", Vec::new(), "ни одной записи"),
    ];
    for (name, bytes, said) in &files {
        let page = olga.look_at(&[(name, bytes), FILES[0]], "replace");
        assert_eq!(page.shown(), "200 Файлы не прочитаны", "{name}: {}", page.text());
        assert!(page.text().contains(said), "{name}: {}", page.text());
        assert!(!page.answer.body.contains("value=\"store\""), "{name}: nothing of any file is to be stored");
    }
    assert_eq!(olga.people(), "Найдено: 0 человек");
    assert_eq!(uploads(&office), 1, "the last one waits");
    let log = std::fs::read_to_string(office.folder.path().join("serve.log")).expect("its log");
    assert!(!log.contains("root:"), "nothing of other files is told");
}

#[test]
fn names_of_files_lead_nowhere_and_steer_nothing() {
    let office = Office::open();
    let mut olga = Clerk::of(&office, "olga", "school-administrator");
    let names = [
        "../../../../exchange.toml",
        "C:\\temp\\<img src=x onerror=alert(1)>.csv",
        "a\u{202e}vsc.csv",
        "..",
        "~",
    ];
    let before = std::fs::read(office.folder.path().join("exchange.toml")).expect("the host's file");
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (*name, b"x".as_slice())).collect();
    let page = olga.look_at(&files, "replace");
    assert_eq!(std::fs::read(office.folder.path().join("exchange.toml")).expect("it is there"), before);
    assert!(
        !page.answer.body.contains("<img") && !page.answer.body.contains('\u{202e}'),
        "{}",
        page.answer.body
    );
    assert!(page.text().contains("exchange.toml"), "the last piece of the name is told: {}", page.text());
}

#[test]
fn so_much_comes_in_and_no_more() {
    let office = Office::open();
    let mut olga = Clerk::of(&office, "olga", "school-administrator");
    let many: Vec<(&str, &[u8])> = (0..21).map(|_| ("pupils.csv", b"id\n".as_slice())).collect();
    let page = olga.hand_in(&many, "replace");
    assert!(page.answer.status == 413 && page.text().contains("Файлов слишком много"), "{}", page.text());
    let large = vec![b'x'; (64 << 20) + 1];
    let page = olga.hand_in(&[("pupils.csv", &large), FILES[0]], "replace");
    assert!(
        page.answer.status == 413 && page.text().contains("«pupils.csv» больше 64 МиБ"),
        "{}",
        page.text()
    );
    let half = &large[..50 << 20];
    let page = olga.hand_in(&[("a.csv", half), ("b.csv", half)], "replace");
    assert!(page.answer.status == 413 && page.text().contains("вместе больше 96 МиБ"), "{}", page.text());
    let page = olga.hand_in(&[("", b"")], "replace");
    assert!(
        page.answer.status == 422 && page.text().contains("Выберите хотя бы один файл"),
        "{}",
        page.text()
    );
    assert_eq!(uploads(&office), 0, "nothing is left of what was refused");
    // Other pages take no such bodies.
    let url = format!("{}/~me/end", olga.origin).parse().expect("an address");
    assert_eq!(olga.browser.ask("POST", &url, &"x".repeat(17 << 10)).answer.status, 413);
}

#[test]
fn a_form_that_is_none_of_ours_brings_nothing() {
    let office = Office::open();
    let mut olga = Clerk::of(&office, "olga", "school-administrator");
    let step = olga.step();
    let file = ("files", Some("pupils.csv"), FILES[0].1);
    let forged: [&[Part<'_>]; 4] =
        [&[file], &[("step", None, b"0123"), file], &[file, ("step", None, step.as_bytes())], &[]];
    for parts in forged {
        let status = olga.send_parts(parts).answer.status;
        assert!([400, 403].contains(&status), "{status}: {}", parts.len());
    }
    let long = vec![b'0'; 1 << 10];
    assert_eq!(olga.send_parts(&[("step", None, &long), file]).answer.status, 403);
    assert_eq!(olga.send_bytes("application/x-www-form-urlencoded", b"step=1").answer.status, 403);
    assert_eq!(olga.send_bytes("multipart/form-data", b"--x").answer.status, 403, "no boundary");
    let cut = format!(
        "--limit\r\nContent-Disposition: form-data; name=\"step\"\r\n\r\n{step}\r\n--limit\r\nContent-Dis"
    );
    assert_eq!(olga.send_bytes("multipart/form-data; boundary=limit", cut.as_bytes()).answer.status, 400);
    let nobody = Clerk { browser: Default::default(), origin: olga.origin.clone() };
    assert_eq!(nobody.send_parts(&[("step", None, step.as_bytes()), file]).answer.status, 303, "to sign in");
    assert_eq!(uploads(&office), 0);
    let page = olga.look_at(&FILES, "replace");
    assert_eq!(page.shown(), "200 Что изменится", "the server goes on: {}", page.text());
}
