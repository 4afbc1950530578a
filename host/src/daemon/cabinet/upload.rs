//! Files on their way in: where they lie, for how long, and how much of them may come.
//!
//! They hold children's data: their folder is readable by the program alone, each upload is deleted with the last who
//! holds it, and what a killed process left is deleted at the next start. How much of the disk all uploads take together
//! is counted while they come in.

use std::fs::{DirBuilder, File, Permissions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tempfile::TempDir;

use crate::error::{Context, Error, Kind, Result};
use crate::model::visible;

/// Files at once.
pub const FILES: usize = 20;

/// Bytes of one of them: as many as a workbook may have.
pub const FILE_BYTES: u64 = 64 << 20;

/// Bytes of all of them.
pub const ALL_BYTES: u64 = 96 << 20;

/// Bytes of everybody's uploads that lie there at one time.
const EVERYBODYS_BYTES: u64 = 1 << 30;

/// Characters of a file's name that are kept.
const NAME: usize = 80;

/// Why no more of an upload is taken.
#[derive(Debug)]
pub enum Stopped {
    /// More files than may come at once.
    TooMany,
    /// A file is too large; its name.
    TooLarge(String),
    /// All together are too large.
    AllTooLarge,
    /// Everybody's uploads take as much room as they may.
    Full,
    /// The disk does not take it.
    Fault(Error),
}

/// Where uploads lie.
#[derive(Debug)]
pub(super) struct Uploads {
    folder: PathBuf,
    taken: Arc<AtomicU64>,
}

impl Uploads {
    /// Uploads of this data folder. Those of a process before are deleted.
    pub(super) fn open(data: &Path) -> Result<Self> {
        let folder = data.join("uploads");
        match std::fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                let what = format!("what was left in {} cannot be deleted", folder.display());
                Err(Error::failed(what).because(error))
            }
            _ => Ok(Self { folder, taken: Arc::default() }),
        }
    }

    /// A new one, empty.
    pub(super) fn begin(&self) -> Result<Upload> {
        let what = || format!("no files can be taken in {}", self.folder.display());
        DirBuilder::new().recursive(true).mode(0o700).create(&self.folder).context(Kind::Failed, what())?;
        // Readable by its owner alone.
        let private = Permissions::from_mode(0o700);
        let folder = tempfile::Builder::new().permissions(private).tempdir_in(&self.folder);
        let folder = folder.context(Kind::Failed, what())?;
        Ok(Upload { folder, files: Vec::new(), open: None, bytes: 0, taken: Arc::clone(&self.taken) })
    }
}

/// Files that somebody hands in. Deleted when it is dropped.
#[derive(Debug)]
pub struct Upload {
    folder: TempDir,
    files: Vec<PathBuf>,
    open: Option<(File, u64)>,
    bytes: u64,
    taken: Arc<AtomicU64>,
}

impl Upload {
    /// Begins the next file, which somebody calls so.
    ///
    /// # Errors
    /// There are too many, or the disk does not take it.
    pub fn begin(&mut self, said: &str) -> std::result::Result<(), Stopped> {
        if self.files.len() == FILES {
            return Err(Stopped::TooMany);
        }
        // A folder each: two may have one name.
        let folder = self.folder.path().join(self.files.len().to_string());
        let path = folder.join(name_of(said));
        let made = std::fs::create_dir(&folder).and_then(|()| File::create_new(&path));
        let file = made.context(Kind::Failed, "a file cannot be taken").map_err(Stopped::Fault)?;
        self.files.push(path);
        self.open = Some((file, 0));
        Ok(())
    }

    /// Takes some more of the file that was begun last.
    ///
    /// # Errors
    /// It is too much, or the disk does not take it.
    pub fn write(&mut self, bytes: &[u8]) -> std::result::Result<(), Stopped> {
        let count = bytes.len() as u64;
        let Some((file, length)) = &mut self.open else { return Ok(()) };
        *length += count;
        if *length > FILE_BYTES {
            return Err(Stopped::TooLarge(self.names().pop().unwrap_or_default()));
        }
        if self.bytes + count > ALL_BYTES {
            return Err(Stopped::AllTooLarge);
        }
        self.bytes += count;
        if self.taken.fetch_add(count, Ordering::Relaxed) + count > EVERYBODYS_BYTES {
            return Err(Stopped::Full);
        }
        file.write_all(bytes).context(Kind::Failed, "a file cannot be taken").map_err(Stopped::Fault)
    }

