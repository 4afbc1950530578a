//! A connector's manifest (`connector.toml`): everything the host must know before it runs anything.
//!
//! A connector that says nothing has one scope, kinds of nature *state*, observation by listing, batches of one and
//! no removal. Checked by `config::manifest` (unknown references, templates, schema); here is its shape only.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::records::RecordType;

/// A text in the languages of the product.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Russian.
    pub ru: String,
    /// English.
    pub en: String,
}

/// What kind of thing a kind's items are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Nature {
    /// Kept true: created, changed, removed.
    #[default]
    State,
    /// Happens once: never changed or removed; may expire unsent.
    Event,
    /// Somebody else does it; a run only observes.
    Awaited,
}

/// Where a kind's items live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// On the other side.
    #[default]
    Outbound,
    /// In the school's own records; the host itself observes and applies.
    Inbound,
}

/// How a kind's items can be observed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Observe {
    /// Many at once, from listings.
    #[default]
    Bulk,
    /// One by one, by look-up.
    Each,
    /// Not at all: what was accepted can never be checked.
    None,
}

/// A kind of items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Kind {
    /// Its name in items.
    pub name: String,
    /// For people, in the plural: «Классы».
    pub title: Text,
    /// State, event or awaited.
    #[serde(default)]
    pub nature: Nature,
    /// Outbound or inbound.
    #[serde(default)]
    pub direction: Direction,
    /// Bulk, each or none.
    #[serde(default)]
    pub observe: Observe,
    /// Milliseconds the other side may take until a write can be seen, or a lost one is certainly lost, counted from
    /// the moment the connection was gone.
    #[serde(default)]
    pub settle_ms: u64,
    /// Most changes in one `apply`. Default 1.
    #[serde(default = "one")]
    pub batch: u32,
    /// Most probes in one `observe`. Default 100.
    #[serde(default = "hundred")]
    pub observe_batch: u32,
    /// Batches in flight at once. Default 1.
    #[serde(default = "one")]
    pub parallel: u32,
    /// Milliseconds in which an idempotency token protects; 0: never.
    #[serde(default)]
    pub token_window_ms: u64,
    /// Can it be removed there? What is awaited never is by a run, only when a person says so.
    #[serde(default)]
    pub removal: bool,
    /// Hours after which what is confirmed is observed again (audit); 0: never.
    #[serde(default)]
    pub audit_hours: u32,
    /// Hours after which what waits for a person is looked at again, while nothing changes; 0: in every run.
    #[serde(default)]
    pub waiting_hours: u32,
    /// The kind of which its items are parts: one that is found in something of ours came with it, so it counts as made
    /// by us and may be removed.
    #[serde(default)]
    pub part_of: Option<String>,
    /// Its items come and go with time: that one goes is no loss, and counts for no threshold.
    #[serde(default)]
    pub passing: bool,
    /// Inbound kinds: the type of record they change, one of [`INBOUND`].
    #[serde(default)]
    pub record: Option<RecordType>,
}

/// The types of records that inbound kinds can change: identifiers as wholes, of lessons the link of the call.
pub const INBOUND: [RecordType; 2] = [RecordType::Identifier, RecordType::Lesson];

fn one() -> u32 {
    1
}

fn hundred() -> u32 {
    100
}

/// When an operation may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// Any time but `scopes` and outbound `desired`.
    Read,
    /// `apply` and a dialogue's commit.
    Write,
    /// Inside a dialogue.
    Dialogue,
}

/// One operation over an upstream: what the guest may ask for, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Operation {
    /// Which upstream.
    pub upstream: String,
    /// read, write, dialogue.
    pub access: Access,
    /// GET, POST, PUT, PATCH, DELETE. Says nothing about access.
    pub method: String,
    /// Absolute path with `{name}` places: each fills one segment, or part of one.
    pub path: String,
    /// May be repeated at any time without harm. Default: reads yes, writes no.
    #[serde(default)]
    pub safe: Option<bool>,
    /// Header for the idempotency token, where the other side knows one.
    #[serde(default)]
    pub token_header: Option<String>,
    /// Further request headers that the guest may set.
    #[serde(default)]
    pub headers: Vec<String>,
    /// Sends the upstream's credential. Default true.
    #[serde(default = "yes")]
    pub credential: bool,
    /// Members of the JSON answer that the host takes out: member name → name of the credential or secret it
    /// becomes. The guest sees a handle.
    #[serde(default)]
    pub capture: BTreeMap<String, String>,
}

