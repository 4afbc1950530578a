//! Components, damaged: their manifest is read, or refused with a remedy, without running anything.
//!
//! A section begins with its length: damage has to happen inside, and the length to be told anew, or all but the first
//! damaged section goes unread.

use exchange::sandbox::{check_lock, pack, read_manifest, sha256};
use invented_school::Rng;

use crate::harness::{Judged, Target};
use crate::mutate::Damage;

const WORDS: &[&str] = &[
    "\0asm",
    "\x0d\0\x01\0",
    "\x01\0\0\0",
    "\0\x14",
    "exchange:manifest",
    "\x11exchange:manifest",
    "id = \"x\"\n",
    "\x7f\x7f\x7f\x7f\x7f",
    "\x04",
    "\x01\x08\0asm\x01\0\0\0",
];

#[test]
fn components() {
    Target { name: "component", also: &[], words: WORDS, memory: 64 << 20 }.run_inside(damage, judge);
}

/// Damages a component once: a section, or which sections there are.
fn damage(input: &mut Vec<u8>, rng: &mut Rng) {
    let Some((head, mut sections)) = sections(input) else { return };
    let (at, other) = (rng.below(sections.len()), rng.below(sections.len()));
    match rng.below(8) {
        0 => drop(sections.remove(at)),
        1 => sections.insert(other, sections[at].clone()),
        2 => sections.swap(at, other),
        3 => sections[at].0 = rng.below(14) as u8,
        4 => sections[at].1 = input.clone(),
        _ => {
            let other = [sections[other].1.clone()];
            Damage { words: WORDS }.once(&mut sections[at].1, &other, rng);
        }
    }
    *input = head;
    for (id, body) in sections {
        input.push(id);
        length(body.len(), input);
        input.extend(body);
    }
}

/// A section: its number and what it holds.
type Section = (u8, Vec<u8>);

/// The first eight bytes, and the sections; none where not a single one is whole.
fn sections(input: &[u8]) -> Option<(Vec<u8>, Vec<Section>)> {
    let (head, mut rest) = input.split_at_checked(8)?;
    let mut sections = Vec::new();
    while let Some((id, body, behind)) = first_section(rest) {
        sections.push((id, body.to_vec()));
        rest = behind;
    }
    (!sections.is_empty()).then(|| (head.to_vec(), sections))
}

fn first_section(input: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (id, rest) = input.split_first()?;
    let digits = rest.iter().position(|byte| *byte < 0x80)? + 1;
    let length = rest[..digits].iter().rev().try_fold(0_usize, |length, byte| {
        length.checked_mul(128).map(|length| length + usize::from(byte & 0x7F))
    })?;
    let (body, behind) = rest[digits..].split_at_checked(length)?;
    Some((*id, body, behind))
}

/// Writes a length as WASM does: seven bits a byte, the lowest first.
fn length(mut length: usize, to: &mut Vec<u8>) {
    while length >= 0x80 {
        to.push(length as u8 | 0x80);
        length >>= 7;
    }
    to.push(length as u8);
}

#[test]
fn sections_are_taken_apart_and_put_together() {
    let body = vec![7; 300];
    let mut input = b"\0asm\x0d\0\x01\0\0".to_vec();
    length(body.len(), &mut input);
    input.extend(&body);
    input.extend([4, 1, 9]);
    let (head, found) = sections(&input).expect("two sections");
    assert_eq!((head.len(), found), (8, vec![(0, body), (4, vec![9])]));
    assert_eq!(sections(b"\0asm\x0d\0\x01\0\0\xff"), None);
}

fn judge(bytes: &[u8]) -> Judged {
    check_lock(bytes, &sha256(bytes)).map_err(|error| format!("its own checksum is refused: {error:?}"))?;
    let text = match read_manifest(bytes) {
        Ok(text) => text,
        Err(error) if error.hints().is_empty() => return Err(format!("refused without a remedy: {error:?}")),
        Err(error) => return Ok(format!("refused: {}", error.what())),
    };
    for manifest in [text.as_str(), "id = \"other\"\n", ""] {
        let packed =
            pack(bytes, manifest).map_err(|error| format!("read, and not packed again: {error:?}"))?;
        let read = read_manifest(&packed);
        if read.as_deref().ok() != Some(manifest) {
            return Err(format!("packed {manifest:?}, read {read:?}"));
        }
    }
    Ok("read".into())
}
