//! `exchange init`: a folder one can begin with.

use std::path::Path;

use super::output::Output;
use crate::error::{Context, Error, Kind, Result};
use crate::model::Message;
use crate::report::Catalogue;

/// What a new folder's `exchange.toml` says: the whole example, so that nobody has to look elsewhere.
const HOST: &str = include_str!("../../../exchange.toml");
/// A first school.
const SCHOOL: &str = include_str!("../../../examples/first-school/schools/school57.toml");

/// Makes the folder; touches nothing that is there.
pub(super) fn init(dir: &Path, output: Output, catalogue: &Catalogue) -> Result<u8> {
    let files = [("exchange.toml", HOST), ("schools/school57.toml", SCHOOL)];
    let existing = files.iter().map(|(name, _)| dir.join(name)).find(|path| path.exists());
    if let Some(path) = existing {
        return Err(Error::config(format!("{} is there already", path.display()))
            .hint("choose another folder, or remove the file first"));
    }
    for folder in ["schools", "connectors", "data"] {
        std::fs::create_dir_all(dir.join(folder))
            .context(Kind::Failed, format!("cannot make the folder {folder}"))?;
    }
    for (name, text) in files {
        super::app::write_file(&dir.join(name), text.as_bytes())?;
        output.line(catalogue.text(&Message::new("init-made").with("file", dir.join(name).display())))?;
    }
    output.line(catalogue.word("init-next")).map(|()| 0)
}
