//! Behaviour that no public source settles, and switches between what was seen. README.md has the table.

use serde::{Deserialize, Serialize};

/// What a refresh request signs: two clients in use do it differently.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum RefreshSigning {
    /// The same parameters as the authorisation request.
    AsAuthorization,
    /// client_id + scope + timestamp + state + refresh_token; neither address nor hash of the certificate is sent.
    WithToken,
    Either,
}

/// Which addresses are as good as a registered one.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum RedirectMatch {
    /// The registered one; the port of a loopback address is free.
    Exact,
    /// Any on a registered host.
    Host,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub(crate) struct Settings {
    /// The first generation (`/aas/oauth2/ac`, `/te`) is served.
    pub(crate) v1: bool,
    /// The first generation takes RSA certificates.
    pub(crate) legacy_rsa: bool,
    /// How far a request's time may be off, either way.
    pub(crate) timestamp_window_s: i64,
    pub(crate) code_lifetime_s: i64,
    pub(crate) access_lifetime_s: i64,
    pub(crate) id_lifetime_s: i64,
    pub(crate) refresh_lifetime_s: i64,
    /// How long a browser stays signed in, and how long it may think at the consent page.
    pub(crate) session_lifetime_s: i64,
    /// Consent once given is not asked for again.
    pub(crate) remember_consent: bool,
    pub(crate) redirect_match: RedirectMatch,
    pub(crate) refresh_signing: RefreshSigning,
    /// A refresh token serves once.
    pub(crate) rotate_refresh: bool,
    /// A refresh token that comes again takes everything with it that came from the same sign-in.
    pub(crate) reuse_revokes: bool,
    /// A token request of the third generation has the scope of its authorisation request.
    pub(crate) same_scope: bool,
    /// The `state` of a token request must not be the one of its authorisation request.
    pub(crate) fresh_state: bool,
    /// `iss` of all tokens.
    pub(crate) issuer: String,
    /// Number of the key that signs; counting on rotates it.
    pub(crate) signing_key: u32,
    /// Headers name the certificate (`x5t#St256`).
    pub(crate) certificate_in_header: bool,
    /// id tokens and codes tell the level of the account (`urn:esia:sbj:lvl`).
    pub(crate) level_claim: bool,
    /// Accounts of children count as confirmed: `is_tru` and `trusted`.
    pub(crate) child_trusted: bool,
    /// A child's record in its parent's profile has the number of the child's own account.
    pub(crate) kid_id_is_oid: bool,
    /// `/rs` wraps refusals into an array.
    pub(crate) rest_errors_in_array: bool,
    /// Status of ESIA-005029.
    pub(crate) scope_not_allowed_status: u16,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            v1: true,
            legacy_rsa: false,
            timestamp_window_s: 600,
            code_lifetime_s: 240,
            access_lifetime_s: 3600,
            id_lifetime_s: 10800,
            refresh_lifetime_s: 180 * 24 * 60 * 60,
            session_lifetime_s: 10800,
            remember_consent: true,
            redirect_match: RedirectMatch::Exact,
            refresh_signing: RefreshSigning::AsAuthorization,
            rotate_refresh: true,
            reuse_revokes: true,
            same_scope: true,
            fresh_state: false,
            issuer: "http://esia.gosuslugi.ru/".into(),
            signing_key: 1,
            certificate_in_header: true,
            level_claim: true,
            child_trusted: false,
            kid_id_is_oid: false,
            rest_errors_in_array: false,
            scope_not_allowed_status: 403,
        }
    }
}
