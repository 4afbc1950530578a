//! Certificates, and until when they are good: those of remote systems, and those of the keys that sign and verify.

use crate::capability::first_to_expire;
use crate::capability::sign::{self, KeyFault};
use crate::error::Result;
use crate::model::setup::{HostConfig, TaskConfig};
use crate::model::signing::{SigningKey, TokenKey};
use crate::model::{Message, Millis, Severity};

/// A certificate that ends sooner is to be replaced now.
const SOON: Millis = 21 * 86_400_000;

const DAY: Millis = 86_400_000;

/// What is to be said of one thing.
#[derive(Clone, Debug)]
pub struct Told {
    /// How grave.
    pub severity: Severity,
    /// A section of `exchange.toml`, or a file.
    pub about: String,
    /// What of it.
    pub what: Message,
    /// What to do, unless all is well.
    pub cure: Message,
}

/// How long a certificate is good; `cure`: who replaces it.
pub fn expiry(about: impl Into<String>, end: Millis, cure: &str) -> Told {
    let (about, cure, left) = (about.into(), Message::new(cure), end - now());
    let day = jiff::Timestamp::from_millisecond(end).unwrap_or_default().strftime("%d.%m.%Y").to_string();
    let (severity, what) = if left <= 0 {
        (Severity::Problem, Message::new("doctor-expired").with("day", day))
    } else if left < SOON {
        (Severity::Warning, Message::new("doctor-expires").with("day", day).with("days", left / DAY))
    } else {
        (Severity::Good, Message::new("doctor-certificate-good"))
    };
    Told { severity, about, what, cure }
}

/// All keys of the host.
pub fn of_host(host: &HostConfig) -> Vec<Told> {
    let signing = host.signing.iter().flat_map(|(name, key)| signing(name, key));
    signing.chain(host.verification.iter().flat_map(|(name, key)| verification(name, key))).collect()
}

/// The keys that a task uses.
pub fn of_task(host: &HostConfig, task: &TaskConfig) -> Vec<Told> {
    let used = |granted: &std::collections::BTreeMap<String, String>| {
        granted.values().cloned().collect::<std::collections::BTreeSet<String>>()
    };
    let signs = used(&task.grants.signatures);
    let verifies = used(&task.grants.verify);
    let signing = host.signing.iter().filter(|(name, _)| signs.contains(*name));
    let verification = host.verification.iter().filter(|(name, _)| verifies.contains(*name));
    let signing = signing.flat_map(|(name, key)| self::signing(name, key));
    signing.chain(verification.flat_map(|(name, key)| self::verification(name, key))).collect()
}

fn signing(name: &str, key: &SigningKey) -> Vec<Told> {
    let about = format!("[signing.{name}]");
    if let Err(fault) = sign::check(key) {
        let what = match fault {
            KeyFault::Open => Message::new("doctor-signing-open"),
            KeyFault::Mismatch => Message::new("doctor-signing-mismatch"),
            KeyFault::Other(why) => Message::new("doctor-signing-broken").with("cause", why),
        };
        let cure = Message::new("doctor-signing-cure");
        return vec![Told { severity: Severity::Problem, about, what, cure }];
    }
    let end = key.certificate.as_deref().map(first_to_expire);
    match end {
        None => vec![Told {
            severity: Severity::Good,
            about,
            what: Message::new("doctor-signing-good"),
            cure: Message::new("doctor-signing-cure"),
        }],
        Some(end) => vec![judged(about, end, "doctor-signing-certificate-cure")],
    }
}

fn verification(name: &str, key: &TokenKey) -> Vec<Told> {
    let about = |file: &std::path::Path| format!("[verification.{name}] {}", file.display());
    let judge = |file: &std::path::PathBuf| {
        judged(about(file), first_to_expire(file), "doctor-verification-certificate-cure")
    };
    key.certificates.iter().map(judge).collect()
}

fn now() -> Millis {
    jiff::Timestamp::now().as_millisecond()
}

fn judged(about: String, end: Result<Option<Millis>>, cure: &str) -> Told {
    match end {
        Ok(Some(end)) => expiry(about, end, cure),
        Ok(None) => {
            let what = Message::new("doctor-ca-empty");
            Told { severity: Severity::Problem, about, what, cure: Message::new(cure) }
        }
        Err(error) => {
            let what = Message::new("doctor-signing-broken").with("cause", error);
            Told { severity: Severity::Problem, about, what, cure: Message::new(cure) }
        }
    }
}
