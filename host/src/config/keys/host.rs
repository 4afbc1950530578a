//! The keys of `exchange.toml`.

use super::notify::NOTIFY;
use super::signing::{SIGNING, VERIFICATION};
use super::timetable::{CALENDAR, SCHEDULE};
use super::web::WEB;
use super::{Shape, Table, defaulted, duration, optional, required};
use crate::config::units::show_size;
use crate::model::setup::{HostConfig, Keep, KeySource, Limits, Serve, Upstream};

/// `exchange.toml`.
pub(in crate::config) static HOST: Table = Table {
    title: "exchange.toml",
    keys: &[
        defaulted(
            "data",
            Shape::Path,
            || text(&HostConfig::default().data.display().to_string()),
            "Folder of databases, caches and locks; created when missing.",
        ),
        defaulted(
            "schools",
            Shape::Path,
            || text(&HostConfig::default().schools.display().to_string()),
            "Folder of the schools' files, `<school>.toml` each.",
        ),
        defaulted(
            "connectors",
            Shape::Path,
            || text(&HostConfig::default().connectors.display().to_string()),
            "Folder of packed connectors and of `connectors.lock`.",
        ),
        optional(
            "key",
            Shape::Table(&KEY),
            "Where the key that encrypts secrets comes from; one of the three.",
        ),
        optional("upstream", Shape::Map(&Shape::Table(&UPSTREAM)), "Remote systems by name."),
        optional(
            "signing",
            Shape::Map(&Shape::Table(&SIGNING)),
            "Keys that sign, by the name that tasks grant.",
        ),
        optional(
            "verification",
            Shape::Map(&Shape::Table(&VERIFICATION)),
            "What tokens of others are verified against, by the name that tasks grant.",
        ),
        optional("limits", Shape::Table(&LIMITS), "What one call of a connector may use."),
        optional("serve", Shape::Table(&SERVE), "How `exchange serve` runs tasks by their schedules."),
        optional(
            "web",
            Shape::Table(&WEB),
            "Where people reach `exchange serve` with a browser; without it nowhere.",
        ),
        optional("keep", Shape::Table(&KEEP), "How long what is told of the past is kept."),
        optional(
            "notify",
            Shape::Table(&NOTIFY),
            "How people are told of changes, and whom all schools have in common.",
        ),
        optional(
            "telemetry",
            Shape::Table(&TELEMETRY),
            "Where the program tells of its own doings, beside its log.",
        ),
        optional(
            "region",
            Shape::Map(&Shape::Table(&REGION)),
            "What holds for the schools of a region that say nothing of their own, by its name.",
        ),
    ],
};

static KEEP: Table = Table {
    title: "[keep]",
    keys: &[
        defaulted(
            "requests",
            Shape::Duration,
            || duration(keep().requests_ms),
            "The request journal; a run still says how many requests it had.",
        ),
        defaulted("log", Shape::Duration, || duration(keep().log_ms), "Lines of connectors' logs."),
        defaulted(
            "outcomes",
            Shape::Duration,
            || duration(keep().outcomes_ms),
            "What became of each item in a run; the last 10 runs of each task keep theirs.",
        ),
        defaulted(
            "before",
            Shape::Duration,
            || duration(keep().before_ms),
            "Records as they were before a run changed them.",
        ),
        defaulted(
            "writes",
            Shape::Duration,
            || duration(keep().writes_ms),
            "Writes that were answered; those without an answer stay.",
        ),
        defaulted("runs", Shape::Duration, || duration(keep().runs_ms), "Runs and approvals."),
        defaulted(
            "notifications",
            Shape::Duration,
            || duration(keep().notifications_ms),
            "What people were told, with the messages it became; what still waits to be delivered stays.",
        ),
        defaulted(
            "at",
            Shape::Text,
            || text(&format!("{:02}:{:02}", keep().at / 60, keep().at % 60)),
            "When `exchange serve` drops what is older, by this machine's clock.",
        ),
    ],
};

