//! Queries and forms as lists of pairs: the dialect repeats keys, and some callers separate by commas instead.

use url::form_urlencoded;

use super::error::ApiError;
use super::id::Id;

#[derive(Clone, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn parse(text: &str) -> Query {
        Query(form_urlencoded::parse(text.as_bytes()).into_owned().collect())
    }

    /// The first value under `name`, in whatever case the name is written; empty values count as absent.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found =
            self.0.iter().find(|(key, value)| key.eq_ignore_ascii_case(name) && !value.trim().is_empty());
        found.map(|(_, value)| value.trim())
    }

    /// All ids under `name`, repeated or separated by commas.
    pub(crate) fn ids(&self, name: &str) -> Result<Vec<Id>, ApiError> {
        let values = self.0.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
        let parts = values.flat_map(|(_, value)| value.split(',')).filter(|part| !part.trim().is_empty());
        parts.map(|part| part.parse().map_err(|_| ApiError::parameter(name))).collect()
    }

    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, ApiError> {
        match self.get(name).map(str::to_ascii_lowercase).as_deref() {
            None => Ok(None),
            Some("true" | "1") => Ok(Some(true)),
            Some("false" | "0") => Ok(Some(false)),
            Some(_) => Err(ApiError::parameter(name)),
        }
    }
}

/// A date in any of the forms clients send: `2026-09-01`, `2026-9-1`, either with a time after `T`.
pub(crate) fn date(text: &str) -> Option<jiff::civil::Date> {
    let day = text.trim().split(['T', ' ']).next()?;
    let mut parts = day.split('-');
    let year = parts.next().filter(|year| year.len() == 4)?.parse().ok()?;
    let month = parts.next()?.parse().ok()?;
    let day = parts.next()?.parse().ok()?;
    if parts.next().is_some() {
        return None;
    }
    jiff::civil::Date::new(year, month, day).ok()
}

impl FromIterator<(String, String)> for Query {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Query {
        Query(pairs.into_iter().collect())
    }
}
