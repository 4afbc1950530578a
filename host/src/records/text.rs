//! Bytes of a file → UTF-8, with the encoding found out, progress counted and the length of a row limited.

use std::fs::File;
use std::io::{self, BufRead, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1251};

use super::problem::{Code, Fault};

/// Most bytes of one row: far beyond any honest one, and what an open quote may swallow.
pub(super) const MAX_ROW: u64 = 1 << 20;
const BUFFER: usize = 64 << 10;

/// What the first look at a file shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Looks {
    /// A text in this encoding.
    Text(&'static Encoding),
    /// A zip archive: an XLSX workbook.
    Zip,
    /// Nothing we read.
    Refused(Code),
}

/// Looks through the whole file: one stray byte at its end decides between UTF-8 and windows-1251.
pub(super) fn look(path: &Path) -> io::Result<Looks> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; BUFFER];
    let mut filled = read_up_to(&mut file, &mut buffer)?;
    let start = &buffer[..filled];
    if let Some(looks) = signature(start) {
        return Ok(looks);
    }
    let mut utf8 = Utf8Check::default();
    while filled > 0 {
        let chunk = &buffer[..filled];
        if chunk.contains(&0) {
            return Ok(Looks::Refused(Code::Binary));
        }
        utf8.feed(chunk);
        filled = read_up_to(&mut file, &mut buffer)?;
    }
    Ok(Looks::Text(if utf8.holds() { UTF_8 } else { WINDOWS_1251 }))
}

fn signature(start: &[u8]) -> Option<Looks> {
    match start {
        [b'P', b'K', 3, 4, ..] => Some(Looks::Zip),
        [0xD0, 0xCF, 0x11, 0xE0, ..] => Some(Looks::Refused(Code::OldWorkbook)),
        [0xFF, 0xFE, ..] => Some(Looks::Text(UTF_16LE)),
        [0xFE, 0xFF, ..] => Some(Looks::Text(UTF_16BE)),
        _ => None,
    }
}

/// Fills the buffer unless the file ends before.
fn read_up_to(file: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Is a stream of chunks UTF-8? A character may lie across two of them.
#[derive(Default)]
struct Utf8Check {
    broken: bool,
    rest: Vec<u8>,
}

impl Utf8Check {
    fn feed(&mut self, chunk: &[u8]) {
        if self.broken {
            return;
        }
        let mut joined = std::mem::take(&mut self.rest);
        joined.extend_from_slice(chunk);
        match std::str::from_utf8(&joined) {
            Ok(_) => {}
            Err(error) if error.error_len().is_none() => self.rest = joined.split_off(error.valid_up_to()),
            Err(_) => self.broken = true,
        }
    }

    fn holds(&self) -> bool {
        !self.broken && self.rest.is_empty()
    }
}

/// Counts what is read: in all, for progress, and since the last row, for the limit.
#[derive(Clone, Debug, Default)]
pub(super) struct Meter {
    total: Arc<AtomicU64>,
    row: Arc<AtomicU64>,
}

impl Meter {
    /// Bytes of the file read so far.
    pub(super) fn total(&self) -> u64 {
        self.total.load(Ordering::Relaxed)
    }

    /// Sets the count of bytes, where they are not read through [`Utf8`].
    pub(super) fn set_total(&self, bytes: u64) {
        self.total.store(bytes, Ordering::Relaxed);
    }

    /// A row has ended.
    pub(super) fn row_done(&self) {
        self.row.store(0, Ordering::Relaxed);
    }

    fn count(&self, bytes: u64) -> io::Result<()> {
        self.total.fetch_add(bytes, Ordering::Relaxed);
        let row = self.row.fetch_add(bytes, Ordering::Relaxed);
        if row > MAX_ROW { Err(io::Error::other(RowTooLong)) } else { Ok(()) }
    }
}

/// The error with which a reader refuses a row without end.
#[derive(Debug)]
struct RowTooLong;

impl std::fmt::Display for RowTooLong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("row too long")
    }
}

impl std::error::Error for RowTooLong {}

/// The fault that an error of reading means.
pub(super) fn fault_of(error: &io::Error) -> Fault {
    match error.get_ref().is_some_and(|inner| inner.is::<RowTooLong>()) {
        true => Fault::new(Code::RowTooLong).with("limit", MAX_ROW),
        false => Fault::new(Code::Unreadable).with("cause", error.kind()),
    }
}

