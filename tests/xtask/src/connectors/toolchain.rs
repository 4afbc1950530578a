//! Which compiler builds for wasm32, and where its standard library comes from.
//!
//! In this order, without questions: the library that is installed; `rustup target add`; the
//! distribution's compiler with sources, from which the library is built once; the same after
//! installing it. `rust-toolchain.toml` cannot do this: a target named there breaks every call
//! of cargo on a machine that may not download.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{debian, sysroot};
use crate::failure::{Failure, Outcome};
use crate::process;
use crate::workspace::Workspace;

/// What connectors are compiled for.
pub(super) const TARGET: &str = "wasm32-unknown-unknown";

/// How cargo has to be called to build for [`TARGET`].
#[derive(Debug, Default)]
pub(super) struct Toolchain {
    /// Another compiler than the one cargo would take, with the library built for it.
    foreign: Option<Foreign>,
}

/// A compiler that does not bring a linker and a library for wasm.
#[derive(Debug)]
struct Foreign {
    rustc: PathBuf,
    sysroot: PathBuf,
    linker: PathBuf,
}

/// A way to a standard library.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Route {
    Installed,
    AddTarget,
    BuildFromSources,
    InstallSourcesAndBuild,
}

impl Route {
    fn aim(self) -> &'static str {
        match self {
            Route::Installed => "use the installed library",
            Route::AddTarget => "let rustup install the library",
            Route::BuildFromSources => "build the library from the distribution's sources",
            Route::InstallSourcesAndBuild => "install the library's sources and build it",
        }
    }
}

/// What the choice rests on.
#[derive(Clone, Copy, Debug)]
struct Machine {
    /// The compiler in use has the library.
    has_library: bool,
    /// There is a rustup, and it may download.
    rustup_may_install: bool,
    /// The distribution's compiler is there with its sources, and new enough.
    has_sources: bool,
    /// We are root on Debian and could install them.
    may_install_sources: bool,
}

/// The ways worth trying, best first.
fn routes(machine: Machine) -> Vec<Route> {
    if machine.has_library {
        return vec![Route::Installed];
    }
    let mut ways = Vec::new();
    if machine.rustup_may_install {
        ways.push(Route::AddTarget);
    }
    if machine.has_sources {
        ways.push(Route::BuildFromSources);
    } else if machine.may_install_sources {
        ways.push(Route::InstallSourcesAndBuild);
    }
    ways
}

/// Finds, fetches or builds a standard library for [`TARGET`].
///
/// # Errors
/// When no way leads to one; why the ways that were tried failed has been printed by then.
pub(super) fn choose(workspace: &Workspace, quiet: bool) -> Outcome<Toolchain> {
    for route in routes(look_around(workspace)) {
        match follow(route, workspace, quiet) {
            Ok(toolchain) => return Ok(toolchain),
            Err(failure) => eprintln!("{}", failure.within(format_args!("cannot {}", route.aim()))),
        }
    }
    Err(Failure::new(format!("there is no standard library for {TARGET}"))
        .hint(format!("rustup target add {TARGET}")))
}

fn look_around(workspace: &Workspace) -> Machine {
    let has_library = has_library();
    Machine {
        has_library,
        rustup_may_install: !has_library && rustup_may_install(),
        has_sources: !has_library && debian::compiler(workspace).is_ok(),
        may_install_sources: !has_library && debian::may_install(),
    }
}

fn follow(route: Route, workspace: &Workspace, quiet: bool) -> Outcome<Toolchain> {
    match route {
        Route::Installed => Ok(Toolchain::default()),
        Route::AddTarget => add_target(),
        Route::BuildFromSources => build_from_sources(workspace, quiet),
        Route::InstallSourcesAndBuild => {
            debian::install()?;
            build_from_sources(workspace, quiet)
        }
    }
}

/// The compiler cargo would take.
fn own_rustc() -> OsString {
    std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())
}

fn has_library() -> bool {
    let asked =
        process::read(Command::new(own_rustc()).args(["--print", "target-libdir", "--target", TARGET]));
    asked.is_ok_and(|folder| holds_library(Path::new(&folder)))
}

/// An empty folder is what `rustup target remove` may leave behind.
fn holds_library(folder: &Path) -> bool {
    let Ok(files) = std::fs::read_dir(folder) else {
        return false;
    };
    files.flatten().any(|file| file.file_name().to_string_lossy().starts_with("libstd-"))
}

fn rustup_may_install() -> bool {
    std::env::var_os("RUSTUP_AUTO_INSTALL").is_none_or(|set| set != "0") && runs("rustup")
}

/// Whether a program can be started at all.
pub(super) fn runs(program: &str) -> bool {
    let mut asked = Command::new(program);
    asked.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    asked.status().is_ok_and(|status| status.success())
}

