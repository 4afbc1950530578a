//! Programs of the machine that tests can use and do without.

use std::process::Command;

use crate::process;

/// A program that comes in a package of Debian's.
struct Tool {
    /// Succeeds where the program is there.
    probe: &'static [&'static str],
    package: &'static str,
    /// What is left out without it.
    without: &'static str,
}

const TOOLS: [Tool; 2] = [
    Tool { probe: &["strace", "-V"], package: "strace", without: "kills at system calls" },
    Tool {
        probe: &["openssl", "engine", "gost"],
        package: "libengine-gost-openssl",
        without: "the other opinion on GOST signatures",
    },
];

/// Sees to it that they are there, where that can be done without questions; says so where one is not.
pub(super) fn provide() {
    TOOLS.iter().for_each(Tool::provide);
}

impl Tool {
    fn is_there(&self) -> bool {
        process::read(Command::new(self.probe[0]).args(&self.probe[1..])).is_ok()
    }

    fn provide(&self) {
        if self.is_there() {
            return;
        }
        if process::read(Command::new("id").arg("-u")).is_ok_and(|id| id == "0") {
            self.install();
        }
        if !self.is_there() {
            println!("left out: {}, for want of {} (apt install {1})", self.without, self.package);
        }
    }

    /// A machine that knows no packages yet is told of them first.
    fn install(&self) {
        let install = || {
            let mut apt = Command::new("apt-get");
            apt.args(["install", "--yes", "--quiet", self.package]).env("DEBIAN_FRONTEND", "noninteractive");
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
