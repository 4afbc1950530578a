//! The layers of the host: who may import whom, who may touch SQL, who may spawn.
//!
//! A module imports only from those before it in [`rules::ORDER`]. The list is short on
//! purpose: a new module has to find its place here before it compiles in CI.

mod paths;
mod rules;
mod samples;
#[path = "../../src/sources.rs"]
mod sources;

use std::path::Path;

use rules::Source;

#[test]
fn the_host_keeps_its_layers() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../host/src");
    let sources: Vec<Source> = sources::rust_files(&top)
        .expect("host/src can be read")
        .iter()
        .map(|file| {
            let text = std::fs::read_to_string(file).expect("a source file can be read");
            Source::new(file.strip_prefix(&top).expect("the file lies in host/src"), &text)
        })
        .collect();
    assert!(!sources.is_empty(), "host/src holds no source file");
    let broken = rules::broken(&sources);
    assert!(broken.is_empty(), "layers are broken (see host/ARCHITECTURE.md):\n{}", broken.join("\n"));
}