static REGION: Table = Table {
    title: "[region.NAME]",
    keys: &[
        optional("time-zone", Shape::Text, "IANA name, such as `Asia/Kamchatka`."),
        optional(
            "calendar",
            Shape::Table(&CALENDAR),
            "Days on which less is done, or nothing; a school's file replaces it key by key.",
        ),
        optional(
            "schedule",
            Shape::TextOrTable(&SCHEDULE),
            "When tasks run by themselves: a cron line, or a table; a task with a schedule of its own keeps to that.",
        ),
    ],
};

static SERVE: Table = Table {
    title: "[serve]",
    keys: &[
        defaulted(
            "runs-at-once",
            count(1, 1_000),
            || Serve::default().runs_at_once.to_string(),
            "Most runs at once; a school has one at a time.",
        ),
        defaulted(
            "stop-within",
            Shape::Duration,
            || duration(Serve::default().stop_within_ms),
            "Time that runs have for the batch in hand when the server is asked to stop.",
        ),
        optional(
            "listen",
            Shape::Text,
            "Address and port, such as `127.0.0.1:8080`, where it answers `/live`, `/ready` and `/metrics`.",
        ),
    ],
};

static PREVIOUS_KEY: Table = Table {
    title: "[key] previous",
    keys: &[
        optional("file", Shape::Path, "A file with the key, readable by its owner only."),
        optional("env", Shape::Text, "An environment variable that holds the key."),
        optional("command", Shape::List(&Shape::Text), "A program and its arguments; it prints the key."),
    ],
};

static TELEMETRY: Table = Table {
    title: "[telemetry]",
    keys: &[optional(
        "otlp",
        Shape::Text,
        "Address of a collector of traces, such as `http://127.0.0.1:4318`: spans go to its `/v1/traces`, as OTLP in JSON.",
    )],
};

static KEY: Table = Table {
    title: "[key]",
    keys: &[
        defaulted(
            "file",
            Shape::Path,
            || match KeySource::default() {
                KeySource::File(path) => text(&path.display().to_string()),
                KeySource::Env(_) | KeySource::Command(_) => String::new(),
            },
            "A file with the key, readable by its owner only; made when missing. Holds where `[key]` is left out.",
        ),
        optional("env", Shape::Text, "An environment variable that holds the key."),
        optional("command", Shape::List(&Shape::Text), "A program and its arguments; it prints the key."),
        optional(
            "previous",
            Shape::Table(&PREVIOUS_KEY),
            "The key before this one, until `exchange key rotate` has put everything under the new one.",
        ),
    ],
};

static UPSTREAM: Table = Table {
    title: "[upstream.NAME]",
    keys: &[
        required(
            "base",
            Shape::List(&Shape::Text),
            "Base addresses; the first is preferred, the rest are reserves. Only https, unless `private`.",
        ),
        defaulted(
            "private",
            Shape::Flag,
            || default().private.to_string(),
            "May lie in a private network or on this machine, and may speak plain http.",
        ),
        optional("ca", Shape::Path, "PEM file with further certificate authorities."),
        optional("proxy", Shape::Text, "Address of a proxy; without it the system's."),
        optional(
            "credential",
            Shape::Table(&CREDENTIAL),
            "How the credential is put on a request; one of the three.",
        ),
        defaulted(
            "rate",
            Shape::Number,
            || format!("{:?}", default().rate),
            "Requests per second over all schools; fractions allowed, 0 means no limit.",
        ),
        defaulted(
            "rate-per-school",
            Shape::Number,
            || format!("{:?}", default().rate_per_school),
            "Requests per second of each school, beside `rate`: for a system that counts by its schools' tokens.",
        ),
        defaulted(
            "parallel",
            count(1, 1_000),
            || default().parallel.to_string(),
            "Requests in flight at once.",
        ),
        optional("quota", Shape::Table(&QUOTA), "How many requests it takes in a day."),
        defaulted(
            "connect-timeout",
            Shape::Duration,
            || duration(default().connect_timeout_ms),
            "Time for a connection to be made.",
        ),
        defaulted(
            "timeout",
            Shape::Duration,
            || duration(default().timeout_ms),
            "Time for a whole request, the answer read.",
        ),
        defaulted("max-response", Shape::Size, || size(default().max_response), "Most bytes of an answer."),
        defaulted(
            "not-processed",
            Shape::List(&Shape::Count { min: 400, max: 599 }),
            || format!("{:?}", default().not_processed),
            "Statuses with which this system says that it did nothing: such a request may be repeated.",
        ),
        defaulted(
            "attempts",
            count(1, 100),
            || default().attempts.to_string(),
            "Most attempts of one request, the first included.",
        ),
        defaulted(
            "patience",
            Shape::Duration,
            || duration(default().patience_ms),
            "Most time to wait between attempts, taken together.",
        ),
        optional("breaker", Shape::Table(&BREAKER), "When requests stop for a while because nothing works."),
        defaulted(
            "redirects",
            count(0, 20),
            || default().redirects.to_string(),
            "Redirects followed on reads, within this upstream's own addresses.",
        ),
    ],
};

