//! Absolute addresses of pages that a connector names by upstream and path.

use super::app::App;
use crate::model::Link;
use crate::model::setup::TaskConfig;

/// The address for a person's browser; `None` where the task does not grant the upstream.
pub(super) fn address(app: &App, task: &TaskConfig, link: &Link) -> Option<String> {
    let upstream = task.grants.upstreams.get(&link.upstream)?;
    let base = app.host.upstreams.get(upstream)?.base.first()?;
    join(base, link)
}

/// Base address, path and query as one address; `None` when the path would lead elsewhere.
fn join(base: &str, link: &Link) -> Option<String> {
    if !link.path.starts_with('/') || link.path.starts_with("//") {
        return None;
    }
    let mut url = url::Url::parse(base.trim_end_matches('/')).ok()?;
    let path = format!("{}{}", url.path().trim_end_matches('/'), link.path);
    url.set_path(&path);
    if !link.query.is_empty() {
        url.query_pairs_mut().extend_pairs(link.query.iter().map(|param| (&param.name, &param.value)));
    }
    Some(url.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Param;

    #[test]
    fn a_link_stays_on_its_upstream() {
        let link = |path: &str| Link {
            upstream: "x".into(),
            path: path.into(),
            query: vec![Param::new("redirect_uri", "http://127.0.0.1:1/callback?a=b&c")],
        };
        let address = join("https://login.example/base/", &link("/oauth2")).unwrap();
        assert_eq!(
            address,
            "https://login.example/base/oauth2?redirect_uri=http%3A%2F%2F127.0.0.1%3A1%2Fcallback%3Fa%3Db%26c"
        );
        for bad in ["//evil.example/", "evil.example", ""] {
            assert_eq!(join("https://login.example", &link(bad)), None);
        }
        let odd = join("https://login.example", &link("/a?b#c")).unwrap();
        assert!(odd.starts_with("https://login.example/a%3Fb%23c?"), "{odd}");
    }
}
