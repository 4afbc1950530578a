//! The one tool of the machine that tests can use and do without: `strace`, which kills the program at system calls.

use std::process::Command;

use crate::process;

/// Sees to it that `strace` is there, where that can be done without questions; says so where it is not.
pub(super) fn provide() {
    let is_there = || process::read(Command::new("strace").arg("-V")).is_ok();
    if is_there() {
        return;
    }
    let superuser = process::read(Command::new("id").arg("-u")).is_ok_and(|id| id == "0");
    if superuser {
        let mut install = Command::new("apt-get");
        install.args(["install", "--yes", "--quiet", "strace"]).env("DEBIAN_FRONTEND", "noninteractive");
        if let Err(failure) = process::run(&mut install) {
            println!("{failure}");
        }
    }
    if !is_there() {
        println!("strace is not installed: kills at system calls are left out (apt install strace)");
    }
}
