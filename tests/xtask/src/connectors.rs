//! Builds the connectors: every workspace member with a `connector.toml` beside its `Cargo.toml`.
//!
//! Core modules are built by cargo into a target folder of their own, so that they never wait
//! for, or undo, what is built for this machine. Nothing is remembered between calls: cargo
//! decides what to compile, and a component is written only when its bytes differ.

mod debian;
mod pack;
mod sysroot;
mod toolchain;

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::failure::{Context, Failure, Outcome};
use crate::process;
use crate::workspace::{Package, Workspace};
use toolchain::{TARGET, Toolchain};

/// The profile in the top `Cargo.toml`.
const PROFILE: &str = "connector";

/// A crate that becomes a component.
#[derive(Debug)]
struct Connector<'a> {
    id: String,
    manifest: String,
    package: &'a str,
    library: &'a str,
}

/// The one key of a manifest that matters here; the host checks the others.
#[derive(Debug, Deserialize)]
struct Manifest {
    id: String,
}

/// Builds all connectors into `target/connectors/<id>.wasm`.
///
/// # Errors
/// When the wasm32 standard library cannot be had, a crate does not build, a manifest has no
/// usable id, or a module does not fit the contract.
pub(crate) fn build(workspace: &Workspace, quiet: bool) -> Outcome {
    let connectors = find(workspace)?;
    if connectors.is_empty() {
        say(quiet, "no crate has a connector.toml: nothing to build");
        return Ok(());
    }
    let folder = folder(workspace);
    let toolchain = toolchain::choose(workspace, quiet)?;
    for connector in &connectors {
        compile(workspace, &toolchain, connector, quiet)?;
        let file = folder.join(format!("{}.wasm", connector.id));
        let news = if pack(connector, &core_module(&folder, connector.library), &file)? {
            "written"
        } else {
            "unchanged"
        };
        say(quiet, &format!("{} {news}", workspace.relative(&file)));
    }
    Ok(())
}

/// Where components and what they are made from lie.
pub(crate) fn folder(workspace: &Workspace) -> PathBuf {
    workspace.target.join("connectors")
}

/// The connectors of the workspace, in the order of their ids.
fn find(workspace: &Workspace) -> Outcome<Vec<Connector<'_>>> {
    let mut found = Vec::new();
    for package in &workspace.packages {
        let manifest = package.manifest_path.with_file_name("connector.toml");
        if manifest.is_file() {
            found.push(read(package, &manifest)?);
        }
    }
    found.sort_by(|a, b| a.id.cmp(&b.id));
    match found.windows(2).find(|pair| pair[0].id == pair[1].id) {
        Some(pair) => Err(Failure::new(format!(
            "{} and {} have one id, `{}`",
            pair[0].package, pair[1].package, pair[0].id
        ))),
        None => Ok(found),
    }
}

fn read<'a>(package: &'a Package, path: &Path) -> Outcome<Connector<'a>> {
    let manifest = std::fs::read_to_string(path).context(|| format!("cannot read {}", path.display()))?;
    let Manifest { id } =
        toml::from_str(&manifest).context(|| format!("{} is not a manifest", path.display()))?;
    check_id(&id).map_err(|failure| failure.hint(format!("mend `id` in {}", path.display())))?;
    let library =
        package.targets.iter().find(|target| target.crate_types.iter().any(|kind| kind == "cdylib"));
    let library = library.ok_or_else(|| {
        Failure::new(format!("{} has a connector.toml and no library of the kind cdylib", package.name))
            .hint("add to its Cargo.toml: [lib] crate-type = [\"cdylib\", \"rlib\"]")
    })?;
    Ok(Connector { id, manifest, package: &package.name, library: &library.name })
}

/// The id becomes a file name: nothing that could lead out of the folder.
fn check_id(id: &str) -> Outcome {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if id.is_empty() || !id.chars().all(fits) {
        return Err(Failure::new(format!(
            "`{id}` is no id: small latin letters, digits and hyphens make one"
        )));
    }
    Ok(())
}

