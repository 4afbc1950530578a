//! The keys of a connector's manifest.

use super::{Shape, Table, defaulted, optional, required};
use crate::model::records::RecordType;

/// Words of [`crate::model::manifest::INBOUND`].
pub(super) const INBOUND_NAMES: [&str; 2] = ["identifier", "lesson"];

const TEXT: Shape = Shape::Table(&LANGUAGES);

/// `connector.toml`.
pub(in crate::config) static CONNECTOR: Table = Table {
    title: "connector.toml",
    keys: &[
        required("id", Shape::Name, "The connector's name in configuration and file names."),
        required("version", Shape::Text, "Semantic version of the connector, such as `1.2.0`."),
        required("contract", Shape::Text, "The contract it was built for, such as `0.1`."),
        required("title", TEXT, "For people."),
        optional("description", TEXT, "For people: what it does, in a sentence."),
        optional(
            "help",
            TEXT,
            "For people: how to work with it, shown on its task's page. An empty line begins a paragraph.",
        ),
        optional("fingerprints", Shape::List(&Shape::Name), "Purposes of keyed hashes."),
        optional(
            "verify",
            Shape::List(&Shape::Name),
            "Issuers of tokens that it has verified, by its own names.",
        ),
        optional(
            "kind",
            Shape::Tables(&KIND),
            "Kinds of items, in the order in which a run takes them where nothing refers.",
        ),
        optional("upstream", Shape::Map(&Shape::Table(&UPSTREAM)), "Remote systems it wants to talk to."),
        optional("operation", Shape::Map(&Shape::Table(&OPERATION)), "What it may ask of them, by name."),
        optional(
            "records",
            Shape::MapOf(&RecordType::NAMES, &Shape::List(&Shape::Text)),
            "Record type = the optional fields it reads; ids and references are always given.",
        ),
        optional("secret", Shape::Map(&Shape::Table(&SECRET)), "Secrets it needs placed on requests."),
        optional("dialogue", Shape::Map(&Shape::Table(&DIALOGUE)), "Dialogues with a person."),
        optional("sign", Shape::Map(&Shape::Table(&SIGN)), "Signature templates."),
        optional("settings", Shape::Free, "JSON Schema of `[task.settings]`: an object with `properties`."),
        optional("messages", Shape::Table(&MESSAGES), "Its texts: code = Fluent pattern, in both languages."),
    ],
};

static LANGUAGES: Table = Table {
    title: "text",
    keys: &[required("ru", Shape::Text, "In Russian."), required("en", Shape::Text, "In English.")],
};

static KIND: Table = Table {
    title: "[[kind]]",
    keys: &[
        required("name", Shape::Name, "Its name in items."),
        required("title", TEXT, "For people, in the plural."),
        defaulted(
            "nature",
            Shape::Word(&["state", "event", "awaited"]),
            || "\"state\"".to_owned(),
            "Kept true, happens once, or done by somebody else.",
        ),
        defaulted(
            "direction",
            Shape::Word(&["outbound", "inbound"]),
            || "\"outbound\"".to_owned(),
            "Lives on the other side, or in the school's own records.",
        ),
        defaulted(
            "observe",
            Shape::Word(&["bulk", "each", "none"]),
            || "\"bulk\"".to_owned(),
            "Observed by listings, one by one, or not at all.",
        ),
        defaulted(
            "settle-ms",
            MILLIS,
            || "0".to_owned(),
            "Milliseconds until a write can certainly be seen.",
        ),
        defaulted("batch", BATCH, || "1".to_owned(), "Most changes in one `apply`."),
        defaulted("observe-batch", BATCH, || "100".to_owned(), "Most probes in one `observe`."),
        defaulted("parallel", BATCH, || "1".to_owned(), "Batches in flight at once."),
        defaulted(
            "token-window-ms",
            MILLIS,
            || "0".to_owned(),
            "Milliseconds in which an idempotency token protects; 0 means never.",
        ),
        defaulted(
            "removal",
            Shape::Flag,
            || "false".to_owned(),
            "Whether it can be removed there; of an awaited kind by a person's command only.",
        ),
        defaulted(
            "audit-hours",
            Shape::Count { min: 0, max: 87_600 },
            || "0".to_owned(),
            "Hours after which what is confirmed is observed again; 0 means never.",
        ),
        defaulted(
            "waiting-hours",
            Shape::Count { min: 0, max: 87_600 },
            || "0".to_owned(),
            "Hours after which what waits for a person is looked at again while nothing changes; 0 means in every run. A run for chosen classes or persons always looks.",
        ),
        optional(
            "part-of",
            Shape::Name,
            "An earlier kind: an item found there counts as made by us where that to which it refers was.",
        ),
        defaulted(
            "passing",
            Shape::Flag,
            || "false".to_owned(),
            "Whether its items come and go with time, so that those which go count for no threshold.",
        ),
        optional(
            "record",
            Shape::Word(&INBOUND_NAMES),
            "Inbound kinds: the type of record they change, named by the item's key; of a lesson only `call-link`.",
        ),
    ],
};

