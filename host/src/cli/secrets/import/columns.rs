//! What the columns of a table mean: the school, a secret of the connector, one of its settings.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::model::manifest::Manifest;
use crate::records::plain;

/// Headings of columns that say which school a row is about.
const SCHOOL: &[&str] = &[
    "school",
    "school id",
    "школа",
    "код школы",
    "ид школы",
    "id школы",
    "название школы",
    "наименование школы",
    "организация",
    "учреждение",
    "оо",
    "оу",
];

/// What a column holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Target {
    /// A secret of this name.
    Secret(String),
    /// A setting of this name.
    Setting(String),
}

impl Target {
    /// Its name in the manifest.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Secret(name) | Self::Setting(name) => name,
        }
    }
}

/// Why a column cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unfit {
    /// The connector has nothing of this name.
    Unknown,
    /// It has several things of this name.
    Ambiguous,
    /// Another column holds the same.
    Twice,
    /// A dialogue captures it: it is never typed in.
    Captured,
}

/// The columns of a table as a connector understands them.
#[derive(Clone, Debug, Default)]
pub(super) struct Columns {
    /// By the number of the column.
    pub(super) targets: BTreeMap<usize, Target>,
    /// Columns that cannot be used.
    pub(super) unfit: BTreeMap<usize, Unfit>,
}

/// Does a heading say that its column names the school?
pub(super) fn is_school(heading: &str) -> bool {
    SCHOOL.iter().any(|known| plain(known) == plain(heading))
}

impl Columns {
    /// Matches headings with what a connector has.
    pub(super) fn of(manifest: &Manifest, headings: &[(usize, String)]) -> Self {
        let mut columns = Self::default();
        for (column, heading) in headings.iter().filter(|(_, heading)| !is_school(heading)) {
            match target(manifest, heading) {
                Ok(target) if columns.targets.values().any(|other| *other == target) => {
                    columns.unfit.insert(*column, Unfit::Twice);
                }
                Ok(target) => drop(columns.targets.insert(*column, target)),
                Err(unfit) => drop(columns.unfit.insert(*column, unfit)),
            }
        }
        columns
    }

    /// Is every column understood, and is there something to hand over?
    pub(super) fn all_known(&self) -> bool {
        self.unfit.is_empty() && !self.targets.is_empty()
    }
}

/// What a connector has for a heading: what is named so, else what is titled so.
fn target(manifest: &Manifest, heading: &str) -> Result<Target, Unfit> {
    let heading = plain(heading);
    let all = known(manifest);
    let named = all.iter().filter(|(target, _)| plain(target.name()) == heading);
    let titled = all.iter().filter(|(_, titles)| titles.iter().any(|title| plain(title) == heading));
    let mut found: Vec<&Target> = named.map(|(target, _)| target).collect();
    if found.is_empty() {
        found = titled.map(|(target, _)| target).collect();
    }
    match found[..] {
        [] => Err(Unfit::Unknown),
        [Target::Secret(name)] if manifest.secrets[name].captured => Err(Unfit::Captured),
        [target] => Ok(target.clone()),
        [..] => Err(Unfit::Ambiguous),
    }
}

/// Everything that can be handed over, with its titles.
fn known(manifest: &Manifest) -> Vec<(Target, Vec<&str>)> {
    let properties = manifest.settings.get("properties").and_then(Value::as_object);
    let secrets = manifest.secrets.iter().map(|(name, need)| {
        (Target::Secret(name.clone()), vec![need.title.ru.as_str(), need.title.en.as_str()])
    });
    let settings = properties.into_iter().flatten().map(|(name, schema)| {
        let title = schema.get("title").and_then(Value::as_str);
        (Target::Setting(name.clone()), title.into_iter().collect())
    });
    secrets.chain(settings).collect()
}

/// Names of everything that can be handed over, for those who wrote something else.
pub(super) fn names(manifest: &Manifest) -> String {
    let captured =
        |target: &Target| matches!(target, Target::Secret(name) if manifest.secrets[name].captured);
    let all = known(manifest).into_iter().filter(|(target, _)| !captured(target));
    all.map(|(target, _)| target.name().to_owned()).collect::<Vec<_>>().join(", ")
}
