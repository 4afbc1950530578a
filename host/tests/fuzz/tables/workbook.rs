//! Workbooks: damage has to reach the parts inside the archive, which its checksums would hide.

use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};

use exchange::model::records::Record;
use invented_school::Rng;

use super::{HEADINGS, MIB, imported, judge};
use crate::harness::Target;
use crate::mutate::{Damage, markup};

#[test]
fn xlsx() {
    let words = &[
        "<row r=\"2\">",
        "<c r=\"A1\" t=\"s\"><v>0</v></c>",
        "<c r=\"XFD1048576\"><v>1</v></c>",
        "<v>99999999</v>",
        "t=\"inlineStr\"",
        "<is><t>x</t></is>",
        "t=\"d\"",
        "t=\"e\"",
        "t=\"b\"",
        "s=\"1\"",
        "<f>A1</f>",
        "<si><t>x</t></si>",
        "count=\"4294967295\"",
        "<mergeCell ref=\"A1:XFD1048576\"/>",
        "<dimension ref=\"A1:XFD1048576\"/>",
        "numFmtId=\"14\"",
        "date1904=\"1\"",
        "r:id=\"rId9\"",
        "Target=\"/xl/worksheets/sheet1.xml\"",
        "Target=\"../../../x\"",
        "xml:space=\"preserve\"",
        "<rPh sb=\"0\" eb=\"1\"><t>x</t></rPh>",
    ];
    // A workbook is held as a whole: its limits are in cells and in bytes of text.
    let target = Target { name: "xlsx", also: &[], words, memory: 1024 * MIB };
    target.run_with(
        target.corpus(),
        |pool, rng| damaged_workbook(words, pool, rng),
        judge(["pupils.xlsx", "a.xlsx"]),
    );
}

/// What programs really write, with the same two pupils each: the workbooks that are damaged begin as good ones.
#[test]
fn workbooks_of_real_shapes_are_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus/xlsx");
    let entries = std::fs::read_dir(folder).expect("the corpus");
    let paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    let good =
        |path: &&PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("good-"));
    let good: Vec<&PathBuf> = paths.iter().filter(good).collect();
    assert!(good.len() >= 15, "{} good workbooks", good.len());
    for path in good {
        let imported = imported("pupils.xlsx", &std::fs::read(path).expect("a file"));
        let told: Vec<String> = imported.records().map(pupil).collect();
        let problems: Vec<_> = imported.problems().collect();
        let wanted = ["p1 Ёлкина Анна 2015-02-01 c-А", "p2 Лисов Пётр 2016-02-29 c-Б"];
        assert_eq!(told, wanted, "{}: {problems:?}", path.display());
    }
}

fn pupil(record: &Record) -> String {
    let Record::Pupil(pupil) = record else { return record.record_type().to_string() };
    let name = [&pupil.last_name, &pupil.first_name].map(|name| name.as_deref().unwrap_or_default());
    let birth = pupil.birth_date.map(|date| date.to_string()).unwrap_or_default();
    format!("{} {} {birth} {}", pupil.id, name.join(" "), pupil.class_id.as_deref().unwrap_or_default())
}

/// Damage inside the archive's parts, which the archive's checksums would hide; seldom to the archive itself.
fn damaged_workbook(words: &'static [&'static str], pool: &[Vec<u8>], rng: &mut Rng) -> Vec<u8> {
    let damage = Damage { words: if rng.percent(20) { HEADINGS } else { words } };
    let parts = if rng.percent(10) { None } else { unpacked(&pool[rng.below(pool.len())]) };
    let Some(mut parts) = parts.filter(|parts| !parts.is_empty()) else { return damage.damaged(pool, rng) };
    let texts: Vec<Vec<u8>> = parts.iter().map(|(_, text)| text.clone()).collect();
    for _ in 0..=rng.below(4) {
        let at = chosen(&parts, rng);
        match rng.below(40) {
            0 => drop(parts.swap_remove(at)),
            1 => parts[at].0 = renamed(&parts[at].0, rng),
            2 => parts[at].1.clone_from(&texts[rng.below(texts.len())]),
            3 => exchanged(&mut parts[at], &pool[rng.below(pool.len())]),
            4..=19 => damage.once(&mut parts[at].1, &texts, rng),
            _ => markup::once(&mut parts[at].1, rng),
        }
        if parts.is_empty() {
            break;
        }
    }
    packed(&parts, rng)
}

/// A part to damage: mostly one that the rows come from.
fn chosen(parts: &Parts, rng: &mut Rng) -> usize {
    let told = |name: &str| name.contains("worksheets/sheet") || name.contains("sharedStrings");
    let rows: Vec<usize> = (0..parts.len()).filter(|at| told(&parts[*at].0)).collect();
    if rows.is_empty() || rng.percent(35) { rng.below(parts.len()) } else { rng.pick(&rows) }
}

/// The name as other programs might write it, or one that leads elsewhere.
fn renamed(name: &str, rng: &mut Rng) -> String {
    match rng.below(5) {
        0 => name.to_uppercase(),
        1 => name.replace('/', "\\"),
        2 => format!("/{name}"),
        3 => format!("../{name}"),
        _ => name.rsplit('/').next().unwrap_or_default().to_owned(),
    }
}

/// The part of the same name from another workbook.
fn exchanged(part: &mut (String, Vec<u8>), other: &[u8]) {
    let others = unpacked(other).unwrap_or_default();
    if let Some((_, text)) = others.into_iter().find(|(name, _)| *name == part.0) {
        part.1 = text;
    }
}

type Parts = Vec<(String, Vec<u8>)>;

fn unpacked(bytes: &[u8]) -> Option<Parts> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let count = archive.len().min(30);
    let part = |index: usize| {
        let mut part = archive.by_index(index).ok()?;
        let (name, mut text) = (part.name().ok()?.into_owned(), Vec::new());
        part.by_ref().take(MIB / 4).read_to_end(&mut text).ok()?;
        Some((name, text))
    };
    (0..count).map(part).collect()
}

fn packed(parts: &Parts, rng: &mut Rng) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let method =
        if rng.percent(20) { zip::CompressionMethod::Deflated } else { zip::CompressionMethod::Stored };
    let options = zip::write::SimpleFileOptions::default().compression_method(method);
    for (name, text) in parts {
        // A name that is there already cannot be added again: that part stays away.
        if archive.start_file(name.as_str(), options).is_ok() {
            archive.write_all(text).expect("memory");
        }
    }
    archive.finish().expect("memory").into_inner()
}
