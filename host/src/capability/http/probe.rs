//! Is a remote system there, by the same client as requests go, what time is it there, and until when is its certificate
//! good? Asks for nothing and carries no credential.

use std::path::Path;
use std::time::Duration;

use reqwest::header::DATE;
use reqwest::tls::TlsInfo;
use x509_cert::Certificate;
use x509_cert::der::{Decode, DecodePem};

use super::client::{builder, provide_tls};
use crate::error::{Context, Kind, Result};
use crate::model::Millis;
use crate::model::setup::Upstream;

/// What an address has answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Probe {
    /// Its time, to the second, where it tells.
    pub date: Option<Millis>,
    /// When its certificate ends, where there is one.
    pub expires: Option<Millis>,
}

/// Looks at one address of an upstream. Whatever status it answers with, it is there.
///
/// # Errors
/// It cannot be reached in the time for connections, or its certificate is not accepted.
pub async fn probe(config: &Upstream, base: &str) -> Result<Probe> {
    provide_tls();
    let limit = Duration::from_millis(config.timeout_ms);
    let client = builder(config)?.tls_info(true).timeout(limit).build();
    let client = client.context(Kind::Config, "its HTTP client cannot be made")?;
    let answer = client.head(base).send().await.context(Kind::Failed, format!("{base} cannot be reached"))?;
    let date = answer.headers().get(DATE).and_then(|date| date.to_str().ok()).and_then(moment);
    let certificate = answer.extensions().get::<TlsInfo>().and_then(TlsInfo::peer_certificate);
    Ok(Probe { date, expires: certificate.and_then(|der| Certificate::from_der(der).ok()).map(|c| end(&c)) })
}

/// When the first of the certificates in a PEM file ends.
///
/// # Errors
/// The file cannot be read or holds no certificate.
pub fn first_to_expire(file: &Path) -> Result<Option<Millis>> {
    let what = || format!("{} holds no certificates", file.display());
    let pem =
        std::fs::read_to_string(file).context(Kind::Config, format!("cannot read {}", file.display()))?;
    let ends = pem.split_inclusive("-----END CERTIFICATE-----").filter_map(|block| {
        let start = block.find("-----BEGIN CERTIFICATE-----")?;
        Some(Certificate::from_pem(&block[start..]).map(|certificate| end(&certificate)))
    });
    let ends = ends.collect::<std::result::Result<Vec<_>, _>>().context(Kind::Config, what())?;
    Ok(ends.into_iter().min())
}

/// What this host's own server tells of itself, where one listens.
pub async fn own_metrics(address: std::net::SocketAddr) -> Option<String> {
    provide_tls();
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(2)).build().ok()?;
    let answer = client.get(format!("http://{address}/metrics")).send().await.ok()?;
    answer.text().await.ok()
}

fn end(certificate: &Certificate) -> Millis {
    let seconds = certificate.tbs_certificate().validity().not_after.to_unix_duration().as_secs();
    Millis::try_from(seconds).unwrap_or(Millis::MAX / 1_000) * 1_000
}

/// The three forms of RFC 9110 differ; servers send the first, `Sun, 06 Nov 1994 08:49:37 GMT`.
fn moment(date: &str) -> Option<Millis> {
    Some(jiff::fmt::rfc2822::parse(date).ok()?.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_of_http_is_a_moment() {
        assert_eq!(moment("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777_000));
        assert_eq!(moment("yesterday"), None);
    }
}
