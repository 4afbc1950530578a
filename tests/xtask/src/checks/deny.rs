//! What may enter the dependency tree: licences, bans and sources by `deny.toml`, and known
//! vulnerabilities where the advisory database can be reached.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Context, Failure, Outcome};
use crate::process;
use crate::workspace::Workspace;

/// Pinned, so that a new lint of the tool never breaks an unchanged tree.
const VERSION: &str = "0.20.2";

/// How cargo-deny begins when the database cannot be fetched; any other failure is a failure.
const UNREACHABLE: &str = "failed to fetch advisory database";

/// Checks the dependency tree; installs the tool under `target/tools` first where it is missing.
///
/// # Errors
/// When the tree breaks a rule or has a known vulnerability, or the tool cannot be had.
pub(super) fn check(workspace: &Workspace) -> Outcome {
    let tool = tool(workspace)?;
    let deny = |arguments: &[&str]| {
        let mut command = Command::new(&tool);
        command.current_dir(&workspace.root).args(arguments);
        command
    };
    process::run(&mut deny(&["--locked", "check", "licenses", "bans", "sources"]))?;
    match fetch(&mut deny(&["fetch", "db"]))? {
        // What was fetched this moment is checked, and nothing is fetched a second time.
        Database::Fresh => process::run(&mut deny(&["--locked", "--offline", "check", "advisories"])),
        Database::OutOfReach(cause) => {
            println!("advisories not checked, their database is out of reach: {cause}");
            Ok(())
        }
    }
}

#[derive(Debug, PartialEq)]
enum Database {
    Fresh,
    OutOfReach(String),
}

fn fetch(command: &mut Command) -> Outcome<Database> {
    let output = command.output().context(|| format!("cannot start `{}`", process::line(command)))?;
    if output.status.success() {
        return Ok(Database::Fresh);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    if said.contains(UNREACHABLE) {
        return Ok(Database::OutOfReach(last_line(&said).to_owned()));
    }
    let failure = format!("`{}` failed: {}", process::line(command), said.trim());
    Err(Failure::new(failure).code(process::exit_code(output.status)))
}

/// Git says the cause last.
fn last_line(text: &str) -> &str {
    text.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default()
}

/// The tool in the pinned version.
fn tool(workspace: &Workspace) -> Outcome<PathBuf> {
    let folder = workspace.target.join("tools");
    let tool = folder.join("bin/cargo-deny");
    if !is_current(&tool) {
        let mut install = workspace.cargo();
        // Unoptimised: compiling takes most of the time, the checks take seconds.
        install.args(["install", "cargo-deny", "--debug", "--locked", "--version", VERSION, "--root"]);
        install.arg(&folder);
        process::run(&mut install)?;
    }
    Ok(tool)
}

fn is_current(tool: &Path) -> bool {
    process::read(Command::new(tool).arg("--version"))
        .is_ok_and(|said| said == format!("cargo-deny {VERSION}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fetching(script: &str) -> Outcome<Database> {
        fetch(Command::new("sh").args(["-c", script]))
    }

    #[test]
    fn only_an_unreachable_database_is_forgiven() {
        assert_eq!(fetching("exit 0").unwrap(), Database::Fresh);
        let script = "printf '[ERROR] failed to fetch advisory database https://x\\nfatal: no route\\n\\n' >&2; exit 1";
        assert_eq!(fetching(script).unwrap(), Database::OutOfReach("fatal: no route".into()));
        let failure = fetching("echo 'deny.toml: unexpected key' >&2; exit 2").unwrap_err();
        assert!(failure.to_string().ends_with("failed: deny.toml: unexpected key"), "{failure}");
        assert_eq!(failure.exit_code(), 2);
    }

    #[test]
    fn another_version_of_the_tool_is_not_current() {
        assert!(!is_current(Path::new("/nowhere/cargo-deny")));
        assert!(!is_current(Path::new("/bin/true")));
    }
}
