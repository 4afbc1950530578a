//! Components, damaged: their manifest is read, or refused with a remedy, without running anything.

use exchange::sandbox::{check_lock, pack, read_manifest, sha256};

use crate::harness::{Judged, Target};

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
    Target { name: "component", also: &[], words: WORDS, memory: 64 << 20 }.run(judge);
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
