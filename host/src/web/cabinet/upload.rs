//! Files as a browser sends them: taken piece by piece, and no more of them than is looked at.
//!
//! The form's first part has to be its step, so that nothing is taken for a page of another site. What is too much is
//! read to its end and thrown away, within a bound: a browser that is still sending shows no answer.

use std::time::Duration;

use axum::extract::Multipart;
use axum::extract::multipart::{Field, MultipartError};
use axum::http::StatusCode;
use tokio::sync::Semaphore;

use crate::daemon::cabinet::{ALL_BYTES, Cabinet, Person, School, Stopped, Upload};
use crate::error::Error;
use crate::store::ImportMode;

/// Bytes of a request that are read at most, what is thrown away included.
pub(super) const BODY: usize = 128 << 20;

/// Time for all files to arrive.
const WITHIN: Duration = Duration::from_secs(600);

/// Forms that are read at once; others wait. The head of a part is held in memory, and nothing but the length of the
/// whole form bounds it.
static AT_ONCE: Semaphore = Semaphore::const_new(16);

/// Bytes of a part that is no file.
const WORD: usize = 256;

/// Why files are not looked at.
pub(super) enum Refused {
    /// The form came from elsewhere.
    Form,
    /// It is no such form, or broke off.
    Broken,
    /// It took too long.
    Late,
    /// It has no files.
    Nothing,
    /// It has too many, too large ones, or there is no room for them.
    Stopped(Stopped),
    /// Our own fault.
    Fault(Error),
}

impl From<MultipartError> for Refused {
    fn from(error: MultipartError) -> Self {
        match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Self::Stopped(Stopped::AllTooLarge),
            _ => Self::Broken,
        }
    }
}

/// Takes the files of a form.
pub(super) async fn receive(
    cabinet: &Cabinet,
    person: &Person,
    school: &School,
    form: Multipart,
) -> Result<(Upload, ImportMode), Refused> {
    let taken = tokio::time::timeout(WITHIN, take(cabinet, person, school, form)).await;
    let (upload, mode) = taken.map_err(|_| Refused::Late)??;
    if upload.is_empty() { Err(Refused::Nothing) } else { Ok((upload, mode)) }
}

async fn take(
    cabinet: &Cabinet,
    person: &Person,
    school: &School,
    mut form: Multipart,
) -> Result<(Upload, ImportMode), Refused> {
    let _turn = AT_ONCE.acquire().await.map_err(|_| Refused::Late)?;
    let first = form.next_field().await?.ok_or(Refused::Form)?;
    if first.name() != Some("step") || word(first).await? != person.step {
        return Err(Refused::Form);
    }
    let upload = cabinet.upload(person, school).map_err(Refused::Fault)?;
    let mut upload = upload.ok_or(Refused::Stopped(Stopped::Full))?;
    let (mut mode, mut stopped) = (ImportMode::Replace, None);
    while let Some(field) = form.next_field().await? {
        if field.name() == Some("files") {
            let taken = file(&mut upload, field, stopped.is_some()).await?;
            stopped = stopped.or(taken);
        } else if field.name() == Some("mode") && word(field).await? == "add" {
            mode = ImportMode::Add;
        }
    }
    match stopped {
        Some(stopped) => Err(Refused::Stopped(stopped)),
        None => Ok((upload, mode)),
    }
}

/// Takes a file; why no more of it was taken. A browser sends one without a name where none was chosen.
async fn file(
    upload: &mut Upload,
    mut field: Field<'_>,
    too_late: bool,
) -> Result<Option<Stopped>, MultipartError> {
    let name = field.file_name().unwrap_or_default().to_owned();
    let mut stopped = if name.is_empty() || too_late { None } else { upload.begin(&name).err() };
    let takes = !name.is_empty() && !too_late;
    while let Some(bytes) = field.chunk().await? {
        if takes && stopped.is_none() {
            stopped = tokio::task::block_in_place(|| upload.write(&bytes)).err();
        }
    }
    Ok(stopped)
}

/// A short part.
async fn word(mut field: Field<'_>) -> Result<String, Refused> {
    let mut word = Vec::new();
    while let Some(bytes) = field.chunk().await? {
        word.extend_from_slice(&bytes);
        if word.len() > WORD {
            return Err(Refused::Form);
        }
    }
    String::from_utf8(word).map_err(|_| Refused::Form)
}

/// What people are told: how many MiB all files may have.
pub(super) fn all_mebibytes() -> u64 {
    ALL_BYTES >> 20
}
