//! The remote systems: are they there, is our clock right, are certificates still good for a while?

use futures_util::future::join_all;

use super::Findings;
use crate::capability::first_to_expire;
use crate::capability::http::{Probe, probe};
use crate::cli::app::now;
use crate::daemon::certificates::expiry;
use crate::error::Result;
use crate::model::setup::Upstream;
use crate::model::{Message, Millis};

/// Signatures and tokens of remote systems do not bear more.
const SKEW: Millis = 60_000;

pub(super) async fn look(findings: &mut Findings<'_>, offline: bool) {
    let upstreams = findings.app.host.upstreams.clone();
    for (name, upstream) in &upstreams {
        authorities(findings, name, upstream);
    }
    if offline {
        return;
    }
    let addresses = upstreams.iter().flat_map(|(name, upstream)| {
        upstream.base.iter().enumerate().map(move |(place, base)| (name, upstream, place, base))
    });
    let asked = addresses.map(|(name, upstream, place, base)| async move {
        let began = now();
        let answer = probe(upstream, base).await;
        (format!("{name} {base}"), place, began, answer)
    });
    for (about, place, began, answer) in join_all(asked).await {
        address(findings, &about, place, (began, now()), answer);
    }
}

fn address(
    findings: &mut Findings<'_>,
    about: &str,
    place: usize,
    (began, ended): (Millis, Millis),
    answer: Result<Probe>,
) {
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) if place == 0 => {
            return findings.error(about, &error, Message::new("doctor-unreachable-cure"));
        }
        Err(_) => {
            let what = Message::new("doctor-reserve-unreachable");
            return findings.warn(about, what, Message::new("doctor-unreachable-cure"));
        }
    };
    findings.good(about, "doctor-reachable");
    if let Some(seconds) = answer.date.and_then(|date| skew(date, began, ended)) {
        let what = Message::new("doctor-clock").with("seconds", seconds);
        findings.problem(about, what, Message::new("doctor-clock-cure"));
    }
    if let Some(end) = answer.expires {
        findings.certificate(expiry(about, end, "doctor-certificate-cure"));
    }
}

/// Seconds between the other side's clock and ours, when it is more than can be borne. It told whole seconds, at some
/// moment between the beginning and the end.
fn skew(date: Millis, began: Millis, ended: Millis) -> Option<Millis> {
    let ahead = began - (date + 1_000);
    let behind = date - ended;
    let off = ahead.max(behind);
    (off > SKEW).then_some(off / 1_000)
}

fn authorities(findings: &mut Findings<'_>, name: &str, upstream: &Upstream) {
    let Some(file) = &upstream.ca else { return };
    let about = format!("{name} {}", file.display());
    match first_to_expire(file) {
        Ok(Some(end)) => findings.certificate(expiry(about, end, "doctor-certificate-cure")),
        Ok(None) => {
            findings.problem(about, Message::new("doctor-ca-empty"), Message::new("doctor-ca-cure"));
        }
        Err(error) => findings.error(about, &error, Message::new("doctor-ca-cure")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_wrong_when_no_moment_of_the_request_explains_it() {
        let at = 1_780_000_000_000;
        assert_eq!(skew(at, at - 5_000, at + 500), None, "within the request");
        assert_eq!(skew(at, at + 50_000, at + 50_500), None, "bearable");
        assert_eq!(skew(at, at + 91_000, at + 91_500), Some(90), "ours is ahead");
        assert_eq!(skew(at, at - 120_500, at - 120_000), Some(120), "ours is behind");
    }
}
