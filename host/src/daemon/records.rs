//! The store's records as the records capability wants them.

use std::fmt;
use std::sync::Arc;

use crate::capability::records::{RecordSource, SourcePage};
use crate::error::Result;
use crate::model::records::{Filter, RecordType};
use crate::store::{RecordStore, SchoolDb};

/// Reads records of one school.
pub(super) struct StoredRecords(pub(super) Arc<SchoolDb>);

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
        let page = RecordStore::page(&*self.0, of, filter, cursor, limit)?;
        Ok((page.rows, page.next))
    }

    fn digest(&self, of: RecordType, filter: &Filter) -> Result<[u8; 32]> {
        RecordStore::digest(&*self.0, of, filter)
    }
}