    /// Nothing came.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Where its files lie.
    pub(super) fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// What its files are called.
    pub(super) fn names(&self) -> Vec<String> {
        let name = |path: &PathBuf| path.file_name().map(|name| name.to_string_lossy().into_owned());
        self.files.iter().filter_map(name).collect()
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        self.taken.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// A name under which a file can lie, by which it is told what it holds: without folders and marks that steer, not too
/// long, its ending kept.
fn name_of(said: &str) -> String {
    let last = said.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain = visible(last);
    let plain = plain.trim().trim_start_matches('.').trim();
    let count = plain.chars().count();
    if count <= NAME {
        return if plain.is_empty() { "file".to_owned() } else { plain.to_owned() };
    }
    let ending: String =
        plain.rsplit_once('.').map(|(_, ending)| ending.chars().take(8).collect()).unwrap_or_default();
    let stem: String = plain.chars().take(NAME - ending.chars().count() - 1).collect();
    format!("{stem}.{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_nowhere_and_keeps_what_tells_of_the_file() {
        let table = [
            ("pupils.csv", "pupils.csv"),
            ("Приказы 2026.xlsx", "Приказы 2026.xlsx"),
            ("../../etc/passwd", "passwd"),
            ("C:\\school\\pupils.csv", "pupils.csv"),
            ("..", "file"),
            ("", "file"),
            ("/", "file"),
            (".bashrc", "bashrc"),
            ("a\u{202e}vsc.exe\n", "a vsc.exe"),
            ("a\0b.csv", "a b.csv"),
        ];
        for (said, name) in table {
            assert_eq!(name_of(said), name, "{said:?}");
        }
        let long = name_of(&format!("{}.csv", "ы".repeat(500)));
        assert_eq!(long.chars().count(), NAME);
        assert!(long.ends_with(".csv") && long.len() < 255, "{long}");
    }

    #[test]
    fn files_are_private_and_gone_with_their_upload_and_at_the_next_start() {
        let data = tempfile::tempdir().unwrap();
        let uploads = Uploads::open(data.path()).unwrap();
        let mut upload = uploads.begin().unwrap();
        for _ in 0..2 {
            upload.begin("pupils.csv").unwrap();
            upload.write(b"id\n1\n").unwrap();
        }
        assert_eq!(upload.names(), ["pupils.csv", "pupils.csv"]);
        assert_eq!(std::fs::read(&upload.files()[1]).unwrap(), b"id\n1\n");
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&data.path().join("uploads")), 0o700);
        assert_eq!(mode(upload.folder.path()), 0o700);
        let before = upload.folder.path().to_owned();
        assert_eq!(uploads.taken.load(Ordering::Relaxed), 10);
        drop(upload);
        assert!(!before.exists());
        assert_eq!(uploads.taken.load(Ordering::Relaxed), 0);
        // Killed in between: nobody drops anything.
        std::mem::forget(uploads.begin().unwrap());
        Uploads::open(data.path()).unwrap();
        assert!(!data.path().join("uploads").exists());
    }

    #[test]
    fn an_upload_takes_so_much_and_no_more() {
        let data = tempfile::tempdir().unwrap();
        let uploads = Uploads::open(data.path()).unwrap();
        let mut many = uploads.begin().unwrap();
        (0..FILES).for_each(|_| many.begin("a.csv").unwrap());
        assert!(matches!(many.begin("a.csv"), Err(Stopped::TooMany)));
        let piece = vec![0; 8 << 20];
        let fill = |upload: &mut Upload| {
            upload.begin("large.csv").unwrap();
            (0..).find_map(|n: u64| upload.write(&piece).err().map(|stopped| (n, stopped))).unwrap()
        };
        let mut upload = uploads.begin().unwrap();
        assert!(matches!(fill(&mut upload), (8, Stopped::TooLarge(name)) if name == "large.csv"));
        assert!(matches!(fill(&mut upload), (4, Stopped::AllTooLarge)));
        uploads.taken.store(EVERYBODYS_BYTES, Ordering::Relaxed);
        let mut late = uploads.begin().unwrap();
        assert!(matches!(fill(&mut late), (0, Stopped::Full)));
    }
}
