//! Reading values out of a parsed file by name, positions kept.
//!
//! Getters answer `None` for a value of another type: `check` has told about it already, and the readers go on to
//! find what else is wrong.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::check::{check, number, whole};
use super::keys::Table;
use super::nesting::too_deep;
use super::report::{ConfigErrors, Problem};
use super::units;
use crate::error::{Context, Error, Kind};

/// A text with its place.
#[derive(Clone, Debug)]
pub(super) struct Word {
    /// The text.
    pub(super) text: String,
    /// Where it stands.
    pub(super) span: Range<usize>,
}

/// A table with its place.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    table: &'a DeTable<'a>,
    start: usize,
    end: usize,
}

impl<'a> View<'a> {
    /// The table that this value is.
    pub(super) fn of(value: &'a Spanned<DeValue<'a>>) -> Option<Self> {
        let (table, span) = (value.get_ref().as_table()?, value.span());
        Some(Self { table, start: span.start, end: span.end })
    }

    /// A whole file.
    pub(super) fn whole(table: &'a DeTable<'a>) -> Self {
        Self { table, start: 0, end: 0 }
    }

    /// Where the table stands.
    pub(super) fn span(&self) -> Range<usize> {
        self.start..self.end
    }

    /// The bare table.
    pub(super) fn raw(&self) -> &'a DeTable<'a> {
        self.table
    }

    /// Is the key there?
    pub(super) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Where the key stands, or the table without it.
    pub(super) fn key_span(&self, key: &str) -> Range<usize> {
        self.table.get_key_value(key).map_or(self.span(), |(name, _)| name.span())
    }

    /// Where the value stands, or the table without it.
    pub(super) fn value_span(&self, key: &str) -> Range<usize> {
        self.table.get(key).map_or(self.span(), Spanned::span)
    }

    /// The keys with their places.
    pub(super) fn keys(&self) -> impl Iterator<Item = Word> + 'a {
        self.table.keys().map(|key| Word { text: key.get_ref().to_string(), span: key.span() })
    }

    fn value(&self, key: &str) -> Option<&'a DeValue<'a>> {
        self.table.get(key).map(Spanned::get_ref)
    }

    /// A text.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        self.value(key)?.as_str().map(str::to_owned)
    }

    /// A text with its place.
    pub(super) fn word(&self, key: &str) -> Option<Word> {
        Some(Word { text: self.text(key)?, span: self.value_span(key) })
    }

    /// A path, relative ones from `folder`.
    pub(super) fn path(&self, key: &str, folder: &Path) -> Option<PathBuf> {
        self.text(key).map(|text| folder.join(text))
    }

    /// `true` or `false`.
    pub(super) fn flag(&self, key: &str) -> Option<bool> {
        self.value(key)?.as_bool()
    }

    /// A whole number that fits.
    pub(super) fn count<T: TryFrom<u64>>(&self, key: &str) -> Option<T> {
        T::try_from(whole(self.value(key)?)?).ok()
    }

    /// A number.
    pub(super) fn number(&self, key: &str) -> Option<f64> {
        number(self.value(key)?)
    }

    /// A duration in milliseconds.
    pub(super) fn duration(&self, key: &str) -> Option<u64> {
        units::duration(self.value(key)?.as_str()?)
    }

    /// A size in bytes.
    pub(super) fn size(&self, key: &str) -> Option<u64> {
        units::size(self.value(key)?.as_str()?)
    }

    /// Texts of a list.
    pub(super) fn words(&self, key: &str) -> Option<Vec<Word>> {
        let values = self.value(key)?.as_array()?.iter();
        Some(
            values
                .filter_map(|value| Some(Word { text: value.get_ref().as_str()?.into(), span: value.span() }))
                .collect(),
        )
    }

    /// Texts of a list without places.
    pub(super) fn texts(&self, key: &str) -> Option<Vec<String>> {
        self.words(key).map(|words| words.into_iter().map(|word| word.text).collect())
    }

    /// Whole numbers of a list.
    pub(super) fn counts<T: TryFrom<u64>>(&self, key: &str) -> Option<Vec<T>> {
        let values = self.value(key)?.as_array()?.iter();
        Some(values.filter_map(|value| T::try_from(whole(value.get_ref())?).ok()).collect())
    }

    /// A table.
    pub(super) fn table(&self, key: &str) -> Option<View<'a>> {
        View::of(self.table.get(key)?)
    }

    /// Tables in a row.
    pub(super) fn tables(&self, key: &str) -> Vec<View<'a>> {
        let rows = self.value(key).and_then(DeValue::as_array);
        rows.map_or(Vec::new(), |rows| rows.iter().filter_map(View::of).collect())
    }

    /// The tables of a table, by name.
    pub(super) fn each(&self, key: &str) -> Vec<(Word, View<'a>)> {
        let Some(outer) = self.table(key) else { return Vec::new() };
        outer.keys().filter_map(|name| Some((name.clone(), outer.table(&name.text)?))).collect()
    }

    /// A table of texts.
    pub(super) fn map(&self, key: &str) -> BTreeMap<String, String> {
        let Some(inner) = self.table(key) else { return BTreeMap::new() };
        inner.keys().filter_map(|name| Some((name.text.clone(), inner.text(&name.text)?))).collect()
    }
}

