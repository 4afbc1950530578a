//! A core module and its manifest become a component that describes itself.
//!
//! The manifest travels as a custom section, so that it can be read without running anything.

use std::borrow::Cow;

use wasm_encoder::{ComponentSection, CustomSection};
use wit_component::ComponentEncoder;

use crate::failure::{Context, Outcome};

/// The name of the custom section which holds `connector.toml`, byte for byte.
pub(crate) const MANIFEST_SECTION: &str = "exchange:manifest";

/// Turns a core module into a component and appends its manifest.
///
/// # Errors
/// When the module is not WebAssembly, or does not fit the contract it was built against.
pub(crate) fn component(core: &[u8], manifest: &str) -> Outcome<Vec<u8>> {
    let mut component = encode(core).context(|| "the module does not become a component".into())?;
    CustomSection { name: Cow::Borrowed(MANIFEST_SECTION), data: Cow::Borrowed(manifest.as_bytes()) }
        .append_to_component(&mut component);
    Ok(component)
}

/// The whole chain of causes in one phrase: the outermost alone seldom says what is wrong.
fn encode(core: &[u8]) -> Result<Vec<u8>, String> {
    ComponentEncoder::default()
        .validate(true)
        .module(core)
        .and_then(|mut encoder| encoder.encode())
        .map_err(|cause| format!("{cause:#}"))
}

#[cfg(test)]
mod tests {
    use wasmparser::{Parser, Payload};

    use super::*;

    const EMPTY_MODULE: &[u8] = b"\0asm\x01\0\0\0";

    fn manifests(component: &[u8]) -> Vec<String> {
        Parser::new(0)
            .parse_all(component)
            .filter_map(|payload| match payload.unwrap() {
                Payload::CustomSection(section) if section.name() == MANIFEST_SECTION => {
                    Some(String::from_utf8(section.data().to_vec()).unwrap())
                }
                _ => None,
            })
            .collect()
    }

    #[test]
    fn the_manifest_can_be_read_back_byte_for_byte() {
        let manifest = "id = \"probe\"\ntitle = \"Проба\"\n";
        let packed = component(EMPTY_MODULE, manifest).unwrap();
        assert!(Parser::is_component(&packed));
        assert_eq!(manifests(&packed), [manifest]);
    }

    #[test]
    fn the_same_input_gives_the_same_bytes() {
        assert_eq!(
            component(EMPTY_MODULE, "id = \"a\"").unwrap(),
            component(EMPTY_MODULE, "id = \"a\"").unwrap()
        );
    }

    #[test]
    fn what_is_not_a_module_is_refused_with_the_cause() {
        let failure = component(b"<html>", "id = \"a\"").unwrap_err().to_string();
        assert!(failure.starts_with("error: the module does not become a component: "), "{failure}");
        assert!(failure.contains("magic header"), "{failure}");
    }
}
