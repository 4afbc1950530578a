//! The HTTP client of an upstream: its addresses, certificates and proxy, as the settings have them.

use std::collections::BTreeSet;
use std::time::Duration;

use reqwest::{Certificate, Client, ClientBuilder, Proxy, redirect, retry};
use url::Url;

use super::address::Resolver;
use crate::error::{Context, Error, Kind, Result};
use crate::model::setup::Upstream;

/// How long an unused connection is kept.
const IDLE: Duration = Duration::from_secs(20);
/// Where proxies are named outside our own configuration.
const PROXY_VARIABLES: [&str; 6] =
    ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// Its base addresses, the preferred one first.
pub(super) fn bases(config: &Upstream) -> Result<Vec<Url>> {
    let bases = config.base.iter().map(|base| parse_base(base)).collect::<Result<Vec<_>>>()?;
    if bases.is_empty() { Err(Error::config("it has no base address")) } else { Ok(bases) }
}

fn parse_base(base: &str) -> Result<Url> {
    let url = Url::parse(base).context(Kind::Config, format!("`{base}` is not an address"))?;
    let plain = url.query().is_none() && url.fragment().is_none();
    let open = url.username().is_empty() && url.password().is_none();
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() || !plain || !open {
        return Err(Error::config("a base address is `http(s)://host[:port][/prefix]` and nothing more"));
    }
    Ok(url)
}

/// Names the implementation of TLS. Fails when another part of the process was first: then there is one already.
pub fn provide_tls() {
    drop(rustls::crypto::ring::default_provider().install_default());
}

/// Its client.
pub(super) fn client(config: &Upstream) -> Result<Client> {
    builder(config)?.build().context(Kind::Config, "its HTTP client cannot be made")
}

/// A client as this upstream's settings want it.
pub(super) fn builder(config: &Upstream) -> Result<ClientBuilder> {
    let mut builder = Client::builder()
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .referer(false)
        .connect_timeout(Duration::from_millis(config.connect_timeout_ms))
        .pool_idle_timeout(IDLE)
        .user_agent(concat!("exchange/", env!("CARGO_PKG_VERSION")))
        .dns_resolver(Resolver { private: config.private, proxies: proxy_hosts(config) });
    builder = match &config.proxy {
        Some(proxy) => builder.proxy(Proxy::all(proxy).context(Kind::Config, "the proxy's address is none")?),
        // The system's proxy leads out; what is granted as private is inside.
        None if config.private => builder.no_proxy(),
        None => builder,
    };
    if let Some(file) = &config.ca {
        builder = builder.tls_certs_merge(certificates(file)?);
    }
    Ok(builder)
}

fn certificates(file: &std::path::Path) -> Result<Vec<Certificate>> {
    let pem = std::fs::read(file).context(Kind::Config, format!("cannot read {}", file.display()))?;
    Certificate::from_pem_bundle(&pem)
        .context(Kind::Config, format!("{} holds no certificates", file.display()))
}

/// Hosts of the proxies that this upstream's client may use. A proxy resolves names by itself: behind one, only
/// literal addresses are judged here.
fn proxy_hosts(config: &Upstream) -> BTreeSet<String> {
    let system = PROXY_VARIABLES.iter().filter_map(|name| std::env::var(name).ok());
    let configured = config.proxy.iter().cloned();
    let used: Vec<String> = if config.proxy.is_some() { configured.collect() } else { system.collect() };
    used.iter().filter_map(|proxy| Url::parse(proxy).ok()?.host_str().map(str::to_ascii_lowercase)).collect()
}
