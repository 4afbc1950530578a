//! Changes of who is told by mail in a school's file: comments, order and everything else of the writer survive.

use std::path::Path;

use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, value};

use super::edit::{Edited, read};
use crate::error::{Error, Result};
use crate::model::notify::Topic;

/// A school's file that has this address told of these topics, or of everything where none is named. An address that
/// stands there already keeps its other wishes.
///
/// # Errors
/// The file cannot be read, or is not TOML.
pub fn with_mail(path: &Path, mail: &str, topics: &[Topic], language: &str) -> Result<Edited> {
    let (before, mut document) = read(path)?;
    let tables = tables(&mut document)?;
    if !tables.iter().any(|table| is(table, mail)) {
        let mut table = Table::new();
        table.insert("mail", value(mail));
        if language != "ru" {
            table.insert("language", value(language));
        }
        table.decor_mut().set_prefix("\n");
        tables.push(table);
    }
    for table in tables.iter_mut().filter(|table| is(table, mail)) {
        if topics.is_empty() {
            table.remove("on");
        } else if said(table) != topics {
            table.insert("on", value(topics.iter().map(|topic| topic.name()).collect::<Array>()));
        }
    }
    Ok(Edited::of(path, &before, &document, "notify"))
}

/// A school's file in which this address is told nothing.
///
/// # Errors
/// The file cannot be read, or is not TOML.
pub fn without_mail(path: &Path, mail: &str) -> Result<Edited> {
    let (before, mut document) = read(path)?;
    tables(&mut document)?.retain(|table| !is(table, mail));
    Ok(Edited::of(path, &before, &document, "notify"))
}

fn tables(document: &mut DocumentMut) -> Result<&mut ArrayOfTables> {
    let item = document.entry("notify").or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
    item.as_array_of_tables_mut().ok_or_else(|| {
        Error::config("recipients are not written as `[[notify]]`").hint("write each one as `[[notify]]`")
    })
}

fn is(table: &Table, mail: &str) -> bool {
    table.get("mail").and_then(Item::as_str).is_some_and(|known| known.eq_ignore_ascii_case(mail))
}

/// What it is told of, as far as that can be read.
fn said(table: &Table) -> Vec<Topic> {
    let words = table.get("on").and_then(Item::as_array).into_iter().flatten();
    words.filter_map(|word| Topic::by_name(word.as_str()?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# the school\nname = \"x\" # keep\n\n[[notify]]\nsms = \"+79000000001\"\n\n[[notify]]\n\
                        mail = \"A@x.example\" # the director\nquiet = \"22:00-07:00\"\n\n[[task]]\nid = \"t\"\n";

    fn file() -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.toml");
        std::fs::write(&path, FILE).unwrap();
        (folder, path)
    }

    #[test]
    fn an_address_is_added_once_and_taken_out_again_and_nothing_else_moves() {
        let (_folder, path) = file();
        let edited = with_mail(&path, "b@x.example", &[Topic::Failed, Topic::Waiting], "en").unwrap();
        let added =
            "\n[[notify]]\nmail = \"b@x.example\"\nlanguage = \"en\"\non = [\"failed\", \"waiting\"]\n";
        assert!(edited.text.contains(added), "{}", edited.text);
        assert!(edited.text.contains("name = \"x\" # keep") && edited.text.contains("# the director"));
        edited.write().unwrap();
        let again = with_mail(&path, "B@x.example", &[Topic::Failed, Topic::Waiting], "ru").unwrap();
        assert!(again.changed.is_empty(), "{}", again.text);
        without_mail(&path, "b@x.example").unwrap().write().unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), FILE);
    }

    #[test]
    fn who_stands_there_keeps_other_wishes() {
        let (_folder, path) = file();
        let edited = with_mail(&path, "a@x.example", &[Topic::Failed], "ru").unwrap();
        assert!(edited.text.contains("quiet = \"22:00-07:00\"\non = [\"failed\"]"), "{}", edited.text);
        edited.write().unwrap();
        let everything = with_mail(&path, "a@x.example", &[], "ru").unwrap();
        assert_eq!(everything.text, FILE);
        assert!(without_mail(&path, "nobody@x.example").unwrap().changed.is_empty());
    }
}
