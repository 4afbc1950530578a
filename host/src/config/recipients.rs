//! Changes of who is told, and of what they wish for, in a school's file: comments, order and everything else of the writer
//! survive.

use std::ops::Range;
use std::path::Path;

use serde_json::{Map, Value as Json};
use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, value};

use super::edit::{Edited, patched, read};
use super::form::{Field, Kind, Stated, version};
use super::settings::object;
use super::view::{View, parsed};
use crate::error::{Context, Error, Kind as Fault, Result};
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
    Ok(Edited::of(path, before, &document, "notify"))
}

/// A school's file in which this address is told nothing.
///
/// # Errors
/// The file cannot be read, or is not TOML.
pub fn without_mail(path: &Path, mail: &str) -> Result<Edited> {
    let (before, mut document) = read(path)?;
    tables(&mut document)?.retain(|table| !is(table, mail));
    Ok(Edited::of(path, before, &document, "notify"))
}

/// Times to wait for others that a form offers beside what the file says.
const GATHER: [&str; 5] = ["5m", "15m", "30m", "1h", "2h"];

/// What a recipient of a school that has these tasks may wish for. `stated`: what the file says of them; what goes to a
/// webhook never waits.
pub fn wishes<'a>(tasks: impl Iterator<Item = &'a str>, stated: &Map<String, Json>) -> Vec<Field<'a>> {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let mut gather = words(&GATHER);
    let said = stated.get("gather").and_then(Json::as_str).map(str::to_owned);
    gather.extend(said.filter(|said| !GATHER.contains(&said.as_str())));
    let all = [
        ("on", Kind::Choices(words(&Topic::NAMES))),
        ("tasks", Kind::Choices(tasks.map(str::to_owned).collect())),
        ("language", Kind::Choice(words(&["ru", "en"]))),
        ("quiet", Kind::Text),
        ("digest", Kind::Text),
        ("gather", Kind::Choice(gather)),
    ];
    let waits = |name: &str| ["quiet", "digest", "gather"].contains(&name);
    let fits = all.into_iter().filter(|(name, _)| !stated.contains_key("webhook") || !waits(name));
    let field =
        |(name, kind)| Field { name, kind, required: false, default: None, title: None, description: None };
    fits.map(field).collect()
}

/// What a school's file says of its recipient with this number, from 0; nothing where it has none.
///
/// # Errors
/// The file cannot be read, or is not TOML.
pub fn stated_recipient(path: &Path, number: usize) -> Result<Option<Stated>> {
    let unreadable = || format!("the file cannot be read: {}", path.display());
    let text = std::fs::read_to_string(path).context(Fault::Config, unreadable())?;
    let document = parsed(&text).context(Fault::Config, unreadable())?;
    let tables = View::whole(document.get_ref()).tables("notify");
    let stated = |view: &View<'_>| Stated { version: version(&text), settings: object(view.raw()) };
    Ok(tables.get(number).map(stated))
}

/// A school's file in which a recipient wishes for this as well; null takes a wish out.
///
/// # Errors
/// The file cannot be read, is not TOML, or has no such recipient.
pub fn with_wishes(path: &Path, number: usize, wishes: &Map<String, Json>) -> Result<Edited> {
    let (before, mut document) = read(path)?;
    let table = tables(&mut document)?.get_mut(number);
    let table = table.ok_or_else(|| Error::config(format!("the file has no recipient {}", number + 1)))?;
    let changed = patched(table, wishes)?;
    Ok(Edited::made(path, before, &document, changed))
}

/// The key of a recipient in this text of a school's file at which this place is.
pub fn wish_at(text: &str, number: usize, place: &Range<usize>) -> Option<String> {
    let document = parsed(text).ok()?;
    let tables = View::whole(document.get_ref()).tables("notify");
    let holds = |span: Range<usize>| span.start <= place.start && place.end <= span.end;
    let mut keys = tables.get(number)?.raw().iter();
    let found = keys.find(|(key, value)| holds(key.span()) || holds(value.span()));
    found.map(|(key, _)| key.get_ref().to_string())
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
    use serde_json::json;

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

    #[test]
    fn wishes_of_one_are_changed_and_nothing_else_moves() {
        let (_folder, path) = file();
        let stated = stated_recipient(&path, 1).unwrap().unwrap();
        assert_eq!(Json::Object(stated.settings), json!({"mail": "A@x.example", "quiet": "22:00-07:00"}));
        assert!(stated_recipient(&path, 2).unwrap().is_none());
        let wish = json!({"quiet": "21:00-08:00", "digest": "08:00", "gather": null});
        let edited = with_wishes(&path, 1, wish.as_object().unwrap()).unwrap();
        let expected = FILE.replace("22:00-07:00\"\n", "21:00-08:00\"\ndigest = \"08:00\"\n");
        assert_eq!((edited.text, edited.changed), (expected, vec!["digest".to_owned(), "quiet".to_owned()]));
        assert!(with_wishes(&path, 2, &Map::new()).is_err());
    }

    #[test]
    fn what_is_wrong_is_told_of_its_wish() {
        let start = FILE.find("\"22:00").unwrap();
        assert_eq!(wish_at(FILE, 1, &(start..start + 13)), Some("quiet".to_owned()));
        assert_eq!(wish_at(FILE, 0, &(start..start + 13)), None);
        assert_eq!(wish_at("x = [", 0, &(0..1)), None);
    }

    #[test]
    fn what_can_be_wished_for_follows_from_the_way() {
        let names = |stated: Json| {
            let fields = wishes(["a"].into_iter(), stated.as_object().unwrap());
            fields.iter().map(|field| field.name).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(names(json!({"mail": "x"})), "on tasks language quiet digest gather");
        assert_eq!(names(json!({"webhook": "x"})), "on tasks language");
        let stated = json!({"gather": "45m"});
        let fields = wishes([].into_iter(), stated.as_object().unwrap());
        assert!(matches!(&fields[5].kind, Kind::Choice(words) if words.ends_with(&["45m".to_owned()])));
    }
}