fn yes() -> bool {
    true
}

/// An upstream the connector wants to talk to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct UpstreamNeed {
    /// For people.
    pub title: Text,
    /// Name of the secret that is its credential, if it needs one (`token`).
    #[serde(default)]
    pub credential: Option<String>,
}

/// A secret the connector needs placed on requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SecretNeed {
    /// For people.
    pub title: Text,
    /// Captured in a dialogue; never typed in.
    #[serde(default)]
    pub captured: bool,
}

/// A dialogue with a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Dialogue {
    /// For people.
    pub title: Text,
    /// The state holds a personal profile: kept in memory only.
    #[serde(default)]
    pub memory_only: bool,
    /// Its ending binds the task (`exchange bind`).
    #[serde(default)]
    pub binds: bool,
    /// Whoever has the school's address may start it in a browser.
    #[serde(default)]
    pub open: bool,
}

/// What a signature looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignatureForm {
    /// The bare bytes; of GOST R 34.10-2012 with 256 bits these are 64, s before r.
    Raw,
    /// A detached CMS with the signer's certificate.
    Cms,
}

impl SignatureForm {
    /// Its word in manifests.
    pub fn word(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Cms => "cms",
        }
    }
}

/// A signature by template: fields joined in this order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SignTemplate {
    /// Field names, in order.
    pub fields: Vec<String>,
    /// Between them.
    #[serde(default)]
    pub separator: String,
    /// What the signature looks like.
    pub form: SignatureForm,
    /// Also answer the certificate's hash.
    #[serde(default)]
    pub certificate_hash: bool,
}

/// The manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Manifest {
    /// Name in configuration and file names.
    pub id: String,
    /// Semantic version of the connector.
    pub version: String,
    /// The contract it was built for: `0.1`.
    pub contract: String,
    /// For people.
    pub title: Text,
    /// For people.
    #[serde(default)]
    pub description: Text,
    /// How to work with it, for people: paragraphs with an empty line between.
    #[serde(default)]
    pub help: Text,
    /// Kinds of items, in the order in which a run takes them where nothing refers.
    #[serde(default, rename = "kind")]
    pub kinds: Vec<Kind>,
    /// Upstreams by name.
    #[serde(default, rename = "upstream")]
    pub upstreams: BTreeMap<String, UpstreamNeed>,
    /// Operations by name.
    #[serde(default, rename = "operation")]
    pub operations: BTreeMap<String, Operation>,
    /// Record types with the optional fields it reads; ids and references are always given.
    #[serde(default)]
    pub records: BTreeMap<RecordType, Vec<String>>,
    /// Secrets by name.
    #[serde(default, rename = "secret")]
    pub secrets: BTreeMap<String, SecretNeed>,
    /// Dialogues by name.
    #[serde(default, rename = "dialogue")]
    pub dialogues: BTreeMap<String, Dialogue>,
    /// Signature templates by name.
    #[serde(default, rename = "sign")]
    pub signatures: BTreeMap<String, SignTemplate>,
    /// Issuers of tokens that it has verified.
    #[serde(default)]
    pub verify: Vec<String>,
    /// Purposes of keyed hashes.
    #[serde(default)]
    pub fingerprints: Vec<String>,
    /// JSON Schema of `[task.settings]`: an object schema with `properties`.
    #[serde(default)]
    pub settings: serde_json::Map<String, serde_json::Value>,
    /// Fluent patterns by code.
    #[serde(default)]
    pub messages: Messages,
}

/// The connector's texts: code → Fluent pattern.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Messages {
    /// Russian.
    pub ru: BTreeMap<String, String>,
    /// English.
    pub en: BTreeMap<String, String>,
}

impl Manifest {
    /// A kind by name.
    pub fn kind(&self, name: &str) -> Option<&Kind> {
        self.kinds.iter().find(|kind| kind.name == name)
    }

    /// Is there a text of this code?
    pub fn has_text(&self, code: &str) -> bool {
        self.messages.ru.contains_key(code)
    }
}
