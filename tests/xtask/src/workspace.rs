//! Where the workspace is, what is in it, and how cargo is called from inside cargo.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use crate::failure::{Context, Failure, Outcome};
use crate::process;

/// What a build script may look at and `cargo run` sets for us alone. Left in place, crates
/// that ask cargo to watch these would be built anew whenever a person and a helper command
/// take turns.
const SET_BY_CARGO_RUN: [&str; 4] = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];

/// The workspace as cargo describes it.
#[derive(Debug, Deserialize)]
pub(crate) struct Workspace {
    /// The folder of the top `Cargo.toml`.
    #[serde(rename = "workspace_root")]
    pub(crate) root: PathBuf,
    /// Where cargo builds; may lie outside of the root.
    #[serde(rename = "target_directory")]
    pub(crate) target: PathBuf,
    /// The members.
    pub(crate) packages: Vec<Package>,
}

/// A member of the workspace.
#[derive(Debug, Deserialize)]
pub(crate) struct Package {
    /// Its name, as `cargo -p` wants it.
    pub(crate) name: String,
    /// Its version.
    pub(crate) version: String,
    /// Its `Cargo.toml`.
    pub(crate) manifest_path: PathBuf,
    /// What it builds.
    pub(crate) targets: Vec<Target>,
    /// The oldest compiler it promises to build with.
    pub(crate) rust_version: Option<String>,
}

/// One thing a package builds.
#[derive(Debug, Deserialize)]
pub(crate) struct Target {
    /// Its crate name.
    pub(crate) name: String,
    /// `cdylib`, `rlib`, `bin`, `test`, …
    pub(crate) crate_types: Vec<String>,
}

impl Workspace {
    /// Asks cargo about the workspace this program was built from.
    ///
    /// # Errors
    /// When cargo cannot be started or a manifest is broken.
    pub(crate) fn find() -> Outcome<Self> {
        let mut asked = cargo();
        asked.args(["metadata", "--format-version=1", "--no-deps"]);
        if let Some(manifest) = std::env::var_os("CARGO_MANIFEST_PATH") {
            asked.arg("--manifest-path").arg(manifest);
        }
        let described = process::read(&mut asked)?;
        serde_json::from_str(&described)
            .context(|| "cannot understand what cargo says of the workspace".into())
    }

    /// The version of the program.
    ///
    /// # Errors
    /// There is no program in the workspace.
    pub(crate) fn version(&self) -> Outcome<String> {
        let program = self.packages.iter().find(|package| package.name == "exchange");
        let version = program.map(|package| package.version.clone());
        version.ok_or_else(|| Failure::new("the workspace has no package `exchange`"))
    }

    /// Cargo, started at the top of the workspace.
    pub(crate) fn cargo(&self) -> Command {
        let mut command = cargo();
        command.current_dir(&self.root);
        command
    }

    /// A path as one would type it at the top of the workspace.
    pub(crate) fn relative<'a>(&self, path: &'a Path) -> std::path::Display<'a> {
        path.strip_prefix(&self.root).unwrap_or(path).display()
    }
}

/// Cargo as a person would start it: without what an outer `cargo run` told this program.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let inherited = std::env::vars_os().map(|(name, _)| name);
    for name in
        inherited.filter(|name| SET_BY_CARGO_RUN.iter().any(|set| name.to_string_lossy().starts_with(set)))
    {
        command.env_remove(name);
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_workspace_it_is_in() {
        let workspace = Workspace::find().unwrap();
        assert!(workspace.root.join("tests/xtask/Cargo.toml").is_file());
        assert!(workspace.packages.iter().any(|package| package.name == "xtask"));
        assert_eq!(workspace.relative(&workspace.root.join("host/src")).to_string(), "host/src");
    }
}
