//! Is a remote system there, by the same client as requests go, what time is it there, and until when is its certificate
//! good? Asks for nothing and carries no credential.

use std::time::Duration;

use reqwest::header::DATE;
use reqwest::tls::TlsInfo;

use super::client::{builder, provide_tls};
use crate::capability::Certificate;
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
    let expires = certificate.and_then(|der| Certificate::of(der.to_vec()).ok()).map(|it| it.ends());
    Ok(Probe { date, expires })
}

/// What this host's own server tells of itself, where one listens.
pub async fn own_metrics(address: std::net::SocketAddr) -> Option<String> {
    provide_tls();
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(2)).build().ok()?;
    let answer = client.get(format!("http://{address}/metrics")).send().await.ok()?;
    answer.text().await.ok()
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