static QUOTA: Table = Table {
    title: "quota",
    keys: &[
        required(
            "per-day",
            Shape::Count { min: 1, max: 1_000_000_000 },
            "Requests of a day, over all schools. When they are used up, runs wait for the next day.",
        ),
        required(
            "time-zone",
            Shape::Text,
            "Where the day begins at midnight: an IANA name such as `Europe/Moscow`.",
        ),
    ],
};

static CREDENTIAL: Table = Table {
    title: "credential",
    keys: &[
        optional("header", Shape::Text, "A request header with this name."),
        optional("prefix", Shape::AnyText, "Before the value in the header, such as `Bearer `."),
        optional("query", Shape::Text, "A query parameter with this name."),
        optional("form", Shape::Text, "A field with this name in requests with a form body."),
    ],
};

static BREAKER: Table = Table {
    title: "breaker",
    keys: &[
        defaulted(
            "failures",
            count(1, 1_000_000),
            || default().breaker_failures.to_string(),
            "Failures in a row after which requests stop.",
        ),
        defaulted(
            "pause",
            Shape::Duration,
            || duration(default().breaker_pause_ms),
            "How long they stop before one is tried again.",
        ),
    ],
};

static LIMITS: Table = Table {
    title: "[limits]",
    keys: &[
        defaulted("memory", Shape::Size, || size(limits().memory), "Linear memory."),
        defaulted(
            "table",
            count(1, u32::MAX as u64),
            || limits().table.to_string(),
            "Elements of its tables.",
        ),
        defaulted("cpu", Shape::Duration, || duration(limits().cpu_ms), "Time of computing."),
        defaulted(
            "wall",
            Shape::Duration,
            || duration(limits().wall_ms),
            "Time in all, waiting for answers included, waiting for a turn not.",
        ),
        defaulted("requests", natural(), || limits().requests.to_string(), "HTTP requests."),
        defaulted("bytes", Shape::Size, || size(limits().bytes), "Bytes sent and received over HTTP."),
        defaulted(
            "log-lines",
            natural(),
            || limits().log_lines.to_string(),
            "Lines of log kept; more are counted.",
        ),
        defaulted(
            "page-items",
            natural(),
            || limits().page_items.to_string(),
            "Items in one page of `desired`.",
        ),
        defaulted("scope-items", natural(), || limits().scope_items.to_string(), "Items of one scope."),
        defaulted("text", Shape::Size, || size(u64::from(limits().text)), "Length of one text in an answer."),
    ],
};

const fn count(min: u64, max: u64) -> Shape {
    Shape::Count { min, max }
}

const fn natural() -> Shape {
    count(1, u32::MAX as u64)
}

fn default() -> Upstream {
    Upstream::default()
}

fn keep() -> Keep {
    Keep::default()
}

fn limits() -> Limits {
    Limits::default()
}

fn text(value: &str) -> String {
    format!("{value:?}")
}

fn size(bytes: u64) -> String {
    text(&show_size(bytes))
}
