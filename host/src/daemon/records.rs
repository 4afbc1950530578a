//! The store's records as the records capability wants them.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use crate::capability::records::{RecordSource, SourcePage};
use crate::error::Result;
use crate::model::records::{Filter, RecordType};
use crate::store::{RecordStore, SchoolDb};

/// A revision of the records, and the digest of an answer then.
type Known = (u64, [u8; 32]);

/// Reads records of one school.
pub(super) struct StoredRecords {
    store: Arc<SchoolDb>,
    /// Digests already worked out, and for which revision: a scope of many pages asks the same question for each.
    digests: Mutex<HashMap<(RecordType, Filter), Known>>,
}

impl StoredRecords {
    /// Records of this store.
    pub(super) fn new(store: Arc<SchoolDb>) -> Self {
        Self { store, digests: Mutex::default() }
    }
}

impl fmt::Debug for StoredRecords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoredRecords")
    }
}

impl RecordSource for StoredRecords {
    fn page(
        &self,
        of: RecordType,
        filter: &Filter,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<SourcePage> {
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let page = RecordStore::page(&*self.store, of, filter, cursor, limit)?;
        Ok((page.rows, page.next))
    }

    fn digest(&self, of: RecordType, filter: &Filter) -> Result<[u8; 32]> {
        // The revision first: what changes in between is noticed by the next question.
        let revision = self.store.revision()?;
        let question = (of, filter.clone());
        let known = || self.digests.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, digest)) = known().get(&question).filter(|(known, _)| *known == revision) {
            return Ok(*digest);
        }
        let digest = RecordStore::digest(&*self.store, of, filter)?;
        known().insert(question, (revision, digest));
        Ok(digest)
    }
}
