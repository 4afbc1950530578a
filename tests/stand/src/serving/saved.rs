//! The state of a stand-in in one file of its folder.

use std::io;
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The state saved as `file` in `folder`, which is made where it is missing; an empty state where nothing was saved.
pub(crate) fn load<T: Default + DeserializeOwned>(folder: &Path, file: &str) -> io::Result<T> {
    std::fs::create_dir_all(folder)?;
    let file = folder.join(file);
    let read = match std::fs::read(&file) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(io::Error::from),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(T::default()),
        Err(error) => Err(error),
    };
    read.map_err(|error| {
        let text = format!(
            "cannot read the state in {}: {error}\nhint: name another folder, or move this file away",
            file.display()
        );
        io::Error::new(error.kind(), text)
    })
}

/// Writes a new file beside the old one and renames it, so that a kill leaves one of the two whole.
/// There is no fsync: the state has to survive the end of this process, not of the machine.
pub(crate) fn save<T: Serialize>(state: &T, folder: &Path, file: &str) -> io::Result<()> {
    let fresh = folder.join(format!("{file}.new"));
    std::fs::write(&fresh, serde_json::to_vec(state)?)?;
    std::fs::rename(fresh, folder.join(file))
}
