//! Signatures, with the time that they take noted: whoever waits for a page waits for the program that signs too.

use std::sync::Arc;
use std::time::Instant;

use futures_util::future::BoxFuture;

use super::journal::Journal;
use crate::model::Param;
use crate::sandbox::ports::{Signature, Signer};

/// Notes in a journal how long signing and verifying took.
pub(super) struct Timed {
    signer: Arc<dyn Signer>,
    journal: Arc<Journal>,
}

impl Timed {
    /// The same signer.
    pub(super) fn new(signer: Arc<dyn Signer>, journal: Arc<Journal>) -> Self {
        Self { signer, journal }
    }
}

/// What comes of it, noted.
async fn noted<T>(work: BoxFuture<'static, T>, journal: &Journal) -> T {
    let began = Instant::now();
    let done = work.await;
    journal.signed(began.elapsed());
    done
}

impl Signer for Timed {
    fn sign(
        self: Arc<Self>,
        template: String,
        fields: Vec<Param>,
    ) -> BoxFuture<'static, Result<Signature, String>> {
        Box::pin(async move { noted(Arc::clone(&self.signer).sign(template, fields), &self.journal).await })
    }

    fn verify_token(
        self: Arc<Self>,
        key: String,
        token: String,
    ) -> BoxFuture<'static, Result<String, String>> {
        Box::pin(async move { noted(Arc::clone(&self.signer).verify_token(key, token), &self.journal).await })
    }
}