/// Compiles the core module.
///
/// As a cdylib alone: beside an rlib, which native tests need, cargo silently leaves out the
/// link-time optimisation that the profile asks for.
fn compile(workspace: &Workspace, toolchain: &Toolchain, connector: &Connector<'_>, quiet: bool) -> Outcome {
    let mut command = workspace.cargo();
    command
        .args(["rustc", "--lib", "--crate-type=cdylib", "--package", connector.package])
        .args(["--profile", PROFILE, "--target", TARGET, "--target-dir"])
        .arg(folder(workspace));
    if quiet {
        command.arg("--quiet");
    }
    toolchain.apply(&mut command);
    process::run(&mut command)
}

/// The module that a library of this name was compiled to, before it became a component.
pub(crate) fn module(workspace: &Workspace, library: &str) -> PathBuf {
    core_module(&folder(workspace), library)
}

fn core_module(folder: &Path, library: &str) -> PathBuf {
    folder.join(TARGET).join(PROFILE).join(format!("{}.wasm", library.replace('-', "_")))
}

/// Writes the component where its bytes differ from what lies there; says whether it did.
fn pack(connector: &Connector<'_>, core: &Path, file: &Path) -> Outcome<bool> {
    let module = std::fs::read(core).context(|| format!("cannot read {}", core.display()))?;
    let component = pack::component(&module, &connector.manifest)
        .map_err(|failure| failure.within(format_args!("cannot pack {}", connector.id)))?;
    if std::fs::read(file).is_ok_and(|there| there == component) {
        return Ok(false);
    }
    replace(file, &component).context(|| format!("cannot write {}", file.display()))?;
    Ok(true)
}

/// Writes a file in one go: whoever reads it meanwhile sees the old bytes or the new ones.
fn replace(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let fresh = file.with_extension(format!("{}.new", std::process::id()));
    std::fs::write(&fresh, bytes)?;
    std::fs::rename(&fresh, file)
}

fn say(quiet: bool, line: &str) {
    if !quiet {
        eprintln!("{line}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connector(manifest: &str) -> Connector<'static> {
        Connector {
            id: "probe".into(),
            manifest: manifest.into(),
            package: "probe-crate",
            library: "probe-crate",
        }
    }

    #[test]
    fn an_id_stays_in_its_folder() {
        assert!(check_id("rows-to-http").is_ok());
        for id in ["", "../x", "a/b", "Diary", "дневник", "a.b"] {
            assert!(check_id(id).is_err(), "{id}");
        }
    }

    #[test]
    fn a_component_is_written_only_when_it_differs() {
        let folder = tempfile::tempdir().unwrap();
        let (core, file) = (folder.path().join("core.wasm"), folder.path().join("probe.wasm"));
        std::fs::write(&core, b"\0asm\x01\0\0\0").unwrap();
        assert!(pack(&connector("id = \"probe\""), &core, &file).unwrap());
        assert!(!pack(&connector("id = \"probe\""), &core, &file).unwrap());
        assert!(pack(&connector("id = \"probe\" # changed"), &core, &file).unwrap());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "no half-written file stays behind");
    }

    #[test]
    fn the_core_module_bears_the_crate_name() {
        let path = core_module(Path::new("t"), "probe-crate");
        assert_eq!(path, Path::new("t/wasm32-unknown-unknown/connector/probe_crate.wasm"));
    }

    #[test]
    fn a_manifest_needs_a_library_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let manifest = folder.path().join("connector.toml");
        std::fs::write(&manifest, "id = \"probe\"\nversion = \"0.1.0\"\n").unwrap();
        let package = Package {
            version: "0.1.0".to_owned(),
            name: "probe".into(),
            manifest_path: folder.path().join("Cargo.toml"),
            targets: Vec::new(),
            rust_version: None,
        };
        let failure = read(&package, &manifest).unwrap_err().to_string();
        assert!(failure.contains("no library of the kind cdylib"), "{failure}");
    }
}
