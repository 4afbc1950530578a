//! The keys of a school's file.

use super::notify::RECIPIENT;
use super::timetable::{CALENDAR, SCHEDULE};
use super::{Shape, Table, defaulted, optional, required};
use crate::config::units::show_duration;
use crate::model::records::RecordType;
use crate::model::setup::{Grants, Holds, SchoolConfig, TaskConfig};

/// `schools/<school>.toml`.
pub(in crate::config) static SCHOOL: Table = Table {
    title: "schools/SCHOOL.toml",
    keys: &[
        required(
            "name",
            Shape::Text,
            "The school's name for people; typed in to confirm what cannot be undone.",
        ),
        optional(
            "time-zone",
            Shape::Text,
            "IANA name, such as `Europe/Moscow`. Needed unless the region has one.",
        ),
        optional(
            "region",
            Shape::Text,
            "Region, for settings that differ by region; one of `exchange.toml`, where that has any.",
        ),
        optional(
            "calendar",
            Shape::Table(&CALENDAR),
            "Days on which less is done, or nothing; each key that is left out is the region's.",
        ),
        optional("import", Shape::Table(&IMPORT), "How the school's files are read."),
        optional("task", Shape::Tables(&TASK), "Exchange tasks, in the order in which they are shown."),
        optional("notify", Shape::Tables(&RECIPIENT), "Who is told of changes, and how."),
    ],
};

static IMPORT: Table = Table {
    title: "[import]",
    keys: &[
        defaulted(
            "drop-share",
            Shape::Share,
            || SchoolConfig::default().import_drop_share.to_string(),
            "Share of the school that an import may drop before it is held for a person.",
        ),
        optional("profile", Shape::Map(&Shape::Table(&PROFILE)), "Descriptions of files by name."),
    ],
};

static PROFILE: Table = Table {
    title: "[import.profile.NAME]",
    keys: &[
        optional(
            "record",
            Shape::Word(&RecordType::NAMES),
            "What a row is; without it told from the headings.",
        ),
        optional("sheet", Shape::Text, "Sheet of a workbook; the first that is not hidden by default."),
        optional("row", Shape::Text, "XML: the element, JSON: the member, that holds one record."),
        optional("columns", Shape::Map(&Shape::Text), "Field = heading in the file."),
        optional(
            "words",
            Shape::Map(&Shape::Map(&Shape::Text)),
            "Per field: word in the file = value of the field.",
        ),
    ],
};

static TASK: Table = Table {
    title: "[[task]]",
    keys: &[
        required("id", Shape::Name, "The task's name in commands; unique in the file."),
        required("connector", Shape::Name, "Id of the connector that does it."),
        defaulted(
            "enabled",
            Shape::Flag,
            || TaskConfig::default().enabled.to_string(),
            "Whether it runs, by schedule and by `exchange run`.",
        ),
        optional(
            "schedule",
            Shape::TextOrTable(&SCHEDULE),
            "When it runs by itself: a cron line, a table, or `\"by-hand\"`: not at all. Without it the region's.",
        ),
        defaulted(
            "changes",
            Shape::Word(&["report", "update"]),
            || "\"report\"".to_owned(),
            "What happens to differences: `report` tells them, `update` puts them right.",
        ),
        defaulted(
            "patience",
            Shape::Duration,
            || format!("{:?}", show_duration(TaskConfig::default().patience_s * 1_000)),
            "Most time a run waits in all for retries and for the other side to settle.",
        ),
        optional("settings", Shape::Free, "The connector's own settings, checked against its schema."),
        optional("grant", Shape::Table(&GRANT), "What the task may use of what its connector asks."),
        optional("hold", Shape::Table(&HOLD), "Past both numbers, over 24 hours, a plan waits for a person."),
    ],
};

static GRANT: Table = Table {
    title: "[task.grant]",
    keys: &[
        optional(
            "upstreams",
            Shape::ListOrMap(&Shape::Text, &Shape::Text),
            "The connector's upstream = upstream of `exchange.toml`; a list where both names are equal.",
        ),
        optional(
            "records",
            Shape::MapOf(&RecordType::NAMES, &Shape::List(&Shape::Text)),
            "Record type = its fields; `*` stands for all that the connector asks.",
        ),
        optional("secrets", Shape::List(&Shape::Text), "Secrets the connector may have put on requests."),
        optional("sign", Shape::Map(&Shape::Text), "Signature template = key of `[signing]` that signs."),
        optional("verify", Shape::Map(&Shape::Text), "Issuer of tokens = key of `[verification]`."),
        optional("fingerprints", Shape::List(&Shape::Text), "Purposes of keyed hashes."),
        defaulted(
            "write",
            Shape::Flag,
            || Grants::default().write.to_string(),
            "Allows operations that change something on the other side.",
        ),
    ],
};

static HOLD: Table = Table {
    title: "[task.hold]",
    keys: &[
        optional("add", Shape::Table(&ADD), "Additions; not asked at the first run."),
        optional("change", Shape::Table(&CHANGE), "Changes of what is there already."),
        optional("remove", Shape::Table(&REMOVE), "Removals, and what is gone and only told."),
        optional(
            "ambiguous",
            Shape::Table(&AMBIGUOUS),
            "Ambiguous matches: one hold instead of many questions.",
        ),
    ],
};

/// A threshold's two keys, with the defaults of this field of `Holds`.
macro_rules! threshold {
    ($name:ident, $title:literal, $field:ident) => {
        static $name: Table = Table {
            title: $title,
            keys: &[
                defaulted(
                    "share",
                    Shape::Share,
                    || Holds::default().$field.share.to_string(),
                    "Share of the items the task knows to be there.",
                ),
                defaulted(
                    "rows",
                    Shape::Count { min: 0, max: u64::MAX },
                    || Holds::default().$field.rows.to_string(),
                    "Number of items.",
                ),
            ],
        };
    };
}

threshold!(ADD, "add", add);
threshold!(CHANGE, "change", change);
threshold!(REMOVE, "remove", remove);
threshold!(AMBIGUOUS, "ambiguous", ambiguous);