/// A file read as UTF-8, a byte order mark dropped.
pub(super) struct Utf8 {
    file: File,
    decoder: Decoder,
    input: Vec<u8>,
    /// How much of the input is decoded.
    at: usize,
    output: Vec<u8>,
    /// How much of the output is taken.
    taken: usize,
    ended: bool,
    meter: Meter,
}

/// Opens a text.
pub(super) fn open(path: &Path, encoding: &'static Encoding, meter: &Meter) -> io::Result<Utf8> {
    Ok(Utf8 {
        file: File::open(path)?,
        decoder: encoding.new_decoder_with_bom_removal(),
        input: Vec::new(),
        at: 0,
        output: Vec::new(),
        taken: 0,
        ended: false,
        meter: meter.clone(),
    })
}

impl Utf8 {
    fn refill(&mut self) -> io::Result<()> {
        self.input.resize(BUFFER, 0);
        let count = read_up_to(&mut self.file, &mut self.input)?;
        self.input.truncate(count);
        self.at = 0;
        self.ended = count == 0;
        self.meter.count(count as u64)
    }

    /// Decodes until something comes out or the file has ended.
    fn decode(&mut self) -> io::Result<()> {
        self.taken = 0;
        loop {
            if self.at == self.input.len() && !self.ended {
                self.refill()?;
            }
            self.output.resize(BUFFER, 0);
            let (result, read, written, _) =
                self.decoder.decode_to_utf8(&self.input[self.at..], &mut self.output, self.ended);
            self.at += read;
            self.output.truncate(written);
            if written > 0 || (self.ended && result == CoderResult::InputEmpty) {
                return Ok(());
            }
        }
    }
}

impl BufRead for Utf8 {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let finished = self.ended && self.at == self.input.len();
        if self.taken == self.output.len() && !finished {
            self.decode()?;
        }
        Ok(&self.output[self.taken..])
    }

    fn consume(&mut self, amount: usize) {
        self.taken = (self.taken + amount).min(self.output.len());
    }
}

impl Read for Utf8 {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let ready = self.fill_buf()?;
        let count = ready.len().min(out.len());
        out[..count].copy_from_slice(&ready[..count]);
        self.consume(count);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(bytes: &[u8]) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        file
    }

    fn text(bytes: &[u8]) -> String {
        let file = written(bytes);
        let Looks::Text(encoding) = look(file.path()).unwrap() else { panic!("no text") };
        let mut text = String::new();
        open(file.path(), encoding, &Meter::default()).unwrap().read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn encodings_are_found_out() {
        let word = "Фамилия;Ёлкин\n";
        assert_eq!(text(word.as_bytes()), word);
        assert_eq!(text(&[b"\xEF\xBB\xBF", word.as_bytes()].concat()), word);
        assert_eq!(text(&WINDOWS_1251.encode(word).0), word);
        let utf16: Vec<u8> = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(text(&[b"\xFF\xFE".as_slice(), &utf16].concat()), word);
        assert_eq!(text(b""), "");
    }

    #[test]
    fn a_character_across_two_chunks_is_still_utf8() {
        let long = "ы".repeat(BUFFER);
        assert_eq!(text(format!("a{long}").as_bytes()).len(), 2 * BUFFER + 1);
    }

    #[test]
    fn a_late_byte_decides() {
        let mut bytes = vec![b'a'; 3 * BUFFER];
        bytes.push(0xC0);
        assert!(text(&bytes).ends_with('А'));
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert_eq!(look(written(b"a\0b").path()).unwrap(), Looks::Refused(Code::Binary));
        assert_eq!(look(written(b"\xD0\xCF\x11\xE0rest").path()).unwrap(), Looks::Refused(Code::OldWorkbook));
        assert_eq!(look(written(b"PK\x03\x04rest").path()).unwrap(), Looks::Zip);
    }

    #[test]
    fn a_row_without_end_is_refused() {
        let file = written(&vec![b'a'; 2 * MAX_ROW as usize]);
        let mut reader = open(file.path(), UTF_8, &Meter::default()).unwrap();
        let error = io::copy(&mut reader, &mut io::sink()).unwrap_err();
        assert_eq!(fault_of(&error).code, Code::RowTooLong);
    }
}