const MILLIS: Shape = Shape::Count { min: 0, max: 31_536_000_000 };
const BATCH: Shape = Shape::Count { min: 1, max: 100_000 };

static UPSTREAM: Table = Table {
    title: "[upstream.NAME]",
    keys: &[
        required("title", TEXT, "For people."),
        optional("credential", Shape::Name, "Name of the secret that is its credential, if it needs one."),
    ],
};

static OPERATION: Table = Table {
    title: "[operation.NAME]",
    keys: &[
        required("upstream", Shape::Name, "Which upstream."),
        required(
            "access",
            Shape::Word(&["read", "write", "dialogue"]),
            "`read`: any time; `write`: while applying; `dialogue`: inside a dialogue.",
        ),
        required(
            "method",
            Shape::Word(&["GET", "POST", "PUT", "PATCH", "DELETE"]),
            "HTTP method; it says nothing about access.",
        ),
        required("path", Shape::Text, "Absolute path with `{name}` places, each within one segment."),
        optional("safe", Shape::Flag, "May be repeated at any time without harm; reads are, writes are not."),
        optional(
            "token-header",
            Shape::Text,
            "Header for the idempotency token, where the other side knows one.",
        ),
        optional("headers", Shape::List(&Shape::Text), "Further request headers that the connector may set."),
        defaulted("credential", Shape::Flag, || "true".to_owned(), "Sends the upstream's credential."),
        optional(
            "capture",
            Shape::Map(&Shape::Text),
            "Member of the JSON answer = name of the credential or secret that it becomes.",
        ),
    ],
};

static SECRET: Table = Table {
    title: "[secret.NAME]",
    keys: &[
        required("title", TEXT, "For people."),
        defaulted("captured", Shape::Flag, || "false".to_owned(), "Captured in a dialogue; never typed in."),
    ],
};

static DIALOGUE: Table = Table {
    title: "[dialogue.NAME]",
    keys: &[
        required("title", TEXT, "For people."),
        defaulted("memory-only", Shape::Flag, || "false".to_owned(), "Its state is kept in memory only."),
        defaulted("binds", Shape::Flag, || "false".to_owned(), "Its ending binds the task."),
        defaulted(
            "open",
            Shape::Flag,
            || "false".to_owned(),
            "Whoever has the school's address may start it in a browser; goes with `memory-only` and without `binds`.",
        ),
    ],
};

static SIGN: Table = Table {
    title: "[sign.NAME]",
    keys: &[
        required("fields", Shape::List(&Shape::Text), "Names of the fields that are joined, in order."),
        defaulted("separator", Shape::AnyText, || "\"\"".to_owned(), "Between the fields."),
        required("form", Shape::Word(&["raw", "cms"]), "A bare signature, or a detached CMS."),
        defaulted(
            "certificate-hash",
            Shape::Flag,
            || "false".to_owned(),
            "Also answers the hash of the certificate's DER: GOST R 34.11-2012 with 256 bits, in capitals.",
        ),
    ],
};

static MESSAGES: Table = Table {
    title: "[messages]",
    keys: &[
        required("ru", Shape::Map(&Shape::Text), "In Russian."),
        required("en", Shape::Map(&Shape::Text), "In English."),
    ],
};
