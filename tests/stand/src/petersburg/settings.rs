//! Behaviour that no public source settles. README.md has the table.

use serde::{Deserialize, Serialize};

/// What a call without a living token gets.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum LoggedOut {
    /// The sign-in page, with status 200.
    Page,
    /// Status 401 in the envelope.
    Status,
}

/// Where the token is looked for.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum TokenIn {
    Cookie,
    Header,
    Either,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub(crate) struct Settings {
    /// Seconds a token lives.
    pub(crate) token_lifetime_s: i64,
    /// Answers bring a fresh token as a cookie; the one before lives on to its own end.
    pub(crate) reissue: bool,
    pub(crate) token_in: TokenIn,
    pub(crate) logged_out: LoggedOut,
    /// Most items on a page, whatever is asked for.
    pub(crate) page_limit: u64,
    /// The list of VK ids (ours) is served.
    pub(crate) vk_list: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            token_lifetime_s: 24 * 60 * 60,
            reissue: true,
            token_in: TokenIn::Either,
            logged_out: LoggedOut::Page,
            page_limit: 100,
            vk_list: true,
        }
    }
}
