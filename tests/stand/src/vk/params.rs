//! The parameters of a call: query and form in one list; lists separated by commas, flags as 0 and 1.

use super::error::ApiError;

/// What the version asked for changes in the answers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    /// Up to 5.131: some answers are bare values.
    Bare,
    Newest,
}

/// Names that carry the token.
const TOKEN: &str = "access_token";

#[derive(Clone, Default)]
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    pub(crate) fn of(pairs: Vec<(String, String)>) -> Params {
        Params(pairs)
    }

    /// What is repeated in a refusal: everything but the token.
    pub(crate) fn shown(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter(|(key, _)| key != TOKEN).map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// The last value under this name; an empty one counts as none.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().rev().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    pub(crate) fn token(&self) -> Option<&str> {
        self.get(TOKEN)
    }

    pub(crate) fn need(&self, name: &str) -> Result<&str, ApiError> {
        self.get(name).ok_or_else(|| ApiError::undefined(name))
    }

    pub(crate) fn int(&self, name: &str) -> Result<Option<i64>, ApiError> {
        let parsed = self.get(name).map(|value| value.trim().parse().map_err(|_| ApiError::invalid(name)));
        parsed.transpose()
    }

    pub(crate) fn need_int(&self, name: &str) -> Result<i64, ApiError> {
        self.int(name)?.ok_or_else(|| ApiError::undefined(name))
    }

    /// A number of these bounds, or the default.
    pub(crate) fn number(
        &self,
        name: &str,
        default: usize,
        bounds: std::ops::RangeInclusive<usize>,
    ) -> Result<usize, ApiError> {
        let Some(value) = self.int(name)? else { return Ok(default) };
        let value = usize::try_from(value).ok().filter(|value| bounds.contains(value));
        value.ok_or_else(|| ApiError::invalid(name))
    }

    /// The parts of a list.
    pub(crate) fn list(&self, name: &str) -> Vec<&str> {
        let parts = self.get(name).unwrap_or_default().split(',');
        parts.map(str::trim).filter(|part| !part.is_empty()).collect()
    }

    /// The numbers of a list, at most so many.
    pub(crate) fn ints(&self, name: &str, most: usize) -> Result<Vec<i64>, ApiError> {
        let parts = self.list(name);
        if parts.len() > most {
            return Err(ApiError::invalid(name));
        }
        parts.iter().map(|part| part.parse().map_err(|_| ApiError::invalid(name))).collect()
    }

    pub(crate) fn flag(&self, name: &str) -> Result<bool, ApiError> {
        match self.get(name) {
            None | Some("0" | "false") => Ok(false),
            Some("1" | "true") => Ok(true),
            Some(_) => Err(ApiError::invalid(name)),
        }
    }

    /// None: no `v` was sent.
    pub(crate) fn version(&self) -> Result<Option<Version>, ApiError> {
        let Some(text) = self.get("v") else { return Ok(None) };
        let minor = text.strip_prefix("5.").and_then(|minor| minor.parse::<u32>().ok());
        match minor {
            Some(minor) if minor <= 131 => Ok(Some(Version::Bare)),
            Some(_) => Ok(Some(Version::Newest)),
            None => Err(ApiError::about(8, "v is invalid")),
        }
    }

    /// The call without what makes two equal ones differ.
    pub(crate) fn likeness(&self) -> String {
        let mut pairs: Vec<_> = self.shown().filter(|(key, _)| *key != "random_id").collect();
        pairs.sort_unstable();
        pairs.into_iter().map(|(key, value)| format!("{key}={value}\n")).collect()
    }
}
