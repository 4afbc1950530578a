//! The key that encrypts what is secret at rest: from a file, the environment or a command.

use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::error::{Context, Error, Kind, Result};
use crate::model::setup::KeySource;

/// The key, read once.
pub(super) struct Keys {
    source: KeySource,
    key: OnceLock<[u8; 32]>,
}

impl Keys {
    /// From this source.
    pub(super) fn new(source: KeySource) -> Self {
        Self { source, key: OnceLock::new() }
    }

    /// The key; a key file is made when it is missing.
    pub(super) fn master(&self) -> Result<[u8; 32]> {
        if let Some(key) = self.key.get() {
            return Ok(*key);
        }
        let key = read(&self.source)?;
        Ok(*self.key.get_or_init(|| key))
    }
}

fn read(source: &KeySource) -> Result<[u8; 32]> {
    let text = match source {
        KeySource::File(path) => from_file(path)?,
        KeySource::Env(name) => std::env::var(name)
            .context(Kind::Config, format!("the key is expected in the environment variable {name}"))?,
        KeySource::Command(command) => from_command(command)?,
    };
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
    let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    if let Some(dir) = path.parent() {
        std::fs::create_dir_all(dir).context(Kind::Failed, "cannot make the folder of the key file")?;
    }
    std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .context(Kind::Failed, format!("cannot make the key file {}", path.display()))?;
    Ok(text)
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

    #[test]
    fn a_missing_key_file_is_made_private_and_stays() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys/host.key");
        let first = Keys::new(KeySource::File(path.clone())).master().unwrap();
        assert_eq!(Keys::new(KeySource::File(path.clone())).master().unwrap(), first);
        let mut open = std::fs::metadata(&path).unwrap().permissions();
        std::os::unix::fs::PermissionsExt::set_mode(&mut open, 0o644);
        std::fs::set_permissions(&path, open).unwrap();
        let refused = Keys::new(KeySource::File(path)).master().unwrap_err();
        assert!(format!("{refused:?}").contains("chmod 600"));
    }

    #[test]
    fn a_key_from_a_command() {
        let command = ["echo".to_owned(), "0f".repeat(32)].to_vec();
        assert_eq!(Keys::new(KeySource::Command(command)).master().unwrap(), [15; 32]);
        assert!(Keys::new(KeySource::Command(vec!["false".into()])).master().is_err());
    }
}
