//! `cargo xtask deb`: the Debian package, built with Debian's own `dpkg-deb`.
//!
//! What the package does on a machine stands in `dist/debian`; here files are put in their places. Completions and
//! manual pages are asked of the program itself, in both languages.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Context, Failure, Outcome};
use crate::workspace::Workspace;
use crate::{connectors, process};

/// What to build.
#[derive(Debug, clap::Args)]
pub(crate) struct Deb {
    /// The profile of cargo to build with.
    #[arg(long, default_value = "release")]
    pub(crate) profile: String,
    /// The package's version; without it the workspace's.
    #[arg(long)]
    pub(crate) package_version: Option<String>,
    /// Where the package is put.
    #[arg(long, short, value_name = "DIR")]
    pub(crate) output: Option<PathBuf>,
}

/// Builds the package, and says where it is.
///
/// # Errors
/// Something does not compile, or `dpkg-deb` is not there.
pub(crate) fn run(workspace: &Workspace, deb: &Deb) -> Outcome {
    build(workspace, deb).map(|file| println!("{}", file.display()))
}

/// Builds the package; answers the file.
pub(crate) fn build(workspace: &Workspace, deb: &Deb) -> Outcome<PathBuf> {
    process::read(Command::new("dpkg-deb").arg("--version"))
        .map_err(|failure| failure.hint("packages are built on Debian or Ubuntu: apt install dpkg"))?;
    let program = compile(workspace, &deb.profile)?;
    connectors::build(workspace, true)?;
    let output = deb.output.clone().unwrap_or_else(|| workspace.target.join("deb"));
    let tree = Tree::new(output.join("tree"))?;
    tree.program(&program)?;
    tree.help(&program)?;
    tree.documents(workspace)?;
    tree.connectors(workspace)?;
    let package = Package::of(workspace, deb, &program)?;
    tree.control(workspace, &package)?;
    // Whoever only tries a package does not wait for it to become small.
    let compression = if deb.profile == "release" { "-Zxz" } else { "-Znone" };
    tree.pack(&output.join(format!("exchange_{}_{}.deb", package.version, package.architecture)), compression)
}

fn compile(workspace: &Workspace, profile: &str) -> Outcome<PathBuf> {
    let mut command = workspace.cargo();
    command.args(["build", "--package", "exchange", "--bin", "exchange", "--locked", "--profile", profile]);
    process::run(&mut command)?;
    let folder = if profile == "dev" { "debug" } else { profile };
    Ok(workspace.target.join(folder).join("exchange"))
}

/// What stands in the package's control file.
struct Package {
    version: String,
    architecture: String,
    /// The oldest C library that has everything the program asks for.
    libc: String,
    /// The versions of data that the program knows.
    data: String,
}

impl Package {
    fn of(workspace: &Workspace, deb: &Deb, program: &Path) -> Outcome<Self> {
        let version = match &deb.package_version {
            Some(version) => version.clone(),
            None => workspace.version()?,
        };
        let bytes = fs::read(program).context(|| format!("cannot read {}", program.display()))?;
        Ok(Self {
            version,
            architecture: process::read(Command::new("dpkg").arg("--print-architecture"))?,
            libc: newest_libc(&bytes).ok_or_else(|| Failure::new("the program asks for no C library"))?,
            data: process::read(Command::new(program).args(["migrate", "--known"]))?,
        })
    }

    fn filled(&self, text: &str, size: u64) -> String {
        text.replace("@VERSION@", &self.version)
            .replace("@ARCHITECTURE@", &self.architecture)
            .replace("@LIBC@", &self.libc)
            .replace("@VERSIONS@", &self.data)
            .replace("@SIZE@", &size.to_string())
    }
}

/// The greatest `GLIBC_2.x` among the names of symbols' versions.
fn newest_libc(program: &[u8]) -> Option<String> {
    let mark = b"GLIBC_2.";
    let starts = program.windows(mark.len()).enumerate().filter(|(_, window)| window == mark);
    let minor = starts.filter_map(|(at, _)| {
        let digits: String =
            program[at + mark.len()..].iter().map(|byte| char::from(*byte)).take(3).collect();
        digits.split(|c: char| !c.is_ascii_digit()).next()?.parse::<u32>().ok()
    });
    minor.max().map(|minor| format!("2.{minor}"))
}

/// The files of the package where they will be on the machine.
struct Tree(PathBuf);

impl Tree {
    fn new(root: PathBuf) -> Outcome<Self> {
        if root.exists() {
            fs::remove_dir_all(&root).context(|| format!("cannot clear {}", root.display()))?;
        }
        fs::create_dir_all(&root).context(|| format!("cannot make {}", root.display()))?;
        Ok(Self(root))
    }

    fn program(&self, program: &Path) -> Outcome {
        let place = self.copy(program, "usr/bin/exchange", 0o755)?;
        process::run(Command::new("strip").args(["--strip-unneeded", "--remove-section=.comment"]).arg(place))
    }

