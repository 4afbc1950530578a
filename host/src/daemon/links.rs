//! Absolute addresses of pages that a connector names by upstream and path.

use std::collections::BTreeMap;

use crate::model::Link;
use crate::model::setup::{HostConfig, TaskConfig};
use crate::model::wording::Piece;

/// Where the upstreams that a task grants are: name in the manifest → base address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links(BTreeMap<String, String>);

impl Links {
    /// Of this task.
    pub fn of(host: &HostConfig, task: &TaskConfig) -> Self {
        let base = |upstream: &String| host.upstreams.get(upstream)?.base.first().cloned();
        let granted = task.grants.upstreams.iter();
        Self(granted.filter_map(|(name, upstream)| Some((name.clone(), base(upstream)?))).collect())
    }

    /// The address for a person's browser; `None` where the task does not grant the upstream, or the path is none of its.
    pub fn address(&self, link: &Link) -> Option<String> {
        join(self.0.get(&link.upstream)?, link)
    }

    /// The address that a piece of a text leads to.
    pub fn of_piece(&self, piece: &Piece<'_>) -> Option<String> {
        let Piece::Link { upstream, path, .. } = piece else { return None };
        self.address(&Link { upstream: (*upstream).to_owned(), path: (*path).to_owned(), query: Vec::new() })
    }
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

    #[test]
    fn what_is_not_granted_has_no_address() {
        let links = Links([("x".to_owned(), "https://login.example".to_owned())].into());
        let piece = |upstream| Piece::Link { words: "w", upstream, path: "/help" };
        assert_eq!(links.of_piece(&piece("x")).as_deref(), Some("https://login.example/help"));
        assert_eq!(links.of_piece(&piece("y")), None);
        assert_eq!(links.of_piece(&Piece::Words("x")), None);
    }
}
