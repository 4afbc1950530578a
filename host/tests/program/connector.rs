//! The connector under test, built once a test run by the helper command that builds it for everyone.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// `target`, from where cargo put the program.
pub(crate) fn target() -> PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_exchange"));
    program.ancestors().nth(2).expect("target/PROFILE/exchange").to_owned()
}

/// The packed connector.
pub(crate) fn file() -> &'static Path {
    static FILE: OnceLock<PathBuf> = OnceLock::new();
    FILE.get_or_init(|| {
        let top = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
        let mut build = Command::new(env!("CARGO"));
        build.args(["xtask", "connectors", "--quiet"]).current_dir(top).env("CARGO_TARGET_DIR", target());
        let built = build.status().expect("cargo starts");
        assert!(built.success(), "`cargo xtask connectors` ended with {built}");
        target().join("connectors/dnevnik.wasm")
    })
}