fn add_target() -> Outcome<Toolchain> {
    process::run(Command::new("rustup").args(["target", "add", TARGET]))?;
    if has_library() {
        return Ok(Toolchain::default());
    }
    Err(Failure::new("rustup added the target to another compiler than cargo uses"))
}

fn build_from_sources(workspace: &Workspace, quiet: bool) -> Outcome<Toolchain> {
    let rustc = debian::compiler(workspace)?;
    let linker = linker(&rustc)?;
    let sysroot = sysroot::build(workspace, &rustc, quiet)?;
    Ok(Toolchain { foreign: Some(Foreign { rustc, sysroot, linker }) })
}

/// The linker that comes with either compiler: the distribution's has none of its own.
fn linker(rustc: &Path) -> Outcome<PathBuf> {
    for compiler in [own_rustc().as_os_str(), rustc.as_os_str()] {
        let Ok(libraries) = process::read(Command::new(compiler).args(["--print", "target-libdir"])) else {
            continue;
        };
        let linker = Path::new(&libraries).with_file_name("bin").join("rust-lld");
        if linker.is_file() {
            return Ok(linker);
        }
    }
    Err(Failure::new("no compiler here brings rust-lld, which links WebAssembly")
        .hint("install Rust with rustup: its toolchains bring it"))
}

impl Toolchain {
    /// Makes a call of cargo build for [`TARGET`].
    pub(super) fn apply(&self, command: &mut Command) {
        let mut flags = vec![without_machine_paths()];
        if let Some(foreign) = &self.foreign {
            flags.push(flag("--sysroot=", &foreign.sysroot));
            command.env("RUSTC", &foreign.rustc);
            command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", &foreign.linker);
        }
        set_flags(command, &flags);
    }
}

/// Panic messages name source files; where the registry lies on this machine is nobody's
/// business, and would make the hash of a component differ from machine to machine.
pub(super) fn without_machine_paths() -> OsString {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo"))).unwrap_or_default();
    let mut flag = flag("--remap-path-prefix=", &home.join("registry/src"));
    flag.push("=registry");
    flag
}

fn flag(name: &str, path: &Path) -> OsString {
    let mut flag = OsString::from(name);
    flag.push(path);
    flag
}

/// Gives flags to the compiler in the form that allows for spaces in paths, in place of the
/// person's own flags, which are meant for this machine's programs.
pub(super) fn set_flags(command: &mut Command, flags: &[OsString]) {
    command.env("CARGO_ENCODED_RUSTFLAGS", flags.join(OsStr::new("\x1f"))).env_remove("RUSTFLAGS");
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: Machine = Machine {
        has_library: false,
        rustup_may_install: false,
        has_sources: false,
        may_install_sources: false,
    };

    #[test]
    fn what_is_installed_is_taken() {
        assert_eq!(routes(Machine { has_library: true, has_sources: true, ..NOTHING }), [Route::Installed]);
    }

    #[test]
    fn rustup_comes_before_the_distribution() {
        let machine =
            Machine { rustup_may_install: true, has_sources: true, may_install_sources: true, ..NOTHING };
        assert_eq!(routes(machine), [Route::AddTarget, Route::BuildFromSources]);
        let machine = Machine { rustup_may_install: true, may_install_sources: true, ..NOTHING };
        assert_eq!(routes(machine), [Route::AddTarget, Route::InstallSourcesAndBuild]);
    }

    #[test]
    fn nothing_is_installed_where_it_need_not_be() {
        let machine = Machine { has_sources: true, may_install_sources: true, ..NOTHING };
        assert_eq!(routes(machine), [Route::BuildFromSources]);
    }

    #[test]
    fn without_any_way_there_is_nothing_to_try() {
        assert_eq!(routes(NOTHING), []);
    }

    #[test]
    fn an_empty_folder_is_no_library() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!holds_library(folder.path()));
        assert!(!holds_library(&folder.path().join("missing")));
        std::fs::write(folder.path().join("libstd-1234.rlib"), "").unwrap();
        assert!(holds_library(folder.path()));
    }

    #[test]
    fn a_foreign_compiler_gets_its_library_and_linker() {
        let foreign =
            Foreign { rustc: "/usr/bin/rustc".into(), sysroot: "/with space".into(), linker: "/lld".into() };
        let mut command = Command::new("cargo");
        Toolchain { foreign: Some(foreign) }.apply(&mut command);
        let set = |name: &str| {
            let found = command.get_envs().find(|(key, _)| *key == name).and_then(|(_, value)| value);
            found.map(|value| value.to_string_lossy().into_owned())
        };
        assert_eq!(set("RUSTC").as_deref(), Some("/usr/bin/rustc"));
        assert_eq!(set("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER").as_deref(), Some("/lld"));
        assert!(set("CARGO_ENCODED_RUSTFLAGS").unwrap().ends_with("\x1f--sysroot=/with space"));
    }
}
