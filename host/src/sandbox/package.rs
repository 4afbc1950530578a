//! A connector as a file: packing, its manifest, its hash, what it imports. Nothing here runs anything.

use std::borrow::Cow;

use sha2::{Digest, Sha256};
use wasm_encoder::{ComponentSection, CustomSection};
use wasmparser::{Encoding, Parser, Payload};
use wit_component::ComponentEncoder;

use crate::error::{Context, Error, Kind, Result};
use crate::model::hex;

/// The custom section that holds `connector.toml`, byte for byte.
pub const MANIFEST_SECTION: &str = "exchange:manifest";
/// The contract this host speaks, up to the patch number.
const CONTRACT: &str = "exchange:connector/";
const CONTRACT_VERSION: &str = "@0.1.";

/// What to do about a file that is none.
const ANEW: &str = "copy it anew, or build and pack it: exchange connector pack";

/// Makes a connector of a core module (or a component) and its manifest. A manifest already inside is replaced.
pub fn pack(module: &[u8], manifest: &str) -> Result<Vec<u8>> {
    let mut component = if Parser::is_component(module) { unpacked(module)? } else { encode(module)? };
    CustomSection { name: Cow::Borrowed(MANIFEST_SECTION), data: Cow::Borrowed(manifest.as_bytes()) }
        .append_to_component(&mut component);
    Ok(component)
}

/// The whole chain of causes in one phrase: the outermost alone seldom says what is wrong.
fn encode(module: &[u8]) -> Result<Vec<u8>> {
    ComponentEncoder::default()
        .validate(true)
        .module(module)
        .and_then(|mut encoder| encoder.encode())
        .map_err(|cause| {
            Error::config("the module does not become a component")
                .because(format!("{cause:#}"))
                .hint("build it for wasm32-unknown-unknown against wit/ of this version")
        })
}

/// A component without the manifests at its top.
fn unpacked(component: &[u8]) -> Result<Vec<u8>> {
    let mut rest = component.to_vec();
    for section in manifests(component)?.into_iter().rev() {
        rest.drain(section.whole);
    }
    Ok(rest)
}

/// A manifest section: where it lies with its header, and what it holds.
struct Section<'a> {
    whole: std::ops::Range<usize>,
    text: &'a [u8],
}

fn manifests(component: &[u8]) -> Result<Vec<Section<'_>>> {
    let (mut depth, mut end, mut found) = (0_u32, 8, Vec::new());
    for payload in Parser::new(0).parse_all(component) {
        let payload = payload
            .context(Kind::Config, "the file is not a WASM component")
            .map_err(|error| error.hint(ANEW))?;
        match &payload {
            Payload::Version { encoding: Encoding::Module, num: _, range: _ } if depth == 0 => {
                return Err(Error::config("the file is a core module, not a component")
                    .hint("pack it: exchange connector pack"));
            }
            Payload::ModuleSection { unchecked_range, .. }
            | Payload::ComponentSection { unchecked_range, .. } => {
                // The parser takes a module that is cut short for one that ends there.
                if unchecked_range.end > component.len() {
                    return Err(Error::config("the component is cut short").hint(ANEW));
                }
                depth += 1;
            }
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::CustomSection(section) if depth == 0 && section.name() == MANIFEST_SECTION => {
                found.push(Section { whole: end..section.range().end, text: section.data() });
            }
            _ => {}
        }
        if let Some((_, range)) = payload.as_section() {
            end = range.end;
        }
    }
    Ok(found)
}

/// The text of the manifest inside a component.
pub fn read_manifest(component: &[u8]) -> Result<String> {
    let found = manifests(component)?;
    let [section] = found.as_slice() else {
        let error = Error::config(format!("the component holds {} manifests instead of one", found.len()));
        return Err(error.hint("pack it with its connector.toml: exchange connector pack"));
    };
    let text = std::str::from_utf8(section.text).context(Kind::Config, "the manifest is not UTF-8").map_err(
        |error| error.hint("save connector.toml as UTF-8 and pack it again: exchange connector pack"),
    )?;
    Ok(text.to_owned())
}

/// The hash that `connectors.lock` holds: 64 hex digits, as `sha256sum` prints them.
pub fn sha256(component: &[u8]) -> String {
    hex(&Sha256::digest(component))
}

/// Refuses a component that is not the locked one.
pub fn check_lock(component: &[u8], locked: &str) -> Result<()> {
    let actual = sha256(component);
    if actual.eq_ignore_ascii_case(locked) {
        return Ok(());
    }
    Err(Error::config("the connector is not the one that was locked")
        .because(format!("its sha256 is {actual}, locked is {locked}"))
        .hint("if you trust the new one: exchange connector lock"))
}

/// Whether a connector may import this: the contract, or WASI, behind which there is nothing.
pub(super) fn may_import(name: &str) -> bool {
    let ours = name.strip_prefix(CONTRACT).is_some_and(|rest| rest.contains(CONTRACT_VERSION));
    ours || is_wasi(name)
}

/// Whether this is an interface of WASI.
pub(super) fn is_wasi(name: &str) -> bool {
    name.starts_with("wasi:")
}
