//! Bytes as people and files have them.

/// Two lowercase hexadecimal digits a byte, as `sha256sum` prints them.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
