//! Debian's compiler and the sources of its standard library.
//!
//! Debian keeps a recent Rust for its browsers, as `rustc-web` with `rust-web-src`: compiler
//! and sources of one version, which is what building a standard library takes.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::toolchain::runs;
use crate::failure::{Failure, Outcome};
use crate::process;
use crate::workspace::Workspace;

const RUSTC: &str = "/usr/bin/rustc";
const PACKAGES: [&str; 2] = ["rustc-web", "rust-web-src"];

/// The distribution's compiler, if it can build a standard library and our connectors.
///
/// # Errors
/// When it is not there, is older than what the workspace promises to build with, or its
/// sources are missing.
pub(super) fn compiler(workspace: &Workspace) -> Outcome<PathBuf> {
    let described = process::read(Command::new(RUSTC).arg("-vV"))?;
    let wanted =
        workspace.packages.iter().filter_map(|package| package.rust_version.as_deref()).map(version).max();
    if release(&described) < wanted {
        return Err(Failure::new(format!(
            "{RUSTC} is too old: {}",
            described.lines().next().unwrap_or_default()
        )));
    }
    let sysroot = process::read(Command::new(RUSTC).args(["--print", "sysroot"]))?;
    if !Path::new(&sysroot).join("lib/rustlib/src/rust/library/Cargo.toml").is_file() {
        return Err(
            Failure::new(format!("the sources of {RUSTC} are missing")).hint("apt-get install rust-web-src")
        );
    }
    Ok(PathBuf::from(RUSTC))
}

/// The version in the answer to `rustc -vV`.
fn release(described: &str) -> Option<Vec<u32>> {
    described.lines().find_map(|line| line.strip_prefix("release: ")).map(version)
}

/// `1.96.0-beta.1` as numbers that compare: 1, 96, 0.
fn version(text: &str) -> Vec<u32> {
    let plain = text.split('-').next().unwrap_or_default();
    plain.split('.').map_while(|part| part.parse().ok()).collect()
}

/// Whether we may install packages here: root, on Debian, with apt-get.
pub(super) fn may_install() -> bool {
    let root = process::read(Command::new("id").arg("-u")).is_ok_and(|id| id == "0");
    root && Path::new("/etc/debian_version").is_file() && runs("apt-get")
}

/// Installs the compiler and its sources, asking nothing and removing nothing.
///
/// # Errors
/// When the packages are not to be had, or would displace what is installed.
pub(super) fn install() -> Outcome {
    if let Err(failure) = process::run(&mut apt_get(&["update"])) {
        // The lists that are there may be good enough; if not, the next call says so.
        eprintln!("{failure}");
    }
    let mut install = apt_get(&["install", "--yes", "--no-remove", "--no-install-recommends"]);
    process::run(install.args(PACKAGES))
}

fn apt_get(arguments: &[&str]) -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive");
    // Another installation may be at work: wait for it, in seconds, instead of failing.
    command.args(["-q", "-o", "DPkg::Lock::Timeout=300"]).args(arguments);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_numbers() {
        assert!(version("1.100.0") > version("1.95"));
        assert!(version("1.95.0") >= version("1.95"));
        assert!(version("1.63.0") < version("1.95"));
        assert_eq!(version("1.96.0-beta.1"), [1, 96, 0]);
    }

    #[test]
    fn the_release_is_found_in_what_the_compiler_says() {
        assert_eq!(release("rustc 1.96.0 (ac68faa20)\nhost: x\nrelease: 1.96.0\n"), Some(vec![1, 96, 0]));
        assert!(release("nonsense") < Some(version("1.95")), "an unknown version is too old");
    }

    #[test]
    fn nothing_is_asked_and_nothing_removed() {
        let line = process::line(&apt_get(&["install", "--yes"]));
        assert_eq!(line, "apt-get -q -o DPkg::Lock::Timeout=300 install --yes");
    }
}
