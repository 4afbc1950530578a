//! `cargo xtask demo`: everything built, and a person's first evening shown step by step.

mod cabinet;
mod compare;
pub(crate) mod dialogue;
mod evening;
mod show;
mod stage;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::failure::{Context, Failure, Outcome};
use crate::workspace::Workspace;
use crate::{connectors, process};
use show::Show;

/// Builds host, stand-in and connectors and plays the demo in a fresh folder: `keep`, or
/// `target/demo`, which is made anew each time. With `web` the second half is left to whoever opens the cabinet.
///
/// # Errors
/// When something does not build, or a step ends otherwise than expected.
pub(crate) fn run(workspace: &Workspace, keep: Option<&Path>, web: bool) -> Outcome {
    process::run(
        workspace.cargo().args("build --release --package exchange --package exchange-stand".split(' ')),
    )?;
    connectors::build(workspace, true)?;
    let folder = folder(workspace, keep)?;
    let programs = workspace.target.join("release");
    let start = Instant::now();
    let stage = stage::set(workspace, &folder)?;
    let mut show = Show::new(&folder, &programs);
    if web {
        evening::first_half(&mut show, &stage)?;
        return cabinet::open(show, &folder);
    }
    evening::play(&mut show, &stage)?;
    drop(show);
    println!("\n{:.1} s. To go on by hand:", start.elapsed().as_secs_f64());
    println!("$ cd {}", folder.display());
    println!("$ export EXCHANGE_LANG=ru PATH={}:$PATH", programs.display());
    println!("$ {} &", evening::stand(&stage).join(" "));
    println!("$ exchange --help");
    Ok(())
}

/// An empty folder. One that a person names is never emptied for them.
fn folder(workspace: &Workspace, keep: Option<&Path>) -> Outcome<PathBuf> {
    let folder = keep.map_or_else(|| workspace.target.join("demo"), Path::to_path_buf);
    if keep.is_none() && folder.exists() {
        fs::remove_dir_all(&folder).context(|| format!("cannot empty {}", folder.display()))?;
    }
    fs::create_dir_all(&folder).context(|| format!("cannot make {}", folder.display()))?;
    let mut inside = fs::read_dir(&folder).context(|| format!("cannot read {}", folder.display()))?;
    if inside.next().is_some() {
        return Err(
            Failure::new(format!("{} is not empty", folder.display())).hint("name a new folder with --keep")
        );
    }
    folder.canonicalize().context(|| format!("cannot find {}", folder.display()))
}
