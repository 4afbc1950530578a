//! How much room the data take, and how much is left.

use std::path::Path;

/// Bytes on the disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Room {
    /// Of the host's database, with what belongs to it.
    pub(crate) host: u64,
    /// Of all schools' databases.
    pub(crate) schools: u64,
    /// Left for us; `None`: unknown.
    pub(crate) free: Option<u64>,
}

impl Room {
    /// Of the data in this folder. Looks at every file of it: not for every turn of a loop.
    pub(crate) fn of(data: &Path) -> Self {
        Self { host: databases(data), schools: databases(&data.join("schools")), free: free(data) }
    }
}

/// Of the databases in a folder and what SQLite keeps beside them; a folder that cannot be read has none.
fn databases(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let sizes = entries.filter(|entry| entry.file_name().to_string_lossy().contains(".db"));
    sizes.filter_map(|entry| entry.metadata().ok()).map(|about| about.len()).sum()
}

/// Bytes left for us where this folder is; `None`: unknown.
#[cfg(target_os = "linux")]
pub fn free(folder: &Path) -> Option<u64> {
    let room = rustix::fs::statvfs(folder).ok()?;
    Some(room.f_bavail.saturating_mul(room.f_frsize))
}

/// As on Linux, where it is known.
#[cfg(not(target_os = "linux"))]
pub fn free(_folder: &Path) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn databases_count_with_their_logs_and_nothing_else_does() {
        let folder = tempfile::tempdir().unwrap();
        let write =
            |name: &str, bytes: usize| std::fs::write(folder.path().join(name), vec![0; bytes]).unwrap();
        write("host.db", 10);
        write("host.db-wal", 5);
        write("serve.lane", 100);
        std::fs::create_dir(folder.path().join("schools")).unwrap();
        write("schools/a.db", 7);
        let room = Room::of(folder.path());
        assert_eq!((room.host, room.schools), (15, 7));
        assert!(room.free.is_some_and(|free| free > 0) || cfg!(not(target_os = "linux")));
    }
}
