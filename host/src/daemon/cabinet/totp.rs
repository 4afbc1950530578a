//! One-time codes as authenticator apps make them: RFC 6238 with its defaults (HMAC-SHA1, 30 seconds, six digits), which
//! are the only ones that all of them know.

use hmac::{Hmac, KeyInit, Mac};
use qrcodegen::{QrCode, QrCodeEcc};
use sha1::Sha1;
use url::form_urlencoded::byte_serialize;

use crate::model::Millis;

/// Bytes of a secret, as RFC 4226 recommends.
const SECRET: usize = 20;

/// Milliseconds for which a code is the current one.
const STEP_MS: Millis = 30_000;

/// Codes have so many digits.
const DIGITS: u32 = 1_000_000;

/// Codes so many steps away count too: telephones' clocks are not exact, and people type slowly.
const DRIFT: i64 = 1;

/// A fresh secret.
pub(super) fn secret() -> Result<Vec<u8>, getrandom::Error> {
    let mut secret = vec![0; SECRET];
    getrandom::fill(&mut secret)?;
    Ok(secret)
}

/// The time step of which this is the code: the current one, the one before or the one after. Spaces do not matter.
pub(super) fn step_of(secret: &[u8], code: &str, now: Millis) -> Option<u64> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let is_code = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let typed: u32 = if is_code { digits.parse().ok()? } else { return None };
    let current = now.div_euclid(STEP_MS);
    let steps = (current - DRIFT..=current + DRIFT).filter_map(|step| u64::try_from(step).ok());
    // All of them are worked out, whichever fits.
    steps.fold(None, |found, step| if code_at(secret, step) == typed { Some(step) } else { found })
}

/// The code of a time step.
fn code_at(secret: &[u8], step: u64) -> u32 {
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret) else { return DIGITS };
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let at = usize::from(hash[19] & 0xf);
    let four = [hash[at], hash[at + 1], hash[at + 2], hash[at + 3]];
    (u32::from_be_bytes(four) & 0x7fff_ffff) % DIGITS
}

/// The secret as people type it: Base32 in groups of four.
pub(super) fn text(secret: &[u8]) -> String {
    let all = base32(secret);
    let groups: Vec<&str> =
        all.as_bytes().chunks(4).filter_map(|group| std::str::from_utf8(group).ok()).collect();
    groups.join(" ")
}

fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bit = |n: usize| bytes.get(n / 8).map_or(0, |byte| usize::from(byte >> (7 - n % 8) & 1));
    let letter = |at: usize| char::from(LETTERS[(at..at + 5).fold(0, |value, n| value << 1 | bit(n))]);
    (0..bytes.len() * 8).step_by(5).map(letter).collect()
}

/// The secret as a telephone reads it from a picture.
pub(super) fn address(secret: &[u8], login: &str, host: &str) -> String {
    let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
    let (login, host) = (encoded(login), encoded(host));
    format!("otpauth://totp/{host}:{login}?secret={}&issuer={host}", base32(secret))
}

/// An address as squares: the side of the picture, and the path that fills its dark ones. None of a text that is too
/// long for a picture.
pub(super) fn picture(address: &str) -> Option<(i32, String)> {
    let code = QrCode::encode_text(address, QrCodeEcc::Medium).ok()?;
    let side = code.size();
    let dark = (0..side).flat_map(|y| (0..side).map(move |x| (x, y))).filter(|&(x, y)| code.get_module(x, y));
    let path = dark.map(|(x, y)| format!("M{x} {y}h1v1h-1z")).collect();
    Some((side, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Appendix B of RFC 6238, the last six digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = b"12345678901234567890";
        let table = [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ];
        for (seconds, code) in table {
            let now: Millis = seconds * 1_000;
            let step = now.unsigned_abs() / 30_000;
            assert_eq!(step_of(secret, code, now), Some(step), "{seconds}");
            assert_eq!(step_of(secret, &format!(" {} {}", &code[..3], &code[3..]), now), Some(step));
            assert_eq!(step_of(secret, code, now + STEP_MS), Some(step), "typed slowly");
            assert_eq!(step_of(secret, code, now + 2 * STEP_MS), None, "too old");
            assert_eq!(step_of(b"another secret", code, now), None);
        }
        for bad in ["", "28708", "2870822", "28708x", "+28708", "２８７０８２"] {
            assert_eq!(step_of(secret, bad, 59_000), None, "{bad:?}");
        }
    }

    /// RFC 4648, section 10, without padding.
    #[test]
    fn secrets_are_written_in_base32() {
        for (plain, text) in [("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ")] {
            assert_eq!(base32(plain.as_bytes()), text);
        }
        assert_eq!(text(b"foobar"), "MZXW 6YTB OI");
        assert_eq!(
            address(b"foobar", "ольга", "a.ru"),
            "otpauth://totp/a.ru:%D0%BE%D0%BB%D1%8C%D0%B3%D0%B0?secret=MZXW6YTBOI&issuer=a.ru"
        );
    }

    #[test]
    fn a_picture_has_the_three_corners_of_its_kind() {
        let (side, path) = picture("otpauth://totp/x?secret=MZXW6YTBOI").unwrap();
        assert!(side >= 21 && path.starts_with("M0 0h1v1h-1zM1 0"), "{side} {path}");
        assert!(picture(&"x".repeat(10_000)).is_none());
    }
}
