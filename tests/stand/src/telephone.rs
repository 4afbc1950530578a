//! A person's telephone with an app for one-time codes (RFC 6238 with its defaults), and the first time that such a
//! person opens an invitation into the cabinet.

use std::io::{self, Error};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use url::form_urlencoded;

use crate::consent::{Browser, redirect};
use crate::html::{Html, between};
use crate::http;

/// Seconds for which a code is the current one.
const STEP_S: u64 = 30;

/// For so long a code that is handed out is good at least.
const SPARE: Duration = Duration::from_secs(10);

/// Makes codes, none of them twice.
pub struct Telephone {
    secret: Vec<u8>,
    used: u64,
}

impl Telephone {
    /// With the secret as people type it: Base32, spaces or not.
    pub fn with(key: &str) -> Self {
        Self { secret: of_base32(key), used: 0 }
    }

    /// A code that was not used yet and is good for some seconds more. Whoever asks for the third one within half a minute
    /// waits until it is good.
    pub fn code(&mut self) -> String {
        // The one before and the one after the current one are good as well; the one before is not handed out when it is
        // about to go, as whoever checks it may do so a moment later.
        self.used = (self.used + 1).max(step_in(SPARE) - 1);
        while self.used > step_in(Duration::ZERO) + 1 {
            std::thread::sleep(Duration::from_millis(100));
        }
        code_at(&self.secret, self.used)
    }

    /// The code that such an app shows now.
    pub fn shown(&self) -> String {
        code_at(&self.secret, step_in(Duration::ZERO))
    }
}

/// The step of the clock after so long.
fn step_in(later: Duration) -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| (since + later).as_secs() / STEP_S)
}

fn code_at(secret: &[u8], step: u64) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).expect("any length");
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let at = usize::from(hash[19] & 0xf);
    let four = hash[at..at + 4].iter().fold(0u32, |value, byte| value << 8 | u32::from(*byte));
    format!("{:06}", (four & 0x7fff_ffff) % 1_000_000)
}

/// The bytes of a secret as people type it.
pub fn of_base32(text: &str) -> Vec<u8> {
    let letters = text.bytes().filter(u8::is_ascii_alphanumeric);
    let values = letters.map(|letter| match letter {
        b'A'..=b'Z' => letter - b'A',
        digit => digit - b'2' + 26,
    });
    let bits: Vec<u8> = values.flat_map(|value| (0..5).rev().map(move |n| value >> n & 1)).collect();
    bits.chunks_exact(8).map(|byte| byte.iter().fold(0, |value, bit| value << 1 | bit)).collect()
}

/// Somebody who has an account now, and is signed in.
pub struct Newcomer {
    /// The secret of the one-time codes, as people type it.
    pub secret: String,
    /// The browser's `Cookie`.
    pub cookie: String,
}

/// Opens an invitation, chooses this password, connects the telephone.
///
/// # Errors
/// An address that is not on this computer, nobody listening there, a page that is none of an invitation, a password or
/// a code that is refused.
pub fn accept(invitation: &str, password: &str) -> io::Result<Newcomer> {
    let mut browser = Browser::default();
    let url = http::local(invitation)?;
    let page = browser.open("GET", &url, "")?.accepted()?;
    let codes = browser.answer(&url, &page, &[("password", password), ("again", password)])?;
    let secret = between(&codes.body, "<code>", "</code>").ok_or_else(|| refused(&codes.body))?.to_owned();
    let code = Telephone::with(&secret).code();
    let last = browser.answer(&url, &codes.body, &[("code", &code)])?;
    if last.status >= 400 {
        return Err(refused(&last.body));
    }
    let cookie = browser.jar.headers("GET", &url).into_iter().find(|(name, _)| *name == "Cookie");
    Ok(Newcomer { secret, cookie: cookie.map(|(_, value)| value).unwrap_or_default() })
}

fn refused(page: &str) -> Error {
    let page = Html(page);
    Error::other(format!("refused: {}", page.alert().unwrap_or_else(|| page.title())))
}

impl Browser {
    /// Sends the first form of a page with these values beside what it has by itself.
    fn answer(&mut self, at: &url::Url, page: &str, values: &[(&str, &str)]) -> io::Result<http::Answer> {
        let form = Html(page).forms().into_iter().next().ok_or_else(|| refused(page))?;
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(&form.hidden).extend_pairs(values);
        let url = at.join(&form.action).map_err(Error::other)?;
        let answer = self.open("POST", &url, &body.finish())?;
        match redirect(&url, &answer)? {
            Some(next) => self.open("GET", &next, ""),
            None => Ok(answer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of RFC 6238, appendix B, for SHA-1, cut to six digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = of_base32("GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert_eq!(secret, b"12345678901234567890");
        let times = [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")];
        for (time, code) in times {
            assert_eq!(code_at(&secret, time / STEP_S), code, "{time}");
        }
    }

    #[test]
    fn a_code_is_made_once() {
        let mut telephone = Telephone::with("GEZDGNBVGY3TQOJQ");
        let (first, second) = (telephone.code(), telephone.code());
        assert_ne!(first, second);
        assert_eq!(telephone.shown().len(), 6);
    }
}
