//! The keys of `[web]` in `exchange.toml`.

use std::net::{Ipv4Addr, SocketAddr};

use super::{Shape, Table, defaulted, duration, optional, required};
use crate::model::web::Web;

pub(super) static WEB: Table = Table {
    title: "[web]",
    keys: &[
        required(
            "listen",
            Shape::Text,
            "Address and port, such as `127.0.0.1:8080`, where people are listened to; another one than `[serve] listen`.",
        ),
        required(
            "address",
            Shape::Text,
            "What people type, such as `https://exchange.example.ru`; http on this computer only. Requests made to any other name are not answered.",
        ),
        optional(
            "proxies",
            Shape::List(&Shape::Text),
            "IP addresses of proxies in front; only their word counts for whose request it is.",
        ),
        defaulted(
            "client-header",
            Shape::Text,
            || format!("{:?}", web().client_header),
            "The header in which such a proxy names its client; the last address in it counts.",
        ),
        defaulted(
            "idle",
            Shape::Duration,
            || duration(web().idle_ms),
            "A dialogue that nobody goes on with ends.",
        ),
        defaulted(
            "life",
            Shape::Duration,
            || duration(web().life_ms),
            "A dialogue ends, whatever happens in it.",
        ),
        defaulted("dialogues", COUNT, || web().dialogues.to_string(), "Dialogues at once."),
        defaulted(
            "dialogues-per-client",
            COUNT,
            || web().dialogues_per_client.to_string(),
            "Dialogues at once of one client address; a school may have one for all its computers.",
        ),
        defaulted(
            "requests-per-client",
            COUNT,
            || web().requests_per_client.to_string(),
            "Requests that one client address may make in a minute.",
        ),
        defaulted(
            "starts-per-client",
            COUNT,
            || web().starts_per_client.to_string(),
            "Dialogues that one client address may start in ten minutes.",
        ),
        defaulted(
            "starts-per-school",
            COUNT,
            || web().starts_per_school.to_string(),
            "Dialogues that may start at one school in ten minutes.",
        ),
        defaulted(
            "passwords",
            Shape::Count { min: 1, max: 100 },
            || web().passwords.to_string(),
            "Passwords of another system that may be tried in a dialogue, and for one login until it has cooled down.",
        ),
        defaulted(
            "cool-down",
            Shape::Duration,
            || duration(web().cool_down_ms),
            "How long no password is taken for a login for which too many were wrong.",
        ),
        defaulted(
            "invitation",
            Shape::Duration,
            || duration(web().invitation_ms),
            "How long a one-time address of `exchange bind --browser` is good.",
        ),
        defaulted(
            "account-invitation",
            Shape::Duration,
            || duration(web().account_invitation_ms),
            "How long a one-time address of `exchange user invite` is good.",
        ),
        defaulted(
            "session-idle",
            Shape::Duration,
            || duration(web().session_idle_ms),
            "Whoever is signed in and does nothing for so long signs in again.",
        ),
        defaulted(
            "session-life",
            Shape::Duration,
            || duration(web().session_life_ms),
            "Whoever is signed in signs in again after so long, whatever they do.",
        ),
        defaulted(
            "upload-kept",
            Shape::Duration,
            || duration(web().upload_kept_ms),
            "How long files that somebody hands in in the cabinet wait to be confirmed; then they are deleted.",
        ),
    ],
};

const COUNT: Shape = Shape::Count { min: 1, max: 1_000_000 };

fn web() -> Web {
    Web::at(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), String::new())
}
