//! Who uses a data folder: many processes at once, or one alone that changes what all of them rely on. An advisory
//! lock of the operating system on `<data>/in-use.lane`, free the moment a process dies.

use std::fs::{File, TryLockError};
use std::path::Path;

use crate::error::{Error, Result};
use crate::model::Message;

use super::file::no_file;

/// A data folder in use until this is dropped or the process ends in whatever way.
#[derive(Debug)]
pub struct InUse(#[expect(dead_code, reason = "held for its end")] File);

impl InUse {
    /// Beside others. Refused while somebody has it alone.
    pub fn shared(data: &Path) -> Result<Self> {
        let (file, path) = open(data)?;
        match file.try_lock_shared() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => {
                Err(Error::failed("the key of this data folder is being replaced")
                    .message(Message::new("store-owned"))
                    .hint("exchange key status"))
            }
            Err(TryLockError::Error(cause)) => Err(no_file(cause, &path)),
        }
    }

    /// Alone. Refused while anybody uses it.
    pub fn alone(data: &Path) -> Result<Self> {
        let (file, path) = open(data)?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(Error::failed("another process uses this data folder")
                .message(Message::new("store-used").with("folder", data.display()))
                .hint("systemctl stop exchange")),
            Err(TryLockError::Error(cause)) => Err(no_file(cause, &path)),
        }
    }
}

/// Locking needs no right to write: who may only read is refused by the databases, which say it better.
fn open(data: &Path) -> Result<(File, std::path::PathBuf)> {
    std::fs::create_dir_all(data).map_err(|cause| no_file(cause, data))?;
    let path = data.join("in-use.lane");
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(_) => {
            let mut options = File::options();
            options.create(true).truncate(false).write(true);
            options.open(&path).map_err(|cause| no_file(cause, &path))?
        }
    };
    Ok((file, path))
}
