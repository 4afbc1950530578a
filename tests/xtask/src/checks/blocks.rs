//! Runs the examples in documents.
//!
//! In `README.md`, `examples/*/README.md` and the READMEs of `plugins/*`, a fenced block with
//! the info string `sh test` is run by bash with `set -euo pipefail`:
//!
//! ````text
//! ```sh test
//! exchange check first-school
//! ```
//! ````
//!
//! All blocks of a document make one script, so that variables, `cd` and background programs
//! carry over, in the document's own folder inside a scratch copy of the workspace. The host
//! and the stand-in, built in the dev profile, are on the PATH. Programs left running at the
//! end are stopped.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Context, Failure, Outcome};
use crate::process;
use crate::workspace::Workspace;

/// The info string of a block to run.
const MARK: &str = "sh test";

/// A block and the line its code begins at.
#[derive(Debug, PartialEq)]
struct Block {
    line: usize,
    code: String,
}

/// Runs the marked blocks of all documents.
///
/// # Errors
/// When a block fails, with its exit code, its document and the line it begins at.
pub(super) fn run(workspace: &Workspace) -> Outcome {
    let mut marked = Vec::new();
    for document in documents(&workspace.root) {
        let text = fs::read_to_string(&document).context(|| format!("cannot read {}", document.display()))?;
        let blocks = blocks(&text);
        if !blocks.is_empty() {
            marked.push((document, blocks));
        }
    }
    if marked.is_empty() {
        println!("no document has a block marked `{MARK}`");
        return Ok(());
    }
    // As the tests have them: `cargo build` alone has other features, for which half of everything is compiled anew.
    process::run(workspace.cargo().args(["test", "--workspace", "--no-run", "--quiet"]))?;
    marked.iter().try_for_each(|(document, blocks)| run_document(workspace, document, blocks))
}

/// The documents that are there.
fn documents(root: &Path) -> Vec<PathBuf> {
    let mut found = vec![root.join("README.md")];
    for folder in ["examples", "plugins"] {
        let Ok(inside) = fs::read_dir(root.join(folder)) else { continue };
        found.extend(inside.flatten().map(|entry| entry.path().join("README.md")));
    }
    found.retain(|document| document.is_file());
    found.sort();
    found
}

/// The marked blocks of a document in their order.
fn blocks(text: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut open: Option<(String, Option<Block>)> = None;
    for (at, line) in text.lines().enumerate() {
        let fence = fence(line);
        open = match open.take() {
            None => fence.map(|(ticks, info)| {
                let block = (info == MARK).then(|| Block { line: at + 2, code: String::new() });
                (ticks.to_owned(), block)
            }),
            Some((ticks, block))
                if fence.is_some_and(|(end, info)| end.len() >= ticks.len() && info.is_empty()) =>
            {
                found.extend(block);
                None
            }
            Some((ticks, mut block)) => {
                if let Some(block) = &mut block {
                    block.code.push_str(line);
                    block.code.push('\n');
                }
                Some((ticks, block))
            }
        };
    }
    found
}

/// The backticks of a fence and the info string after them.
fn fence(line: &str) -> Option<(&str, &str)> {
    let line = line.trim();
    let (ticks, info) = line.split_at(line.len() - line.trim_start_matches('`').len());
    (ticks.len() >= 3 && !info.contains('`')).then(|| (ticks, info.trim()))
}

fn run_document(workspace: &Workspace, document: &Path, blocks: &[Block]) -> Outcome {
    let scratch = workspace.target.join("documents");
    fresh_copy(&workspace.root, &scratch).context(|| format!("cannot copy to {}", scratch.display()))?;
    let name = workspace.relative(document).to_string();
    let folder = scratch.join(&name).parent().map(Path::to_path_buf).unwrap_or(scratch);
    let mut bash = Command::new("bash");
    bash.arg("-c").arg(script(&name, blocks)).current_dir(folder);
    bash.env("PATH", with_programs(&workspace.target.join("debug"))?);
    // A block that calls cargo uses what is built already.
    bash.env("CARGO_TARGET_DIR", &workspace.target);
    let status = process::status(&mut bash)?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("an example in {name} ended with {status}: the last one named above"))
        .code(process::exit_code(status)))
}

/// One script that says which block it is at, and stops what it started.
fn script(name: &str, blocks: &[Block]) -> String {
    let mut script = String::from("set -euo pipefail\ntrap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n");
    for block in blocks {
        script.push_str(&format!("printf '%s\\n' '{name}:{}'\n{}", block.line, block.code));
    }
    script
}

fn with_programs(folder: &Path) -> Outcome<std::ffi::OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(folder.to_path_buf()).chain(std::env::split_paths(&path));
    std::env::join_paths(folders).context(|| "cannot put the built programs on the PATH".into())
}

fn fresh_copy(from: &Path, to: &Path) -> io::Result<()> {
    if to.exists() {
        fs::remove_dir_all(to)?;
    }
    copy(from, to)
}

/// Copies a folder without what is built, fetched or belongs to git.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (path, copied) = (entry.path(), to.join(entry.file_name()));
        if !path.is_dir() {
            fs::copy(path, copied)?;
        } else if !["target", ".git", "node_modules"].iter().any(|left_out| entry.file_name() == *left_out) {
            copy(&path, &copied)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = "# Title\n```sh\nnot run\n```\n\n```sh test\none\n\ntwo\n```\n\
        ````text\n```sh test\nshown only\n```\n````\n```sh test\nthree\n```\n";

    #[test]
    fn only_marked_blocks_are_taken_with_their_lines() {
        let expected =
            [Block { line: 7, code: "one\n\ntwo\n".into() }, Block { line: 17, code: "three\n".into() }];
        assert_eq!(blocks(DOCUMENT), expected);
    }

    #[test]
    fn a_script_stops_at_the_first_failure_and_says_where() {
        let blocks = [
            Block { line: 3, code: "a=1\n".into() },
            Block { line: 9, code: "test $a = 2\necho no\n".into() },
        ];
        let output = Command::new("bash").arg("-c").arg(script("README.md", &blocks)).output().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), "README.md:3\nREADME.md:9\n");
        assert_eq!(output.status.code(), Some(1));
    }

    #[test]
    fn a_copy_leaves_out_what_is_built() {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for file in ["a/b.toml", "target/debug/x", ".git/config", "c.md"] {
            let path = from.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, file).unwrap();
        }
        fs::write(to.path().join("stale"), "").unwrap();
        fresh_copy(from.path(), to.path()).unwrap();
        let mut names: Vec<_> =
            fs::read_dir(to.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["a", "c.md"]);
        assert!(to.path().join("a/b.toml").is_file());
    }

    #[test]
    fn documents_are_found_where_they_are() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("examples/first")).unwrap();
        fs::create_dir_all(root.path().join("examples/without")).unwrap();
        fs::write(root.path().join("examples/first/README.md"), "").unwrap();
        assert_eq!(documents(root.path()), [root.path().join("examples/first/README.md")]);
    }
}