    /// Completions and manual pages.
    fn help(&self, program: &Path) -> Outcome {
        let shells = [
            ("bash", "usr/share/bash-completion/completions/exchange"),
            ("zsh", "usr/share/zsh/vendor-completions/_exchange"),
            ("fish", "usr/share/fish/vendor_completions.d/exchange.fish"),
        ];
        for (shell, place) in shells {
            let text = process::read(Command::new(program).args(["completions", shell]))?;
            self.write(place, &format!("{text}\n"), 0o644)?;
        }
        for (language, folder) in [("en", "usr/share/man/man1"), ("ru", "usr/share/man/ru/man1")] {
            let folder = self.0.join(folder);
            process::run(Command::new(program).args(["--lang", language, "man"]).arg(&folder))?;
            let pages = entries(&folder)?;
            process::run(Command::new("gzip").args(["-9", "--no-name"]).args(pages))?;
        }
        Ok(())
    }

    fn documents(&self, workspace: &Workspace) -> Outcome {
        let root = &workspace.root;
        let doc = "usr/share/doc/exchange";
        self.copy(&root.join("dist/exchange.service"), "usr/lib/systemd/system/exchange.service", 0o644)?;
        self.copy(&root.join("dist/debian/exchange.toml"), "etc/exchange/exchange.toml", 0o640)?;
        self.copy(&root.join("dist/debian/exchange-admin"), "usr/sbin/exchange-admin", 0o755)?;
        self.copy(&root.join("LICENSE"), &format!("{doc}/copyright"), 0o644)?;
        let others =
            ["dist/grafana-dashboard.json", "dist/alerts.yml", "host/schemas/CONFIG.md", "README.md"];
        for file in others {
            let name = file.rsplit('/').next().unwrap_or(file);
            self.copy(&root.join(file), &format!("{doc}/{name}"), 0o644)?;
        }
        let documents = entries(&root.join("docs"))?;
        let texts = documents.iter().filter(|file| file.extension().is_some_and(|end| end == "md"));
        texts.into_iter().try_for_each(|file| {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            self.copy(file, &format!("{doc}/{name}"), 0o644).map(drop)
        })
    }

    fn connectors(&self, workspace: &Workspace) -> Outcome {
        let packed = entries(&connectors::folder(workspace))?;
        let packed = packed.iter().filter(|file| file.extension().is_some_and(|end| end == "wasm"));
        packed.into_iter().try_for_each(|file| {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            self.copy(file, &format!("usr/share/exchange/connectors/{name}"), 0o644).map(drop)
        })
    }

    fn control(&self, workspace: &Workspace, package: &Package) -> Outcome {
        let size: u64 = process::read(Command::new("du").args(["-sk"]).arg(&self.0))?
            .split_whitespace()
            .next()
            .and_then(|kib| kib.parse().ok())
            .ok_or_else(|| Failure::new("du tells no size"))?;
        for (name, mode) in
            [("control", 0o644), ("preinst", 0o755), ("postinst", 0o755), ("prerm", 0o755), ("postrm", 0o755)]
        {
            let file = workspace.root.join("dist/debian").join(name);
            let text = fs::read_to_string(&file).context(|| format!("cannot read {}", file.display()))?;
            self.write(&format!("DEBIAN/{name}"), &package.filled(&text, size), mode)?;
        }
        self.write("DEBIAN/conffiles", "/etc/exchange/exchange.toml\n", 0o644)
    }

    fn pack(&self, file: &Path, compression: &str) -> Outcome<PathBuf> {
        let mut pack = Command::new("dpkg-deb");
        pack.args(["--build", "--root-owner-group", compression]).arg(&self.0).arg(file);
        process::read(&mut pack)?;
        Ok(file.to_owned())
    }

    fn copy(&self, from: &Path, place: &str, mode: u32) -> Outcome<PathBuf> {
        let bytes = fs::read(from).context(|| format!("cannot read {}", from.display()))?;
        self.put(place, &bytes, mode)
    }

    fn write(&self, place: &str, text: &str, mode: u32) -> Outcome {
        self.put(place, text.as_bytes(), mode).map(drop)
    }

    fn put(&self, place: &str, bytes: &[u8], mode: u32) -> Outcome<PathBuf> {
        let path = self.0.join(place);
        let written = fs::create_dir_all(path.parent().unwrap_or(&self.0))
            .and_then(|()| fs::write(&path, bytes))
            .and_then(|()| fs::set_permissions(&path, fs::Permissions::from_mode(mode)));
        written.context(|| format!("cannot write {}", path.display()))?;
        Ok(path)
    }
}

/// The files of a folder, by name.
fn entries(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let what = || format!("cannot read {}", folder.display());
    let entries = fs::read_dir(folder).context(what)?;
    let mut files: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_c_library_counts() {
        let program = b"..GLIBC_2.4\0GLIBC_2.34\0GLIBC_2.17\0GLIBC_2.x";
        assert_eq!(newest_libc(program).as_deref(), Some("2.34"));
        assert_eq!(newest_libc(b"GLIBC_1.0"), None);
    }
}
