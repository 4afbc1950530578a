//! Damage: bytes, words, lengths, encodings; several at once.

pub(crate) mod json;
pub(crate) mod markup;

use invented_school::Rng;

/// What damages inputs.
pub(crate) struct Damage {
    /// Words that mean something in them.
    pub(crate) words: &'static [&'static str],
}

/// Numbers at the edges of what programs count with.
const NUMBERS: [&str; 14] = [
    "0",
    "-1",
    "1",
    "127",
    "255",
    "256",
    "32768",
    "65536",
    "2147483648",
    "4294967295",
    "9223372036854775808",
    "18446744073709551616",
    "1e309",
    "0.1",
];

/// Characters that parsers, terminals and spreadsheets have trouble with.
const LETTERS: [&str; 20] = [
    "\0",
    "\r",
    "\n",
    "\r\n",
    "\t",
    "\"",
    "'",
    ";",
    ",",
    "\\",
    "\u{feff}",
    "\u{202e}",
    "\u{2028}",
    "\u{1b}[31m",
    "\u{85}",
    "\u{a0}",
    "ё",
    "𝄞",
    "=",
    "\u{fffd}",
];

impl Damage {
    /// One of the inputs, damaged one to four times.
    pub(crate) fn damaged(&self, pool: &[Vec<u8>], rng: &mut Rng) -> Vec<u8> {
        self.damaged_by(|input, rng| self.once(input, pool, rng), pool, rng)
    }

    /// The same, but most inputs by `inside`, which knows how they are built.
    pub(crate) fn damaged_inside(
        &self,
        inside: fn(&mut Vec<u8>, &mut Rng),
        pool: &[Vec<u8>],
        rng: &mut Rng,
    ) -> Vec<u8> {
        if rng.percent(60) { self.damaged_by(inside, pool, rng) } else { self.damaged(pool, rng) }
    }

    fn damaged_by(&self, once: impl Fn(&mut Vec<u8>, &mut Rng), pool: &[Vec<u8>], rng: &mut Rng) -> Vec<u8> {
        let mut input = pool[rng.below(pool.len())].clone();
        for _ in 0..=rng.below(4) {
            once(&mut input, rng);
        }
        input
    }

    /// Damages a text once.
    pub(crate) fn once(&self, input: &mut Vec<u8>, pool: &[Vec<u8>], rng: &mut Rng) {
        match rng.below(16) {
            0 => flip(input, rng),
            1 => replace(input, &[rng.number() as u8], rng),
            2 => insert(input, &noise(rng), rng),
            3 | 4 => drop(cut(input, rng)),
            5 => input.truncate(rng.below(input.len() + 1)),
            6 => {
                let piece = cut(&mut input.clone(), rng);
                insert(input, &piece, rng);
            }
            7 => repeat(input, rng),
            8 => splice(input, pool, rng),
            9 | 10 if !self.words.is_empty() => insert(input, rng.pick(self.words).as_bytes(), rng),
            11 if !self.words.is_empty() => replace_word(input, rng.pick(self.words), rng),
            12 => replace_word(input, rng.pick(&LETTERS), rng),
            13 => insert(input, rng.pick(&LETTERS).as_bytes(), rng),
            14 => replace_number(input, rng),
            _ => *input = recoded(input, rng),
        }
    }
}

fn noise(rng: &mut Rng) -> Vec<u8> {
    (0..=rng.below(8)).map(|_| rng.number() as u8).collect()
}

fn flip(input: &mut [u8], rng: &mut Rng) {
    if !input.is_empty() {
        let at = rng.below(input.len());
        input[at] ^= 1 << rng.below(8);
    }
}

fn replace(input: &mut [u8], by: &[u8], rng: &mut Rng) {
    if input.len() >= by.len() {
        let at = rng.below(input.len() - by.len() + 1);
        input[at..at + by.len()].copy_from_slice(by);
    }
}

fn insert(input: &mut Vec<u8>, piece: &[u8], rng: &mut Rng) {
    let at = rng.below(input.len() + 1);
    input.splice(at..at, piece.iter().copied());
}

/// Takes a piece out: mostly a short one.
fn cut(input: &mut Vec<u8>, rng: &mut Rng) -> Vec<u8> {
    let from = rng.below(input.len() + 1);
    let most = if rng.percent(70) { 16 } else { input.len() };
    let to = (from + rng.below(most + 1)).min(input.len());
    input.drain(from..to).collect()
}

/// A piece many times over: nesting, long rows, many rows.
fn repeat(input: &mut Vec<u8>, rng: &mut Rng) {
    let piece = cut(&mut input.clone(), rng);
    let times = [2, 10, 100, 2_000][rng.below(4)];
    if piece.len() * times < 128 << 10 {
        insert(input, &piece.repeat(times), rng);
    }
}

/// The beginning of one and the end of another.
fn splice(input: &mut Vec<u8>, pool: &[Vec<u8>], rng: &mut Rng) {
    let other = &pool[rng.below(pool.len())];
    input.truncate(rng.below(input.len() + 1));
    input.extend_from_slice(&other[rng.below(other.len() + 1)..]);
}

/// Runs of bytes that `inside` holds for.
fn runs(input: &[u8], inside: impl Fn(u8) -> bool) -> Vec<std::ops::Range<usize>> {
    let mut runs: Vec<std::ops::Range<usize>> = Vec::new();
    for (at, _) in input.iter().enumerate().filter(|(_, byte)| inside(**byte)) {
        match runs.last_mut() {
            Some(run) if run.end == at => run.end = at + 1,
            _ => runs.push(at..at + 1),
        }
    }
    runs
}

fn replace_run(input: &mut Vec<u8>, runs: &[std::ops::Range<usize>], by: &str, rng: &mut Rng) {
    if !runs.is_empty() {
        input.splice(runs[rng.below(runs.len())].clone(), by.bytes());
    }
}

fn replace_word(input: &mut Vec<u8>, by: &str, rng: &mut Rng) {
    let words =
        runs(input, |byte| byte.is_ascii_alphanumeric() || byte >= 128 || byte == b'-' || byte == b'_');
    replace_run(input, &words, by, rng);
}

fn replace_number(input: &mut Vec<u8>, rng: &mut Rng) {
    let numbers = runs(input, |byte| byte.is_ascii_digit());
    let by = rng.pick(&NUMBERS);
    replace_run(input, &numbers, by, rng);
}

/// In another encoding than it says.
fn recoded(input: &[u8], rng: &mut Rng) -> Vec<u8> {
    let text = String::from_utf8_lossy(input);
    match rng.below(5) {
        0 => encoding_rs::WINDOWS_1251.encode(&text).0.into_owned(),
        1 => [b"\xFF\xFE".to_vec(), text.encode_utf16().flat_map(u16::to_le_bytes).collect()].concat(),
        2 => [b"\xFE\xFF".to_vec(), text.encode_utf16().flat_map(u16::to_be_bytes).collect()].concat(),
        3 => [b"\xEF\xBB\xBF", input].concat(),
        _ => encoding_rs::KOI8_R.encode(&text).0.into_owned(),
    }
}
