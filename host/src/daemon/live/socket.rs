//! The socket at which a process answers, and asking at those of others.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::UnixListener;
use tokio::task::JoinHandle;

use crate::error::{Context, Kind, Result};

/// Bytes of what one process tells at most: a thousand runs are less.
const MOST: u64 = 4 << 20;
/// How long a process may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Where this process answers, until it is dropped.
pub(super) struct Socket {
    path: PathBuf,
    inode: u64,
    server: JoinHandle<()>,
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.server.abort();
        // After changed settings another one may answer there. What stays is cleared away by whoever looks next.
        if inode(&self.path).is_ok_and(|now| now == self.inode) {
            drop(std::fs::remove_file(&self.path));
        }
    }
}

impl Socket {
    /// Listens under a name of its own first: a socket that is there is one that answers.
    pub(super) fn listen(folder: &Path, tell: impl Fn() -> Option<Vec<u8>> + Send + 'static) -> Result<Self> {
        let what = || format!("cannot listen in {}", folder.display());
        std::fs::create_dir_all(folder).context(Kind::Failed, what())?;
        clear(folder);
        let path = folder.join(format!("{}.sock", std::process::id()));
        let fresh = path.with_extension("new");
        drop(std::fs::remove_file(&fresh));
        let place = Place::of(&fresh).context(Kind::Failed, what())?;
        let listener = UnixListener::bind(&place.path).context(Kind::Failed, what())?;
        let inode = inode(&fresh).context(Kind::Failed, what())?;
        std::fs::rename(&fresh, &path).context(Kind::Failed, what())?;
        Ok(Self { path, inode, server: tokio::spawn(answer(listener, tell)) })
    }
}

fn inode(socket: &Path) -> std::io::Result<u64> {
    std::fs::metadata(socket).map(|about| about.ino())
}

/// Tells everybody who connects, one after the other, until there is nothing to tell of.
async fn answer(listener: UnixListener, tell: impl Fn() -> Option<Vec<u8>> + Send) {
    loop {
        // Out of file descriptors, for one: this view is the first to do without.
        let Ok((mut peer, _)) = listener.accept().await else {
            tokio::time::sleep(PATIENCE).await;
            continue;
        };
        let Some(told) = tell() else { return };
        // Who asked and went away misses nothing.
        drop(tokio::time::timeout(PATIENCE, peer.write_all(&told)).await);
    }
}

/// The sockets in a folder; none where there is no folder.
pub(super) fn sockets(folder: &Path) -> Result<Vec<PathBuf>> {
    let what = || format!("cannot look into {}", folder.display());
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.context(Kind::Failed, what())?,
    };
    let paths = entries.flatten().map(|entry| entry.path());
    Ok(paths.filter(|path| path.extension().is_some_and(|end| end == "sock")).collect())
}

/// What the process at this socket tells.
pub(super) fn ask(socket: &Path) -> std::io::Result<Vec<u8>> {
    let stream = connect(socket)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut told = Vec::new();
    stream.take(MOST).read_to_end(&mut told)?;
    Ok(told)
}

/// Connects; the socket of a dead process is cleared away.
fn connect(socket: &Path) -> std::io::Result<UnixStream> {
    let place = Place::of(socket)?;
    UnixStream::connect(&place.path).inspect_err(|error| {
        if error.kind() == ErrorKind::ConnectionRefused {
            drop(std::fs::remove_file(socket));
        }
    })
}

fn clear(folder: &Path) {
    sockets(folder).unwrap_or_default().iter().for_each(|socket| drop(connect(socket)));
}

/// A path that fits the hundred bytes that an address of a socket has: through the open folder.
struct Place {
    path: PathBuf,
    _folder: File,
}

impl Place {
    fn of(socket: &Path) -> std::io::Result<Self> {
        let folder = File::open(socket.parent().unwrap_or(Path::new(".")))?;
        let through = PathBuf::from(format!("/proc/self/fd/{}", folder.as_raw_fd()));
        // Where there is no /proc, the path as it stands has to be short enough.
        let path = if through.exists() {
            through.join(socket.file_name().unwrap_or_default())
        } else {
            socket.to_owned()
        };
        Ok(Self { path, _folder: folder })
    }
}
