//! The keys of notifications: ways and common recipients in `exchange.toml`, a school's own in its file.

use super::{Key, Shape, Table, defaulted, duration, optional, required};
use crate::config::notify::GATHER_MS;
use crate::model::notify::{MailServer, MailTls, Notify, Topic};

/// `[notify]` of `exchange.toml`.
pub(super) static NOTIFY: Table = Table {
    title: "[notify]",
    keys: &[
        optional(
            "link",
            Shape::Text,
            "Address of this host's pages, such as `https://exchange.example.org`; messages link to `…/runs/RUN`.",
        ),
        defaulted(
            "give-up",
            Shape::Duration,
            || duration(Notify::default().give_up_ms),
            "A message that nobody took for so long is given up, and that is told.",
        ),
        optional("mail", Shape::Table(&MAIL), "The mail server."),
        optional(
            "sms",
            Shape::Table(&SMS),
            "The gateway for short messages: what a request to it looks like.",
        ),
        optional("webhook", Shape::Map(&Shape::Table(&WEBHOOK)), "Webhooks by name."),
        optional("to", Shape::Tables(&TO), "Who hears of many schools."),
    ],
};

static MAIL: Table = Table {
    title: "[notify.mail]",
    keys: &[
        required("server", Shape::Text, "Its name; also the one its certificate has to have."),
        optional("port", Shape::Count { min: 1, max: 65_535 }, "Its port: 587, 465 or 25, as `tls` has it."),
        defaulted(
            "tls",
            Shape::Word(&MailTls::NAMES),
            || "\"starttls\"".to_owned(),
            "`starttls`: in the open first, then TLS or not at all; `tls`: from the first byte; `none`: for a server on this machine.",
        ),
        optional("ca", Shape::Path, "PEM file with further certificate authorities."),
        required("from", Shape::Text, "The sender, such as `Exchange <exchange@example.org>`."),
        optional("user", Shape::Text, "The user that signs in; without it nobody does."),
        defaulted(
            "password",
            Shape::Name,
            || format!("{:?}", MailServer::default().password),
            "Name of the secret that is the user's password: `exchange secret set NAME`.",
        ),
        defaulted(
            "timeout",
            Shape::Duration,
            || duration(MailServer::default().timeout_ms),
            "Time for one step of the conversation.",
        ),
    ],
};

const CREDENTIAL: Key = optional(
    "credential",
    Shape::Name,
    "Name of the secret that is the upstream's credential, where that wants one.",
);

static WEBHOOK: Table = Table {
    title: "[notify.webhook.NAME]",
    keys: &[
        required("upstream", Shape::Name, "The upstream it belongs to: its addresses, TLS and limits hold."),
        required("path", Shape::Text, "Path under the upstream's base address, such as `/hooks/exchange`."),
        required("key", Shape::Name, "Name of the secret that signs: `exchange secret set NAME`."),
        CREDENTIAL,
    ],
};

static SMS: Table = Table {
    title: "[notify.sms]",
    keys: &[
        required("upstream", Shape::Name, "The upstream it belongs to: its addresses, TLS and limits hold."),
        defaulted("method", Shape::Word(&["POST", "GET"]), || "\"POST\"".to_owned(), "HTTP method."),
        required("path", Shape::Text, "Path under the upstream's base address."),
        optional(
            "query",
            Shape::Map(&Shape::Text),
            "Query parameters; `{phone}`, `{text}` and `{id}` stand for number, text and name of the message.",
        ),
        optional("form", Shape::Map(&Shape::Text), "Fields of a form, with the same places."),
        optional("json", Shape::Map(&Shape::Text), "Members of a JSON body, with the same places."),
        CREDENTIAL,
        optional("expect", Shape::Text, "What an answer has to hold to count as a yes, beside its status."),
    ],
};

const MAIL_TO: Key = optional("mail", Shape::Text, "An e-mail address. This, `sms` or `webhook`.");
const SMS_TO: Key = optional("sms", Shape::Text, "A telephone number, such as `+79001234567`.");
const WEBHOOK_TO: Key = optional("webhook", Shape::Name, "A webhook of `exchange.toml`.");
const ON: Key = optional("on", Shape::List(&Shape::Word(&Topic::NAMES)), "What of; everything without it.");
const TASKS: Key = optional("tasks", Shape::List(&Shape::Name), "Of which tasks; all without it.");
const LANGUAGE: Key =
    defaulted("language", Shape::Word(&["ru", "en"]), || "\"ru\"".to_owned(), "In which language.");
const QUIET: Key = optional(
    "quiet",
    Shape::Text,
    "Times of the school's day between which nothing is sent, `22:00-07:00`; what happens then goes together after it.",
);
const DIGEST: Key = optional(
    "digest",
    Shape::Text,
    "Once a day at this time of the school's day, `08:00`, all together; nothing on days without changes.",
);

/// `[[notify]]` of a school.
pub(super) static RECIPIENT: Table = Table {
    title: "[[notify]]",
    keys: &[
        MAIL_TO,
        SMS_TO,
        WEBHOOK_TO,
        ON,
        TASKS,
        LANGUAGE,
        QUIET,
        DIGEST,
        defaulted("gather", Shape::Duration, || "\"0s\"".to_owned(), GATHER),
    ],
};

static TO: Table = Table {
    title: "[[notify.to]]",
    keys: &[
        MAIL_TO,
        SMS_TO,
        WEBHOOK_TO,
        ON,
        TASKS,
        optional("schools", Shape::List(&Shape::Name), "Of which schools; all without it."),
        optional("regions", Shape::List(&Shape::Name), "Of schools in which regions; all without it."),
        LANGUAGE,
        QUIET,
        DIGEST,
        defaulted("gather", Shape::Duration, || duration(GATHER_MS), GATHER),
    ],
};

const GATHER: &str = "How long a message waits for others that would go with it. Webhooks never wait.";
