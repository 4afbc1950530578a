//! Workbooks: damage has to reach the parts inside the archive, which its checksums would hide.

use std::io::{Cursor, Read, Write};

use invented_school::Rng;

use super::{HEADINGS, MIB, judge};
use crate::harness::Target;
use crate::mutate::Damage;

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

/// Damage inside the archive's parts, which the archive's checksums would hide; seldom to the archive itself.
fn damaged_workbook(words: &'static [&'static str], pool: &[Vec<u8>], rng: &mut Rng) -> Vec<u8> {
    let words = if rng.percent(20) { HEADINGS } else { words };
    let damage = Damage { words };
    let input = &pool[rng.below(pool.len())];
    let parts = if rng.percent(15) { None } else { unpacked(input) };
    let Some(mut parts) = parts.filter(|parts| !parts.is_empty()) else { return damage.damaged(pool, rng) };
    let texts: Vec<Vec<u8>> = parts.iter().map(|(_, text)| text.clone()).collect();
    for _ in 0..=rng.below(3) {
        let at = rng.below(parts.len());
        damage.once(&mut parts[at].1, &texts, rng);
    }
    if rng.percent(5) {
        parts.remove(rng.below(parts.len()));
    }
    packed(&parts)
}

type Parts = Vec<(String, Vec<u8>)>;

fn unpacked(bytes: &[u8]) -> Option<Parts> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let count = archive.len().min(100);
    let part = |index: usize| {
        let mut part = archive.by_index(index).ok()?;
        let (name, mut text) = (part.name().ok()?.into_owned(), Vec::new());
        part.by_ref().take(MIB).read_to_end(&mut text).ok()?;
        Some((name, text))
    };
    (0..count).map(part).collect()
}

fn packed(parts: &Parts) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, text) in parts {
        // A name that is there already cannot be added again: that part stays away.
        if archive.start_file(name.as_str(), options).is_ok() {
            archive.write_all(text).expect("memory");
        }
    }
    archive.finish().expect("memory").into_inner()
}
