//! The key that encrypts what is secret at rest: from a file, the environment or a command.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::error::{Context, Error, Kind, Result};
use crate::model::setup::{HostConfig, KeySource};
use crate::model::{Message, hex};
use crate::store::{KeyRing, MasterKey};

/// The keys, read once.
pub(super) struct Keys {
    source: KeySource,
    previous: Option<KeySource>,
    ring: OnceLock<KeyRing>,
}

impl Keys {
    /// From where the settings say.
    pub(super) fn of(host: &HostConfig) -> Self {
        Self { source: host.key.clone(), previous: host.previous_key.clone(), ring: OnceLock::new() }
    }

    /// The keys; a key file is made when it is missing.
    pub(super) fn ring(&self) -> Result<KeyRing> {
        if let Some(ring) = self.ring.get() {
            return Ok(ring.clone());
        }
        let ring = self.read()?;
        Ok(self.ring.get_or_init(|| ring).clone())
    }

    /// While the key in a file is being replaced, the next one lies beside it and seals already.
    fn read(&self) -> Result<KeyRing> {
        let mut keys = vec![read(&self.source)?];
        if let Some(next) = self.next_file().filter(|next| next.exists()) {
            keys.insert(0, read_there(&next)?);
        }
        if let Some(previous) = &self.previous {
            keys.push(match previous {
                KeySource::File(path) => read_there(path)?,
                other => read(other)?,
            });
        }
        let others = keys.split_off(1).into_iter().map(MasterKey).collect();
        Ok(KeyRing { current: MasterKey(keys[0]), others })
    }

    /// Where the key comes from, in words of the settings.
    pub(super) fn source(&self) -> &KeySource {
        &self.source
    }

    /// Is a replacement under way?
    pub(super) fn unfinished(&self) -> bool {
        self.previous.is_some() || self.next_file().is_some_and(|next| next.exists())
    }

    /// Begins to replace the key: the settings name both, or the next one is made beside the file.
    pub(super) fn begin_change(&self) -> Result<KeyRing> {
        if self.previous.is_none() {
            let next = self.next_file().ok_or_else(no_other_key)?;
            read(&self.source)?;
            if !next.exists() {
                make(&next)?;
            }
        }
        self.read()
    }

    /// Everything is under the new key: the next file takes the place of the file. The old key stays beside it under
    /// its id, for backups that it sealed, and is answered; or is overwritten and removed.
    pub(super) fn finish_change(&self, old: &MasterKey, destroy: bool) -> Result<Option<PathBuf>> {
        let (KeySource::File(file), Some(next)) = (&self.source, self.next_file()) else { return Ok(None) };
        if !next.exists() {
            return Ok(None);
        }
        let kept = beside(file, &format!("old-{}", old.id()));
        let keep = std::fs::hard_link(file, &kept)
            .or_else(|error| if error.kind() == ErrorKind::AlreadyExists { Ok(()) } else { Err(error) });
        keep.and_then(|()| std::fs::rename(&next, file))
            .and_then(|()| sync_folder(file))
            .context(Kind::Failed, format!("cannot replace the key file {}", file.display()))?;
        if !destroy {
            return Ok(Some(kept));
        }
        overwrite(&kept).context(Kind::Failed, format!("cannot destroy {}", kept.display()))?;
        Ok(None)
    }

    /// Old keys that lie beside the file.
    pub(super) fn kept(&self) -> Vec<PathBuf> {
        let KeySource::File(file) = &self.source else { return Vec::new() };
        let prefix = beside(file, "old-");
        let entries = std::fs::read_dir(folder(file)).into_iter().flatten().flatten();
        let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let prefix = name(&prefix);
        let mut kept: Vec<PathBuf> =
            entries.map(|entry| entry.path()).filter(|path| name(path).starts_with(&prefix)).collect();
        kept.sort();
        kept
    }

    fn next_file(&self) -> Option<PathBuf> {
        match &self.source {
            KeySource::File(file) => Some(beside(file, "next")),
            KeySource::Env(_) | KeySource::Command(_) => None,
        }
    }
}

fn no_other_key() -> Error {
    Error::config("the settings name no previous key")
        .message(Message::new("key-no-previous"))
        .hint("[key]\nenv = \"EXCHANGE_KEY_2\"\nprevious = { env = \"EXCHANGE_KEY\" }")
}

/// `exchange.key` → `exchange.key.next`.
fn beside(file: &Path, what: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(what);
    name.into()
}

