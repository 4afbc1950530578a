//! Behaviour that no public source settles. Each default is an assumption of ours; README.md has the table.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Reach {
    /// Only people and classes of schools where the caller has a role.
    OwnSchool,
    All,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Shape {
    /// A bare list.
    List,
    /// One object with the list inside.
    Object,
}

/// How error types are written: the long words, the short ones, or the mixture seen in live answers.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Spelling {
    Seen,
    Short,
    Long,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub(crate) struct Settings {
    /// Whom `persons/search` finds.
    pub(crate) search_scope: Reach,
    /// Whose classes and members can be read.
    pub(crate) school_scope: Reach,
    pub(crate) token_lifetime_s: i64,
    pub(crate) code_lifetime_s: i64,
    /// A refresh kills the access token it replaces.
    pub(crate) refresh_revokes_access: bool,
    /// Consent given once is not asked for again.
    pub(crate) remember_consent: bool,
    /// Calls need the scopes their documentation names.
    pub(crate) check_scopes: bool,
    /// Window of `Idempotency-Key`; 0: the header is ignored.
    pub(crate) idempotency_window_ms: i64,
    /// Words accepted as the type of a relation; empty: any.
    pub(crate) relative_types: Vec<String>,
    /// E-mail and phone are sent even without the scope `ContactInfo`.
    pub(crate) show_contacts: bool,
    pub(crate) relatives_shape: Shape,
    pub(crate) person_memberships_shape: Shape,
    /// `schools/{s}/edu-groups` lists classes of the archive too.
    pub(crate) list_archive_groups: bool,
    /// `edu-groups/{g}/persons` without `includeArchive` lists those who left too.
    pub(crate) list_archive_members: bool,
    /// Persons made by the write half get an account at once.
    pub(crate) activate_new_persons: bool,
    pub(crate) journaltype: String,
    /// Wrong passwords in a row after which a login is locked for linking.
    pub(crate) link_attempts: u32,
    pub(crate) link_lock_s: i64,
    /// From this age on an account links by itself at the first sign-in through ЕСИА.
    pub(crate) link_by_itself_from_age: i16,
    pub(crate) error_spelling: Spelling,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            search_scope: Reach::OwnSchool,
            school_scope: Reach::OwnSchool,
            token_lifetime_s: 30 * 24 * 60 * 60,
            code_lifetime_s: 600,
            refresh_revokes_access: true,
            remember_consent: false,
            check_scopes: true,
            idempotency_window_ms: 0,
            relative_types: ["Mother", "Father", "Guardian", "Trustee", "Other"].map(String::from).to_vec(),
            show_contacts: false,
            relatives_shape: Shape::List,
            person_memberships_shape: Shape::Object,
            list_archive_groups: false,
            list_archive_members: false,
            activate_new_persons: false,
            journaltype: "Subject".into(),
            link_attempts: 3,
            link_lock_s: 900,
            link_by_itself_from_age: 14,
            error_spelling: Spelling::Seen,
        }
    }
}