/// Most bytes of a text: each key costs memory, and each mistake more. Real ones have up to 40 KiB.
const LONGEST: usize = 256 << 10;

/// Bytes of a text up to which all its mistakes are told. Of a longer one it is the first: the parser keeps each.
const ALL_TOLD: usize = 64 << 10;

/// Parses a text, holds it against its table of keys, lets `read` judge the rest; everything wrong comes at once.
/// Where `read` answers nothing, it has told why.
pub(super) fn read_document<T>(
    origin: &str,
    text: &str,
    spec: &Table,
    read: impl FnOnce(View<'_>, &mut Vec<Problem>) -> Option<T>,
) -> Result<T, ConfigErrors> {
    let refused = |problems| ConfigErrors::new(origin, text, problems);
    let document = document(text).map_err(refused)?;
    let mut problems = Vec::new();
    // What the whole file lacks is shown at its beginning.
    check(spec, document.get_ref(), 0..0, &mut problems);
    let value = read(View::whole(document.get_ref()), &mut problems);
    value.filter(|_| problems.is_empty()).ok_or_else(|| refused(problems))
}

fn document(text: &str) -> Result<Spanned<DeTable<'_>>, Vec<Problem>> {
    if text.len() > LONGEST {
        let problem = Problem::whole(format!("longer than {} KiB", LONGEST >> 10));
        return Err(vec![problem.hint("settings have no room for data")]);
    }
    if let Some(place) = too_deep(text) {
        let problem = Problem::at(place, "brackets lie too deep in each other");
        return Err(vec![problem.hint("each [ needs its ], and each { its }")]);
    }
    DeTable::parse(text).map_err(|first| match text.len() <= ALL_TOLD {
        true => DeTable::parse_recoverable(text).1.iter().map(not_toml).collect(),
        false => vec![not_toml(&first)],
    })
}

/// Parses a text that is at fault only where somebody changed it since it was checked.
pub(super) fn parsed(text: &str) -> Result<Spanned<DeTable<'_>>, Error> {
    if too_deep(text).is_some() {
        return Err(Error::config("brackets lie too deep in each other"));
    }
    DeTable::parse(text).context(Kind::Config, "not valid TOML")
}

pub(super) fn not_toml(refusal: &toml::de::Error) -> Problem {
    let message = refusal.message().lines().collect::<Vec<_>>().join(", ");
    let what = format!("not valid TOML: {message}");
    let problem = refusal.span().map_or_else(|| Problem::whole(&what), |span| Problem::at(span, &what));
    problem.hint("tables are written [name], values name = \"text\", and each name stands once")
}

/// The text of a file, a byte order mark dropped.
pub(super) fn read_text(path: &Path) -> Result<String, ConfigErrors> {
    let origin = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|cause| {
        let problem = Problem::whole(format!("the file cannot be read: {cause}"));
        ConfigErrors::unreadable(&origin, problem.hint("is it there, and may you read it?"))
    })?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)),
        Err(bad) => {
            let line =
                1 + bad.as_bytes()[..bad.utf8_error().valid_up_to()].iter().filter(|b| **b == b'\n').count();
            let problem = Problem::whole(format!("line {line} is not UTF-8")).hint("save the file as UTF-8");
            Err(ConfigErrors::unreadable(origin, problem))
        }
    }
}
