//! `exchange man`: manual pages out of the help, a page a command, for whoever packages the program.

use std::path::Path;

use clap::{Command, CommandFactory};
use clap_mangen::Man;

use super::app::write_file;
use super::args::Cli;
use super::help;
use crate::error::{Context, Kind, Result};
use crate::report::Catalogue;

/// Writes `exchange.1`, `exchange-run.1`, … into a folder, in the language of the catalogue.
pub(super) fn write(folder: &Path, catalogue: &Catalogue) -> Result<()> {
    std::fs::create_dir_all(folder)
        .context(Kind::Failed, format!("cannot make the folder {}", folder.display()))?;
    let mut command = help::localise(Cli::command(), catalogue);
    command.build();
    page(folder, &command, "exchange")
}

fn page(folder: &Path, command: &Command, name: &str) -> Result<()> {
    let mut text = Vec::new();
    let man = Man::new(command.clone()).title(name.to_uppercase());
    man.render(&mut text).context(Kind::Internal, "a manual page cannot be made")?;
    write_file(&folder.join(format!("{name}.1")), &text)?;
    command.get_subcommands().try_for_each(|sub| page(folder, sub, &format!("{name}-{}", sub.get_name())))
}
