//! What earlier imports came to: the same files, on the same day, into the same records, are not read again.

use serde::{Deserialize, Serialize};

use super::heard::Heard;
use crate::error::Result;
use crate::records::{self, Circumstances, Input};
use crate::store::{Fence, ImportCounts, ImportResult, RecordStore, SchoolDb};

/// Bytes of one memory at most: a file with more problems than that is read each time.
const MOST: usize = 256 << 10;

/// An import that may have been made before.
pub(super) struct Memory<'a> {
    inputs: Vec<Input>,
    circumstances: Circumstances<'a>,
    digest: Option<[u8; 32]>,
}

/// What is kept of an import: counts, and problems by their places.
#[derive(Serialize, Deserialize)]
struct Told<H> {
    heard: H,
    types: Vec<ImportCounts>,
}

impl<'a> Memory<'a> {
    /// Reads the files once. What cannot be read is told by the import itself.
    pub(super) fn new(inputs: &[Input], circumstances: Circumstances<'a>) -> Self {
        let digest = records::digest(inputs, circumstances).ok();
        Self { inputs: inputs.to_vec(), circumstances, digest }
    }

    /// What it came to, if it was made and no record has changed since.
    pub(super) fn recall(&self, store: &SchoolDb) -> Result<Option<(Heard, ImportResult)>> {
        let Some(digest) = &self.digest else { return Ok(None) };
        let told = store.recall_import(digest)?;
        // Written by another version of the program, it may be of another shape: then the files are read.
        let told = told.and_then(|told| serde_json::from_str::<Told<Heard>>(&told).ok());
        Ok(told.map(|told| (told.heard, ImportResult { types: told.types, held: None })))
    }

    /// Remembers what it came to, if the files are still those that were looked at before they were read.
    pub(super) fn keep(
        &self,
        store: &SchoolDb,
        fence: &Fence,
        heard: &Heard,
        result: &ImportResult,
    ) -> Result<()> {
        let Some(digest) = self.digest.filter(|_| result.held.is_none()) else { return Ok(()) };
        let told = Told { heard, types: result.types.iter().map(again).collect() };
        let told = serde_json::to_string(&told).unwrap_or_default();
        let as_before = || records::digest(&self.inputs, self.circumstances).ok() == Some(digest);
        if told.is_empty() || told.len() > MOST || !as_before() {
            return Ok(());
        }
        store.remember_import(fence, &digest, &told)
    }
}

/// The counts of the same import made again at once: nothing is new.
fn again(counts: &ImportCounts) -> ImportCounts {
    let ImportCounts { record_type, before, added, changed, unchanged, dropped } = *counts;
    let (before, unchanged) = (before + added - dropped, added + changed + unchanged);
    ImportCounts { record_type, before, added: 0, changed: 0, unchanged, dropped: 0 }
}
