//! Programs of the machine that tests can use and do without.

use std::fs;
use std::process::Command;

use crate::failure::{Context, Outcome};
use crate::process;
use crate::workspace::Workspace;

/// A program that comes in a package of Debian's.
struct Tool {
    /// Succeeds where the program is there.
    probe: &'static [&'static str],
    package: &'static str,
    /// Without what the package only recommends.
    lean: bool,
    /// What is left out without it.
    without: &'static str,
}

const fn tool(
    probe: &'static [&'static str],
    package: &'static str,
    lean: bool,
    without: &'static str,
) -> Tool {
    Tool { probe, package, lean, without }
}

const TOOLS: [Tool; 7] = [
    tool(&["strace", "-V"], "strace", false, "kills at system calls"),
    tool(
        &["openssl", "engine", "gost"],
        "libengine-gost-openssl",
        false,
        "the other opinion on GOST signatures",
    ),
    tool(&["faketime", "--version"], "faketime", true, "a term of school life, day by day"),
    tool(&["systemd-analyze", "--version"], "systemd", false, "systemd's opinion on the unit"),
    tool(&["chromium", "--version"], "chromium", true, "pages in a browser"),
    tool(&["node", "--version"], "nodejs", true, "what drives the browser, and a client of VK's stand-in"),
    tool(&["npm", "--version"], "npm", true, "what installs what node runs"),
];

const DEBOOTSTRAP: Tool =
    tool(&["debootstrap", "--version"], "debootstrap", false, "the Debian package in a root of its own");

/// Sees to it that they are there, where that can be done without questions; says so where one is not.
pub(super) fn provide(workspace: &Workspace) {
    TOOLS.iter().for_each(|tool| {
        tool.provide();
    });
    for (folder, what) in MODULES {
        if let Err(failure) = install_modules(workspace, folder) {
            println!("left out: {what}: {failure}");
        }
    }
}

/// Folders whose scripts node runs, and what is left out without their modules.
const MODULES: [(&str, &str); 2] =
    [("tests/browser", "what drives the browser"), ("tests/stand/clients", "a client of VK's stand-in")];

/// What a folder's scripts need, by its lock file. Nothing is asked of anybody where it is there already.
fn install_modules(workspace: &Workspace, folder: &str) -> Outcome {
    let folder = workspace.root.join(folder);
    let (lock, installed) =
        (folder.join("package-lock.json"), folder.join("node_modules/installed-from.json"));
    let wanted = fs::read(&lock).context(|| format!("cannot read {}", lock.display()))?;
    if fs::read(&installed).is_ok_and(|there| there == wanted) {
        return Ok(());
    }
    process::run(Command::new("npm").args(["ci", "--ignore-scripts"]).current_dir(&folder))?;
    fs::write(&installed, wanted).context(|| format!("cannot write {}", installed.display()))
}

/// The same of what makes a bare Debian; says whether it is there.
pub(super) fn provide_debootstrap() -> bool {
    DEBOOTSTRAP.provide()
}

/// Does this process have the superuser's rights?
pub(super) fn is_root() -> bool {
    process::read(Command::new("id").arg("-u")).is_ok_and(|id| id == "0")
}

impl Tool {
    fn is_there(&self) -> bool {
        process::read(Command::new(self.probe[0]).args(&self.probe[1..])).is_ok()
    }

    fn provide(&self) -> bool {
        if !self.is_there() && is_root() {
            self.install();
        }
        let is_there = self.is_there();
        if !is_there {
            println!("left out: {}, for want of {} (apt install {1})", self.without, self.package);
        }
        is_there
    }

    /// A machine that knows no packages yet is told of them first.
    fn install(&self) {
        let install = || {
            let mut apt = Command::new("apt-get");
            apt.args(["install", "--yes", "--quiet", self.package]).env("DEBIAN_FRONTEND", "noninteractive");
            apt.args(self.lean.then_some("--no-install-recommends"));
            process::run(&mut apt)
        };
        if install().is_ok() {
            return;
        }
        let updated = process::run(Command::new("apt-get").args(["update", "--quiet"]));
        if let Err(failure) = updated.and_then(|()| install()) {
            println!("{failure}");
        }
    }
}
