//! Base64 in whatever form clients send it, and the one form the system sends.

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, URL_SAFE_NO_PAD};
use base64::engine::{DecodePaddingMode, GeneralPurpose as Engine64};

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const ORDINARY: Engine64 = GeneralPurpose::new(&STANDARD, LENIENT);
const FOR_ADDRESSES: Engine64 = GeneralPurpose::new(&URL_SAFE, LENIENT);

/// Either alphabet, with or without padding; not both alphabets at once.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    FOR_ADDRESSES.decode(text).or_else(|_| ORDINARY.decode(text)).ok()
}

/// For addresses, without padding.
pub(crate) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_clients_use_is_read() {
        let bytes = [0xfb, 0xff, 0x01, 0x02];
        for text in ["-_8BAg", "-_8BAg==", "+/8BAg", "+/8BAg=="] {
            assert_eq!(decode(text).as_deref(), Some(&bytes[..]), "{text}");
        }
        for text in ["-/8BAg", "-_8BA*", "-_8BAg= ="] {
            assert_eq!(decode(text), None, "{text}");
        }
        assert_eq!(encode(&bytes), "-_8BAg");
    }
}
