//! Builds the standard library for wasm32 once, from a compiler's own sources.
//!
//! The result is an ordinary sysroot under `target/wasm-sysroot`, one folder per compiler, so
//! connectors are then built by plain cargo. It may be deleted at any time.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::toolchain::{TARGET, set_flags, without_machine_paths};
use crate::failure::{Context, Outcome};
use crate::process;
use crate::workspace::{Workspace, cargo};

/// The crate that makes cargo build the standard library, and which is not copied.
const DRIVER: &str = "driver";

/// The sysroot of a compiler; builds it where it is missing.
///
/// # Errors
/// When the library does not build or the disk cannot be written.
pub(super) fn build(workspace: &Workspace, rustc: &Path, quiet: bool) -> Outcome<PathBuf> {
    let folder = workspace.target.join("wasm-sysroot");
    let sysroot = folder.join(key(&process::read(Command::new(rustc).arg("-vV"))?));
    fs::create_dir_all(&folder).context(|| format!("cannot make {}", folder.display()))?;
    let _one_at_a_time = lock(&folder)?;
    if !sysroot.is_dir() {
        if !quiet {
            eprintln!("building the standard library for {TARGET} (once, about half a minute)");
        }
        let scratch = folder.join("build");
        let libraries = compile(&scratch, rustc, quiet)?;
        let fresh = scratch.join("sysroot");
        copy(&libraries, &fresh.join("lib/rustlib").join(TARGET).join("lib"))
            .and_then(|()| fs::rename(&fresh, &sysroot))
            .and_then(|()| fs::remove_dir_all(&scratch))
            .context(|| format!("cannot write {}", sysroot.display()))?;
    }
    Ok(sysroot)
}

/// A folder name that differs whenever the compiler does.
fn key(described: &str) -> String {
    let field = |name: &str| described.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("unknown");
    let name =
        [field("release: "), field("commit-hash: "), field("host: "), field("LLVM version: ")].join("-");
    name.replace(|c: char| !c.is_ascii_alphanumeric() && c != '.', "-")
}

/// Held until dropped, by whichever call came first; the others then find the work done.
fn lock(folder: &Path) -> Outcome<File> {
    let lock =
        File::create(folder.join("lock")).context(|| format!("cannot write in {}", folder.display()))?;
    lock.lock().context(|| format!("cannot lock {}", folder.display()))?;
    Ok(lock)
}

/// Lets cargo build the standard library as a dependency of an empty crate; gives the folder
/// the libraries are in.
fn compile(scratch: &Path, rustc: &Path, quiet: bool) -> Outcome<PathBuf> {
    prepare(scratch).context(|| format!("cannot write {}", scratch.display()))?;
    let mut command = cargo();
    command
        .current_dir(scratch)
        .args([
            "build",
            "-Zbuild-std=std,panic_abort",
            "--release",
            "--target",
            TARGET,
            "--target-dir",
            "target",
        ])
        .env("RUSTC", rustc)
        .env("RUSTC_BOOTSTRAP", "1");
    // Without bitcode a connector with link-time optimisation cannot take the library in.
    set_flags(&mut command, &["-Cembed-bitcode=yes".into(), without_machine_paths()]);
    if quiet {
        command.arg("--quiet");
    }
    process::run(&mut command)?;
    Ok(scratch.join("target").join(TARGET).join("release/deps"))
}

fn prepare(scratch: &Path) -> std::io::Result<()> {
    // What an interrupted call left behind may be half written.
    if scratch.exists() {
        fs::remove_dir_all(scratch)?;
    }
    fs::create_dir_all(scratch.join("src"))?;
    let manifest = format!("[package]\nname = \"{DRIVER}\"\nedition = \"2024\"\n[workspace]\n");
    fs::write(scratch.join("Cargo.toml"), manifest)?;
    fs::write(scratch.join("src/lib.rs"), "")
}

fn copy(libraries: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for file in fs::read_dir(libraries)? {
        let file = file?;
        if belongs(&file.file_name().to_string_lossy()) {
            fs::copy(file.path(), to.join(file.file_name()))?;
        }
    }
    Ok(())
}

fn belongs(name: &str) -> bool {
    name.ends_with(".rlib") && !name.starts_with(&format!("lib{DRIVER}-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEBIAN: &str = "rustc 1.96.0\ncommit-hash: ac68faa20\nhost: x86_64-unknown-linux-gnu\nrelease: 1.96.0\nLLVM version: 22.1.8";

    #[test]
    fn each_compiler_has_a_folder_of_its_own() {
        assert_eq!(key(DEBIAN), "1.96.0-ac68faa20-x86-64-unknown-linux-gnu-22.1.8");
        assert_ne!(key(DEBIAN), key(&DEBIAN.replace("22.1.8", "22.1.9")));
        assert_ne!(key(DEBIAN), key(&DEBIAN.replace("ac68", "bd79")));
    }

    #[test]
    fn only_libraries_are_copied_and_not_our_own_crate() {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for name in ["libstd-1.rlib", "libstd-1.rmeta", "libdriver-1.rlib", "std-1.d"] {
            fs::write(from.path().join(name), name).unwrap();
        }
        copy(from.path(), &to.path().join("a/lib")).unwrap();
        let copied: Vec<_> =
            fs::read_dir(to.path().join("a/lib")).unwrap().map(|f| f.unwrap().file_name()).collect();
        assert_eq!(copied, ["libstd-1.rlib"]);
    }

    #[test]
    fn leftovers_of_an_interrupted_call_are_swept_away() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("sysroot/lib")).unwrap();
        prepare(folder.path()).unwrap();
        assert!(!folder.path().join("sysroot").exists());
        assert!(folder.path().join("src/lib.rs").is_file());
    }
}
