//! What an import is worked out from, as one number: files with the same digest come to the same as long as the school's
//! records stay as they are.

use std::fs::File;
use std::io;

use blake3::Hasher;

use super::Input;
use crate::model::records::Date;

/// Grows with every change of what is made of a file: of a field, a rule, a word.
const RULES: u32 = 1;

/// What an import stands on beside its files and the school's records.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    /// Today at the school: ages and study years are judged by it.
    pub today: Date,
    /// The name of the school's time zone.
    pub zone: &'a str,
    /// What is missing is dropped.
    pub replaces: bool,
}

/// The digest of an import. Reads the files to their ends.
///
/// # Errors
/// One of them cannot be read.
pub fn digest(inputs: &[Input], circumstances: Circumstances<'_>) -> io::Result<[u8; 32]> {
    let Circumstances { today, zone, replaces } = circumstances;
    let mut all = Hasher::new();
    let mut add = |part: &[u8]| {
        all.update(&(part.len() as u64).to_le_bytes()).update(part);
    };
    add(&RULES.to_le_bytes());
    add(env!("CARGO_PKG_VERSION").as_bytes());
    add(format!("{today} {zone} {replaces}").as_bytes());
    for input in inputs {
        add(input.name().as_bytes());
        add(&serde_json::to_vec(&input.profile)?);
        add(&content(input)?);
    }
    Ok(*all.finalize().as_bytes())
}

fn content(input: &Input) -> io::Result<[u8; 32]> {
    // A pipe would be waited for without end, and could not be read again.
    if !std::fs::metadata(&input.path)?.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let mut content = Hasher::new();
    content.update_reader(File::open(&input.path)?)?;
    Ok(*content.finalize().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_an_import_stands_on_makes_another_digest() {
        let folder = tempfile::tempdir().unwrap();
        let input = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            Input { path, profile: Default::default() }
        };
        let usual =
            Circumstances { today: Date::constant(2026, 10, 1), zone: "Europe/Moscow", replaces: true };
        let known = digest(&[input("pupils.csv", "id\n1\n")], usual).unwrap();
        assert_eq!(digest(&[input("pupils.csv", "id\n1\n")], usual).unwrap(), known);
        let mut profiled = input("pupils.csv", "id\n1\n");
        profiled.profile.sheet = Some("1".into());
        let others = [
            digest(&[profiled], usual),
            digest(&[input("pupils.csv", "id\n2\n")], usual),
            digest(&[input("classes.csv", "id\n1\n")], usual),
            digest(&[input("pupils.csv", "id\n1\n"), input("b.csv", "")], usual),
            digest(&[input("pupils.csv", "id\n1\n")], Circumstances { replaces: false, ..usual }),
            digest(&[input("pupils.csv", "id\n1\n")], Circumstances { zone: "UTC", ..usual }),
            digest(
                &[input("pupils.csv", "id\n1\n")],
                Circumstances { today: Date::constant(2026, 10, 2), ..usual },
            ),
        ];
        for (number, other) in others.into_iter().enumerate() {
            assert_ne!(other.unwrap(), known, "{number}");
        }
        assert!(
            digest(&[Input { path: folder.path().to_owned(), profile: Default::default() }], usual).is_err()
        );
    }
}
