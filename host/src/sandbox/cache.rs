//! Compiled connectors on disk.
//!
//! Compiled code is run as it lies there, so a file is believed only when a MAC under the host's key says that this
//! host wrote it, for this component, this wasmtime and this engine. Anything else is compiled anew and replaced.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use wasmtime::component::Component;

use super::engine::Engine;
use super::package::sha256;
use crate::error::{Context, Kind, Result};

/// Changes when the layout of the files does.
const LAYOUT: &[u8; 16] = b"exchange cwasm 1";
/// What the key is derived for.
const PURPOSE: &str = "exchange 2026 compiled connectors";
/// Bytes of the MAC that stands first in a file.
const MAC: usize = 32;

/// A folder of compiled connectors.
pub struct Cache {
    folder: PathBuf,
    key: [u8; 32],
}

impl Cache {
    /// The cache in this folder, which is made when missing. `host_key` is the host's secret.
    pub fn new(folder: impl Into<PathBuf>, host_key: &[u8; 32]) -> Self {
        Self { folder: folder.into(), key: blake3::derive_key(PURPOSE, host_key) }
    }

    /// Compiled code of this component, from the folder or made now. A folder that cannot be written only costs
    /// time: it is told in the log and the code is used all the same.
    pub(super) fn load(&self, engine: &Engine, component: &[u8]) -> Result<Component> {
        let file = self.file(engine, component);
        if let Some(code) = self.read(&file, component).and_then(|code| thaw(engine, &code)) {
            return Ok(code);
        }
        let code = compile(engine, component)?;
        if let Err(error) = self.write(&file, component, &code) {
            tracing::warn!(file = %file.display(), %error, "compiled connector is not kept");
        }
        Ok(code)
    }

    /// The name holds all that the code depends on: another version finds another file.
    fn file(&self, engine: &Engine, component: &[u8]) -> PathBuf {
        let mut hasher = DefaultHasher::new();
        engine.inner.precompile_compatibility_hash().hash(&mut hasher);
        self.folder.join(format!("{}-{:016x}.cwasm", sha256(component), hasher.finish()))
    }

    /// The code in a file, if this host wrote it for this component.
    fn read(&self, file: &Path, component: &[u8]) -> Option<Vec<u8>> {
        let mut content = std::fs::read(file).ok()?;
        if content.len() < MAC {
            return None;
        }
        let code = content.split_off(MAC);
        let written: [u8; MAC] = content.try_into().ok()?;
        (self.mac(file, component, &code) == written).then_some(code)
    }

    /// Covers the component's hash and the engine (both in the file's name) and the code. Compared in constant time.
    fn mac(&self, file: &Path, component: &[u8], code: &[u8]) -> blake3::Hash {
        let name = file.file_name().unwrap_or_default().as_encoded_bytes();
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        hasher.update(LAYOUT);
        for part in [name, component] {
            hasher.update(&(part.len() as u64).to_le_bytes()).update(part);
        }
        hasher.update(code).finalize()
    }

    fn write(&self, file: &Path, component: &[u8], code: &Component) -> Result<()> {
        let code = code.serialize().context(Kind::Internal, "compiled code cannot be written out")?;
        private_folder(&self.folder).context(Kind::Failed, "cannot make the cache folder")?;
        let mac = self.mac(file, component, &code);
        replace(file, &[mac.as_bytes(), &code]).context(Kind::Failed, "cannot write compiled code")?;
        self.sweep(file, component);
        Ok(())
    }

    /// Removes what other versions left for this component. Losing that race costs somebody a compilation.
    fn sweep(&self, kept: &Path, component: &[u8]) {
        let prefix = format!("{}-", sha256(component));
        let entries = std::fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let others = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(&prefix));
        for other in others.map(|entry| entry.path()).filter(|path| path != kept) {
            if other.extension().is_some_and(|kind| kind == "cwasm") {
                drop(std::fs::remove_file(other));
            }
        }
    }
}

impl std::fmt::Debug for Cache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Cache({})", self.folder.display())
    }
}

/// Compiles a component.
pub(super) fn compile(engine: &Engine, component: &[u8]) -> Result<Component> {
    Component::from_binary(&engine.inner, component)
        .map_err(|cause| format!("{cause:#}"))
        .context(Kind::Config, "the connector does not compile")
}

/// Makes code of what `read` let pass; `None` where wasmtime finds that another version wrote it.
fn thaw(engine: &Engine, code: &[u8]) -> Option<Component> {
    #[expect(unsafe_code, reason = "wasmtime offers no other way to use compiled code")]
    // SAFETY: the bytes are what `Component::serialize` gave to this host: the MAC under its key covers all of them,
    // and only `write` makes such a MAC.
    unsafe {
        Component::deserialize(&engine.inner, code).ok()
    }
}

fn private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.recursive(true).create(folder) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Writes a file in one go, readable by its owner only: whoever reads it meanwhile sees the old or the new one.
fn replace(file: &Path, parts: &[&[u8]]) -> std::io::Result<()> {
    let mut random = [0; 8];
    getrandom::fill(&mut random).map_err(std::io::Error::other)?;
    let fresh = file.with_extension(format!("{:016x}.new", u64::from_le_bytes(random)));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut output = options.open(&fresh)?;
    let written = parts.iter().try_for_each(|part| output.write_all(part));
    let moved = written.and_then(|()| std::fs::rename(&fresh, file));
    if moved.is_err() {
        drop(std::fs::remove_file(&fresh));
    }
    moved
}
