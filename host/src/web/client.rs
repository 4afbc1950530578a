//! Whose request it is: the other end of the connection, or whom a proxy that we trust names.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::http::HeaderMap;

use crate::model::web::Web;

/// The address that limits count by: of IPv6 the network, of which whoever has one address has all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Client(pub(super) IpAddr);

impl Client {
    /// Of a request that came from `peer`. A header counts only if a trusted proxy sent it, and of it only the last
    /// address, which that proxy wrote itself: what stands before may be anybody's invention.
    pub(super) fn of(web: &Web, peer: SocketAddr, headers: &HeaderMap) -> Self {
        let peer = peer.ip().to_canonical();
        if !web.proxies.contains(&peer) {
            return Self::counted(peer);
        }
        let mut values = headers.get_all(web.client_header.as_str()).iter();
        let last = values.next_back().and_then(|value| value.to_str().ok());
        let last = last.and_then(|value| value.rsplit(',').next());
        Self::counted(last.and_then(|address| address.trim().parse().ok()).unwrap_or(peer))
    }

    fn counted(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V6(address) => Self(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into()),
            address => Self(address),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(proxies: &[&str], peer: &str, header: &str) -> String {
        let listen = "127.0.0.1:1".parse().unwrap();
        let proxies = proxies.iter().map(|ip| ip.parse().unwrap()).collect();
        let web = Web { proxies, ..Web::at(listen, String::new()) };
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", header.parse().unwrap());
        Client::of(&web, peer.parse().unwrap(), &headers).0.to_string()
    }

    #[test]
    fn only_a_trusted_proxy_says_whose_request_it_is() {
        assert_eq!(client(&[], "10.0.0.5:1", "1.2.3.4"), "10.0.0.5");
        assert_eq!(client(&["10.0.0.5"], "10.0.0.5:1", "6.6.6.6, 1.2.3.4"), "1.2.3.4");
        assert_eq!(client(&["10.0.0.5"], "[::ffff:10.0.0.5]:1", "2001:db8::1"), "2001:db8::");
        assert_eq!(client(&["10.0.0.5"], "10.0.0.6:1", "1.2.3.4"), "10.0.0.6");
        assert_eq!(client(&["10.0.0.5"], "10.0.0.5:1", "nobody"), "10.0.0.5");
    }
}
