//! The files of a backup, in a folder or a ZIP: written, read, compared with their checksums.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Component, Path};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::{Entry, FORMAT, Manifest};
use crate::error::{Error, Result};
use crate::model::Message;
pub(super) use crate::store::sqlite::file::no_file;

/// The file that says what the others are.
pub(super) const MANIFEST: &str = "manifest.json";

/// A backup that is being read.
pub(super) enum Package {
    Folder(std::path::PathBuf),
    Zip(Box<ZipArchive<File>>),
}

impl Package {
    pub(super) fn open(path: &Path) -> Result<Self> {
        if path.is_dir() {
            return Ok(Self::Folder(path.to_owned()));
        }
        let file = File::open(path).map_err(|cause| no_file(cause, path))?;
        let archive = ZipArchive::new(file).map_err(|cause| damaged(path, cause.to_string()))?;
        Ok(Self::Zip(Box::new(archive)))
    }

    /// Reads a file to its end.
    fn read<T>(&mut self, name: &str, work: impl FnOnce(&mut dyn Read) -> io::Result<T>) -> io::Result<T> {
        match self {
            Self::Folder(folder) => work(&mut File::open(folder.join(name))?),
            Self::Zip(archive) => work(&mut archive.by_name(name)?),
        }
    }

    /// What it holds, as far as this program understands it.
    pub(super) fn manifest(&mut self, path: &Path) -> Result<Manifest> {
        let mut text = String::new();
        self.read(MANIFEST, |file| file.take(64 << 20).read_to_string(&mut text))
            .map_err(|cause| damaged(path, format!("{MANIFEST}: {cause}")))?;
        let manifest: Manifest =
            serde_json::from_str(&text).map_err(|cause| damaged(path, format!("{MANIFEST}: {cause}")))?;
        if manifest.format != FORMAT {
            return Err(Error::failed(format!("the backup has layout {}", manifest.format))
                .message(Message::new("backup-newer").with("file", path.display()))
                .hint("use the program that made it, or a newer one"));
        }
        match manifest.files.iter().find(|entry| !is_plain(&entry.name)) {
            Some(entry) => Err(damaged(path, format!("`{}` is no file of a backup", entry.name))),
            None => Ok(manifest),
        }
    }

    /// Copies a file out, and compares it with what the manifest says of it.
    pub(super) fn copy(&mut self, path: &Path, entry: &Entry, to: &Path) -> Result<()> {
        let (name, limit) = (entry.name.as_str(), entry.bytes.saturating_add(1));
        let found = self.read(name, |file| write(&mut file.take(limit), to));
        let (bytes, blake3) = found.map_err(|cause| damaged(path, format!("{name}: {cause}")))?;
        if (bytes, &blake3) == (entry.bytes, &entry.blake3) {
            return Ok(());
        }
        Err(damaged(path, format!("{name}: its checksum is not what it was")))
    }
}

/// What a backup holds.
///
/// # Errors
/// It is none, or damaged, or of a layout that this program does not know.
pub fn manifest(path: &Path) -> Result<Manifest> {
    Package::open(path)?.manifest(path)
}

/// A relative path that leads down and nowhere else.
fn is_plain(name: &str) -> bool {
    let path = Path::new(name);
    !name.is_empty() && path.components().all(|part| matches!(part, Component::Normal(_)))
}

/// Writes a file that only its owner may read; answers its length and checksum.
fn write(from: &mut dyn Read, to: &Path) -> io::Result<(u64, String)> {
    if let Some(folder) = to.parent() {
        make_folder(folder)?;
    }
    let mut file = File::options().write(true).create_new(true).mode(0o600).open(to)?;
    let (mut hasher, mut buffer, mut bytes) = (blake3::Hasher::new(), vec![0; 1 << 16], 0);
    loop {
        let count = from.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        hasher.update(&buffer[..count]);
        file.write_all(&buffer[..count])?;
        bytes += count as u64;
    }
    file.sync_all()?;
    Ok((bytes, hasher.finalize().to_hex().to_string()))
}

/// Makes a folder that only its owner may look into.
pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Waits until a file, or the names in a folder, are on the disk.
pub(super) fn sync(path: &Path) -> Result<()> {
    File::open(path).and_then(|file| file.sync_all()).map_err(|cause| no_file(cause, path))
}

/// Length and checksum of a file.
pub(super) fn sum(path: &Path) -> Result<(u64, String)> {
    let sum = || -> io::Result<(u64, String)> {
        let mut hasher = blake3::Hasher::new();
        let file = File::open(path)?;
        hasher.update_reader(&file)?;
        Ok((file.metadata()?.len(), hasher.finalize().to_hex().to_string()))
    };
    sum().map_err(|cause| no_file(cause, path))
}

/// Writes the manifest into the folder of a backup.
pub(super) fn write_manifest(folder: &Path, manifest: &Manifest) -> Result<()> {
    let text = serde_json::to_vec_pretty(manifest)
        .map_err(|cause| Error::internal("cannot write the manifest").because(cause))?;
    let path = folder.join(MANIFEST);
    write(&mut text.as_slice(), &path).map(drop).map_err(|cause| no_file(cause, &path))
}

/// Packs the folder of a backup into a ZIP that only its owner may read.
pub(super) fn pack(folder: &Path, manifest: &Manifest, to: &Path) -> Result<()> {
    let pack = || -> io::Result<()> {
        let file = File::options().write(true).create_new(true).mode(0o600).open(to)?;
        let mut zip = ZipWriter::new(file);
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(1))
            .unix_permissions(0o600);
        let names = manifest.files.iter().map(|entry| (entry.name.as_str(), entry.bytes));
        for (name, bytes) in std::iter::once((MANIFEST, 0)).chain(names) {
            zip.start_file(name, options.large_file(bytes >= u64::from(u32::MAX)))?;
            io::copy(&mut File::open(folder.join(name))?, &mut zip)?;
        }
        zip.finish()?.sync_all()
    };
    pack().map_err(|cause| no_file(cause, to))
}

/// A backup that cannot be relied upon.
pub(super) fn damaged(path: &Path, cause: String) -> Error {
    Error::failed(format!("the backup {} is damaged", path.display()))
        .because(cause)
        .message(Message::new("backup-damaged").with("file", path.display()))
        .hint("nothing was changed; use another backup")
}
