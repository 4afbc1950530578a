//! The task's settings, and the rules of a region that they hold (E4, E5, E6).

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::level::Level;

/// `[task.settings]`; each key is described in `connector.toml`, which also has the defaults.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// The school's number at Дневник.ру.
    pub organisation: String,
    /// The mnemonic under which ЕСИА knows us; empty: it does not.
    pub client_id: String,
    /// Who issues ЕСИА's tokens.
    pub issuer: String,
    /// Do people link through Госуслуги?
    pub through_esia: bool,
    /// Is the transition period on?
    pub transition: bool,
    /// Is ё the same letter as е?
    pub yo_is_e: bool,
    /// What an account has to be of somebody under fourteen.
    pub level_under_14: Level,
    /// What it has to be from fourteen on.
    pub level_from_14: Level,
    /// What is otherwise in regions, by their names in `exchange.toml`.
    #[serde(default)]
    pub regions: BTreeMap<String, Region>,
}

/// What is otherwise in a region.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Region {
    /// As [`Settings::through_esia`].
    pub through_esia: Option<bool>,
    /// As [`Settings::transition`].
    pub transition: Option<bool>,
    /// As [`Settings::yo_is_e`].
    pub yo_is_e: Option<bool>,
    /// As [`Settings::level_under_14`].
    pub level_under_14: Option<Level>,
    /// As [`Settings::level_from_14`].
    pub level_from_14: Option<Level>,
}

/// The rules that hold for a school.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Do people link through Госуслуги (E4)?
    pub through_esia: bool,
    /// May they sign in at the diary first, and skip (E3)?
    pub transition: bool,
    /// Is ё the same letter as е?
    pub yo_is_e: bool,
    /// What an account has to be of somebody under fourteen.
    pub under_14: Level,
    /// What it has to be from fourteen on.
    pub from_14: Level,
}

impl Settings {
    /// The rules for a school of this region.
    pub fn rules(&self, region: Option<&str>) -> Rules {
        let own = region.and_then(|region| self.regions.get(region)).cloned().unwrap_or_default();
        Rules {
            through_esia: own.through_esia.unwrap_or(self.through_esia),
            transition: own.transition.unwrap_or(self.transition),
            yo_is_e: own.yo_is_e.unwrap_or(self.yo_is_e),
            under_14: own.level_under_14.unwrap_or(self.level_under_14),
            from_14: own.level_from_14.unwrap_or(self.level_from_14),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e4_a_region_says_only_what_is_otherwise() {
        let json = r#"{"organisation": "1", "client-id": "", "issuer": "i", "through-esia": true, "transition": false,
            "yo-is-e": true, "level-under-14": "simplified",
            "level-from-14": "standard", "regions": {"29": {"transition": true, "level-under-14": "confirmed", "yo-is-e": false}}}"#;
        let settings: Settings = exchange_sdk::context::parse_settings(json).expect("settings");
        let (through_esia, transition) = (true, false);
        let usual = Rules {
            through_esia,
            transition,
            yo_is_e: true,
            under_14: Level::Simplified,
            from_14: Level::Standard,
        };
        assert_eq!(settings.rules(None), usual);
        assert_eq!(settings.rules(Some("30")), usual);
        let northern = Rules { transition: true, yo_is_e: false, under_14: Level::Confirmed, ..usual };
        assert_eq!(settings.rules(Some("29")), northern);
    }
}