fn folder(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn sync_folder(file: &Path) -> std::io::Result<()> {
    File::open(folder(file))?.sync_all()
}

/// A file that is gone, and whose content is gone as far as the disk lets us.
fn overwrite(path: &Path) -> std::io::Result<()> {
    let file = File::options().write(true).open(path)?;
    let length = usize::try_from(file.metadata()?.len()).unwrap_or_default();
    (&file).write_all(&vec![b'0'; length])?;
    file.sync_all()?;
    std::fs::remove_file(path)
}

/// The key in a file that has to be there.
fn read_there(path: &Path) -> Result<[u8; 32]> {
    let text = std::fs::read_to_string(path)
        .context(Kind::Config, format!("cannot read the key file {}", path.display()))?;
    private(path)?;
    key_in(&text)
}

fn read(source: &KeySource) -> Result<[u8; 32]> {
    let text = match source {
        KeySource::File(path) => from_file(path)?,
        KeySource::Env(name) => std::env::var(name)
            .context(Kind::Config, format!("the key is expected in the environment variable {name}"))?,
        KeySource::Command(command) => from_command(command)?,
    };
    key_in(&text)
}

fn key_in(text: &str) -> Result<[u8; 32]> {
    decode(text.trim()).ok_or_else(|| {
        Error::config("the key is not 32 bytes in hex or base64").hint("make one with: openssl rand -hex 32")
    })
}

fn from_file(path: &Path) -> Result<String> {
    match std::fs::read_to_string(path) {
        Ok(text) => {
            private(path)?;
            Ok(text)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => make(path),
        Err(error) => {
            Err(Error::config(format!("cannot read the key file {}", path.display())).because(error))
        }
    }
}

/// Others may not read the key.
fn private(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode =
        std::fs::metadata(path).context(Kind::Config, "cannot look at the key file")?.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(Error::config(format!("the key file {} can be read by others", path.display()))
        .hint(format!("chmod 600 {}", path.display())))
}

fn make(path: &Path) -> Result<String> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|error| Error::failed(format!("no randomness for a key: {error}")))?;
    let text = hex(&bytes);
    std::fs::create_dir_all(folder(path)).context(Kind::Failed, "cannot make the folder of the key file")?;
    // Under another name until it is whole and on the disk: half a key would be taken for one.
    let half = beside(path, &format!("{}.part", std::process::id()));
    std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&half)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .and_then(|()| put_in_place(&half, path))
        .inspect_err(|_| drop(std::fs::remove_file(&half)))
        .context(Kind::Failed, format!("cannot make the key file {}", path.display()))?;
    // Another process may have been faster: what lies there is the key.
    std::fs::read_to_string(path)
        .context(Kind::Failed, format!("cannot read the key file {}", path.display()))
}

/// Gives a whole file its name unless another one has it already.
fn put_in_place(half: &Path, path: &Path) -> std::io::Result<()> {
    let put = std::fs::hard_link(half, path)
        .or_else(|error| if error.kind() == ErrorKind::AlreadyExists { Ok(()) } else { Err(error) });
    put.and_then(|()| std::fs::remove_file(half)).and_then(|()| sync_folder(path))
}

fn from_command(command: &[String]) -> Result<String> {
    let (program, arguments) =
        command.split_first().ok_or_else(|| Error::config("the key's command is empty"))?;
    let output = Command::new(program)
        .args(arguments)
        .output()
        .context(Kind::Config, format!("cannot run the key's command `{program}`"))?;
    if !output.status.success() {
        return Err(Error::config(format!("the key's command `{program}` failed: {}", output.status)));
    }
    String::from_utf8(output.stdout).context(Kind::Config, "the key's command did not print text")
}

fn decode(text: &str) -> Option<[u8; 32]> {
    let bytes = if text.len() == 64 { from_hex(text)? } else { STANDARD.decode(text).ok()? };
    bytes.try_into().ok()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> =
        text.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect::<Option<_>>()?;
    Some(digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_hex_or_base64() {
        assert_eq!(decode(&"0f".repeat(32)), Some([15; 32]));
        assert_eq!(decode(&STANDARD.encode([7; 32])), Some([7; 32]));
        for bad in ["", "0f", &"zz".repeat(32), &STANDARD.encode([7; 31])] {
            assert_eq!(decode(bad), None, "{bad}");
        }
    }

    fn master(source: KeySource) -> Result<[u8; 32]> {
        Keys::of(&HostConfig { key: source, ..HostConfig::default() }).ring().map(|ring| ring.current.0)
    }

    #[test]
    fn a_missing_key_file_is_made_private_and_stays() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys/host.key");
        let first = master(KeySource::File(path.clone())).unwrap();
        assert_eq!(master(KeySource::File(path.clone())).unwrap(), first);
        let mut open = std::fs::metadata(&path).unwrap().permissions();
        std::os::unix::fs::PermissionsExt::set_mode(&mut open, 0o644);
        std::fs::set_permissions(&path, open).unwrap();
        let refused = master(KeySource::File(path)).unwrap_err();
        assert!(format!("{refused:?}").contains("chmod 600"));
    }

    #[test]
    fn a_key_from_a_command() {
        let command = ["echo".to_owned(), "0f".repeat(32)].to_vec();
        assert_eq!(master(KeySource::Command(command)).unwrap(), [15; 32]);
        assert!(master(KeySource::Command(vec!["false".into()])).is_err());
    }

    #[test]
    fn the_next_key_seals_while_the_one_in_the_file_still_opens() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("host.key");
        let host = HostConfig { key: KeySource::File(path.clone()), ..HostConfig::default() };
        let first = Keys::of(&host).ring().unwrap().current;
        let ring = Keys::of(&host).begin_change().unwrap();
        assert_ne!(ring.current.id(), first.id());
        assert_eq!(ring.others.iter().map(MasterKey::id).collect::<Vec<_>>(), [first.id()]);
        // Begun again after an interruption, it is the same change.
        assert_eq!(Keys::of(&host).begin_change().unwrap().current.id(), ring.current.id());
        assert_eq!(Keys::of(&host).ring().unwrap().current.id(), ring.current.id());
        let kept = Keys::of(&host).finish_change(&first, false).unwrap().unwrap();
        assert_eq!(MasterKey(read_there(&kept).unwrap()).id(), first.id());
        let after = Keys::of(&host).ring().unwrap();
        assert_eq!((after.current.id(), after.others.len()), (ring.current.id(), 0));
        assert_eq!(Keys::of(&host).kept(), [kept]);
        let last = Keys::of(&host).begin_change().unwrap();
        assert_eq!(Keys::of(&host).finish_change(&last.others[0], true).unwrap(), None);
        assert_eq!(Keys::of(&host).kept().len(), 1, "the second one was destroyed");
    }
}
