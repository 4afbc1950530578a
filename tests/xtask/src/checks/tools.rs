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

const TOOLS: [Tool; 3] = [
    Tool { probe: &["strace", "-V"], package: "strace", without: "kills at system calls" },
    Tool {
        probe: &["openssl", "engine", "gost"],
        package: "libengine-gost-openssl",
        without: "the other opinion on GOST signatures",
    },
    Tool {
        probe: &["systemd-analyze", "--version"],
        package: "systemd",
        without: "systemd's opinion on the unit",
    },
];

const DEBOOTSTRAP: Tool = Tool {
    probe: &["debootstrap", "--version"],
    package: "debootstrap",
    without: "the Debian package in a root of its own",
};

/// Sees to it that they are there, where that can be done without questions; says so where one is not.
pub(super) fn provide() {
    TOOLS.iter().for_each(|tool| {
        tool.provide();
    });
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
